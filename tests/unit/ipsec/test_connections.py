# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rows and lines belong to which peer, and how a connection is doing."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.connections import PATHS, collect, shown
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.whose import Peers, host, hosts
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from hypothesis import given
from hypothesis import strategies as st

Row = dict[str, str]
LOCAL, REMOTE = "192.0.2.1", "192.0.2.10"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4500", "192.0.2.1"),
        ("192.0.2.1/32", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4500", "2001:db8::1"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%ether1", "fe80::1"),
        ("router.example.net", None),
        ("", None),
        ("12:30:05", None),
    ],
)
def test_hosts_in_the_forms_of_the_router(text: str, address: str | None) -> None:
    assert host(text) == (ip_address(address) if address else None)


@pytest.mark.parametrize(
    ("message", "addresses"),
    [
        ("phase1 negotiation failed due to time up 192.0.2.1[500]<=>192.0.2.10[500] f24f:07a7", [LOCAL, REMOTE]),
        ("killing ike2 SA:::ffff:192.0.2.1 <->::ffff:192.0.2.10", [LOCAL, REMOTE]),
        ("killing ike2 SA: controller 192.0.2.1[4500]-192.0.2.10[4500] spi:07a735b6:f24f2cdd", [LOCAL, REMOTE]),
        ("identity not found for responder: ADDR4:192.0.2.1 peer: ADDR4:192.0.2.10", [LOCAL, REMOTE]),
        ("new ike2 SA (I): hub 2001:db8::1[500]-2001:db8::2[500]", ["2001:db8::1", "2001:db8::2"]),
        ("got fatal error: AUTHENTICATION_FAILED", []),
        ("version 7.22.3.1.2 at 10:20:30", []),
    ],
)
def test_addresses_in_messages(message: str, addresses: list[str]) -> None:
    assert hosts(message) == [ip_address(each) for each in addresses]


def test_the_narrowest_peer_is_meant() -> None:
    peers = Peers(
        [
            {"name": "anyone"},
            {"name": "net", "address": "192.0.2.0/24"},
            {"name": "off", "address": "192.0.2.10/32", "disabled": "true"},
            {"name": "host", "address": "192.0.2.11/32"},
            {"name": "dns", "address": "hub.example.net", "current-address": "198.51.100.1"},
        ]
    )
    expected = {"192.0.2.11": "host", "192.0.2.10": "net", "198.51.100.1": "dns", "203.0.113.1": "anyone"}
    assert {text: peers.at(ip_address(text)) for text in expected} == expected
    assert peers.at(ip_address("2001:db8::1")) == "anyone"
    assert peers.at(None) == ""


def tables(**more: Any) -> dict[str, list[Row]]:
    """A tunnel that is up, and what is different about it; a list replaces rows, a dictionary changes the first one."""
    outside, inside = f"{REMOTE}:4500", f"{LOCAL}:4500"
    sa = {"state": "mature", "enc-algorithm": "aes-gcm", "enc-key": "canary", "auth-key": "canary"}
    found: dict[str, list[Row]] = {
        "peer": [{"name": "controller", "address": f"{REMOTE}/32", "local-address": LOCAL, "exchange-mode": "ike2"}],
        "identity": [
            {"peer": "controller", "auth-method": "digital-signature", "certificate": "own", "secret": "canary"}
        ],
        "policy": [
            {
                "peer": "controller",
                "src-address": "10.7.0.1/32",
                "dst-address": "10.8.0.2/32",
                "ph2-state": "established",
            }
        ],
        "active": [{"local-address": LOCAL, "remote-address": REMOTE, "state": "established", "uptime": "1h"}],
        "sa": [
            {"src-address": outside, "dst-address": inside, "current-packets": "12", **sa},
            {"src-address": inside, "dst-address": outside, "current-packets": "9", **sa},
        ],
        "certificate": [{"name": "own", "fingerprint": "aa", "private-key": "true", "expires-after": "51w"}],
        "log": [],
    }
    for name, change in more.items():
        if isinstance(change, dict):
            found[name][0] |= change
        else:
            found[name] = change
    return dict(zip(PATHS, found.values(), strict=True))


def log(*messages: str, topics: str = "ipsec,error") -> list[Row]:
    return [{"time": f"10:00:{at:02}", "topics": topics, "message": text} for at, text in enumerate(messages)]


def only(**more: Any) -> dict[str, Any]:
    (connection,) = collect(tables(**more))
    result = shown(connection)
    assert "canary" not in str(result)
    return result


DOWN: dict[str, Any] = {"active": [], "sa": [], "policy": {"ph2-state": "no-phase2"}}
NO_SECOND: dict[str, Any] = {"sa": [], "policy": {"ph2-state": "no-phase2"}}


