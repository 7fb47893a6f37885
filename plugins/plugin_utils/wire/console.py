# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The console of a router behind the interface of a session: API sentences become lines, what is printed becomes rows.

The console tells errors as text and nothing else: no public evidence exists for exit codes. So every line ends by
printing a mark; an error ends the line before that, and what stands there instead of the mark is the error. Whatever
was written is read back by those who write.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Protocol

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Reply, Row, version_in

_ID = re.compile(r"\*[0-9A-F]+")
# One value: the row's id, the property, the text. A text goes on in the lines behind it.
_VALUE = re.compile(r"(\*[0-9A-F]+|-) ([a-z][a-z0-9-]*)=(.*)", re.DOTALL)
_ESCAPED = {"\\": "\\\\", '"': '\\"', "$": "\\$", "?": "\\?", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Arrays print with semicolons where the API has commas (RouterOS manual: Scripting).
_LISTS = ("list", "flagset", "policies", "topics", "port-list")
# Properties asked for in one line: lines stay short enough for any console.
_AT_ONCE = 20


class Lines(Protocol):
    """Where lines are run: :class:`ssh.Console`."""

    @property
    def closed(self) -> bool: ...

    def run(self, line: str, end: str, timeout: float | None = None) -> str: ...

    def close(self) -> None: ...


def quoted(text: str) -> str:
    """A text as the console reads it back: in quotes, what has a meaning there escaped, anything unusual by its bytes.

    (RouterOS manual: Scripting, escape sequences.)
    """
    return '"' + "".join(_escape(letter) for letter in text) + '"'


def _escape(letter: str) -> str:
    if letter in _ESCAPED:
        return _ESCAPED[letter]
    if " " <= letter <= "~":
        return letter
    return "".join(f"\\{byte:02X}" for byte in letter.encode("utf-8", "surrogateescape"))


def line_of(command: str, words: Sequence[str]) -> str:
    """One API sentence as a line of the console; the row that it is about comes first, without a name."""
    target: list[str] = []
    rest: list[str] = []
    for word in words:
        name, _equals, text = word.removeprefix("=").partition("=")
        if name in (".id", "numbers", "number"):
            target.append(text if _ID.fullmatch(text) else quoted(text))
        elif name.startswith("!"):
            rest.append(name)
        else:
            rest.append(f"{name}={quoted(text)}")
    return " ".join([command, *target, *rest])


class ConsoleSession:
    """What :class:`session.Session` is for the API, as far as bootstrap needs it. Safe mode cannot be held over it."""

    secure = False
    window = 1

    def __init__(self, lines: Lines, *, user: str, host: str, port: int) -> None:
        self._lines = lines
        self.user = user
        self.host = host
        self.port = port
        self._sent = 0
        self._version: Version | None = None

    def __repr__(self) -> str:
        return f"<ConsoleSession {self.user}@{self.host}:{self.port}>"

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return self._lines.closed

    @property
    def version(self) -> Version:
        """The router's version, read once on first use."""
        if self._version is None:
            self._version = version_in(self.read("/system/resource", ("version",)))
        return self._version

    def call(self, command: str, *words: str, timeout: float | None = None) -> Reply:
        """Run one command; what ``add`` returns becomes ``ret``.

        :raises Trap: with what the console printed; Closed, TimedOut: see ssh.Console.run
        """
        if command.endswith("/print"):
            names = [word.removeprefix("=.proplist=") for word in words if word.startswith("=.proplist=")]
            query = [word for word in words if word.startswith("?")]
            return Reply(
                rows=self.read(command.removesuffix("/print"), ",".join(names).split(",") if names else (), query)
            )
        line = line_of(command, words)
        if not command.endswith("/add"):
            self._run(line, command, timeout)
            return Reply()
        printed = self._run(f":put [{line}]", command, timeout).split()
        if not printed or not _ID.fullmatch(printed[-1]):
            raise Trap(" ".join(printed) or "no id was printed", None, command)
        return Reply(ret=printed[-1])

    def read(self, path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> list[Row]:
        """The rows of a menu; properties that are empty or unknown to this release are absent.

        :param query: ``?name=text`` words, all of which a row must fit
        """
        target = menu(path)
        names = [name for name in (properties or tuple(target.properties)) if name != ".id"]
        conditions = [_condition(word) for word in query]
        rows: dict[str, Row] = {}
        for part in _parts(names):
            listed = ";".join(quoted(name) for name in part)
            if target.singleton:
                script = f":foreach p in={{{listed}}} do={{{_value(path, '-', '')}}}"
            else:
                where = f" where {' '.join(conditions)}" if conditions else ""
                script = (
                    f':foreach i in=[{path}/find{where}] do={{:put "$i .id=$i"; '
                    f":foreach p in={{{listed}}} do={{{_value(path, '$i', '$i ')}}}}}"
                )
            for row, name, text in _values(self._run(script, f"{path}/print", None)):
                known = target.properties.get(name)
                held = rows.setdefault(row, {} if row == "-" else {".id": row})
                if known is not None and text != "":
                    as_list = known.type.removeprefix("!").split(" ")[0] in _LISTS
                    held[name] = text.replace(";", ",") if as_list else text
        return list(rows.values())

    def send_many(self, sentences: Sequence[tuple[str, ...]], window: int | None = None) -> list[Reply | Trap]:
        """Commands that do not depend on one another; over the console one after the other all the same."""
        answers: list[Reply | Trap] = []
        for command, *words in sentences:
            try:
                answers.append(self.call(command, *words))
            except Trap as trap:
                answers.append(trap)
        return answers

    def statistics(self) -> dict[str, int | float]:
        """What this session cost so far."""
        return {"sentences": self._sent, "round_trips": self._sent}

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()

    def _run(self, line: str, command: str, timeout: float | None) -> str:
        """Run a line; returns what it printed before the mark."""
        mark = f"bastion-{secrets.token_hex(4)}"
        self._sent += 1
        printed = self._lines.run(f'{{{line}; :put "{mark}"}}', mark, timeout).replace("\r\n", "\n")
        before, found, _after = printed.rpartition(mark)
        if not found:
            raise Trap(" ".join(printed.split()) or "nothing was printed", None, command)
        return before


def _value(path: str, shown: str, row: str) -> str:
    """The script that prints one property, and nothing for one that this release does not know."""
    return f':do {{:put ("{shown} $p=" . [:tostr [{path}/get {row}$p]])}} on-error={{}}'


def _condition(word: str) -> str:
    name, equals, text = word.removeprefix("?").partition("=")
    if not word.startswith("?") or not equals or not name:
        raise ValueError(f"not a query for the console: {word!r}")
    return f"{name}={quoted(text)}"


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]


def _values(printed: str) -> Iterator[tuple[str, str, str]]:
    """Row, property and text of each value; the id alone is a value of the property ``.id``."""
    found: tuple[str, str, str] | None = None
    for line in printed.splitlines():
        new = _VALUE.fullmatch(line) or re.fullmatch(r"(\*[0-9A-F]+) (\.id)=(.*)", line)
        if new:
            if found:
                yield found
            found = (new[1], new[2], new[3])
        elif found:
            found = (found[0], found[1], f"{found[2]}\n{line}")
    if found:
        yield found
