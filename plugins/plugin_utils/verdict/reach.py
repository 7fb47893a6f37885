# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many sources at once: a prefix is judged part by part where the rules tell its addresses apart."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.packet import Packet
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import TOP, Span, address_span
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.tables import Tables
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.walk import UNKNOWN, Verdict, flat, judge

MOST_PARTS = 1024


def split(text: str, cuts: Iterable[int], family: int) -> list[str]:
    """An address, prefix or range in parts that begin at the cuts."""
    found = address_span(text)
    span = found[1:] if found is not None else (0, TOP[family])
    return [_text(part, family) for part in _between(span, sorted(set(cuts)))]


def reach(tables: Tables, chain: str, packet: Packet, most_parts: int = MOST_PARTS) -> list[tuple[str, Verdict]]:
    """The parts of the packet's sources (None: the whole family), in order, each with its verdict.

    Neighbours with the same answer by the same rule are one part. Parts are addresses, prefixes or ranges. When the
    rules cut the sources into more than `most_parts` pieces, they are judged as they are, as a whole.

    :raises BadPacket: as judge().
    """
    whole = judge(tables, chain, packet)
    found = address_span(str(packet.source)) if packet.source is not None else None
    span = found[1:] if found is not None else (0, TOP[tables.family])
    if whole.answer != UNKNOWN or span[0] == span[1]:
        return [(_text(span, tables.family), whole)]
    cuts: set[int] = set()
    for matcher in {matcher for step in flat(whole.path) for matcher in step.unsure}:
        for cut in matcher.cuts(tables.lists, span) if matcher.cuts is not None else ():
            cuts.add(cut)
            if len(cuts) >= most_parts:
                return [(_text(span, tables.family), whole)]
    parts: list[tuple[Span, Verdict]] = []
    for part in _between(span, sorted(cuts)):
        verdict = judge(tables, chain, replace(packet, source=_text(part, tables.family)))
        if parts and parts[-1][1].answer == verdict.answer and parts[-1][1].rule is verdict.rule:
            parts[-1] = ((parts[-1][0][0], part[1]), parts[-1][1])
        else:
            parts.append((part, verdict))
    return [(_text(part, tables.family), verdict) for part, verdict in parts]


def _between(span: Span, cuts: list[int]) -> Iterator[Span]:
    low = span[0]
    for cut in cuts:
        yield low, cut - 1
        low = cut
    yield low, span[1]


def _text(span: Span, family: int) -> str:
    """A span as an address, a prefix or a range."""
    if family == 4:
        networks: list[ipaddress.IPv4Network] | list[ipaddress.IPv6Network] = list(
            ipaddress.summarize_address_range(ipaddress.IPv4Address(span[0]), ipaddress.IPv4Address(span[1]))
        )
        first, last = str(ipaddress.IPv4Address(span[0])), str(ipaddress.IPv4Address(span[1]))
    else:
        networks = list(
            ipaddress.summarize_address_range(ipaddress.IPv6Address(span[0]), ipaddress.IPv6Address(span[1]))
        )
        first, last = str(ipaddress.IPv6Address(span[0])), str(ipaddress.IPv6Address(span[1]))
    if first == last:
        return first
    return str(networks[0]) if len(networks) == 1 else f"{first}-{last}"
