# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before anything is written: would whoever is in now still get in? Pure.

Every address that the router sees our user come from is followed through the service's list, the account and its group,
and the firewall, as they will be. A certain no is a reason to stop; what cannot be told is left to the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from ansible_collections.bastion.routeros.plugins.plugin_utils.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import (
    DROPPED,
    FIRST_SYN,
    UNKNOWN,
    Packet,
    Tables,
    explain,
    judge,
)

FIREWALL = {4: "/ip/firewall", 6: "/ipv6/firewall"}
SERVICE, USER, GROUP = "/ip/service", "/user", "/user/group"
INTERFACES = ("/interface/list", "/interface/list/member")
# Without any of these an automation cannot do its work again; `api` is the way in itself.
KEPT_POLICIES = ("api", "read", "write", "policy")
LISTS = ("src-address-list", "dst-address-list")
ADDRESSES = {4: "/ip/firewall/address-list", 6: "/ipv6/firewall/address-list"}


@dataclass(frozen=True)
class Way:
    """A way in: the service by name, the account, and what is known of both ends."""

    service: str
    user: str
    password: str | None = None
    port: int = 0
    verified: bool = True


@dataclass(frozen=True)
class Finding:
    """What would become of one address: ``certain`` when it would be locked out, else it cannot be told."""

    address: str
    why: str
    certain: bool

    def __str__(self) -> str:
        return f"{self.address}: {self.why}"


def concerns(operations: Iterable[Operation]) -> bool:
    """Whether these operations touch anything that a way in depends on."""
    return any(
        step.path.startswith((*FIREWALL.values(), *INTERFACES))
        or step.path in (SERVICE, USER, GROUP)
        or step.path.startswith("/ip/ipsec")
        for step in operations
        if not step.inert
    )


def families(addresses: Iterable[str]) -> set[int]:
    """The families of the addresses, 4 and 6."""
    return {ip_address(address.split("%")[0]).version for address in addresses}


def reads(addresses: Iterable[str]) -> list[Read]:
    """The tables to judge by, besides the address lists that their rules name (see ``list_reads``)."""
    tables = [f"{FIREWALL[family]}/{table}" for family in sorted(families(addresses)) for table in ("filter", "raw")]
    return [Read(path) for path in (*tables, *INTERFACES, SERVICE, USER, GROUP)]


def list_reads(tables: Mapping[str, Sequence[Row]], addresses: Iterable[str]) -> list[Read]:
    """The address lists that the rules in ``tables`` name."""
    found = []
    for family in sorted(families(addresses)):
        rows = [row for table in ("filter", "raw") for row in tables.get(f"{FIREWALL[family]}/{table}", ())]
        names = {row[name].removeprefix("!") for row in rows for name in LISTS if row.get(name)}
        found += [Read(ADDRESSES[family], ("list", name)) for name in sorted(names)]
    return found


def examine(before: State, after: State, way: Way, operations: Sequence[Operation]) -> list[Finding]:
    """What the change from ``before`` to ``after`` would do to each address that our user is seen from.

    What is shut already, as far as the tables tell, is no finding: the session that is open proves them wrong.
    """
    account = _account(before, after, way, operations)
    if account:
        return [Finding(address, account, True) for address in before.seen_from]
    findings = []
    for address in before.seen_from:
        shut = _service(after, way, address)
        if shut and not _service(before, way, address):
            findings.append(Finding(address, shut, True))
            continue
        port = _service_row(after, way).get("port", "")
        certain, why = _firewall(after, address, port)
        was_certain, was = _firewall(before, address, _service_row(before, way).get("port", ""))
        if why and not (was and was_certain >= certain):
            findings.append(Finding(address, why, certain))
    return findings


def _service_row(state: State, way: Way) -> Row:
    static = (row for row in state.rows(SERVICE) if row.get("dynamic") != "true")
    return next((row for row in static if row.get("name") == way.service), {})


