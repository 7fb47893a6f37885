# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts in words, prefixes part by part, and the time it takes."""

from __future__ import annotations

import random
import time

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import (
    Packet,
    Tables,
    explain,
    judge,
    name_rule,
    reach,
)
from ansible_collections.bastion.routeros.tests.unit.verdict.short import entry, rule, verdict

NEW = Packet(source="192.0.2.7", protocol="tcp", destination_port=8729, state="new")


def test_the_deciding_rule_is_named_with_the_way_to_it() -> None:
    rules = [
        rule("accept", connection_state="established,related"),
        rule("jump", jump_target="bastion-api", protocol="tcp", dst_port="8729", comment="bastion/api: enter"),
        rule("drop"),
        rule("accept", "bastion-api", src_address_list="mgmt", comment="bastion/api: trusted"),
    ]
    lists = [entry("mgmt", "192.0.2.0/24")]
    assert explain(verdict(rules, NEW, address_lists=lists)) == (
        'Accepted: rule 3 (chain bastion-api, "bastion/api: trusted") accepts it: src-address-list=mgmt action=accept, '
        'reached through rule 1 (chain input, "bastion/api: enter").'
    )
    assert explain(verdict(rules, NEW)) == "Dropped: rule 2 (chain input) drops it: action=drop."


def test_the_end_of_a_built_in_chain() -> None:
    assert explain(verdict([], NEW)) == (
        "Accepted: no rule of chain input stops it, and the end of a built-in chain accepts."
    )


def test_what_an_open_answer_hangs_on() -> None:
    rules = [rule("accept", src_address_list="mgmt"), rule("drop", in_interface_list="!LAN", comment="not from LAN")]
    found = explain(verdict(rules, NEW, address_lists=[entry("mgmt", "noc.example.net")]))
    assert found == (
        "Cannot tell: rule 0 (chain input) accepts it: src-address-list=mgmt action=accept - depending on the "
        "addresses behind noc.example.net (src-address-list=mgmt); otherwise "
        'rule 1 (chain input, "not from LAN") drops it: in-interface-list=!LAN action=drop - depending on the '
        "interface it comes in through (in-interface-list=!LAN); otherwise "
        "no rule of chain input stops it, and the end of a built-in chain accepts."
    )


def test_doubts_about_the_way_are_told_too() -> None:
    rules = [rule("jump", jump_target="a", in_interface="ether1"), rule("drop", "a", limit="1,1:packet")]
    found = explain(verdict(rules, NEW))
    assert "the interface it comes in through (in-interface=ether1), and on how much traffic there was before" in found


def test_rules_that_agree_are_counted() -> None:
    rules = [rule("accept", limit="1,1:packet"), rule("accept", src_mac_address="48:A9:8A:01:02:03"), rule("accept")]
    assert "rule 2 (chain input) accepts it: action=accept (2 rules before it may" in explain(verdict(rules, NEW))


def test_many_possibilities_are_cut_short_and_the_last_is_kept() -> None:
    rules = [rule("drop", limit=f"{number},100:packet") for number in range(1, 50)]
    found = explain(verdict(rules, NEW))
    assert "46 more rules may decide" in found
    assert found.count("otherwise") == 4
    assert found.endswith("accepts.")


def test_actions_and_circles_that_are_not_understood_are_named() -> None:
    assert "rule 0 (chain input) has the action teleport, and what that does is not known" in explain(
        verdict([rule("teleport")], NEW)
    )
    circle = [rule("jump", jump_target="a"), rule("jump", "a", jump_target="a")]
    assert "rule 1 (chain a) leads back to a chain that it was called from" in explain(verdict(circle, NEW))


def test_raw_and_nat_rules_are_named_as_such() -> None:
    assert explain(verdict([], NEW, raw=[rule("drop", "prerouting")])) == (
        "Dropped: rule 0 of the raw table (chain prerouting) drops it: action=drop."
    )
    found = explain(verdict([], NEW, nat=[rule("dst-nat", "dstnat", dst_port="8729", protocol="tcp")]))
    assert "rule 0 of the nat table (chain dstnat) sends it to another destination" in found


def test_the_deciding_rule_as_data() -> None:
    found = verdict([rule("accept", "input", protocol="udp"), rule("drop", comment="rest")], NEW)
    assert found.rule is not None
    assert (found.rule.position, found.rule.chain, found.rule.comment) == (1, "input", "rest")
    assert name_rule(found.rule) == 'rule 1 (chain input, "rest")'


def test_a_prefix_part_by_part() -> None:
    rules = [
        rule("drop", src_address_list="bad"),
        rule("accept", src_address="192.0.2.0/24"),
        rule("accept", src_address="192.0.3.0/24"),
        rule("drop"),
    ]
    tables = Tables(rules, [entry("bad", "192.0.2.128/25"), entry("bad", "192.0.2.5"), entry("bad", "10.0.0.1")])
    found = [(text, each.answer) for text, each in reach(tables, "input", Packet(source="192.0.0.0/16"))]
    assert found == [
        ("192.0.0.0/23", "dropped"),
        ("192.0.2.0-192.0.2.4", "accepted"),
        ("192.0.2.5", "dropped"),
        ("192.0.2.6-192.0.2.127", "accepted"),
        ("192.0.2.128/25", "dropped"),
        ("192.0.3.0/24", "accepted"),
        ("192.0.4.0-192.0.255.255", "dropped"),
    ]
    everybody = reach(tables, "input", Packet(protocol="tcp"))
    assert everybody[0][0].startswith("0.0.0.0-")
    assert everybody[-1][0].endswith("-255.255.255.255")


def test_parts_of_ipv6_and_parts_that_stay_open() -> None:
    rules = [rule("accept", src_address="2001:db8::/32"), rule("drop", limit="1,1:packet")]
    found = reach(Tables(rules, family=6), "input", Packet())
    assert [(text, each.answer) for text, each in found] == [
        ("::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "unknown"),
        ("2001:db8::/32", "accepted"),
        ("2001:db9::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "unknown"),
    ]


def test_too_many_parts_are_judged_as_one() -> None:
    lists = [entry("bad", f"10.0.{high}.{low}") for high in range(10) for low in range(0, 256, 2)]
    tables = Tables([rule("drop", src_address_list="bad")], lists)
    assert [(text, each.answer) for text, each in reach(tables, "input", Packet(source="10.0.0.0/8"))] == [
        ("10.0.0.0/8", "unknown")
    ]
    assert len(reach(tables, "input", Packet(source="10.0.0.0/24"))) == 256


def test_two_thousand_rules_over_long_lists_take_no_time() -> None:
    """After indexing; five lists of 10,000 members each, and no rule that decides before the last."""
    picked = random.Random(7)
    lists = [
        entry(f"list{number}", f"10.{picked.randrange(256)}.{picked.randrange(256)}.{picked.randrange(256)}")
        for number in range(5)
        for _unused in range(10_000)
    ]
    rules = [
        rule("drop", src_address_list=f"list{at % 5}", protocol="tcp", dst_port=str(at + 1), connection_state="new")
        for at in range(1000)
    ] + [rule("accept", src_address_list=f"!list{at % 5}", src_address="192.0.2.0/24") for at in range(1000)]
    tables = Tables(rules, lists)
    judge(tables, "input", NEW)
    taken = []
    for source in ("10.1.2.3", "203.0.113.1", "0.0.0.0/0"):
        start = time.process_time()
        judge(tables, "input", Packet(source=source, protocol="tcp", destination_port=40000, state="new"))
        taken.append(time.process_time() - start)
    assert max(taken) < 0.1
