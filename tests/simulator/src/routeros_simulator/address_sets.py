# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address lists and interface lists as the firewall asks them: fast, also with tens of thousands of entries."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from .filter_matchers import address_span
from .packets import Address
from .table import Row, Table

_span = lru_cache(maxsize=65536)(address_span)


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
    """The address lists of one family; ``forget`` after every change of the table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows: dict[str, list[Row]] | None = None
        self._sets: dict[str, Spans] = {}

    def forget(self) -> None:
        """The table has changed."""
        self._rows = None
        self._sets.clear()

    def contains(self, name: str, address: Address) -> bool:
        """Whether the list holds the address. Disabled entries count nothing, and DNS names through their children."""
        if name not in self._sets:
            self._sets[name] = Spans([span for row in self._of(name) if (span := self._parse(row.get("address")))])
        return int(address) in self._sets[name]

    def _of(self, name: str) -> list[Row]:
        if self._rows is None:
            self._rows = {}
            for row in self._table:
                if not row.disabled:
                    self._rows.setdefault(row.get("list"), []).append(row)
        return self._rows.get(name, [])

    @staticmethod
    def _parse(text: str) -> tuple[int, int] | None:
        try:
            return _span(text)
        except ValueError:
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
