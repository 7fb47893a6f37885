# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both ends of a tunnel say the same, whatever the variables are; judged by a translation of its own."""

from __future__ import annotations

import base64
import ipaddress
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.filter.ipsec_api_tunnel import FilterModule
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import ipsec_problems
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import kind
from ansible_collections.bastion.routeros.tests.unit.ipsec.tunnels import SECRET, settings, swanctl
from hypothesis import given
from hypothesis import strategies as st

FILTERS = FilterModule().filters()
TRANSFORMS = {"aes-256-gcm": "aes256gcm16", "aes-256-cbc": "aes256-sha256"}
PREFIXES = {"fqdn": "@", "user-fqdn": "@@", "address": ""}


def rows(made: dict[str, Any], *parts: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for change in FILTERS["ipsec_tunnel_router"](made, parts):
        ((module, options),) = change.items()
        found.setdefault(module, []).append(options)
    return found


def seconds(text: str) -> int:
    return int(kind("duration").key(kind("duration").write(text))) // 1_000_000  # type: ignore[call-overload]


@st.composite
def tunnels(draw: st.DrawFn) -> dict[str, Any]:
    four = st.integers(0x0B000000, 0x0B00FFFF).map(lambda number: str(ipaddress.IPv4Address(number)))
    outside, other = draw(st.lists(four, min_size=2, max_size=2, unique=True))
    inside = draw(st.sampled_from([["192.168.88.1"], ["192.168.88.1", "2001:db8:1::1"], ["2001:db8:1::1"]]))
    there = [{"4": "10.255.0.2", "6": "2001:db8:2::2"}["6" if ":" in each else "4"] for each in inside]
    names = st.sampled_from(
        ["a.example.net", "box", "fqdn:b.example.net", "me@example.net", "192.0.2.9", "2001:db8::9"]
    )
    router_id, controller_id = draw(st.lists(names, min_size=2, max_size=2, unique=True))
    psk = draw(st.booleans())
    return settings(
        auth="psk" if psk else "certificate",
        psk=SECRET if psk else "",
        encryption=draw(st.sampled_from(["aes-256-gcm", "aes-256-cbc"])),
        dh_group=draw(st.sampled_from(["ecp256", "modp2048"])),
        ike_lifetime=f"{draw(st.integers(10, 1440))}m",
        lifetime=f"{draw(st.integers(300, 86400))}s",
        router={
            "outside": outside,
            "inside": inside,
            "id": router_id,
            "subnets": draw(st.sampled_from([[], ["172.16.0.0/24"], ["172.16.0.0/24", "2001:db8:3::/64"]])),
        },
        controller={"outside": other, "inside": there, "id": controller_id},
    )


@given(tunnels())
def test_both_ends_agree(made: dict[str, Any]) -> None:
    assert ipsec_problems.problems(made, {}) == []
    end = rows(made, "negotiation", "peer", "identity", "policies")
    files = FILTERS["ipsec_tunnel_files"](made)
    conf = swanctl(files["swanctl"])
    (connection,) = conf["connections"].values()
    (profile,), (proposal,) = end["ipsec_profile"], end["ipsec_proposal"]
    (peer,), (identity,) = end["ipsec_peer"], end["ipsec_identity"]
    assert connection["version"] == "2"
    assert peer["exchange_mode"] == "ike2"
    assert connection["remote_addrs"] == made["router"]["outside"]
    assert peer["address"] == made["controller"]["outside"]
    assert connection["proposals"] == f"aes256-{profile['hash_algorithm']}-{profile['dh_group'][0]}"
    assert profile["enc_algorithm"] == ["aes-256"]
    assert len(profile["dh_group"]) == 1
    assert seconds(connection["rekey_time"].strip()) < seconds(profile["lifetime"])
    assert profile["dpd_interval"] != "disable-dpd"
    for side, name in (("local", "remote_id"), ("remote", "my_id")):
        type_, _colon, text = identity[name].partition(":")
        assert connection[side]["id"] == f"{PREFIXES[type_]}{text}"
    selectors = {(row["src_address"], row["dst_address"]) for row in end["ipsec_policy"]}
    children = connection["children"]
    assert {(child["remote_ts"], child["local_ts"]) for child in children.values()} == selectors
    assert len(children) == len(end["ipsec_policy"]) == len(selectors)
    for child in children.values():
        assert child["esp_proposals"] == f"{TRANSFORMS[proposal['enc_algorithms'][0]]}-{proposal['pfs_group']}"
        assert proposal["auth_algorithms"] == ([] if "gcm" in proposal["enc_algorithms"][0] else ["sha256"])
        assert seconds(child["rekey_time"]) < seconds(child["life_time"]) == seconds(proposal["lifetime"])
        assert child["mode"] == "tunnel"
    if made["auth"] == "psk":
        (secret,) = conf["secrets"].values()
        assert base64.b64decode(secret["secret"].removeprefix("0s")).decode() == identity["secret"] == SECRET
        assert {secret["id-1"], secret["id-2"]} == {connection["local"]["id"], connection["remote"]["id"]}
        assert identity["auth_method"] == "pre-shared-key"
    else:
        assert "secrets" not in conf
        assert connection["remote"]["cacerts"] == files["papers"]["authority"].removeprefix("x509ca/")
        assert identity["auth_method"] == "digital-signature"
        assert identity["certificate"] == ["bastion-ipsec-api"]


@given(tunnels())
def test_libreswan_is_told_the_same(made: dict[str, Any]) -> None:
    end = rows(made, "negotiation", "identity", "policies")
    files = FILTERS["ipsec_tunnel_files"](made)["libreswan"]
    conns: list[dict[str, str]] = []
    for line in next(text for name, text in files.items() if name.endswith(".conf")).splitlines():
        if line.startswith("conn "):
            conns.append({})
        elif not line.startswith("#"):
            name, _equals, value = line.strip().partition("=")
            assert name not in conns[-1]
            conns[-1][name] = value
    assert {(conn["rightsubnet"], conn["leftsubnet"]) for conn in conns} == {
        (row["src_address"], row["dst_address"]) for row in end["ipsec_policy"]
    }
    group = {"ecp256": "dh19", "modp2048": "modp2048"}[end["ipsec_profile"][0]["dh_group"][0]]
    for conn in conns:
        assert conn["ike"] == f"aes256-sha2_256-{group}"
        assert conn["esp"].endswith(f";{group}")
        assert conn["pfs"] == "yes"
        assert conn["right"] == made["router"]["outside"]
        assert conn["authby"] == ("secret" if made["auth"] == "psk" else "rsasig")
    assert any(name.endswith(".secrets") for name in files) == (made["auth"] == "psk")


@given(tunnels())
def test_every_value_is_one_that_the_menus_know(made: dict[str, Any]) -> None:
    end = rows(made, "negotiation", "peer", "identity", "policies")
    for module, path in (
        ("ipsec_profile", "/ip/ipsec/profile"),
        ("ipsec_peer", "/ip/ipsec/peer"),
        ("ipsec_identity", "/ip/ipsec/identity"),
        ("ipsec_proposal", "/ip/ipsec/proposal"),
        ("ipsec_policy", "/ip/ipsec/policy"),
    ):
        for row in end[module]:
            for option, value in row.items():
                if option in ("update_secret", "placement"):
                    continue
                known = menu(path).properties[option.replace("_", "-")]
                kind(known.type).write(value)
            assert row.get("name", "bastion-api") == row.get("profile", "bastion-api") == "bastion-api"


@given(tunnels())
def test_the_way_back_names_everything_that_was_made(made: dict[str, Any]) -> None:
    there = rows(made, "negotiation", "peer", "identity", "policies")
    # A change of the secret that was cut short leaves another identity.
    there["ipsec_identity"] += rows(made | {"interim": True}, "identity")["ipsec_identity"]
    gone = rows(made, "removal")
    assert sorted(row["remote_id"] for row in gone["ipsec_identity"]) == sorted(
        row["remote_id"] for row in there["ipsec_identity"]
    )
    assert {module: len(options) for module, options in there.items()} == {
        module: len(options) for module, options in gone.items()
    }
    assert all(row["state"] == "absent" for options in gone.values() for row in options)


@given(tunnels())
def test_the_controllers_other_name_is_the_same_on_both_ends(made: dict[str, Any]) -> None:
    interim = made | {"interim": True}
    (identity,) = rows(interim, "identity")["ipsec_identity"]
    (connection,) = swanctl(FILTERS["ipsec_tunnel_files"](interim)["swanctl"])["connections"].values()
    assert f"fqdn:{connection['local']['id'].removeprefix('@')}" == identity["remote_id"]
    (usual,) = rows(made, "identity")["ipsec_identity"]
    different = {name for name in usual if usual[name] != identity[name]}
    assert different == {"remote_id"}
    assert rows(made, "no_interim")["ipsec_identity"][0]["remote_id"] == identity["remote_id"]


@given(tunnels())
def test_a_connection_that_tries_is_alike_and_never_taken_for_the_one_that_is_up(made: dict[str, Any]) -> None:
    files = FILTERS["ipsec_tunnel_files"](made)
    ((name, connection),) = swanctl(files["swanctl"])["connections"].items()
    conf = swanctl(files["probe"]["swanctl"])
    ((other, tried),) = conf["connections"].items()
    assert "secrets" not in conf
    assert files["probe"]["name"] == other != name
    assert {key for key in connection if connection[key] != tried[key]} == {"over_time", "children"}
    for child, lines in connection["children"].items():
        assert lines | {"start_action": "none"} == tried["children"][child]


@pytest.mark.parametrize("auth", ["psk", "certificate"])
def test_a_tunnel_over_the_outside_addresses_is_for_the_api_alone(auth: str) -> None:
    made = settings(mode="transport", router__inside=None, auth=auth, psk=SECRET if auth == "psk" else "")
    (policy,) = rows(made, "policies")["ipsec_policy"]
    files = FILTERS["ipsec_tunnel_files"](made, "none")
    assert files["captures"]
    assert (policy["tunnel"], policy["protocol"], policy["src_port"]) == (False, "tcp", "8729")
    (connection,) = swanctl(files["swanctl"])["connections"].values()
    (child,) = connection["children"].values()
    assert child["mode"] == "transport"
    assert child["remote_ts"] == "203.0.113.1/32[tcp/8729]"
    assert child["local_ts"] == "198.51.100.7/32[tcp]"
    assert child["start_action"] == "none"
    # It has to be filled from the router's side, which is there before the controller's.
    assert rows(made, "peer")["ipsec_peer"][0]["passive"] is False


def test_the_gate_stands_above_everything_and_refuses_before_it_accepts() -> None:
    made = settings(controller__inside=["10.255.0.2", "2001:db8:2::2"], router__inside=["192.168.88.1", "2001:db8::1"])
    gates = rows(made, "entrance", "gate")["firewall_filter"]
    assert {gate["placement"] for gate in gates} == {"foremost"}
    way_in, clear, answers = gates
    api = [rule for rule in way_in["rules"] if rule.get("ipsec_policy")]
    assert [rule["src_address"] for rule in api] == ["10.255.0.2", "2001:db8:2::2"]
    assert [rule["family"] for rule in api] == ["ipv4", "ipv6"]
    assert all("connection_state" not in rule for gate in gates for rule in gate["rules"])
    assert clear["rules"][-1]["action"] == "reject"
    assert clear["rules"][-1]["ipsec_policy"] == "in,none"
    assert answers["rules"][-1]["ipsec_policy"] == "out,none"
    accepted = {rule["src_address"] for rule in way_in["rules"] if rule["action"] == "accept"}
    assert accepted == {"198.51.100.7", "10.255.0.2", "2001:db8:2::2"}


@pytest.mark.parametrize(("others", "families"), [("leave", {"ipv4": "present", "ipv6": "absent"}), ("drop", {})])
def test_a_family_without_rules_has_no_way_in(others: str, families: dict[str, str]) -> None:
    found = rows(settings(ike_from_others=others), "entrance")["firewall_filter"]
    assert {row["family"]: row.get("state", "present") for row in found if "family" in row} == families


def test_others_are_dropped_on_request_only() -> None:
    assert not [
        rule for rule in rows(settings(), "entrance")["firewall_filter"][0]["rules"] if rule["action"] == "drop"
    ]
    rules = rows(settings(ike_from_others="drop"), "entrance")["firewall_filter"][0]["rules"]
    assert [rule["protocol"] for rule in rules[-2:]] == ["udp", "ipsec-esp"]
    assert {rule["action"] for rule in rules[-2:]} == {"drop"}


def test_secrets_are_not_shown_by_accident() -> None:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.ipsec_tunnel import Tunnel

    assert SECRET not in repr(Tunnel.parse(settings(auth="psk", psk=SECRET)))
