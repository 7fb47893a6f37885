# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input of the ipsec_api_tunnel role: each refusal says what is wrong, where, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import ipsec_problems
from ansible_collections.bastion.routeros.tests.unit.ipsec.tunnels import SECRET, settings
from hypothesis import given
from hypothesis import strategies as st

ROUTER: dict[str, Any] = {
    "version": "7.22.3",
    "services": {"api-ssl": {"port": 8729, "disabled": False, "address": ["198.51.100.0/24"]}},
    "addresses": ["192.168.88.1/24", "203.0.113.1/30"],
    "ipsec_peers": {"bastion-api": {"address": "198.51.100.7/32", "exchange_mode": "ike2"}},
}
PSK = {"auth": "psk", "psk": SECRET}


def problems(facts: dict[str, Any] | None = None, /, **changes: Any) -> str:
    return "\n".join(ipsec_problems.problems(settings(**changes), ROUTER if facts is None else ROUTER | facts))


def test_good_variables_have_no_problems() -> None:
    assert problems() == ""
    assert problems(**PSK) == ""
    assert ipsec_problems.problems(settings(), {}) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"router": {}}, "ipsec_api_tunnel_router is missing"),
    ({"router": "203.0.113.1"}, "ipsec_api_tunnel_router is missing: expected a dictionary"),
    ({"controller": None}, "ipsec_api_tunnel_controller is missing"),
    ({"router__id": None}, "ipsec_api_tunnel_router.id is missing"),
    ({"controller__id": ""}, "ipsec_api_tunnel_controller.id is missing"),
    ({"controller__id": "router1.example.net"}, "each end needs its own"),
    ({"router__id": "key-id:gate"}, "a certificate cannot hold a key-id"),
    ({"router__id": "address:here"}, "is no address"),
    ({"controller__id": "*.example.net"}, "would be everybody's"),
    ({"controller__id": "two words"}, "is no name"),
    ({"router__inside": None}, "ipsec_api_tunnel_router.inside is missing"),
    ({"router__outside": "198.51.100.7"}, "are both 198.51.100.7"),
    ({"router__outside": "2001:db8::1"}, "of one family"),
    ({"router__outside": "router.example.net"}, "is a name; write the address"),
    ({"router__outside": "203.0.113.0/24"}, "is a network; one address is needed"),
    ({"router__outside": "0.0.0.0"}, "no address that a host can have"),
    ({"router__inside": ["192.168.88.1", "192.168.89.1"]}, "one address of each family at most"),
    ({"router__inside": "198.51.100.7"}, "they have to differ"),
    ({"router__inside": ["192.168.88.1", "2001:db8::1"]}, "Only one end has an IPv6 address"),
    ({"router__insid": "x"}, "does not know insid"),
    ({"router__subnets": ["0.0.0.0/0"]}, "is everything"),
    ({"router__subnets": ["::/0"]}, "is everything"),
    ({"router__subnets": ["0.0.0.0/1", "128.0.0.0/1"]}, "together are a whole address family"),
    ({"router__subnets": ["10.0.0.1/8"]}, "host bits"),
    ({"router__subnets": ["198.51.100.0/24"]}, "overlap"),
    ({"router__inside": "203.0.113.1"}, "ipsec_api_tunnel_allow_capture"),
    ({"router__subnets": ["203.0.113.0/30"]}, "ipsec_api_tunnel_allow_capture"),
    ({"mode": "transport", "router__inside": None}, "ipsec_api_tunnel_allow_capture"),
    ({"mode": "transport", "allow_capture": True}, "leave out inside and subnets"),
    (
        {"mode": "transport", "allow_capture": True, "router__inside": None, "controller__local": "10.0.0.5"},
        "does not work through address translation",
    ),
    ({"mode": "gre"}, "ipsec_api_tunnel_mode is tunnel or transport"),
    ({"auth": "xauth"}, "ipsec_api_tunnel_auth is certificate or psk"),
    ({"encryption": "3des"}, "ipsec_api_tunnel_encryption is aes-256-gcm or aes-256-cbc"),
    ({"dh_group": "modp1024"}, "ipsec_api_tunnel_dh_group is ecp256 or modp2048"),
    ({"name": "a name"}, "ipsec_api_tunnel_name"),
    ({"name": "much-too-long-a-name"}, "at most 12"),
    ({"port": 0}, "ipsec_api_tunnel_port"),
    ({"ike_lifetime": "1s"}, "ipsec_api_tunnel_ike_lifetime"),
    ({"lifetime": "soon"}, "ipsec_api_tunnel_lifetime"),
    ({"dpd_interval": "disable-dpd"}, "ipsec_api_tunnel_dpd_interval"),
    ({"dpd_interval": "0s"}, "ipsec_api_tunnel_dpd_interval"),
    ({"dpd_failures": 0}, "ipsec_api_tunnel_dpd_failures"),
    ({"auth": "psk"}, "ipsec_api_tunnel_psk is missing"),
    ({"psk": SECRET}, "leave out one of them"),
    ({"auth": "psk", "psk": "Tr0ub4dor&3"}, "has 11 of at least 20 characters"),
    ({"auth": "psk", "psk": "a" * 40}, "repeats itself too much"),
    ({"auth": "psk", "psk": "abcdefghijklmnopqrstuvwxyz"}, "repeats itself too much"),
    ({"auth": "psk", "psk": "passwordpasswordpassword"}, "repeats itself too much"),
    ({"auth": "psk", "psk": SECRET + "ä"}, "outside of ASCII"),
    ({"auth": "psk", "psk": SECRET + " "}, "spaces at an end"),
    ({"clear_sources": ["0.0.0.0/0"]}, "lets everybody use the API outside"),
    ({"clear_sources": ["office"]}, "ipsec_api_tunnel_clear_sources"),
    ({"login_host": "203.0.113.1"}, "set ansible_host to 192.168.88.1"),
    ({"port": 8730}, "listens on port 8729"),
    ({"controller__inside": "10.255.0.2"}, "answers 198.51.100.0/24 only, and not 10.255.0.2"),
    ({"router__inside": "192.168.89.1"}, "is no address of this router"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message for _changes, message in BAD])
