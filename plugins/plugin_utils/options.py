# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a module, from the one place where they are written: its DOCUMENTATION.

Read at import, once per playbook run: Ansible loads the action class in its main process and forks the workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from importlib import import_module
from typing import Any

import yaml

COLLECTION = "bastion.routeros"
PACKAGE = "ansible_collections.bastion.routeros.plugins"
_SPEC_KEYS = ("type", "elements", "required", "default", "choices", "aliases")


class BadOption(Exception):
    """What the user wrote cannot be; the message says what, where and what to do."""


def _load(text: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(text, Loader=loader) or {})


def _fragment_options(name: str) -> dict[str, Any]:
    """The options of a doc fragment: ``bastion.routeros.FILE`` or ``bastion.routeros.FILE.VARIABLE``."""
    parts = name.removeprefix(f"{COLLECTION}.").split(".")
    fragment = import_module(f"{PACKAGE}.doc_fragments.{parts[0]}").ModuleDocFragment
    variable = parts[1].upper() if len(parts) > 1 else "DOCUMENTATION"
    return dict(_load(getattr(fragment, variable)).get("options", {}))


def _merge(own: dict[str, Any], fragment: Mapping[str, Any]) -> None:
    for name, option in fragment.items():
        if name not in own:
            own[name] = deepcopy(option)
        elif "suboptions" in option:
            _merge(own[name].setdefault("suboptions", {}), option["suboptions"])


def _spec(options: Mapping[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    for name, option in options.items():
        entry = {key: option[key] for key in _SPEC_KEYS if key in option}
        if "suboptions" in option:
            entry["options"] = _spec(option["suboptions"])
        spec[name] = entry
    return spec


@cache
def argument_spec(module: str) -> dict[str, Any]:
    """The argument spec of ``module`` (its short name), in the form that Ansible's validator takes."""
    documentation = _load(import_module(f"{PACKAGE}.modules.{module}").DOCUMENTATION)
    options: dict[str, Any] = dict(documentation.get("options", {}))
    fragments = documentation.get("extends_documentation_fragment", [])
    for fragment in [fragments] if isinstance(fragments, str) else fragments:
        _merge(options, _fragment_options(fragment))
    return _spec(options)


def validate(module: str, options: Mapping[str, Any], leave_out: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The options of one call, checked and converted.

    :param leave_out: options that this call may not carry (those of the transaction around a change).
    :raises BadOption: a misspelt, missing or ill-typed option; also in check mode, since nothing else would find it.
    """
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    # A copy: the validator fills in the defaults of suboptions where they stand.
    spec = {name: deepcopy(entry) for name, entry in argument_spec(module).items() if name not in (leave_out or {})}
    for name in leave_out or {}:
        if name in options:
            raise BadOption(f"{module}: '{name}' belongs to the transaction around this change, not to the change")
    given = {name: _unquoted(spec.get(name, {}), value) for name, value in options.items()}
    result = ArgumentSpecValidator(spec).validate(given)
    if result.error_messages:
        raise BadOption(f"{module}: " + "; ".join(map(_told, result.errors)))
    return dict(result.validated_parameters)


def _told(error: Exception) -> str:
    """The validator names unsupported options without saying that they are."""
    from ansible.module_utils.errors import UnsupportedError

    return f"Unsupported parameters: {error}" if isinstance(error, UnsupportedError) else str(error)


def _unquoted(entry: Mapping[str, Any], value: object) -> object:
    """YAML reads an unquoted ``off`` as a boolean; where ``off`` is one of the choices, that is what was meant."""
    return "off" if value is False and "off" in entry.get("choices", ()) else value
