# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may connect: addresses and prefixes as users write them."""

from __future__ import annotations

import ipaddress

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.filter.prefixes import FilterModule
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes
from ansible_collections.bastion.routeros.plugins.test.prefixes import TestModule
from hypothesis import given
from hypothesis import strategies as st

FILTERS = FilterModule().filters()
TESTS = TestModule().tests()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("10.0.0.1/24", "write 10.0.0.0/24 for the network or 10.0.0.1"),
        ("2001:db8::1/64", "write 2001:db8::/64 for the network or 2001:db8::1"),
        ("router.example.net", "is a name"),
        ("localhost", "is a name"),
        ("192.0.2.1-192.0.2.6", "write 192.0.2.1/32, 192.0.2.2/31, 192.0.2.4/31, 192.0.2.6/32"),
        ("192.0.2.1-50", "neither an IPv4 nor an IPv6 address"),
        ("192.0.2.0/255.255.255.0", "length of the prefix"),
        ("192.0.2.0/33", "at most 32 bits"),
        ("2001:db8::/129", "at most 128 bits"),
        ("fe80::1%ether1", "leave out the interface"),
        ("300.1.1.1", "neither an IPv4"),
        ("", "expected an address"),
        (None, "expected an address"),
        (7, "expected an address"),
    ],
)
def test_what_is_no_prefix_is_refused_with_what_to_write(value: object, told: str) -> None:
    messages = FILTERS["prefix_problems"]([value, "192.0.2.0/24"])
    assert len(messages) == 1
    assert told in messages[0]
    with pytest.raises(AnsibleFilterError, match=r"bastion\.routeros\.prefixes"):
        FILTERS["prefixes"]([value])


def test_one_form_each_once_in_order() -> None:
    values = ["2001:DB8::1/128", "192.0.2.1/32", "192.0.2.1", " 198.51.100.0/24 ", "2001:db8:0::1"]
    assert FILTERS["prefixes"](values) == ["2001:db8::1", "192.0.2.1", "198.51.100.0/24"]
    assert FILTERS["prefixes"](values, "ipv4") == ["192.0.2.1", "198.51.100.0/24"]
    assert FILTERS["prefixes"](values, "ipv6") == ["2001:db8::1"]
    with pytest.raises(AnsibleFilterError, match="ipv4 or ipv6"):
        FILTERS["prefixes"](values, "ip")


@pytest.mark.parametrize(
    ("values", "everyone"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["128.0.0.0/1", "10.0.0.0/8", "0.0.0.0/2", "64.0.0.0/2"], True),
        (["::/1", "8000::/1"], True),
        (["2000::/3"], True),
        (["2000::/4", "3000::/4"], True),
        (["0.0.0.0/1"], False),
        (["0.0.0.0/1", "8000::/1"], False),
        (["128.0.0.0/2", "0.0.0.0/1"], False),
        (["10.0.0.0/8", "2001:db8::/32"], False),
        ([], False),
    ],
)
def test_everyone_in_one_or_several_prefixes(values: list[str], everyone: bool) -> None:
    assert TESTS["covers_everyone"](values) is everyone


def test_addresses_within_prefixes_taken_together() -> None:
    networks = ["192.0.2.0/25", "192.0.2.128/25", "2001:db8::/32"]
    holds = TESTS["contains_address"]
    assert holds(networks, "192.0.2.200")
    assert holds(networks, "192.0.2.0/24")
    assert holds(networks, "2001:db8:5::/48")
    assert not holds(networks, "192.0.3.1")
    assert not holds(networks, "192.0.0.0/16")
    assert not holds(["2001:db8::/32"], "192.0.2.1")
    assert FILTERS["outside"](["192.0.2.7", "203.0.113.7", "::1"], networks) == ["203.0.113.7", "::1"]
    with pytest.raises(AnsibleFilterError, match="host bits"):
        holds(["192.0.2.1/24"], "192.0.2.1")
    with pytest.raises(AnsibleFilterError, match="is a name"):
        FILTERS["outside"](["192.0.2.1"], ["example.net"])
    with pytest.raises(AnsibleFilterError, match="is a name"):
        TESTS["covers_everyone"]("example.net")


def test_alternative_names() -> None:
    names = [
        "router.example.net",
        "192.0.2.1",
        "2001:DB8::1",
        "DNS:router.example.net",
        "email:a@example.net",
        "ip:192.0.2.1",
    ]
    assert FILTERS["subject_alt_names"](names) == [
        "DNS:router.example.net",
        "IP:192.0.2.1",
        "IP:2001:db8::1",
        "email:a@example.net",
    ]


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_splitting_a_network_changes_nothing(number: int, length: int) -> None:
    network = ipaddress.ip_network((number, length), strict=False)
    halves = [str(half) for half in network.subnets()] if length < 32 else [str(network)]
    assert prefixes.contains(halves, str(network))
    assert prefixes.covers_everyone(halves) is (length == 0)
    assert prefixes.outside([str(network.network_address), str(network.broadcast_address)], halves) == []


@given(st.text(max_size=20))
def test_any_text_is_taken_or_explained(text: str) -> None:
    found = prefixes.problems([text])
    assert found == [] or (len(found) == 1 and len(found[0]) > 20)


@pytest.mark.parametrize(
    ("printed", "address", "admitted", "everyone"),
    [
        ("", "192.0.2.7", True, True),
        ("0.0.0.0/0,::/0", "2001:db8::7", True, True),
        ("::/0,0.0.0.0/0", "192.0.2.7", True, True),
        ("0.0.0.0/0", "2001:db8::7", False, True),
        ("0.0.0.0/1,128.0.0.0/1", "192.0.2.7", True, True),
        ("192.0.2.0/24", "192.0.2.7", True, False),
        ("192.0.2.7", "192.0.2.7", True, False),
        ("192.0.2.1/24", "192.0.2.7", True, False),
        ("fe80::/10,192.0.2.0/24", "fe80::1%ether1", True, False),
        ("198.51.100.0/24,2001:db8::/32", "192.0.2.7", False, False),
        ("office", "192.0.2.7", False, False),
    ],
)
def test_whom_a_list_that_a_router_prints_lets_in(printed: str, address: str, admitted: bool, everyone: bool) -> None:
    assert prefixes.admits(printed, address) is admitted
    assert prefixes.admits_everyone(printed) is everyone
