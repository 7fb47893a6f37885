# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A packet on its way to the router itself, or its answer, as far as the firewall can see it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SYN = frozenset({"syn"})
DATA = frozenset({"ack", "psh"})


@dataclass(frozen=True)
class Packet:
    """A TCP packet. ``state`` is the connection's: new, established or untracked; ``ipsec``: it is in a tunnel.

    ``interface`` is the one it comes in through or, ``outgoing``, the one it leaves through.
    """

    source: Address
    source_port: int
    destination: Address
    destination_port: int
    interface: str = "ether1"
    state: str = "new"
    ipsec: bool = False
    flags: frozenset[str] = SYN
    length: int = 60
    outgoing: bool = False

    @property
    def family(self) -> str:
        """The menu of its family: ip or ipv6."""
        return "ip" if self.source.version == 4 else "ipv6"

    def later(self, length: int, *, new: bool = False) -> Packet:
        """A packet with data on the same connection; ``new`` when the connection is not tracked any more."""
        return replace(self, state="new" if new else "established", flags=DATA, length=52 + length)

    def answer(self) -> Packet:
        """What the router sends back; its own connection tracking calls that established from the first packet on."""
        return replace(
            self,
            source=self.destination,
            source_port=self.destination_port,
            destination=self.source,
            destination_port=self.source_port,
            state="established" if self.state == "new" else self.state,
            flags=frozenset({"syn", "ack"}) if self.flags == SYN else frozenset({"ack"}),
            outgoing=True,
        )

    def __str__(self) -> str:
        """As it stands in a log line of the firewall."""
        flags = ",".join(flag.upper() for flag in ("syn", "ack", "psh") if flag in self.flags)
        form = "{}:{}" if self.source.version == 4 else "[{}]:{}"
        source = form.format(self.source, self.source_port)
        destination = form.format(self.destination, self.destination_port)
        return f"connection-state:{self.state} proto TCP ({flags}), {source}->{destination}, len {self.length}"
