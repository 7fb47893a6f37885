# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chains, actions, order; raw and nat before the filter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import BadPacket, Packet, Tables, judge
from ansible_collections.bastion.routeros.tests.unit.verdict.short import Row, answer, entry, rule, verdict

TCP = Packet(source="192.0.2.7", protocol="tcp", destination_port=8729, state="new")
UDP = Packet(source="192.0.2.7", protocol="udp", destination_port=53, state="new")


def test_no_rules_accept() -> None:
    for chain in ("input", "forward", "output"):
        found = verdict([], TCP, chain)
        assert found.answer == "accepted"
        assert found.rule is None


def test_the_first_rule_that_matches_decides() -> None:
    rules = [rule("accept", protocol="tcp"), rule("drop"), rule("accept")]
    assert verdict(rules, TCP).rule.position == 0  # type: ignore[union-attr]
    assert verdict(rules, UDP).rule.position == 1  # type: ignore[union-attr]
    assert answer(rules) == "unknown"


def test_other_chains_do_not_count() -> None:
    rules = [rule("drop", "forward"), rule("drop", "output"), rule("drop", "own")]
    assert answer(rules, TCP) == "accepted"
    assert answer(rules, TCP, "forward") == "dropped"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("accept", "accepted"),
        ("drop", "dropped"),
        ("reject", "dropped"),
        ("tarpit", "dropped"),
        ("log", "dropped"),
        ("passthrough", "dropped"),
        ("add-src-to-address-list", "dropped"),
        ("add-dst-to-address-list", "dropped"),
        ("return", "accepted"),
        # Packets that cannot take the fast path go on.
        ("fasttrack-connection", "unknown"),
        ("teleport", "unknown"),
        # A jump without a target
        ("jump", "unknown"),
    ],
)
def test_actions(action: str, expected: str) -> None:
    assert answer([rule(action), rule("drop")], TCP) == expected


def test_the_action_that_is_not_shown_accepts() -> None:
    assert answer([{"chain": "input"}, rule("drop")], TCP) == "accepted"


def test_an_action_of_tomorrow_is_never_certain_even_when_everything_after_it_agrees() -> None:
    assert answer([rule("teleport"), rule("accept")], TCP) == "unknown"
    assert answer([rule("teleport", protocol="udp"), rule("accept")], TCP) == "accepted"


def test_disabled_rules_are_not_there_and_dynamic_ones_are() -> None:
    assert answer([rule("drop", disabled="true")], TCP) == "accepted"
    assert answer([rule("drop", disabled="false")], TCP) == "dropped"
    assert answer([rule("drop", dynamic="true")], TCP) == "dropped"
    dummy = {"chain": "input", "action": "passthrough", "dynamic": "true", "builtin": "true"}
    assert answer([dummy, rule("drop")], TCP) == "dropped"


def test_the_flag_invalid_proves_nothing() -> None:
    assert answer([rule("drop", invalid="true")], TCP) == "unknown"
    assert answer([rule("drop", invalid="true"), rule("drop")], TCP) == "dropped"


def test_jumps_return_at_the_end_of_the_chain_and_at_return() -> None:
    rules = [
        rule("jump", jump_target="api", protocol="tcp"),
        rule("drop"),
        rule("accept", "api", src_address="192.0.2.0/24"),
        rule("return", "api", src_address="198.51.100.0/24"),
        rule("reject", "api"),
    ]
    assert verdict(rules, TCP).rule.position == 2  # type: ignore[union-attr]
    assert verdict(rules, UDP).rule.position == 1  # type: ignore[union-attr]
    assert verdict(rules, Packet(source="198.51.100.1", protocol="tcp")).rule.position == 1  # type: ignore[union-attr]
    assert verdict(rules, Packet(source="203.0.113.1", protocol="tcp")).rule.position == 4  # type: ignore[union-attr]
    # Whatever the protocol is: rule 1 or rule 4 drops it.
    assert answer(rules, Packet(source="203.0.113.1")) == "dropped"
    assert answer(rules, Packet(source="192.0.2.7")) == "unknown"


