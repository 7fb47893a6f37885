# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Address lists, interface lists and address types."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import Packet, interface_towards
from ansible_collections.bastion.routeros.tests.unit.verdict.short import entry, matches, rule, verdict

LIST = [
    entry("mgmt", "192.0.2.0/25"),
    entry("mgmt", "192.0.2.128/26"),
    entry("mgmt", "198.51.100.10-198.51.100.20"),
    entry("mgmt", "203.0.113.9", dynamic="true", timeout="59m58s"),
    entry("mgmt", "203.0.113.10", disabled="true"),
    entry("other", "203.0.113.11"),
]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("192.0.2.1", "yes"),
        ("192.0.2.191", "yes"),
        ("192.0.2.192", "no"),
        ("192.0.2.0-192.0.2.191", "yes"),
        ("192.0.2.0/24", "maybe"),
        ("198.51.100.20", "yes"),
        ("198.51.100.21", "no"),
        ("203.0.113.9", "yes"),
        ("203.0.113.10", "no"),
        ("203.0.113.11", "no"),
        ("0.0.0.0/0", "maybe"),
    ],
)
def test_members(source: str, expected: str) -> None:
    packet = Packet(source=source)
    assert matches({"src-address-list": "mgmt"}, packet, address_lists=LIST) == expected
    opposite = {"yes": "no", "no": "yes", "maybe": "maybe"}[expected]
    assert matches({"src-address-list": "!mgmt"}, packet, address_lists=LIST) == opposite
    assert matches({"dst-address-list": "mgmt"}, Packet(destination=source), address_lists=LIST) == expected


def test_an_empty_list_holds_nobody() -> None:
    assert matches({"src-address-list": "none"}, Packet(), address_lists=LIST) == "no"
    assert matches({"src-address-list": "!none"}, Packet(), address_lists=LIST) == "yes"


def test_dns_names_may_be_anybody() -> None:
    rows = [entry("mgmt", "noc.example.net"), entry("mgmt", "192.0.2.7", dynamic="true", comment="noc.example.net")]
    assert matches({"src-address-list": "mgmt"}, Packet(source="192.0.2.7"), address_lists=rows) == "yes"
    assert matches({"src-address-list": "mgmt"}, Packet(source="192.0.2.8"), address_lists=rows) == "maybe"
    # A short range is kept by routers as a name; nothing here depends on that it never resolves.
    rows = [entry("mgmt", "203.0.113.1-254")]
    assert matches({"src-address-list": "mgmt"}, Packet(source="203.0.113.7"), address_lists=rows) == "maybe"
    rows = [entry("mgmt", "noc.example.net", disabled="true")]
    assert matches({"src-address-list": "mgmt"}, Packet(source="192.0.2.8"), address_lists=rows) == "no"


def test_lists_of_ipv6() -> None:
    rows = [entry("mgmt", "2001:db8::/32"), entry("mgmt", "2001:db9::1/128")]
    for source, expected in (("2001:db8::7", "yes"), ("2001:db9::1", "yes"), ("2001:db9::2", "no"), ("::/0", "maybe")):
        assert matches({"src-address-list": "mgmt"}, Packet(source=source), address_lists=rows, family=6) == expected


def test_an_addition_holds_for_the_next_rule() -> None:
    rules = [
        rule("add-src-to-address-list", address_list="stage1", protocol="tcp", address_list_timeout="1m"),
        rule("drop", src_address_list="stage1"),
    ]
    known = verdict(rules, Packet(source="192.0.2.7", protocol="tcp"))
    assert known.answer == "dropped"
    (added,) = known.may_add
    assert (added.list, added.address, added.timeout, added.certain) == ("stage1", "192.0.2.7", "1m", True)
    assert added.row() == {"list": "stage1", "address": "192.0.2.7", "dynamic": "true"}
    assert verdict(rules, Packet(source="192.0.2.7", protocol="udp")).answer == "accepted"
    unsure = verdict(rules, Packet(source="192.0.2.7"))
    assert unsure.answer == "unknown"
    assert not unsure.may_add[0].certain


