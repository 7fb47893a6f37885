# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Matchers of RouterOS rules as nftables expressions."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.times import microseconds

Row = Mapping[str, str]

ALWAYS = ""
_PORTED = frozenset({"tcp", "udp", "udp-lite", "dccp", "sctp", "6", "17", "33", "132", "136"})
_PROTOCOLS = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "ipsec-esp": 50, "icmpv6": 58, "sctp": 132}
_TYPES = {
    4: frozenset({"unicast", "local", "broadcast", "multicast", "blackhole"}),
    6: frozenset({"unicast", "local", "anycast", "multicast", "unreachable"}),
}
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_PORT_MATCHERS = frozenset({"src-port", "dst-port", "port"})
_KERNEL_IPSEC = {
    "in,ipsec": "meta secpath exists",
    "in,none": "meta secpath missing",
    "out,ipsec": "rt ipsec exists",
    "out,none": "rt ipsec missing",
}
_COUNTING = frozenset({"limit", "dst-limit", "connection-limit", "random", "nth"})


class Untranslatable(Exception):
    """nftables has no words for it, or not for exactly that; the message says for what."""


@dataclass(frozen=True)
class Choice:
    """Expressions of which one must hold, or none of them when `negated`. No expressions: never, or always."""

    expressions: list[str]
    negated: bool = False


@dataclass(frozen=True)
class Tunnel:
    """IPsec in user space: what it decrypts arrives on `device` instead of on `interface`, as it does on a router."""

    device: str
    interface: str


class Context(Protocol):
    """What the matchers of one translation share."""

    family: int
    approximate: bool
    tunnel: Tunnel | None
    members: Mapping[str, Sequence[str]]
    """Interface lists with their members."""

    def list_name(self, name: str) -> str:
        """The name that the sets of an address list begin with."""

    def meter(self, key: str, timeout: str) -> str:
        """The name of a new set that counts by key."""


def last(name: str) -> bool:
    """Whether the matcher counts packets: it is asked last, for packets that all others let through."""
    return name in _COUNTING


def choice(context: Context, row: Row, name: str, text: str) -> Choice:
    """What a matcher asks for; an empty expression holds always.

    :raises Untranslatable: there are none that mean the same.
    """
    make = _MATCHERS.get(name)
    negated, value = text.startswith("!") and name != "tcp-flags", text
    if negated:
        value = text[1:].strip()
    if make is None or not value:
        raise Untranslatable(f"{name}={text}")
    if last(name) and not context.approximate:
        raise Untranslatable(f"{name}={text} (only nearly)")
    try:
        if name in _PORT_MATCHERS:
            # nft 1.0.6 joins "source port not A" and "destination port not B" to "not (A and B)".
            return Choice(make(context, row, value, False), negated)
        return Choice(make(context, row, value, negated))
    except (ValueError, KeyError):
        raise Untranslatable(f"{name}={text}") from None


def _ip(context: Context) -> str:
    return "ip" if context.family == 4 else "ip6"


def _never(negated: bool) -> list[str]:
    return [ALWAYS] if negated else []