def test_jumps_inside_jumps_and_where_return_leads() -> None:
    rules = [
        rule("jump", jump_target="a"),
        rule("drop"),
        rule("jump", "a", jump_target="b"),
        rule("accept", "a"),
        rule("return", "b"),
        rule("drop", "b"),
    ]
    found = verdict(rules, TCP)
    assert found.answer == "accepted"
    assert [step.rule.position for step in found.path if step.rule] == [0]
    assert [step.rule.position for step in found.path[0].inside if step.rule] == [2, 3]


def test_a_jump_to_an_empty_chain_does_nothing() -> None:
    assert answer([rule("jump", jump_target="nowhere"), rule("drop")], TCP) == "dropped"
    assert answer([rule("jump", jump_target="a"), rule("drop", "a", disabled="true")], TCP) == "accepted"


def test_a_jump_that_may_happen() -> None:
    rules = [rule("jump", jump_target="a", limit="1,1:packet"), rule("accept"), rule("drop", "a")]
    assert answer(rules, TCP) == "unknown"
    assert answer([rules[0], rule("drop"), rules[2]], TCP) == "dropped"


def test_circles_cannot_be_told() -> None:
    rules = [rule("jump", jump_target="a"), rule("jump", "a", jump_target="input"), rule("accept", "a")]
    assert answer(rules, TCP) == "unknown"
    assert answer([rule("jump", jump_target="input", protocol="udp"), rule("accept")], TCP) == "accepted"
    deep = [rule("jump", f"c{n}", jump_target=f"c{n + 1}") for n in range(5000)]
    assert answer([rule("jump", jump_target="c0"), *deep], TCP) == "unknown"


def test_chains_that_are_entered_from_many_places_cost_nothing() -> None:
    """Thirty chains, each calling the next one twice: a thousand million ways."""
    names = [f"c{number}" for number in range(30)]
    rules = [rule("jump", jump_target="c0")]
    for one, next_one in pairwise(names):
        rules += [rule("jump", one, jump_target=next_one, limit="1,1:packet") for _unused in range(2)]
    rules.append(rule("drop", names[-1], limit="1,1:packet"))
    found = verdict(rules, TCP)
    assert found.answer == "unknown"
    assert found.rule is None


def test_the_end_of_an_own_chain_is_no_answer() -> None:
    rules = [rule("accept", "own", protocol="tcp")]
    assert answer(rules, TCP, "own") == "accepted"
    assert answer(rules, UDP, "own") == "unknown"


def test_rules_that_may_match_but_agree() -> None:
    limited = [rule("accept", limit="5,5:packet"), rule("accept", protocol="tcp"), rule("drop")]
    assert answer(limited, TCP) == "accepted"
    assert answer(limited, UDP) == "unknown"
    assert verdict(limited, TCP).rule.position == 1  # type: ignore[union-attr]


def test_raw_comes_first() -> None:
    raw: list[Row] = [rule("drop", "prerouting", src_address="192.0.2.7"), rule("accept", "prerouting")]
    assert answer([], TCP, raw=raw) == "dropped"
    assert answer([], TCP, "forward", raw=raw) == "dropped"
    assert answer([], TCP, "output", raw=raw) == "accepted"
    # What raw accepts meets the filter nevertheless.
    assert answer([rule("drop")], Packet(source="192.0.2.8"), raw=raw) == "dropped"
    assert answer([], Packet(), raw=raw) == "unknown"
    assert answer([rule("drop")], Packet(), raw=raw) == "dropped"


def test_a_forwarded_packet_had_one_hop_more_before() -> None:
    raw = [rule("drop", "prerouting", ttl="equal:64")]
    assert answer([], Packet(ttl=63), "forward", raw=raw) == "dropped"
    assert answer([], Packet(ttl=64), "forward", raw=raw) == "accepted"
    assert answer([], Packet(ttl=64), raw=raw) == "dropped"
    assert answer([], Packet(), "forward", raw=raw) == "unknown"