def test_an_addition_of_the_destination_is_no_addition_of_the_source() -> None:
    rules = [rule("add-dst-to-address-list", address_list="seen"), rule("drop", src_address_list="seen")]
    assert verdict(rules, Packet(source="192.0.2.7", destination="192.0.2.1")).answer == "accepted"
    assert verdict(rules, Packet(source="192.0.2.1", destination="192.0.2.1")).answer == "dropped"
    assert verdict(rules, Packet(source="192.0.2.7")).answer == "unknown"


def test_additions_that_may_not_be_reached_are_not_certain() -> None:
    rules = [rule("drop", limit="1,1:packet"), rule("add-src-to-address-list", address_list="x"), rule("drop")]
    found = verdict(rules, Packet(source="192.0.2.7"))
    assert found.answer == "dropped"
    assert [each.certain for each in found.may_add] == [False]


def test_static_entries_stay_and_unknown_sources_have_no_address() -> None:
    rules = [rule("add-src-to-address-list", address_list="mgmt", address_list_timeout="none-static")]
    assert verdict(rules, Packet(source="192.0.2.9"), address_lists=[entry("mgmt", "192.0.2.9")]).may_add == ()
    (added,) = verdict(rules, Packet(source="192.0.2.8"), address_lists=LIST).may_add
    assert added.row() == {"list": "mgmt", "address": "192.0.2.8"}
    (added,) = verdict(rules, Packet(source="192.0.2.0/24")).may_add
    assert added.address == ""
    (added,) = verdict(rules, Packet(source="2001:db8::1"), family=6).may_add
    assert added.address == "2001:db8::1/128"


def test_additions_in_a_chain_that_may_be_entered() -> None:
    rules = [
        rule("jump", jump_target="count", protocol="tcp"),
        rule("drop", src_address_list="seen"),
        rule("add-src-to-address-list", chain="count", address_list="seen"),
    ]
    assert verdict(rules, Packet(source="192.0.2.7", protocol="tcp")).answer == "dropped"
    assert verdict(rules, Packet(source="192.0.2.7", protocol="udp")).answer == "accepted"
    assert verdict(rules, Packet(source="192.0.2.7")).answer == "unknown"


INTERFACES: dict[str, Any] = {
    "interface_lists": [
        {"name": "all", "builtin": "true"},
        {"name": "LAN", "include": "", "exclude": ""},
        {"name": "WAN", "include": "", "exclude": ""},
        {"name": "inside", "include": "LAN,vpn", "exclude": "guests"},
        {"name": "guests", "include": "", "exclude": ""},
        {"name": "vpn", "include": "dynamic", "exclude": ""},
        {"name": "outside", "include": "all", "exclude": "LAN"},
        {"name": "round", "include": "round", "exclude": ""},
        {"name": "clash", "include": "", "exclude": "LAN"},
    ],
    "interface_members": [
        {"list": "LAN", "interface": "bridge"},
        {"list": "LAN", "interface": "guest", "disabled": "false"},
        {"list": "LAN", "interface": "ether5", "disabled": "true"},
        {"list": "WAN", "interface": "ether1"},
        {"list": "guests", "interface": "guest"},
        {"list": "clash", "interface": "bridge"},
    ],
}


@pytest.mark.parametrize(
    ("name", "interface", "expected"),
    [
        ("LAN", "bridge", "yes"),
        ("LAN", "ether1", "no"),
        ("LAN", "ether5", "no"),
        ("LAN", None, "maybe"),
        ("all", "ether1", "yes"),
        ("all", None, "yes"),
        ("none", "ether1", "no"),
        ("none", None, "no"),
        ("static", "ether1", "maybe"),
        ("dynamic", "ether1", "maybe"),
        ("inside", "bridge", "yes"),
        ("inside", "guest", "no"),
        ("inside", "ether1", "maybe"),
        ("outside", "ether1", "yes"),
        ("outside", "bridge", "no"),
        ("round", "ether1", "maybe"),
        ("clash", "bridge", "maybe"),
        ("clash", "ether1", "no"),
        ("gone", "ether1", "maybe"),
    ],
)
def test_interface_lists(name: str, interface: str | None, expected: str) -> None:
    packet = Packet(in_interface=interface)
    assert matches({"in-interface-list": name}, packet, **INTERFACES) == expected
    out = Packet(out_interface=interface)
    assert matches({"out-interface-list": name}, out, chain="forward", **INTERFACES) == expected
    opposite = {"yes": "no", "no": "yes", "maybe": "maybe"}[expected]
    assert matches({"in-interface-list": f"!{name}"}, packet, **INTERFACES) == opposite


