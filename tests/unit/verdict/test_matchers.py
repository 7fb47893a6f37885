# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every matcher of the filter menus by hand: a rule with it alone, a packet, and whether the rule takes it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import FIRST_SYN, Packet
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.matchers import NO_MATCHERS
from ansible_collections.bastion.routeros.tests.unit.verdict.short import matches

OPPOSITE = {"yes": "no", "no": "yes", "maybe": "maybe"}

# property, value, packet, whether it matches; the negated value is tried as well where the property takes one
CASES: list[tuple[str, str, dict[str, Any], str]] = [
    ("protocol", "tcp", {"protocol": "tcp"}, "yes"),
    ("protocol", "tcp", {"protocol": 6}, "yes"),
    ("protocol", "6", {"protocol": "tcp"}, "yes"),
    ("protocol", "tcp", {"protocol": "udp"}, "no"),
    ("protocol", "tcp", {}, "maybe"),
    ("protocol", "of-tomorrow", {"protocol": "tcp"}, "maybe"),
    ("src-address", "192.0.2.0/24", {"source": "192.0.2.255"}, "yes"),
    ("src-address", "192.0.2.0/24", {"source": "192.0.3.0"}, "no"),
    ("src-address", "192.0.2.0/24", {"source": "192.0.2.128/25"}, "yes"),
    ("src-address", "192.0.2.0/24", {"source": "192.0.0.0/16"}, "maybe"),
    ("src-address", "192.0.2.0/24", {}, "maybe"),
    ("src-address", "0.0.0.0/0", {}, "yes"),
    ("src-address", "192.0.2.7", {"source": "192.0.2.7"}, "yes"),
    ("src-address", "192.0.2.7", {"source": "192.0.2.8"}, "no"),
    ("src-address", "192.0.2.10-192.0.2.20", {"source": "192.0.2.10"}, "yes"),
    ("src-address", "192.0.2.10-192.0.2.20", {"source": "192.0.2.20"}, "yes"),
    ("src-address", "192.0.2.10-192.0.2.20", {"source": "192.0.2.21"}, "no"),
    ("src-address", "192.0.2.10-192.0.2.20", {"source": "192.0.2.15-192.0.2.25"}, "maybe"),
    ("src-address", "192.0.2.20-192.0.2.10", {"source": "192.0.2.15"}, "maybe"),
    ("src-address", "name.example.net", {"source": "192.0.2.15"}, "maybe"),
    ("dst-address", "192.0.2.0/24", {"destination": "192.0.2.1"}, "yes"),
    ("dst-address", "192.0.2.0/24", {"destination": "192.0.3.1"}, "no"),
    ("dst-address", "192.0.2.0/24", {"source": "192.0.2.1"}, "maybe"),
    ("dst-port", "22,8728-8729", {"destination_port": 8729}, "yes"),
    ("dst-port", "22,8728-8729", {"destination_port": 22}, "yes"),
    ("dst-port", "22,8728-8729", {"destination_port": 23}, "no"),
    ("dst-port", "22,8728-8729", {"destination_port": (8700, 8800)}, "maybe"),
    ("dst-port", "1000-1999,2000-3000", {"destination_port": (1500, 2500)}, "yes"),
    ("dst-port", "22", {}, "maybe"),
    ("dst-port", "22", {"destination_port": 22, "protocol": "icmp"}, "maybe"),
    ("dst-port", "22", {"destination_port": 22, "protocol": None}, "maybe"),
    ("dst-port", "3000-2000", {"destination_port": 2500}, "maybe"),
    ("dst-port", "http", {"destination_port": 80}, "maybe"),
    ("src-port", "1024-65535", {"source_port": 40000}, "yes"),
    ("src-port", "1024-65535", {"source_port": 1023}, "no"),
    ("src-port", "1024-65535", {"source_port": (32768, 60999)}, "yes"),
    ("port", "53", {"source_port": 53, "destination_port": 40000}, "yes"),
    ("port", "53", {"source_port": 40000, "destination_port": 53}, "yes"),
    ("port", "53", {"source_port": 40000, "destination_port": 54}, "no"),
    ("port", "53", {"destination_port": 54}, "maybe"),
    ("connection-state", "established,related", {"state": "related"}, "yes"),
    ("connection-state", "established,related", {"state": "new"}, "no"),
    ("connection-state", "established,related", {}, "maybe"),
    ("connection-state", "established,tomorrow", {"state": "new"}, "maybe"),
    ("connection-state", "untracked", {"state": "untracked"}, "yes"),
    ("connection-nat-state", "dstnat", {"nat_state": {"srcnat", "dstnat"}, "state": "established"}, "yes"),
    ("connection-nat-state", "srcnat,dstnat", {"nat_state": {"dstnat"}, "state": "new"}, "yes"),
    ("connection-nat-state", "dstnat", {"nat_state": (), "state": "new"}, "no"),
    # There is no connection.
    ("connection-nat-state", "dstnat", {"nat_state": (), "state": "invalid"}, "maybe"),
    ("connection-nat-state", "dstnat", {"nat_state": ()}, "maybe"),
    ("connection-nat-state", "dstnat", {}, "maybe"),
    ("in-interface", "ether1", {"in_interface": "ether1"}, "yes"),
    ("in-interface", "ether1", {"in_interface": "ether2"}, "no"),
    ("in-interface", "ether1", {}, "maybe"),
    ("in-interface", "all-ethernet", {"in_interface": "ether2"}, "maybe"),
    ("in-interface", "*1F", {"in_interface": "ether2"}, "maybe"),
    ("tcp-flags", "syn,!ack", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "yes"),
    ("tcp-flags", "syn,ack", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "no"),
    ("tcp-flags", "ece", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "maybe"),
    ("tcp-flags", "syn,ece", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "maybe"),
    ("tcp-flags", "ack,ece", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "no"),
    ("tcp-flags", "!,syn,!ack", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "no"),
    ("tcp-flags", "!,syn,ack", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "yes"),
    ("tcp-flags", "syn", {"protocol": "tcp"}, "maybe"),
    ("tcp-flags", "syn", {"protocol": "udp", "tcp_flags": FIRST_SYN}, "maybe"),
    ("tcp-flags", "syn", {"tcp_flags": FIRST_SYN}, "maybe"),
    ("tcp-flags", "evil", {"protocol": "tcp", "tcp_flags": FIRST_SYN}, "maybe"),
    ("packet-size", "100-200", {"size": 100}, "yes"),
    ("packet-size", "100-200", {"size": 201}, "no"),
    ("packet-size", "92", {"size": 92}, "yes"),
    ("packet-size", "92", {"size": (40, 100)}, "maybe"),
    ("packet-size", "200-100", {"size": 150}, "maybe"),
    ("ttl", "equal:64", {"ttl": 64}, "yes"),
    ("ttl", "equal:64", {"ttl": 63}, "no"),
    ("ttl", "not-equal:64", {"ttl": 63}, "yes"),
    ("ttl", "not-equal:64", {"ttl": 64}, "no"),
    ("ttl", "less-than:64", {"ttl": 63}, "yes"),
    ("ttl", "less-than:64", {"ttl": 64}, "no"),
    ("ttl", "greater-than:64", {"ttl": 65}, "yes"),
    ("ttl", "greater-than:64", {"ttl": (1, 255)}, "maybe"),
    ("ttl", "less-than:0", {"ttl": 0}, "maybe"),
    ("ttl", "about:64", {"ttl": 64}, "maybe"),
    ("ttl", "equal:64", {}, "maybe"),
    ("dscp", "46", {"dscp": 46}, "yes"),
    ("dscp", "46", {"dscp": 0}, "no"),
    ("dscp", "46", {}, "maybe"),
    ("icmp-options", "8:0", {"protocol": "icmp", "icmp": (8, 0)}, "yes"),
    ("icmp-options", "3:0-15", {"protocol": "icmp", "icmp": (3, 13)}, "yes"),
    ("icmp-options", "8:0", {"protocol": "icmp", "icmp": (0, 0)}, "no"),
    ("icmp-options", "8:0", {"protocol": "icmp"}, "maybe"),
    ("src-mac-address", "48:A9:8A:01:02:03", {"source_mac": "48-a9-8a-01-02-03"}, "yes"),
    ("src-mac-address", "48:A9:8A:01:02:03", {"source_mac": "48:a9:8a:01:02:04"}, "no"),
    ("src-mac-address", "48:A9:8A:01:02:03", {}, "maybe"),
    ("fragment", "true", {"fragment": True}, "yes"),
    ("fragment", "yes", {"fragment": False}, "no"),
    ("fragment", "no", {"fragment": False}, "yes"),
    ("fragment", "true", {}, "maybe"),
    ("ipsec-policy", "in,ipsec", {"ipsec_in": True}, "yes"),
    ("ipsec-policy", "in,ipsec", {"ipsec_in": False}, "no"),
    ("ipsec-policy", "in,none", {"ipsec_in": False}, "yes"),
    ("ipsec-policy", "in,none", {}, "maybe"),
    ("ipsec-policy", "out,none", {"ipsec_in": False, "ipsec_out": False}, "maybe"),
    ("ipsec-policy", "in", {"ipsec_in": False}, "maybe"),
    ("src-address-type", "multicast", {"source": "224.0.0.1"}, "yes"),
    ("src-address-type", "unicast", {"source": "224.0.0.1"}, "no"),
    ("src-address-type", "unicast", {"source": "192.0.2.1"}, "maybe"),
    ("src-address-type", "multicast", {"source": "192.0.2.1"}, "no"),
    ("src-address-type", "unicast", {"source": "192.0.2.1", "source_type": "unicast"}, "yes"),
    ("src-address-type", "local", {"source_type": "unicast"}, "no"),
    ("src-address-type", "local,broadcast", {"source_type": "broadcast"}, "yes"),
    ("dst-address-type", "local", {"destination_type": "local"}, "yes"),
    ("dst-address-type", "local", {"destination": "192.0.2.1"}, "maybe"),
    # A packet that the router takes in is not for somebody else.
    ("dst-address-type", "unicast", {"destination": "192.0.2.1"}, "no"),
    ("dst-address-type", "blackhole", {}, "no"),
    ("dst-address-type", "broadcast", {"destination": "255.255.255.255"}, "yes"),
    ("dst-address-type", "tomorrow", {"destination_type": "local"}, "maybe"),
]

