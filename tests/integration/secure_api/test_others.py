# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router that belongs to somebody: what others have made stays byte for byte, on the way there and back."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.demo import outside
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD, Stage, snapshot
from librouteros import connect
from routeros_simulator.testing import Simulator

LISTS = ("customers", "spammers", "management")


def furnish(router: Simulator) -> None:
    """200 rules and more, 5 users, 3 lists, a group, a logging rule: as if an administrator had typed them."""
    with contextlib.closing(connect("127.0.0.1", "admin", "", port=router.api_port, encoding="utf-8")) as api:
        filters, filters6 = api.path("ip", "firewall", "filter"), api.path("ipv6", "firewall", "filter")
        for number in range(200):
            ports = {"protocol": "tcp", "dst-port": str(1000 + number)}
            chain = ("input", "forward", "mine")[number % 3]
            filters.add(chain=chain, action="accept", comment=f"rule {number}, ünïcode", **ports)
        for number in range(40):
            filters6.add(chain="input", action="accept", **{"src-address-list": f"v6-{number}"})
        entries = api.path("ip", "firewall", "address-list")
        for name in LISTS:
            for number in range(20):
                entries.add(list=name, address=f"198.51.100.{number}", comment=name)
        api.path("user", "group").add(name="operators", policy="read,write,winbox,ssh")
        for number in range(5):
            api.path("user").add(name=f"operator{number}", group="operators", password="x", comment="day shift")
        api.path("system", "logging").add(topics="wireless,debug", action="memory")
        # The account of the inventory exists already, with too few rights.
        api.path("user").add(name="automation", group="read", password=PASSWORD, comment="hers", address="127.0.0.0/8")


def marked(text: str) -> bool:
    """Whether a row is the role's, or the account that it was asked to keep."""
    return "bastion" in text or text == "automation"


def of_others(router: Simulator) -> dict[str, list[Any]]:
    """The configuration without the rows that carry the role's names."""
    kept: dict[str, list[Any]] = {}
    for path, rows in snapshot(router).items():
        if path not in ("/ip/service", "/user/settings", "/system/logging", "/certificate"):
            kept[path] = [row for row in rows if not any(marked(text) for _name, text in row)]
    return kept


def test_what_others_made_stays_byte_for_byte(router: Simulator, stage: Stage) -> None:
    furnish(router)
    fresh, theirs = snapshot(router), of_others(router)
    first = stage.play()
    assert first.code == 0, first.text
    assert of_others(router) == theirs
    assert [row for row in snapshot(router)["/system/logging"] if ("topics", "wireless,debug") in row]
    top = router.rows("/ip/firewall/filter")[0]
    assert (top["chain"], top["jump-target"]) == ("input", "bastion-secure-api")
    account = next(row for row in router.rows("/user") if row["name"] == "automation")
    assert account["group"] != "read"
    assert account["comment"] == "hers"
    second = stage.play()
    assert (second.code, second.changed) == (0, 0), second.text
    undone = stage.play(extra={"secure_api_state": "absent"})
    assert undone.code == 0, undone.text
    assert snapshot(router) == fresh
    again = stage.play(extra={"secure_api_state": "absent"})
    assert (again.code, again.changed) == (0, 0), again.text


def test_who_is_logged_in_over_services_that_close_is_named(router: Simulator, stage: Stage) -> None:
    """A billing system on the plain API is somebody's income."""
    with contextlib.closing(connect("127.0.0.1", "admin", "", port=router.api_port)) as api:
        api.path("user").add(name="billing", group="full", password="x")
        with contextlib.closing(connect("127.0.0.1", "billing", "x", port=router.api_port)):
            tried = stage.play("--check")
    assert tried.code == 0, tried.text
    assert "About to close: api, telnet, ftp, www." in tried.flat
    assert "billing from 127.0.0.1 via api" in tried.flat


