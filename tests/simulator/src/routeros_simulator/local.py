# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with a router in the same process, without sockets: for tests of the router itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .errors import Refused
from .router import Router


@dataclass(frozen=True)
class Answer:
    """What a command answered: rows, the value of `=ret=`, the messages of traps, and the bare sentences."""

    rows: list[dict[str, str]]
    ret: str | None
    traps: list[str]
    sentences: list[list[str]]


class CommandFailed(Exception):
    """A command answered with a trap."""


class LocalSession:
    """One login. Raises PermissionError when it is refused, ConnectionError by a router that is off."""

    def __init__(
        self, router: Router, name: str = "admin", password: str = "", address: str = "127.0.0.1", via: str = "api"
    ) -> None:
        if not router.power.on:  # a router that restarts is waited for
            router.clock.advance(router.switches.reboot_time)
        found = router.login(name, password, address, via)
        if isinstance(found, Refused):
            raise PermissionError(found.message)
        self.router = router
        self.session = found

    def send(self, *words: str) -> Answer:
        """Run one sentence, whatever comes of it."""
        sentences: list[list[str]] = []
        asyncio.run(self.router.execute(self.session, list(words), sentences.append))
        rows = [_attributes(sentence) for sentence in sentences if sentence[0] == "!re"]
        traps = [_attributes(sentence)["message"] for sentence in sentences if sentence[0] == "!trap"]
        return Answer(rows, _attributes(sentences[-1]).get("ret"), traps, sentences)

    def call(self, *words: str) -> Answer:
        """Run one sentence; raises CommandFailed with the message of a trap."""
        answer = self.send(*words)
        if answer.traps:
            raise CommandFailed(answer.traps[0])
        return answer

    def add(self, path: str, **properties: str) -> str:
        """Add a row; its id. Underscores in names stand for hyphens."""
        return self.call(f"{path}/add", *_words(properties)).ret or ""

    def set(self, path: str, id: str = "", **properties: str) -> None:
        """Change a row, or a singleton without an id."""
        self.call(f"{path}/set", *([f"=.id={id}"] if id else []), *_words(properties))

    def remove(self, path: str, id: str) -> None:
        """Remove rows, ids joined by commas."""
        self.call(f"{path}/remove", f"=.id={id}")

    def rows(self, path: str, *words: str) -> list[dict[str, str]]:
        """The rows of a menu; words: queries, =.proplist=, ..."""
        return self.call(f"{path}/print", *words).rows

    def row(self, path: str, id: str = "") -> dict[str, str]:
        """One row by its id, or the row of a singleton; raises KeyError."""
        for row in self.rows(path):
            if row.get(".id", "") == id:
                return row
        raise KeyError(id)

    def column(self, path: str, name: str) -> list[str]:
        """One property of every row in order, "" where it is absent."""
        return [row.get(name, "") for row in self.rows(path)]

    def error(self, *words: str) -> str:
        """The message of the trap that a sentence meets; raises AssertionError when there is none."""
        answer = self.send(*words)
        if not answer.traps:
            raise AssertionError(f"{words} answered {answer.sentences}")
        return answer.traps[0]

    def close(self, *, quit: bool = False) -> None:
        """The socket is gone."""
        self.router.close(self.session, quit=quit)


def _words(properties: dict[str, str]) -> list[str]:
    return [f"={name.replace('_', '-')}={text}" for name, text in properties.items()]


def _attributes(sentence: list[str]) -> dict[str, str]:
    found = {}
    for word in sentence[1:]:
        name, _unused, text = word.removeprefix("=").partition("=")
        found[name] = text
    return found
