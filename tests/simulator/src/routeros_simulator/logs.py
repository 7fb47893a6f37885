# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/log, /system/logging and its actions: which messages are kept, and what an action shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .call import Call
from .dates import show_moment
from .errors import Trap
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

# which properties an action returns, by its target
_SHOWN = {
    "memory": {"memory-lines", "memory-stop-on-full"},
    "disk": {"disk-file-name", "disk-lines-per-file", "disk-file-count", "disk-stop-on-full"},
    "echo": {"remember"},
    "email": {"email-to", "email-cc", "email-start-tls"},
    "script": {"script"},
    "remote": {
        "remote",
        "remote-port",
        "src-address",
        "remote-log-format",
        "remote-protocol",
        "check-certificate",
        "cef-event-delimiter",
        "syslog-time-format",
        "syslog-facility",
        "syslog-severity",
        "bsd-syslog",
        "vrf",
    },
}
_SHOWN["cmr"] = _SHOWN["remote"]
_ALL = set().union(*_SHOWN.values())
_SYSLOG = ("syslog-time-format", "syslog-facility", "syslog-severity")


class ActionHooks(Hooks):
    """/system/logging/action."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Names are letters and digits, and unique."""
        if not re.fullmatch(r"[A-Za-z0-9]+", after["name"]):
            raise Trap("failure: action name can contain only letters and numbers", 4)
        other = table.find(name=after["name"])
        if other is not None and other is not row:
            raise Trap("failure: already have such name", 4)  # stand-in text

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """The default actions stay."""
        if row.values.get("default") == "true":
            raise Trap("failure: cannot remove default action", 4)  # refused for certain, stand-in text
        if call.router.references.in_use(table, row.get("name")):
            raise Trap("failure: action is in use", 4)  # stand-in text

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Only what belongs to the target; syslog details only with the syslog format (7.24)."""
        hidden = _ALL - _SHOWN.get(row.get("target"), _ALL)
        if table.router.at_least("7.18") and row.get("remote-log-format") != "syslog":
            hidden = hidden.union(_SYSLOG)
        for name in hidden:
            reply.pop(name, None)


class RuleHooks(Hooks):
    """/system/logging."""

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """The default rules stay."""
        if row.values.get("default") == "true":
            raise Trap("failure: cannot remove default rule", 4)  # refused for certain, stand-in text


class Logs:
    """The log buffer in memory."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.table = router.tables["/log"]
        self.table.journaled = False
        router.hook("/system/logging", RuleHooks())
        router.hook("/system/logging/action", ActionHooks())
        for verb in ("debug", "error", "info", "warning"):
            router.register("/log", verb, self._write)

    def fill(self) -> None:
        """The rules and actions of a new router."""
        actions = self.router.tables["/system/logging/action"]
        actions.next_id = 0
        for name in ("memory", "disk", "echo", "remote"):
            actions.insert({"name": name, "target": name, "default": "true"})
        for topics, action in (("info", "memory"), ("error", "memory"), ("warning", "memory"), ("critical", "echo")):
            rules = self.router.tables["/system/logging"]
            rules.insert({"topics": topics, "action": action, "default": "true"})

    def log(self, topics: str, message: str) -> None:
        """Keep a message in every memory buffer that some rule sends it to."""
        words = set(topics.split(","))
        buffers: dict[str, str] = {}
        for rule in self.router.tables["/system/logging"]:
            action = rule.get("action")
            if not rule.disabled and action not in buffers and _wants(rule.values, words, message):
                prefix = rule.get("prefix")
                buffers[action] = f"{prefix}: {message}" if prefix else message
        for name, text in buffers.items():
            action_row = self.router.tables["/system/logging/action"].find(name=name)
            if action_row is not None and action_row.get("target") == "memory":
                self._append(action_row, topics, text)

    def _append(self, action: Row, topics: str, message: str) -> None:
        lines = int(action.get("memory-lines", "1000"))
        while len(self.table) >= lines:
            if action.get("memory-stop-on-full") == "true":
                return
            self.table.delete(next(iter(self.table)))
        values = {
            "time": show_moment(self.router, self.router.clock.now()),
            "buffer": action.get("name"),
            "topics": topics,
            "message": message,
        }
        self.table.insert(values, dynamic=True)

    def _write(self, call: Call) -> None:
        call.expect(("message",))
        self.log(f"script,{call.verb}", call.required("message"))


def _wants(rule: Mapping[str, str], topics: set[str], message: str) -> bool:
    """All plain topics have to be there and none of the negated; no topics at all match everything."""
    words = [word for word in rule.get("topics", "").split(",") if word]
    if any((word[1:] in topics) if word.startswith("!") else (word not in topics) for word in words):
        return False
    pattern = rule.get("regex", "")
    try:
        return not pattern or re.search(pattern, message) is not None
    except re.error:
        return False
