# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``user_group``: a group with exactly the policies that were named."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/user/group"
# They cannot be removed (RouterOS manual, User).
BUILT_IN = frozenset({"read", "write", "full"})


class UserGroup(Change):
    """Policies are always sent whole: ``set`` merges, so what is not named would stay granted."""

    name = "user_group"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._want = self.texts(menu(PATH), self.options, version, leave_out=("state",))
        if self.options["state"] == "absent" and self.options["name"] in BUILT_IN:
            raise self.bad("name", f"the group '{self.options['name']}' comes with RouterOS and cannot be removed")

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        absent = self.options["state"] == "absent"
        want = Want(absent=[{"name": self.options["name"]}]) if absent else Want(rows=[self._want])
        return plan(menu(PATH), state.rows(PATH), want, state.version, handles)

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: [row for row in state.rows(PATH) if row.get("name") == self.options["name"]]}


CHANGE = UserGroup
