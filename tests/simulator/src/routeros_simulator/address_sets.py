# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address lists and interface lists as the firewall asks them: fast, also with tens of thousands of entries."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict

from .filter_matchers import address_span
from .packets import Address
from .table import Row, Table


class Spans:
    """A set of addresses as numbers, kept as disjoint spans in order."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        for low, high in sorted(spans):
            if self._highs and low <= self._highs[-1] + 1:
                self._highs[-1] = max(self._highs[-1], high)
            else:
                self._lows.append(low)
                self._highs.append(high)

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._lows, number) - 1
        return place >= 0 and number <= self._highs[place]


class AddressSets:
    """The address lists of one family, kept up to date row by row."""

    def __init__(self, table: Table) -> None:
        self._entries: dict[str, tuple[str, int, int]] = {}  # row id -> list, first and last address
        self._hosts: dict[str, Counter[int]] = defaultdict(Counter)
        self._blocks: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        self._spans: dict[str, Spans] = {}  # of the blocks of a list, made when they are asked for
        for row in table:
            self._changed(row, False)
        table.watchers.append(self._changed)

    def contains(self, name: str, address: Address) -> bool:
        """Whether the list holds the address. Disabled entries count nothing, and DNS names through their children."""
        number = int(address)
        if number in self._hosts.get(name, ()):
            return True
        if name not in self._spans:
            self._spans[name] = Spans(list(self._blocks.get(name, {}).values()))
        return number in self._spans[name]

    def _changed(self, row: Row, gone: bool) -> None:
        known = self._entries.pop(row.id, None)
        if known is not None:
            self._remove(row.id, *known)
        span = None if gone or row.disabled else _parse(row.get("address"))
        if span is not None:
            self._add(row.id, row.get("list"), *span)

    def _add(self, row_id: str, name: str, low: int, high: int) -> None:
        self._entries[row_id] = (name, low, high)
        if low == high:
            self._hosts[name][low] += 1
        else:
            self._blocks[name][row_id] = (low, high)
            self._spans.pop(name, None)

    def _remove(self, row_id: str, name: str, low: int, high: int) -> None:
        if low == high:
            self._hosts[name][low] -= 1
            if not self._hosts[name][low]:
                del self._hosts[name][low]
        else:
            del self._blocks[name][row_id]
            self._spans.pop(name, None)


def _parse(text: str) -> tuple[int, int] | None:
    try:
        return address_span(text)
    except ValueError:  # a DNS name
        return None


def interface_in_list(name: str, interface: str, lists: Table | None, members: Table | None, depth: int = 8) -> bool:
    """Whether an interface is in an interface list: the built-in ones, members, include and exclude."""
    if name == "all" or name == "static":
        return True
    if name in ("none", "dynamic") or depth == 0:
        return False
    row = lists.find(name=name) if lists is not None else None

    def among(property: str) -> bool:
        names = row.get(property).split(",") if row is not None else []
        return any(interface_in_list(other, interface, lists, members, depth - 1) for other in names if other)

    if among("exclude"):
        return False
    if among("include"):
        return True
    return members is not None and any(
        member.get("list") == name and member.get("interface") == interface and not member.disabled
        for member in members
    )
