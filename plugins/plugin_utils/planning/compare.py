# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing what a router has with what is wanted, property by property, and the table order that plans work on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

Text = str | None


class PlanError(ValueError):
    """What is wanted cannot be planned (no such anchor, no such entry in a fixed table). The message is complete."""


def untouchable(row: Mapping[str, str]) -> bool:
    """Dynamic rows belong to the router or to its other parts, builtin ones cannot be changed: both are left alone."""
    return row.get("dynamic") == "true" or row.get("builtin") == "true"


class Comparer:
    """Compares texts of one menu by their types; absent keys stand for the defaults of `version`."""

    def __init__(self, menu: Menu, version: Version) -> None:
        self.menu = menu
        self._defaults: dict[str, Hashable] = {}
        self._default_texts: dict[str, str] = {}
        self._keys: dict[tuple[str, str], Hashable] = {}
        for name, known in menu.properties.items():
            text = known.default_for(version)
            if text is not None:
                self._default_texts[name] = text
                self._defaults[name] = known.kind.key(text)
        self.writable = frozenset(
            name for name, known in menu.properties.items() if not (known.read_only or known.write_only or known.filled)
        )

    def key(self, name: str, text: str) -> Hashable:
        """The comparison key of a text; properties that are not declared compare as text."""
        found = self._keys.get((name, text))
        if found is None:
            known = self.menu.properties.get(name)
            found = self._keys[name, text] = known.kind.key(text) if known else text
        return found

    def value(self, name: str, text: Text) -> Hashable:
        """The key of a text, or of the default when the key is absent; None when there is neither."""
        return self._defaults.get(name) if text is None else self.key(name, text)

    def same(self, name: str, have: Text, want: Text) -> bool:
        """Whether what the router has is what is wanted (None: the key is absent, or must be)."""
        if want is None:
            return have is None or self._is_default(name, have)
        if have is None:
            return self._defaults[name] == self.key(name, want) if name in self._defaults else want == ""
        return self.key(name, have) == self.key(name, want)

    def _is_default(self, name: str, text: str) -> bool:
        if name in self._defaults:
            return self._defaults[name] == self.key(name, text)
        # An empty matcher that is stored is not the same as no matcher (seen on 7.20.8: dst-port="").
        known = self.menu.properties.get(name)
        return text == "" and not (known and known.unsettable)

    def content(self, row: Mapping[str, Text], names: frozenset[str] = frozenset()) -> frozenset[tuple[str, Hashable]]:
        """What a row says: its writable properties (and `names`) that differ from their defaults."""
        return frozenset(
            (name, self.key(name, text))
            for name, text in row.items()
            if text is not None and (name in self.writable or name in names) and not self._is_default(name, text)
        )

    def changes(
        self, have: Mapping[str, str], want: Mapping[str, Text], always: frozenset[str] = frozenset()
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        """What a set has to send: (properties, properties to unset). Properties not in `want` are left alone.

        `always` are sent without a look; other properties that cannot be read back are never sent to a row that exists.
        Raises PlanError for a property that must be unset and cannot be.
        """
        properties: dict[str, str] = {}
        unset: list[str] = []
        for name, text in want.items():
            known = self.menu.properties.get(name)
            if name in always:
                if text is not None:
                    properties[name] = text
            elif (known is not None and known.write_only) or self.same(name, have.get(name), text):
                continue
            elif text is not None:
                properties[name] = text
            else:
                cleared = self.cleared(name)
                if cleared is None:
                    unset.append(name)
                else:
                    properties[name] = cleared
        return properties, tuple(unset)

    def cleared(self, name: str) -> Text:
        """The text that clears a property, or None where `=!name=` does. Raises PlanError when neither works."""
        known = self.menu.properties.get(name)
        default = self._default_texts.get(name)
        # Empty text is refused for most types, and stored as an empty matcher for some; a comment takes it.
        plain = known is not None and default == "" and known.type == "string"
        if known is None or (known.unsettable and not plain):
            return None
        if default is not None:
            return default
        if known.type.partition(" ")[0] in ("string", "list", "ordered", "flagset", "topics"):
            return ""
        raise PlanError(f"{self.menu.path}: {name.replace('-', '_')} cannot be cleared; give it a value")


class Order:
    """The order of a table's rows by id: insert, remove and look behind in constant time."""

    def __init__(self, names: Iterable[str]) -> None:
        self._next: dict[str | None, str | None] = {None: None}
        self._prev: dict[str | None, str | None] = {None: None}
        for name in names:
            self.insert(name)

    def __contains__(self, name: str) -> bool:
        return name in self._next

    def __iter__(self) -> Iterator[str]:
        name = self._next[None]
        while name is not None:
            yield name
            name = self._next[name]

    def insert(self, name: str, before: str | None = None) -> None:
        """Put `name` before another one; at the end when that is None, empty or not there (as RouterOS's move does)."""
        where = before if before in self._next else None
        behind = self._prev[where]
        self._next[behind], self._prev[name] = name, behind
        self._next[name], self._prev[where] = where, name

    def remove(self, name: str) -> None:
        """Take `name` out. Raises KeyError when it is not there."""
        behind, ahead = self._prev.pop(name), self._next.pop(name)
        self._next[behind], self._prev[ahead] = ahead, behind

    def after(self, name: str | None) -> str | None:
        """The one that follows `name` (the first one, for None), or None at the end."""
        return self._next[name]


def longest_rising(values: Sequence[int]) -> list[int]:
    """Indices of a longest strictly rising subsequence, in O(n log n)."""
    tails: list[int] = []
    at: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        previous.append(at[length - 1] if length else -1)
        if length == len(tails):
            tails.append(value)
            at.append(index)
        else:
            tails[length] = value
            at[length] = index
    chain: list[int] = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(index)
        index = previous[index]
    return chain[::-1]
