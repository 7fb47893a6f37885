# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of a transaction: reads what it is judged by, and refuses what would certainly lock us out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils import preflight
from ansible_collections.bastion.routeros.plugins.plugin_utils.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.reading import ACTIVE, read_table, seen_from
from ansible_collections.bastion.routeros.plugins.plugin_utils.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.state import State

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.session import Session

FIRST_CONTACT = "first_contact"


class LockedOut(BadOption):
    """The change would certainly shut out whoever is making it; nothing was written."""


def guard(
    session: Session, door: Door, settings: Settings, before: State, operations: Sequence[Operation]
) -> list[str]:
    """Judge the plan before anything is written; in check mode too.

    :returns: warnings about lock-outs that ``acknowledge_lockout`` accepts.
    :raises LockedOut: names the address and the rule or row.
    """
    if not preflight.concerns(operations):
        return []
    findings = judge(session, door, settings, before, operations)[2]
    certain = [finding for finding in findings if finding.certain]
    if certain and not settings.acknowledge_lockout:
        raise LockedOut(
            "this would lock out the address that this login comes from: "
            + "; ".join(map(str, certain))
            + " Nothing was written. Change the order or the lists, or say acknowledge_lockout: true"
        )
    return [f"locked out as acknowledged: {finding}" for finding in certain]


def judge(
    session: Session, door: Door, settings: Settings, before: State, operations: Sequence[Operation]
) -> tuple[State, preflight.Way, list[preflight.Finding]]:
    """The state with what it is judged by, the way that must stay open, and what the operations would do to it."""
    before = _with_tables(session, before)
    way = _way(door, settings, before, operations)
    return before, way, preflight.examine(before, before.after(operations), way, operations)


def _with_tables(session: Session, state: State) -> State:
    """The state with the tables that the preflight judges by."""
    if ACTIVE not in state.tables:
        state = replace(state, seen_from=seen_from(session.user, read_table(session, ACTIVE)))
    tables = {path: list(rows) for path, rows in state.tables.items()}
    for read in preflight.reads(state.seen_from):
        tables[read.path] = read_table(session, read.path)
    for read in preflight.list_reads(tables, state.seen_from):
        known = {row.get(".id") for row in tables.setdefault(read.path, [])}
        tables[read.path] += [
            row for row in read_table(session, read.path, (read.where,)) if row.get(".id") not in known
        ]
    return replace(state, tables=tables)


def _way(door: Door, settings: Settings, before: State, operations: Sequence[Operation]) -> preflight.Way:
    """The way that must stay open: the future one; on first contact only where it is there in the end."""
    options, given = door.options, settings.prove_as
    user = given.get("user") or options.user
    first_contact = door.way == FIRST_CONTACT
    if first_contact and all(row.get("name") != user for row in before.after(operations).rows("/user")):
        user = before.user
    return preflight.Way(
        service="api" if options.tls == "plain" else "api-ssl",
        user=user,
        password=given.get("password") or options.password,
        port=given.get("port") or options.effective_port,
        verified=options.tls == "verify" and not first_contact,
    )