# What hangs on more than the packet: never certain, whatever is known.
OPEN = [
    ("limit", "5,10:packet"),
    ("dst-limit", "5,10,src-address/1m40s"),
    ("connection-limit", "100,32"),
    ("connection-bytes", "1000-0"),
    ("connection-rate", "0-100k"),
    ("connection-type", "ftp"),
    ("connection-mark", "marked"),
    ("packet-mark", "marked"),
    ("routing-mark", "main"),
    ("layer7-protocol", "ssh"),
    ("content", "GET"),
    ("tls-host", "*.example.net"),
    ("p2p", "all-p2p"),
    ("psd", "21,3s,3,1"),
    ("ipv4-options", "any"),
    ("hotspot", "!auth"),
    ("realm", "1"),
    ("in-bridge-port", "ether1"),
    ("out-bridge-port", "ether1"),
    ("in-bridge-port-list", "LAN"),
    ("out-bridge-port-list", "LAN"),
    ("ingress-priority", "0"),
    ("priority", "0"),
    ("tos", "0x10/0xfc"),
    ("time", "8h-17h,mon,tue"),
    ("random", "50"),
    ("nth", "2,1"),
    ("tcp-mss", "1300-65535"),
    ("per-connection-classifier", "both-addresses:2/0"),
]
ELSEWHERE = {"src-address-list", "dst-address-list", "in-interface-list", "out-interface-list", "out-interface"}
ONLY6 = {"hop-limit", "headers"}


