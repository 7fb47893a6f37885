# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others changed on the router while a transaction was under way.

They are neither blocked by safe mode nor spared by its rollback (RouterOS manual: Configuration Management), so whoever
reads the result should know. Two sources: entries of the history that safe mode would undo and that name another user,
and rows of the tables in hand that differ although no sentence of ours was for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.report import NOISE
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

HISTORY = "/system/history"
# Not configuration, or (certificates) with a life of their own: new ids when signed, flags that follow their use.
PASSED_OVER = frozenset(
    {"/certificate", "/user/active", "/log", "/ip/firewall/connection", "/ipv6/firewall/connection"}
)
SHOWN = 5


def by_history(session: Session, *, also_own: bool = False) -> list[str]:
    """What others did since safe mode was taken: ``USER: ACTION``, with how often when more than once.

    :param also_own: what our user did as well, in another session.
    """
    try:
        rows = session.read(HISTORY, ("action", "by", "floating-undo"), ("?floating-undo=true",))
    except Trap:
        return []
    passed = (None,) if also_own else (None, session.user)
    deeds = Counter(f"{row['by']}: {row.get('action', '?')}" for row in rows if row.get("by") not in passed)
    return [deed if number == 1 else f"{deed} ({number} times)" for deed, number in sorted(deeds.items())]


def by_rows(before: State, after: State, touched: Mapping[str, Set[str]]) -> list[str]:
    """Rows that came, went or changed though this transaction did not touch them, each as ``MENU: key``."""
    found = []
    for path in sorted((set(before.tables) & set(after.tables)) - PASSED_OVER):
        old, new = (_by_id(path, state.rows(path), touched.get(path, ())) for state in (before, after))
        names = {**_names(path, before.rows(path)), **_names(path, after.rows(path))}
        found += [f"{path}: {names[id_]}" for id_ in sorted({*old, *new}) if old.get(id_) != new.get(id_)]
    return found


def _by_id(path: str, rows: Sequence[Row], touched: Set[str] | tuple[()]) -> dict[str, Row]:
    return {
        row[".id"]: configuration(path, row)
        for row in rows
        if row.get(".id", "") not in ("", *touched) and row.get("dynamic") != "true"
    }


def _names(path: str, rows: Sequence[Row]) -> dict[str, str]:
    names = (*menu(path).key, "comment", ".id")
    return {row[".id"]: next(row[name] for name in names if row.get(name)) for row in rows if row.get(".id")}


def configuration(path: str, row: Mapping[str, str]) -> Row:
    """A row without its id, counters and what only the router writes."""
    known = menu(path).properties
    return {
        name: text for name, text in row.items() if name not in NOISE and not (name in known and known[name].read_only)
    }


def differing(before: State, after: State) -> list[str]:
    """The menus that hold other configuration now; ids do not count, the order of rows only where the menu has one."""
    found = []
    for path in sorted((set(before.tables) & set(after.tables)) - {"/user/active", "/log"}):
        old, new = (
            [_flat(path, row) for row in state.rows(path) if row.get("dynamic") != "true"] for state in (before, after)
        )
        if (old != new) if menu(path).ordered else (Counter(old) != Counter(new)):
            found.append(path)
    return found


def _flat(path: str, row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(configuration(path, row).items()))


def warning(deeds: Sequence[str]) -> str:
    """A sentence for the user; empty without deeds."""
    if not deeds:
        return ""
    more = f" and {len(deeds) - SHOWN} more" if len(deeds) > SHOWN else ""
    return (
        "While this task was at work, something else on the router changed too (by others, or as a consequence): "
        + "; ".join(deeds[:SHOWN])
        + more
        + ". Had the task failed, safe mode or the backup would have undone that as well"
    )
