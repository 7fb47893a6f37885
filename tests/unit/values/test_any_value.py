# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of any kind: written forms are stable, any reading of a value compares equal to it, nothing ever crashes."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils import menus
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue, Kind, kind
from hypothesis import given
from hypothesis import strategies as st

EXPRESSIONS = sorted({each.type for path in menus.paths() for each in menus.menu(path).properties.values()})
ANY_KIND = st.sampled_from(EXPRESSIONS)
_WORDS = """
    yes no true 1 -1 0x10 1m 00:01:00 1w2d 5,10 5,10:packet 192.0.2.1 192.0.2.0/24 192.0.2.1-192.0.2.9 fe80::1%e
    2001:db8::1/128 ::ffff:192.0.2.1 !tcp !a,b a,!b ! !, , *1F 2048KiB 8h-17h,mon mar/10/2033 DNS:x 48:A9:8A:01:02:03
    10.0.0.1/24 none 9999999999999999999999999w ١٢ /24 - 1- 0s ether1 rest-api,!dude syn,!ack
"""
WORDS = st.sampled_from(_WORDS.split())
JUNK = st.one_of(st.text(max_size=20), WORDS, st.lists(WORDS, max_size=4).map(",".join))
GIVEN = st.one_of(
    JUNK, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(JUNK | st.integers(), max_size=3), st.just({})
)


@given(ANY_KIND, JUNK)
def test_whatever_a_router_answers_is_compared_and_shown(expression: str, text: str) -> None:
    one = kind(expression)
    hash(one.key(text))
    assert one.key(text) == one.key(text)
    one.show(text)


@given(ANY_KIND, GIVEN)
def test_what_is_written_is_stable_and_anything_else_is_refused(expression: str, value: object) -> None:
    one = kind(expression)
    assert isinstance(one, Kind)
    try:
        text = one.write(value)
    except BadValue:
        return
    assert isinstance(text, str)
    assert one.key(one.write(text) if text else text) == one.key(text)


@given(ANY_KIND, GIVEN)
def test_what_is_shown_can_be_written_again(expression: str, value: object) -> None:
    one = kind(expression)
    try:
        text = one.write(value)
    except BadValue:
        return
    if text:
        assert one.key(one.write(one.show(text))) == one.key(text)


@given(st.integers(0, 10**9))
def test_durations_in_every_form(seconds: int) -> None:
    one = kind("duration")
    text = one.write(seconds)
    days, rest = divmod(seconds, 86400)
    clock = str(timedelta(seconds=rest)).rjust(8, "0")
    for form in (
        f"{seconds}s",
        f"{days}d{clock}",
        f"{days}d {clock}",
        f"{seconds // 60}m{seconds % 60}s",
        str(seconds),
    ):
        assert one.key(form) == one.key(text)
        assert one.write(form) == text
    sizes = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    total, number = 0, ""
    for letter in text:
        if letter in sizes:
            total, number = total + int(number) * sizes[letter], ""
        else:
            number += letter
    assert total == seconds


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_prefixes_of_ipv4(address: ipaddress.IPv4Address, length: int) -> None:
    network = ipaddress.ip_network((address, length), strict=False)
    rule, service = kind("ip4-range"), kind("ip-prefix")
    assert rule.write(str(network)) == (str(network) if length < 32 else str(address))
    assert service.write(str(network)) == str(network)
    spelled = f"{network.network_address}-{network.broadcast_address}"
    assert rule.write(spelled) == rule.write(str(network))
    assert rule.key(spelled) == rule.key(f"{address}/{length}") == service.key(str(network))
    if network.network_address != address:
        with pytest.raises(BadValue, match=str(network).replace(".", r"\.")):
            rule.write(f"{address}/{length}")


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_ranges_of_ipv4(low: ipaddress.IPv4Address, high: ipaddress.IPv4Address) -> None:
    rule = kind("ip4-range")
    if high < low:
        with pytest.raises(BadValue, match="ends before it starts"):
            rule.write(f"{low}-{high}")
        return
    assert rule.key(rule.write(f"{low}-{high}")) == (4, int(low), int(high))


@given(st.ip_addresses(v=6), st.integers(0, 128))
def test_prefixes_of_ipv6(address: ipaddress.IPv6Address, length: int) -> None:
    network = ipaddress.ip_network((address, length), strict=False)
    one = kind("ip6-prefix")
    text = one.write(network.exploded.upper())
    assert text.endswith(f"/{length}")
    assert text == text.lower()
    assert ipaddress.ip_network(text) == network
    assert one.key(f"{address.exploded}/{length}") == one.key(text)


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 300)), min_size=1, max_size=5), st.data())
def test_ports_in_any_order(ports: list[tuple[int, int]], data: st.DataObject) -> None:
    one = kind("!port-list")
    ranges = [f"{low}-{min(low + more, 65535)}" if more else str(low) for low, more in ports]
    assert one.key(one.write(ranges)) == one.key(",".join(data.draw(st.permutations(ranges))))
    assert one.key("!" + one.write(ranges)) != one.key(one.write(ranges))


@given(st.sets(st.sampled_from(["invalid", "established", "related", "new", "untracked"]), min_size=1), st.data())
def test_sets_in_any_order(states: set[str], data: st.DataObject) -> None:
    one = kind("!flagset invalid established related new untracked")
    mixed = data.draw(st.permutations(sorted(states)))
    assert one.write(mixed) == one.write(",".join(sorted(states)))
    assert one.key(",".join(mixed)) == one.key(one.write(mixed))
    assert one.write([f"!{word}" for word in mixed]) == "!" + one.write(mixed)


POLICIES = kind("policies local telnet read write policy api")


@given(st.sets(st.sampled_from(["local", "telnet", "read", "write", "policy", "api"])), st.data())
def test_policies_name_every_policy_once(granted: set[str], data: st.DataObject) -> None:
    refused = data.draw(st.sets(st.sampled_from(["dude", "tikapp", "future"])))
    text = POLICIES.write([*granted, *(f"!{word}" for word in refused)])
    words = text.split(",")
    assert {word for word in words if not word.startswith("!")} == granted
    assert {word.lstrip("!") for word in words} == {"local", "telnet", "read", "write", "policy", "api"}
    assert words == sorted(words, key=lambda word: word.startswith("!"))
    assert POLICIES.key(text) == POLICIES.key(",".join(granted))
