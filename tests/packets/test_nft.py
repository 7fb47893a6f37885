# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The translation to nftables: what it says, what it refuses, and what the kernel makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.tests.packets.arena import Arena
from ansible_collections.bastion.routeros.tests.packets.frames import Frame
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab
from ansible_collections.bastion.routeros.tests.packets.nft import Tunnel, Untranslatable, translate

Row = dict[str, str]
ROUTER = "192.0.2.1"

# A value of every matcher that can be expressed, with what else its rule needs.
EXPRESSED: dict[str, Row] = {
    "protocol": {"protocol": "!udp"},
    "src-address": {"src-address": "192.0.2.0/24"},
    "dst-address": {"dst-address": "!192.0.2.0-192.0.2.9"},
    "src-address-list": {"src-address-list": "mgmt"},
    "dst-address-list": {"dst-address-list": "!mgmt"},
    "src-port": {"protocol": "udp", "src-port": "!53"},
    "dst-port": {"protocol": "tcp", "dst-port": "22,20-30,8729"},
    "port": {"protocol": "tcp", "port": "!22"},
    "connection-state": {"connection-state": "!established,related,untracked"},
    "connection-nat-state": {"connection-nat-state": "srcnat,dstnat"},
    "in-interface": {"in-interface": "!ether1"},
    "out-interface": {"out-interface": "ether1"},
    "in-interface-list": {"in-interface-list": "!LAN"},
    "out-interface-list": {"out-interface-list": "LAN"},
    "src-address-type": {"src-address-type": "local,unicast"},
    "dst-address-type": {"dst-address-type": "!broadcast"},
    "tcp-flags": {"protocol": "tcp", "tcp-flags": "!,syn,!ack,ece"},
    "packet-size": {"packet-size": "!40-60"},
    "ttl": {"ttl": "less-than:64"},
    "dscp": {"dscp": "!46"},
    "icmp-options": {"protocol": "icmp", "icmp-options": "!8:0"},
    "src-mac-address": {"src-mac-address": "02:00:00:00:00:01"},
    "fragment": {"fragment": "true"},
    "ipsec-policy": {"ipsec-policy": "in,none"},
}
NEARLY: dict[str, Row] = {
    "limit": {"limit": "50/5s,2:packet"},
    "dst-limit": {"protocol": "tcp", "dst-limit": "2/1m,5,addresses-and-dst-port/1m40s"},
    "connection-limit": {"connection-limit": "3,32"},
    "random": {"random": "50"},
    "nth": {"nth": "3,1"},
}
REFUSED: dict[str, Row] = {
    "content": {"content": "GET"},
    "layer7-protocol": {"layer7-protocol": "ssh"},
    "tls-host": {"tls-host": "*.example.net"},
    "hotspot": {"hotspot": "auth"},
    "connection-rate": {"connection-rate": "0-100k"},
    "connection-bytes": {"connection-bytes": "0-100"},
    "connection-type": {"connection-type": "ftp"},
    "connection-mark": {"connection-mark": "x"},
    "packet-mark": {"packet-mark": "x"},
    "routing-mark": {"routing-mark": "x"},
    "per-connection-classifier": {"per-connection-classifier": "both-addresses:2/0"},
    "psd": {"psd": "21,3s,3,1"},
    "time": {"time": "8h-17h,mon"},
    "tos": {"tos": "0x10"},
    "tcp-mss": {"tcp-mss": "1300"},
    "p2p": {"p2p": "all-p2p"},
    "realm": {"realm": "1"},
    "ipv4-options": {"ipv4-options": "any"},
    "priority": {"priority": "1"},
    "ingress-priority": {"ingress-priority": "1"},
    "in-bridge-port": {"in-bridge-port": "ether1"},
    "out-bridge-port": {"out-bridge-port": "ether1"},
    "in-bridge-port-list": {"in-bridge-port-list": "LAN"},
    "out-bridge-port-list": {"out-bridge-port-list": "LAN"},
}
NO_MATCHERS = {
    *("chain", "action", "jump-target", "reject-with", "address-list", "address-list-timeout", "log", "log-prefix"),
    *("comment", "disabled", "hw-offload", "dynamic", "invalid", "bytes", "packets"),
}


def script(*rows: Row, approximate: bool = False, lists: tuple[Row, ...] = (), family: int = 4) -> str:
    rules = [{"chain": "input", "action": "drop"} | row for row in rows]
    members = {"LAN": ["ether2", "ether3"]}
    made = translate(family, filter=rules, address_lists=lists, interface_members=members, approximate=approximate)
    return made.text


