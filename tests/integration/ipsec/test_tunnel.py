# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole tunnel as one transaction: made, unchanged, changed, taken down; nothing of others touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import RolledBack
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import door_to, run
from routeros_simulator.testing import Simulator, running

VERSIONS = ["7.12.2", "7.18.2", "7.22.3", "7.24"]
MENUS = [f"/ip/ipsec/{name}" for name in ("profile", "proposal", "peer", "identity", "policy", "policy/group")]
SECRET = "canary-of-the-tunnel-42"
Call = tuple[str, dict[str, Any]]
TUNNEL: list[Call] = [
    (
        "ipsec_profile",
        {
            "name": "api",
            "hash_algorithm": "sha256",
            "prf_algorithm": "sha256",
            "enc_algorithm": ["aes-128", "aes-256"],
            "dh_group": ["modp2048", "ecp256"],
            "lifetime": "8h",
            "lifebytes": 0,
            "proposal_check": "obey",
            "nat_traversal": True,
            "dpd_interval": "30s",
            "dpd_maximum_failures": 4,
        },
    ),
    (
        "ipsec_proposal",
        {
            "name": "api",
            "auth_algorithms": [],
            "enc_algorithms": ["aes-256-gcm"],
            "pfs_group": "ecp256",
            "lifetime": "30m",
            "comment": "bastion/api",
        },
    ),
    (
        "ipsec_peer",
        {
            "name": "controller",
            "address": "192.0.2.10",
            "local_address": "192.0.2.1",
            "profile": "api",
            "exchange_mode": "ike2",
            "passive": True,
            "send_initial_contact": True,
            "comment": "bastion/api",
        },
    ),
    (
        "ipsec_identity",
        {
            "peer": "controller",
            "auth_method": "pre-shared-key",
            "secret": SECRET,
            "my_id": "fqdn:router.example.net",
            "remote_id": "fqdn:controller.example.net",
            "generate_policy": "no",
        },
    ),
    (
        "ipsec_policy",
        {
            "src_address": "10.255.0.1",
            "dst_address": "10.255.0.2/32",
            "protocol": "tcp",
            "src_port": "8729",
            "peer": ["controller"],
            "tunnel": True,
            "action": "encrypt",
            "level": "unique",
            "ipsec_protocols": "esp",
            "proposal": "api",
            "placement": "top",
            "comment": "bastion/api",
        },
    ),
]
# What the router refuses, and only it knows why.
REFUSED: Call = ("menu", {"path": "/ip/address", "entries": [{"address": "10.0.0.1/24", "interface": "nowhere"}]})
KEYS = ("name", "peer", "remote_id", "src_address", "dst_address", "protocol", "src_port")
AWAY: list[Call] = [
    (module, {name: options[name] for name in KEYS if name in options} | {"state": "absent"})
    for module, options in reversed(TUNNEL)
]


