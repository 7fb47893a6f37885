# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the dead-man switch cannot be armed: what goes on without it, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.protection import SafeModeMissing
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from routeros_simulator.testing import Simulator, running

from .conftest import door_to, snapshot
from .switch import DOUBTFUL, JOBS, SCALE, WITHOUT, ours, run

pytestmark = pytest.mark.parametrize("version", WITHOUT, indirect=True)


@pytest.fixture
def router(version: str) -> Iterator[Simulator]:
    with running(version, time_scale=SCALE) as simulator:
        yield simulator


# The own account, and a rule that may cut the open session: only under protection.
NAMELESS: tuple[str, dict[str, Any]] = (
    "firewall_filter",
    {
        "ruleset": "perhaps",
        "family": "ipv4",
        "rules": [{"action": "drop", "content": "secret", "comment": "who knows what is in the packets"}],
    },
)


def test_somebody_elses_job_of_that_name_is_left_alone(version: str) -> None:
    """What surely leaves the way in open goes on without the switch, and what may shut it does not."""
    # Here the rule does not: only the router knows that.
    with running(version, time_scale=SCALE, switches={"unknown_matcher": "no-match"}) as router:
        other = door_to(router.api_port).open()
        other.call(f"{JOBS}/add", f"=name={deadman.NAME}", "=interval=1w", "=on-event=:nothing", "=comment=mine")
        outcome = run(router.api_port, *DOUBTFUL)
        assert outcome.protected == "inverse plan"
        before = snapshot(router)
        with pytest.raises(RouterError, match=r"(?s)could not be armed.*may shut the way in.*content") as caught:
            run(router.api_port, NAMELESS)
        assert caught.value.kind == "safe_mode_missing"
        assert snapshot(router) == before
        assert run(router.api_port, NAMELESS, acknowledge_lockout=True).protected == "inverse plan"
        assert [row["comment"] for row in router.rows(JOBS)] == ["mine"]
        assert ours(router)[1] == []
        other.close()


def test_a_menu_that_nobody_can_judge_is_not_changed_without_it(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    other.call(f"{JOBS}/add", f"=name={deadman.NAME}", "=interval=1w", "=on-event=:nothing", "=comment=mine")
    other.close()
    before = snapshot(router)
    with pytest.raises(RouterError, match="nobody can tell beforehand what comes of a change of /ip/settings"):
        run(router.api_port, ("menu", {"path": "/ip/settings", "values": {"tcp_syncookies": True}}))
    assert snapshot(router) == before


def limited(router: Simulator) -> dict[str, Any]:
    """An account that may change users, and arm nothing."""
    door = door_to(router.api_port).open()
    door.call("/user/group/add", "=name=few", "=policy=api,read,write,policy")
    door.call("/user/add", "=name=few", "=group=few", "=password=Str0ng-enough!")
    door.close()
    return {"user": "few", "password": "Str0ng-enough!"}


OWN: tuple[str, dict[str, Any]] = (
    "user",
    {"name": "few", "address": ["127.0.0.0/8"], "update_password": "on_create"},
)


@pytest.mark.avoided(56)
def test_policies_that_are_missing_are_named(router: Simulator) -> None:
    login = limited(router)
    before = snapshot(router)
    with pytest.raises(SafeModeMissing, match=r"'few' does not have: ftp, reboot, test"):
        run(router.api_port, OWN, safe_mode="required", **login)
    assert snapshot(router) == before
    outcome = run(router.api_port, OWN, **login)
    assert outcome.protected == "inverse plan"
    assert any("ftp, reboot, test" in text and "step by step" in text for text in outcome.warnings)
    assert ours(router) == ([], [])


def forbid_scheduler(router: Simulator) -> None:
    router.call(lambda: router.router.tables["/system/device-mode"].only.values.update({"scheduler": "false"}))


@pytest.mark.avoided(80)
def test_device_mode_may_forbid_it(router: Simulator) -> None:
    forbid_scheduler(router)
    before = snapshot(router)
    with pytest.raises(SafeModeMissing, match="device-mode"):
        run(router.api_port, *DOUBTFUL, safe_mode="required")
    assert snapshot(router) == before
    outcome = run(router.api_port, *DOUBTFUL)
    assert outcome.protected == "inverse plan"
    assert any("device-mode" in text for text in outcome.warnings)
    assert ours(router) == ([], [])


def test_what_is_refused_while_arming_leaves_nothing_behind(router: Simulator) -> None:
    """The router refuses the job after the backup was saved."""
    forbid_scheduler(router)
    session = door_to(router.api_port).open()
    with pytest.raises(deadman.DeadManError, match="device-mode"):
        deadman.DeadMan(session, 60).arm()
    assert ours(router) == ([], [])
    session.close()
