# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps of rows, names, files and certificates: our modules do not fall in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import RolledBack
from routeros_simulator.testing import Simulator, running

from ..raw import rows
from .conftest import ours
from .test_network import login

avoided = pytest.mark.avoided
Once = Callable[[Simulator, str, Mapping[str, Any]], None]
RULES = "/ip/firewall/filter"
LISTS = "/ip/firewall/address-list"
JOB = {"path": "/system/scheduler", "entries": [{"name": "j", "interval": "10s", "on_event": ":put 1"}]}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50) as simulator:
        yield simulator


def column(sim: Simulator, path: str, name: str) -> list[str]:
    return [row.get(name, "") for row in sim.rows(path)]


@avoided(10, 77)
def test_what_counts_by_itself_is_no_change(sim: Simulator) -> None:
    listed = {"list": "l", "entries": [{"address": "192.0.2.1", "timeout": "1h"}]}
    assert ours(sim, "menu", JOB).changed
    assert ours(sim, "address_list", listed).changed
    sim.advance(100)
    assert int(column(sim, "/system/scheduler", "run-count")[0] or 0) > 0
    assert not ours(sim, "menu", JOB).changed
    assert not ours(sim, "address_list", listed).changed


@avoided(11)
def test_line_ends_of_other_tools_are_no_change(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/system/script/add", "=name=s", "=source=:put 1\r\n:put 2\r\n")
    script = {"path": "/system/script", "entries": [{"name": "s", "source": ":put 1\n:put 2\n"}]}
    assert not ours(sim, "menu", script).changed
    script["entries"] = [{"name": "s", "source": ":put 1\n:put 3\n"}]
    assert ours(sim, "menu", script).changed


@avoided(12)
def test_rows_are_found_again_whatever_their_ids(sim: Simulator, once: Once) -> None:
    options = {"list": "l", "entries": ["192.0.2.1", "192.0.2.2"]}
    once(sim, "address_list", options)
    with login(sim) as client:
        for row in rows(client.talk(f"{LISTS}/print")):
            client.talk(f"{LISTS}/remove", f"=.id={row['.id']}")
        for address in ("192.0.2.2", "192.0.2.1"):
            client.talk(f"{LISTS}/add", "=list=l", f"=address={address}")
    assert not ours(sim, "address_list", options).changed
    assert ours(sim, "address_list", {"list": "l", "entries": ["192.0.2.1"], "state": "replaced"}).changed
    assert column(sim, LISTS, "address") == ["192.0.2.1"]


@avoided("24b")
def test_rules_stand_in_the_order_of_the_task_and_before_what_they_name(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk(f"{RULES}/add", "=chain=forward", "=action=drop", "=comment=last")
    rules = [{"action": "accept", "comment": letter} for letter in "abc"]
    options = {"ruleset": "mine", "chain": "forward", "family": "ipv4", "placement": {"before": "last"}}
    for wanted in (rules, rules[::-1], [*rules, rules[0] | {"comment": "d"}]):
        ours(sim, "firewall_filter", {**options, "rules": wanted})
        assert not ours(sim, "firewall_filter", {**options, "rules": wanted}).changed
        found = [row for row in sim.rows(RULES) if row.get("comment", "").startswith("bastion/mine: ")]
        live = next(row["jump-target"] for row in sim.rows(RULES) if row.get("chain") == "bastion-mine")
        inside = [row["comment"].removeprefix("bastion/mine: ") for row in found if row["chain"] == live]
        assert inside == [str(rule["comment"]) for rule in wanted]
    assert column(sim, RULES, "chain").index("forward") < column(sim, RULES, "comment").index("last")


@avoided(32, 34)
def test_matchers_that_are_no_longer_wanted_are_unset(sim: Simulator, once: Once) -> None:
    rule = {"action": "accept", "comment": "x", "protocol": "tcp", "dst_port": [80], "src_address": "192.0.2.1"}
    for path, key in (
        ("firewall_filter", {"ruleset": "m", "chain": "forward"}),
        ("menu", {"path": "/ip/firewall/nat"}),
    ):
        for wanted in (rule, {"action": "accept", "comment": "x"}):
            if path == "menu":
                empty = dict.fromkeys(set(rule) - set(wanted))
                once(sim, path, {**key, "key": ["comment"], "entries": [{"chain": "srcnat", **wanted, **empty}]})
            else:
                once(sim, path, {**key, "family": "ipv4", "rules": [wanted]})
    (left,) = [
        row for row in sim.rows(RULES) if row.get("comment", "").endswith("x") and row["chain"].endswith((".a", ".b"))
    ]
    for row in (left, *sim.rows("/ip/firewall/nat")):
        assert {"protocol", "dst-port", "src-address"}.isdisjoint(row)


@avoided(45)
def test_what_a_name_stands_for_is_the_routers(sim: Simulator, once: Once) -> None:
    sim.router.resolver = lambda name, version: ["192.0.2.1", "192.0.2.2"] if version == 4 else []
    options = {"list": "l", "entries": ["router.example.net"], "allow_names": True, "family": "ipv4"}
    once(sim, "address_list", options)
    assert len(sim.rows(LISTS)) == 3
    assert not ours(sim, "address_list", {**options, "state": "replaced"}).changed
    assert ours(sim, "address_list", {**options, "state": "absent"}).changed
    assert sim.rows(LISTS) == []


@avoided(48)
def test_who_stays_in_a_list_is_never_out_of_it(sim: Simulator) -> None:
    ours(sim, "address_list", {"list": "l", "entries": ["192.0.2.0/25", "198.51.100.1"]})
    written: list[str] = []
    sim.call(lambda: sim.router.history.observers.append(lambda action: written.append(action.changes[0].words()[0])))
    (plan,) = ours(sim, "address_list", {"list": "l", "entries": ["192.0.2.0/24"], "state": "replaced"}).plans
    assert [step.verb for step in plan] == ["add", "remove", "remove"]
    assert written == ["added", "removed", "removed"]


@avoided("54b")
def test_passwords_and_names_that_the_router_refuses(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/user/settings/set", "=minimum-password-length=12", "=minimum-categories=3")
    account = {"group": "read", "password": "short"}
    with pytest.raises((BadOption, RolledBack), match=r"too short|12 characters"):
        ours(sim, "user", {"name": "ann", **account})
    for name in ("ann-", ".ann", "-ann"):
        with pytest.raises(BadOption, match="name"):
            ours(sim, "user", {"name": name, "group": "read", "password": "L0ng-enough-for-it"})
    assert column(sim, "/user", "name") == ["admin"]


@avoided("64b", 63)
def test_files_of_ours_have_names_that_are_no_beginning_of_others(tmp_path: Path) -> None:
    with running("7.22.3", time_scale=50, switches={"ambiguous_file_names": True}) as sim, login(sim) as client:
        made = {"name": "ca", "common_name": "ca", "key_size": "prime256v1"}
        ours(sim, "certificate", made)
        client.talk("/certificate/export-certificate", "=numbers=ca", "=file-name=site")
        sim.advance(5)
        pem = next(row["contents"] for row in rows(client.talk("/file/print")) if row["name"] == "site.crt")
        for name in ("site.crt.old", "brought.crt.old", "bastion.crt.old"):
            client.talk("/file/add", f"=name={name}", "=contents=x")
        ours(sim, "certificate", {"name": "ca", "state": "absent"})
        brought = {"name": "brought", "certificate_content": pem}
        assert ours(sim, "certificate", brought).changed
        assert not ours(sim, "certificate", brought).changed
        assert column(sim, "/certificate", "name") == ["brought"]


@avoided(65)
@pytest.mark.parametrize("removal", ["cascade", "refuse", "keep"])
def test_an_authority_that_has_signed_goes_with_what_it_signed_or_not_at_all(removal: str) -> None:
    """Nobody knows what the router does: whatever it is, the result is told as it is."""
    with running("7.22.3", time_scale=50, switches={"ca_removal": removal}) as sim:
        ours(sim, "certificate", {"name": "ca", "common_name": "ca", "key_size": "prime256v1"})
        leaf = {"name": "leaf", "common_name": "leaf", "ca": "ca", "key_size": "prime256v1"}
        ours(sim, "certificate", leaf)
        ours(sim, "service", {"name": "api-ssl", "certificate": "leaf"})
        with pytest.raises(BadOption, match="leaf"):
            ours(sim, "certificate", {"name": "ca", "state": "absent"})
        assert sorted(column(sim, "/certificate", "name")) == ["ca", "leaf"]
        ours(sim, "service", {"name": "api-ssl", "certificate": "none"})
        assert ours(sim, "certificate", {"name": "leaf", "state": "absent"}).changed
        assert ours(sim, "certificate", {"name": "ca", "state": "absent"}).changed
        assert sim.rows("/certificate") == []


@avoided(66)
def test_what_safe_mode_does_not_undo_is_kept_until_the_proof(sim: Simulator) -> None:
    """A new certificate takes the place of one in use, and the transaction fails: the old one serves on."""
    made = {"name": "tls", "common_name": "one", "key_size": "prime256v1"}
    bound: tuple[str, Mapping[str, Any]] = ("service", {"name": "api-ssl", "certificate": "tls"})
    ours(sim, "certificate", made, bound)
    (before,) = sim.rows("/certificate")
    locked_out: tuple[str, Mapping[str, Any]] = ("service", {"name": "api", "address": ["192.0.2.0/24"]})
    with pytest.raises(RolledBack):
        ours(sim, "certificate", {**made, "common_name": "two"}, locked_out, timeout=1, acknowledge_lockout=True)
    assert [row for row in sim.rows("/certificate") if row["fingerprint"] == before["fingerprint"]]
    (service,) = [row for row in sim.rows("/ip/service") if row["name"] == "api-ssl"]
    (served,) = [row for row in sim.rows("/certificate") if row["name"] == service["certificate"]]
    assert served["fingerprint"] == before["fingerprint"]


@avoided(76)
def test_policies_of_scripts_are_those_of_the_task(sim: Simulator, once: Once) -> None:
    script = {"name": "s", "source": ":put 1", "policy": ["read", "test"]}
    once(sim, "menu", {"path": "/system/script", "entries": [script]})
    assert set(column(sim, "/system/script", "policy")[0].split(",")) == {"read", "test"}
    once(sim, "menu", {"path": "/system/script", "entries": [{**script, "policy": ["read"]}]})
    assert column(sim, "/system/script", "policy") == ["read"]


@avoided(81)
def test_a_menu_that_a_router_lacks_is_told(sim: Simulator) -> None:
    with pytest.raises(Exception, match=r"(?i)routerboard"):
        ours(sim, "menu", {"path": "/system/routerboard/settings", "entries": [{"auto_upgrade": True}]})


@avoided(98)
def test_a_block_for_ipv6_takes_the_whole_prefix(sim: Simulator, once: Once) -> None:
    once(sim, "address_list", {"list": "blocked", "entries": ["2001:db8:0:1::/64"]})
    assert column(sim, "/ipv6/firewall/address-list", "address") == ["2001:db8:0:1::/64"]
    with pytest.raises(BadOption, match="2001:db8:0:1::/64"):
        ours(sim, "address_list", {"list": "blocked", "entries": ["2001:db8:0:1::5/64"]})
