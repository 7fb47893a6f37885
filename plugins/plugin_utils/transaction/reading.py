# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a session to a state: each table that is asked for, once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Reply, print_sentence

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

ACTIVE = "/user/active"
# Counters, file contents and the like: slow to fetch, never compared.
NOT_READ = frozenset({"bytes", "packets", "contents"})
# Read whole, so that no matcher stays unseen which only a newer RouterOS knows: what is judged must be all there is.
JUDGED = tuple(f"/{family}/firewall/{table}" for family in ("ip", "ipv6") for table in ("filter", "raw", "nat"))
Where = tuple[str, str] | None


def read_state(
    session: Session, changes: Sequence[Change], beside: Sequence[tuple[str, ...]] = ()
) -> tuple[State, list[Reply | Trap]]:
    """The tables that the changes read, and where our user is seen from when accounts are among them.

    :param beside: other questions for the same round trip.
    :returns: the state, and the answers to the other questions.
    :raises RouterError: a table could not be read: never an empty one instead.
    """
    wanted: dict[str, set[Where]] = {}
    for change in changes:
        for read in change.reads(session.version):
            wanted.setdefault(read.path, set()).add(read.where)
    if any(path.startswith("/user") for path in wanted):
        wanted.setdefault(ACTIVE, {None})
    answers = session.send_many([*(_sentence(path, filters) for path, filters in wanted.items()), *beside])
    tables = {path: _rows(answer) for path, answer in zip(wanted, answers, strict=False)}
    state = State(session.version, session.user, seen_from(session.user, tables.get(ACTIVE, ())), tables)
    return state, answers[len(wanted) :]


def read_table(session: Session, path: str, filters: Collection[Where] = (None,)) -> list[Row]:
    """The rows that match any of the filters; all rows when one of them is ``None``."""
    command, *words = _sentence(path, filters)
    return _rows(session.call(command, *words))


def _sentence(path: str, filters: Collection[Where]) -> tuple[str, ...]:
    names = [] if path in JUDGED else [name for name in menu(path).properties if name not in NOT_READ]
    query: list[str] = []
    if None not in filters:
        query = [f"?{name}={text}" for name, text in sorted(each for each in filters if each)]
        query += ["?#|"] * (len(query) - 1)
    return print_sentence(path, names, query)


def _rows(answer: Reply | Trap) -> list[Row]:
    if isinstance(answer, Trap):
        raise answer
    return [{name: text for name, text in row.items() if name not in NOT_READ} for row in answer.rows]


def seen_from(user: str, active: Sequence[Row]) -> tuple[str, ...]:
    """The addresses that the router sees this user logged in from (``/user/active``)."""
    return tuple(sorted({row["address"] for row in active if row.get("name") == user and row.get("address")}))
