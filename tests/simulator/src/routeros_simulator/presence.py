# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a router is heard: at its addresses, as long as their interface is up."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .packets import Packet
    from .router import Router

MENUS = ("/ip/address", "/ipv6/address")
#: a change of these may make a router deaf somewhere, or give it ears
PATHS = frozenset({*MENUS, "/interface", "/interface/vrrp"})
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class Presence:
    """The router's addresses.

    hosts: those that a simulated router has without saying so in any menu, since it has to be heard somewhere.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self.hosts: tuple[str, ...] = ()
        self._known: tuple[frozenset[str], frozenset[str]] | None = None
        router.changed.append(self._changed)

    def _changed(self, path: str) -> None:
        if path in PATHS:
            self._known = None

    def _now(self) -> tuple[frozenset[str], frozenset[str]]:
        """Addresses that are up, and interfaces that are not."""
        if self._known is None:
            tables = self._router.tables
            interfaces = {row.get("name"): row for row in tables["/interface"]}
            down = {name for name, row in interfaces.items() if row.disabled}
            # a virtual address is the master's, and nobody else's
            deaf = down | {name for name, row in interfaces.items() if row.get("running") == "false"}
            up = interfaces.keys() - deaf
            rows = [row for path in MENUS for row in tables[path]]
            here = {
                row.get("address").partition("/")[0] for row in rows if not row.disabled and row.get("interface") in up
            }
            self._known = frozenset(here), frozenset(down)
        return self._known

    @property
    def addresses(self) -> frozenset[str]:
        """Those in /ip/address and /ipv6/address that are up, without their masks."""
        return self._now()[0]

    @property
    def extra(self) -> frozenset[str]:
        """Those of them that a program may listen on beside `hosts`, on any machine: within 127.0.0.0/8."""
        found = self.addresses.difference(self.hosts)
        return frozenset(one for one in found if ":" not in one and ipaddress.ip_address(one) in _LOOPBACK)

    def has(self, address: str) -> bool:
        """Whether it is one of the router's own."""
        return address in self.hosts or address in self.addresses

    def hears(self, packet: Packet) -> bool:
        """Whether a packet arrives: its interface is not disabled and its destination is (still) the router."""
        return packet.interface not in self._now()[1] and (not self.hosts or self.has(str(packet.destination)))