def _service(state: State, way: Way, address: str) -> str:
    """Why the service would not take this address; empty when it would."""
    row = _service_row(state, way)
    if row.get("disabled") == "true":
        return f"the service '{way.service}' would be off"
    if way.verified and row.get("certificate") == "none":
        return f"the service '{way.service}' would have no certificate"
    if way.port and row.get("port", "").isdigit() and int(row["port"]) != way.port:
        return f"the service '{way.service}' would listen on port {row['port']}, not on {way.port}"
    admitted = row.get("available-from", row.get("address", ""))
    if admitted and not _inside(address, admitted):
        return f"the service '{way.service}' would admit {admitted} only"
    return ""


def _account(before: State, after: State, way: Way, operations: Sequence[Operation]) -> str:
    """Why the account could not log in and work any more; empty when it could, or could not before."""
    old = _user(before, way.user)
    new = _user(after, way.user)
    if old is None:
        return ""
    if new is None:
        return f"the own user '{way.user}' would be gone"
    if new.get("disabled") == "true" and old.get("disabled") != "true":
        return f"the own user '{way.user}' would be disabled"
    lost = [policy for policy in KEPT_POLICIES if policy in _policies(before, old) - _policies(after, new)]
    if lost:
        return f"the own user '{way.user}' would lose the policies {', '.join(lost)}"
    admitted = new.get("address", "")
    if (
        admitted
        and admitted != old.get("address", "")
        and not any(_inside(seen, admitted) for seen in before.seen_from)
    ):
        return f"the own user '{way.user}' could log in from {admitted} only"
    for step in operations:
        password = step.properties.get("password")
        if step.path == USER and step.id == old.get(".id") and password not in (None, way.password):
            return f"the own user '{way.user}' would get another password than the one that is used to log in"
    return ""


def _user(state: State, name: str) -> Row | None:
    return next((row for row in state.rows(USER) if row.get("name") == name), None)


def _policies(state: State, user: Row) -> set[str]:
    group = next((row for row in state.rows(GROUP) if row.get("name") == user.get("group")), {})
    return {word for word in group.get("policy", "").split(",") if word and not word.startswith("!")}


def _firewall(state: State, address: str, port: str) -> tuple[bool, str]:
    """Whether it is certain, and why, that a new connection does not get through; an empty text when it does."""
    family = ip_address(address.split("%")[0]).version
    base = FIREWALL[family]
    tables = Tables(
        filter=_calm(state.rows(f"{base}/filter")),
        raw=_calm(state.rows(f"{base}/raw")),
        address_lists=state.tables.get(ADDRESSES[family], ()),
        interface_lists=state.rows(INTERFACES[0]),
        interface_members=state.rows(INTERFACES[1]),
        family=family,
    )
    packet = Packet(
        source=address.split("%")[0],
        protocol="tcp",
        destination_port=int(port) if port.isdigit() else None,
        state="new",
        tcp_flags=FIRST_SYN,
        fragment=False,
        family=family,
    )
    verdict = judge(tables, "input", packet)
    if verdict.answer in (DROPPED, UNKNOWN):
        return verdict.answer == DROPPED, explain(verdict)
    return True, ""


def _calm(rows: Sequence[Row]) -> list[Row]:
    """The rules as a source meets them that stays below every limit: limits that match while there is room match."""
    found = []
    for row in rows:
        calm = dict(row)
        for name in ("limit", "dst-limit"):
            if calm.pop(name, "").startswith("!"):
                calm["disabled"] = "true"
        crowd = calm.pop("connection-limit", "")
        if crowd and not crowd.startswith("!"):
            calm["disabled"] = "true"
        found.append(calm)
    return found


def _inside(address: str, prefixes: str) -> bool:
    found = ip_address(address.split("%")[0])
    networks = [ip_network(prefix, strict=False) for prefix in prefixes.split(",") if prefix]
    return any(found in network for network in networks if network.version == found.version)
