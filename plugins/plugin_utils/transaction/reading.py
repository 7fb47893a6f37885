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


def read_state(session: Session, changes: Sequence[Change]) -> State:
    """The tables that the changes read, and where our user is seen from when accounts are among them.

    :raises RouterError: a table could not be read: never an empty one instead.
    """
    wanted = _wanted(session, changes)
    return _state(session, {path: read_table(session, path, filters) for path, filters in wanted.items()})


def read_at_once(
    session: Session, changes: Sequence[Change], beside: Sequence[tuple[str, ...]] = ()
) -> tuple[State, list[Reply | Trap]]:
    """As read_state, in one round trip.

    :param beside: other questions for it.
    :returns: the state, and the answers to the other questions.
    :raises RouterError: a table could not be read.
    """
    wanted = _wanted(session, changes)
    answers = session.send_many([*(_sentence(path, filters) for path, filters in wanted.items()), *beside])
    tables = {path: _rows(answer) for path, answer in zip(wanted, answers, strict=False)}
    return _state(session, tables), answers[len(wanted) :]


def _wanted(session: Session, changes: Sequence[Change]) -> dict[str, set[Where]]:
    wanted: dict[str, set[Where]] = {}
    for change in changes:
        for read in change.reads(session.version):
            wanted.setdefault(read.path, set()).add(read.where)
    if any(path.startswith("/user") for path in wanted):
        wanted.setdefault(ACTIVE, {None})
    return wanted


def _state(session: Session, tables: dict[str, list[Row]]) -> State:
    return State(session.version, session.user, seen_from(session.user, tables.get(ACTIVE, ())), tables)


def read_table(session: Session, path: str, filters: Collection[Where] = (None,)) -> list[Row]:
    """The rows that match any of the filters; all rows when one of them is ``None``."""
    return [_shown(row) for row in session.read(path, *_question(path, filters))]


def _sentence(path: str, filters: Collection[Where]) -> tuple[str, ...]:
    return print_sentence(path, *_question(path, filters))


def _question(path: str, filters: Collection[Where]) -> tuple[list[str], list[str]]:
    names = [] if path in JUDGED else [name for name in menu(path).properties if name not in NOT_READ]
    query: list[str] = []
    if None not in filters:
        query = [f"?{name}={text}" for name, text in sorted(each for each in filters if each)]
        query += ["?#|"] * (len(query) - 1)
    return names, query


def _rows(answer: Reply | Trap) -> list[Row]:
    if isinstance(answer, Trap):
        raise answer
    return [_shown(row) for row in answer.rows]


def _shown(row: Row) -> Row:
    return {name: text for name, text in row.items() if name not in NOT_READ}


def seen_from(user: str, active: Sequence[Row]) -> tuple[str, ...]:
    """The addresses that the router sees this user logged in from (``/user/active``)."""
    return tuple(sorted({row["address"] for row in active if row.get("name") == user and row.get("address")}))
