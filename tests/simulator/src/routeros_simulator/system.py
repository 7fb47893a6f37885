# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Menus that the router fills itself: resource, clock, packages, history, license, device-mode; undo, redo, reboot."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .call import Call
from .dates import show_date, show_moment, show_time
from .durations import format_duration
from .errors import Trap
from .history import Action
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

_FEATURES = (
    "scheduler",
    "socks",
    "fetch",
    "pptp",
    "l2tp",
    "bandwidth-test",
    "traffic-gen",
    "sniffer",
    "ipsec",
    "romon",
    "proxy",
    "hotspot",
    "smb",
    "email",
    "zerotier",
    "container",
    "install-any-version",
    "partitions",
    "routerboard",
)
# what even the freest mode keeps shut
_SHUT = {"traffic-gen", "container", "install-any-version", "partitions", "routerboard"}


class ResourceHooks(Hooks):
    """/system/resource."""

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """The uptime goes by the simulated clock."""
        clock = table.router.clock
        reply["uptime"] = format_duration(int(clock.now() - clock.boot) * 1000)


class ClockHooks(Hooks):
    """/system/clock."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """set date= and time= put the clock, and keep nothing as configuration."""
        clock = call.router.clock
        date, hour = after.pop("date", None), after.pop("time", None)
        if date is None and hour is None:
            return
        moment = clock.moment()
        text = f"{date or moment.strftime('%Y-%m-%d')} {hour or moment.strftime('%H:%M:%S')}"
        try:
            clock.set(calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S")))
        except ValueError:
            raise Trap("invalid date", 1) from None

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Now."""
        now = table.router.clock.now()
        reply.update({"time": show_time(now), "date": show_date(table.router, now)})
        reply.update({"gmt-offset": "+00:00", "dst-active": "false"})


class HistoryHooks(Hooks):
    """/system/history."""

    def rows(self, table: Table) -> Iterable[Row]:
        """Newest first; what was undone can be redone."""
        history = table.router.history
        for actions, redoable in ((reversed(history.undone[-100:]), True), (reversed(history.actions), False)):
            for action in actions:
                yield self._row(table.router, action, redoable)

    @staticmethod
    def _row(router: Router, action: Action, redoable: bool) -> Row:
        words = [change.words() for change in action.changes]
        menu = action.changes[0].table.path.strip("/").replace("/", " ")
        values = {
            "action": f"{menu} item {words[0][0]}",
            "by": action.by,
            "policy": action.policy,
            "time": show_moment(router, action.time),
            "undoable": "false" if redoable else "true",
            "redoable": "true" if redoable else "false",
            "floating-undo": "true" if action.floating else "false",
            "undo": "; ".join(undo for _unused, undo, _unused in reversed(words)),
            "redo": "; ".join(redo for _unused, _unused, redo in words),
        }
        row = Row(f"*{action.number:X}", values)
        row.linked = True
        return row


def _undo(call: Call) -> None:
    call.expect(())
    with call.router.batch():
        if not call.router.history.undo():
            raise Trap("failure: nothing to undo", 4)  # stand-in text


def _redo(call: Call) -> None:
    call.expect(())
    with call.router.batch():
        if not call.router.history.redo():
            raise Trap("failure: nothing to redo", 4)  # stand-in text


def _reboot(call: Call) -> None:
    call.expect(())
    call.router.reboot()


def _shutdown(call: Call) -> None:
    call.expect(())
    call.router.power.off()


class SafeModeHooks(Hooks):
    """/safe-mode; whether it is the asking session's own is known at print only."""

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """See SafeMode.render."""
        table.router.safe_mode.render(table, row, reply, table.router.asking)


def attach(router: Router) -> None:
    """Behaviour of the menus."""
    router.hook("/system/resource", ResourceHooks())
    router.hook("/system/clock", ClockHooks())
    router.hook("/system/history", HistoryHooks())
    router.register("", "undo", _undo)
    router.register("", "redo", _redo)
    router.register("/system", "reboot", _reboot)
    router.register("/system", "shutdown", _shutdown)
    for path in ("/system/resource", "/system/package", "/system/license", "/system/device-mode"):
        router.tables[path].journaled = False
    if "/safe-mode" in router.tables:
        router.hook("/safe-mode", SafeModeHooks())


def fill(router: Router) -> None:
    """What a CHR of the version says about itself."""
    tables = router.tables
    built = "2026-01-01 00:00:00"
    tables["/system/resource"].only.values.update(
        {
            "version": f"{router.version} (stable)",
            "build-time": built,
            "free-memory": "800000000",
            "total-memory": "1073741824",
            "cpu": "QEMU",
            "cpu-count": "2",
            "cpu-frequency": "2400",
            "cpu-load": "1",
            "free-hdd-space": "60000000",
            "total-hdd-space": "93564928",
            "write-sect-since-reboot": "1000",
            "write-sect-total": "1000",
            "architecture-name": "x86_64",
            "board-name": "CHR QEMU Standard PC (i440FX + PIIX, 1996)",
            "platform": "MikroTik",
        }
    )
    tables["/system/package"].insert(
        {"name": "routeros", "version": router.version, "build-time": built, "size": "12000000"}
    )
    tables["/system/package/update"].only.values["installed-version"] = router.version
    tables["/system/license"].only.values.update({"system-id": "simulated", "level": "free"})
    mode = "advanced" if router.at_least("7.17") else "enterprise"
    properties = tables["/system/device-mode"].menu.properties
    values = {"mode": mode, "flagged": "false", "flagging-enabled": "true", "attempt-count": "0"}
    values.update({name: "false" if name in _SHUT else "true" for name in _FEATURES})
    tables["/system/device-mode"].only.values.update({k: v for k, v in values.items() if k in properties})
