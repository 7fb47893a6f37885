# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task's time is over, or somebody presses Ctrl+C, while an answer is waited for: also more than once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import rollback, safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import RolledBack, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import Wire
from routeros_simulator.testing import Simulator, running

from .conftest import SCALE, Line, changes_of, door_to, run, snapshot

# More than one hold takes with the budget below: the entries, which no rule names, go ahead of it.
MANY = [
    ("address_list", {"list": "friends", "entries": [f"192.0.2.{number}" for number in range(1, 9)]}),
    ("service", {"name": "telnet", "disabled": True}),
    ("user_group", {"name": "watchers", "policy": ["read", "api"]}),
]


class Interrupted(BaseException):
    """Like the exception of a task's timeout: no Exception."""


class Interruptions:
    """Raises right after sentences were sent: at each of the given numbers, or after the first of a command."""

    def __init__(self, patch: pytest.MonkeyPatch, *numbers: int, command: str = "") -> None:
        self.sent: list[str] = []
        send = Wire.send

        def interrupted(wire: Wire, words: tuple[str, ...]) -> None:
            send(wire, words)
            self.sent.append(words[0])
            if len(self.sent) - 1 in numbers or (words[0] == command and self.sent.count(command) == 1):
                raise Interrupted

        patch.setattr(Wire, "send", interrupted)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_mode, "BUDGET", 4)
    monkeypatch.setattr(rollback, "ROLLBACK", 2.0)


def transact(router: Simulator) -> BaseException | None:
    """The changes; what they end with, if not well."""
    try:
        Transaction(door_to(router.api_port), changes_of(*MANY), Settings(settle=0.01)).run()
    except Interrupted as interruption:
        return interruption
    return None


def in_the_end(router: Simulator) -> dict[str, list[dict[str, str]]]:
    """What the router holds when it has noticed who is gone; ids aside."""
    deadline = time.monotonic() + 20
    while router.call(lambda: bool(router.router.sessions) or router.router.safe_mode.holder is not None):
        assert time.monotonic() < deadline
        router.advance(3)
    return {
        path: [{name: text for name, text in row.items() if name not in (".id", "port")} for row in rows]
        for path, rows in snapshot(router).items()
    }


def test_while_safe_mode_is_taken(router: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The router has given it, and nobody has heard of it: what was written before is undone for good."""
    before = in_the_end(router)
    Interruptions(monkeypatch, command="/safe-mode/take")
    assert transact(router)
    assert in_the_end(router) == before


@pytest.mark.slow
def test_again_while_it_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the second time is: what safe mode has protected is as before or as after, never between."""
    with running("7.24", time_scale=SCALE) as router, monkeypatch.context() as patch:
        whole = Interruptions(patch)
        before = protected(in_the_end(router))
        assert transact(router) is None
        after = protected(in_the_end(router))
    kept = 0
    for first in range(whole.sent.index("/safe-mode/take"), len(whole.sent)):
        for second in (first + 1, first + 3):
            with running("7.24", time_scale=SCALE) as router, monkeypatch.context() as patch:
                Interruptions(patch, first, second)
                transact(router)
                found = protected(in_the_end(router))
                assert found in (before, after), (first, second, whole.sent[first])
                kept += found == after
    # Interrupted after it was proved and kept, while the session was read for the result.
    assert kept <= 8


def protected(state: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """Without entries that no rule names, which go ahead of safe mode."""
    return {path: rows for path, rows in state.items() if path != "/ip/firewall/address-list"}


@pytest.mark.parametrize("arrives", [True, False])
def test_what_is_said_of_passwords_when_nobody_knows_what_was_kept(
    router: Simulator, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    """The release is sent and its answer lost. A password is not seen in any table: that it is as before is never said
    where it is not.
    """
    user = {"name": "other", "group": "read", "password": "First-pass1"}
    assert run(door_to(router.api_port), ("user", user))[1].changed
    way = line(router.api_port)
    send = Wire.send

    def cut(wire: Wire, words: tuple[str, ...]) -> None:
        if words[0] == "/safe-mode/release" and arrives:
            way.answer_lost = True
        elif words[0] == "/safe-mode/release":
            way.close_lines()
        send(wire, words)

    monkeypatch.setattr(Wire, "send", cut)
    with pytest.raises(RolledBack) as caught:
        run(door_to(way.port), ("user", {**user, "password": "Second-pass2"}), MANY[1])
    monkeypatch.undo()
    in_the_end(router)
    try:
        door_to(router.api_port, "other", "First-pass1").open().close()
        undone = True
    except RouterError:
        undone = False
    assert undone == (not arrives)
    assert undone or "except for the secrets of other" in str(caught.value), str(caught.value)
    assert not undone or "Everything was undone" in str(caught.value), str(caught.value)
