# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a version of RouterOS has and has not: clear refusals before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu, Property, Unsupported
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import nearest
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within


def _span(since: str, until: str, version: Version) -> str:
    if until and version > Version.parse(until):
        return f"exists until RouterOS {until} only; this router runs {version}"
    return f"exists since RouterOS {since}; this router runs {version}"


def _option(name: str) -> str:
    return name.replace("-", "_")


def check_supported(menu: Menu, values: Mapping[str, object] | Iterable[str], version: Version) -> None:
    """Raise Unsupported when `version` lacks the menu, a property, or a word of an enumeration.

    `values` maps property names to values (text, or as a user gives them; None: to be unset), or just names the
    properties. The message says since or until when it exists, or which name was probably meant.
    """
    if not within(version, menu.since, menu.until):
        raise Unsupported(f"the menu {menu.path} {_span(menu.since, menu.until, version)}")
    given: Mapping[str, object] = values if isinstance(values, Mapping) else dict.fromkeys(values)
    for name, value in given.items():
        known = menu.properties.get(name)
        if known is None:
            options = {_option(each): each for each, one in menu.properties.items() if not one.read_only}
            hint = nearest(_option(name), options)
            raise Unsupported(f"{menu.path} has no property {_option(name)}" + (f"; {hint}" if hint else ""))
        if known.read_only and name not in menu.key:
            raise Unsupported(f"{_option(name)} of {menu.path} is read-only")
        if not known.supported(version):
            raise Unsupported(f"{_option(name)} of {menu.path} {_span(known.since, known.until, version)}")
        if value is not None and known.word_spans:
            _check_words(menu, known, value, version)


def _check_words(menu: Menu, known: Property, value: object, version: Version) -> None:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    items = value if isinstance(value, (list, tuple)) else str(value).split(",")
    for word in (str(item).strip().removeprefix("!") for item in items):
        since, until = known.word_spans.get(word, ("", ""))
        if not within(version, since, until):
            span = _span(since, until, version)
            raise Unsupported(f"the value {word} for {_option(known.name)} of {menu.path} {span}")


def check_command(menu: Menu, command: str, version: Version) -> None:
    """Raise Unsupported when `version` has no such command in this menu."""
    if command not in menu.commands:
        raise Unsupported(f"{menu.path} has no command {command}")
    since, until = menu.commands[command]
    if not (within(version, menu.since, menu.until) and within(version, since, until)):
        raise Unsupported(f"{menu.path}/{command} {_span(since or menu.since, until or menu.until, version)}")
