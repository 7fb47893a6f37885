# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight is about: ways in, the two states of a router, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State

FIREWALL = {4: "/ip/firewall", 6: "/ipv6/firewall"}
LISTS = {4: "/ip/firewall/address-list", 6: "/ipv6/firewall/address-list"}
ADDRESS = "/ip/address"
SERVICE, USER, GROUP, AAA = "/ip/service", "/user", "/user/group", "/user/aaa"
CERTIFICATE = "/certificate"
INTERFACE_LIST, MEMBER = "/interface/list", "/interface/list/member"
IPSEC, POLICY = "/ip/ipsec", "/ip/ipsec/policy"
TRACKING = "/ip/firewall/connection/tracking"
IP_SETTINGS, IPV6_SETTINGS = "/ip/settings", "/ipv6/settings"
COUNTERS = frozenset({"bytes", "packets"})


@dataclass(frozen=True)
class Way:
    """A way in: the service by name, the account, and what is known of both ends.

    `port` is the one that the controller connects to (0: not known), which a port translation may stand before; `host`
    likewise. `name` is what the certificate has to carry, "" when nothing is compared.
    """

    service: str
    user: str
    password: str | None = None
    port: int = 0
    verified: bool = True
    host: str = ""
    name: str = ""


@dataclass(frozen=True)
class Finding:
    """What would become of one address: `certain` when it would be locked out, else it cannot be told.

    `lasting`: neither safe mode nor an inverse plan takes it back.
    """

    address: str
    why: str
    certain: bool
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.address}: {self.why}"


@dataclass(frozen=True)
class Judgement:
    """All findings, and why the session that makes the change may be cut by it ("" when it certainly goes on)."""

    findings: Sequence[Finding] = ()
    cut: str = ""


@dataclass(frozen=True)
class Case:
    """A change. `way` must be open in the end; `running` is the one that the session at work has come in by."""

    before: State
    after: State
    operations: Sequence[Operation]
    way: Way
    running: Way

    @property
    def acting(self) -> list[Operation]:
        """The operations that a packet or a login can meet."""
        return [step for step in self.operations if not step.inert]


def family_of(address: str) -> int:
    """4 or 6."""
    return ip_address(bare(address)).version


def bare(address: str) -> str:
    """An address without its zone."""
    return address.split("%")[0]


def families(addresses: Iterable[str]) -> list[int]:
    """The families of the addresses: 4, 6 or both."""
    return sorted({family_of(address) for address in addresses})


def static(state: State, path: str) -> list[Row]:
    """The configured rows of a menu; none when it was not read."""
    return [row for row in state.tables.get(path, ()) if row.get("dynamic") != "true"]


def named(state: State, path: str, name: str | None) -> Row | None:
    """The configured row of that name."""
    return next((row for row in static(state, path) if row.get("name") == name), None)


def is_on(row: Mapping[str, str], name: str) -> bool:
    """Whether a boolean of a row is set, whichever word the menu has for it."""
    return row.get(name, "") in ("true", "yes")
