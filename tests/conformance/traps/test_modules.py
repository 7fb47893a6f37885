# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our modules and what they stand on do not fall into the traps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue, kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap
from routeros_simulator.testing import Simulator, running

from ..raw import RawClient, rows
from .conftest import door_to, ours

avoided = pytest.mark.avoided
Once = Callable[[Simulator, str, Mapping[str, Any]], None]
RULES = "/ip/firewall/filter"
LISTS = "/ip/firewall/address-list"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50) as simulator:
        yield simulator


def static(sim: Simulator, path: str) -> list[dict[str, str]]:
    return sim.call(lambda: [dict(row.values) for row in sim.router.tables[path] if not row.dynamic])


@avoided(1, 24, 31, 33, 34, 36, 90)
def test_rules_are_the_same_the_second_time(sim: Simulator, once: Once) -> None:
    rules = [
        {"action": "accept", "connection_state": ["related", "established"], "comment": "known"},
        {"action": "accept", "protocol": "tcp", "dst_port": [22, 8729], "src_address": "127.0.0.0/8"},
        {"action": "drop", "src_address_list": "bad", "log": True, "log_prefix": "bad: "},
    ]
    once(sim, "firewall_filter", {"ruleset": "mine", "family": "ipv4", "rules": rules})
    once(sim, "firewall_filter", {"ruleset": "mine", "family": "ipv4", "rules": rules[1:]})


@avoided(25, 26, 27)
def test_rules_stand_behind_the_dummy(sim: Simulator, once: Once) -> None:
    with RawClient(sim.api_port).login() as client:
        client.talk(f"{RULES}/add", "=chain=forward", "=action=fasttrack-connection")
        client.talk(f"{RULES}/add", "=chain=input", "=action=accept", "=comment=other")
    once(sim, "firewall_filter", {"ruleset": "mine", "rules": [{"action": "accept", "comment": "x"}]})
    jump = next(row for row in static(sim, RULES) if row.get("jump-target", "").startswith("bastion-"))
    assert jump["chain"] == "input"


@avoided(95)
def test_a_long_prefix_is_refused_before_anything_is_sent(sim: Simulator) -> None:
    rules = [{"action": "drop", "log": True, "log_prefix": "x" * 32, "src_address": "192.0.2.1"}]
    with pytest.raises(Exception, match="31"):
        ours(sim, "firewall_filter", {"ruleset": "mine", "rules": rules})
    assert static(sim, RULES) == []


@avoided(2)
def test_texts_stay_texts(sim: Simulator, once: Once) -> None:
    once(sim, "address_list", {"list": "yes", "entries": [{"address": "192.0.2.1", "comment": "10"}]})
    session = door_to(sim).open()
    (row,) = session.read(LISTS)
    assert (row["list"], row["comment"]) == ("yes", "10")
    session.close()


@avoided(4, 42)
@pytest.mark.parametrize("written", ["192.0.2.1/32", "192.0.2.1", "192.0.2.0/24", "192.0.2.0-192.0.2.255"])
def test_addresses_are_compared_as_addresses(written: str, sim: Simulator, once: Once) -> None:
    once(sim, "address_list", {"list": "l", "entries": [written]})


@avoided(4, "42b")
@pytest.mark.parametrize("written", ["192.0.2.77/24", "203.0.113.1-254"])
def test_addresses_that_would_become_others_are_refused(written: str, sim: Simulator) -> None:
    with pytest.raises(Exception, match=r"192\.0\.2\.0/24|address|range"):
        ours(sim, "address_list", {"list": "l", "entries": [written]})
    assert static(sim, LISTS) == []


@avoided(42, 43, 44, 46)
def test_what_others_and_rules_have_added_is_left_alone(sim: Simulator, once: Once) -> None:
    with RawClient(sim.api_port).login() as client:
        client.talk(f"{LISTS}/add", "=list=l", "=address=192.0.2.1", "=timeout=1h")
        client.talk(f"{LISTS}/add", "=list=other", "=address=192.0.2.2")
        once(sim, "address_list", {"list": "l", "entries": ["198.51.100.1"], "state": "replaced"})
        assert {row["address"] for row in rows(client.talk(f"{LISTS}/print"))} >= {"192.0.2.1", "192.0.2.2"}


@avoided(5, 51, 96)
def test_groups_get_exactly_their_policies(sim: Simulator, once: Once) -> None:
    with RawClient(sim.api_port).login() as client:
        client.talk("/user/group/add", "=name=g", "=policy=ftp,write,api")
    once(sim, "user_group", {"name": "g", "policy": ["read", "api"]})
    (row,) = [row for row in static(sim, "/user/group") if row["name"] == "g"]
    assert {word for word in row["policy"].split(",") if not word.startswith("!")} == {"read", "api"}


