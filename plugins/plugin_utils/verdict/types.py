# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of an address as seen from the router: unicast, local, broadcast, multicast, ..."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.lists import Row, is_set
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import (
    MAYBE,
    NO,
    TOP,
    YES,
    Span,
    Spans,
    address_span,
    relation,
)

_MULTICAST = {4: (0xE0000000, 0xEFFFFFFF), 6: (0xFF << 120, (1 << 128) - 1)}
_EVERYBODY = 0xFFFFFFFF
# Addresses whose meaning no row tells: 0/8 and 127/8; :: and ::1.
_SPECIAL: dict[int, tuple[Span, ...]] = {4: ((0, 0xFFFFFF), (0x7F000000, 0x7FFFFFFF)), 6: ((0, 1),)}
# What an address of nobody we know may be: only the routes would tell.
_ELSEWHERE = {4: frozenset({"unicast", "blackhole"}), 6: frozenset({"unicast", "unreachable", "anycast"})}
# What it may be when the packet is for the router nevertheless.
_HERE = {4: frozenset({"local", "broadcast"}), 6: frozenset({"local", "anycast"})}


class OwnAddresses:
    """The router's own addresses: rows of /ip/address or /ipv6/address; None when they were not read.

    The network address of a prefix is left open: older kernels take it for a broadcast address, newer ones do not.
    """

    def __init__(self, family: int, rows: Sequence[Row] | None) -> None:
        self._family = family
        self._known = rows is not None
        local: list[Span] = []
        broadcast: list[Span] = []
        uncertain: list[Span] = []
        for row in rows or ():
            try:
                own = ipaddress.ip_interface(row.get("address", ""))
            except ValueError:
                continue
            if own.version != family or is_set(row, "disabled") or is_set(row, "invalid"):
                continue
            network = own.network
            first, last = int(network.network_address), int(network.broadcast_address)
            local.append((int(own.ip), int(own.ip)))
            if last - first > 1:
                uncertain.append((first, first))
                if family == 4:
                    broadcast.append((last, last))
            given = address_span(row.get("broadcast", ""))
            if given is not None and given[1] != last:
                uncertain += [given[1:], (last, last)]
        self._local, self._broadcast = Spans(local), Spans(broadcast)
        self._uncertain = Spans([*uncertain, *_SPECIAL[family]] if rows is not None else [(0, TOP[family])])

    def types(self, value: Span, here: bool) -> frozenset[str]:
        """The types that an address out of `value` may have; `here`: it is the destination of a packet for the router.

        Types exclude each other, as in netfilter's address type match.
        """
        family = self._family
        found: set[str] = set()
        everybody = relation(value, (_EVERYBODY, _EVERYBODY)) if family == 4 else NO
        known = (
            ("multicast", relation(value, _MULTICAST[family])),
            ("broadcast", everybody),
            ("local", self._local.match(value)),
        )
        for word, answer in known:
            if answer == YES:
                return frozenset({word})
            if answer == MAYBE:
                found.add(word)
        uncertain = self._uncertain.match(value)
        broadcast = self._broadcast.match(value)
        if uncertain == NO and broadcast == YES:
            return frozenset({"broadcast"})
        if broadcast:
            found.add("broadcast")
        if uncertain or here:
            found |= _HERE[family]
        return frozenset(found if here else found | _ELSEWHERE[family])


def interface_towards(rows: Sequence[Row], source: str) -> str:
    """The one interface whose own network (/ip/address, /ipv6/address) holds all of `source`, or "".

    Packets of such a source normally come in there; nothing forces them to.
    """
    found = address_span(source)
    names = set()
    for row in rows:
        try:
            own = ipaddress.ip_interface(row.get("address", ""))
        except ValueError:
            continue
        network = own.network
        if found is None or own.version != found[0] or is_set(row, "disabled") or is_set(row, "invalid"):
            continue
        # Every interface has a link-local network of its own, and a prefix of one address is no network.
        if network.num_addresses == 1 or network.is_link_local:
            continue
        if relation(found[1:], (int(network.network_address), int(network.broadcast_address))) == YES:
            names.add(row.get("actual-interface") or row.get("interface", ""))
    return names.pop() if len(names) == 1 else ""
