# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that a client sends -> text that the router stores and reads back, or the router's error.

One function per type; what is matched with a plain "!" in front, and lists, are built on top of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from . import addresses, composites
from .durations import format_bound, format_duration, parse_duration
from .errors import Trap
from .facts import Property
from .overlay import POLICIES

_BOOLS = {"yes": "true", "true": "true", "no": "false", "false": "false"}
_MAC = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(KiB|MiB|GiB|k|K|M|G)?")
_KIBIBYTES = {None: 1.0, "KiB": 1.0, "k": 1.0, "K": 1.0, "MiB": 1024.0, "M": 1024.0, "GiB": 1048576.0, "G": 1048576.0}


class World(Protocol):
    """What a value may refer to, and how this router writes it."""

    @property
    def bare_host_mask(self) -> bool:
        """Whether a host in a list of prefixes gets its mask."""

    def referable(self, path: str, name: str, property: Property) -> bool | None:
        """Whether a row of that menu bears the name and may be named there; None when this router has no such menu."""

    def names(self, path: str) -> Iterable[str]:
        """The names of the rows of a menu."""


def invalid(property: Property) -> Trap:
    """The error for text that cannot be read."""
    return Trap(f"invalid value for argument {property.called}", 1)


def no_match(property: Property) -> Trap:
    """The error for a word that is none of those allowed."""
    return Trap(f"input does not match any value of {property.called}", 1)


def canonical(property: Property, text: str, world: World) -> str:
    """The stored form of a property's text; raises Trap with the router's error."""
    if property.invertible and text.startswith("!") and not property.item_invertible:
        return "!" + canonical_plain(property, text[1:], world)
    return canonical_plain(property, text, world)


def canonical_plain(property: Property, text: str, world: World) -> str:
    """As canonical, for text without a "!" in front of the whole."""
    return _TYPES.get(property.type, _text)(property, text, world)


def _text(property: Property, text: str, world: World) -> str:
    if property.name == "log-prefix" and len(text) > 31:
        raise Trap("value of log-prefix should be no longer than 31", 1)  # the limit is a fact, the text a stand-in
    return text


def _bool(property: Property, text: str, world: World) -> str:
    found = _BOOLS.get(text)
    if found is None:
        raise invalid(property)
    return found


def _number(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    if re.fullmatch(r"0x[0-9A-Fa-f]+", text):
        return int(text, 16)
    return None


def _int(property: Property, text: str, world: World) -> str:
    if property.default and not property.default.isdigit():
        # the forms of two properties: 0x1818 and 1024.0KiB
        if not text[:1].isdigit():
            raise invalid(property)
        return text
    number = _number(text)
    if number is None:
        raise invalid(property)
    check_range(property, number)
    return str(number)


def check_range(property: Property, number: int) -> None:
    """Refuse a number outside the property's range."""
    low, high = int(property.low or 0), int(property.high or 4294967295)
    if not low <= number <= high:
        raise Trap(f"value of {property.called} out of range ({low}..{high})", 1)


def _enum(property: Property, text: str, world: World) -> str:
    if text not in property.enum:
        raise no_match(property)
    return text


def _flagset(property: Property, text: str, world: World) -> str:
    """A set of words in the router's order; "a,!b" is no value (later texts of routers call it invalid)."""
    if text == "":
        return ""
    words = text.split(",")
    if any(word.startswith("!") for word in words):
        raise invalid(property)
    if not property.enum:
        return text
    if not set(words) <= set(property.enum):
        raise no_match(property)
    return ",".join(word for word in property.enum if word in words)


def _duration(property: Property, text: str, world: World) -> str:
    milliseconds = parse_duration(text)
    if milliseconds is None:
        raise invalid(property)
    low = parse_duration(property.low or "0") or 0
    high = parse_duration(property.high or "") if property.high else None
    if milliseconds < low or (high is not None and milliseconds > high):
        bounds = f"{format_bound(low)} .. {format_bound(high if high is not None else 4294967295000)}"
        raise Trap(f"value of {property.called} is out of range ({bounds})", 1)
    return format_duration(milliseconds)


def _or_keyword(kind: Callable[[Property, str, World], str]) -> Callable[[Property, str, World], str]:
    def parse(property: Property, text: str, world: World) -> str:
        return text if text in property.enum else kind(property, text, world)

    return parse


def _time_of_day(property: Property, text: str, world: World) -> str:
    if text == "startup":
        return text
    milliseconds = parse_duration(text)
    if milliseconds is None or milliseconds >= 86_400_000:
        raise invalid(property)
    return format_bound(milliseconds)


def _date(property: Property, text: str, world: World) -> str:
    found = composites.date(text)
    if found is None:
        raise Trap("invalid date", 1)
    return found


def _address(function: Callable[[str], str | None]) -> Callable[[Property, str, World], str]:
    def parse(property: Property, text: str, world: World) -> str:
        found = function(text)
        if found is None:
            if property.default is not None and text == property.default:
                return text
            raise invalid(property)
        return found

    return parse


def _ip_prefix(property: Property, text: str, world: World) -> str:
    found = _prefix(text)
    if found is None:
        if property.default is not None and text == property.default:
            return text
        raise invalid(property)
    return found if world.bare_host_mask or "/" in text else found.partition("/")[0]


def _prefix(text: str) -> str | None:
    return addresses.ip4_prefix(text, host_mask=True) or addresses.ip6_prefix(text)


def _ip4_range(property: Property, text: str, world: World) -> str:
    found = addresses.ip4_range(text)
    if found is None:
        raise Trap("value of range expects range of ip addresses", 1)
    return found


def _peer_address(property: Property, text: str, world: World) -> str:
    return _prefix(text) or _host(property, text, world)


def _interface_address(property: Property, text: str, world: World) -> str:
    host, slash, length = text.partition("/")
    if addresses.ip4_address(host) is None or (slash and addresses.ip4_prefix(text, host_mask=True) is None):
        raise invalid(property)
    return f"{host}/{int(length) if slash else 32}"


def _interface_address6(property: Property, text: str, world: World) -> str:
    host, slash, length = text.partition("/")
    found = addresses.ip6_address(host)
    if found is None or (slash and addresses.ip6_prefix(text) is None):
        raise invalid(property)
    return f"{found}/{int(length) if slash else 64}"


def _host(property: Property, text: str, world: World) -> str:
    found = addresses.address(text)
    if found is not None:
        return found
    if text == "" and property.default == "":
        return ""
    if not text or re.search(r"[\s,/]", text):
        raise invalid(property)
    return text


def _mac(property: Property, text: str, world: World) -> str:
    if not _MAC.fullmatch(text):
        raise invalid(property)
    return text.upper()


def _size(property: Property, text: str, world: World) -> str:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise invalid(property)
    return f"{round(float(match[1]) * _KIBIBYTES[match[2]])}KiB"


def _port_list(property: Property, text: str, world: World) -> str:
    """As written, duplicates and overlaps included; an empty one is stored as an empty matcher (seen on 7.20.8)."""
    for part in text.split(",") if text else ():
        ends = part.split("-")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() for end in ends):
            raise invalid(property)
        if any(int(end) > 65535 for end in ends):
            raise Trap("value of range out of range (0..65535)", 1)
    return text


