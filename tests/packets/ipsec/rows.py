# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading rows so that nothing of them is overlooked: whoever translates a row has to ask for every property."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.times import microseconds

Row = Mapping[str, str]


class Inexpressible(Exception):
    """strongSwan has no words for it; the message says for what."""


@dataclass
class Reader:
    """One row, of which every property has to be asked for."""

    what: str
    row: Row
    asked: set[str] = field(default_factory=set)

    def get(self, name: str, default: str = "") -> str:
        self.asked.add(name)
        return self.row.get(name, default)

    def refuse(self, name: str) -> Inexpressible:
        return Inexpressible(f"{self.what}: {name}={self.row.get(name, '')}")

    def word(self, name: str, words: Mapping[str, str], default: str = "") -> str:
        """The translation of one word."""
        text = self.get(name, default)
        if text not in words:
            raise self.refuse(name)
        return words[text]

    def words(self, name: str, words: Mapping[str, str], default: str = "") -> list[str]:
        """The translation of several, in the router's order; none are none."""
        found = [each for each in self.get(name, default).split(",") if each]
        if not set(found) <= set(words):
            raise self.refuse(name)
        return [words[each] for each in found]

    def yes(self, name: str, default: str = "false") -> bool:
        text = self.get(name, default)
        if text not in ("true", "yes", "false", "no"):
            raise self.refuse(name)
        return text in ("true", "yes")

    def seconds(self, name: str, default: str) -> int:
        found = microseconds(self.get(name, default))
        if not found:
            raise self.refuse(name)
        return max(1, found // 1_000_000)

    def only(self, **values: tuple[str, ...]) -> None:
        """Properties that may have nothing but these values; an absent one is its default."""
        for name, allowed in values.items():
            name = name.replace("_", "-")
            if self.get(name, allowed[0]) not in allowed:
                raise self.refuse(name)

    def telling(self, *names: str) -> None:
        """Properties that say something to people, or of the past."""
        self.asked.update(names)

    def finish(self) -> None:
        """Whatever nobody asked for has no translation."""
        for name in self.row:
            if name not in self.asked and not name.startswith("."):
                raise self.refuse(name)
