# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH keys of users, and the sessions of those who change."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import librouteros
import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import SCALE, door_to, run
from routeros_simulator.testing import Simulator, running

OLD = {"name": "jdoe", "group": "full", "password": "Correct-horse-7"}


def key(number: int, owner: str = "jdoe@example.net") -> str:
    blob = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes([number]) * 32
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} {owner}"


@pytest.fixture(params=["7.12.2", "7.18.2", "7.24"])
def router(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with running(request.param, time_scale=SCALE) as simulator:
        yield simulator


def user(router: Simulator, check_mode: bool = False, **options: Any) -> Any:
    return run(door_to(router.api_port), ("user", {**OLD, **options}), check_mode=check_mode)[1]


def fingerprints(router: Simulator, name: str = "jdoe") -> set[str]:
    return {row["fingerprint"] for row in router.rows("/user/ssh-keys") if row["user"] == name}


@pytest.mark.avoided(55)
def test_keys_are_the_whole_list_of_this_user_alone(router: Simulator) -> None:
    user(router, name="other", ssh_keys=[key(9)])
    first = user(router, ssh_keys=[key(1), key(2)])
    assert first.changed
    assert any("not taken over SSH" in warning for warning in first.warnings)
    assert len(fingerprints(router)) == 2
    assert not user(router, ssh_keys=[key(2, "another comment"), key(1)]).changed
    assert not user(router).changed
    two = fingerprints(router)
    assert user(router, ssh_keys=[key(2), key(3)], check_mode=True).changed
    assert fingerprints(router) == two
    assert user(router, ssh_keys=[key(2), key(3)]).changed
    assert len(fingerprints(router) & two) == 1
    assert user(router, ssh_keys=[]).changed
    assert fingerprints(router) == set()
    assert len(fingerprints(router, "other")) == 1


def test_a_key_that_routeros_refuses_is_told_before(router: Simulator) -> None:
    with pytest.raises(BadOption, match="ecdsa"):
        user(router, ssh_keys=["ecdsa-sha2-nistp256 AAAA x"])
    assert not any(row["name"] == "jdoe" for row in router.rows("/user"))


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("7.24", {"group": "read"}),
    ("7.20.8", {"password": "another-Horse-8", "update_password": "always"}),
    ("7.24", {"ssh_keys": [key(1)]}),
    ("7.22.3", {"disabled": True}),
    ("7.24", {"state": "absent"}),
]


@pytest.mark.avoided(58)
@pytest.mark.parametrize(("version", "change"), CHANGES)
def test_sessions_end_when_the_user_changes_and_only_then(version: str, change: dict[str, Any]) -> None:
    with running(version, time_scale=SCALE) as router:
        user(router)
        session, bystander = (
            librouteros.connect(host="127.0.0.1", port=router.api_port, username=name, password=password, timeout=5)
            for name, password in (("jdoe", OLD["password"]), ("admin", ""))
        )
        user(router, end_sessions=True)
        assert list(session("/system/identity/print"))
        outcome = user(router, **change, end_sessions=True)
        assert outcome.changed
        with pytest.raises((librouteros.exceptions.LibRouterosError, OSError)):
            list(session("/system/identity/print"))
        assert list(bystander("/system/identity/print"))
        bystander.close()
        with pytest.raises(BadOption, match="own user"):
            run(door_to(router.api_port), ("user", {"name": "admin", "comment": "x", "end_sessions": True}))


def test_older_routers_cannot_end_sessions() -> None:
    with running("7.18.2") as router, pytest.raises(BadOption, match=r"since RouterOS 7\.20"):
        user(router, end_sessions=True)
