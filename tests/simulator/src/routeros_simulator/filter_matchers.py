# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matchers of a rule, for packets that arrive at the router itself, and for its answers.

A matcher is a function of the packet, made from the property's text. What cannot be known about a simulated packet
(payload, port scan history, ...) is an unknown matcher; a switch says how a rule with one behaves.
"""

from __future__ import annotations

import ipaddress
import itertools
import random
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from .buckets import DstLimit, Limit, seconds
from .packets import Address, Packet

Matcher = Callable[[Packet], bool]


class UnknownMatcher(Exception):
    """The simulator cannot tell whether such a property matches."""


class World(Protocol):
    """What a rule looks at besides the packet."""

    def now(self) -> float:
        """Simulated seconds since the epoch."""

    def listed(self, name: str, address: Address) -> bool:
        """Whether an address list of the address's family holds it."""

    def in_list(self, name: str, interface: str) -> bool:
        """Whether an interface list holds the interface."""

    def connections(self, block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> int:
        """Tracked connections whose source is in the block."""


def address_span(text: str) -> tuple[int, int]:
    """First and last address, as numbers, of a host, a prefix or a range. Raises ValueError."""
    if "-" in text:
        low, _unused, high = text.partition("-")
        return int(ipaddress.ip_address(low)), int(ipaddress.ip_address(high))
    network = ipaddress.ip_network(text, strict=False)
    return int(network.network_address), int(network.broadcast_address)


def number_spans(text: str) -> list[tuple[int, int]]:
    """`22,8728-8729` as pairs of first and last. Raises ValueError."""
    spans = []
    for part in text.split(","):
        low, _unused, high = part.partition("-")
        spans.append((int(low), int(high or low)))
    return spans


def _address(pick: Callable[[Packet], Address]) -> Callable[[str, World], Matcher]:
    def make(text: str, world: World) -> Matcher:
        low, high = address_span(text)
        return lambda packet: low <= int(pick(packet)) <= high

    return make


def _listed(pick: Callable[[Packet], Address]) -> Callable[[str, World], Matcher]:
    return lambda text, world: lambda packet: world.listed(text, pick(packet))


def _port(*picks: Callable[[Packet], int]) -> Callable[[str, World], Matcher]:
    def make(text: str, world: World) -> Matcher:
        spans = number_spans(text)
        return lambda packet: any(low <= pick(packet) <= high for low, high in spans for pick in picks)

    return make


def _among(pick: Callable[[Packet], str]) -> Callable[[str, World], Matcher]:
    def make(text: str, world: World) -> Matcher:
        words = frozenset(text.split(","))
        return lambda packet: pick(packet) in words

    return make


def _constant(value: bool) -> Callable[[str, World], Matcher]:
    return lambda text, world: lambda packet: value


def _unmarked(text: str, world: World) -> Matcher:
    return lambda packet: text in ("no-mark", "main")


def _type_of(address: Address, ours: bool) -> str:
    """Even 127.0.0.x plays a host outside."""
    return "local" if ours else "multicast" if address.is_multicast else "unicast"


def _interface(outgoing: bool) -> Callable[[str, World], Matcher]:
    """A packet for the router has no outgoing interface, its answer no incoming one."""

    def make(text: str, world: World) -> Matcher:
        if text == "all-ethernet":
            return lambda packet: packet.outgoing == outgoing and packet.interface.startswith("ether")
        return lambda packet: packet.outgoing == outgoing and packet.interface == text

    return make


def _interface_list(outgoing: bool) -> Callable[[str, World], Matcher]:
    return lambda text, world: lambda packet: packet.outgoing == outgoing and world.in_list(text, packet.interface)


def _tcp_flags(text: str, world: World) -> Matcher:
    inverted = text.startswith("!,")
    words = text.removeprefix("!,").split(",")
    wanted = frozenset(word for word in words if not word.startswith("!"))
    refused = frozenset(word[1:] for word in words if word.startswith("!"))
    return lambda packet: (wanted <= packet.flags and not refused & packet.flags) != inverted


def _ipsec_policy(text: str, world: World) -> Matcher:
    direction, _unused, wanted = text.partition(",")
    outgoing, ipsec = direction == "out", wanted == "ipsec"
    return lambda packet: packet.outgoing == outgoing and packet.ipsec == ipsec


def _connection_limit(text: str, world: World) -> Matcher:
    number, _unused, prefix = text.partition(",")
    count, length = int(number), int(prefix or 128)

    def matches(packet: Packet) -> bool:
        bits = min(length, packet.source.max_prefixlen)
        return world.connections(ipaddress.ip_network((packet.source, bits), strict=False)) >= count

    return matches


def _compared(value: int) -> Callable[[str, World], Matcher]:
    def make(text: str, world: World) -> Matcher:
        relation, _unused, number = text.partition(":")
        wanted = int(number)
        results = {"equal": value == wanted, "not-equal": value != wanted}
        results |= {"less-than": value < wanted, "greater-than": value > wanted}
        result = results[relation]
        return lambda packet: result

    return make


def _numbered(value: int) -> Callable[[str, World], Matcher]:
    def make(text: str, world: World) -> Matcher:
        result = int(text) == value
        return lambda packet: result

    return make


def _packet_size(text: str, world: World) -> Matcher:
    ((low, high),) = number_spans(text)
    return lambda packet: low <= packet.length <= high


def _ipv4_options(text: str, world: World) -> Matcher:
    result = text == "none" or text.startswith("no-")
    return lambda packet: result


def _random(text: str, world: World) -> Matcher:
    share = int(text) / 100
    return lambda packet: random.random() < share


def _nth(text: str, world: World) -> Matcher:
    number, _unused, which = text.partition(",")
    turns = itertools.cycle([place == int(which or 1) for place in range(1, int(number) + 1)] or [False])

    def matches(packet: Packet) -> bool:
        return next(turns)

    return matches


def _time(text: str, world: World) -> Matcher:
    span, _unused, days = text.partition(",")
    start, _unused, end = span.partition("-")
    first, last = seconds(start), seconds(end)
    wanted = frozenset(days.split(","))

    def matches(packet: Packet) -> bool:
        moment = datetime.fromtimestamp(world.now(), UTC)
        second = moment.hour * 3600 + moment.minute * 60 + moment.second
        inside = first <= second <= last if first <= last else second >= first or second <= last
        return inside and (not days or moment.strftime("%a").lower() in wanted)

    return matches


def _limit(text: str, world: World) -> Matcher:
    limit = Limit(text)
    return lambda packet: limit.matches(world.now(), packet.length)


_FLOWS: Mapping[str, Callable[[Packet], Hashable]] = {
    "dst-address": lambda packet: packet.destination,
    "dst-address-and-port": lambda packet: (packet.destination, packet.destination_port),
    "src-address": lambda packet: packet.source,
    "src-and-dst-addresses": lambda packet: (packet.source, packet.destination),
    "addresses-and-dst-port": lambda packet: (packet.source, packet.destination, packet.destination_port),
}


def _dst_limit(text: str, world: World) -> Matcher:
    limit = DstLimit(text)
    flow = _FLOWS[limit.mode]
    return lambda packet: limit.matches(world.now(), flow(packet))


# In the router's order of evaluation (RouterOS manual: Common firewall matchers): the limits come last and count only
# the packets that every other matcher lets through.
MATCHERS: Mapping[str, Callable[[str, World], Matcher]] = {
    "protocol": _among(lambda packet: "tcp"),
    "src-address": _address(lambda packet: packet.source),
    "dst-address": _address(lambda packet: packet.destination),
    "src-port": _port(lambda packet: packet.source_port),
    "dst-port": _port(lambda packet: packet.destination_port),
    "port": _port(lambda packet: packet.source_port, lambda packet: packet.destination_port),
    "in-interface": _interface(False),
    "in-interface-list": _interface_list(False),
    "out-interface": _interface(True),
    "out-interface-list": _interface_list(True),
    "connection-state": _among(lambda packet: packet.state),
    "src-address-type": _among(lambda packet: _type_of(packet.source, packet.outgoing)),
    "dst-address-type": _among(lambda packet: _type_of(packet.destination, not packet.outgoing)),
    "src-address-list": _listed(lambda packet: packet.source),
    "dst-address-list": _listed(lambda packet: packet.destination),
    "ipsec-policy": _ipsec_policy,
    "tcp-flags": _tcp_flags,
    "packet-size": _packet_size,
    "ttl": _compared(64),
    "hop-limit": _compared(64),
    "dscp": _numbered(0),
    "priority": _numbered(0),
    "ingress-priority": _numbered(0),
    "ipv4-options": _ipv4_options,
    "packet-mark": _unmarked,
    "connection-mark": _unmarked,
    "routing-mark": _unmarked,
    "time": _time,
    # what a packet for the router itself, over TCP and without NAT, never has
    "fragment": lambda text, world: lambda packet: text not in ("true", "yes"),
    "in-bridge-port": _constant(False),
    "in-bridge-port-list": _constant(False),
    "out-bridge-port": _constant(False),
    "out-bridge-port-list": _constant(False),
    "connection-nat-state": _constant(False),
    "connection-type": _constant(False),
    "icmp-options": _constant(False),
    "p2p": _constant(False),
    "connection-limit": _connection_limit,
    "nth": _nth,
    "random": _random,
    "limit": _limit,
    "dst-limit": _dst_limit,
}

#: properties of a rule that say what it does, not what it matches
NO_MATCHERS = frozenset(
    [
        "chain",
        "action",
        "comment",
        "disabled",
        "log",
        "log-prefix",
        "jump-target",
        "reject-with",
        "address-list",
        "address-list-timeout",
        "to-addresses",
        "to-address",
        "to-ports",
        "same-not-by-dst",
        "randomise-ports",
        "hw-offload",
        "dynamic",
        "invalid",
        "bytes",
        "packets",
        "about",
    ]
)


def compile_matchers(values: Mapping[str, str], world: World) -> tuple[list[Matcher], list[str]]:
    """The matchers of a rule in the order of evaluation, and the names of the properties that are unknown matchers.

    A property with an empty text matches everything.
    """
    matchers: list[Matcher] = []
    unknown = [name for name, text in values.items() if text and name not in MATCHERS and name not in NO_MATCHERS]
    for name, make in MATCHERS.items():
        if text := values.get(name):
            try:
                matchers.append(_one(name, text, make, world))
            except (ValueError, KeyError):
                unknown.append(name)
    return matchers, unknown


def _one(name: str, text: str, make: Callable[[str, World], Matcher], world: World) -> Matcher:
    if name == "protocol":
        text = {"6": "tcp", "!6": "!tcp"}.get(text, text)
    if not text.startswith("!") or name == "tcp-flags":
        return make(text, world)
    positive = make(text[1:], world)
    return lambda packet: not positive(packet)
