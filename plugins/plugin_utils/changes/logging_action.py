# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``logging_action``: a row of ``/system/logging/action``."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/system/logging/action"
RULES = "/system/logging"
# The router returns only what the target uses, so anything else would be written again in every run.
OF_TARGET = {
    "memory": {"memory-lines", "memory-stop-on-full"},
    "disk": {"disk-file-name", "disk-lines-per-file", "disk-file-count", "disk-stop-on-full"},
    "echo": {"remember"},
    "remote": {
        "remote", "remote-port", "remote-protocol", "remote-log-format", "cef-event-delimiter", "check-certificate",
        "src-address", "vrf", "syslog-facility", "syslog-severity", "syslog-time-format", "bsd-syslog",
        "add-topics-string",
    },
    "email": {"email-to", "email-cc", "email-start-tls"},
    "script": {"script", "add-topics-string"},
}  # fmt: skip
ALWAYS = {"name", "target", "comment"}


class LoggingAction(Change):
    """Where messages go to."""

    name = "logging_action"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        name = self.options["name"]
        if not (name.isascii() and name.isalnum()):
            raise self.bad("name", f"letters and digits only (RouterOS refuses others), got '{name}'")
        self._want = self.texts(menu(PATH), self.options, version, leave_out=("state",))

    def reads(self, version: Version) -> list[Read]:
        return [Read(PATH), Read(RULES)]

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        name = self.options["name"]
        row = next((each for each in state.rows(PATH) if each.get("name") == name), None)
        if self.options["state"] == "absent":
            self._check_removable(state, row)
            want = Want(absent=[{"name": name}])
        else:
            self._check_target(row)
            want = Want(rows=[self._want])
        return plan(menu(PATH), state.rows(PATH), want, state.version, handles)

    def _check_target(self, row: Row | None) -> None:
        target = self._want.get("target") or (row or {}).get("target")
        if target is None:
            raise self.bad("target", f"there is no action '{self.options['name']}' yet: a target is needed to make it")
        foreign = sorted(set(self._want) - ALWAYS - OF_TARGET.get(target, set(self._want)))
        if foreign:
            raise self.bad(foreign[0].replace("-", "_"), f"means nothing with target {target}")

    def _check_removable(self, state: State, row: Row | None) -> None:
        if row is None:
            return
        if row.get("default") == "true":
            raise self.bad("state", f"the action '{row['name']}' comes with RouterOS and cannot be removed")
        users = [each.get("topics", "") for each in state.rows(RULES) if each.get("action") == row["name"]]
        if users:
            raise self.bad(
                "state", f"the action '{row['name']}' is used by the rules for {'; '.join(users)}; remove them first"
            )

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: [row for row in state.rows(PATH) if row.get("name") == self.options["name"]]}


CHANGE = LoggingAction