def test_every_matcher_of_the_menu_is_expressed_or_refused() -> None:
    assert set(menu("/ip/firewall/filter").properties) == {*EXPRESSED, *NEARLY, *REFUSED, *NO_MATCHERS}


@pytest.mark.parametrize("name", EXPRESSED)
def test_what_can_be_expressed(name: str) -> None:
    assert "drop" in script(EXPRESSED[name])


def test_a_tunnel_in_user_space_is_an_interface() -> None:
    rules = [
        {"chain": "input", "ipsec-policy": "in,ipsec", "in-interface": "ether1", "action": "accept"},
        {"chain": "input", "ipsec-policy": "in,none", "in-interface-list": "WAN", "action": "drop"},
        {"chain": "output", "ipsec-policy": "out,none", "out-interface": "ether2", "action": "drop"},
    ]
    made = translate(4, filter=rules, interface_members={"WAN": ["ether1"]}, tunnel=Tunnel("ipsec0", "ether1")).text
    assert 'iifname "ipsec0" iifname { "ether1", "ipsec0" } counter accept' in made
    assert 'iifname != "ipsec0" iifname { "ether1", "ipsec0" } counter drop' in made
    assert 'oifname != "ipsec0" oifname "ether2" counter drop' in made


@pytest.mark.parametrize("name", NEARLY)
def test_what_can_be_expressed_nearly_is_so_on_demand_only(name: str) -> None:
    assert "drop" in script(NEARLY[name], approximate=True)
    with pytest.raises(Untranslatable, match=name):
        script(NEARLY[name])


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_expressed_is_refused(name: str) -> None:
    with pytest.raises(Untranslatable, match=name):
        script(REFUSED[name], approximate=True)


@pytest.mark.parametrize(
    "row",
    [
        {"quantum-state": "up"},
        {"dst-port": "22"},
        {"protocol": "tcp", "dst-port": ""},
        {"protocol": "tcp", "dst-port": "http"},
        {"protocol": "of-tomorrow"},
        {"src-address": "2001:db8::/32"},
        {"src-address": "example.net"},
        {"in-interface": "all-ethernet"},
        {"in-interface-list": "unheard-of"},
        {"connection-state": "established,tomorrow"},
        {"connection-nat-state": "ein-snat"},
        {"src-address-type": "anycast"},
        {"tcp-flags": "syn"},
        {"icmp-options": "8:0"},
        {"ipsec-policy": "out,none"},
        {"invalid": "true"},
        {"action": "teleport"},
        {"action": "jump"},
        {"action": "tarpit"},
        {"action": "fasttrack-connection"},
        {"action": "notrack"},
        {"action": "add-src-to-address-list"},
        {"action": "reject", "reject-with": "tcp-reset"},
        {"action": "reject", "reject-with": "icmp-no-route"},
    ],
)
def test_values_and_actions_without_a_counterpart_are_refused(row: Row) -> None:
    with pytest.raises(Untranslatable):
        script(row)


@pytest.mark.parametrize("address", ["noc.example.net", "2001:db8::1", "203.0.113.1-254"])
def test_entries_that_are_no_addresses_are_refused_when_their_list_is_used(address: str) -> None:
    lists = ({"list": "mgmt", "address": address},)
    with pytest.raises(Untranslatable, match="entry"):
        script({"src-address-list": "mgmt"}, lists=lists)
    assert "drop" in script({"src-address-list": "other"}, lists=lists)


def test_rules_that_can_never_match_are_left_out() -> None:
    assert "drop" not in script({"in-interface-list": "none"}, {"src-address": "!0.0.0.0/0"}, {"disabled": "true"})


def test_an_address_list_is_two_sets_joined_by_a_bit() -> None:
    text = script({"src-address-list": "my list"}, {"src-address-list": "!my list"})
    assert "ip saddr @list0_my_list_static meta mark set meta mark | 0x1" in text
    assert "ip saddr @list0_my_list_dynamic meta mark set meta mark | 0x1" in text
    assert "meta mark & 0x1 == 0x1 counter drop" in text
    assert "ip saddr != @list0_my_list_static ip saddr != @list0_my_list_dynamic counter drop" in text


