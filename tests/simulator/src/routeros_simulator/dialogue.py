# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said on one connection: login, tags, cancel, quit (RouterOS manual: API).

Sentences come in, sentences go out; sockets, TLS and packets are somebody else's. Commands without a tag are answered
strictly in order, commands with one run beside each other.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .router import Fatal, Refused, Router, Session
from .wire import Words

Task = asyncio.Task[None]

#: sentences that RouterOS 6 took before the login; a number for RouterOS 7 is not documented
SENTENCES_BEFORE_LOGIN = 32
#: commands started in a row before other connections get their turn
TURN = 64
#: sentences and bytes that may be under way; the connection is not read beyond them
MAX_UNDER_WAY = 4096
MAX_UNDER_WAY_SIZE = 8 * 1024 * 1024


def take_tag(sentence: Words) -> tuple[str | None, Words]:
    """Split the `.tag=` word off a sentence: (tag or None, the other words)."""
    tag: str | None = None
    words: Words = []
    for word in sentence:
        if word.startswith(".tag="):
            tag = word[5:]
        else:
            words.append(word)
    return tag, words


@dataclass(frozen=True, slots=True)
class Command:
    """A sentence that has arrived: its tag, its other words, its length in characters, when it may be carried out."""

    tag: str | None
    words: Words
    size: int
    due: float


def tagged(tag: str | None, words: Words) -> Words:
    """A reply sentence with its tag behind the reply word, where RouterOS puts it."""
    return words if tag is None else [words[0], f".tag={tag}", *words[1:]]


def attributes(words: Words) -> dict[str, str]:
    """The `=name=value` words of a sentence."""
    return {
        name: value for word in words if word.startswith("=") for name, _unused, value in (word[1:].partition("="),)
    }


