# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the matchers of a filter rule say about a packet for the router."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

import pytest
from routeros_simulator.buckets import DstLimit, Limit, rate, seconds
from routeros_simulator.filter_matchers import compile_matchers
from routeros_simulator.packets import Address, Packet


@dataclass
class World:
    """Lists and clock as a test wants them."""

    moment: float = 1_700_000_000.0  # a Tuesday, 22:13:20 UTC
    tracked: int = 0
    lists: dict[str, str] = field(default_factory=dict)

    def now(self) -> float:
        return self.moment

    def listed(self, name: str, address: Address) -> bool:
        return self.lists.get(name) == str(address)

    def in_list(self, name: str, interface: str) -> bool:
        return (name, interface) == ("WAN", "ether1")

    def connections(self, block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> int:
        return self.tracked if ipaddress.ip_address("192.0.2.7") in block else 0


SYN = Packet(ipaddress.ip_address("192.0.2.7"), 40000, ipaddress.ip_address("192.0.2.1"), 8729)
SYN6 = Packet(ipaddress.ip_address("2001:db8::7"), 40000, ipaddress.ip_address("2001:db8::1"), 8729)
LATER = SYN.later(100)


def matches(packet: Packet, world: World | None = None, **properties: str) -> bool:
    """Whether a rule with these properties (underscores for hyphens) matches; every one has to be known."""
    values = {name.replace("_", "-"): text for name, text in properties.items()}
    matchers, unknown = compile_matchers(values, world or World())
    assert not unknown
    return all(matcher(packet) for matcher in matchers)


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("protocol", "tcp", "udp"),
        ("protocol", "6", "17"),
        ("src-address", "192.0.2.7", "192.0.2.8"),
        ("src-address", "192.0.2.0/29", "192.0.2.8/29"),
        ("src-address", "192.0.2.5-192.0.2.9", "192.0.2.8-192.0.2.9"),
        ("dst-address", "192.0.2.1", "192.0.2.7"),
        ("dst-port", "8729", "8728"),
        ("dst-port", "22,8700-8800", "22,8000-8100"),
        ("src-port", "40000", "8729"),
        ("port", "8729", "8728"),
        ("port", "40000", "1"),
        ("in-interface", "ether1", "ether2"),
        ("in-interface-list", "WAN", "LAN"),
        ("connection-state", "invalid,new", "established,related"),
        ("src-address-list", "friends", "foes"),
        ("src-address-type", "unicast", "local"),
        ("dst-address-type", "local", "broadcast,multicast"),
        ("ipsec-policy", "in,none", "in,ipsec"),
        ("packet-size", "60", "61-100"),
        ("ttl", "equal:64", "less-than:64"),
        ("time", "22h-23h,tue", "22h-23h,wed"),
        ("time", "20h-1h,tue", "23h-1h,tue"),
    ],
)
def test_a_matcher_and_its_negation(name: str, yes: str, no: str) -> None:
    world = World(lists={"friends": "192.0.2.7"})
    key = name.replace("-", "_")
    assert matches(SYN, world, **{key: yes})
    assert not matches(SYN, world, **{key: no})
    assert not matches(SYN, world, **{key: f"!{yes}"})
    assert matches(SYN, world, **{key: f"!{no}"})


def test_every_property_has_to_match() -> None:
    assert matches(SYN, protocol="tcp", dst_port="8729", connection_state="new")
    assert not matches(SYN, protocol="tcp", dst_port="8729", connection_state="established")


def test_ipv6_prefixes() -> None:
    assert matches(SYN6, src_address="2001:db8::7/128")
    assert matches(SYN6, src_address="2001:db8::/64")
    assert not matches(SYN6, src_address="2001:db8:1::/64")


def test_tcp_flags_by_member_and_as_a_whole() -> None:
    assert matches(SYN, tcp_flags="syn,!ack")
    assert not matches(LATER, tcp_flags="syn,!ack")
    assert matches(LATER, tcp_flags="!,syn,!ack")


def test_later_packets_are_established() -> None:
    assert matches(LATER, connection_state="established,related")
    assert not matches(LATER, connection_state="new")
    assert matches(SYN.later(1, new=True), connection_state="new")