def _interface(property: Property, text: str, world: World) -> str:
    return refer(property, "/interface", text, world)


def _reference(property: Property, text: str, world: World) -> str:
    if property.name == "protocol":
        found = composites.protocol(text)
        if found is None and text not in property.keywords:
            raise no_match(property)
        return found or text
    if property.ref:
        return refer(property, property.ref, text, world)
    if property.enum:
        return _enum(property, text, world)
    return text


def refer(property: Property, path: str, text: str, world: World) -> str:
    """The name of a row of another menu. Empty text is ambiguous as soon as there are two (seen for next-pool)."""
    words = {*property.keywords, *(("none",) if property.default == "none" else ())}
    if text in words:
        return text
    if text == "" and property.default == "":
        return ""
    known = world.referable(path, text, property)
    if known is None or known:
        return text
    if text == "":
        names: set[str] = {*words, *world.names(path)}
        if len(names) > 1:
            raise Trap(f"ambiguous value of {property.called}, more than one possible value matches input", 1)
        if names:
            return names.pop()
    raise no_match(property)


def _list(property: Property, text: str, world: World) -> str:
    if text == "":
        return ""
    words = text.split(",")
    if property.item_invertible:
        return _signed_words(property, words)
    if property.items == "reference" and property.ref:
        return ",".join(refer(property, property.ref, word, world) for word in words)
    if property.items in ("enum", "reference") and property.enum:
        if not set(words) <= set(property.enum):
            raise no_match(property)
        return ",".join(words)
    item = _TYPES.get(property.items, _text)
    return ",".join(item(property, word, world) for word in words)


def _signed_words(property: Property, words: list[str]) -> str:
    """Topics keep the written order within plain and within negated words; tcp-flags and hotspot have the router's."""
    leading = words[0] == "!" and len(words) > 1
    if leading:
        words = words[1:]
    plain = list(dict.fromkeys(word for word in words if not word.startswith("!")))
    negated = list(dict.fromkeys(word[1:] for word in words if word.startswith("!")))
    if "" in negated:
        raise Trap("ambiguous value of flag, more than one possible value matches input", 1)
    if not {*plain, *negated} <= set(property.enum):
        raise no_match(property)
    if property.name != "topics":
        plain = [word for word in property.enum if word in plain]
        negated = [word for word in property.enum if word in negated]
    return ",".join([*(["!"] if leading else []), *plain, *(f"!{word}" for word in negated)])


def _composite(property: Property, text: str, world: World) -> str:
    function = composites.COMPOSITES.get(property.name)
    if function is None:
        return text
    found = function(text)
    if found is None:
        raise invalid(property)
    return found


def merge_policies(text: str, before: str, property: Property) -> str:
    """A group's policies after a set: words that are not named keep their state, and all are read back, granted first.

    before is "" on add, when everything that is not named is refused.
    """
    granted = {word for word in before.split(",") if word and not word.startswith("!")}
    for word in text.split(",") if text else ():
        name = word.removeprefix("!")
        if name not in POLICIES:
            raise no_match(property)
        granted.add(name)
        if word != name:
            granted.discard(name)
    kept = [word for word in POLICIES if word in granted]
    return ",".join([*kept, *(f"!{word}" for word in POLICIES if word not in granted)])


_TYPES: dict[str, Callable[[Property, str, World], str]] = {
    "bool": _bool,
    "int": _int,
    "int-or-keyword": _or_keyword(_int),
    "enum": _enum,
    "flagset": _flagset,
    "duration": _duration,
    "duration-or-keyword": _or_keyword(_duration),
    "time-of-day": _time_of_day,
    "date": _date,
    "ip": _address(addresses.address),
    "ip4": _address(addresses.ip4_address),
    "ip6": _address(addresses.ip6_address),
    "ip-prefix": _ip_prefix,
    "ip6-prefix": _address(addresses.ip6_prefix),
    "ip4-range": _ip4_range,
    "peer-address": _peer_address,
    "interface-address": _interface_address,
    "interface-address6": _interface_address6,
    "ip-or-name": _host,
    "host": _host,
    "mac": _mac,
    "size": _size,
    "port-list": _port_list,
    "interface": _interface,
    "reference": _reference,
    "list": _list,
    "composite": _composite,
}
