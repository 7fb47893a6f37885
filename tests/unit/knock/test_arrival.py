# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps that other rules take before the role's could see them: what is certain is told, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.listeners import in_use
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.knock_arrival import judge_step
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import Tables
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.knock import Step

Row = dict[str, str]
ADDRESSES = [
    {"address": "203.0.113.5/24", "interface": "ether1"},
    {"address": "192.168.88.1/24", "interface": "bridge"},
    {"address": "198.51.100.1/24", "interface": "gone", "disabled": "true"},
]
LISTS = [{"name": "WAN", "include": "", "exclude": ""}]
MEMBERS = [{"list": "WAN", "interface": "ether1"}]
UDP, TCP = Step("udp", 12077), Step("tcp", 28511)


def told(step: Step = UDP, *, inside: str = "", addresses: Any = "some", **rows: list[Row]) -> dict[str, Any]:
    tables = Tables(
        filter=rows.pop("filter", []),
        interface_lists=LISTS,
        interface_members=MEMBERS,
        addresses=ADDRESSES if addresses == "some" else addresses,
        family=4,
        **rows,
    )
    return judge_step(tables, 2, step, inside)


def raw(**matchers: str) -> list[Row]:
    return [{"chain": "prerouting", "action": "drop"} | {name.replace("_", "-"): x for name, x in matchers.items()}]


def nat(**matchers: str) -> list[Row]:
    rule = {"chain": "dstnat", "action": "dst-nat", "to-addresses": "192.168.88.9"}
    return [rule | {name.replace("_", "-"): x for name, x in matchers.items()}]


@pytest.mark.parametrize(
    ("rows", "table"),
    [
        ({"raw": raw(protocol="udp")}, "raw"),
        ({"raw": raw(in_interface="ether1", protocol="udp", dst_port="!53")}, "raw"),
        ({"nat": nat(protocol="udp", dst_address="203.0.113.5")}, "nat"),
        ({"nat": nat(in_interface_list="WAN")}, "nat"),
        ({"nat": nat(protocol="udp", dst_port="12000-13000", action="redirect", to_ports="53")}, "nat"),
        ({"filter": [{"chain": "input", "action": "drop", "dynamic": "true"}]}, "filter"),
        (
            {
                "filter": [
                    {"chain": "input", "action": "jump", "jump-target": "theirs", "dynamic": "true"},
                    {"chain": "theirs", "action": "accept", "protocol": "udp"},
                ]
            },
            "filter",
        ),
    ],
)
def test_taken(rows: dict[str, list[Row]], table: str) -> None:
    found = told(**rows)
    assert found["taken"]
    assert found["rule"]["table"] == table
    assert found["why"].startswith("Step 2 (ipv4) does not arrive")
    assert "12077" not in found["why"]


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"raw": raw(protocol="tcp")},
        {"raw": raw(src_address_list="blacklist")},
        {"raw": raw(src_address="10.0.0.0/8")},
        {"raw": raw(limit="10,20:packet")},
        {"raw": [{"chain": "prerouting", "action": "accept"}]},
        {"nat": nat(protocol="udp", dst_port="443")},
        {"nat": nat(protocol="udp", dst_address="198.51.100.1")},
        {"nat": [{"chain": "dstnat", "action": "accept", "protocol": "udp"}, *nat(protocol="udp")]},
        # Not dynamic: the rules of the role come before it.
        {"filter": [{"chain": "input", "action": "drop"}]},
        {"filter": [{"chain": "input", "action": "accept"}, {"chain": "input", "action": "drop", "dynamic": "true"}]},
        {"filter": [{"chain": "forward", "action": "drop", "dynamic": "true"}]},
    ],
)
def test_not_taken_or_nobody_knows(rows: dict[str, list[Row]]) -> None:
    assert not told(**rows)["taken"]


def test_only_the_addresses_of_the_list_count() -> None:
    rules = {"raw": raw(in_interface="bridge")}
    assert told(**rules)["taken"]
    assert not told(inside="WAN", **rules)["taken"]


def test_without_addresses_what_holds_for_any_is_told() -> None:
    assert told(addresses=None, raw=raw(protocol="udp"))["taken"]
    assert not told(addresses=None, nat=nat(dst_address="203.0.113.5"))["taken"]


def test_a_step_with_a_size() -> None:
    assert told(Step("udp", 12077, 64), raw=raw(packet_size="92"))["taken"]
    assert not told(Step("udp", 12077, 32), raw=raw(packet_size="92"))["taken"]
    assert told(TCP, raw=raw(protocol="tcp", tcp_flags="syn,!ack"))["taken"]


def test_where_a_router_listens() -> None:
    found = in_use(
        {
            "/ip/service": [
                {"name": "ssh", "port": "22", "disabled": "false"},
                {"name": "ftp", "port": "21", "disabled": "true"},
                {"name": "btest", "port": "2000", "proto": "tcp", "dynamic": "true"},
                {"name": "ssh", "port": "2201", "proto": "tcp", "connection": "true", "dynamic": "true"},
            ],
            "/interface/wireguard": [
                {"name": "wg1", "listen-port": "12077", "disabled": "false"},
                {"name": "wg2", "listen-port": "12078", "disabled": "true"},
            ],
            "/interface/ovpn-server/server": [{"name": "vpn", "port": "1195", "disabled": "false"}],
            "/interface/sstp-server/server": [{"enabled": "false", "port": "443"}],
            "/ip/dns": [{"allow-remote-requests": "yes"}],
            "/ip/ipsec/peer": [],
            "/snmp": [{"enabled": "true"}],
        }
    )
    assert {port for _protocol, port in found} == {22, 53, 161, 1195, 2000, 12077}
    assert found["udp", 12077] == "/interface/wireguard wg1"
    assert ("tcp", 12077) not in found
    assert ("udp", 2000) not in found
    assert {("tcp", 53), ("udp", 53)} <= set(found)


def test_a_step_on_a_port_in_use_is_taken() -> None:
    used = {("udp", 12077): "/interface/wireguard wg1"}
    entry = judge_step(Tables(filter=[], family=6), 2, UDP, "", used)
    assert entry["taken"]
    assert entry["why"] == "Step 2 (ipv6) is a port that /interface/wireguard wg1 uses, whose peers would knock."
    assert not judge_step(Tables(filter=[], family=6), 2, TCP, "", used)["taken"]
