# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role: twice unchanged, gone without a trace, beside secure_api in either order, refusals, a secret kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.integration.knock.together import (
    Configuration,
    by_chain,
    gates,
    without_knock,
)
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage, snapshot
from routeros_simulator.config_files import fresh
from routeros_simulator.exporting import export
from routeros_simulator.testing import Simulator, running

KNOCK, SECURE = "bastion.routeros.knock", "bastion.routeros.secure_api"
PORTS = ("41873", "12077", "28511")


def shown(text: str) -> list[str]:
    return [port for port in PORTS if port in text]


OWN = """/interface list
add name=WAN
/ip firewall address-list
add address=203.0.113.0/24 comment=mine list=office
/ip firewall filter
add action=accept chain=input comment=mine connection-state=established,related
add action=drop chain=input comment=mine dst-port=23 protocol=tcp src-address-list=!office
add action=drop chain=forward comment=mine in-interface-list=WAN
/ipv6 firewall filter
add action=drop chain=input comment=mine dst-port=23 protocol=tcp
"""


def exported(router: Simulator) -> str:
    """What /export shows, without the line that tells the time."""
    text = router.call(lambda: export(router.router, fresh(router.router), sensitive=True))
    return text.partition("\n")[2]


def test_twice_unchanged_masked_and_gone_without_a_trace(tmp_path: Path, stage: Stage) -> None:
    start = tmp_path / "router.rsc"
    start.write_text(OWN, encoding="ascii")
    with running("7.22.3", time_scale=5, load=start) as router:
        stage.variables["ansible_port"] = router.api_ssl_port
        comes_and_goes(router, stage)


def comes_and_goes(router: Simulator, stage: Stage) -> None:
    before, text = snapshot(router), exported(router)
    assert "comment=mine" in text
    checked = stage.play("--check", "--diff", "-vvvv", playbook=KNOCK)
    assert checked.changed == 1, checked.text
    assert snapshot(router) == before
    first = stage.play("--diff", "-vvvv", playbook=KNOCK)
    assert first.changed == 1, first.text
    assert "bastion-knock-open" in first.text
    assert not shown(checked.text + first.text)
    again = stage.play("--diff", playbook=KNOCK)
    assert again.changed == 0, again.text
    gone = stage.play("-vvvv", "--diff", playbook=KNOCK, extra={"knock_state": "absent"})
    assert gone.changed == 1, gone.text
    assert snapshot(router) == before
    assert exported(router) == text, "byte for byte"


@pytest.mark.slow
def test_beside_secure_api_in_either_order_and_each_gone_without_touching_the_other(
    router: Simulator, stage: Stage
) -> None:
    """Nine runs: knock first or second, and either of them removed, from both."""

    def run(book: str, state: str = "present") -> Configuration:
        variable = "knock_state" if book == KNOCK else "secure_api_state"
        done = stage.play(playbook=book, extra={variable: state})
        assert done.changed > 0, done.text
        return by_chain(snapshot(router))

    fresh = by_chain(snapshot(router))
    only_knock = run(KNOCK)
    both = run(SECURE)
    assert gates(router)[:2] == ["bastion-knock", "bastion-secure-api"]
    for book in (KNOCK, SECURE):
        again = stage.play(playbook=book)
        assert again.changed == 0, again.text
    assert run(KNOCK, "absent") == without_knock(both), "knock first, and removed first"
    assert run(KNOCK) == both, "knock second is the same as knock first"
    assert gates(router)[:2] == ["bastion-knock", "bastion-secure-api"]
    assert run(KNOCK, "absent") == without_knock(both), "knock second, and removed first"
    run(KNOCK)
    assert run(SECURE, "absent") == only_knock, "knock second, and removed last"
    run(SECURE)
    assert run(SECURE, "absent") == only_knock, "knock first, and removed last"
    assert run(KNOCK, "absent") == fresh


def test_everything_wrong_is_told_at_once_before_anything_is_written(router: Simulator, stage: Stage) -> None:
    before = snapshot(router)
    wrong = {
        "knock_sequence": ["tcp/41873", "tcp/22", "udp/12077"],
        "knock_penalty": "10s",
        "knock_trusted_sources": [],
    }
    refused = stage.play("-v", playbook=KNOCK, extra=wrong)
    assert refused.changed == -1
    for reason in (
        "Step 2 is a well-known port",
        "step 2 is the port of the service ssh",
        "knock_penalty has to be longer",
        "would stand before a closed door",
    ):
        assert reason in refused.flat
    assert not shown(refused.text)
    assert snapshot(router) == before


TAKERS = {
    "raw": (
        "/ip firewall raw",
        "add chain=prerouting protocol=udp action=drop comment=quiet",
        "Step 2 (ipv4) does not arrive for 192.0.2.1: rule 0 of the",
        "drops it",
    ),
    "dst-nat": (
        "/ip firewall nat",
        "add chain=dstnat dst-address=192.0.2.1 protocol=tcp dst-port=28500-28600 action=dst-nat "
        "to-addresses=198.51.100.7 comment=camera",
        "Step 3 (ipv4) does not arrive for 192.0.2.1: rule 0 of the",
        "sends it to another destination",
    ),
    "service": (
        "/ip socks",
        "set enabled=yes port=28511",
        "Step 3 (ipv4) is a port that /ip/socks uses",
        "whose peers would knock",
    ),
}


@pytest.mark.parametrize("table", TAKERS)
def test_a_step_that_something_else_takes_first_is_refused(tmp_path: Path, stage: Stage, table: str) -> None:
    menu, line, which, what = TAKERS[table]
    start = tmp_path / "router.rsc"
    start.write_text(f"/ip address\nadd address=192.0.2.1/24 interface=ether1\n{menu}\n{line}\n", encoding="ascii")
    with running("7.22.3", time_scale=5, load=start) as router:
        stage.variables |= {"ansible_port": router.api_ssl_port, "knock_allow_weak": True}
        before = snapshot(router)
        refused = stage.play("-vvvv", playbook=KNOCK)
        assert refused.changed == -1
        assert which in refused.flat
        assert what in refused.flat
        assert not shown(refused.text)
        assert snapshot(router) == before


def test_a_weak_sequence_in_writing(stage: Stage) -> None:
    weak = {"knock_sequence": ["tcp/41873", "tcp/12077"], "knock_allow_weak": True}
    assert stage.play(playbook=KNOCK, extra=weak).changed == 1


def test_a_knock_that_does_not_open_is_rolled_back(router: Simulator, stage: Stage) -> None:
    before = snapshot(router)
    stage.variables |= {"knock_trusted_sources": [], "ansible_routeros_knock": ["udp/41873"], "ansible_timeout": 2}
    failed = stage.play("-vvvv", playbook=KNOCK)
    assert failed.changed == -1
    assert "Everything was undone" in failed.flat
    assert not shown(failed.text)
    assert snapshot(router) == before


def test_the_self_test_tells_an_open_door_from_a_closed_one(stage: Stage) -> None:
    stage.variables["ansible_routeros_knock"] = ["tcp/41873", "udp/12077"]
    found = stage.play("-vvvv", "--tags", "self_test", playbook=KNOCK)
    assert found.changed == -1
    assert "is open for this controller without a knock" in found.flat
    closed = stage.play("-vvvv", "--tags", "self_test", playbook=KNOCK, extra={"ansible_port": 1})
    assert "is closed without a knock" in closed.flat
    assert "all 2 steps were sent, twice" in closed.flat
    assert not shown(found.text + closed.text)
