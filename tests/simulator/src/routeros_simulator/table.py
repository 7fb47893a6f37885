# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of one menu in their order: a dictionary by id and a chain of neighbours, so that no single step costs n."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .errors import CONFIGURED_ELSEWHERE
from .facts import Menu, Property
from .history import Added, Changed, Moved, Removed

if TYPE_CHECKING:
    from .call import Call
    from .router import Router


class Row:
    """One item: `id` as the router writes it (*1F) and `values`, the property texts in canonical form; absent = unset.

    `hidden` keeps what is never read back (passwords, keys) and what a behaviour needs; what is to be saved with the
    router must fit into JSON. `dynamic` is the flag; `locked` is the error that writing meets ("" = free).
    """

    __slots__ = ("dynamic", "following", "hidden", "id", "linked", "locked", "previous", "values")

    def __init__(self, id: str, values: dict[str, str]) -> None:
        self.id = id
        self.values = values
        self.hidden: dict[str, Any] = {}
        self.dynamic = False
        self.locked = ""
        self.previous: Row | None = None
        self.following: Row | None = None
        self.linked = False

    def __repr__(self) -> str:
        return f"<Row {self.id} {self.values}>"

    def get(self, name: str, default: str = "") -> str:
        """The text of a property, or the default when it is unset."""
        return self.values.get(name, default)

    @property
    def disabled(self) -> bool:
        """Whether disabled reads true."""
        return self.values.get("disabled") == "true"


class Hooks:
    """Behaviour of a menu around the table-driven commands; every method may raise Trap."""

    # properties whose text goes through parse() instead of their type
    parsed: frozenset[str] = frozenset()

    def parse(self, call: Call, table: Table, row: Row | None, property: Property, text: str) -> str:
        """The stored form of one of the properties named in `parsed`; row is None on add."""
        raise NotImplementedError

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Before add (row is None) or set: `after` is the whole future content and may be changed here.

        Write-only properties (password) are in it when the command names them.
        """

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """Before remove."""

    def added(self, table: Table, row: Row) -> None:
        """After add, by a command, by undo or by the router itself."""

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """After set, enable, disable, unset or undo."""

    def removed(self, table: Table, row: Row) -> None:
        """After remove or undo of an add."""

    def rows(self, table: Table) -> Iterable[Row]:
        """The rows in the order of print."""
        return table

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Just before a row is sent: computed properties (countdowns, flags) go in here."""

    def referable(self, table: Table, row: Row, property: Property) -> bool:
        """Whether another menu's property may name this row (a certificate without key may not, ...)."""
        return True


