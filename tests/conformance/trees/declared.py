# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection declares of RouterOS's menus."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils import menus
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within

#: what every list and every singleton has, so that it is not declared; and console commands
UNDECLARED = frozenset({"print", "get", "find", "export", "edit", "reset"})
_WORDY = ("enum", "flagset", "topics", "policies", "tcp-flags")


def declared(version: str) -> dict[str, menus.Menu]:
    """The declared menus of a version by path."""
    number = Version.parse(version)
    found = (menus.menu(path) for path in menus.paths())
    return {menu.path: menu for menu in found if within(number, menu.since, menu.until)}


def arguments(menu: menus.Menu, version: str) -> set[str]:
    """What add and set are declared to take."""
    number = Version.parse(version)
    return {one.name for one in menu.properties.values() if not one.read_only and one.supported(number)}


def commands(menu: menus.Menu, version: str) -> set[str]:
    """The declared commands."""
    number = Version.parse(version)
    return {name for name, (since, until) in menu.commands.items() if within(number, since, until)}


def words(menu: menus.Menu, version: str) -> dict[str, set[str]]:
    """Property -> the words that its type lists, for those of this version.

    In type expressions =word stands alone and :word may follow another one.
    """
    number = Version.parse(version)
    found: dict[str, set[str]] = {}
    for one in menu.properties.values():
        first, *rest = one.type.split() or [""]
        if first == "list":
            first, *rest = rest or [""]
        if one.read_only or not one.supported(number) or first.lstrip("!") not in _WORDY or not rest:
            continue
        found[one.name] = {
            word.removeprefix("=")
            for word in rest
            if ".." not in word and word[0] != ":" and within(number, *one.word_spans.get(word, ("", "")))
        }
    return found
