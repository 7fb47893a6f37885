# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer that is certain stays true when more gets known; what is open stays open until it is."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import UNKNOWN, Packet, Tables, judge, reach
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import Spans, relation
from ansible_collections.bastion.routeros.tests.unit.verdict.short import Row
from hypothesis import given, settings
from hypothesis import strategies as st

HOSTS = ["192.0.2.1", "192.0.2.7", "192.0.2.130", "198.51.100.3", "203.0.113.9", "224.0.0.5"]
PREFIXES = ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.4/30", "198.51.100.0/24", "0.0.0.0/0", "192.0.2.5-192.0.2.140"]
INTERFACES = ["ether1", "ether2", "bridge"]
LISTS = ["good", "bad", "seen"]
FLAG_SETS = [["syn"], ["ack"], ["fin", "ack"], ["syn", "ack"]]
FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")

VALUES: dict[str, list[str]] = {
    "protocol": ["tcp", "udp", "icmp"],
    "src-address": HOSTS + PREFIXES,
    "dst-address": HOSTS + PREFIXES,
    "src-address-list": LISTS,
    "dst-address-list": LISTS,
    "dst-port": ["22", "22,8728-8729", "1-1023"],
    "src-port": ["53", "1024-65535"],
    "port": ["53", "22,53"],
    "connection-state": ["new", "established,related", "invalid", "new,untracked", "untracked"],
    "connection-nat-state": ["srcnat", "srcnat,dstnat"],
    "in-interface": INTERFACES,
    "in-interface-list": ["LAN", "WAN", "all", "none", "both"],
    "src-address-type": ["unicast", "local", "multicast", "unicast,local,blackhole"],
    "dst-address-type": ["local", "broadcast,multicast", "unicast"],
    "packet-size": ["0-99", "92", "100-1500"],
    "ipsec-policy": ["in,ipsec", "in,none"],
    "ttl": ["equal:64", "less-than:64", "not-equal:1"],
    "dscp": ["0", "46"],
    "fragment": ["true", "false"],
    "tcp-flags": ["syn", "syn,!ack", "!,fin,!syn", "ack,!rst"],
    "limit": ["5,10:packet"],
    "dst-limit": ["5,10,src-address/10s"],
    "quantum-state": ["up"],
}
ONE_WAY = {"tcp-flags", "ttl", "dst-limit", "quantum-state", "ipsec-policy", "fragment"}
CHAINS = ["input", "one", "two"]
ACTIONS = ["accept", "drop", "reject", "return", "log", "add-src-to-address-list", "add-dst-to-address-list", "jump"]


@st.composite
def rules(draw: st.DrawFn, chains: tuple[str, ...] = ("input", "one", "two"), raw: bool = False) -> Row:
    chain = draw(st.sampled_from(chains))
    action = draw(st.sampled_from([*ACTIONS, "notrack"] if raw else ACTIONS))
    row = {"chain": chain, "action": action}
    if action == "jump":
        row["jump-target"] = draw(st.sampled_from([*chains[1:], "empty"]))
    if action.startswith("add-"):
        row["address-list"] = draw(st.sampled_from(LISTS))
    for name in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True)):
        sign = "!" if name not in ONE_WAY and draw(st.booleans()) else ""
        row[name] = sign + draw(st.sampled_from(VALUES[name]))
    if draw(st.integers(0, 9)) == 0:
        row[draw(st.sampled_from(["disabled", "invalid", "dynamic"]))] = "true"
    return row


entries = st.fixed_dictionaries(
    {"list": st.sampled_from(LISTS), "address": st.sampled_from([*HOSTS, *PREFIXES[:4], "a.example.net"])},
    optional={"disabled": st.sampled_from(["true", "false"]), "dynamic": st.just("true")},
)


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    return Tables(
        filter=draw(st.lists(rules(), max_size=12)),
        raw=draw(st.lists(rules(("prerouting", "one"), raw=True), max_size=3)),
        address_lists=draw(st.lists(entries, max_size=6)),
        interface_lists=[
            *({"name": name, "include": "", "exclude": ""} for name in ("LAN", "WAN")),
            {"name": "both", "include": "LAN,WAN", "exclude": ""},
        ],
        interface_members=[{"list": "LAN", "interface": "bridge"}, {"list": "WAN", "interface": "ether1"}],
        addresses=[{"address": "192.0.2.1/24", "interface": "bridge"}],
    )


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """One of which everything is known that the model has a field for."""
    on = draw(st.sampled_from(FLAG_SETS))
    return Packet(
        source=draw(st.sampled_from(HOSTS)),
        destination=draw(st.sampled_from(HOSTS)),
        protocol=draw(st.sampled_from(["tcp", "udp", "icmp"])),
        source_port=draw(st.sampled_from([53, 1023, 40000])),
        destination_port=draw(st.sampled_from([22, 53, 8729])),
        state=draw(st.sampled_from(["new", "established", "related", "invalid", "untracked"])),
        in_interface=draw(st.sampled_from(INTERFACES)),
        nat_state=draw(st.sampled_from([(), ("srcnat",), ("dstnat",)])),
        ipsec_in=draw(st.booleans()),
        tcp_flags=frozenset(flag if flag in on else f"!{flag}" for flag in FLAGS),
        size=draw(st.sampled_from([60, 92, 1400])),
        ttl=draw(st.sampled_from([1, 63, 64])),
        dscp=draw(st.sampled_from([0, 46])),
        fragment=draw(st.booleans()),
    )


