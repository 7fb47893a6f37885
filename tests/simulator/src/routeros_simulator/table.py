# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of one menu in their order. (First shape; the signatures stay.)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .call import Call


class Row:
    """One item: `id` as the router writes it (*1F) and `values`, the property texts in canonical form; absent = unset.

    `hidden` keeps what is never read back (passwords, keys) and what a behaviour needs; `dynamic` rows refuse writing.
    """

    __slots__ = ("builtin", "dynamic", "hidden", "id", "values")

    def __init__(self, id: str, values: dict[str, str]) -> None:
        self.id = id
        self.values = values
        self.hidden: dict[str, object] = {}
        self.dynamic = False
        self.builtin = False

    def get(self, name: str, default: str = "") -> str:
        """The text of a property, or the default when it is unset."""
        return self.values.get(name, default)

    @property
    def disabled(self) -> bool:
        """Whether disabled reads true."""
        return self.values.get("disabled") == "true"


class Hooks:
    """Behaviour of a menu around the table-driven commands; every method may raise Trap."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Before add (row is None) or set: `after` is the whole future content, may be changed here."""

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """Before remove."""

    def added(self, table: Table, row: Row) -> None:
        """After add, by a command, by undo or by the router itself."""

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """After set, enable, disable, unset or undo."""

    def removed(self, table: Table, row: Row) -> None:
        """After remove or undo of an add."""

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Just before a row is sent: computed properties (countdowns, flags) go in here."""

    def referable(self, table: Table, row: Row, referrer: str, property: str) -> bool:
        """Whether another menu's property may name this row (a certificate without key may not, ...)."""
        return True


class Table:
    """The rows of one menu; a singleton has exactly one."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Row]:
        """The rows in order."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def get(self, id: str) -> Row | None:
        """The row with that id."""
        raise NotImplementedError

    def find(self, **properties: str) -> Row | None:
        """The first row with these texts (underscores stand for hyphens)."""
        raise NotImplementedError

    @property
    def only(self) -> Row:
        """The row of a singleton."""
        raise NotImplementedError

    def insert(self, values: Mapping[str, str], *, dynamic: bool = False, before: str = "", journal: bool = False) -> Row:
        """The router's own add: no checks, defaults filled in; journal=True makes it part of history and safe mode."""
        raise NotImplementedError

    def update(self, row: Row, values: Mapping[str, str | None], *, journal: bool = False) -> None:
        """The router's own set; None unsets."""
        raise NotImplementedError

    def delete(self, row: Row, *, journal: bool = False) -> None:
        """The router's own remove."""
        raise NotImplementedError