@avoided(6, 77)
@pytest.mark.parametrize("interval", ["00:01:00", "60s", "7d", "1w"])
def test_durations_are_compared_as_durations(interval: str, sim: Simulator, once: Once) -> None:
    once(sim, "menu", {"path": "/system/scheduler", "entries": [{"name": "j", "interval": interval, "on_event": "x"}]})


@avoided(7)
def test_both_forms_of_dates_are_the_same() -> None:
    assert kind("datetime").key("mar/10/2033 17:57:09") == kind("datetime").key("2033-03-10 17:57:09")


@avoided(3, 5)
def test_values_are_compared_by_their_type() -> None:
    assert kind("bool").key("yes") == kind("bool").key("true")
    assert kind("enum yes no").key("yes") != kind("enum yes no").key("true")
    states = kind("!flagset invalid established related new untracked")
    assert states.key("related,established") == states.key("established,related")
    with pytest.raises(BadValue):
        states.write("established,!related")


@avoided("13b")
def test_defaults_are_those_of_the_version() -> None:
    interval = menu("/ip/ipsec/profile").properties["dpd-interval"]
    assert interval.default_for(Version.parse("7.12.2")) == "2m"
    assert interval.default_for(Version.parse("7.22.3")) == "8s"


@avoided(8)
def test_a_password_is_tried_and_not_set_again(sim: Simulator, once: Once) -> None:
    once(sim, "user", {"name": "ann", "group": "full", "password": "s3cret-enough"})


@avoided(9, 53)
def test_a_refused_read_is_no_empty_table(sim: Simulator) -> None:
    with RawClient(sim.api_port).login() as client:
        client.talk("/user/group/add", "=name=blind", "=policy=api")
        client.talk("/user/add", "=name=blind", "=group=blind", "=password=x")
    session = door_to(sim, "blind", "x").open()
    with pytest.raises(Trap, match="not enough permissions"):
        session.read(LISTS)
    session.close()
    session = door_to(sim).open()
    assert session.read(LISTS) == []
    session.close()


@avoided(14, 25)
@pytest.mark.parametrize("version", ["7.16.2", "7.22.3"])
def test_services_are_written_by_their_static_row(version: str, once: Once) -> None:
    with running(version, time_scale=50) as sim, RawClient(sim.api_port).login():
        once(sim, "service", {"name": "api", "max_sessions": 33})


@avoided(15, 16)
@pytest.mark.parametrize("version", ["7.22.3", "7.24"])
def test_the_address_of_a_service_under_either_name(version: str, once: Once) -> None:
    with running(version, time_scale=50) as sim:
        once(sim, "service", {"name": "winbox", "address": ["192.0.2.0/24", "2001:db8::/32"]})


@avoided(49, 50)
def test_disabling_the_only_admin_does_not_pass_for_done(sim: Simulator) -> None:
    with pytest.raises(Exception, match=r"."):
        ours(sim, "user", {"name": "admin", "disabled": True})
    assert static(sim, "/user")[0].get("disabled", "false") == "false"


@avoided(19, 59, 60, 61, 62, 69)
def test_a_certificate_is_made_once(sim: Simulator, once: Once) -> None:
    once(sim, "certificate", {"name": "ca", "common_name": "ca", "key_size": "prime256v1"})
    options = {"name": "leaf", "common_name": "leaf", "ca": "ca", "key_size": "prime256v1"}
    once(sim, "certificate", {**options, "subject_alt_name": ["DNS:a.example"]})
    (leaf,) = [row for row in static(sim, "/certificate") if row["name"] == "leaf"]
    assert "key-cert-sign" not in leaf["key-usage"]


@avoided(73, "75c")
def test_logging_rules_are_made_once(sim: Simulator, once: Once) -> None:
    once(sim, "logging", {"topics": ["firewall", "info"], "action": "memory"})


@avoided(75)
def test_names_of_actions_are_checked_first(sim: Simulator) -> None:
    with pytest.raises(Exception, match="letters"):
        ours(sim, "logging_action", {"name": "a-b", "target": "memory"})


@avoided(70, 74)
def test_properties_of_other_menus_and_versions_are_refused_by_name(sim: Simulator) -> None:
    with pytest.raises(Exception, match=r"has no property .secret."):
        ours(sim, "menu", {"path": "/ip/ipsec/peer", "entries": [{"name": "p", "secret": "x"}]})
    with pytest.raises(Exception, match=r"7\.17"):
        ours(sim, "menu", {"path": "/system/logging/action", "entries": [{"name": "remote", "bsd_syslog": True}]})
