# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of several words: lists, sets, ports, policies, topics, TCP flags."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import (
    BadValue,
    Kind,
    nearest,
    refuse,
    spoken,
)


def items(value: object, expected: str) -> list[object]:
    """The items of a list, or of comma separated text; a single number is one item. Raises BadValue."""
    if isinstance(value, (list, tuple)):
        for each in value:
            if isinstance(each, (list, tuple, dict)) or each is None:
                refuse(expected, each, "inside the list")
        return [each.strip() if isinstance(each, str) else each for each in value]
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")] if value.strip() else []
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    refuse(expected, value)


def split(text: str) -> list[str]:
    """The words of a router's list."""
    return [part.strip() for part in text.split(",")] if text.strip() else []


@dataclass(frozen=True)
class List:
    """Comma joined on the wire, written in the order given. `ordered`: the order has a meaning and is compared."""

    item: Kind
    ordered: bool = False
    negatable: bool = False

    def write(self, value: object) -> str:
        """The items' canonical texts, comma joined, without repetitions; an empty list is empty text."""
        found: dict[str, None] = {}
        for each in items(value, "a list"):
            sign = ""
            if self.negatable and isinstance(each, str) and each.startswith("!"):
                sign, each = "!", each[1:].strip()
            text = self.item.write(each)
            if "," in text:
                raise BadValue(f"an item of a list cannot hold a comma: {spoken(each)}")
            found[sign + text] = None
        return ",".join(found)

    def key(self, text: str) -> Hashable:
        """The items' keys, as a tuple when the order counts, else as a set."""
        keys: list[Hashable] = []
        for part in split(text):
            negated = self.negatable and part.startswith("!")
            keys.append(("!", self.item.key(part[1:])) if negated else self.item.key(part))
        return tuple(keys) if self.ordered else frozenset(keys)

    def show(self, text: str) -> Any:
        """A list of the items' friendly forms."""
        return [self.item.show(part) if not part.startswith("!") else part for part in split(text)]


@dataclass(frozen=True)
class Flagset:
    """A set of words that the router prints in an order of its own. `suffixes`: words that may follow a colon."""

    words: tuple[str, ...]
    suffixes: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

    def write(self, value: object) -> str:
        """The words in the order of the declaration."""
        expected = f"a list of {', '.join(self.words)}"
        chosen = [str(each) for each in items(value, expected)]
        suffix = ""
        if self.suffixes and chosen and ":" in chosen[-1]:
            chosen[-1], _colon, suffix = chosen[-1].partition(":")
            if suffix not in self.suffixes:
                refuse(f"one of {', '.join(self.suffixes)} behind the colon", suffix)
        for word in chosen:
            if word not in self.words:
                hint = "a '!' goes in front of the whole value" if word.startswith("!") else nearest(word, self.words)
                refuse(f"{'one' if len(self.words) == 1 else 'some'} of {', '.join(self.words)}", word, hint)
        for word in self.alone:
            if word in chosen and len(set(chosen)) > 1:
                raise BadValue(f"{word} stands alone: it cannot be combined with other words")
        text = ",".join(word for word in self.words if word in chosen)
        return f"{text}:{suffix}" if suffix else text

    def key(self, text: str) -> Hashable:
        """The set of words."""
        return frozenset(split(text))

    def show(self, text: str) -> Any:
        """A list of the words."""
        return split(text)


class Ports:
    """Ports and ranges of them, kept as written (tik4net's findings on 7.24.5); compared as a set."""

    expected = "ports from 0 to 65535, alone, as ranges or as a list of those, such as 8729 or 8000-8100,8729"

    def write(self, value: object) -> str:
        """Comma joined, a range as LOW-HIGH, without repetitions."""
        found: dict[str, None] = {}
        for each in items(value, self.expected):
            if isinstance(each, bool):
                refuse(self.expected, each)
            ends = self._ends(str(each))
            if ends is None:
                refuse(self.expected, each)
            low, high = ends
            if high > 65535:
                raise BadValue(f"port {high} is out of range: {self.expected}")
            if low > high:
                raise BadValue(f"the port range {each} ends before it starts")
            found[str(low) if low == high else f"{low}-{high}"] = None
        if not found:
            refuse(self.expected, value, "leave the option out, or set it to null, to have it cleared")
        return ",".join(found)

    @staticmethod
    def _ends(text: str) -> tuple[int, int] | None:
        found = re.fullmatch(r"([0-9]+)(?:\s*-\s*([0-9]+))?", text.strip())
        return (int(found[1]), int(found[2] or found[1])) if found else None

    def key(self, text: str) -> Hashable:
        """The set of (first, last)."""
        return frozenset(self._ends(part) or part for part in split(text))

    def show(self, text: str) -> Any:
        """A list: int for single ports, text for ranges."""
        return [int(part) if part.isascii() and part.isdigit() else part for part in split(text)]


