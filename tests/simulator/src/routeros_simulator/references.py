# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of rows in other menus: they follow a rename, and read *ID when their target is gone (seen on routers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .table import Row, Table


class References:
    """Which properties name rows of which menu."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._referrers: dict[str, list[tuple[Table, str]]] = {}
        for table in tables.values():
            for one in table.menu.properties.values():
                target = one.ref or ("/interface" if "interface" in (one.type, one.items) else "")
                if target in tables and not one.readonly:
                    self._referrers.setdefault(target, []).append((table, one.name))

    def added(self, table: Table, row: Row) -> None:
        """A row is back: what dangled is bound again."""
        if table.path in self._referrers and row.hidden.pop("dangling", False):
            self._rename(table, row.id, row.get("name"))

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """A row may have another name."""
        old, new = before.get("name"), row.values.get("name")
        if table.path in self._referrers and old and new and old != new:
            self._rename(table, old, new)

    def removed(self, table: Table, row: Row) -> None:
        """A row is gone."""
        if table.path in self._referrers and "name" in row.values:
            row.hidden["dangling"] = self._rename(table, row.get("name"), row.id)

    def in_use(self, table: Table, name: str) -> bool:
        """Whether some row names it."""
        return any(
            name in row.get(property).removeprefix("!").split(",")
            for referrer, property in self._referrers.get(table.path, ())
            for row in referrer
        )

    def _rename(self, table: Table, old: str, new: str) -> bool:
        found = False
        for referrer, property in self._referrers[table.path]:
            for row in referrer:
                text = row.values.get(property)
                if not text or old not in text:
                    continue
                sign = "!" if text.startswith("!") else ""
                words = text.removeprefix("!").split(",")
                if old in words:
                    found = True
                    text = sign + ",".join(new if word == old else word for word in words)
                    referrer.update(row, {property: text})
        return found
