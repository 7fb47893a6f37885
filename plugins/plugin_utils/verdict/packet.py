# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A packet of which some things may be unknown."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from ansible_collections.bastion.routeros.plugins.plugin_utils.values import kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import TOP, Span, address_span

Addresses = str | ipaddress.IPv4Address | ipaddress.IPv6Address | ipaddress.IPv4Network | ipaddress.IPv6Network | None
Numbers = int | tuple[int, int] | None

FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
STATES = ("invalid", "established", "related", "new", "untracked")
# Who opens a TCP connection may set ece and cwr to negotiate ECN, and nothing else beside syn.
FIRST_SYN = frozenset({"syn", "!ack", "!fin", "!rst", "!psh", "!urg"})
"""The flags of the packet that opens a TCP connection."""


class BadPacket(ValueError):
    """The packet cannot be: addresses of two families, a state that does not exist. The message is complete."""


@dataclass(frozen=True)
class Packet:
    """What is known about a packet; None is unknown. Judged as the firewall's chain sees it, so after NAT.

    Addresses may be a host, a prefix or a range ("192.0.2.1-192.0.2.9"): then one address of those, not known which;
    numbers may be (first, last) likewise.

    `family`: 4 or 6, needed only when no address tells it. `protocol`: name or number. `state`: connection-state's
    word. `nat_state`: connection-nat-state's words that hold; empty for none. `ipsec_in`: whether it came through
    IPsec, `ipsec_out`: whether it will leave through it. `source_type`, `destination_type`: address type.
    `tcp_flags`: words of tcp-flags, "syn" is set and "!ack" is not set; flags not named are unknown. `size`: bytes
    with the IP header. `icmp`: type and code. `ttl`: or hop limit; in the chain forward it is one less than
    on arrival. `fragment`: a second or later fragment.
    """

    source: Addresses = None
    destination: Addresses = None
    protocol: str | int | None = None
    source_port: Numbers = None
    destination_port: Numbers = None
    state: str | None = None
    in_interface: str | None = None
    out_interface: str | None = None
    nat_state: Collection[str] | None = None
    ipsec_in: bool | None = None
    ipsec_out: bool | None = None
    source_type: str | None = None
    destination_type: str | None = None
    tcp_flags: Collection[str] = ()
    size: Numbers = None
    icmp: tuple[int, int] | None = None
    ttl: Numbers = None
    dscp: Numbers = None
    source_mac: str | None = None
    fragment: bool | None = None
    family: int = 0


@dataclass(frozen=True)
class View:
    """A packet made ready for the matchers: spans for everything that is a number, the whole of it when unknown."""

    packet: Packet
    family: int
    source: Span
    destination: Span
    protocol: int | None
    source_port: Span
    destination_port: Span
    size: Span
    ttl: Span
    dscp: Span
    state: str | None
    here: bool
    """It is for the router itself."""
    no_in: bool
    no_out: bool
    """This part of the way has no incoming, or no outgoing interface."""
    departs: bool
    """Whether it leaves through IPsec can be asked."""
    flags: frozenset[str]

    @classmethod
    def of(cls, packet: Packet, family: int, chain: str) -> View:
        """What the chain sees of the packet.

        :raises BadPacket: it is of another family, or says what cannot be.
        """
        if packet.state is not None and packet.state not in STATES:
            raise BadPacket(f"the connection state is one of {', '.join(STATES)}, not {packet.state!r}")
        flags = frozenset(packet.tcp_flags)
        if strange := {flag.removeprefix("!") for flag in flags} - set(FLAGS):
            raise BadPacket(f"TCP flags are {', '.join(FLAGS)}, not {', '.join(sorted(strange))}")
        if packet.family not in (0, family):
            raise BadPacket(f"an IPv{packet.family} packet meets no IPv{family} rules")
        return cls(
            packet=packet,
            family=family,
            source=_addresses(packet.source, family, "source"),
            destination=_addresses(packet.destination, family, "destination"),
            protocol=_protocol(packet.protocol),
            source_port=_numbers(packet.source_port, 65535),
            destination_port=_numbers(packet.destination_port, 65535),
            size=_numbers(packet.size, 1 << 32),
            ttl=_numbers(packet.ttl, 255),
            dscp=_numbers(packet.dscp, 63),
            state=packet.state,
            here=chain == "input",
            no_in=chain == "output",
            no_out=chain == "input",
            departs=chain in ("output", "forward"),
            flags=flags,
        )


def family_of(address: Addresses) -> int:
    """4 or 6; 0 for None.

    :raises BadPacket: no address, prefix or range.
    """
    if address is None:
        return 0
    found = address_span(str(address))
    if found is None:
        raise BadPacket(f"expected an IP address, a prefix or a range, got {str(address)!r}")
    return found[0]


def _addresses(address: Addresses, family: int, side: str) -> Span:
    if address is None:
        return 0, TOP[family]
    found = address_span(str(address))
    if found is None:
        raise BadPacket(f"expected an IP address, a prefix or a range as {side}, got {str(address)!r}")
    if found[0] != family:
        raise BadPacket(f"the {side} {address} meets no IPv{family} rules")
    return found[1], found[2]


def _protocol(protocol: str | int | None) -> int | None:
    if protocol is None:
        return None
    key = kind("protocol").key(str(protocol))
    if not isinstance(key, int) or not 0 <= key <= 255:
        raise BadPacket(f"expected a protocol such as tcp or its number, got {protocol!r}")
    return key


def _numbers(value: Numbers, highest: int) -> Span:
    if value is None:
        return 0, highest
    low, high = value if isinstance(value, tuple) else (value, value)
    if not 0 <= low <= high <= highest:
        raise BadPacket(f"expected a number or a span of numbers from 0 to {highest}, got {value!r}")
    return low, high