def test_logs_go_to_a_group_on_demand() -> None:
    rows = [{"chain": "input", "action": "log", "log-prefix": "API Drop: "}, {"chain": "input", "log": "yes"}]
    assert "log" not in translate(4, filter=rows).text
    text = translate(4, filter=rows, log_group=7).text
    assert 'log prefix "API Drop: " group 7' in text
    assert "log group 7 accept" in text


# --- with the kernel


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with Lab() as lab:
        made = Arena(lab)
        made.silence()
        try:
            yield made
        finally:
            made.close()


class Guests:
    """Packets with numbers, and which of them got in."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.number = 0

    def __call__(self, source: str, count: int = 1, port: int = 8729) -> int:
        """How many of some new connections get in."""
        numbers = range(self.number + 1, self.number + count + 1)
        for number in numbers:
            # A flow of its own each, so that none is a repetition.
            frame = Frame(number, source, ROUTER, "tcp", 10000 + number, port, ("syn",))
            self.arena.send(frame, "ether1")
        self.number += count
        self.arena.settle(4)
        notes = self.arena.notes(4)
        assert set(numbers) <= set(notes.arrived)
        return len(set(numbers) & set(notes.passed))


@pytest.fixture(scope="module")
def guests(arena: Arena) -> Guests:
    return Guests(arena)


def load(arena: Arena, *rows: Row, lists: tuple[Row, ...] = ()) -> None:
    rules = [{"chain": "input"} | row for row in rows]
    arena.load(translate(4, filter=rules, address_lists=lists, approximate=True))


@pytest.mark.real_packets
def test_the_kernel_takes_everything_that_can_be_expressed(arena: Arena) -> None:
    arena.router.nft(script(*EXPRESSED.values(), *NEARLY.values(), approximate=True))
    six = [
        {"src-address": "2001:db8::/32", "hop-limit": "equal:255", "dscp": "10"},
        {"protocol": "icmpv6", "icmp-options": "128:0", "dst-address-type": "anycast,local"},
        {"action": "reject", "reject-with": "icmp-admin-prohibited"},
        {"action": "add-src-to-address-list", "address-list": "x", "address-list-timeout": "1m30s"},
    ]
    arena.router.nft(script(*six, family=6))
    arena.router.nft(script(family=6))


@pytest.mark.real_packets
def test_a_limit_is_one_bucket_for_all(arena: Arena, guests: Guests) -> None:
    load(arena, {"action": "accept", "limit": "1/1h,3:packet"}, {"action": "drop"})
    assert guests("192.0.2.7", 2) == 2
    assert guests("192.0.2.8", 4) == 1


@pytest.mark.real_packets
def test_a_dst_limit_is_a_bucket_for_each_source(arena: Arena, guests: Guests) -> None:
    load(arena, {"action": "accept", "dst-limit": "1/1h,2,src-address/1m40s"}, {"action": "drop"})
    assert guests("192.0.2.7", 4) == 2
    assert guests("192.0.2.8", 4) == 2


@pytest.mark.real_packets
def test_a_connection_limit_matches_from_the_count_on(arena: Arena, guests: Guests) -> None:
    load(arena, {"action": "drop", "connection-limit": "3,32"})
    assert guests("192.0.2.31", 5) == 2
    assert guests("192.0.2.32", 1) == 1


@pytest.mark.real_packets
def test_stages_in_the_right_order_count_attempts_and_in_the_wrong_order_the_first_is_enough(
    arena: Arena, guests: Guests
) -> None:
    def stage(target: str, **more: str) -> Row:
        return {"action": "add-src-to-address-list", "address-list": target, "address-list-timeout": "1m", **more}

    blocked = {"action": "drop", "src-address-list": "blocked"}
    steps = [
        stage("blocked", **{"src-address-list": "stage2"}),
        stage("stage2", **{"src-address-list": "stage1"}),
        stage("stage1"),
    ]
    load(arena, blocked, *steps)
    assert guests("192.0.2.7", 5) == 3
    assert guests("192.0.2.8", 2) == 2
    load(arena, blocked, *reversed(steps))
    assert guests("192.0.2.9", 3) == 1


@pytest.mark.real_packets
def test_entries_with_a_timeout_end(arena: Arena, guests: Guests) -> None:
    lists = ({"list": "bad", "address": "192.0.2.7", "dynamic": "true", "timeout": "300ms"},)
    load(arena, {"action": "drop", "src-address-list": "bad"}, lists=lists)
    assert guests("192.0.2.7") == 0
    for _attempt in range(200):
        if guests("192.0.2.7"):
            return
    pytest.fail("the entry never ended")
