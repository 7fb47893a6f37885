# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/interface/vrrp: an address that routers share (RouterOS manual: VRRP; read forms seen on devices).

Each row is an interface as well, with the MAC address of its VRID. Whoever has the highest priority is master; without
another router that is this one, at once. Advertisements are not sent: `Vrrp.heard` says what another router advertises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap
from .names import NamedHooks
from .table import Row, Table

if TYPE_CHECKING:
    from .router import Router

MENU = "/interface/vrrp"
INTERFACES = "/interface"
#: what the row of the interface shows of it, and takes for it
_SHARED = ("name", "disabled", "comment", "mtu")


class VrrpHooks(NamedHooks):
    """See the module."""

    def __init__(self, vrrp: Vrrp) -> None:
        self._vrrp = vrrp

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Without a name it is called vrrp1, vrrp2, ...; no interface has a name twice."""
        number = 1
        interfaces = call.router.tables[INTERFACES]
        while not after.get("name"):
            if interfaces.find(name=f"vrrp{number}") is None:
                after["name"] = f"vrrp{number}"
            number += 1
        other = interfaces.find(name=after["name"])
        if other is not None and (row is None or other is not self._vrrp.interface(row)):
            raise Trap("failure: already have interface with such name", 4)

    def added(self, table: Table, row: Row) -> None:
        """It is an interface from now on."""
        self._vrrp.follow(row)

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """The interface is called and disabled as it is."""
        self._vrrp.follow(row, before.get("name", ""))

    def removed(self, table: Table, row: Row) -> None:
        """The interface is gone; who refers to it dangles."""
        interface = self._vrrp.interface(row)
        if interface is not None:
            table.router.tables[INTERFACES].delete(interface)

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Its state."""
        master, dead = self._vrrp.master(row), self._vrrp.dead(row)
        reply["mac-address"] = mac_address(row)
        reply["invalid"] = "true" if row.get("interface").startswith("*") else "false"
        reply["running"] = reply["master"] = "true" if master else "false"
        reply["backup"] = "true" if not master and not dead else "false"


class InterfaceHooks(NamedHooks):
    """/interface: what is set here holds for the row of the kind that it is."""

    def __init__(self, vrrp: Vrrp) -> None:
        self._vrrp = vrrp

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """Names and the like go to the other row; an interface that goes down takes its VRRP along."""
        if row.get("type") == "vrrp":
            self._vrrp.told(row, before.get("name", ""))
        elif before.get("disabled") != row.get("disabled"):
            self._vrrp.elect()


def mac_address(row: Row) -> str:
    """The address that all routers of a VRID share (RFC 5798)."""
    family = "02" if row.get("v3-protocol") == "ipv6" else "01"
    return f"00:00:5E:00:{family}:{int(row.get('vrid', '1')):02X}"


class Vrrp:
    """The VRRP interfaces of a router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._others: dict[int, int] = {}
        router.hook(MENU, VrrpHooks(self))
        router.hook(INTERFACES, InterfaceHooks(self))

    def heard(self, vrid: int, priority: int) -> None:
        """Another router advertises this priority for a VRID; 0: it has gone."""
        self._others[vrid] = priority
        self.elect()

    def elect(self) -> None:
        """Bring the interfaces in line with who is master."""
        for row in self._router.tables[MENU]:
            self.follow(row)

    def dead(self, row: Row) -> bool:
        """Whether it is disabled, or what it runs on is."""
        carrier = self._router.tables[INTERFACES].find(name=row.get("interface"))
        return row.disabled or carrier is None or carrier.disabled

    def master(self, row: Row) -> bool:
        """Whether the virtual address is here; equal priorities go to the other router, which was there before."""
        return not self.dead(row) and int(row.get("priority", "100")) > self._others.get(int(row.get("vrid", "1")), 0)

    def interface(self, row: Row) -> Row | None:
        """Its row in /interface."""
        return self._router.tables[INTERFACES].get(str(row.hidden.get("interface-id", "")))

    def follow(self, row: Row, name: str = "") -> None:
        """Make the interface agree with the row; name: what it was called before."""
        table = self._router.tables[INTERFACES]
        values: dict[str, str | None] = {one: row.values.get(one) for one in _SHARED}
        values |= {"mac-address": mac_address(row), "running": "true" if self.master(row) else "false"}
        interface = self.interface(row) or table.find(name=name or row.get("name"), type="vrrp")
        if interface is None:
            given = {one: text for one, text in values.items() if text is not None}
            interface = table.insert({"type": "vrrp", "actual-mtu": row.get("mtu", "1500"), **given})
        row.hidden["interface-id"] = interface.id
        table.update(interface, values)

    def told(self, interface: Row, name: str) -> None:
        """What was set in /interface."""
        table = self._router.tables[MENU]
        row = table.find(name=name or interface.get("name"))
        if row is not None:
            table.update(row, {one: interface.values.get(one) for one in _SHARED})
