# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Safe mode that a run of our own left behind, and what others do while it is held."""

from __future__ import annotations

import time

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.safe_mode import SafeModeError
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from routeros_simulator.testing import Simulator

from .conftest import changes_of, door_to, run, snapshot

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


@pytest.mark.parametrize("version", ["7.20.8", "7.24"], indirect=True)
def test_a_dead_session_of_our_own_is_ended(router: Simulator) -> None:
    before = identity(router)
    dead = holding(router)
    _transaction, outcome = run(door_to(router.api_port), CHANGE, safe_mode_wait=6)
    assert outcome.protected == "safe mode"
    assert identity(router) == before
    dead.close()


@pytest.mark.parametrize("version", ["7.18.2"], indirect=True)
def test_where_sessions_cannot_be_ended_it_is_waited_for(router: Simulator) -> None:
    dead = holding(router)
    before = snapshot(router)
    with pytest.raises(SafeModeError, match="nothing was changed"):
        run(door_to(router.api_port), CHANGE, safe_mode_wait=3)
    assert snapshot(router) == before
    assert dead.read("/safe-mode")[0]["current"] == "true"
    dead.close()


def test_another_users_session_is_not_ended(router: Simulator) -> None:
    run(door_to(router.api_port), ("user", {"name": "second", "group": "full", "password": "Str0ng-enough!"}))
    other = holding(router, user="second", password="Str0ng-enough!")
    with pytest.raises(SafeModeError, match="second"):
        run(door_to(router.api_port), CHANGE, safe_mode_wait=3)
    assert other.read("/safe-mode")[0]["current"] == "true"
    other.close()


def test_nor_one_of_several_that_it_could_be(router: Simulator) -> None:
    """Two sessions of our user besides this one: which one holds it, nobody can tell."""
    third = door_to(router.api_port).open()
    other = holding(router)
    with pytest.raises(SafeModeError):
        run(door_to(router.api_port), CHANGE, safe_mode_wait=3)
    assert other.read("/safe-mode")[0]["current"] == "true"
    assert third.read("/system/identity")
    other.close()
    third.close()


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
