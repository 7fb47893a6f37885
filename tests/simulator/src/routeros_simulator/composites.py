# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of several parts: limits, times, protocols, dates. Functions give the form on read, or None for nonsense."""

from __future__ import annotations

import re
from collections.abc import Callable

from .addresses import address
from .durations import format_duration, parse_duration

# numbers of the protocols that the router knows by name
_PROTOCOLS = {
    "1": "icmp",
    "2": "igmp",
    "3": "ggp",
    "4": "ipencap",
    "5": "st",
    "6": "tcp",
    "8": "egp",
    "12": "pup",
    "17": "udp",
    "20": "hmp",
    "22": "xns-idp",
    "27": "rdp",
    "29": "iso-tp4",
    "33": "dccp",
    "36": "xtp",
    "37": "ddp",
    "38": "idpr-cmtp",
    "41": "ipv6-encap",
    "43": "ipv6-route",
    "44": "ipv6-frag",
    "46": "rsvp",
    "47": "gre",
    "50": "ipsec-esp",
    "51": "ipsec-ah",
    "58": "icmpv6",
    "59": "ipv6-nonxt",
    "60": "ipv6-opts",
    "73": "rspf",
    "81": "vmtp",
    "89": "ospf",
    "94": "ipip",
    "97": "etherip",
    "98": "encap",
    "103": "pim",
    "112": "vrrp",
    "115": "l2tp",
    "132": "sctp",
    "136": "udp-lite",
}
_NAMES = frozenset(_PROTOCOLS.values())
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FLOWS = ("dst-address", "dst-address-and-port", "src-address", "src-and-dst-addresses", "addresses-and-dst-port")
_SPAN = re.compile(r"\d+(-\d+)?")


def protocol(text: str) -> str | None:
    """A protocol by name or number; known numbers read back as names."""
    if text in _NAMES:
        return text
    if text.isascii() and text.isdigit() and int(text) <= 255:
        return _PROTOCOLS.get(str(int(text)), str(int(text)))
    return None


def _rate(text: str, highest: int) -> str | None:
    """rate[/time]; the time is shown only when it is not one second."""
    number, slash, span = text.partition("/")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= highest):
        return None
    milliseconds = parse_duration(span) if slash else 1000
    if not milliseconds:
        return None
    return f"{int(number)}" if milliseconds == 1000 else f"{int(number)}/{format_duration(milliseconds)}"


def limit(text: str) -> str | None:
    """rate[/time],burst[:packet|bit]; the mode is always shown."""
    text, colon, mode = text.partition(":")
    if colon and mode not in ("packet", "bit"):
        return None
    rate_text, _unused, burst = text.partition(",")
    rate = _rate(rate_text, 32_000_000_000)
    burst = burst or "5"
    if rate is None or not (burst.isascii() and burst.isdigit() and int(burst) <= 2_000_000_000):
        return None
    return f"{rate},{int(burst)}:{mode or 'packet'}"


def dst_limit(text: str) -> str | None:
    """rate[/time],burst,mode[/expire]."""
    parts = text.split(",")
    if len(parts) != 3:
        return None
    rate = _rate(parts[0], 32_000_000_000)
    mode, slash, expire = parts[2].partition("/")
    if rate is None or not (parts[1].isascii() and parts[1].isdigit()) or mode not in _FLOWS:
        return None
    idle = parse_duration(expire) if slash else 0
    if idle is None:
        return None
    return f"{rate},{int(parts[1])},{mode}" + (f"/{format_duration(idle)}" if slash else "")


def time_matcher(text: str) -> str | None:
    """start-end,days; times of day as durations, days from sun to sat."""
    span, *days = text.split(",")
    first, dash, last = span.partition("-")
    start, end = parse_duration(first), parse_duration(last)
    if not dash or start is None or end is None or not set(days) <= set(_DAYS):
        return None
    return ",".join([f"{format_duration(start)}-{format_duration(end)}", *(day for day in _DAYS if day in days)])


def port_scan(text: str) -> str | None:
    """weight,delay,low-port-weight,high-port-weight, such as 21,3s,3,1."""
    parts = text.split(",")
    delay = parse_duration(parts[1]) if len(parts) == 4 else None
    if delay is None or not all(part.isdigit() for part in (parts[0], *parts[2:])):
        return None
    return f"{parts[0]},{format_duration(delay)},{parts[2]},{parts[3]}"


def ttl(text: str) -> str | None:
    """equal|not-equal|less-than|greater-than:0..255."""
    word, _unused, number = text.partition(":")
    known = word in ("equal", "not-equal", "less-than", "greater-than")
    return text if known and number.isdigit() and int(number) <= 255 else None


def ipsec_policy(text: str) -> str | None:
    """in|out,none|ipsec; the grammar allows the direction alone."""
    direction, _unused, kind = text.partition(",")
    return text if direction in ("in", "out") and kind in ("", "none", "ipsec") else None


def icmp_options(text: str) -> str | None:
    """type[:code or code range]."""
    kind, colon, code = text.partition(":")
    if not _SPAN.fullmatch(kind) or (colon and not _SPAN.fullmatch(code)):
        return None
    return text


def _span(text: str) -> str | None:
    return text if _SPAN.fullmatch(text) else None


def connection_limit(text: str) -> str | None:
    """count,prefix-length."""
    return text if re.fullmatch(r"\d+,\d{1,3}", text) else None


def identifier(text: str) -> str | None:
    """IPsec my-id and remote-id: auto, ignore, dn, address:IP, fqdn:TEXT, user-fqdn:TEXT or key-id:TEXT."""
    if text in ("auto", "ignore", "dn"):
        return text
    kind, colon, value = text.partition(":")
    if not colon or not value or kind not in ("address", "fqdn", "user-fqdn", "key-id"):
        return None
    if kind == "address":
        found = address(value)
        return None if found is None else f"address:{found}"
    return text


def subject_alt_name(text: str) -> str | None:
    """One of DNS:name, IP:address, email:address."""
    kind, colon, value = text.partition(":")
    if not colon or not value or kind not in ("DNS", "IP", "email"):
        return None
    if kind == "IP":
        found = address(value)
        return None if found is None else f"IP:{found}"
    return text


def date(text: str) -> str | None:
    """A day as 2023-03-10; mar/10/2023 is accepted too."""
    match = re.fullmatch(r"([a-z]{3})/(\d{1,2})/(\d{4})", text.lower())
    if match and match[1] in _MONTHS:
        text = f"{match[3]}-{_MONTHS.index(match[1]) + 1:02}-{int(match[2]):02}"
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    if match is None or not 1970 <= int(match[1]) <= 2106:
        return None
    return text if 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31 else None


COMPOSITES: dict[str, Callable[[str], str | None]] = {
    "limit": limit,
    "dst-limit": dst_limit,
    "time": time_matcher,
    "psd": port_scan,
    "ttl": ttl,
    "hop-limit": ttl,
    "ipsec-policy": ipsec_policy,
    "icmp-options": icmp_options,
    "connection-limit": connection_limit,
    "connection-bytes": _span,
    "connection-rate": _span,
    "tcp-mss": _span,
    "packet-size": _span,
    "to-ports": _span,
    "my-id": identifier,
    "remote-id": identifier,
    "subject-alt-name": subject_alt_name,
}
