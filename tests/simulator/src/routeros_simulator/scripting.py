# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs scripts: /system/script/run, /execute, jobs of the scheduler, files that are imported.

A job that fails says so in the log only. /execute with as-string hands errors back as text, without a trap (seen on
7.24.4); run answers one empty row for each line of output.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from .call import Call
from .dates import show_moment
from .errors import Trap
from .script_runner import Runner, ScriptFailed
from .script_syntax import ScriptError, parse
from .script_values import Value, show
from .table import Row

if TYPE_CHECKING:
    from .router import Router, Session


class Scripts:
    """The scripts of one router and their global variables."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.globals: dict[str, Value] = {}
        router.start_job = self.start_job
        self._running: set[asyncio.Task[None]] = set()
        router.tables["/system/script/environment"].journaled = False
        router.tables["/system/script/job"].journaled = False
        router.register("/system/script", "run", self._run)
        router.register("", "execute", self._execute)
        router.register("/system/script/environment", "remove", self._forget)

    def set_global(self, name: str, value: Value) -> None:
        """A global variable; /system/script/environment shows them."""
        self.globals[name] = value
        table = self.router.tables["/system/script/environment"]
        row = table.find(name=name)
        if row is None:
            table.insert({"name": name, "value": show(value)})
        else:
            table.update(row, {"value": show(value)})

    def _forget(self, call: Call) -> None:
        for word in call.arguments.get(".id", call.arguments.get("numbers", "")).split(","):
            rows = call.table.resolve(word)
            if not rows:
                raise call.router.missing_item()
            self.globals.pop(rows[0].get("name"), None)
            call.table.delete(rows[0])

    def forget(self) -> None:
        """A restart: global variables are gone, and what ran."""
        self.globals.clear()
        table = self.router.tables["/system/script/environment"]
        for row in list(table):
            table.delete(row)

    async def run_source(self, source: str, session: Session, put: Callable[[str], None], context: str = "") -> Value:
        """Run a text; its :return value. Raises ScriptFailed with the console's text."""
        try:
            statements = parse(source)
            runner = Runner(self.router, session, put)
            runner.context = context
            return await runner.run(statements)
        except (ScriptError, Trap) as error:
            raise ScriptFailed(str(error)) from error

    # --- jobs of the scheduler

    def start_job(self, row: Row) -> None:
        """A job is due."""
        self.spawn(self._job(row))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the background; without a loop that runs, at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(work)
            return
        task = loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self) -> None:
        """Let background work begin before anything else is asked."""
        if self._running:
            await asyncio.sleep(0)

    async def _job(self, row: Row) -> None:
        router, name = self.router, row.get("name")
        source = row.get("on-event")
        script = router.tables["/system/script"].find(name=source)
        session = self._session(row.get("owner"), row.get("policy"))
        try:
            if script is not None:
                await self._named(script, session, lambda _unused: None)
            else:
                await self.run_source(source, session, lambda _unused: None)
        except ScriptFailed as failed:
            router.log("script,error", f"executing script {name} from scheduler failed: {failed}")

    def _session(self, owner: str, policy: str) -> Session:
        user = self.router.tables["/user"].find(name=owner)
        return self.router.inner_session(owner, frozenset(policy.split(",")), user)

    async def _named(self, script: Row, session: Session, put: Callable[[str], None]) -> None:
        """A script of /system/script, with no more than its own rights."""
        given = frozenset(script.get("policy").split(","))
        if not given <= self.router.policies(session) and script.get("dont-require-permissions") != "true":
            raise ScriptFailed("not enough permissions (9)")
        script.values["run-count"] = str(int(script.get("run-count", "0")) + 1)
        script.values["last-started"] = show_moment(self.router, self.router.clock.now())
        await self.run_source(script.get("source"), self._session(session.user, script.get("policy")), put)

    # --- commands

    async def _run(self, call: Call) -> None:
        call.expect((".id", "number", "use-script-permissions"))
        word = call.arguments.get(".id", call.arguments.get("number"))
        if word is None:
            raise Trap("missing =.id=", 0)
        rows = call.table.resolve(word)
        if not rows:
            raise call.router.missing_item()
        try:
            await self._named(rows[0], call.session, lambda _unused: call.reply({}))
        except ScriptFailed as failed:
            raise Trap(str(failed), 3) from failed

    async def _execute(self, call: Call) -> str | None:
        """With as-string the output comes back when it has ended; without, it runs on by itself."""
        call.expect(("script", "as-string", "file"))
        source = call.required("script")
        script = self.router.tables["/system/script"].find(name=source)
        text = script.get("source") if script is not None else source
        lines: list[str] = []
        session = self.router.inner_session(call.session.user, self.router.policies(call.session), call.session.row)
        if call.arguments.get("as-string") in (None, "no", "false"):
            self.spawn(self.unattended(text, session))
            return None
        try:
            await self.run_source(text, session, lines.append)
        except ScriptFailed as failed:
            lines.append(str(failed))
        return "\n".join(lines)

    async def unattended(self, text: str, session: Session) -> None:
        """Run a text whose failure only the log tells."""
        try:
            await self.run_source(text, session, lambda _unused: None)
        except ScriptFailed as failed:
            self.router.log("script,error", f"executing script failed: {failed}")