@dataclass(frozen=True)
class Policies:
    """Policies of a user group: always written whole, because set merges (RouterOS manual, /user/group).

    A policy that is refused and not known here (`!dude`) is dropped: nobody has it. One that is granted must be known.
    """

    words: tuple[str, ...]

    def write(self, value: object) -> str:
        """All policies: the granted ones, then the refused ones with "!", each in the router's order."""
        expected = f"a list of policies out of {', '.join(self.words)}"
        granted: set[str] = set()
        refused: set[str] = set()
        for each in items(value, expected):
            word = str(each)
            if word.startswith("!"):
                refused.add(word[1:].strip())
            elif word in self.words:
                granted.add(word)
            else:
                refuse(expected, word, self.history(word) or nearest(word, self.words))
        if both := sorted(granted & refused):
            raise BadValue(f"policy {both[0]} is both granted and refused")
        return ",".join(
            [word for word in self.words if word in granted]
            + [f"!{word}" for word in self.words if word not in granted]
        )

    @staticmethod
    def history(word: str) -> str:
        """What is known about policies that came to an end."""
        return f"{word} existed until early RouterOS 7 and is no policy of 7.12 and later" if word in _GONE else ""

    def key(self, text: str) -> Hashable:
        """The set of granted policies."""
        return frozenset(part for part in split(text) if not part.startswith("!"))

    def show(self, text: str) -> Any:
        """A list of the granted policies."""
        return [part for part in split(text) if not part.startswith("!")]


_GONE = frozenset({"dude", "tikapp"})


def _signed(parts: Iterable[object], expected: str) -> tuple[list[str], list[str]]:
    plain: dict[str, None] = {}
    negated: dict[str, None] = {}
    for part in parts:
        text = str(part)
        word = text.removeprefix("!").strip()
        if isinstance(part, bool) or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", word):
            refuse(expected, part)
        (negated if text.startswith("!") else plain)[word] = None
    if both := [word for word in plain if word in negated]:
        raise BadValue(f"{both[0]} is both asked for and excluded")
    return list(plain), list(negated)


class Topics:
    """Topics of a logging rule: every plain one must match, `!` excludes. Plain ones come first on read."""

    def write(self, value: object) -> str:
        """Plain topics as written, then the excluded ones as written."""
        expected = "a list of log topics such as firewall, or !debug"
        plain, negated = _signed(items(value, expected), expected)
        return ",".join(plain + [f"!{word}" for word in negated])

    def key(self, text: str) -> Hashable:
        """The set of topics with their signs."""
        return frozenset(split(text))

    def show(self, text: str) -> Any:
        """A list."""
        return split(text)


@dataclass(frozen=True)
class TcpFlags:
    """TCP flags, each with a sign of its own; a leading "!," negates the whole. Each half has a fixed order on read."""

    words: tuple[str, ...]

    def write(self, value: object) -> str:
        """The flags that must be set, then those that must not be."""
        expected = f"a list of {', '.join(self.words)}, each with or without a '!'"
        parts = items(value, expected)
        whole = bool(parts) and str(parts[0]) == "!"
        plain, negated = _signed(parts[1:] if whole else parts, expected)
        for word in plain + negated:
            if word not in self.words:
                refuse(expected, word, nearest(word, self.words))
        chosen = [word for word in self.words if word in plain] + [f"!{w}" for w in self.words if w in negated]
        if not chosen:
            refuse(expected, value)
        return ",".join((["!"] if whole else []) + chosen)

    def key(self, text: str) -> Hashable:
        """The set of flags with their signs ("!" alone marks the negated whole)."""
        return frozenset(split(text))

    def show(self, text: str) -> Any:
        """A list."""
        return split(text)
