# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of a router as verdict wants them, for a source that stays below every limit."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import (
    FIREWALL,
    INTERFACE_LIST,
    LISTS,
    MEMBER,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import Tables


def tables_of(family: int) -> tuple[str, ...]:
    """The menus of the rules that packets for the router and its answers meet."""
    return tuple(f"{FIREWALL[family]}/{table}" for table in ("raw", "nat", "filter"))


def rules_of(state: State, family: int) -> Tables:
    """The tables of one family."""
    raw, nat, rules = (state.tables.get(path, ()) for path in tables_of(family))
    return Tables(
        filter=calm(rules),
        raw=calm(raw),
        nat=calm(nat),
        address_lists=state.tables.get(LISTS[family], ()),
        interface_lists=state.tables.get(INTERFACE_LIST),
        interface_members=state.tables.get(MEMBER),
        family=family,
    )


def calm(rows: Iterable[Row]) -> list[Row]:
    """The rules as a source meets them that stays below every limit: limits that match while there is room match."""
    found = []
    for row in rows:
        quiet = dict(row)
        for name in ("limit", "dst-limit"):
            if quiet.pop(name, "").startswith("!"):
                quiet["disabled"] = "true"
        crowd = quiet.pop("connection-limit", "")
        if crowd and not crowd.startswith("!"):
            quiet["disabled"] = "true"
        found.append(quiet)
    return found