def negatable(name: str, family: int = 4) -> bool:
    path = "/ip/firewall/filter" if family == 4 else "/ipv6/firewall/filter"
    return menu(path).properties[name].type.startswith("!")


def test_every_matcher_of_the_menus_is_here() -> None:
    tried = {name for name, *_unused in CASES} | {name for name, _unused in OPEN} | ELSEWHERE | ONLY6
    for path in ("/ip/firewall/filter", "/ipv6/firewall/filter", "/ip/firewall/raw", "/ipv6/firewall/raw"):
        assert set(menu(path).properties) - NO_MATCHERS <= tried, path


@pytest.mark.parametrize(("name", "value", "fields", "expected"), CASES)
def test_a_matcher(name: str, value: str, fields: dict[str, Any], expected: str) -> None:
    packet = Packet(**({"protocol": "tcp"} | fields if name.endswith("port") else fields))
    assert matches({name: value}, packet) == expected
    if negatable(name):
        assert matches({name: f"!{value}"}, packet) == OPPOSITE[expected]


SIX: list[tuple[str, str, dict[str, Any], str]] = [
    ("src-address", "2001:db8::/32", {"source": "2001:db8:ffff::1"}, "yes"),
    ("src-address", "2001:db8::/32", {"source": "2001:db9::1"}, "no"),
    ("src-address", "2001:db8::/32", {}, "maybe"),
    ("src-address", "::/0", {}, "yes"),
    ("dst-address", "2001:db8::1/128", {"destination": "2001:DB8:0::1"}, "yes"),
    ("hop-limit", "equal:255", {"ttl": 255}, "yes"),
    ("hop-limit", "less-than:255", {"ttl": 255}, "no"),
    ("hop-limit", "less-than:255", {}, "maybe"),
    ("headers", "frag", {}, "maybe"),
    ("icmp-options", "128:0", {"protocol": "icmpv6", "icmp": (128, 0)}, "yes"),
    ("src-address-type", "multicast", {"source": "ff02::1"}, "yes"),
    ("src-address-type", "unicast", {"source": "2001:db8::1"}, "maybe"),
    ("src-address-type", "local", {"source": "2001:db8::1"}, "maybe"),
    ("dst-address-type", "unicast", {"destination": "2001:db8::1"}, "no"),
    ("src-address", "192.0.2.0/24", {"source": "2001:db8::1"}, "maybe"),
]