def test_what_a_packet_for_the_router_never_has() -> None:
    for name in ("out_interface", "out_interface_list", "in_bridge_port", "connection_nat_state", "icmp_options"):
        assert not matches(SYN, None, **{name: "x"})
        assert matches(SYN, None, **{name: "!x"})


def test_unknown_matchers_are_named() -> None:
    _unused, unknown = compile_matchers({"content": "x", "psd": "21,3s,3,1", "dst-port": "22", "comment": "c"}, World())
    assert unknown == ["content", "psd"]


def test_nonsense_is_unknown_and_an_empty_text_is_nothing() -> None:
    matchers, unknown = compile_matchers({"src-address": "nonsense", "dst-port": ""}, World())
    assert (matchers, unknown) == ([], ["src-address"])


def test_connection_limit_matches_from_the_given_count_on() -> None:
    world = World(tracked=2)
    assert not matches(SYN, world, connection_limit="3,32")
    world.tracked = 3
    assert matches(SYN, world, connection_limit="3,32")
    assert not matches(SYN6, world, connection_limit="3,128")


def test_limits_count_only_what_the_other_matchers_let_through() -> None:
    matchers, _unused = compile_matchers({"limit": "1/1m,2:packet", "src-address": "192.0.2.7"}, World())
    stranger = Packet(ipaddress.ip_address("192.0.2.9"), 1, SYN.destination, 8729)
    results = [all(matcher(packet) for matcher in matchers) for packet in (stranger, stranger, SYN, SYN, SYN)]
    assert results == [False, False, True, True, False]


def test_limit_is_one_bucket_that_is_refilled() -> None:
    limit = Limit("2/1s,4:packet")
    assert [limit.matches(100.0, 60) for _unused in range(5)] == [True] * 4 + [False]
    assert not limit.matches(100.4, 60)
    assert limit.matches(100.5, 60)
    assert not limit.matches(100.6, 60)


@pytest.mark.shown(85)
def test_limit_refills_every_10_ms_so_that_a_small_burst_starves_a_high_rate() -> None:
    limit = Limit("1000,1:packet")
    passed = sum(limit.matches(50.0 + step / 1000, 60) for step in range(1000))
    assert 95 <= passed <= 105


def test_limit_in_bits() -> None:
    limit = Limit("1/1s,480:bit")
    assert limit.matches(1.0, 60)
    assert not limit.matches(1.0, 60)


def test_dst_limit_is_one_bucket_per_flow() -> None:
    limit = DstLimit("1/1m,2,src-address/2m")
    assert [limit.matches(0.0, "a") for _unused in range(3)] == [True, True, False]
    assert limit.matches(0.0, "b")
    assert limit.matches(61.0, "a")


def test_dst_limit_forgets_an_idle_flow() -> None:
    limit = DstLimit("1/1h,1,src-address/10s")
    assert limit.matches(0.0, "a")
    assert not limit.matches(9.0, "a")
    assert not limit.matches(18.0, "a")
    assert limit.matches(28.5, "a")


@pytest.mark.parametrize(
    ("mode", "same"), [("src-address", True), ("src-and-dst-addresses", True), ("dst-address", False)]
)
def test_dst_limit_modes(mode: str, same: bool) -> None:
    other = Packet(SYN.source, 1, ipaddress.ip_address("192.0.2.2"), 22)
    matchers, _unused = compile_matchers({"dst-limit": f"1/1m,1,{mode}/1m"}, World())
    (matcher,) = matchers
    assert matcher(SYN)
    assert matcher(other) is (mode != "src-address")
    stranger = Packet(ipaddress.ip_address("192.0.2.9"), 1, SYN.destination, 22)
    assert matcher(stranger) is same


def test_nth_counts_from_one() -> None:
    (matcher,), _unused = compile_matchers({"nth": "3,1"}, World())
    assert [matcher(SYN) for _unused in range(6)] == [True, False, False, True, False, False]


def test_rates_and_durations() -> None:
    assert rate("5") == 5
    assert rate("50/5s") == 10
    assert rate("10k/1m40s") == 100
    assert seconds("1m40s") == 100
    with pytest.raises(ValueError, match="no rate"):
        rate("fast")
    with pytest.raises(ValueError, match="no duration"):
        seconds("soon")
