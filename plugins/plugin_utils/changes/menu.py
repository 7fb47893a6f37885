# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``menu``: any other menu, as rows or as settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import Menu, UnknownMenu, menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Placement, Want, plan, plan_ordered
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

# Their own modules know what a table cannot say; a certificate is no row that could be added.
OWN_MODULE = {"/certificate": "bastion.routeros.certificate", "/user": "bastion.routeros.user"}


class AnyMenu(Change):
    """Rows (``entries``) or settings (``values``) of a declared menu."""

    name = "menu"

    def check(self, version: Version) -> None:
        self._menu = self._find()
        self._version = version
        values, entries = self.options.get("values"), self.options.get("entries")
        if (values is None) == (entries is None):
            raise self.bad("entries", "exactly one of entries (rows) and values (settings) is needed")
        if self._menu.singleton != (values is not None):
            wanted = (
                "values, not entries: it has no rows" if self._menu.singleton else "entries, not values: it has rows"
            )
            raise self.bad("path", f"{self._menu.path} takes {wanted}")
        key = tuple(self.options.get("key") or ()) or self._menu.key
        self._key = tuple(name.replace("_", "-") for name in key)
        self._menu = replace(self._menu, key=self._key)
        self._rows = [self._row(values, "values")] if values is not None else self._entries(entries or [])

    def _find(self) -> Menu:
        path = "/" + str(self.options["path"]).strip("/ ").replace(" ", "/")
        if path in OWN_MODULE:
            raise self.bad("path", f"{path} has a module of its own: {OWN_MODULE[path]}")
        try:
            return menu(path)
        except UnknownMenu as error:
            raise self.bad("path", error) from error

    def _entries(self, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str | None]]:
        state, owner = self.options["state"], self.options.get("owner")
        if state == "replaced" and not owner:
            raise self.bad("owner", "needed with state: replaced, since only rows that carry it are removed")
        if owner and "comment" not in self._menu.properties:
            raise self.bad("owner", f"rows of {self._menu.path} have no comment to carry it")
        if not self._key:
            raise self.bad(
                "key", f"rows of {self._menu.path} have no identity of their own; name properties that tell them apart"
            )
        rows = [self._row(entry, f"entries[{number}]") for number, entry in enumerate(entries)]
        for number, row in enumerate(rows):
            missing = [name for name in self._key if not row.get(name)]
            if missing:
                raise self.bad(f"entries[{number}]", f"{', '.join(missing)} is needed to tell rows apart (key)")
        return rows

    def _row(self, options: Mapping[str, Any], where: str) -> dict[str, str | None]:
        named = {str(name).replace("-", "_"): value for name, value in options.items()}
        owner = self.options.get("owner")
        if owner and where != "values":
            text = named.get("comment")
            named["comment"] = f"bastion/{owner}: {text}" if text else f"bastion/{owner}"
        row: dict[str, str | None] = dict(self.texts(self._menu, named, self._version, where=f"{where}."))
        for option in (name for name, value in named.items() if value is None):
            name = option.replace("_", "-")
            if name not in self._menu.properties:
                raise self.bad(f"{where}.{option}", f"{self._menu.path} has no property '{name}'")
            row[name] = None
        return row

    def reads(self, version: Version) -> Sequence[Read]:
        return [Read(self._menu.path)]

    def _owned(self, row: Row) -> bool:
        tag = f"bastion/{self.options.get('owner')}"
        comment = row.get("comment", "")
        return comment == tag or comment.startswith(f"{tag}: ")

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        have = state.rows(self._menu.path)
        if self.options["state"] == "absent":
            if self._menu.singleton:
                raise self.bad("state", f"{self._menu.path} is settings, nothing of it can be absent")
            absent = [{name: text for name, text in row.items() if name in self._key and text} for row in self._rows]
            return plan(self._menu, have, Want(absent=absent), state.version, handles)
        if self.options["ensure_order"] and self._menu.ordered:
            return self._plan_ordered(state, have, handles)
        purge: Callable[[Row], bool] | None = self._owned if self.options["state"] == "replaced" else None
        self._warn_write_only()
        return plan(self._menu, have, Want(rows=self._rows, purge=purge), state.version, handles)

    def _plan_ordered(self, state: State, have: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
        keys = {self._identity(row) for row in self._rows}
        replaced = self.options["state"] == "replaced"
        rows = [{name: text for name, text in row.items() if text is not None} for row in self._rows]

        def owned(row: Row) -> bool:
            return self._identity(row) in keys or (replaced and self._owned(row))

        return plan_ordered(self._menu, have, rows, owned, Placement("bottom"), state.version, handles)

    def _identity(self, row: Mapping[str, str | None]) -> tuple[object, ...]:
        kinds = self._menu.properties
        return tuple(kinds[name].kind.key(row.get(name) or "") for name in self._key)

    def _warn_write_only(self) -> None:
        hidden = sorted({name for row in self._rows for name in row if self._menu.properties[name].write_only})
        if hidden:
            self.warnings.append(f"menu: the router does not give {', '.join(hidden)} back: written for new rows only")

    def secrets(self) -> Iterable[object]:
        target = self._find()
        for row in [*(self.options.get("entries") or []), self.options.get("values") or {}]:
            for name, value in row.items():
                if target.is_secret(str(name).replace("_", "-")):
                    yield value

    def view(self, state: State) -> dict[str, list[Row]]:
        rows = state.rows(self._menu.path)
        if self._menu.singleton:
            return {self._menu.path: list(rows)}
        keys = {self._identity(row) for row in self._rows}
        return {
            self._menu.path: [
                row for row in rows if self._identity(row) in keys or (self.options.get("owner") and self._owned(row))
            ]
        }


CHANGE = AnyMenu