def test_a_changed_policy_changes_only_what_it_says(router: Simulator, stage: Stage) -> None:
    assert stage.play().code == 0
    users = stage.variables["secure_api_users"]
    colleague = {
        "name": "colleague",
        "password": "staple-battery-9",
        "policies": ["read", "api"],
        "sources": ["127.0.5.7"],
    }
    stage.variables["secure_api_users"] = [*users, colleague]
    stage.variables["secure_api_blocked_sources"] = ["127.0.5.66"]
    stage.variables["secure_api_disabled_services"] = ["api", "telnet", "ftp", "www", "winbox"]
    second = stage.play()
    assert second.code == 0, second.text
    good = outside.verifying(stage.ca())
    port = router.api_ssl_port
    assert outside.encrypted(port, "127.0.5.7", "colleague", "staple-battery-9", good) == "in"
    assert outside.encrypted(port, "127.0.5.8", "colleague", "staple-battery-9", good) == "denied"
    assert outside.encrypted(port, "127.0.5.66", "automation", PASSWORD, good) == "silent"
    third = stage.play()
    assert (third.code, third.changed) == (0, 0), third.text

    # Taken out of the list again: the account and its group go, because the role made them.
    stage.variables["secure_api_users"] = users
    stage.variables["secure_api_brute_force"] = False
    stage.variables["secure_api_rate_limit"] = False
    # Another name in the certificate means another certificate, which takes over name and service of the old one.
    stage.variables["secure_api_certificate"] = {"subject_alt_names": ["127.0.0.1", "router.example.net"]}
    fourth = stage.play()
    assert fourth.code == 0, fourth.text
    assert {row["name"] for row in router.rows("/user")} == {"admin", "automation"}
    assert "bastion-read-api" not in {row["name"] for row in router.rows("/user/group")}
    assert not [row for row in router.rows("/ip/firewall/filter") if "login" in row["chain"] or "gate" in row["chain"]]
    assert outside.encrypted(port, "127.0.5.7", "automation", PASSWORD, good, name="router.example.net") == "in"
    assert [row["name"] for row in router.rows("/certificate")] == ["bastion-ca", "bastion-api-ssl"]
    fifth = stage.play()
    assert (fifth.code, fifth.changed) == (0, 0), fifth.text
    undone = stage.play(extra={"secure_api_state": "absent"})
    assert undone.code == 0, undone.text
    assert next(row for row in router.rows("/ip/service") if row["name"] == "winbox")["disabled"] == "false"


def test_a_lost_record_is_read_from_the_rules(router: Simulator, stage: Stage) -> None:
    fresh = snapshot(router)
    assert stage.play().code == 0
    stage.record().unlink()
    second = stage.play("--diff")
    assert second.code == 0, second.text
    # Nothing on the router; only the controller's copy is written again.
    assert second.changed == 1
    assert stage.record().exists()
    stage.record().unlink()
    secured = snapshot(router)
    contact = stage.variables.pop("ansible_routeros_first_contact")
    refused = stage.play(extra={"secure_api_state": "absent"})
    assert refused.code == 2
    assert "set ansible_routeros_first_contact" in refused.flat
    assert snapshot(router) == secured
    stage.variables["ansible_routeros_first_contact"] = contact
    undone = stage.play(extra={"secure_api_state": "absent"})
    assert undone.code == 0, undone.text
    assert snapshot(router)["/ip/service"] == fresh["/ip/service"]
    assert snapshot(router)["/user"] == fresh["/user"]
    assert "stay as they are" in undone.flat


@pytest.mark.avoided(88, 89)
def test_too_many_connections_block_a_source_and_nobody_else(router: Simulator, stage: Stage) -> None:
    attempts = 2
    stage.variables["secure_api_brute_force"] = {"attempts": attempts}
    first = stage.play()
    assert first.code == 0, first.text
    good = outside.verifying(stage.ca())

    def enter(source: str) -> str:
        return outside.encrypted(router.api_ssl_port, source, "automation", PASSWORD, good)

    assert [enter("127.0.5.66") for _number in range(attempts + 1)] == [*["in"] * attempts, "silent"]
    assert enter("127.0.5.67") == "in"
    assert [enter("127.0.0.1") for _number in range(attempts + 2)] == ["in"] * (attempts + 2)
    second = stage.play()
    assert (second.code, second.changed) == (0, 0), second.text
    # After a day it is forgiven.
    router.advance(86400 + 60)
    assert enter("127.0.5.66") == "in"


@pytest.mark.avoided(84, 86, 87)
def test_above_its_rate_a_source_is_dropped_but_not_counted(router: Simulator, stage: Stage) -> None:
    """A dropped SYN must not climb a stage: else one hasty minute would block an honest source for a day."""
    stage.variables["secure_api_brute_force"] = {"attempts": 10, "window": "10m"}
    stage.variables["secure_api_rate_limit"] = {"rate": 1, "per": "1m", "burst": 8}
    first = stage.play()
    assert first.code == 0, first.text
    good = outside.verifying(stage.ca())

    def enter(timeout: float = outside.PATIENCE) -> str:
        return outside.encrypted(router.api_ssl_port, "127.0.5.66", "automation", PASSWORD, good, timeout=timeout)

    assert [enter() for _number in range(8)] == ["in"] * 8
    assert [enter(1) for _number in range(4)] == ["silent"] * 4
    climbed = {row["list"] for row in router.rows("/ip/firewall/address-list") if row["address"] == "127.0.5.66"}
    assert climbed == {f"bastion-api-stage{number}" for number in range(1, 9)}
    # It may go on where it stopped, as soon as its rate allows.
    router.advance(90)
    assert enter() == "in"
