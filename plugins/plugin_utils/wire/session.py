# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One authenticated RouterOS API session: sentences out, rows in, every value kept as the router's own text."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import DEFAULT_WINDOW
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    Closed,
    Fatal,
    ProtocolError,
    RouterError,
    TimedOut,
    Trap,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import Wire

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

Row = dict[str, str]

# No text for "too many at once" was ever captured; v6 said "too many commands before login": texts of that form count.
_COMPLAINTS = ("too many", "try again")


def print_sentence(path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> tuple[str, ...]:
    """The sentence that prints a menu; see Session.read."""
    words = [f"{path.rstrip('/')}/print"]
    if properties:
        # .id goes last: 6.49 drops all fields after the first name that it does not know; singletons know no .id.
        names = [name for name in dict.fromkeys(properties) if name != ".id"]
        words.append("=.proplist=" + ",".join([*names, ".id"]))
    for word in query:
        if not word.startswith("?"):
            raise ValueError(f"a query word starts with '?': {word!r}")
        words.append(word)
    return tuple(words)


@dataclass
class Reply:
    """The answer to one command.

    :ivar rows: one dict for each `!re`, in the router's order; a key that was not returned is absent
    :ivar ret: the value of `!done =ret=`, e.g. the new id after add; None when there was none
    :ivar done: every attribute of the `!done` sentence
    """

    rows: list[Row] = field(default_factory=list)
    ret: str | None = None
    done: Row = field(default_factory=dict)


def version_in(rows: Sequence[Row]) -> Version:
    """The version that ``/system/resource`` tells.

    :raises ProtocolError: it tells none
    """
    from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

    if not rows or "version" not in rows[0]:
        raise ProtocolError("The router did not tell its version in /system/resource.", kind="no_version")
    return Version.parse(rows[0]["version"])


@dataclass
class _Pending:
    """A command whose answer is not complete yet."""

    command: str
    index: int
    number: int
    window: int
    reply: Reply = field(default_factory=Reply)
    texts: list[str] = field(default_factory=list)
    category: int | None = None

    def outcome(self) -> Reply | Trap:
        if self.texts:
            return Trap("; ".join(self.texts), self.category, self.command, self.reply.rows)
        return self.reply


class Session:
    """An open, logged-in connection. Made by :class:`door.Door`, never by hand.

    Every command carries a tag of its own, so that a command that timed out or was interrupted leaves the session
    usable: what still comes for it is dropped.
    """

    def __init__(
        self, wire: Wire, *, user: str, host: str, port: int, secure: bool, window: int = DEFAULT_WINDOW
    ) -> None:
        self._wire = wire
        self.user = user
        self.host = host
        self.port = port
        self.secure = secure
        self.window = max(1, window)
        self._tags = 0
        self._number = 0
        self._counted = 0
        self._sentences = 0
        self._round_trips = 0
        self._seconds = 0.0
        self._version: Version | None = None

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<Session {self.user}@{self.host}:{self.port} {'verified' if self.secure else 'unverified'} {state}>"

    @property
    def version(self) -> Version:
        """The router's version, read once on first use (needs the policy `read`)."""
        if self._version is None:
            self._version = version_in(self.read("/system/resource", ("version",)))
        return self._version

    @property
    def closed(self) -> bool:
        """True after close(), `!fatal` or the end of the connection."""
        return self._wire.closed

    @property
    def local_address(self) -> str:
        """The controller's address of this connection; behind NAT the router sees another one."""
        return self._wire.local_address

    def login(self, password: str) -> Reply:
        """Log in as `user` (6.43 and later: name and password in one sentence). For the door.

        :raises Trap: with the router's text; Fatal, Closed, TimedOut, ProtocolError as call()
        """
        pending: dict[str, _Pending] = {}
        with self._timed():
            # The one sentence without a tag: nothing else is under way, and this is its plainest form.
            self._send(pending, 0, ("/login", f"=name={self.user}", f"=password={password}"), tagged=False)
            return self._answer(pending, None)

    def call(self, command: str, *words: str, timeout: float | None = None) -> Reply:
        """Send one command and return its whole answer.

        :param words: attribute words (`=name=value`) and query words (`?...`) exactly as they go over the wire
        :param timeout: seconds without a byte from the router that are too many; default the session's own
        :raises Trap: the router refused the command; the session stays usable
        :raises Fatal, Closed, TimedOut, ProtocolError: see errors.py
        """
        pending: dict[str, _Pending] = {}
        with self._timed():
            self._send(pending, 0, (command, *words))
            return self._answer(pending, timeout)

    def read(self, path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> list[Row]:
        """Print a menu.

        :param path: e.g. "/ip/service"
        :param properties: names to ask for; none = all that the router returns. `.id` is always added.
        :param query: query words, e.g. ("?list=mgmt", "?dynamic=false")
        :returns: rows in the router's order; an empty list only after a clean end of the answer
        """
        return self.call(*print_sentence(path, properties, query)).rows

    def send_many(self, sentences: Sequence[tuple[str, ...]], window: int | None = None) -> list[Reply | Trap]:
        """Send independent commands, at most ``window`` under way at a time, and match the answers by tag.

        :returns: one Reply or Trap for each sentence, in the order of the sentences
        :raises Fatal, Closed, TimedOut, ProtocolError: the answers are incomplete: read back what happened
        """
        limit = max(1, window or self.window)
        answers: list[Reply | Trap | None] = [None] * len(sentences)
        pending: dict[str, _Pending] = {}
        waiting = list(range(len(sentences) - 1, -1, -1))
        with self._timed():
            while waiting or pending:
                while waiting and len(pending) < limit:
                    index = waiting.pop()
                    self._send(pending, index, sentences[index], window=limit)
                finished = self._receive(pending, None)
                if finished is None:
                    continue
                outcome = finished.outcome()
                if isinstance(outcome, Trap) and finished.window > 1 and outcome.says(*_COMPLAINTS):
                    # Refused because of the others under way, so not done: once more, with half as many beside it.
                    limit = min(limit, finished.window // 2)
                    waiting.append(finished.index)
                else:
                    answers[finished.index] = outcome
        return [answer for answer in answers if answer is not None]

    def statistics(self) -> dict[str, int | float]:
        """What this session cost so far.

        sentences sent; round_trips waited for (a full window is one); bytes_sent and bytes_received of the API, TLS not
        counted; seconds spent in requests, the login included.
        """
        return {
            "sentences": self._sentences,
            "round_trips": self._round_trips,
            "bytes_sent": self._wire.bytes_sent,
            "bytes_received": self._wire.bytes_received,
            "seconds": round(self._seconds, 3),
        }

    def close(self) -> None:
        """Close the connection; the router logs the user out and rolls back a safe mode that this session holds."""
        self._wire.close()

    def _send(
        self,
        pending: dict[str, _Pending],
        index: int,
        sentence: tuple[str, ...],
        *,
        window: int = 1,
        tagged: bool = True,
    ) -> None:
        self._tags += 1
        self._sentences += 1
        tag = str(self._tags)
        pending[tag] = _Pending(sentence[0], index, self._tags, window)
        try:
            self._wire.send((*sentence, f".tag={tag}") if tagged else sentence)
        except (Closed, TimedOut) as error:
            raise _during(error, pending) from error

    def _answer(self, pending: dict[str, _Pending], timeout: float | None) -> Reply:
        """Read until the one command in pending is complete."""
        finished = None
        while finished is None:
            finished = self._receive(pending, timeout)
        outcome = finished.outcome()
        if isinstance(outcome, Trap):
            raise outcome
        return outcome

    def _receive(self, pending: dict[str, _Pending], timeout: float | None) -> _Pending | None:
        """Read one sentence; returns the command that it completed, if any.

        Sentences of commands that nobody waits for any more (timed out, interrupted) are dropped.
        """
        try:
            words = self._wire.receive(timeout)
        except (Closed, TimedOut) as error:
            raise _during(error, pending) from error
        reply, attributes, tag, bare = _parse(words)
        if reply == "!fatal":
            self._wire.close()
            raise Fatal(attributes.get("message") or " ".join(bare) or "no reason given", _names(pending))
        if tag is None:
            if len(pending) > 1:
                self._wire.close()
                raise ProtocolError(f"The router answered {reply} without a tag to one of {len(pending)} commands.")
            tag = next(iter(pending))
        entry = pending.get(tag)
        if entry is None:
            return None
        if reply == "!re":
            entry.reply.rows.append(attributes)
        elif reply == "!trap":
            entry.texts.append(attributes.get("message", "no message"))
            category = attributes.get("category", "")
            if entry.category is None and category.isdigit():
                entry.category = int(category)
        elif reply == "!done":
            del pending[tag]
            entry.reply.done = attributes
            entry.reply.ret = attributes.get("ret")
            if entry.number > self._counted:
                # One round trip covers everything that had been sent when the answer to something new arrived.
                self._counted = self._tags
                self._round_trips += 1
            return entry
        # !empty (7.18 and later: no rows) and reply words of the future say nothing that !done does not say.
        return None

    @contextmanager
    def _timed(self) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds += time.monotonic() - start


def _parse(words: Sequence[str]) -> tuple[str, Row, str | None, list[str]]:
    """Split a reply sentence into reply word, attributes, tag and bare words (`!fatal` carries one)."""
    attributes: Row = {}
    bare: list[str] = []
    tag: str | None = None
    for word in words[1:]:
        if word.startswith("="):
            name, _equals, value = word[1:].partition("=")
            attributes[name] = value
        elif word.startswith(".tag="):
            tag = word[5:]
        else:
            bare.append(word)
    return words[0], attributes, tag, bare


def _during(error: RouterError, pending: dict[str, _Pending]) -> RouterError:
    return type(error)(f"{error.message} Under way: {_names(pending)}.")


def _names(pending: dict[str, _Pending]) -> str:
    return ", ".join(dict.fromkeys(entry.command for entry in pending.values()))
