# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/system/script and /system/scheduler as tables: owners, policies, start times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .call import Call
from .dates import show_date, show_moment, show_time
from .durations import parse_duration
from .errors import Trap
from .names import NamedHooks
from .overlay import POLICIES
from .table import Row, Table

if TYPE_CHECKING:
    from .router import Router


class ScriptHooks(NamedHooks):
    """Policies default to what the user has, as far as the menu knows them."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        super().check(call, table, row, after)
        if row is not None:
            return
        own = call.router.policies(call.session)
        if "policy" not in call.arguments:
            after["policy"] = ",".join(word for word in after["policy"].split(",") if word in own)
        if not after.get("owner"):
            after["owner"] = call.session.user
        after.setdefault("run-count", "0")


class SchedulerHooks(ScriptHooks):
    """A job is refused when it lists a policy that its creator does not have."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}  # when a row runs next

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        if call.router.tables["/system/device-mode"].only.get("scheduler") == "false":
            raise Trap("failure: not allowed by device-mode", 4)
        super().check(call, table, row, after)
        now = call.router.clock.now()
        after.setdefault("start-date", show_date(call.router, now))
        after.setdefault("start-time", show_time(now))
        own = call.router.policies(call.session)
        if any(word in POLICIES and word not in own for word in after["policy"].split(",")):
            raise Trap("not enough permissions (9)", 4)

    def added(self, table: Table, row: Row) -> None:
        """Note when it runs next."""
        self.plan(table, row)

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """The same after a change."""
        if any(before.get(name) != row.values.get(name) for name in ("interval", "disabled", "start-time")):
            self.plan(table, row)

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """next-run is absent when none is pending."""
        due = self._due.get(row.id)
        if due is not None:
            reply["next-run"] = show_moment(table.router, due)

    def plan(self, table: Table, row: Row) -> None:
        """Jobs with an interval run every so often, counted from now; others once, at their time of this day."""
        router = table.router
        interval = (parse_duration(row.get("interval")) or 0) / 1000
        wait = interval or self._until(router, row)
        self._due.pop(row.id, None)
        if row.disabled or wait is None:
            return
        due = self._due[row.id] = router.clock.now() + wait

        def fire() -> None:
            if row.linked and router.power.on and self._due.get(row.id) == due:
                del self._due[row.id]
                if interval:
                    self.plan(table, row)
                row.values["run-count"] = str(int(row.get("run-count", "0")) + 1)
                router.start_job(row)

        router.clock.call_later(wait, fire)

    @staticmethod
    def _until(router: Router, row: Row) -> float | None:
        """Seconds until the start time, None when it has gone by (or is the start of the router)."""
        milliseconds = parse_duration(row.get("start-time"))
        if milliseconds is None:
            return None
        now = router.clock.now()
        if row.get("start-date") != show_date(router, now):
            return None
        wait = milliseconds / 1000 - now % 86400
        return wait if wait > 0 else None


def restarted(router: Router) -> None:
    """The router has started: intervals begin anew, counts too, and what is to run at the start does."""
    table = router.tables["/system/scheduler"]
    hooks = table.hooks
    assert isinstance(hooks, SchedulerHooks)
    for row in list(table):
        row.values["run-count"] = "0"
        hooks.plan(table, row)
        if row.get("start-time") == "startup" and not row.disabled and not parse_duration(row.get("interval")):
            row.values["run-count"] = "1"
            router.start_job(row)


def attach(router: Router) -> None:
    """Behaviour of the two menus."""
    router.hook("/system/script", ScriptHooks())
    router.hook("/system/scheduler", SchedulerHooks())