@pytest.mark.parametrize(("name", "value", "fields", "expected"), SIX)
def test_a_matcher_of_ipv6(name: str, value: str, fields: dict[str, Any], expected: str) -> None:
    packet = Packet(**fields)
    assert matches({name: value}, packet, family=6) == expected
    if negatable(name, 6):
        assert matches({name: f"!{value}"}, packet, family=6) == OPPOSITE[expected]


FULL = Packet(
    source="192.0.2.7",
    destination="192.0.2.1",
    protocol="tcp",
    source_port=40000,
    destination_port=8729,
    state="new",
    in_interface="ether1",
    nat_state=(),
    ipsec_in=False,
    source_type="unicast",
    destination_type="local",
    tcp_flags=FIRST_SYN | {"!ece", "!cwr"},
    size=60,
    ttl=64,
    dscp=0,
    source_mac="48:A9:8A:01:02:03",
    fragment=False,
)


@pytest.mark.avoided(93)
@pytest.mark.parametrize(("name", "value"), OPEN)
def test_what_hangs_on_more_than_the_packet_is_never_certain(name: str, value: str) -> None:
    assert matches({name: value}, FULL) == "maybe"
    if negatable(name):
        assert matches({name: f"!{value}"}, FULL) == "maybe"


@pytest.mark.parametrize(("name", "value"), OPEN)
def test_but_another_matcher_that_says_no_is_enough(name: str, value: str) -> None:
    assert matches({name: value, "protocol": "udp"}, FULL) == "no"


def test_unknown_matchers_and_empty_values_are_not_ignored() -> None:
    assert matches({"quantum-state": "up"}, FULL) == "maybe"
    assert matches({"dst-port": "", "protocol": "tcp"}, FULL) == "maybe"
    assert matches({"src-address": "!"}, FULL) == "maybe"
    # dst-limit takes no "!" at all
    assert matches({"dst-limit": "!5,10,src-address"}, FULL) == "maybe"
    assert matches({"invalid": "true"}, FULL) == "maybe"


def test_what_is_no_matcher_does_not_count() -> None:
    more = {".id": "*7", ".nextid": "*8", "comment": "x", "log": "true", "log-prefix": "", "bytes": "1", "packets": "2"}
    assert matches({**more, "dynamic": "true", "invalid": "false", "disabled": "false"}, FULL) == "yes"


def test_all_matchers_of_a_rule_must_agree() -> None:
    assert matches({"protocol": "tcp", "dst-port": "8729", "src-address": "192.0.2.0/24"}, FULL) == "yes"
    assert matches({"protocol": "tcp", "dst-port": "8728", "src-address": "192.0.2.0/24"}, FULL) == "no"
    assert matches({"protocol": "tcp", "dst-port": "8729", "limit": "1,1:packet"}, FULL) == "maybe"


def test_interfaces_of_the_other_direction_are_no_help() -> None:
    """An input chain has no outgoing interface; what a rule with one does there is not documented."""
    assert matches({"out-interface": "ether1"}, FULL) == "maybe"
    assert matches({"out-interface-list": "all"}, FULL) == "maybe"
    forwarded = Packet(in_interface="ether1", out_interface="ether2")
    assert matches({"out-interface": "ether2", "in-interface": "ether1"}, forwarded, chain="forward") == "yes"
    assert matches({"out-interface": "!ether2"}, forwarded, chain="forward") == "no"
    assert matches({"in-interface": "ether1"}, forwarded, chain="output") == "maybe"


def test_ipsec_on_the_way_out() -> None:
    assert matches({"ipsec-policy": "out,ipsec"}, Packet(ipsec_out=True), chain="forward") == "yes"
    assert matches({"ipsec-policy": "out,none"}, Packet(ipsec_out=True), chain="output") == "no"
    assert matches({"ipsec-policy": "in,none"}, Packet(ipsec_in=False), chain="output") == "maybe"