@pytest.mark.parametrize(
    ("more", "verdict", "failure", "words"),
    [
        ({}, "up", "", "12 packets in, 9 out"),
        ({"sa": []}, "up", "", "no SA is shown"),
        ({"peer": {"disabled": "true"}}, "off", "", "disabled"),
        ({"identity": []}, "incomplete", "incomplete", "No identity"),
        ({"identity": {"disabled": "true"}}, "incomplete", "incomplete", "No identity"),
        ({"policy": {"invalid": "true"}}, "failed", "policy_invalid", "10.7.0.1/32 to 10.8.0.2/32 is invalid"),
        (NO_SECOND, "idle", "", "nothing has asked"),
        ({"sa": [], "policy": []}, "incomplete", "incomplete", "no policy names the peer"),
        ({"sa": [], "policy": [], "identity": {"generate-policy": "port-strict"}}, "idle", "", "nothing has asked"),
        (
            {**NO_SECOND, "log": log("reply notify: TS_UNACCEPTABLE")},
            "failed",
            "ts_unacceptable",
            "do not mean the same packets",
        ),
        (DOWN, "waiting", "", "no attempt under way"),
        ({**DOWN, "peer": {"passive": "true"}}, "waiting", "", "has to begin"),
        ({**DOWN, "peer": {"address": "0.0.0.0/0"}}, "waiting", "", "has to begin"),
        ({**DOWN, "policy": []}, "incomplete", "incomplete", "No policy names the peer"),
        ({**DOWN, "policy": {"disabled": "true"}}, "incomplete", "incomplete", "No policy names the peer"),
        ({**DOWN, "active": {"state": "message-1-sent"}}, "failed", "no_answer", "the state is message-1-sent"),
        (
            {**DOWN, "log": log("got fatal error: AUTHENTICATION_FAILED")},
            "failed",
            "authentication_failed",
            "only its own log says why",
        ),
        ({**DOWN, "certificate": {"expired": "true"}}, "failed", "certificate_expired", "'own' is expired"),
        ({**DOWN, "certificate": {"private-key": "false"}}, "failed", "no_private_key", "'own' has no private key"),
    ],
)
def test_verdicts(more: dict[str, Any], verdict: str, failure: str, words: str) -> None:
    if isinstance(more.get("active"), dict):
        more = {**more, "active": [{"remote-address": REMOTE, **more["active"]}]}
    found = only(**more)
    assert (found["verdict"], found["failure"]) == (verdict, failure)
    assert words in found["why"]
    assert bool(found["check"]) == bool(failure)


def test_a_tunnel_from_which_nothing_comes_back() -> None:
    sas = tables()["/ip/ipsec/installed-sa"]
    sas[0]["current-packets"] = "0"
    found = only(sa=sas)
    assert (found["verdict"], found["failure"]) == ("one_way", "no_traffic")
    assert "sha256" in found["check"][0]
    sas[0] |= {"enc-algorithm": "aes-cbc", "hw-aead": "true"}
    assert "hw-aead" in only(sa=sas)["check"][0]
    # Nothing went in yet, so nothing is expected back.
    sas[1]["current-packets"] = "0"
    assert only(sa=sas)["verdict"] == "up"


def test_what_will_go_wrong_is_noted() -> None:
    assert only()["notes"] == []
    assert only(certificate={"expires-after": "6d2h"})["notes"] == [
        "the router's own certificate 'own' expires in 6d2h"
    ]
    assert "the next connection will fail" in only(certificate={"expired": "true"})["notes"][0]


def test_what_was_before_the_last_success_is_settled() -> None:
    messages = [
        "got fatal error: AUTHENTICATION_FAILED",
        "peer authorized: controller 192.0.2.1[4500]-192.0.2.10[4500]",
    ]
    assert only(**{**DOWN, "log": log(*messages)})["verdict"] == "waiting"
    assert only(**{**DOWN, "log": log(*reversed(messages))})["failure"] == "authentication_failed"


def test_lines_without_a_name_belong_to_the_peer_that_was_named() -> None:
    two = tables(**DOWN)
    two["/ip/ipsec/peer"].append({"name": "branch", "address": "198.51.100.7/32", "local-address": LOCAL})
    two["/ip/ipsec/identity"].append({"peer": "branch"})
    two["/ip/ipsec/policy"].append({"peer": "branch", "src-address": "10.0.0.0/8", "dst-address": "10.9.0.0/16"})
    two["/log"] = [
        *log("got fatal error: AUTHENTICATION_FAILED"),
        *log("killing ike2 SA: branch 192.0.2.1[4500]-198.51.100.7[4500]", topics="ipsec,info"),
        *log("user admin logged in from 192.0.2.10 via api", topics="system,info"),
        *log("=> key 0xcanary 192.0.2.10", topics="ipsec,debug,packet"),
        *log("new ike2 SA (R): ::ffff:192.0.2.1[4500]-::ffff:192.0.2.10[4500]", topics="ipsec,info"),
        *log("identity not found for responder: FQDN: a peer: FQDN: b"),
    ]
    found = {each["name"]: each for each in map(shown, collect(two))}
    assert "canary" not in str(found)
    assert found["branch"]["failure"] == "authentication_failed"
    assert found["controller"]["failure"] == "id_mismatch"
    assert len(found["branch"]["log"]) == len(found["controller"]["log"]) == 2


TEXT = st.one_of(
    st.text(max_size=12), st.sampled_from(["true", "false", "controller", f"{REMOTE}/32", "ipsec,error", "0"])
)


@given(
    st.fixed_dictionaries(
        {
            path: st.lists(
                st.dictionaries(st.sampled_from(sorted(menu(path).properties)), TEXT, max_size=8), max_size=3
            )
            for path in PATHS
        }
    )
)
def test_whatever_a_router_says_is_shown(rows: dict[str, list[Row]]) -> None:
    for connection in collect(rows):
        result = shown(connection)
        assert result["verdict"] in {"up", "one_way", "idle", "waiting", "off", "incomplete", "failed"}
        assert result["why"]
    assert collect({}) == []
