# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings menus: one row, no key, nothing to add or remove."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


class Singleton(Change):
    """The options of the module are the properties of the one row."""

    def check(self, version: Version) -> None:
        self._want = self.texts(menu(self.paths[0]), self.options, version)

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        path = self.paths[0]
        return plan(menu(path), state.rows(path), Want(rows=[self._want]), state.version, handles)

    def view(self, state: State) -> dict[str, list[Row]]:
        return {self.paths[0]: list(state.rows(self.paths[0]))}
