# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One trial: a transaction is run up to a sentence, something happens to it there, and time passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import Wire
from ansible_collections.bastion.routeros.tests.prove.edge import PATIENCE
from ansible_collections.bastion.routeros.tests.prove.network import Network
from ansible_collections.bastion.routeros.tests.prove.scenarios import Place, Saved, Scenario, changes_of, place_of

# What happens where a sentence is about to be sent.
KINDS = (
    "killed",  # the controller is dead: its sockets are closed by its kernel, and nothing of ours runs any more
    "cut",  # every connection breaks; new ones work
    "answer lost",  # the sentence arrives; the connection breaks before the answer does
    "silenced",  # packets are dropped in both directions, for good; sockets stay open
    "forgotten",  # as silenced, but new connections work (a translation that lost its entries)
    "stalled",  # nothing arrives for 15 s, and then everything
    "rebooted",  # the router restarts, and takes a minute
    "interrupted",  # the sentence arrives; the task's time is over before the answer is here, and what follows is ours
)
COMMON = ("killed", "cut", "silenced", "rebooted")
STALL, RESTART = 15.0, 60.0


class Killed(BaseException):
    """Stands for the end of the process: no code of the collection gets anything done after it."""


class Interrupted(BaseException):
    """Stands for the end of a task's time, or Ctrl+C: no Exception, once."""


@dataclass
class Told:
    """What the controller said in the end: nothing when it was killed."""

    outcome: Outcome | None = None
    error: BaseException | None = None

    @property
    def text(self) -> str:
        """For messages."""
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        return "done" if self.outcome else "nothing"


class Trial:
    """A scenario on a router of its own, behind a network of its own."""

    def __init__(self, place: Place, scenario: Scenario, patch: pytest.MonkeyPatch) -> None:
        self.scenario = scenario
        router = place.router
        self.network = Network(router, {name: port for name, port in place.ports.items() if port})
        self.place = Place(router, place.folder, {**place.ports, **self.network.ports})
        self.sentences = 0
        #: the commands that were sent, of others too
        self.sent: list[str] = []
        self._at = -1
        self._event: Callable[[], None] = lambda: None
        self._dead = self._killed = self._interrupting = False
        self.network.connected_to(patch)
        patch.setattr(safe_mode, "BUDGET", scenario.budget)
        send = Wire.send

        def counted(wire: Wire, words: tuple[str, ...]) -> None:
            self.count(words[0])
            send(wire, words)
            if self._interrupting:
                self._interrupting = False
                raise Interrupted

        patch.setattr(Wire, "send", counted)

    def count(self, command: str) -> None:
        """A sentence is about to be sent: let happen what is to happen there."""
        if self._dead:
            raise Killed
        if self.sentences == self._at:
            # What others send meanwhile does not count.
            sentences, self.sentences, self._at = self.sentences, -1_000_000, -1
            try:
                self._event()
            finally:
                self.sentences = sentences
        self.sentences += 1
        self.sent.append(command)

    def interrupt(self, after: int, kind: str) -> Callable[[], bool]:
        """Let something happen when so many sentences were sent, and the next one is about to be.

        :returns: whether it has happened yet.
        """
        self._at, self._event = after, self._happening(kind)
        return lambda: self.sentences > after or self._killed

    def at(self, after: int, event: Callable[[], None]) -> None:
        """Do something when so many sentences were sent, and the next one is about to be."""
        self._at, self._event = after, event

    def _happening(self, kind: str) -> Callable[[], None]:
        network = self.network
        return {
            "killed": self._kill,
            "cut": network.cut,
            "answer lost": network.lose_answer,
            "silenced": network.fall_silent,
            "forgotten": network.forget_lines,
            "stalled": lambda: network.stall(STALL),
            "rebooted": self._reboot,
            "interrupted": self._interrupt,
        }[kind]

    def _kill(self) -> None:
        self._dead = self._killed = True
        self.network.cut()
        raise Killed

    def _interrupt(self) -> None:
        self._interrupting = True

    def _reboot(self) -> None:
        router = self.place.router.router
        self.place.router.call(router.reboot)
        self.network.cut()
        self.network.refuse(RESTART)

    def run(self, door: Door | None = None, *, anew: bool = False) -> Told:
        """The scenario's transaction, with whatever happens to it.

        :param anew: make its changes for the router as it is now, and not as it was at the start.
        """
        place = self.place
        changes = changes_of(self.scenario.calls(place)) if anew else self.scenario.changes(place)
        # Making the list of the role reads as well, but is no part of the transaction.
        self.sentences = 0
        # A dead-man switch restarts the router, so it is armed for changes like these only where it is required.
        required = "auto" if "/safe-mode" in place.router.router.tables else "required"
        settings = Settings(**{"safe_mode": required, "safe_mode_wait": 700.0, **self.scenario.settings})
        transaction = Transaction(
            door or self.scenario.doors[0](place), changes, settings, sleep=self.network.pass_time
        )
        try:
            return Told(transaction.run())
        except (RouterError, Killed, Interrupted, ValueError) as error:
            return Told(error=None if isinstance(error, Killed) else error)

    def rest(self) -> None:
        """Some minutes in which nothing happens: what a firewall counts runs down."""
        self.network.pass_time(600)

    def settle(self) -> None:
        """Nine minutes pass: the network carries again, the router has noticed who is gone, and undone what it must."""
        self._dead = False
        self._at = -1
        self.network.heal()
        router = self.place.router
        deadline = time.monotonic() + PATIENCE
        while router.call(lambda: bool(router.router.sessions) or router.router.safe_mode.holder is not None):
            if time.monotonic() > deadline:
                raise AssertionError("the router still has sessions, or safe mode")
            router.advance(3)


@contextmanager
def trial_of(scenario: Scenario, version: str, start: Saved) -> Iterator[Trial]:
    """A router that was saved, ready for one trial."""
    with place_of(version, start) as place, pytest.MonkeyPatch.context() as patch:
        trial = Trial(place, scenario, patch)
        try:
            yield trial
        finally:
            trial.network.close()
