# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Safe mode that a run of our own left behind, and what others do while it is held."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import rollback
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.safe_mode import SafeModeError
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import RolledBack, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from routeros_simulator.testing import Simulator, running

from .conftest import SCALE, Line, changes_of, door_to, run, snapshot

CHANGE = ("service", {"name": "telnet", "disabled": True})
# Simulated seconds go by fast: this is enough for logins to have different times.
APART = 0.1


def holding(router: Simulator, **login: str) -> Session:
    """A session that has changed something under safe mode, and is not heard of any more."""
    session = door_to(router.api_port, **login).open()
    session.call("/safe-mode/take")
    session.call("/system/identity/set", "=name=half-done")
    time.sleep(APART)
    return session


def identity(router: Simulator) -> str:
    return router.rows("/system/identity")[0]["name"]


@pytest.mark.parametrize("version", ["7.18.2", "7.20.8", "7.24"], indirect=True)
def test_a_session_of_another_run_is_waited_for_and_never_ended(router: Simulator) -> None:
    """Of the same user, from the same address, the only other one and older: it may be alive all the same."""
    other = holding(router)
    before = snapshot(router)
    with pytest.raises(SafeModeError, match="nothing was changed"):
        run(door_to(router.api_port), CHANGE, safe_mode_wait=1)
    assert snapshot(router) == before
    assert other.read("/safe-mode")[0]["current"] == "true"
    other.close()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router is not waited for as long as it would be."""
    monkeypatch.setattr(rollback, "ROLLBACK", 1.5)


def losing(way: Line) -> Callable[[float], None]:
    """A sleep in which the controller loses its connection, the first time."""
    lost: list[float] = []

    def sleep(seconds: float) -> None:
        if not lost:
            way.lose_lines()
        lost.append(seconds)
        time.sleep(min(seconds, 0.05))

    return sleep


@pytest.mark.parametrize(("version", "ended"), [("7.18.2", False), ("7.20.8", True), ("7.24", True)])
@pytest.mark.usefixtures("hurry")
def test_the_session_that_this_run_has_lost_is_ended(version: str, ended: bool, line: Callable[..., Line]) -> None:
    """The router does not hear that it is gone, and would keep safe mode for minutes; from 7.20 on it can be told."""
    with running(version, time_scale=SCALE) as router:
        before = snapshot(router)
        way = line(router.api_port)
        with pytest.raises(RolledBack, match="Everything was undone"):
            Transaction(
                door_to(way.port, timeout=2.0), changes_of(CHANGE), Settings(settle=0.01), sleep=losing(way)
            ).run()
        assert snapshot(router) == before
        assert (router.router.safe_mode.holder is None) == ended


@pytest.mark.usefixtures("hurry")
def test_the_lost_session_is_not_ended_when_it_could_be_another_one(
    router: Simulator, line: Callable[..., Line]
) -> None:
    third = door_to(router.api_port).open()
    way = line(router.api_port)

    with pytest.raises(RolledBack):
        Transaction(door_to(way.port, timeout=2.0), changes_of(CHANGE), Settings(settle=0.01), sleep=losing(way)).run()
    assert third.read("/system/identity")
    third.close()


def test_what_a_killed_run_has_written_is_not_taken_for_kept(router: Simulator) -> None:
    """Nothing seems to be left to do, but the router is about to undo it."""
    dead = door_to(router.api_port).open()
    dead.call("/safe-mode/take")
    dead.call("/ip/service/set", "=numbers=telnet", "=disabled=yes")
    threading.Timer(0.5, dead.close).start()
    _transaction, outcome = run(door_to(router.api_port), CHANGE, safe_mode_wait=20)
    assert outcome.changed
    router.advance(60)
    assert next(row for row in router.rows("/ip/service") if row["name"] == "telnet")["disabled"] == "true"


def test_nor_when_it_is_held_for_longer_than_we_wait(router: Simulator) -> None:
    run(door_to(router.api_port), CHANGE)
    other = holding(router)
    _transaction, outcome = run(door_to(router.api_port), CHANGE, safe_mode_wait=0.2)
    assert not outcome.changed
    assert any("may be undone again" in text and "admin" in text for text in outcome.warnings)
    other.close()


def test_a_hold_under_which_nothing_was_written_is_nobodys_business(router: Simulator) -> None:
    run(door_to(router.api_port), CHANGE)
    other = door_to(router.api_port).open()
    other.call("/safe-mode/take")
    _transaction, outcome = run(door_to(router.api_port), CHANGE, safe_mode_wait=20)
    assert not outcome.changed
    assert not outcome.warnings
    other.close()


def test_another_users_session_is_not_ended(router: Simulator) -> None:
    run(door_to(router.api_port), ("user", {"name": "second", "group": "full", "password": "Str0ng-enough!"}))
    other = holding(router, user="second", password="Str0ng-enough!")
    with pytest.raises(SafeModeError, match="second"):
        run(door_to(router.api_port), CHANGE, safe_mode_wait=1)
    assert other.read("/safe-mode")[0]["current"] == "true"
    other.close()


def test_what_others_change_meanwhile_is_told(router: Simulator) -> None:
    make = ("user", {"name": "second", "group": "full", "password": "Str0ng-enough!"})
    run(door_to(router.api_port), make)
    other = door_to(router.api_port, "second", "Str0ng-enough!").open()
    before = {row["name"]: row for row in router.rows("/ip/service")}

    def meddle(seconds: float) -> None:
        if before["ftp"]["port"] == "21":
            before["ftp"] = {**before["ftp"], "port": "2121"}
            other.call("/ip/service/set", "=numbers=ftp", "=port=2121")
        time.sleep(min(seconds, 0.05))

    changes = changes_of(CHANGE, ("user", {"name": "third", "group": "read", "password": "Str0ng-enough!"}))
    # Its own rows are no news, those of the other session are.
    outcome = Transaction(door_to(router.api_port), changes, Settings(settle=0.05), sleep=meddle).run()
    told = [text for text in outcome.warnings if "something else on the router changed" in text]
    assert len(told) == 1
    assert "second" in told[0]
    assert "telnet" not in told[0]
    assert "third" not in told[0]
    other.close()


@pytest.mark.parametrize("version", ["7.16.2", "7.24"], indirect=True)
def test_no_news_when_nobody_else_is_at_work(router: Simulator) -> None:
    calls = (
        CHANGE,
        ("user_group", {"name": "g", "policy": ["read"]}),
        ("address_list", {"list": "l", "entries": ["192.0.2.1"]}),
    )
    _transaction, outcome = run(door_to(router.api_port), *calls)
    assert not any("something else" in text for text in outcome.warnings)
