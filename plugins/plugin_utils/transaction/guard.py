# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of a transaction: reads what it is judged by, and refuses what would lock us out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils import preflight
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import LISTS, SERVICE, USER, named
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman, safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.phases import split
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.reading import ACTIVE, read_table
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

FIRST_CONTACT = "first_contact"
NOWHERE = "the own user"


class LockedOut(BadOption):
    """The change would shut out whoever is making it, or may do so without a way back; nothing was written."""


def guard(
    session: Session, door: Door, settings: Settings, before: State, plans: Sequence[Sequence[Operation]]
) -> list[str]:
    """Judge the plans before anything is written; in check mode too.

    :returns: warnings: lock-outs that ``acknowledge_lockout`` accepts, and what goes on although it cannot be told.
    :raises LockedOut: names the address and the rule or row.
    """
    operations = [step for plan in plans for step in plan]
    if not preflight.concerns(operations):
        return []
    case, judgement = judge(session, door, settings, before, operations)
    findings = judgement.findings
    if not case.before.seen_from:
        text = "the router does not show where it is logged in from, so nothing can be judged"
        findings = [preflight.Finding(NOWHERE, text, False)]
    certain = [finding for finding in findings if finding.certain]
    doubts = [finding for finding in findings if not finding.certain]
    missing = _missing_protection(session, settings, plans, judgement.cut) if doubts else ""
    if settings.acknowledge_lockout:
        return [f"locked out as acknowledged: {finding}" for finding in certain] + [
            f"perhaps locked out, as acknowledged: {finding}" for finding in doubts if missing
        ]
    if certain:
        raise LockedOut(
            "this would lock out the address that this login comes from: "
            + "; ".join(dict.fromkeys(map(str, certain)))
            + ". Nothing was written. Change the order or the lists, or say acknowledge_lockout: true"
        )
    if missing:
        raise LockedOut(
            "whether this locks out the address that this login comes from cannot be told: "
            + "; ".join(dict.fromkeys(map(str, doubts)))
            + f". It would have to be tried under protection, but {missing}. Nothing was written. If you have another "
            "way in, say acknowledge_lockout: true"
        )
    return [f"tried under protection, since it cannot be told beforehand: {finding}" for finding in doubts]


def judge(
    session: Session, door: Door, settings: Settings, before: State, operations: Sequence[Operation]
) -> tuple[preflight.Case, preflight.Judgement]:
    """The case with the tables that it is judged by, and the judgement."""
    before = _with_tables(session, before, operations, door.way == FIRST_CONTACT)
    after = before.after(operations)
    running = _running(session, door)
    way = _future(door, settings) if _future_stands(door, settings, after) else running
    case = preflight.Case(before, after, operations, way, running)
    return case, preflight.examine(case)


def _missing_protection(session: Session, settings: Settings, plans: Sequence[Sequence[Operation]], cut: str) -> str:
    """Why a lock-out would not be undone; empty when it would."""
    if settings.prove == "off":
        return "prove is off, so nobody would notice"
    if settings.safe_mode == "off":
        return "safe_mode is off"
    if safe_mode.available(session.version):
        # Additions to address lists may go ahead of it; whether these may is asked when the plan is divided.
        inside = split(plans, safe_mode.BUDGET, bulk=True).inside
        return f"{len(inside)} actions are more than safe mode holds" if len(inside) > safe_mode.BUDGET else ""
    missing = deadman.obstacle(session) if cut else ""
    if missing:
        return (
            f"RouterOS {session.version} has no safe mode over the API, {missing}, and this session, which would have "
            f"to undo it, may be cut as well ({cut.rstrip('.')})"
        )
    return ""


def _with_tables(session: Session, state: State, operations: Sequence[Operation], first_contact: bool) -> State:
    """The state with the tables that the preflight judges by, and by which it tells which way is to be judged."""
    active = state.tables[ACTIVE] if ACTIVE in state.tables else read_table(session, ACTIVE)
    state = replace(state, seen_from=_api_addresses(session.user, active))
    tables = {path: list(rows) for path, rows in state.tables.items()}
    wanted = {read.path for read in preflight.reads(operations, state.seen_from)}
    for path in sorted(wanted | ({USER, SERVICE} if first_contact else set())):
        if path not in tables:
            tables[path] = read_table(session, path)
    lists: dict[str, set[tuple[str, str]]] = {}
    for read in preflight.list_reads(tables, operations, state.seen_from):
        if read.where is not None:
            lists.setdefault(read.path, set()).add(read.where)
        elif read.path not in tables:
            tables[read.path] = read_table(session, read.path)
    for path in LISTS.values():
        if path in lists:
            # What a change has read of this menu are some lists only.
            known = {row.get(".id") for row in tables.get(path, ())}
            found = read_table(session, path, lists[path])
            tables[path] = [*tables.get(path, ()), *(row for row in found if row.get(".id") not in known)]
    return replace(state, tables=tables)


def _api_addresses(user: str, active: Sequence[Row]) -> tuple[str, ...]:
    """Where the router sees this user come from over the API: WinBox or a console of the same user is another way."""
    found = set()
    for row in active:
        if row.get("name") == user and row.get("via", "api") == "api":
            try:
                ip_address(row.get("address", "").split("%")[0])
            except ValueError:
                continue
            found.add(row["address"])
    return tuple(sorted(found))


def _running(session: Session, door: Door) -> preflight.Way:
    """The way that the session at work came in by."""
    options, first = door.options, door.options.first_contact
    if door.way != FIRST_CONTACT or first is None:
        return _future(door, Settings())
    verified = session.secure
    plain = options.tls == "plain" if verified or options.tls == "plain" else first.method == "plain"
    return preflight.Way(
        service="api" if plain else "api-ssl",
        user=session.user,
        password=first.password,
        port=session.port,
        verified=verified,
        host=options.address,
    )


def _future(door: Door, settings: Settings) -> preflight.Way:
    """The way that the inventory describes, with what ``prove_as`` says instead."""
    options = door.options
    given = {name: value for name, value in settings.prove_as.items() if value is not None}
    return preflight.Way(
        service="api" if options.tls == "plain" else "api-ssl",
        user=given.get("user", options.user),
        password=given.get("password", options.password),
        port=given.get("port", options.effective_port),
        verified=options.tls == "verify",
        host=given.get("host", options.address),
    )


def _future_stands(door: Door, settings: Settings, after: State) -> bool:
    """Whether the future way is to be judged: always, but on first contact only where it is there in the end."""
    if door.way != FIRST_CONTACT:
        return True
    way = _future(door, settings)
    user, service = named(after, USER, way.user), named(after, SERVICE, way.service)
    bound = service is not None and (not way.verified or service.get("certificate", "") not in ("", "none"))
    return user is not None and bound and service is not None and service.get("disabled") != "true"
