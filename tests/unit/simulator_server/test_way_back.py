# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection needs its answers: output rules, IPsec policies, dstnat, connection tracking, IPv6 itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from routeros_simulator.testing import Simulator, running

HOME, OUTSIDE = "127.0.0.1", "127.0.0.66"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", switches={"syn_retransmits": False}) as simulator:
        yield simulator


def served(sim: Simulator, raw: Callable[..., Any], source: str) -> bool:
    client = raw(sim, source)
    client.send("/quit")
    return not client.silent()


def insert(sim: Simulator, path: str, **values: str) -> None:
    row = {name.replace("_", "-"): text for name, text in values.items()}
    sim.call(lambda: (sim.router.tables[path].insert(row), sim.router.touched(path)))


def change(sim: Simulator, path: str, **values: str) -> None:
    row = {name.replace("_", "-"): text for name, text in values.items()}
    sim.call(lambda: (sim.router.tables[path].update(sim.router.tables[path].only, row), sim.router.touched(path)))


@pytest.mark.parametrize("table", ["raw", "filter"])
def test_answers_meet_the_output_chain(sim: Simulator, raw: Callable[..., Any], table: str) -> None:
    insert(sim, f"/ip/firewall/{table}", chain="output", action="drop", dst_address=OUTSIDE)
    assert not served(sim, raw, OUTSIDE)
    assert served(sim, raw, HOME)


def test_an_answer_is_established_and_leaves_where_questions_come_in(sim: Simulator, raw: Callable[..., Any]) -> None:
    path = "/ip/firewall/filter"
    insert(sim, path, chain="output", action="accept", connection_state="established", out_interface="ether1")
    insert(sim, path, chain="output", action="drop")
    assert served(sim, raw, HOME)


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        ({"action": "discard"}, False),
        ({"action": "encrypt"}, False),
        ({"action": "encrypt", "level": "use"}, True),
        ({"action": "none"}, True),
        ({"action": "discard", "disabled": "true"}, True),
        ({"action": "discard", "protocol": "udp"}, True),
    ],
)
def test_ipsec_policies_hold_answers_back(
    sim: Simulator, raw: Callable[..., Any], policy: dict[str, str], passes: bool
) -> None:
    insert(sim, "/ip/ipsec/policy", src_address="0.0.0.0/0", dst_address=f"{OUTSIDE}/32", **policy)
    assert served(sim, raw, OUTSIDE) == passes
    assert served(sim, raw, HOME)


def test_dstnat_sends_new_connections_elsewhere(sim: Simulator, raw: Callable[..., Any]) -> None:
    old = raw(sim, OUTSIDE).login()
    insert(sim, "/ip/firewall/nat", chain="dstnat", action="dst-nat", src_address=OUTSIDE, to_addresses="10.0.0.9")
    assert not served(sim, raw, OUTSIDE)
    assert served(sim, raw, HOME)
    old.send("/system/identity/print")
    assert not old.silent()


def test_without_tracking_nothing_is_new_or_established(sim: Simulator, raw: Callable[..., Any]) -> None:
    insert(sim, "/ip/firewall/filter", chain="input", action="accept", connection_state="new,established")
    insert(sim, "/ip/firewall/filter", chain="input", action="drop")
    assert served(sim, raw, HOME)
    change(sim, "/ip/firewall/connection/tracking", enabled="no")
    assert not served(sim, raw, HOME)


def test_ipv6_can_be_off(sim: Simulator, raw: Callable[..., Any]) -> None:
    if "::1" not in sim.server.listeners.hosts:
        pytest.skip("this machine has no IPv6")
    assert served(sim, raw, "::1")
    change(sim, "/ipv6/settings", disable_ipv6="true")
    assert not served(sim, raw, "::1")
    assert served(sim, raw, HOME)