def test_raw_adds_to_lists_that_the_filter_asks() -> None:
    raw = [rule("add-src-to-address-list", "prerouting", address_list="seen"), rule("accept", "prerouting")]
    found = verdict([rule("drop", src_address_list="seen")], TCP, raw=raw)
    assert found.answer == "dropped"
    assert [each.list for each in found.may_add] == ["seen"]


def test_notrack_makes_packets_untracked() -> None:
    filters = [rule("accept", connection_state="untracked"), rule("drop")]
    assert answer(filters, TCP, raw=[rule("notrack", "prerouting", protocol="tcp")]) == "accepted"
    assert answer(filters, UDP, raw=[rule("notrack", "prerouting", protocol="tcp")]) == "dropped"
    assert answer(filters, TCP, raw=[rule("notrack", "prerouting", limit="1,1:packet")]) == "unknown"
    known = [rule("drop", connection_state="untracked,new")]
    assert answer(known, TCP, raw=[rule("notrack", "prerouting", limit="1,1:packet")]) == "dropped"
    assert answer(known, Packet(state="untracked"), raw=[rule("notrack", "prerouting", limit="1,1:packet")]) == (
        "dropped"
    )
    untracked = [rule("drop", connection_state="!untracked")]
    assert answer(untracked, Packet(), raw=[rule("notrack", "prerouting")]) == "accepted"


def test_raw_knows_no_connection_states() -> None:
    assert answer([], TCP, raw=[rule("drop", "prerouting", connection_state="new")]) == "unknown"


def test_destination_nat_may_send_a_packet_elsewhere() -> None:
    nat = [rule("dst-nat", "dstnat", protocol="tcp", dst_port="8729", to_addresses="192.168.1.5", to_ports="443")]
    assert answer([], TCP, nat=nat) == "unknown"
    assert answer([], UDP, nat=nat) == "accepted"
    assert answer([rule("drop")], TCP, nat=nat) == "unknown"
    # It is asked for the first packet of a connection only, and says nothing about what is forwarded already.
    established = Packet(source="192.0.2.7", protocol="tcp", destination_port=8729, state="established")
    assert answer([], established, nat=nat) == "accepted"
    assert answer([], TCP, "forward", nat=nat) == "accepted"
    masquerade = [rule("masquerade", "srcnat", out_interface_list="WAN")]
    assert answer([], TCP, nat=masquerade) == "accepted"
    spared = [rule("accept", "dstnat", src_address="192.0.2.0/24"), *nat]
    assert answer([], TCP, nat=spared) == "accepted"


def test_packets_that_cannot_be() -> None:
    for packet in (
        Packet(source="2001:db8::1"),
        Packet(family=6),
        Packet(source="192.0.2.1", destination="2001:db8::1"),
        Packet(source="example.net"),
        Packet(protocol="tcpp"),
        Packet(destination_port=70000),
        Packet(destination_port=(30, 20)),
        Packet(state="fresh"),
        Packet(tcp_flags={"sin"}),
    ):
        with pytest.raises(BadPacket):
            judge(Tables([]), "input", packet)


def test_replaced_tables_keep_what_is_ready() -> None:
    tables = Tables([rule("drop", src_address_list="bad")], [entry("bad", "192.0.2.7")])
    assert judge(tables, "input", TCP).answer == "dropped"
    other = tables.replaced(filter=[rule("accept", src_address_list="bad"), rule("drop")])
    assert other.lists is tables.lists
    assert judge(other, "input", TCP).answer == "accepted"
    emptied = other.replaced(address_lists=[])
    assert judge(emptied, "input", TCP).answer == "dropped"
    assert emptied.filter_chains is other.filter_chains