class Table:
    """The rows of one menu; a singleton has exactly one, with an empty id."""

    def __init__(self, menu: Menu, router: Router) -> None:
        self.path = menu.path
        self.menu = menu
        self.router = router
        self.hooks = Hooks()
        # whether commands on it are kept in history and undone by safe mode
        self.journaled = True
        # seconds for which a row is still listed after its remove has been answered
        self.lingering = 0.0
        self.next_id = 1
        # told of every row that comes, changes or goes: (row, gone); /listen
        self.watchers: list[Callable[[Row, bool], None]] = []
        self._rows: dict[str, Row] = {}
        self._first: Row | None = None
        self._last: Row | None = None
        self.defaults = {
            one.name: one.default
            for one in menu.properties.values()
            if one.default is not None and not one.absent and not one.readonly and one.name != "comment"
        }
        # flags that read false unless something sets them
        self.flags = {name: "false" for name in menu.flags if menu.properties[name].readonly}
        self.secrets = frozenset(one.name for one in menu.properties.values() if one.secret)
        self.write_only = frozenset(one.name for one in menu.properties.values() if one.write_only)
        # the hidden values that are configuration: undo puts them back
        self.tracked = self.write_only | ({"tcp-flags"} if "tcp-flags" in menu.properties else set())

    def __iter__(self) -> Iterator[Row]:
        row = self._first
        while row is not None:
            following = row.following
            yield row
            row = following

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, id: str) -> Row | None:
        """The row with that id."""
        return self._rows.get(id)

    def find(self, **properties: str) -> Row | None:
        """The first row with these texts (underscores stand for hyphens)."""
        wanted = {name.replace("_", "-"): text for name, text in properties.items()}
        for row in self:
            if all(row.values.get(name) == text for name, text in wanted.items()):
                return row
        return None

    @property
    def only(self) -> Row:
        """The row of a singleton."""
        return self._rows[""]

    def insert(
        self,
        values: Mapping[str, str],
        *,
        dynamic: bool = False,
        before: str = "",
        journal: bool = False,
        hidden: Mapping[str, Any] | None = None,
        locked: str | None = None,
        id: str | None = None,
    ) -> Row:
        """The router's own add: no checks, defaults filled in unless dynamic.

        before: the id of the row that it is put in front of. journal: make it part of history and safe mode. locked:
        the error of later writes; dynamic rows have one unless it is "".
        """
        if id is None:
            id = "" if self.menu.singleton else f"*{self.next_id:X}"
            self.next_id += 1
        row = Row(id, dict(values) if dynamic else {**self.defaults, **values})
        row.hidden.update(hidden or {})
        row.dynamic = dynamic
        row.locked = locked if locked is not None else (CONFIGURED_ELSEWHERE if dynamic else "")
        self.link(row, self._rows.get(before))
        if journal and self.journaled and not row.dynamic:
            self.router.history.record(Added(self, row))
        return row

    def update(
        self,
        row: Row,
        values: Mapping[str, str | None],
        *,
        hidden: Mapping[str, Any] | None = None,
        journal: bool = False,
    ) -> None:
        """The router's own set; None unsets."""
        before = dict(row.values)
        before_hidden = {name: row.hidden.get(name) for name in self.tracked}
        for name, text in values.items():
            if text is None:
                row.values.pop(name, None)
            else:
                row.values[name] = text
        if before == row.values and not hidden:
            return
        row.hidden.update(hidden or {})
        if journal and self.journaled and not row.dynamic:
            self.router.history.record(Changed(self, row, before, before_hidden))
        self.hooks.updated(self, row, before)
        self.router.references.updated(self, row, before)
        self._tell(row)

    def replace(self, row: Row, values: dict[str, str], hidden: dict[str, Any]) -> None:
        """Put a whole content back (undo); tells the hooks."""
        before = row.values
        row.values = dict(values)
        row.hidden.update(hidden)
        self.hooks.updated(self, row, before)
        self.router.references.updated(self, row, before)
        self._tell(row)

    def delete(self, row: Row, *, journal: bool = False) -> None:
        """The router's own remove."""
        if journal and self.journaled and not row.dynamic:
            self.router.history.record(Removed(self, row, row.following))
        self.unlink(row)

    def move(self, row: Row, before: Row | None, *, journal: bool = False) -> None:
        """Put a row in front of another one, or at the end."""
        if journal and self.journaled:
            self.router.history.record(Moved(self, row, row.following))
        self._take_out(row)
        self._put_in(row, before)
        self._tell(row)

    def link(self, row: Row, before: Row | None) -> None:
        """Make the row part of the table and tell the hooks."""
        self._put_in(row, before)
        self._rows[row.id] = row
        row.linked = True
        self.hooks.added(self, row)
        self.router.references.added(self, row)
        self._tell(row)

    def unlink(self, row: Row) -> None:
        """Take the row out of the table and tell the hooks."""
        self._take_out(row)
        del self._rows[row.id]
        row.linked = False
        self.hooks.removed(self, row)
        self.router.references.removed(self, row)
        self._tell(row, gone=True)

    def resolve(self, text: str, positions: list[str] | None = None) -> list[Row]:
        """The rows that one id word means: *HEX, a name, or a position in what the session printed last."""
        row = self._rows.get(text)
        if row is not None:
            return [row]
        if text.startswith("*"):
            row = self._rows.get(text.upper())
            return [row] if row is not None else []
        if "name" in self.menu.properties:
            named = [row for row in self if row.values.get("name") == text]
            if named:
                return named
        if text.isascii() and text.isdigit():
            number = int(text)
            if positions is None:
                positions = [row.id for row in self.hooks.rows(self)]
            if number < len(positions):
                row = self._rows.get(positions[number])
                return [row] if row else []
        return []

    def _tell(self, row: Row, *, gone: bool = False) -> None:
        for watcher in self.watchers:
            watcher(row, gone)
        self.router.touched(self.path)

    def _put_in(self, row: Row, before: Row | None) -> None:
        row.following = before
        row.previous = before.previous if before is not None else self._last
        if row.previous is not None:
            row.previous.following = row
        else:
            self._first = row
        if before is not None:
            before.previous = row
        else:
            self._last = row

    def _take_out(self, row: Row) -> None:
        if row.previous is not None:
            row.previous.following = row.following
        else:
            self._first = row.following
        if row.following is not None:
            row.following.previous = row.previous
        else:
            self._last = row.previous
