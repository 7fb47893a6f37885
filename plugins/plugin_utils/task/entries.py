# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``changes``: several modules with their options, as ``transaction`` and ``verdict_info`` take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, argument_spec, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings


def calls_in(entries: object) -> list[tuple[str, Any]]:
    """The modules and their options, as far as they can be made out before anything is checked."""
    return [
        (str(module), options)
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, Mapping)
        for module, options in entry.items()
        if isinstance(options, Mapping)
    ]


def changes_in(name: str, entries: Sequence[Mapping[str, Any]]) -> list[Change]:
    """The changes, their options checked.

    :param name: the module that takes them, for messages.
    :raises BadOption: an entry is no module with its options, or an option is wrong.
    """
    protection = argument_spec_of_protection()
    changes = []
    for number, entry in enumerate(entries):
        if len(entry) != 1:
            raise BadOption(f"{name}: changes[{number}]: expected one module with its options, got {len(entry)} keys")
        module, own = next(iter(entry.items()))
        if not isinstance(own, Mapping):
            raise BadOption(f"{name}: changes[{number}]: expected the options of {module} as a dictionary")
        short = str(module).removeprefix("bastion.routeros.")
        kind = change_class(short)
        kind.refuse_misplaced(own)
        changes.append(kind(validate(short, own, leave_out=protection)))
    return changes


def argument_spec_of_protection() -> dict[str, Any]:
    """The options that belong to a transaction and not to a change inside it."""
    return {
        name: entry for name, entry in argument_spec("transaction").items() if name in Settings.__dataclass_fields__
    }
