# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console: lines of commands in, text out (RouterOS manual: Command Line Interface).

Lines are run as scripts are; what a script keeps to itself the console shows. Errors are text among the output: a
command that failed cannot be told from its exit status (seen on 7.x over SSH), which is a switch nevertheless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from . import console_print
from .errors import Trap
from .script_runner import Runner, ScriptFailed
from .script_syntax import Part, ScriptError, Statement, Substitution, Word, parse
from .script_values import Value, show

if TYPE_CHECKING:
    from .router import Router, Session

_UNKNOWN = re.compile(r"unknown parameter (.+)")
#: words of print that choose how it looks
_STYLES = ("as-value", "brief", "count-only", "detail", "terse", "show-ids", "value-list", "without-paging")
#: commands that ask before they act when somebody sits there
QUESTIONS = {
    ("/system", "reboot"): "Reboot, yes? [y/N]: ",
    ("/system", "shutdown"): "Shutdown, yes? [y/N]: ",
    ("/system", "reset-configuration"): "Dangerous! Reset anyway? [y/N]: ",
}


class Quit(Exception):
    """The user leaves."""


class _ConsoleRunner(Runner):
    """Statements whose results are shown, unless something around them takes the value."""

    def __init__(self, router: Router, session: Session, put: Callable[[str], None], *, terminal: bool) -> None:
        super().__init__(router, session, put)
        self.terminal = terminal
        self._inside = 0

    async def part(self, part: Part) -> Value:
        """What stands in [] hands its value on instead of showing it."""
        if not isinstance(part, Substitution):
            return await super().part(part)
        self._inside += 1
        try:
            return await super().part(part)
        finally:
            self._inside -= 1

    def show(self, lines: Sequence[str]) -> None:
        """Lines of output."""
        for line in lines:
            self.put(line)

    async def command(self, statement: Statement) -> Value:
        """A command of a menu, with what it shows."""
        path, verb, words = self.locate(statement)
        if verb == "quit" and not words:
            raise Quit
        if (path, verb) == ("/safe-mode", "take") and not self.terminal:
            return ""  # without a terminal it reports success and holds nothing (seen on 7.21)
        if not verb or verb == "find" or not self._listed(path, verb):
            return await super().command(statement)
        column = self.column
        context, self.context = self.context, path
        try:
            if verb == "print":
                return await self.print(path, words)
            sentence = [f"{path}/{verb}", *await self.arguments(path, verb, words)]
        finally:
            self.context = context
        if verb == "get":
            self._check_item(path, sentence)
        rows: list[list[str]] = []
        try:
            answer = await self.router.perform(self.session, sentence, rows.append)
        except Trap as trap:
            unknown = _UNKNOWN.fullmatch(trap.message)
            if unknown is not None:
                at = next((word.column for word in words if unknown[1] in (word.name, word.plain)), column)
                raise ScriptFailed(f"expected end of command (line {statement.line} column {at})") from trap
            raise Trap("no such item" if trap.message.startswith("no such item") else trap.message) from trap
        return self._answered(path, verb, rows, answer)

    def _listed(self, path: str, verb: str) -> bool:
        try:
            self.router.handler(path, verb)
        except Trap:
            return False
        return True

    def _answered(self, path: str, verb: str, rows: Sequence[Sequence[str]], answer: str | None) -> Value:
        if self._inside:
            return answer or ""
        if verb == "export" and answer is not None:
            self.show(answer.splitlines())
        elif rows and verb == "run":  # every row is a line of the script's output
            pass
        elif rows:
            # progress is written over in place: what stays is the last of it
            last = {name: text for name, text in _attributes(rows[-1]).items() if name != ".section"}
            self.show([*console_print.block(self.router.menus[path], last), ""])
        return ""

    def _check_item(self, path: str, sentence: Sequence[str]) -> None:
        """Unlike the API, get says that there is no such row."""
        table = self.router.tables.get(path)
        number = _attributes(sentence).get("number")
        if table is not None and number is not None and not table.resolve(number, self.session.printed.get(path)):
            raise Trap("no such item")

    async def print(self, path: str, words: Sequence[Word]) -> Value:
        """print in its usual forms."""
        menu = self.router.menus[path]
        accepted = menu.commands["print"]
        styles: set[str] = set()
        sentence = [f"{path}/print"]
        condition: Sequence[Word] = ()
        for number, word in enumerate(words):
            plain = word.plain
            if plain == "where":
                condition = words[number + 1 :]
                break
            if plain is not None and plain in _STYLES and plain in accepted:
                styles.add(plain)
            elif word.name is not None and word.name in accepted:
                sentence.append(f"={word.name}={show(await self.value(word))}")
            elif plain is not None and plain in accepted:
                sentence.append(f"={plain}=")
            elif plain is not None and plain.isdigit() and "from" in accepted:
                sentence.append(f"=from={plain}")
            else:
                raise ScriptFailed(f"expected end of command (line 1 column {word.column})")
        replies: list[list[str]] = []
        answer = await self.router.perform(self.session, sentence, replies.append)
        fits = await self.condition(condition)
        rows = [row for row in (_attributes(reply) for reply in replies if reply[0] == "!re") if fits(row)]
        if menu.kind == "list":
            self.session.printed[path] = [row[".id"] for row in rows if ".id" in row]
        if "count-only" in styles:
            count = answer if not condition and answer is not None else str(len(rows))
            return count if self._inside else self._shown([count])
        if "as-value" in styles:
            return console_print.as_value(rows) if self._inside else ""
        if menu.kind != "list":
            return self._shown([*(line for row in rows for line in console_print.block(menu, row)), ""])
        if "terse" in styles:
            return self._shown(console_print.terse(menu, rows))
        if "detail" in styles:
            return self._shown(console_print.detail(menu, rows))
        return self._shown(console_print.table(menu, rows, ids="show-ids" in styles))

    def _shown(self, lines: Sequence[str]) -> Value:
        self.show(lines)
        return ""


def _attributes(sentence: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in sentence[1:]:
        name, _unused, text = word.removeprefix("=").partition("=")
        found[name] = text
    return found


class Console:
    """One login's console. put: takes a line of output, without its end.

    terminal: whether somebody sits there; a single command over SSH has none.
    """

    def __init__(self, router: Router, session: Session, put: Callable[[str], None], *, terminal: bool) -> None:
        self.router = router
        self.session = session
        self._put = put
        self._runner = _ConsoleRunner(router, session, put, terminal=terminal)

    @property
    def context(self) -> str:
        """The menu that commands without a path belong to, "" at the top."""
        return self._runner.context

    def question(self, line: str) -> str:
        """What the console asks before it runs a line; "" when it asks nothing."""
        try:
            statements = parse(line)
        except ScriptError:
            return ""
        runner = Runner(self.router, self.session, self._put)
        runner.context = self.context
        for statement in statements:
            path, verb, _unused = runner.locate(statement)
            if (path, verb) in QUESTIONS:
                return QUESTIONS[path, verb]
        return ""

    async def run(self, line: str) -> bool:
        """Run a line; False when it failed, with the reason among the output. Raises Quit."""
        self.router.clock.run_due()
        await self.router.scripts.settle()
        try:
            await self._runner.run(parse(line))
        except (ScriptFailed, ScriptError, Trap) as error:
            self._put(str(error))
            return False
        return True
