# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that are known by their name, and that others refer to by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import references
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


class Named(Change):
    """One row by its name. While others refer to it, it is not removed: they would be left with a name of nothing."""

    not_properties: ClassVar[tuple[str, ...]] = ("state",)

    def check(self, version: Version) -> None:
        if not self.options["name"]:
            raise self.bad("name", "must not be empty")
        self._want = self.texts(menu(self.paths[0]), self.options, version, leave_out=self.not_properties)

    @property
    def _absent(self) -> bool:
        return bool(self.options["state"] == "absent")

    def reads(self, version: Version) -> Sequence[Read]:
        return [Read(self.paths[0]), *references.reads(self.paths[0], version)]

    def row(self, state: State) -> Row | None:
        """The row as it is, or ``None``."""
        return next((row for row in state.rows(self.paths[0]) if row.get("name") == self._want["name"]), None)

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        path = self.paths[0]
        if not self._absent:
            return plan(menu(path), state.rows(path), Want(rows=[self._want]), state.version, handles)
        row = self.row(state)
        if row is not None and row.get("default") != "true":
            self._check_unused(state)
        return plan(menu(path), state.rows(path), Want(absent=[{"name": self._want["name"]}]), state.version, handles)

    def _check_unused(self, state: State) -> None:
        name = self._want["name"]
        users = [references.spoken(path, row) for path, row, _names in references.naming(state, self.paths[0], name)]
        if users:
            raise self.bad(
                "state",
                f"'{name}' is used by {', '.join(users)}; remove these first, or have them use another one (in the "
                "same transaction, before this change, if you like)",
            )

    def view(self, state: State) -> dict[str, list[Row]]:
        row = self.row(state)
        return {self.paths[0]: [row] if row else []}
