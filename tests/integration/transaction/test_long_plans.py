# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of more actions than safe mode holds: idle chains under holds of their own, lists outside, or refused."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.safe_mode import SafeModeError
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import (
    RolledBack,
    SafeModeMissing,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from routeros_simulator.testing import Simulator, running

from .conftest import door_to, run, snapshot

Call = tuple[str, dict[str, Any]]
FILTER, LISTS = "/ip/firewall/filter", "/ip/firewall/address-list"
MANY = 200


def ruleset(count: int, *first: dict[str, Any], port: int = 1000) -> Call:
    rules = [{"action": "drop", "protocol": "tcp", "dst_port": [str(port + number)]} for number in range(count)]
    return "firewall_filter", {"ruleset": "long", "family": "ipv4", "rules": [*first, *rules]}


def entries(name: str, count: int, **options: Any) -> Call:
    addresses = [f"198.18.{number >> 8}.{number & 255}" for number in range(count)]
    return "address_list", {"list": name, "entries": addresses, **options}


LET_IN: Call = ("address_list", {"list": "friends", "entries": ["127.0.0.0/8"]})
GUARDED: Call = (
    "firewall_filter",
    {
        "ruleset": "guard",
        "family": "ipv4",
        "rules": [{"action": "accept", "src_address_list": "friends"}, {"action": "drop", "protocol": "tcp"}],
    },
)
CLOUDY: Call = (
    "firewall_filter",
    {
        "ruleset": "cloud",
        "family": "ipv4",
        "rules": [{"action": "drop", "content": "secret", "src_address_list": "clouds", "comment": "who knows"}],
    },
)
NATS: Call = (
    "menu",
    {
        "path": "/ip/firewall/nat",
        "key": ["comment"],
        "entries": [
            {"comment": f"web {number}", "chain": "dstnat", "action": "accept", "protocol": "tcp", "dst_port": [number]}
            for number in range(20000, 20000 + safe_mode.BUDGET + 1)
        ],
    },
)


class Holds:
    """How many actions were written under each hold of safe mode, and how many without one."""

    def __init__(self, router: Simulator) -> None:
        self.holds: list[int] = []
        self.without = 0
        self._held: object = None
        router.call(lambda: router.router.history.observers.append(lambda _action: self._acted(router)))

    def _acted(self, router: Simulator) -> None:
        holder, actions = router.router.safe_mode.holder, router.router.safe_mode.actions
        if holder is None:
            self.without += 1
            return
        if self._held is not actions:
            self._held = actions
            self.holds.append(0)
        self.holds[-1] += 1


@pytest.mark.avoided(83)
@pytest.mark.parametrize("version", ["7.18.2", "7.24"], indirect=True)
def test_an_idle_chain_is_built_under_holds_of_its_own(router: Simulator) -> None:
    """So no other run of ours writes at the same time, and no hold comes near the router's limit."""
    counted = Holds(router)
    _transaction, outcome = run(door_to(router.api_port), ruleset(MANY))
    assert outcome.protected == "safe mode"
    assert counted.without == 0
    assert max(counted.holds) <= safe_mode.BUDGET
    assert len(counted.holds) >= MANY // safe_mode.BUDGET
    assert len([row for row in router.rows(FILTER) if "long" in row.get("comment", "")]) == MANY + 2
    assert not run(door_to(router.api_port), ruleset(MANY))[1].changed
    # The next ones are built in the idle twin and the old ones cleared, in parts as well.
    assert run(door_to(router.api_port), ruleset(MANY, port=3000))[1].changed
    assert len([row for row in router.rows(FILTER) if "long" in row.get("comment", "")]) == MANY + 2


def test_nothing_is_built_while_somebody_else_holds_it(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    other.call("/safe-mode/take")
    before = snapshot(router)
    with pytest.raises(SafeModeError, match="nothing was changed"):
        run(door_to(router.api_port), ruleset(MANY))
    assert snapshot(router) == before
    other.close()


def test_what_somebody_else_wrote_meanwhile_is_seen(router: Simulator) -> None:
    """The plan was made before the wait; the same ruleset looks different after it."""
    other = door_to(router.api_port).open()
    other.call("/safe-mode/take")

    def write() -> None:
        other.call("/safe-mode/release")
        run(door_to(router.api_port), ruleset(3))

    threading.Timer(0.3, write).start()
    _transaction, outcome = run(door_to(router.api_port), ruleset(MANY), safe_mode_wait=20)
    assert outcome.changed
    assert len([row for row in router.rows(FILTER) if "long" in row.get("comment", "")]) == MANY + 2
    other.close()


@pytest.mark.parametrize("version", ["7.18.2", "7.24"], indirect=True)
def test_a_failure_after_the_building_leaves_what_is_idle(router: Simulator) -> None:
    """Another run may be using it already; the next one does, or removes it."""
    before = snapshot(router)
    shut: Call = ("service", {"name": "api", "address": ["192.0.2.0/24"]})
    with pytest.raises(RolledBack, match=r"(?s)Everything was undone.*Chains that nothing enters may be left"):
        run(door_to(router.api_port, timeout=2.0), ruleset(MANY), shut, acknowledge_lockout=True)
    left = snapshot(router)
    assert {row["chain"] for row in left.pop(FILTER)} <= {"bastion-long.a", "bastion-long.b", "bastion-long"}
    before.pop(FILTER)
    assert left == before
    assert run(door_to(router.api_port), ruleset(MANY))[1].changed
    assert len([row for row in router.rows(FILTER) if "long" in row.get("comment", "")]) == MANY + 2


def test_a_failure_after_a_long_list_takes_it_back(router: Simulator) -> None:
    run(door_to(router.api_port), LET_IN)
    before = snapshot(router)
    shut: Call = ("service", {"name": "api", "address": ["192.0.2.0/24"]})
    with pytest.raises(RolledBack, match="Everything was undone"):
        run(door_to(router.api_port, timeout=2.0), entries("friends", MANY), shut, acknowledge_lockout=True)
    assert snapshot(router) == before


def test_a_long_list_goes_before_and_its_rules_inside(router: Simulator) -> None:
    counted = Holds(router)
    run(door_to(router.api_port), LET_IN)
    _transaction, outcome = run(door_to(router.api_port), entries("friends", MANY), GUARDED)
    assert outcome.protected == "safe mode"
    assert counted.without == MANY
    assert len(router.rows(LISTS)) == MANY + 1


def test_a_long_list_alone_needs_no_safe_mode(router: Simulator) -> None:
    run(door_to(router.api_port), LET_IN, GUARDED)
    _transaction, outcome = run(door_to(router.api_port), entries("friends", MANY))
    assert outcome.proved
    # And back: as long as we are still let in, entries may go as well.
    only_us = ("address_list", {**LET_IN[1], "state": "replaced"})
    _transaction, outcome = run(door_to(router.api_port), only_us)
    assert (outcome.protected, outcome.proved) == ("inverse plan", "future path")
    assert len(router.rows(LISTS)) == 1


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_long_list_that_may_cut_us_is_refused(router: Simulator, check_mode: bool) -> None:
    """Whether we are on it can be told, but not what a rule makes of those that are."""
    run(door_to(router.api_port), CLOUDY)
    before = snapshot(router)
    ours = {**entries("clouds", MANY)[1]}
    ours["entries"] = ["127.0.0.0/8", *ours["entries"]]
    with pytest.raises(RouterError, match=r"(?s)201 actions are more than safe mode holds") as caught:
        run(door_to(router.api_port), ("address_list", ours), check_mode=check_mode)
    assert "acknowledge_lockout" in str(caught.value)
    assert snapshot(router) == before


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_long_plan_that_nobody_can_judge_is_refused(router: Simulator, check_mode: bool) -> None:
    before = snapshot(router)
    with pytest.raises(SafeModeMissing, match=r"(?s)81 actions.*cannot be told.*several tasks.*Nothing was written"):
        run(door_to(router.api_port), NATS, check_mode=check_mode)
    assert snapshot(router) == before
    assert not router.rows("/ip/firewall/nat")


def test_the_same_in_two_tasks(router: Simulator) -> None:
    both = NATS[1]["entries"]
    for part in (both[:40], both[40:]):
        _transaction, outcome = run(door_to(router.api_port), ("menu", {**NATS[1], "entries": part}))
        assert outcome.protected == "safe mode"
    assert len(router.rows("/ip/firewall/nat")) == len(both)


@pytest.mark.parametrize("settings", [{"acknowledge_lockout": True}, {"safe_mode": "off"}])
def test_or_on_ones_own_responsibility(router: Simulator, settings: dict[str, Any]) -> None:
    _transaction, outcome = run(door_to(router.api_port), NATS, **settings)
    assert outcome.protected in ("inverse plan", "off")
    assert len(router.rows("/ip/firewall/nat")) == len(NATS[1]["entries"])


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_required_is_not_left_out(router: Simulator, check_mode: bool) -> None:
    with pytest.raises(SafeModeMissing, match=r"(?s)safe_mode is required, but 200 actions.*several tasks"):
        run(door_to(router.api_port), entries("friends", MANY), safe_mode="required", check_mode=check_mode)


@pytest.mark.parametrize("version", ["7.12.2", "7.16.2"], indirect=True)
def test_a_dead_man_switch_knows_no_limit(version: str) -> None:
    # Slow enough for the writing, which passes in our seconds, to end before the switch fires.
    with running(version, time_scale=5) as router:
        _transaction, outcome = run(door_to(router.api_port), NATS, ruleset(MANY))
        assert outcome.protected == "dead-man switch"
        assert len(router.rows("/ip/firewall/nat")) == len(NATS[1]["entries"])