@pytest.fixture(params=VERSIONS)
def router(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with running(request.param, time_scale=50) as simulator:
        simulator.call(lambda: others(simulator))
        yield simulator


def others(simulator: Simulator) -> None:
    """What people and the router itself have made."""
    tables = simulator.router.tables
    tables["/ip/ipsec/profile"].insert({"name": "branch", "enc-algorithm": "3des"})
    tables["/ip/ipsec/peer"].insert({"name": "branch", "address": "198.51.100.7/32", "profile": "branch"})
    tables["/ip/ipsec/peer"].insert({"name": "l2tp-in-server", "passive": "true"}, dynamic=True)
    tables["/ip/ipsec/identity"].insert({"peer": "branch", "secret": "of-others"})
    tables["/ip/ipsec/identity"].insert({"peer": "l2tp-in-server", "secret": "of-others"}, dynamic=True)
    policies = tables["/ip/ipsec/policy"]
    policies.insert({"src-address": "10.255.9.0/24", "dst-address": "10.0.0.0/8", "peer": "branch"}, dynamic=True)
    policies.insert({"src-address": "10.255.0.0/16", "dst-address": "10.0.0.0/8", "peer": "branch", "tunnel": "true"})
    policies.insert({"src-address": "10.1.0.0/16", "dst-address": "10.2.0.0/16", "peer": "branch", "tunnel": "true"})


def snapshot(router: Simulator) -> dict[str, list[dict[str, str]]]:
    return {path: router.rows(path) for path in MENUS}


@pytest.mark.avoided(71)
def test_made_once_then_unchanged_then_gone(router: Simulator) -> None:
    before = snapshot(router)
    door = door_to(router.api_port)
    _checked, planned = run(door, *TUNNEL, check_mode=True)
    assert snapshot(router) == before
    _first, outcome = run(door, *TUNNEL)
    assert planned.plans == outcome.plans
    assert [[step.verb for step in plan] for plan in outcome.plans] == [["add"]] * 5
    after = snapshot(router)
    assert all([row for row in after[path] if row in before[path]] == before[path] for path in MENUS)
    order = [row["src-address"] for row in after["/ip/ipsec/policy"]]
    assert order == ["::/0", "10.255.9.0/24", "10.255.0.1/32", "10.255.0.0/16", "10.1.0.0/16"]
    _second, again = run(door, *TUNNEL)
    assert not again.changed, again.plans
    assert snapshot(router) == after
    _gone, outcome = run(door, *AWAY)
    assert [[step.verb for step in plan] for plan in outcome.plans] == [["remove"]] * 5
    assert snapshot(router) == before
    _gone, again = run(door, *AWAY)
    assert not again.changed


CHANGED: list[tuple[int, dict[str, Any], dict[str, str]]] = [
    (0, {"dh_group": ["ecp256"]}, {"dh-group": "ecp256"}),
    (0, {"dpd_interval": "disable-dpd"}, {"dpd-interval": "disable-dpd"}),
    (1, {"pfs_group": "modp2048", "disabled": True}, {"pfs-group": "modp2048", "disabled": "true"}),
    (2, {"address": "192.0.2.11", "comment": ""}, {"address": "192.0.2.11/32", "comment": ""}),
    (3, {"secret": "another-secret-of-it"}, {"secret": "another-secret-of-it"}),
    (3, {"my_id": "auto"}, {"my-id": "auto"}),
    (4, {"tunnel": False, "level": "require"}, {"tunnel": "false", "level": "require"}),
    (4, {"protocol": "tcp", "ipsec_protocols": "ah"}, {"ipsec-protocols": "ah"}),
]


def test_a_change_sends_what_differs_and_nothing_else(router: Simulator) -> None:
    door = door_to(router.api_port)
    run(door, *TUNNEL)
    for at, options, sent in CHANGED:
        module, whole = TUNNEL[at]
        given = {name: whole[name] for name in KEYS if name in whole} | options
        before = snapshot(router)
        _done, outcome = run(door, (module, given))
        ((step,),) = outcome.plans
        assert (step.verb, step.properties, step.unset) == ("set", sent, ())
        after = snapshot(router)
        path = step.path
        ((old, new),) = [pair for pair in zip(before[path], after[path], strict=True) if pair[0] != pair[1]]
        assert {name for name in {*old, *new} if old.get(name) != new.get(name)} == set(sent)
        assert {other: rows for other, rows in after.items() if other != path} == {
            other: rows for other, rows in before.items() if other != path
        }
        _again, outcome = run(door, (module, given))
        assert not outcome.changed, outcome.plans


def test_what_is_in_use_is_not_removed(router: Simulator) -> None:
    door = door_to(router.api_port)
    run(door, *TUNNEL)
    before = snapshot(router)
    for at, user in [(0, "/ip/ipsec/peer controller"), (1, "/ip/ipsec/policy"), (2, "/ip/ipsec/identity controller")]:
        module, options = TUNNEL[at]
        with pytest.raises(BadOption, match=f"'{options['name']}' is used by {user}"):
            run(door, (module, {"name": options["name"], "state": "absent"}))
        # Everything goes in one transaction, when its order is right.
        with pytest.raises(BadOption, match="is used by"):
            run(door, *reversed(AWAY))
    for name in ("ipsec_profile", "ipsec_proposal"):
        with pytest.raises(BadOption, match="ships with the router"):
            run(door, (name, {"name": "default", "state": "absent"}))
    assert snapshot(router) == before


def test_secrets_are_in_no_diff_and_no_plan(router: Simulator) -> None:
    transaction, outcome = run(door_to(router.api_port), *TUNNEL)
    was, now = outcome.states()
    changes = transaction._changes
    views = [[change.view(state) for change in changes] for state in (was, now)]
    shown = [
        report.operations([step for plan in outcome.plans for step in plan]),
        [report.shown(view) for side in views for view in side],
        [report.diff(old, new) for old, new in zip(*views, strict=True)],
        [report.sentence(step) for plan in outcome.plans for step in plan],
        outcome.warnings,
    ]
    assert SECRET not in str(shown)
    assert "ipsec_identity" not in str(outcome.warnings)
    assert "10.255.0.1/32" in str(shown[2])


def test_a_policy_that_takes_the_session_is_refused(router: Simulator) -> None:
    before = snapshot(router)
    policy = {"src_address": "127.0.0.0/8", "dst_address": "127.0.0.1/32", "action": "discard"}
    with pytest.raises(BadOption, match=r"this would lock out the address that this login comes from.*IPsec policy"):
        run(door_to(router.api_port), ("ipsec_policy", policy))
    assert snapshot(router) == before


def with_user(simulator: Simulator, policy: str) -> None:
    tables = simulator.router.tables
    tables["/user/group"].insert({"name": "automation", "policy": policy})


@pytest.mark.parametrize(
    ("version", "hide_secrets", "sensitive", "told"),
    [
        ("7.18.2", False, True, True),
        ("7.18.2", False, False, False),
        ("7.22.3", False, True, True),
        ("7.22.3", True, True, True),
        ("7.22.3", True, False, False),
        ("7.24", False, False, False),
    ],
)
def test_secrets_that_the_router_tells_or_not(version: str, hide_secrets: bool, sensitive: bool, told: bool) -> None:
    group = {"name": "automation", "policy": ["api", "read", "write", *(["sensitive"] if sensitive else [])]}
    user = {"name": "automation", "group": "automation", "password": "correct-horse-7"}
    with running(version, time_scale=50, switches={"hide_secrets": hide_secrets}) as router:
        run(door_to(router.api_port), ("user_group", group), ("user", user))
        door = door_to(router.api_port, "automation", "correct-horse-7")
        run(door, *TUNNEL)
        module, options = TUNNEL[3]
        if told:
            _same, outcome = run(door, *TUNNEL)
            assert not outcome.changed, outcome.plans
            _other, outcome = run(door, (module, {**options, "secret": "another-one-of-these"}))
            assert outcome.changed
        else:
            with pytest.raises(BadOption, match="update_secret: the router does not tell secret") as refused:
                run(door, *TUNNEL)
            assert SECRET not in str(refused.value)
        _left, outcome = run(door, (module, {**options, "secret": "a-third-one", "update_secret": "on_create"}))
        assert not outcome.changed
        _set, outcome = run(door, (module, {**options, "secret": "a-fourth-one", "update_secret": "always"}))
        assert [step.properties for step in outcome.plans[0]] == [{"secret": "a-fourth-one"}]
        assert router.rows("/ip/ipsec/identity")[-1]["secret"] == "a-fourth-one"


@pytest.mark.parametrize(
    ("version", "hide_secrets", "sensitive", "restored"),
    [("7.12.2", False, True, True), ("7.22.3", True, True, True), ("7.12.2", False, False, False)],
)
def test_a_secret_is_put_back_or_told_to_be_another_one(
    version: str, hide_secrets: bool, sensitive: bool, restored: bool
) -> None:
    policy = ["api", "read", "write", "ftp", "test", "reboot", "policy", *(["sensitive"] if sensitive else [])]
    user = {"name": "automation", "group": "automation", "password": "correct-horse-7"}
    module, options = TUNNEL[3]
    another = (module, {**options, "secret": "another-secret-of-it", "update_secret": "always"})
    with running(version, time_scale=50, switches={"hide_secrets": hide_secrets}) as router:
        run(door_to(router.api_port), ("user_group", {"name": "automation", "policy": policy}), ("user", user))
        door = door_to(router.api_port, "automation", "correct-horse-7")
        run(door, *TUNNEL)
        before = snapshot(router)
        with pytest.raises(RolledBack) as failed:
            run(door, another, REFUSED, safe_mode="off")
        assert SECRET not in str(failed.value)
        assert "another-secret-of-it" not in str(failed.value)
        assert ("except for the secrets of controller" in str(failed.value)) is not restored
        assert (snapshot(router) == before) is restored


def without_ids(rows: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    return {path: [{name: text for name, text in row.items() if name != ".id"} for row in rows[path]] for path in rows}


def test_a_removed_secret_that_takes_a_question_of_its_own_comes_back() -> None:
    with running("7.22.3", time_scale=50, switches={"hide_secrets": True}) as router:
        door = door_to(router.api_port)
        run(door, *TUNNEL)
        whole = without_ids(snapshot(router))
        with pytest.raises(RolledBack) as failed:
            run(door, *AWAY, REFUSED, safe_mode="off")
        assert "except for" not in str(failed.value)
        assert SECRET not in str(failed.value)
        assert without_ids(snapshot(router)) == whole


@pytest.mark.parametrize("safe_mode", ["auto", "off"])
def test_a_failure_leaves_no_half_tunnel_and_takes_none_away(router: Simulator, safe_mode: str) -> None:
    door = door_to(router.api_port)
    before = snapshot(router)
    with pytest.raises(RolledBack):
        run(door, *TUNNEL, REFUSED, safe_mode=safe_mode)
    assert snapshot(router) == before
    run(door, *TUNNEL)
    whole = without_ids(snapshot(router))
    with pytest.raises(RolledBack) as failed:
        run(door, *AWAY, REFUSED, safe_mode=safe_mode)
    assert "except for" not in str(failed.value)
    # What was removed comes back under new ids: each row in its place, with its secret, bound to the others again.
    now = without_ids(snapshot(router))
    assert now["/ip/ipsec/policy"] == whole["/ip/ipsec/policy"]
    for path in MENUS:
        assert sorted(map(str, now[path])) == sorted(map(str, whole[path]))
    _same, outcome = run(door, *TUNNEL)
    assert not outcome.changed, outcome.plans
