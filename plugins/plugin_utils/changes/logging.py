# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``logging``: a row of ``/system/logging``, known by its topics, action and prefix, since it has no name."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/system/logging"
ACTION = "/system/logging/action"
KEY = ("topics", "action", "prefix")


class Logging(Change):
    """Topics of one rule are AND-ed, so an empty list would log everything and is refused."""

    name = "logging"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        if not self.options["topics"]:
            raise self.bad("topics", "an empty list logs every message, debug included; name at least one topic")
        self._want = self.texts(menu(PATH), self.options, version, leave_out=("state",))

    def reads(self, version: Version) -> list[Read]:
        return [Read(PATH), Read(ACTION)]

    def _is_it(self, row: Row) -> bool:
        properties = menu(PATH).properties
        return all(
            properties[name].kind.key(row.get(name, "")) == properties[name].kind.key(self._want[name]) for name in KEY
        )

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        if self.options["state"] == "absent":
            for row in filter(self._is_it, state.rows(PATH)):
                if row.get("default") == "true":
                    raise self.bad("state", "this rule comes with RouterOS and cannot be removed; set disabled: true")
            want = Want(absent=[{name: self._want[name] for name in KEY}])
        else:
            known = {row.get("name", "") for row in state.rows(ACTION)}
            if self._want["action"] not in known:
                raise self.bad(
                    "action", f"there is no logging action '{self._want['action']}'; it has: {', '.join(sorted(known))}"
                )
            want = Want(rows=[self._want])
        return plan(menu(PATH), state.rows(PATH), want, state.version, handles)

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: [row for row in state.rows(PATH) if self._is_it(row)]}


CHANGE = Logging
