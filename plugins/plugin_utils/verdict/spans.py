# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Truth with a third value, and sets of addresses that answer with it.

The three values are ordered numbers, so that "and" is min(), "or" is max() and "not X" is YES - X.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.addresses import ends

NO, MAYBE, YES = 0, 1, 2

Span = tuple[int, int]
"""First and last of a span of numbers (addresses, ports, sizes), both included."""

TOP = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
"""The last address of each family."""


@lru_cache(maxsize=65536)
def address_span(text: str) -> tuple[int, int, int] | None:
    """Family, first and last address of a host, prefix or range; None for anything else, reversed ranges included."""
    if "/" not in text and "-" not in text and "%" not in text:
        # Most entries of long lists are single addresses: by far the shortest way for those.
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return None
        return address.version, int(address), int(address)
    found = ends(text)
    return found if found is not None and found[1] <= found[2] else None


def relation(value: Span, span: Span) -> int:
    """Whether a value that lies somewhere in `value` lies in `span`."""
    if span[0] <= value[0] and value[1] <= span[1]:
        return YES
    return NO if value[1] < span[0] or span[1] < value[0] else MAYBE


def same(one: Span, other: Span) -> int:
    """Whether two values, known to lie in these spans, are equal."""
    if one[1] < other[0] or other[1] < one[0]:
        return NO
    return YES if one == other and one[0] == one[1] else MAYBE


class Spans:
    """A set of numbers as disjoint spans in order: asked in the time of a binary search."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        for low, high in sorted(spans):
            if self._highs and low <= self._highs[-1] + 1:
                self._highs[-1] = max(self._highs[-1], high)
            else:
                self._lows.append(low)
                self._highs.append(high)

    def match(self, value: Span) -> int:
        """Whether a value that lies somewhere in `value` is in the set."""
        low, high = value
        place = bisect_right(self._lows, low) - 1
        if place >= 0 and high <= self._highs[place]:
            return YES
        reaches_back = place >= 0 and low <= self._highs[place]
        reaches_on = place + 1 < len(self._lows) and self._lows[place + 1] <= high
        return MAYBE if reaches_back or reaches_on else NO

    def cuts(self, value: Span) -> Iterator[int]:
        """The numbers within `value`, its first left out, where the answer changes."""
        low, high = value
        for starts, step in ((self._lows, 0), (self._highs, 1)):
            for place in range(bisect_left(starts, low - step), len(starts)):
                cut = starts[place] + step
                if cut > high:
                    break
                if cut > low:
                    yield cut