def wider(address: Any, length: int) -> str:
    return str(ipaddress.ip_network((address, length), strict=False))


@st.composite
def blurred(draw: st.DrawFn, packet: Packet) -> Packet:
    """The same packet with less known about it."""
    changes: dict[str, Any] = {}
    for name in ("source", "destination"):
        kind = draw(st.integers(0, 3))
        if kind:
            changes[name] = None if kind == 1 else wider(getattr(packet, name), draw(st.sampled_from([1, 24, 25, 30])))
    for name in ("source_port", "destination_port", "size"):
        if draw(st.booleans()):
            value = getattr(packet, name)
            changes[name] = draw(st.sampled_from([None, (value, value + 10), (max(0, value - 100), value + 100)]))
    for name in ("protocol", "state", "in_interface", "nat_state", "ipsec_in", "ttl", "dscp", "fragment"):
        if draw(st.booleans()):
            changes[name] = None
    if draw(st.booleans()):
        keep = draw(st.sets(st.sampled_from(FLAGS)))
        changes["tcp_flags"] = frozenset(flag for flag in packet.tcp_flags if flag.removeprefix("!") in keep)
    return replace(packet, **changes)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_knowing_more_about_the_packet_never_contradicts(data: st.DataObject) -> None:
    found, packet = data.draw(tables()), data.draw(packets())
    less = data.draw(blurred(packet))
    before = judge(found, "input", less)
    if before.answer != UNKNOWN:
        assert judge(found, "input", packet).answer == before.answer
    # Nor does anything get lost: what was certain to be added is added, what is added might have been.
    after = judge(found, "input", packet)
    assert {id(each.rule) for each in after.may_add} <= {id(each.rule) for each in before.may_add}
    sure = {id(each.rule) for each in after.may_add if each.certain}
    assert {id(each.rule) for each in before.may_add if each.certain and each.address} <= sure


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_knowing_more_about_the_router_never_contradicts(data: st.DataObject) -> None:
    """DNS names that get resolved, interface lists and addresses that get read."""
    found, packet = data.draw(tables()), data.draw(packets())
    unread = data.draw(st.sets(st.sampled_from(["interface_lists", "interface_members", "addresses"])))
    less = found.replaced(**dict.fromkeys(unread))
    before = judge(less, "input", packet)
    resolved = [dict(row) for row in found.address_lists]
    for row in resolved:
        if row["address"] == "a.example.net" and data.draw(st.booleans()):
            row["address"] = data.draw(st.sampled_from([*HOSTS, "240.0.0.1"]))
    if before.answer != UNKNOWN:
        assert judge(found.replaced(address_lists=resolved), "input", packet).answer == before.answer


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_an_open_matcher_does_a_certain_answer_holds(data: st.DataObject) -> None:
    found, packet = data.draw(tables()), data.draw(packets())
    before = judge(found, "input", packet)
    filters = []
    for row in found.filter:
        open_ones = {name for name in row if name in ("limit", "dst-limit", "quantum-state", "invalid")}
        if data.draw(st.booleans()) and open_ones:
            continue
        filters.append({name: text for name, text in row.items() if name not in open_ones})
    if before.answer != UNKNOWN:
        assert judge(found.replaced(filter=filters), "input", packet).answer == before.answer


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_parts_of_a_prefix_are_the_whole_and_each_is_right(data: st.DataObject) -> None:
    found, packet = data.draw(tables()), data.draw(packets())
    host = ipaddress.ip_address(str(packet.source))
    parts = reach(found, "input", replace(packet, source=wider(packet.source, data.draw(st.sampled_from([0, 8, 24])))))
    inside = []
    for text, verdict in parts:
        low, _dash, high = text.partition("-")
        network = ipaddress.ip_network(low)
        last = ipaddress.ip_address(high) if high else network.broadcast_address
        if int(network.network_address) <= int(host) <= int(last):
            inside.append(verdict)
    assert len(inside) == 1
    if inside[0].answer != UNKNOWN:
        assert judge(found, "input", packet).answer == inside[0].answer


spans = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(spans, max_size=8), spans)
def test_spans_answer_as_sets_do(members: list[tuple[int, int]], value: tuple[int, int]) -> None:
    everything = {number for low, high in members for number in range(low, high + 1)}
    asked = set(range(value[0], value[1] + 1))
    expected = 2 if asked <= everything else 1 if asked & everything else 0
    assert Spans(members).match(value) == expected
    if len(members) == 1:
        assert relation(value, members[0]) == expected
    cuts = set(Spans(members).cuts(value))
    assert cuts == {at for at in range(value[0] + 1, value[1] + 1) if (at in everything) != (at - 1 in everything)}
