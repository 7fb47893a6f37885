# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the statements of a script as one user: menus and their commands, and the language's own commands.

Enough of RouterOS's language for jobs, chunks of commands and exports (RouterOS manual: Scripting): :local, :global,
:set, :if, :foreach, :for, :while, :do, :delay, :put, :log, :error, :return, :len, :tostr, :tonum, find with conditions,
get, and expressions. What else there is ends the script with the console's error for a word that it does not know.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .durations import parse_duration
from .errors import Trap
from .printing import view
from .script_syntax import Block, Expression, Part, ScriptError, Statement, Substitution, Text, Variable, Word
from .script_values import Value, evaluate, matches, show, truth

if TYPE_CHECKING:
    from .router import Router, Session

#: statements between two chances for everybody else
_TURN = 100
#: commands whose first word without a name says which rows
_NUMBERED = frozenset(
    {"set", "remove", "enable", "disable", "unset", "comment", "move", "reset", "reset-counters", "expire-password"}
    | {"export-certificate", "issued-revoke"}
)
_MISSING = re.compile(r"missing =\.?(.+)=")


class ScriptFailed(Exception):
    """A command of a script was refused; the message is the console's."""


class _Returned(Exception):
    def __init__(self, value: Value) -> None:
        self.value = value


class Runner:
    """One run. put: takes a line of output. context: the menu that commands without a path belong to ("" = root)."""

    def __init__(self, router: Router, session: Session, put: Callable[[str], None]) -> None:
        self.router = router
        self.session = session
        self.put = put
        self.context = ""
        self.column = 1  # of the word that locate has looked at last
        self.locals: dict[str, Value] = {}
        self._steps = 0

    async def run(self, statements: Sequence[Statement]) -> Value:
        """Run a whole script; its :return value. Raises ScriptFailed."""
        try:
            return await self.block(statements)
        except _Returned as returned:
            return returned.value

    async def block(self, statements: Sequence[Statement]) -> Value:
        """Run statements one after the other; the value of the last."""
        value: Value = ""
        for statement in statements:
            self._steps += 1
            if self._steps % _TURN == 0:
                await asyncio.sleep(0)
            value = await self.statement(statement)
        return value

    async def statement(self, statement: Statement) -> Value:
        """One command; refusals get the place."""
        first = statement.words[0]
        if isinstance(first.parts[0], Block) and len(statement.words) == 1:
            return await self.block(first.parts[0].body)
        word = first.plain
        if word is None or first.name is not None:
            if len(statement.words) == 1 and isinstance(first.parts[0], Substitution | Variable | Expression):
                return await self.value(first)
            raise ScriptFailed(f"syntax error (line {statement.line} column 1)")
        try:
            if word.startswith(":"):
                return await self.own(word[1:], statement)
            return await self.command(statement)
        except Trap as trap:
            missing = _MISSING.fullmatch(trap.message)
            raise ScriptFailed(f"missing value(s) of argument(s) {missing[1]}" if missing else trap.message) from trap

    # --- commands of menus

    def locate(self, statement: Statement) -> tuple[str, str, Sequence[Word]]:
        """(menu, verb, the words behind it); the verb is "" when the statement only names a menu."""
        path = "" if (statement.words[0].plain or "").startswith("/") else self.context
        for number, word in enumerate(statement.words):
            self.column = word.column
            for place, piece in enumerate((word.plain or "").split("/")):
                self.column += place > 0
                if piece == "..":
                    path = path.rpartition("/")[0]
                elif f"{path}/{piece}" in self.router.menus:
                    path = f"{path}/{piece}" if piece else path
                elif piece:
                    return path, piece, statement.words[number + 1 :]
                self.column += len(piece)
        return path, "", ()

    async def command(self, statement: Statement) -> Value:
        """A command of a menu, or a change to a menu."""
        path, verb, words = self.locate(statement)
        if not verb:
            self.context = path
            return ""
        if verb == "find":
            return await self.find(path, words)
        try:
            self.router.handler(path, verb)
        except Trap:
            raise ScriptFailed(f"bad command name {verb} (line {statement.line} column {self.column})") from None
        rows: list[list[str]] = []
        context, self.context = self.context, path  # a find among the arguments belongs to the command's menu
        try:
            sentence = [f"{path}/{verb}", *await self.arguments(path, verb, words)]
        finally:
            self.context = context
        answer = await self.router.perform(self.session, sentence, rows.append)
        return answer if answer is not None else ""

    async def arguments(self, path: str, verb: str, words: Sequence[Word]) -> list[str]:
        """The attribute words that the API would get."""
        found: list[str] = []
        loose = 0
        for word in words:
            value = await self.value(word)
            text = ",".join(value) if isinstance(value, list) else show(value)
            if word.name is not None:
                found.append(f"={word.name}={text}")
                continue
            loose += 1
            if text.startswith("!") and word.plain:
                found.append(f"={text}=")
            elif verb in _NUMBERED and loose == 1:
                found.append(f"=numbers={text}")
            elif verb == "move" and loose == 2:
                found.append(f"=destination={text}")
            elif verb == "unset" and loose == 2:
                found.append(f"=value-name={text}")
            elif verb == "get":
                table = self.router.tables.get(path)
                single = table is not None and table.menu.singleton
                found.append(f"={'value-name' if single or loose == 2 else 'number'}={text}")
            elif verb in ("run", "sign"):
                found.append(f"=number={text}")
            elif verb == "ping":
                found.append(f"=address={text}")
            elif verb == "import" and not path:
                found.append(f"=file-name={text}")
            elif path == "/log":
                found.append(f"=message={text}")
            else:
                found.append(f"={text}=")
        return found

    async def find(self, path: str, words: Sequence[Word]) -> Value:
        """The ids of the rows that fit the conditions."""
        if "read" not in self.router.policies(self.session):
            raise Trap("not enough permissions (9)", 4)
        table = self.router.tables.get(path)
        if table is None or table.menu.singleton:
            raise ScriptFailed(f"bad command name find (line 1 column {self.column})")
        fits = await self.condition(words)
        return [row.id for row in table.hooks.rows(table) if fits(view(table, row))]

    async def condition(self, words: Sequence[Word]) -> Callable[[Mapping[str, str]], bool]:
        """What stands behind where, as a test of rows; no words fit every row."""
        groups: list[list[tuple[str, str, Value]]] = [[]]
        for word in words:
            plain = word.plain
            if plain in ("where", "and", "&&"):
                continue
            if plain in ("or", "||"):
                groups.append([])
            elif word.name is not None:
                value = await self.value(word)
                name = word.name.removesuffix("!")
                groups[-1].append((name, "!=" if word.name.endswith("!") else "=", value))
            elif len(word.parts) > 1 and isinstance(word.parts[0], Text) and word.parts[0].text.endswith("~"):
                value = await self.value(Word(None, word.parts[1:]))
                groups[-1].append((word.parts[0].text[:-1], "~", value))
            elif plain is not None:
                groups[-1].append((plain.removeprefix("!"), "!=" if plain.startswith("!") else "=", "true"))
            else:
                raise ScriptFailed("syntax error: conditions of this kind are not simulated")
        return lambda reply: any(all(matches(reply, *one) for one in group) for group in groups)

    # --- values

    async def value(self, word: Word) -> Value:
        """What a word stands for."""
        if len(word.parts) == 1:
            return await self.part(word.parts[0])
        return "".join([show(await self.part(part)) for part in word.parts])

    async def part(self, part: Part) -> Value:
        """What a piece of a word stands for."""
        if isinstance(part, Text):
            return part.text
        if isinstance(part, Variable):
            if part.name in self.locals:
                return self.locals[part.name]
            return self.router.scripts.globals.get(part.name, "")
        if isinstance(part, Substitution):
            context = self.context
            value = await self.block(part.body)
            self.context = context
            return value
        if isinstance(part, Expression):
            return evaluate([await self.operand(word) for word in part.words])
        return [one for one in (piece.strip().strip('"') for piece in part.source.split(";")) if one]

    async def operand(self, word: Word) -> tuple[Value, bool]:
        """A word of an expression, and whether it may be an operator."""
        return await self.value(word), word.plain is not None

    # --- commands of the language

    async def own(self, verb: str, statement: Statement) -> Value:
        """:put and the like."""
        words = statement.words[1:]
        named = {word.name: word for word in words if word.name is not None}
        loose = [word for word in words if word.name is None]
        if verb in ("local", "global", "set"):
            return await self.assign(verb, loose)
        if verb in ("if", "while", "foreach", "for", "do"):
            return await self.control(verb, loose, named)
        if verb == "log":
            level = loose[0].plain if loose else ""
            await self.router.perform(
                self.session, [f"/log/{level}", f"=message={show(await self.value(loose[1]))}"], lambda _unused: None
            )
            return ""
        if verb not in ("put", "error", "return", "delay", "len", "tostr", "tonum", "nothing", "execute"):
            column = statement.words[0].column + 1
            raise ScriptFailed(f"bad command name {verb} (line {statement.line} column {column})")
        value = await self.value(loose[0]) if loose else ""
        if verb == "put":
            self.put(show(value))
        elif verb == "error":
            raise ScriptFailed(show(value))
        elif verb == "return":
            raise _Returned(value)
        elif verb == "delay":
            await self.router.clock.sleep((parse_duration(show(value) or "1s") or 0) / 1000)
        elif verb == "len":
            return str(len(value))
        elif verb == "execute":
            raise ScriptFailed("bad command name execute")
        elif verb in ("tostr", "tonum"):
            return show(value)
        return ""

    async def assign(self, verb: str, loose: Sequence[Word]) -> Value:
        """:local, :global and :set."""
        name = loose[0].plain
        if name is None:
            raise ScriptFailed("syntax error, expected variable name")
        value = await self.value(loose[1]) if len(loose) > 1 else None
        scripts = self.router.scripts
        if verb == "local":
            self.locals[name] = value if value is not None else ""
        elif verb == "global" and value is None:
            scripts.globals.setdefault(name, "")
            self.locals.pop(name, None)
        elif verb == "global" or name not in self.locals:
            if verb == "set" and name not in scripts.globals:
                raise ScriptFailed(f"no such variable {name}")
            scripts.set_global(name, value if value is not None else "")
        else:
            self.locals[name] = value if value is not None else ""
        return ""

    async def body(self, word: Word) -> Value:
        """Run what do={...} holds."""
        if not isinstance(word.parts[0], Block):
            raise ScriptFailed("syntax error, expected {")
        return await self.block(word.parts[0].body)

    async def control(self, verb: str, loose: Sequence[Word], named: dict[str, Word]) -> Value:
        """Conditions and loops."""
        if verb == "do":
            return await self.attempt(loose, named)
        body = named["do"] if "do" in named else loose[-1]
        if verb == "if":
            if truth(await self.value(loose[0])):
                return await self.body(body)
            return await self.body(named["else"]) if "else" in named else ""
        if verb == "while":
            while truth(await self.value(loose[0])):
                await self.body(body)
                await asyncio.sleep(0)
            return ""
        name = loose[0].plain or ""
        items: list[str]
        if verb == "for":
            first, last = [int(show(await self.value(named[key]))) for key in ("from", "to")]
            step = int(show(await self.value(named["step"]))) if "step" in named else (1 if last >= first else -1)
            items = [str(number) for number in range(first, last + (1 if step > 0 else -1), step)]
        else:
            value = await self.value(named["in"])
            items = value if isinstance(value, list) else [value] if value else []
        for item in items:
            self.locals[name] = item
            await self.body(body)
        return ""

    async def attempt(self, loose: Sequence[Word], named: dict[str, Word]) -> Value:
        """:do {...} on-error={...}, or :do {...} while=(...)."""
        try:
            value = await self.body(loose[0])
            while "while" in named and truth(await self.value(named["while"])):
                value = await self.body(loose[0])
                await asyncio.sleep(0)
            return value
        except (ScriptFailed, ScriptError):
            if "on-error" not in named:
                raise
            return await self.body(named["on-error"])
