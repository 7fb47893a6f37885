# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps that shut their operator out: our modules refuse them, or undo what they did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.guard import LockedOut
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import RolledBack
from routeros_simulator.testing import Simulator, running

from ..raw import RawClient, rows
from .conftest import ours
from .test_network import login, outcome

avoided = pytest.mark.avoided
RULES = "/ip/firewall/filter"
DROP = {"action": "drop"}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50, interface="ether1") as simulator:
        yield simulator


def ruleset(*rules: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "firewall_filter", {"ruleset": "mine", "family": "ipv4", "rules": list(rules)}


def static(sim: Simulator, path: str = RULES) -> list[dict[str, str]]:
    return sim.call(lambda: [dict(row.values) for row in sim.router.tables[path] if not row.dynamic])


@avoided(20)
def test_the_service_that_we_use_is_not_switched_off(sim: Simulator) -> None:
    with pytest.raises(LockedOut):
        ours(sim, "service", {"name": "api", "disabled": True})
    assert outcome(sim, "127.0.0.1") == "served"


@avoided(21)
def test_a_port_that_is_taken_is_refused(sim: Simulator) -> None:
    with pytest.raises(BadOption, match="port 80 is already used by the service 'www'"):
        ours(sim, "service", {"name": "telnet", "port": 80})
    assert {row["port"] for row in static(sim, "/ip/service") if row["name"] == "telnet"} == {"23"}


@avoided(28)
def test_a_session_that_goes_on_is_no_proof(sim: Simulator) -> None:
    """Behind an accept of what is established the old session would live on; nobody new would get in."""
    running_ones = {"action": "accept", "connection_state": ["established", "related"]}
    with pytest.raises(LockedOut):
        ours(sim, *ruleset(running_ones, DROP))
    with pytest.raises(RolledBack, match="fresh login"):
        ours(sim, *ruleset(running_ones, DROP), timeout=0.5, acknowledge_lockout=True)
    assert static(sim) == []


@avoided(30)
@pytest.mark.parametrize(("settle", "noticed"), [(0.5, True), (0.0, False)])
def test_the_proof_waits_until_rules_act(settle: float, noticed: bool) -> None:
    """Two seconds of the router are 0.1 s here; who does not wait proves nothing."""
    delay = 2.0 if noticed else 600.0
    with running("7.22.3", time_scale=20, switches={"rule_delay": delay}) as sim:
        new = {**DROP, "connection_state": ["new"]}
        if noticed:
            with pytest.raises(RolledBack, match="fresh login"):
                ours(sim, *ruleset(new), timeout=0.5, settle=settle, acknowledge_lockout=True)
        else:
            assert ours(sim, *ruleset(new), settle=settle, acknowledge_lockout=True).changed
        assert bool(static(sim)) is not noticed


@avoided(35)
def test_lists_that_nobody_filled(sim: Simulator) -> None:
    with pytest.raises(LockedOut):
        ours(sim, *ruleset({**DROP, "src_address_list": "!nobody"}))
    with pytest.raises(LockedOut):
        ours(sim, *ruleset({"action": "accept", "src_address_list": "nobody"}, DROP))
    with pytest.raises(BadOption, match="no interface list WAN"):
        ours(sim, *ruleset({**DROP, "in_interface_list": "WAN"}))
    assert static(sim) == []


@avoided(38)
@pytest.mark.parametrize("chain", ["prerouting", "output"])
def test_raw_rules_that_cut_our_session_are_refused(chain: str, sim: Simulator) -> None:
    side = "src_address" if chain == "prerouting" else "dst_address"
    bogons = {"comment": "bogons", "chain": chain, "action": "drop", side: "127.0.0.0/8"}
    with login(sim) as session:
        with pytest.raises(LockedOut):
            ours(sim, "menu", {"path": "/ip/firewall/raw", "key": ["comment"], "entries": [bogons]})
        assert rows(session.talk("/system/identity/print"))
    others = {**bogons, side: "192.0.2.0/24"}
    assert ours(sim, "menu", {"path": "/ip/firewall/raw", "key": ["comment"], "entries": [others]}).changed


def home_router(client: RawClient) -> None:
    """The rules that home routers ship with; the port that the operator comes through is in no list."""
    client.talk("/interface/list/add", "=name=LAN")
    client.talk("/interface/list/member/add", "=list=LAN", "=interface=ether2")
    client.talk("/ip/address/add", "=address=127.0.0.1/8", "=interface=ether1")
    accept = (
        "=action=accept",
        "=connection-state=established,related,untracked",
        "=comment=defconf: accept established",
    )
    client.talk(f"{RULES}/add", "=chain=input", *accept)


@avoided(40)
def test_a_final_drop_by_interface_lists_is_judged_by_who_is_in_them(sim: Simulator) -> None:
    with login(sim) as client:
        home_router(client)
    drop = {"chain": "input", "action": "drop", "in_interface_list": "!LAN", "comment": "defconf: drop all not LAN"}
    options = {"path": RULES, "key": ["comment"], "entries": [drop]}
    with pytest.raises((LockedOut, RolledBack)):
        ours(sim, "menu", options, timeout=0.5)
    assert [row["comment"] for row in static(sim)] == ["defconf: accept established"]
    assert outcome(sim, "127.0.0.1") == "served"
    members = {"path": "/interface/list/member", "entries": [{"list": "LAN", "interface": "ether1"}]}
    assert ours(sim, "menu", members, ("menu", options)).changed


@avoided(13)
def test_what_refers_to_something_that_is_gone_is_put_right(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/interface/list/add", "=name=WAN")
        rules = ruleset({**DROP, "in_interface_list": "WAN", "comment": "from outside"})
        assert ours(sim, *rules).changed
        (wan,) = rows(client.talk("/interface/list/print", "?name=WAN"))
        client.talk("/interface/list/remove", f"=.id={wan['.id']}")
        assert [row["in-interface-list"] for row in rows(client.talk(f"{RULES}/print", "?action=drop"))] == [wan[".id"]]
        with pytest.raises(BadOption, match="no interface list WAN"):
            ours(sim, *rules)
        client.talk("/interface/list/add", "=name=WAN")
        assert ours(sim, *rules).changed
        assert not ours(sim, *rules).changed
        (row,) = rows(client.talk(f"{RULES}/print", "?action=drop"))
        assert row["in-interface-list"] == "WAN"
