# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables: what is refused with which reason, and what only gets a warning."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import knock_policy

ROUTER = {"services": {"ssh": {"port": 22}, "ftp": {"port": 21, "disabled": True}}, "seen_from": ["192.0.2.7"]}
GOOD: dict[str, Any] = {
    "sequence": ["tcp/41873", "udp/12077", "tcp/28511"],
    "secret": "",
    "rotation": "",
    "name": "router1",
    "ports": [8729],
    "step_timeout": "15s",
    "open_for": "30m",
    "penalty": "1m",
    "interface_list": "WAN",
    "trusted_sources": ["192.0.2.0/24"],
    "families": ["ipv4", "ipv6"],
    "allow_weak": False,
    "client": False,
}


def told(**different: Any) -> str:
    return " ".join(knock_policy.problems(GOOD | different, ROUTER))


def test_good_variables() -> None:
    assert told() == ""
    assert told(sequence=[], secret="one-vaulted-secret-for-all") == ""
    assert told(trusted_sources=[], client=True) == ""
    assert knock_policy.warnings(GOOD) == []


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"sequence": ["tcp/9000", "tcp/8000"]}, "2 steps are too few"),
        ({"sequence": ["tcp/12077", "udp/28511", "tcp/41873"]}, "a single scan from the lowest port"),
        ({"sequence": ["tcp/41873", "udp/41874", "tcp/12077"]}, "Step 2 is the neighbour of step 1"),
        ({"sequence": ["tcp/41873", "udp/53", "tcp/12077"]}, "Step 2 is a well-known port"),
        ({"sequence": ["tcp/41873"], "allow_weak": True}, "a single step"),
        ({"sequence": ["tcp/41873", "tcp/22", "udp/12077"], "allow_weak": True}, "service ssh"),
        ({"sequence": ["tcp/41873", "tcp/8729", "udp/12077"], "allow_weak": True}, "one of knock_ports"),
        ({"sequence": ["tcp/41873", "udp/12077", "tcp/41873"], "allow_weak": True}, "the same packet"),
        ({"sequence": []}, "either knock_sequence or knock_secret"),
        ({"secret": "one-vaulted-secret-for-all"}, "either knock_sequence or knock_secret"),
        ({"sequence": [], "secret": "short"}, "16 characters"),
        ({"ports": []}, "1 to 15 ports"),
        ({"ports": ["api"]}, "'api' is no port"),
        ({"penalty": "10s"}, "longer than knock_step_timeout"),
        ({"open_for": "soon"}, "knock_open_for"),
        ({"families": ["ipv5"]}, "knock_families"),
        ({"trusted_sources": ["192.0.2.7/24"]}, "knock_trusted_sources"),
        ({"trusted_sources": []}, "192.0.2.7, would stand before a closed door"),
    ],
)
def test_refused_with_its_reason(different: dict[str, Any], reason: str) -> None:
    found = told(**different)
    assert reason in found
    assert "41873" not in found


def test_what_is_weak_can_be_accepted_in_writing() -> None:
    assert told(sequence=["tcp/9000", "tcp/8000"], allow_weak=True) == ""


def test_warnings() -> None:
    assert "slow line" in knock_policy.warnings(GOOD | {"step_timeout": "2s"})[0]
    assert "WinBox" in knock_policy.warnings(GOOD | {"interface_list": ""})[0]
    services = {"services": {"ftp": {"port": 21}, "winbox": {"port": 8291}}}
    assert [text.split()[2] for text in knock_policy.warnings(GOOD, services)] == ["ftp", "winbox"]
    off = {"services": {name: each | {"disabled": True} for name, each in services["services"].items()}}
    assert knock_policy.warnings(GOOD, off) == []


def test_a_step_with_a_size_is_a_rule_for_each_family() -> None:
    steps = knock_policy.sequence(GOOD | {"sequence": ["tcp/41873", "udp/12077/64", "tcp/28511"]})
    made = knock_policy.rules([{"at_step": 2, "action": "log"}], steps, GOOD)
    assert [(rule["family"], rule["packet_size"]) for rule in made] == [("ipv4", "92"), ("ipv6", "112")]