def test_interface_lists_that_were_not_read() -> None:
    assert matches({"in-interface-list": "LAN"}, Packet(in_interface="bridge")) == "maybe"
    members = INTERFACES["interface_members"]
    assert matches({"in-interface-list": "LAN"}, Packet(in_interface="bridge"), interface_members=members) == "yes"
    assert matches({"in-interface-list": "LAN"}, Packet(in_interface="ether1"), interface_members=members) == "maybe"


ADDRESSES = [
    {"address": "192.0.2.1/24", "network": "192.0.2.0", "interface": "bridge", "actual-interface": "bridge"},
    {"address": "198.51.100.2/30", "interface": "ether1", "disabled": "false", "invalid": "false"},
    {"address": "203.0.113.1/24", "interface": "ether9", "disabled": "true"},
    {"address": "10.0.0.1/32", "interface": "lo"},
]


@pytest.mark.parametrize(
    ("address", "word", "expected"),
    [
        ("192.0.2.1", "local", "yes"),
        ("192.0.2.2", "local", "no"),
        ("192.0.2.255", "broadcast", "yes"),
        ("192.0.2.255", "local", "no"),
        # Older kernels take the network's own address for a broadcast address.
        ("192.0.2.0", "broadcast", "maybe"),
        ("203.0.113.1", "local", "no"),
        ("10.0.0.1", "local", "yes"),
        ("10.0.0.2", "local", "no"),
        ("127.0.0.1", "local", "maybe"),
        ("192.0.2.0/24", "local", "maybe"),
        ("192.0.2.2", "unicast,blackhole", "yes"),
        ("192.0.2.2", "unicast", "maybe"),
        ("224.0.0.0/3", "multicast", "maybe"),
    ],
)
def test_address_types_by_the_routers_addresses(address: str, word: str, expected: str) -> None:
    assert matches({"src-address-type": word}, Packet(source=address), addresses=ADDRESSES) == expected


def test_address_types_of_ipv6() -> None:
    rows = [{"address": "2001:db8::1/64", "interface": "bridge"}, {"address": "fe80::1/64", "interface": "bridge"}]
    for address, word, expected in (
        ("2001:db8::1", "local", "yes"),
        ("2001:db8::2", "local", "no"),
        ("2001:db8::", "anycast", "maybe"),
        ("ff02::1", "multicast", "yes"),
        ("2001:db8::2", "unicast", "maybe"),
        ("2001:db8::2", "unicast,unreachable,anycast", "yes"),
    ):
        packet = Packet(source=address)
        assert matches({"src-address-type": word}, packet, addresses=rows, family=6) == expected


def test_the_interface_towards_a_source() -> None:
    assert interface_towards(ADDRESSES, "192.0.2.77") == "bridge"
    assert interface_towards(ADDRESSES, "198.51.100.0/30") == "ether1"
    assert interface_towards(ADDRESSES, "192.0.0.0/16") == ""
    assert interface_towards(ADDRESSES, "203.0.113.7") == ""
    assert interface_towards(ADDRESSES, "10.0.0.1") == ""
    assert interface_towards([*ADDRESSES, {"address": "192.0.2.9/16", "interface": "ether2"}], "192.0.2.77") == ""
    assert interface_towards([{"address": "fe80::1/64", "interface": "bridge"}], "fe80::7") == ""
    assert interface_towards([{"address": "nonsense", "interface": "bridge"}], "192.0.2.77") == ""
