# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a change could shut the way in: only then is a restart of the router a fair price for its way back."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import guard
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

SERVICE, USER = "/ip/service", "/user"
# Nothing here can meet a packet or a login.
QUIET = (
    "/certificate",
    "/file",
    "/ip/cloud",
    "/ip/neighbor",
    "/ip/ssh",
    "/snmp",
    "/system/clock",
    "/system/identity",
    "/system/logging",
    "/system/note",
    "/system/ntp",
    "/system/package",
    "/tool",
    "/user/settings",
    "/user/ssh-keys",
)
# What the preflight follows through to the packet and the login.
JUDGED: tuple[str, ...] = ("/ip/firewall/filter", "/ip/firewall/raw", "/ip/firewall/address-list")
JUDGED += tuple(path.replace("/ip/", "/ipv6/") for path in JUDGED)
JUDGED += (SERVICE, USER, "/user/group", "/interface/list", "/interface/list/member")
# Of the service in use: only a login tells what comes of these.
FRAGILE = frozenset({"port", "certificate", "tls-version", "vrf", "disabled"})


def doubtful(session: Session, door: Door, settings: Settings, before: State, operations: Sequence[Operation]) -> bool:
    """Whether anything here could end the way in, as far as it can be told beforehand; reads what it is judged by."""
    if cutting(session, door, settings, before, operations):
        return True
    acting = _acting(operations)
    if not any(step.path in (SERVICE, USER) for step in acting):
        return False
    case, _judgement = guard.judge(session, door, settings, before, operations)
    ways = (case.way, case.running)
    services = _ids(case.before, SERVICE, {way.service for way in ways})
    accounts = _ids(case.before, USER, {way.user for way in ways})
    return any(
        (step.path == SERVICE and step.id in services and FRAGILE & {*step.properties, *step.unset})
        or (step.path == USER and step.id in accounts and {*step.properties, *step.unset} - {"comment"})
        for step in acting
    )


def cutting(session: Session, door: Door, settings: Settings, before: State, operations: Sequence[Operation]) -> str:
    """Why these operations may shut out whoever is in; empty where the preflight shows that they do not."""
    acting = _acting(operations)
    if not acting:
        return ""
    strange = sorted({step.path for step in acting if step.path not in JUDGED})
    if strange:
        return f"nobody can tell beforehand what comes of a change of {', '.join(strange)}"
    case, judgement = guard.judge(session, door, settings, before, operations)
    if not case.before.seen_from:
        return "the router does not show where it is logged in from"
    return "; ".join([*map(str, judgement.findings), *([judgement.cut.rstrip(".")] if judgement.cut else [])])


def _acting(operations: Sequence[Operation]) -> list[Operation]:
    return [step for step in operations if not step.inert and not _below(step.path, QUIET)]


def _ids(state: State, path: str, names: Set[str]) -> set[str]:
    return {row[".id"] for row in state.tables.get(path, ()) if row.get("name") in names}


def _below(path: str, menus: Sequence[str]) -> bool:
    return any(path == menu or path.startswith(f"{menu}/") for menu in menus)
