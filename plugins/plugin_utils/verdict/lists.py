# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Address lists and interface lists as matchers ask them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.values import kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import (
    MAYBE,
    NO,
    YES,
    Span,
    Spans,
    address_span,
)

Row = Mapping[str, str]


def is_set(row: Row, name: str) -> bool:
    """Whether a boolean property of a row is true."""
    return kind("bool").key(row.get(name, "")) is True


class _List:
    """The enabled rows of one address list."""

    def __init__(self, family: int, rows: Sequence[Row]) -> None:
        spans: list[Span] = []
        self.static: set[Span] = set()
        names: dict[str, None] = {}
        for row in rows:
            text = row.get("address", "")
            found = address_span(text)
            if found is None or found[0] != family:
                # A DNS name, or a form that is not known here.
                names[text] = None
                continue
            spans.append(found[1:])
            if not is_set(row, "dynamic"):
                self.static.add(found[1:])
        self.spans = Spans(spans)
        self.names = tuple(names)


class AddressLists:
    """The address lists of one family (/ip/firewall/address-list or /ipv6/firewall/address-list).

    A list without rows holds nobody. Rows that are DNS names hold nobody knows whom; the addresses that the router
    found for them are rows of their own, dynamic ones (RouterOS manual, Address lists). Lists are indexed when they are
    first asked for.
    """

    def __init__(self, family: int, rows: Sequence[Row]) -> None:
        self._family = family
        self._rows: dict[str, list[Row]] = {}
        self._lists: dict[str, _List] = {}
        for row in rows:
            if not is_set(row, "disabled"):
                self._rows.setdefault(row.get("list", ""), []).append(row)

    def _list(self, name: str) -> _List:
        found = self._lists.get(name)
        if found is None:
            found = self._lists[name] = _List(self._family, self._rows.get(name, ()))
        return found

    def match(self, name: str, value: Span) -> int:
        """Whether an address out of `value` is in the list."""
        found = self._list(name)
        answer = found.spans.match(value)
        return MAYBE if answer == NO and found.names else answer

    def dns_names(self, name: str) -> tuple[str, ...]:
        """The names in the list (and other entries whose addresses are not known)."""
        return self._list(name).names

    def cuts(self, name: str, value: Span) -> Iterator[int]:
        """Where, within `value`, addresses of the list begin or end."""
        return self._list(name).spans.cuts(value)

    def is_static(self, name: str, address: int) -> bool:
        """Whether the list has this very address as a static row, which rules leave as it is."""
        return (address, address) in self._list(name).static


class InterfaceLists:
    """Interface lists: rows of /interface/list (None: not read) and of /interface/list/member.

    A list holds what its `include` lists hold, without what its `exclude` lists hold, and its own members (RouterOS
    manual, Interface lists). An own member that is excluded as well is not certain.
    """

    def __init__(self, lists: Sequence[Row] | None, members: Sequence[Row] | None) -> None:
        self._known = None if lists is None else {row.get("name", ""): row for row in lists}
        self._members: dict[str, set[str]] | None = None
        if members is not None:
            self._members = {}
            for row in members:
                if not is_set(row, "disabled"):
                    self._members.setdefault(row.get("list", ""), set()).add(row.get("interface", ""))
        self._answers: dict[tuple[str, str], int] = {}

    def match(self, name: str, interface: str | None) -> int:
        """Whether an interface (None: some, not known which) is in the list."""
        if name == "none":
            return NO
        if name == "all":
            return YES
        if interface is None:
            return MAYBE
        key = (name, interface)
        if key not in self._answers:
            self._answers[key] = self._find(name, interface, ())
        return self._answers[key]

    def _find(self, name: str, interface: str, above: Collection[str]) -> int:
        if name == "none":
            return NO
        if name == "all":
            return YES
        if self._members is None:
            return MAYBE
        member = YES if interface in self._members.get(name, ()) else NO
        if name in ("static", "dynamic"):
            return max(member, MAYBE)
        row = self._known.get(name) if self._known is not None else None
        if row is None or name in above:
            # No such list any more, one that was not read, or one that contains itself.
            return max(member, MAYBE)
        inner = (*above, name)
        included = self._any(row.get("include", ""), interface, inner)
        excluded = self._any(row.get("exclude", ""), interface, inner)
        found = max(member, min(included, YES - excluded))
        return min(found, MAYBE) if member and excluded else found

    def _any(self, text: str, interface: str, above: Collection[str]) -> int:
        names = [name.strip() for name in text.split(",") if name.strip()]
        return max((self._find(name, interface, above) for name in names), default=NO)
