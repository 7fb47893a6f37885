# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody sits at the console: banner, password to be changed, prompt, lines (captures of 7.22.3 to 7.24.5).

Login options, behind a "+" in the name: c no colours, t no detection of the terminal, e a dumb terminal, 512w its
width, 80h its height. Editing is as far as a program needs it: echo, backspace, Ctrl-C, Ctrl-D, Ctrl-X.
"""

from __future__ import annotations

import re

import asyncssh

from .call import Call
from .console import Console, Quit
from .errors import Trap
from .router import Router, Session
from .users import check_password

#: from this version on the change of an empty password may be skipped in so many words
_SKIP_NAMED = "7.22"
_INTERRUPT, _LEAVE, _SAFE_MODE = "\x03", "\x04", "\x18"
_ERASE = ("\x7f", "\b")
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|O[A-Za-z]|[A-Za-z])?")


class _Left(Exception):
    """The client is gone, or has ended its input."""


class Shell:
    """One interactive login."""

    def __init__(self, router: Router, session: Session, process: asyncssh.SSHServerProcess[str], options: str) -> None:
        self._router = router
        self._session = session
        self._process = process
        self._colours = "c" not in options and "e" not in options
        self._detects = "t" not in options and "e" not in options
        self._input = ""
        self._console = Console(router, session, lambda line: self._say(f"{line}\r\n"), terminal=True)

    def _say(self, text: str) -> None:
        self._process.stdout.write(text)

    async def run(self) -> None:
        """Serve until the user leaves."""
        try:
            self._greet()
            await self._licence()
            await self._expired()
            while True:
                line = await self._line(self._prompt())
                if line is None:
                    continue
                question = self._console.question(line)
                if question and (await self._line(question) or "").strip().lower() not in ("y", "yes"):
                    self._say("action cancelled\r\n")
                    continue
                if line.strip():
                    await self._console.run(line)
        except (Quit, _Left):
            self._process.exit(0)
        except (OSError, asyncssh.Error):
            self._process.close()

    def _greet(self) -> None:
        if self._detects:
            self._say("\x1b[9999B\x1bZ  \x1b[6n")  # who are you, and how large
        year = self._router.clock.moment().year
        self._say(f"\r\n\r\r\r\n  MikroTik RouterOS {self._router.version} (c) 1999-{year}")
        self._say("       https://www.mikrotik.com/\r\n\r\n\r\nPress F1 for help\r\n\r\n")

    async def _licence(self) -> None:
        """Whoever is the first at the console is asked whether to read the licence."""
        row = self._router.tables["/system/identity"].only
        if not row.hidden.get("licence-asked"):
            row.hidden["licence-asked"] = True
            await self._line("Do you want to see the software license? [Y/n]: ")

    async def asked(self) -> bool:
        """As :meth:`run` does before the first line; false when a password that has to be changed was not."""
        try:
            await self._expired()
        except _Left:
            return False
        return self._session.row is None or self._session.row.get("expired") != "true"

    async def _expired(self) -> None:
        """A password that has to be changed; Ctrl-C puts it off."""
        row = self._session.row
        while row is not None and row.get("expired") == "true":
            skip = " (Ctrl-C to skip)" if self._router.at_least(_SKIP_NAMED) else ""
            self._say(f"\r\nChange your password{skip}\r\n\r\r\r")
            new = await self._line("new password> ", hidden=True)
            again = await self._line("repeat new password> ", hidden=True) if new is not None else None
            if new is None or again is None:
                return
            if new != again:
                self._say("\r\nTry again, error: New passwords do not match!\r\n")
                continue
            try:
                check_password(self._router, new)
            except Trap as trap:
                self._say(f"\r\nTry again, error: {trap.message.removeprefix('failure: ')}\r\n")
                continue
            call = Call(self._router, self._session, "/user", "set", {}, [], lambda _unused: None)
            self._router.tables["/user"].update(row, {"expired": "false"}, hidden={"password": new}, journal=True)
            self._router.commit(call)
            self._say("\r\nPassword changed\r\n")

    def _prompt(self) -> str:
        identity = self._router.tables["/system/identity"].only.get("name")
        who = f"{self._session.user}@{identity}"
        if self._colours:
            who = f"\x1b[m\x1b[36m{self._session.user}\x1b[m@\x1b[36m{identity}\x1b[m"
        safe = " <SAFE>" if self._router.safe_mode.holder is self._session else ""
        return f"\r[{who}]{safe} {self._console.context}> "

    async def _safe_mode(self) -> None:
        held = self._router.safe_mode.holder is self._session
        await self._console.run(f"/safe-mode/{'release' if held else 'take'}")

    # --- lines

    async def _more(self) -> str:
        while not self._input:
            try:
                found = await self._process.stdin.read(4096)
            except (asyncssh.BreakReceived, asyncssh.SignalReceived):
                found = _INTERRUPT
            except asyncssh.TerminalSizeChanged:
                continue
            if not found:
                raise _Left
            self._input = _ESCAPE.sub("", found)  # answers of the terminal, keys that move a cursor
        sign, self._input = self._input[0], self._input[1:]
        return sign

    async def _line(self, prompt: str, *, hidden: bool = False) -> str | None:
        """What is typed up to the end of the line; None after Ctrl-C."""
        self._say(prompt)
        typed = ""
        while True:
            sign = await self._more()
            if sign in "\r\n":
                if sign == "\r" and self._input.startswith("\n"):
                    self._input = self._input[1:]
                self._say("\r\n")
                return typed
            if sign == _INTERRUPT:
                self._say("\r\n")
                return None
            if sign == _LEAVE and not typed:
                raise _Left
            if sign == _SAFE_MODE and not hidden:
                self._say("\r\n")
                await self._safe_mode()
                return None
            if sign in _ERASE:
                if typed:
                    typed = typed[:-1]
                    self._say("\b \b")
            elif sign >= " ":
                typed += sign
                self._say("*" if hidden else sign)