def test_bad_input_is_refused(changes: dict[str, Any], message: str) -> None:
    found = problems(**changes)
    assert message in found
    assert SECRET not in found


@pytest.mark.parametrize(
    ("router", "changes", "message"),
    [
        ({"version": "7.11.2"}, {}, "nothing is written below 7.12"),
        (
            {"users": {"automation": {"address": ["203.0.113.0/24"]}}},
            {"login": "automation"},
            "The user 'automation' of this router may log in from 203.0.113.0/24 only, and not from 198.51.100.7",
        ),
        ({"version": "6.49.13"}, {}, "nothing is written below 7.12"),
        ({"services": {"api-ssl": {"port": 8729, "disabled": True}}}, {}, "api-ssl of this router is off"),
        (
            {"ipsec_peers": {"branch": {"address": "192.0.2.1/32"}}},
            {"ike_from_others": "drop"},
            "has other IPsec peers (branch)",
        ),
        (
            {"ipsec_peers": {"mine": {"address": "198.51.100.7/32", "exchange_mode": "ike2"}}},
            {},
            "The peer 'mine' of this router has the address 198.51.100.7",
        ),
    ],
)
def test_the_router_has_a_say(router: dict[str, Any], changes: dict[str, Any], message: str) -> None:
    assert message in problems(router, **changes)


def test_what_others_have_is_no_problem_by_itself() -> None:
    peers = {
        "branch": {"address": "192.0.2.1/32", "exchange_mode": "ike2"},
        "old": {"address": "198.51.100.7/32", "exchange_mode": "main"},
        "off": {"address": "198.51.100.7/32", "exchange_mode": "ike2", "disabled": True},
    }
    assert problems({"ipsec_peers": peers}) == ""


def test_a_capture_that_was_accepted_is_a_warning() -> None:
    made = settings(mode="transport", router__inside=None, allow_capture=True, login_host="203.0.113.1")
    assert ipsec_problems.problems(made, {}) == []
    assert any("keep SSH or WinBox at hand" in text for text in ipsec_problems.warnings(made))


def test_weak_points_are_named_and_secrets_are_not() -> None:
    found = ipsec_problems.warnings(settings(**PSK, clear_sources=["192.0.2.10"]))
    assert any("recommends against them" in text for text in found)
    assert any("192.0.2.10" in text for text in found)
    assert SECRET not in "\n".join(found)
    assert ipsec_problems.warnings(settings()) == []


@given(st.binary(min_size=24, max_size=48))
def test_random_secrets_are_strong(data: bytes) -> None:
    import base64

    secret = base64.b64encode(data).decode()
    # Hypothesis likes bytes that repeat themselves; what OpenSSL makes does not.
    if len(set(data)) > len(data) // 2 and len(set(data)) > 16:
        assert ipsec_problems.psk_weaknesses(secret) == []


@given(
    st.dictionaries(
        st.sampled_from(sorted(settings())), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())
    )
)
def test_no_variable_makes_it_fail(changes: dict[str, Any]) -> None:
    """Whatever somebody writes gets an answer, and never a traceback."""
    found = ipsec_problems.problems(settings() | changes, ROUTER)
    assert all(text.endswith((".", "33")) for text in found)
