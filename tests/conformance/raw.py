# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences over a socket, many at a time, with nothing of the collection or of the simulator in between."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from types import TracebackType

Sentence = tuple[str, ...]
#: sentences that are sent before their answers are read; answers have to fit into the socket's buffers
_TOGETHER = 200


def encode(words: Iterable[str]) -> bytes:
    """One sentence as it goes over the wire (RouterOS manual: API)."""
    found = bytearray()
    for word in words:
        data = word.encode("utf-8", "surrogateescape")
        found += length(len(data)) + data
    return bytes(found) + b"\0"


def length(number: int) -> bytes:
    """The prefix of a word of that many bytes."""
    if number < 0x80:
        return bytes([number])
    if number < 0x4000:
        return (number | 0x8000).to_bytes(2, "big")
    if number < 0x200000:
        return (number | 0xC00000).to_bytes(3, "big")
    if number < 0x10000000:
        return (number | 0xE0000000).to_bytes(4, "big")
    return b"\xf0" + number.to_bytes(4, "big")


class RawClient:
    """A plain connection. Raises OSError and EOFError when it ends."""

    def __init__(self, port: int, source: str = "127.0.0.1", timeout: float = 30.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._file.close()
        self.socket.close()

    def login(self, name: str = "admin", password: str = "") -> RawClient:
        """Log in; raises PermissionError when that is refused."""
        answer = self.talk("/login", f"=name={name}", f"=password={password}")
        if answer[-1][0] != "!done" or len(answer) > 1:
            raise PermissionError(str(answer))
        return self

    def send(self, *words: str) -> None:
        """Send one sentence."""
        self.socket.sendall(encode(words))

    def talk(self, *words: str) -> list[Sentence]:
        """Send one sentence and read its answer."""
        self.send(*words)
        return self.answer()

    def many(self, sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
        """Send any number of sentences, a few hundred together; their answers in order."""
        waiting: list[Sentence] = []
        for sentence in sentences:
            waiting.append(sentence)
            if len(waiting) == _TOGETHER:
                yield from self._batch(waiting)
                waiting = []
        yield from self._batch(waiting)

    def _batch(self, sentences: list[Sentence]) -> Iterator[list[Sentence]]:
        self.socket.sendall(b"".join(map(encode, sentences)))
        for _unused in sentences:
            yield self.answer()

    def answer(self) -> list[Sentence]:
        """Sentences up to and with !done or !fatal."""
        found: list[Sentence] = []
        while True:
            sentence = self.sentence()
            found.append(sentence)
            if sentence[0] in ("!done", "!fatal"):
                return found

    def sentence(self) -> Sentence:
        """The next sentence."""
        words: list[str] = []
        while True:
            size = self._size()
            if size == 0:
                return tuple(words)
            words.append(self._exactly(size).decode("utf-8", "surrogateescape"))

    def _size(self) -> int:
        first = self._exactly(1)[0]
        for extra, mark in ((0, 0x80), (1, 0xC0), (2, 0xE0), (3, 0xF0)):
            if first < mark:
                rest = int.from_bytes(self._exactly(extra), "big") if extra else 0
                return ((first - {0: 0, 1: 0x80, 2: 0xC0, 3: 0xE0}[extra]) << (8 * extra)) + rest
        return int.from_bytes(self._exactly(4), "big")

    def _exactly(self, number: int) -> bytes:
        data = self._file.read(number)
        if data is None or len(data) < number:
            raise EOFError("the connection has ended")
        return data


def attributes(sentence: Sentence) -> dict[str, str]:
    """The =name=value words of a sentence."""
    words = (word[1:].partition("=") for word in sentence[1:] if word.startswith("="))
    return {name: value for name, _unused, value in words}


def rows(answer: list[Sentence]) -> list[dict[str, str]]:
    """The rows of an answer; raises AssertionError when there is a trap in it."""
    assert trap(answer) == "", answer
    return [attributes(sentence) for sentence in answer if sentence[0] == "!re"]


def ret(answer: list[Sentence]) -> str:
    """The value of !done =ret=; raises AssertionError when there is a trap."""
    assert trap(answer) == "", answer
    return attributes(answer[-1]).get("ret", "")


def trap(answer: list[Sentence]) -> str:
    """The message of an answer's trap (or of !fatal), "" when there is none."""
    for sentence in answer:
        if sentence[0] == "!trap":
            return attributes(sentence).get("message", "")
        if sentence[0] == "!fatal":
            return " ".join(sentence[1:])
    return ""
