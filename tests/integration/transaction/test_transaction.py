# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a transaction does when all goes well, and when it does not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.protection import Protection
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.safe_mode import SafeModeError
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import (
    RolledBack,
    SafeModeMissing,
    Transaction,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from routeros_simulator.testing import Simulator, running

from .conftest import SCALE, Line, changes_of, door_to, run, snapshot

WITH_SAFE_MODE = ["7.18.2", "7.22.3", "7.24"]
WITHOUT = ["7.12.2", "7.16.2"]
SEVERAL: list[tuple[str, dict[str, Any]]] = [
    ("user_group", {"name": "watchers", "policy": ["read", "api"]}),
    ("user", {"name": "watcher", "group": "watchers", "password": "Str0ng-enough!", "address": ["127.0.0.0/8"]}),
    ("address_list", {"list": "friends", "entries": ["192.0.2.1", "198.51.100.0/24", "2001:db8::/32"]}),
    (
        "firewall_filter",
        {
            "ruleset": "web",
            "entry": {"protocol": "tcp", "dst_port": ["8080"]},
            "rules": [
                {"action": "accept", "src_address_list": "friends", "comment": "friends"},
                {"action": "drop", "comment": "everybody else"},
            ],
        },
    ),
    ("logging", {"topics": ["firewall"], "action": "memory", "prefix": "fw"}),
    ("service", {"name": "telnet", "disabled": True}),
]

SHUT_OUT: tuple[str, dict[str, Any]] = ("service", {"name": "api", "address": ["192.0.2.0/24"]})


def router_rows(router: Simulator, path: str, **match: str) -> list[dict[str, str]]:
    return [row for row in router.rows(path) if all(row.get(name) == text for name, text in match.items())]


@pytest.mark.parametrize("version", [*WITHOUT, *WITH_SAFE_MODE], indirect=True)
def test_several_changes_are_made_once(router: Simulator) -> None:
    door = door_to(router.api_port)
    _first, outcome = run(door, *SEVERAL)
    assert outcome.changed
    assert router_rows(router, "/user", name="watcher")
    assert router_rows(router, "/ip/service", name="telnet", disabled="true")
    after = snapshot(router)
    _second, again = run(door, *SEVERAL)
    assert not again.changed, again.plans
    assert snapshot(router) == after


@pytest.mark.parametrize("version", ["7.12.2", "7.24"], indirect=True)
def test_check_mode_plans_the_same_and_writes_nothing(router: Simulator) -> None:
    before = snapshot(router)
    _checked, planned = run(door_to(router.api_port), *SEVERAL, check_mode=True)
    assert snapshot(router) == before
    _done, outcome = run(door_to(router.api_port), *SEVERAL)
    assert planned.plans == outcome.plans


@pytest.mark.parametrize("version", WITH_SAFE_MODE, indirect=True)
def test_safe_mode_is_taken_and_given_back(router: Simulator) -> None:
    _transaction, outcome = run(door_to(router.api_port), *SEVERAL)
    assert (outcome.protected, outcome.proved) == ("safe mode", "future path")
    with_session(router, assert_free)


def with_session(router: Simulator, look: Callable[[Session], None]) -> None:
    session = door_to(router.api_port).open()
    try:
        look(session)
    finally:
        session.close()


def assert_free(session: Session) -> None:
    assert session.read("/safe-mode")[0]["enabled"] == "false"


@pytest.mark.parametrize("version", [*WITHOUT, *WITH_SAFE_MODE], indirect=True)
def test_what_locks_us_out_is_rolled_back(router: Simulator) -> None:
    before = snapshot(router)
    # What the service lets in afterwards is not where we come from, so the second login fails.
    with pytest.raises(RolledBack, match=r"(?s)fresh login.*(Everything was undone|as it was before this task)"):
        run(door_to(router.api_port, timeout=2.0), *SEVERAL, SHUT_OUT, acknowledge_lockout=True)
    assert snapshot(router) == before


@pytest.mark.parametrize("version", ["7.16.2", "7.24"], indirect=True)
def test_what_the_router_does_not_keep_fails(router: Simulator) -> None:
    """Disabling the own account answers done and changes nothing."""
    run(door_to(router.api_port), ("user", {"name": "second", "group": "full", "password": "Str0ng-enough!"}))
    before = snapshot(router)
    with pytest.raises(RolledBack, match="did not keep"):
        run(door_to(router.api_port), ("user", {"name": "admin", "disabled": True}), acknowledge_lockout=True)
    assert snapshot(router) == before


def test_somebody_elses_safe_mode_is_not_taken_over(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    other.call("/safe-mode/take")
    before = snapshot(router)
    with pytest.raises(SafeModeError, match=r"(?s)admin.*nothing was changed"):
        run(door_to(router.api_port), ("service", {"name": "telnet", "disabled": True}))
    assert snapshot(router) == before
    assert other.read("/safe-mode")[0]["current"] == "true"
    other.close()


def test_waits_for_safe_mode_to_be_free(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    other.call("/safe-mode/take")
    threading.Timer(0.3, lambda: other.call("/safe-mode/release")).start()
    _transaction, outcome = run(
        door_to(router.api_port), ("service", {"name": "telnet", "disabled": True}), safe_mode_wait=20
    )
    assert outcome.protected == "safe mode"
    other.close()


def test_safe_mode_that_ended_silently_is_noticed(router: Simulator) -> None:
    """A hundred actions of another session end it: what is not proved under it is undone by the inverse plan."""
    before = snapshot(router)
    other = door_to(router.api_port).open()

    def meddle(_seconds: float) -> None:
        for number in range(101):
            other.call("/system/identity/set", f"=name=router-{number}")

    changes = changes_of(
        ("service", {"name": "telnet", "disabled": True}), ("user_group", {"name": "g", "policy": ["read"]})
    )
    transaction = Transaction(door_to(router.api_port), changes, Settings(settle=0.01), sleep=meddle)
    with pytest.raises(RolledBack, match="safe mode ended"):
        transaction.run()
    assert snapshot(router) == before
    other.close()


@pytest.mark.parametrize("version", WITHOUT, indirect=True)
def test_required_safe_mode_refuses_where_nothing_stands_in_for_it(router: Simulator) -> None:
    router.call(lambda: router.router.tables["/system/device-mode"].only.values.update({"scheduler": "false"}))
    before = snapshot(router)
    with pytest.raises(RouterError, match=r"safe_mode is required.*device-mode"):
        run(door_to(router.api_port), ("service", {"name": "telnet", "disabled": True}), safe_mode="required")
    assert snapshot(router) == before
    assert SafeModeMissing.kind == "safe_mode_missing"


class Interrupted(BaseException):
    """Like the exception of a task's timeout: no Exception."""


@pytest.mark.parametrize("version", ["7.16.2", "7.24"], indirect=True)
def test_an_interruption_leaves_nothing_behind(router: Simulator) -> None:
    before = snapshot(router)

    def interrupt(_seconds: float) -> None:
        raise Interrupted

    transaction = Transaction(door_to(router.api_port), changes_of(*SEVERAL), Settings(), sleep=interrupt)
    with pytest.raises(Interrupted):
        transaction.run()
    assert snapshot(router) == before
    assert any("Everything was undone" in text for text in transaction.outcome.warnings)


@pytest.mark.parametrize("version", [pytest.param("7.18.2", marks=pytest.mark.slow), "7.24"])
def test_cut_after_every_sentence(version: str, line: Callable[..., Line]) -> None:
    """The line is cut once, after each number of sentences: the router is as before or as after, never between."""
    with running(version, time_scale=SCALE) as router:
        whole = line(router.api_port)
        before = snapshot(router)
        run(door_to(whole.port), *SEVERAL)
        after = snapshot(router)
    outcomes = []
    for sentences in range(whole.sentences):
        with running(version, time_scale=SCALE) as router:
            cut = line(router.api_port, sentences)
            try:
                run(door_to(cut.port, timeout=5.0), *SEVERAL)
            except RouterError as error:
                outcomes.append(error.kind)
            assert cut.cut
            wait_until_settled(router)
            found = comparable(snapshot(router))
            assert found in (comparable(before), comparable(after)), f"cut after {sentences}: {outcomes[-1]}"
    assert "rolled_back" in outcomes


def wait_until_settled(router: Simulator) -> None:
    router.advance(60)


def comparable(state: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """Without ids (rows made anew get new ones) and ports (each simulated router has its own)."""
    return {
        path: [{name: text for name, text in row.items() if name not in (".id", "port")} for row in rows]
        for path, rows in state.items()
    }


@pytest.mark.avoided(41)
@pytest.mark.parametrize("version", [pytest.param("7.16.2", marks=pytest.mark.slow), "7.24"], indirect=True)
def test_ten_thousand_entries_go_in_few_round_trips(router: Simulator) -> None:
    entries = [f"10.{number >> 8 & 255}.{number & 255}.1" for number in range(10_000)]
    door = door_to(router.api_port, timeout=60.0)
    _transaction, outcome = run(door, ("address_list", {"list": "many", "entries": entries}))
    assert len(router.rows("/ip/firewall/address-list")) == 10_000
    assert outcome.statistics["round_trips"] < outcome.statistics["sentences"] / 4
    _again, second = run(door, ("address_list", {"list": "many", "entries": entries[:5000], "state": "replaced"}))
    assert len(router.rows("/ip/firewall/address-list")) == 5000
    assert second.changed


def test_a_password_is_probed_by_a_login(router: Simulator) -> None:
    door = door_to(router.api_port)
    make = {"name": "watcher", "group": "read", "password": "First-pass1"}
    assert run(door, ("user", make))[1].changed
    assert not run(door, ("user", make))[1].changed
    assert run(door, ("user", {**make, "password": "Second-pass2"}))[1].changed
    assert not run(door, ("user", {**make, "password": "Second-pass2"}))[1].changed


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"address": ["192.0.2.0/24"]}, "may log in from"),
        ({"disabled": True}, "disabled"),
        ({"group": "mute"}, "policy"),
    ],
)
def test_a_password_that_no_login_can_tell_is_refused(router: Simulator, limits: dict[str, Any], why: str) -> None:
    door = door_to(router.api_port)
    run(door, ("user_group", {"name": "mute", "policy": ["read"]}))
    make = {"name": "watcher", "group": "read", "password": "First-pass1", **limits}
    run(door, ("user", make))
    with pytest.raises(BadOption, match=rf"(?s){why}.*on_create"):
        run(door, ("user", make))
    assert not run(door, ("user", {**make, "update_password": "on_create"}))[1].changed


def test_what_is_kept_is_told_although_it_cannot_be_read_afterwards(
    router: Simulator, monkeypatch: pytest.MonkeyPatch, line: Callable[..., Line]
) -> None:
    """Everything is lost after safe mode was released, for good: the change is there all the same."""
    run(door_to(router.api_port), ("certificate", {"name": "old", "common_name": "old", "key_size": "prime256v1"}))
    way = line(router.api_port)
    keep = Protection.keep

    def keep_and_be_lost(protection: Protection) -> None:
        keep(protection)
        way.close_lines()
        way.shut = True

    monkeypatch.setattr(Protection, "keep", keep_and_be_lost)
    _transaction, outcome = run(
        door_to(way.port, timeout=2.0),
        ("service", {"name": "telnet", "disabled": True}),
        ("certificate", {"name": "old", "state": "absent"}),
    )
    assert outcome.changed
    assert router_rows(router, "/ip/service", name="telnet", disabled="true")
    assert outcome.states()[1].rows("/ip/service")
    assert any("the change is kept, but" in text for text in outcome.warnings)