class Dialogue:
    """The conversation of one connection.

    send: takes one sentence for the client. hang_up: closes the connection behind what was sent. logged_in: called
    after each successful login. eased: called when the dialogue is no longer full. round_trip: real seconds between the
    arrival of a sentence and its execution; what arrives together also waits together. before_each: awaited before
    every command.
    """

    def __init__(
        self,
        router: Router,
        address: str,
        *,
        send: Callable[[Words], None],
        hang_up: Callable[[], None],
        logged_in: Callable[[Session], None],
        eased: Callable[[], None],
        round_trip: float = 0.0,
        before_each: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.router = router
        self.address = address
        self.session: Session | None = None
        self.quit = False
        self.clear = asyncio.Event()  # off while the client does not read its answers
        self.clear.set()
        self._send = send
        self._hang_up = hang_up
        self._logged_in = logged_in
        self._eased = eased
        self._round_trip = round_trip
        self._before_each = before_each
        self._before_login = 0
        self._under_way = 0
        self._under_way_size = 0
        self._waiting: deque[Command] = deque()
        self._arrived = asyncio.Event()
        self._untagged: deque[Command] = deque()
        self._untagged_task: Task | None = None
        self._tagged: dict[str, list[Task]] = {}
        self._finishing = False
        self._over = False
        self._worker = asyncio.get_running_loop().create_task(self._work())

    # --- what the connection calls

    def receive(self, sentence: Words) -> None:
        """Take a sentence that has just arrived."""
        if self._over:
            return
        tag, words = take_tag(sentence)
        due = asyncio.get_running_loop().time() + self._round_trip
        command = Command(tag, words, sum(map(len, sentence)), due)
        self._under_way += 1
        self._under_way_size += command.size
        self._waiting.append(command)
        self._arrived.set()

    @property
    def full(self) -> bool:
        """Whether so much is under way that nothing more should be read."""
        return self._under_way >= MAX_UNDER_WAY or self._under_way_size >= MAX_UNDER_WAY_SIZE

    @property
    def under_way(self) -> int:
        """Commands that have no answer yet."""
        return self._under_way

    def finish(self) -> None:
        """Nothing more will arrive: hang up as soon as everything that did has its answer."""
        self._finishing = True
        if self._under_way == 0:
            self._hang_up()

    def end(self) -> None:
        """The connection is gone: stop whatever runs."""
        self._over = True
        self._worker.cancel()
        self._waiting.clear()
        self._untagged.clear()
        for task in [self._untagged_task, *(task for tasks in self._tagged.values() for task in tasks)]:
            if task is not None:
                task.cancel()

    # --- one sentence after the other

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        turn = 0
        while not self._over:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                turn = 0
                continue
            if (delay := self._waiting[0].due - loop.time()) > 0:
                await asyncio.sleep(delay)
            if self._before_each is not None:
                await self._before_each()
            self._start(self._waiting.popleft())
            turn += 1
            if turn % TURN == 0:
                await asyncio.sleep(0)

    def _start(self, command: Command) -> None:
        if self.session is not None and command.words[:1] == ["/cancel"]:
            self._cancel(command.tag, attributes(command.words).get("tag"))
            self._answered(command)
        elif self.session is not None and command.tag is not None:
            self._start_tagged(command.tag, command)
        else:
            self._untagged.append(command)
            self._next_untagged()

    def _start_tagged(self, tag: str, command: Command) -> None:
        task = asyncio.get_running_loop().create_task(self._run(command))
        self._tagged.setdefault(tag, []).append(task)
        task.add_done_callback(functools.partial(self._tagged_done, tag, command))

    def _tagged_done(self, tag: str, command: Command, task: Task) -> None:
        self._tagged[tag].remove(task)
        if not self._tagged[tag]:
            del self._tagged[tag]
        self._answered(command)

    def _next_untagged(self) -> None:
        while self._untagged and self._untagged_task is None and not self._over:
            command = self._untagged.popleft()
            if self.session is None or command.words[:1] == ["/login"]:
                self._login(command.tag, command.words)
                self._answered(command)
            elif command.tag is not None:  # it came behind a login that has just been answered
                self._start_tagged(command.tag, command)
            else:
                self._untagged_task = asyncio.get_running_loop().create_task(self._run(command))
                self._untagged_task.add_done_callback(functools.partial(self._untagged_done, command))

    def _untagged_done(self, command: Command, _unused: Task) -> None:
        self._untagged_task = None
        self._answered(command)
        self._next_untagged()

    async def _run(self, command: Command) -> None:
        session, tag = self.session, command.tag
        assert session is not None
        while not self.clear.is_set():  # what was woken together does not go on together
            await self.clear.wait()
        try:
            await self.router.execute(session, command.words or [""], lambda reply: self._send(tagged(tag, reply)))
        except Fatal as fatal:
            self.quit = True
            self._fatal(fatal.message)
        except Exception as error:  # a mistake of the simulator must not leave its client waiting
            traceback.print_exc()
            self._send(tagged(tag, ["!trap", f"=message=failure: mistake of the simulator: {error!r}"]))
            self._send(tagged(tag, ["!done"]))

    def _answered(self, command: Command) -> None:
        was_full = self.full
        self._under_way -= 1
        self._under_way_size -= command.size
        if self._over:
            return
        if self._finishing:
            self.finish()
        elif was_full and not self.full:
            self._eased()

    def _fatal(self, message: str) -> None:
        self._over = True
        self._send(["!fatal", message])
        self._hang_up()

    # --- the commands of the protocol itself

    def _login(self, tag: str | None, words: Words) -> None:
        """RouterOS 6.43 and later: name and password in one sentence; a refusal leaves the socket open."""
        self._before_login += self.session is None
        if self._before_login > SENTENCES_BEFORE_LOGIN:
            self._fatal("too many commands before login")
            return
        if words[:1] != ["/login"]:
            self._fatal("not logged in")
            return
        given = attributes(words)
        if "name" not in given:
            # the challenge of old releases is still handed out, but no answer to it is accepted (seen on 6.47.6)
            self._send(tagged(tag, ["!done", f"=ret={secrets.token_hex(16)}"]))
            return
        answer: Session | Refused = Refused()
        if "response" not in given:
            answer = self.router.login(given["name"], given.get("password", ""), self.address)
        if isinstance(answer, Refused):
            self._send(tagged(tag, ["!trap", f"=message={answer.message}"]))
        else:
            if self.session is not None:
                self.router.close(self.session)
            self.session = answer
            self._before_login = 0
            self._logged_in(answer)
        self._send(tagged(tag, ["!done"]))

    def _cancel(self, own: str | None, tag: str | None) -> None:
        """Stop a command, in the order of answers that librouteros has captured; without a tag every command."""
        running: list[tuple[str | None, Task]] = []
        if self._untagged_task is not None:
            running.append((None, self._untagged_task))
        running += [(name, task) for name, tasks in self._tagged.items() for task in tasks]
        stopped = [(name, task) for name, task in running if (tag is None or name == tag) and not task.done()]
        for name, task in stopped:
            task.cancel()
            self._send(tagged(name, ["!trap", "=category=2", "=message=interrupted"]))
        self._send(tagged(own, ["!done"]))
        for name, _unused in stopped:
            self._send(tagged(name, ["!done"]))