def _protocol(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    number = int(value) if value.isdigit() else _PROTOCOLS[value]
    return [f"meta l4proto {'!= ' if negated else ''}{number}"]


def _address(side: str) -> Make:
    def make(context: Context, row: Row, value: str, negated: bool) -> list[str]:
        if "-" in value:
            low, high = (ipaddress.ip_address(part) for part in value.split("-"))
            version, shown = low.version, f"{low}-{high}"
        else:
            network = ipaddress.ip_network(value, strict=False)
            if network.prefixlen == 0 and network.version == context.family:
                return _never(not negated)
            version, shown = network.version, str(network)
        if version != context.family:
            raise ValueError(value)
        return [f"{_ip(context)} {side}addr {'!= ' if negated else ''}{shown}"]

    return make


def _listed(side: str) -> Make:
    def make(context: Context, row: Row, value: str, negated: bool) -> list[str]:
        sets = [f"@{context.list_name(value)}_{kind}" for kind in ("static", "dynamic")]
        if negated:
            return [" ".join(f"{_ip(context)} {side}addr != {each}" for each in sets)]
        return [f"{_ip(context)} {side}addr {each}" for each in sets]

    return make


def _spans(text: str) -> list[tuple[int, int]]:
    spans = []
    for part in text.split(","):
        low, _dash, high = part.partition("-")
        spans.append((int(low), int(high or low)))
    if any(low > high or high > 65535 for low, high in spans):
        raise ValueError(text)
    return spans


def _port_set(text: str) -> str:
    """As nftables wants it: no overlaps, no neighbours."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(_spans(text)):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return "{ " + ", ".join(f"{low}-{high}" if high > low else str(low) for low, high in joined) + " }"


def _port(*sides: str) -> Make:
    def make(context: Context, row: Row, value: str, negated: bool) -> list[str]:
        if row.get("protocol") not in _PORTED:
            raise ValueError("ports need a protocol that has them")
        ports = _port_set(value)
        return [f"th {side}port {ports}" for side in sides]

    return make


def _state(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    words = value.split(",")
    if not set(words) <= {"invalid", "established", "related", "new", "untracked"}:
        raise ValueError(value)
    return [f"ct state & ({' | '.join(words)}) {'==' if negated else '!='} 0"]


def _nat_state(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    words = [{"srcnat": "snat", "dstnat": "dnat"}[word] for word in value.split(",")]
    return [f"ct status & ({' | '.join(words)}) {'==' if negated else '!='} 0"]


def _interface(key: str) -> Make:
    def make(context: Context, row: Row, value: str, negated: bool) -> list[str]:
        if value.startswith(("all-", "*")) or not re.fullmatch(r"[\w.@-]{1,15}", value):
            raise ValueError(value)
        return [_one_of(context, key, [value], negated)]

    return make


def _interface_list(key: str) -> Make:
    def make(context: Context, row: Row, value: str, negated: bool) -> list[str]:
        if value in ("all", "none"):
            return _never(negated == (value == "none"))
        members = context.members[value]
        if not members:
            return _never(negated)
        return [_one_of(context, key, members, negated)]

    return make


def _one_of(context: Context, key: str, names: Sequence[str], negated: bool) -> str:
    """An expression for interfaces; what comes through a tunnel counts as arriving where the tunnel does."""
    names = list(dict.fromkeys(names))
    if context.tunnel and context.tunnel.interface in names:
        names.append(context.tunnel.device)
    quoted = ", ".join(f'"{each}"' for each in names)
    return f"{key} {'!= ' if negated else ''}{quoted if len(names) == 1 else f'{{ {quoted} }}'}"


def _type(side: str) -> Make:
    def make(context: Context, row: Row, value: str, negated: bool) -> list[str]:
        words = value.split(",")
        if not set(words) <= _TYPES[context.family]:
            raise ValueError(value)
        return [f"fib {side}addr type {'!= ' if negated else ''}{{ {', '.join(words)} }}"]

    return make


def _flags(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    words = value.split(",")
    whole = words[0] == "!"
    words = words[1:] if whole else words
    known = {"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"}
    named = [word.removeprefix("!").replace("ece", "ecn") for word in words]
    if row.get("protocol") not in ("tcp", "6") or not named or not set(named) <= known:
        raise ValueError(value)
    wanted = [name for name, word in zip(named, words, strict=True) if not word.startswith("!")]
    sign = "!=" if whole else "=="
    return [f"tcp flags & ({' | '.join(named)}) {sign} {' | '.join(wanted) if wanted else '0x0'}"]


def _size(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    ((low, high),) = _spans(value)
    return [f"meta length {'!= ' if negated else ''}{low}-{high}"]


def _hops(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    word, _colon, number = value.partition(":")
    sign = {"equal": "==", "not-equal": "!=", "less-than": "<", "greater-than": ">"}[word]
    return [f"{'ip ttl' if context.family == 4 else 'ip6 hoplimit'} {sign} {int(number)}"]


def _dscp(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    return [f"{_ip(context)} dscp {'!= ' if negated else ''}{int(value)}"]


def _icmp(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    if row.get("protocol") not in ("icmp", "icmpv6", "1", "58"):
        raise ValueError("needs ICMP")
    kind, _colon, codes = value.partition(":")
    low, _dash, high = (codes or "0-255").partition("-")
    name, sign = "icmp" if context.family == 4 else "icmpv6", "!= " if negated else ""
    found = [f"{name} type {sign}{int(kind)}", f"{name} code {sign}{int(low)}-{int(high or low)}"]
    return found if negated else [" ".join(found)]


def _mac(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    if not re.fullmatch(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", value):
        raise ValueError(value)
    return [f"ether saddr {'!= ' if negated else ''}{value.lower()}"]


def _fragment(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    if context.family != 4 or value not in ("yes", "true", "no", "false"):
        raise ValueError(value)
    return [f"ip frag-off & 0x1fff {'!=' if value in ('yes', 'true') else '=='} 0"]


def _ipsec(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    direction, kind = value.split(",")
    if (direction, row.get("chain")) == ("out", "input"):
        raise ValueError("what arrives has no way out")
    if context.tunnel:
        key, sign = {"in": "iifname", "out": "oifname"}[direction], {"ipsec": "", "none": "!= "}[kind]
        return [f'{key} {sign}"{context.tunnel.device}"']
    return [_KERNEL_IPSEC[value]]


def _rate(text: str) -> tuple[int, str]:
    """RATE[/TIME] as a whole number per unit that nftables has."""
    rate, _slash, time = text.partition("/")
    period = microseconds(time or "1s")
    if not period:
        raise ValueError(text)
    for unit, seconds in _UNITS.items():
        amount, rest = divmod(int(rate) * seconds * 1_000_000, period)
        if amount and not rest:
            return amount, unit
    raise ValueError(text)


def _limit(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    rate, _comma, rest = value.partition(",")
    burst, _colon, mode = rest.partition(":")
    amount, unit = _rate(rate)
    over = "over " if negated else ""
    if mode == "bit":
        if amount % 8 or int(burst) < 8:
            raise ValueError("no whole bytes")
        return [f"limit rate {over}{amount // 8} bytes/{unit} burst {int(burst) // 8} bytes"]
    return [f"limit rate {over}{amount}/{unit} burst {int(burst)} packets"]


_FLOWS = {
    "dst-address": "{ip} daddr",
    "dst-address-and-port": "{ip} daddr . th dport",
    "src-address": "{ip} saddr",
    "src-and-dst-addresses": "{ip} saddr . {ip} daddr",
    "addresses-and-dst-port": "{ip} saddr . {ip} daddr . th dport",
}


def _dst_limit(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    rate, burst, flow = value.split(",")
    mode, _slash, expire = flow.partition("/")
    idle = microseconds(expire or "1m40s")
    if negated or not idle:
        raise ValueError(value)
    amount, unit = _rate(rate)
    key = _FLOWS[mode].format(ip=_ip(context))
    name = context.meter(key.replace("th dport", "tcp dport"), f"{max(1, idle // 1_000_000)}s")
    return [f"update @{name} {{ {key} limit rate {amount}/{unit} burst {int(burst)} packets }}"]


def _connection_limit(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    count, _comma, length = value.partition(",")
    whole = 32 if context.family == 4 else 128
    if int(length) != whole or int(count) < 1:
        raise ValueError("only single addresses")
    name = context.meter(f"{_ip(context)} saddr", "")
    over = "" if negated else "over "
    # RouterOS matches from the given count on, ct count above it.
    return [f"add @{name} {{ {_ip(context)} saddr ct count {over}{int(count) - 1} }}"]


def _random(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    return [f"numgen random mod 100 < {int(value)}"]


def _nth(context: Context, row: Row, value: str, negated: bool) -> list[str]:
    every, _comma, which = value.partition(",")
    return [f"numgen inc mod {int(every)} {'!=' if negated else '=='} {int(which or '1') - 1}"]


Make = Callable[[Context, Row, str, bool], list[str]]

_MATCHERS: Mapping[str, Make] = {
    "protocol": _protocol,
    "src-address": _address("s"),
    "dst-address": _address("d"),
    "src-address-list": _listed("s"),
    "dst-address-list": _listed("d"),
    "src-port": _port("s"),
    "dst-port": _port("d"),
    "port": _port("s", "d"),
    "connection-state": _state,
    "connection-nat-state": _nat_state,
    "in-interface": _interface("iifname"),
    "out-interface": _interface("oifname"),
    "in-interface-list": _interface_list("iifname"),
    "out-interface-list": _interface_list("oifname"),
    "src-address-type": _type("s"),
    "dst-address-type": _type("d"),
    "tcp-flags": _flags,
    "packet-size": _size,
    "ttl": _hops,
    "hop-limit": _hops,
    "dscp": _dscp,
    "icmp-options": _icmp,
    "src-mac-address": _mac,
    "fragment": _fragment,
    "ipsec-policy": _ipsec,
    "limit": _limit,
    "dst-limit": _dst_limit,
    "connection-limit": _connection_limit,
    "random": _random,
    "nth": _nth,
}
