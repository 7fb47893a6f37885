# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of RouterOS values: one canonical form each for what users write, a comparison key for what routers answer.

A type is named by an expression, as the menus are declared with:

    bool                  int 1..65535          int-or-keyword any 0..65535      enum a b c
    string ..31           duration 1m..1d       duration-or-keyword none 1m..    size, mac, datetime, protocol
    reference, interface  ip, ip4, ip6, host    ip-prefix, ip6-prefix, ip4-range, ...
    flagset a b =all      list TYPE             ordered TYPE (a list whose order counts)
    list !TYPE (each item may carry its own "!")   !TYPE (one "!" may negate the whole value)

and some that exist once: policies, topics, tcp-flags, port-list, limit, dst-limit, time, icmp-options, ...
In a flagset, "=word" stands alone and ":word" may follow the others behind a colon.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.addresses import (
    Address,
    InterfaceAddress,
    Prefix,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import (
    BadValue,
    Kind,
    Negatable,
    words_and_span,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.composites import (
    AltName,
    DstLimit,
    IcmpOptions,
    Limit,
    NumberRange,
    PeerId,
    Psd,
    TimeOfWeek,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.lists import (
    Flagset,
    List,
    Policies,
    Ports,
    TcpFlags,
    Topics,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.scalars import (
    Bool,
    Enum,
    Integer,
    Mac,
    Pattern,
    Protocol,
    Reference,
    Size,
    Text,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.times import Duration, Moment

__all__ = ["BadValue", "Kind", "kind"]


def _integer(*tokens: str) -> Kind:
    words, low, high = words_and_span(tokens)
    return Integer(int(low) if low else None, int(high) if high else None, words)


def _duration(*tokens: str) -> Kind:
    words, low, high = words_and_span(tokens)
    return Duration(low, high, words)


def _string(*tokens: str) -> Kind:
    _words, _low, high = words_and_span(tokens)
    return Text(int(high) if high else None)


def _range(*tokens: str) -> Kind:
    _words, _low, high = words_and_span(tokens)
    return NumberRange(int(high) if high else None)


def _flagset(*tokens: str) -> Kind:
    return Flagset(
        tuple(token.lstrip("=") for token in tokens if not token.startswith(":")),
        tuple(token[1:] for token in tokens if token.startswith(":")),
        tuple(token[1:] for token in tokens if token.startswith("=")),
    )


def _items(ordered: bool) -> Callable[..., Kind]:
    def build(*tokens: str) -> Kind:
        negatable = tokens[0].startswith("!")
        return List(kind(" ".join(tokens).removeprefix("!")), ordered, negatable)

    return build


def _simple(form: str, expected: str) -> Callable[..., Kind]:
    return lambda: Pattern(form, expected)


_USER_NAME = (
    r"(?![.-])[A-Za-z0-9_.#@-]*[A-Za-z0-9]",
    "a user name (letters, digits and _ . # - @; it begins with neither . nor - and ends with a letter or digit)",
)

_TYPES: dict[str, Callable[..., Kind]] = {
    "bool": Bool,
    "int": _integer,
    "int-or-keyword": _integer,
    "enum": lambda *words: Enum(words),
    "string": _string,
    "reference": lambda *what: Reference(" ".join(what) or "name"),
    "interface": lambda: Reference("interface"),
    "duration": _duration,
    "duration-or-keyword": _duration,
    # 0s is the same as none-dynamic here (RouterOS manual, address lists).
    "list-timeout": lambda: Duration("", "35w3d13h13m56s", ("none-dynamic", "none-static"), "none-dynamic"),
    "datetime": lambda *words: Moment(words),
    "size": Size,
    "mac": Mac,
    "protocol": lambda *words: Protocol(words),
    "ip": lambda *words: Address(0, keywords=words),
    "ip4": lambda *words: Address(4, keywords=words),
    "ip6": lambda *words: Address(6, keywords=words),
    "host": lambda *words: Address(0, names=True, keywords=words),
    "ip-prefix": lambda *words: Prefix(keywords=words),
    "ip4-prefix": lambda: Prefix(4),
    "ip6-prefix": lambda: Prefix(6),
    "ip-prefix-or-dns-name": lambda: Prefix(names=True),
    "ip4-range": lambda: Prefix(4, masked=False, ranges=True),
    "ip4-range-or-dns-name": lambda: Prefix(4, masked=False, ranges=True, names=True),
    "ip6-prefix-or-dns-name": lambda: Prefix(6, names=True),
    "interface-address": InterfaceAddress,
    "list": _items(ordered=False),
    "ordered": _items(ordered=True),
    "flagset": _flagset,
    "port-list": Ports,
    "policies": lambda *words: Policies(words),
    "topics": Topics,
    "tcp-flags": lambda *words: TcpFlags(words),
    "limit": Limit,
    "dst-limit": DstLimit,
    "time": TimeOfWeek,
    "icmp-options": IcmpOptions,
    "psd": Psd,
    "range": _range,
    "open-range": lambda: NumberRange(open_end=True),
    "connection-limit": _simple(r"\d+,\d{1,3}", "a connection limit such as 100,32 (count,prefix length)"),
    "comparison": _simple(
        r"(equal|not-equal|less-than|greater-than):(25[0-5]|2[0-4]\d|1?\d?\d)",
        "a comparison such as equal:1 or less-than:64 (not-equal and greater-than too)",
    ),
    "ipsec-policy": _simple(r"(in|out),(none|ipsec)", "one of in,ipsec in,none out,ipsec out,none"),
    "nth": _simple(r"\d+(,\d+)?", "every[,packet] such as 2,1"),
    "tos": _simple(r"(0x)?[0-9a-fA-F]+(/(0x)?[0-9a-fA-F]+)?", "value[/mask] such as 0x10/0xfc"),
    "pcc": _simple(r"[a-z-]+:\d+/\d+", "values:denominator/remainder such as both-addresses:2/0"),
    "subject-alt-name": AltName,
    "peer-id": lambda *words: PeerId(words),
    "user-name": _simple(*_USER_NAME),
    "action-name": _simple(r"[A-Za-z0-9]+", "a name of letters and digits only"),
    "composite": Text,
}


@cache
def kind(expression: str) -> Kind:
    """The type that an expression such as "int 1..65535" or "!flagset a b" names. Raises KeyError for unknown ones."""
    if expression.startswith("!"):
        return Negatable(kind(expression[1:]))
    name, *tokens = expression.split()
    return _TYPES[name](*tokens)
