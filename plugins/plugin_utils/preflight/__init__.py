# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before anything is written: would whoever is in now still get in? Pure.

Every address that the router sees our user come from is followed through the network, the service, the account and the
firewall, as they will be. A certain no is a reason to stop; what cannot be told needs a way back and a proof.

    judgement = examine(Case(before, after, operations, way, running))
    judgement.findings, judgement.cut

What was shut before, as far as the tables tell, is no finding: the session that is open proves them wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.account import account
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.firewall import (
    IN_ADDRESS_LIST,
    IN_LIST,
    concerning,
    newcomers,
    running,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import (
    AAA,
    ADDRESS,
    CERTIFICATE,
    FIREWALL,
    GROUP,
    INTERFACE_LIST,
    IP_SETTINGS,
    IPSEC,
    IPV6_SETTINGS,
    LISTS,
    MEMBER,
    POLICY,
    SERVICE,
    TRACKING,
    USER,
    Case,
    Finding,
    Judgement,
    Way,
    families,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.network import network
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.rules import tables_of
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.service import cuts, removed, service

__all__ = ["Case", "Finding", "Judgement", "Way", "concerns", "examine", "list_reads", "reads"]

ACCOUNTS = (USER, GROUP, AAA)
BELOW = (IP_SETTINGS, IPV6_SETTINGS, ADDRESS)


def concerns(operations: Iterable[Operation]) -> bool:
    """Whether these operations touch anything that a way in depends on."""
    return any(_concerns(step) for step in operations)


def _concerns(step: Operation) -> bool:
    if step.inert:
        return False
    if step.path == CERTIFICATE:
        return step.verb == "remove"
    return step.path.startswith((*FIREWALL.values(), INTERFACE_LIST, IPSEC)) or step.path in (
        SERVICE,
        *ACCOUNTS,
        *BELOW,
    )


def reads(operations: Sequence[Operation], addresses: Sequence[str]) -> list[Read]:
    """The tables to judge by, besides the lists that their rules name (see `list_reads`)."""
    acting = [step for step in operations if _concerns(step)]
    paths = {step.path for step in acting}
    wanted: set[str] = set()
    if paths & set(ACCOUNTS):
        wanted |= {USER, GROUP}
    if paths & {SERVICE, CERTIFICATE}:
        wanted |= {SERVICE, CERTIFICATE}
    if SERVICE in paths or concerning(acting, addresses):
        wanted |= {SERVICE, TRACKING}
        wanted |= {path for family in families(addresses) for path in tables_of(family) if not path.endswith("/nat")}
    wanted |= {path for path in paths if path.endswith("/nat")}
    if any(path.startswith(IPSEC) for path in paths):
        wanted |= {POLICY, ADDRESS, SERVICE}
    wanted |= {path for path in BELOW if path in paths}
    return [Read(path) for path in sorted(wanted)]


def list_reads(
    tables: Mapping[str, Sequence[Row]], operations: Sequence[Operation], addresses: Sequence[str]
) -> list[Read]:
    """The address and interface lists that rules name, those in `tables` and those that the operations make."""
    found: list[Read] = []
    interfaces = False
    for family in families(addresses):
        paths = tables_of(family)
        rows = [row for path in paths for row in tables.get(path, ())]
        made = [step.properties for step in operations if step.path in paths]
        names = {row[name].removeprefix("!") for row in (*rows, *made) for name in IN_ADDRESS_LIST if row.get(name)}
        found += [Read(LISTS[family], ("list", name)) for name in sorted(names)]
        interfaces = interfaces or any(row.get(name) for row in (*rows, *made) for name in IN_LIST)
    return [*found, *([Read(INTERFACE_LIST), Read(MEMBER)] if interfaces else [])]


def examine(case: Case) -> Judgement:
    """What the change would do to each address that our user is seen from."""
    findings = [*account(case), *service(case), *removed(case)]
    below = list(network(case))
    findings += below
    cut = [cuts(case), *(finding.why for finding in below)]
    if any(path in case.before.tables for family in families(case.before.seen_from) for path in tables_of(family)):
        findings += newcomers(case)
        severed, doubt = running(case)
        findings += severed
        cut.append(doubt)
    certain = {finding.address for finding in findings if finding.certain}
    # Of what is certain anyway, doubts tell nothing more.
    kept = [finding for finding in findings if finding.certain or finding.address not in certain]
    return Judgement(tuple(kept), next(filter(None, cut), ""))
