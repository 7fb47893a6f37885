# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps about who still gets in: first the simulated router shows them, then our modules do not fall in."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from routeros_simulator.local import LocalSession
from routeros_simulator.ssh_keys import password_allowed
from routeros_simulator.testing import Simulator, running

from ..raw import RawClient, ret, rows, trap
from .conftest import ours
from .test_network import certificate, login, outcome, service_id

shown, avoided = pytest.mark.shown, pytest.mark.avoided
RULES = "/ip/firewall/filter"
LISTS = "/ip/firewall/address-list"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50) as simulator:
        yield simulator


def rule(client: RawClient, *words: str, path: str = RULES) -> str:
    return ret(client.talk(f"{path}/add", *words))


def served6(sim: Simulator) -> bool:
    try:
        with RawClient(sim.api_port, "::1", timeout=1) as client:
            client.login()
    except (OSError, EOFError):
        return False
    return True


@shown(37)
@avoided(37)
def test_rules_of_ipv4_leave_ipv6_open(sim: Simulator) -> None:
    if not served6(sim):
        pytest.skip("this machine has no ::1")
    with login(sim) as client:
        rule(client, "=chain=input", "=src-address=127.0.0.9", "=action=drop")
        drop = rule(client, "=chain=input", "=src-address=!127.0.0.1", "=action=drop")
        assert outcome(sim, "127.0.0.9", patience=1) == "silent"
        assert served6(sim)
        client.talk(f"{RULES}/remove", f"=.id={drop}")
    rules = [{"action": "accept", "src_address_list": "mine"}, {"action": "drop"}]
    for address in ("127.0.0.1",):
        ours(sim, "address_list", {"list": "mine", "entries": [address]})
    options = {"ruleset": "own", "entry": {"protocol": "tcp", "dst_port": [sim.api_port]}, "rules": rules}
    assert ours(sim, "firewall_filter", {**options, "family": "both"}).changed
    assert not served6(sim)


@shown(38)
def test_raw_rules_cut_sessions_that_are_open(sim: Simulator) -> None:
    with login(sim) as client, login(sim, "127.0.0.9", timeout=1) as other:
        rule(client, "=chain=input", "=connection-state=established,related", "=action=accept")
        rule(client, "=chain=input", "=src-address=127.0.0.9", "=action=drop")
        assert rows(other.talk("/system/identity/print")), "an accept of what is established keeps it"
        rule(client, "=chain=prerouting", "=src-address=127.0.0.9", "=action=drop", path="/ip/firewall/raw")
        with pytest.raises(TimeoutError):
            other.talk("/system/identity/print")


@shown(94)
@avoided(94)
def test_a_source_without_ipsec_policy_is_anybodys(sim: Simulator) -> None:
    with running("7.22.3", time_scale=50, ipsec=["127.0.1.0/24"]) as tunnelled, login(tunnelled) as client:
        rule(client, "=chain=input", "=src-address=127.0.0.1", "=action=accept")
        plain = rule(client, "=chain=input", "=src-address=127.0.0.0/16", "=action=accept")
        rule(client, "=chain=input", "=action=drop")
        assert outcome(tunnelled, "127.0.0.9") == outcome(tunnelled, "127.0.1.9") == "served"
        client.talk(f"{RULES}/set", f"=.id={plain}", "=ipsec-policy=in,ipsec")
        assert outcome(tunnelled, "127.0.1.9") == "served"
        assert outcome(tunnelled, "127.0.0.9", patience=1) == "silent"
        client.talk(f"{RULES}/remove", "=numbers=0,1,2")
        for row in rows(client.talk(f"{RULES}/print")):
            client.talk(f"{RULES}/remove", f"=.id={row['.id']}")
        rules = [
            {"action": "accept", "src_address": "127.0.0.1"},
            {"action": "accept", "src_address": "127.0.0.0/16", "ipsec_policy": "in,ipsec"},
            {"action": "drop"},
        ]
        options: dict[str, Any] = {"ruleset": "tunnel", "family": "ipv4", "rules": rules}
        assert ours(tunnelled, "firewall_filter", options).changed
        assert (outcome(tunnelled, "127.0.1.9"), outcome(tunnelled, "127.0.0.9", patience=1)) == ("served", "silent")


@shown(47)
@avoided(47)
def test_an_entry_of_the_list_that_lets_us_in(sim: Simulator) -> None:
    with login(sim) as client:
        entry = ret(client.talk(f"{LISTS}/add", "=list=managers", "=address=127.0.0.0/8"))
        rule(client, "=chain=input", "=src-address-list=managers", "=action=accept")
        rule(client, "=chain=input", "=action=drop")
        with pytest.raises(Exception, match=r"(?i)lock|no longer|not get in|refused"):
            ours(sim, "address_list", {"list": "managers", "entries": [], "state": "replaced"})
        assert outcome(sim, "127.0.0.1") == "served"
        client.talk(f"{LISTS}/remove", f"=.id={entry}")
        assert outcome(sim, "127.0.0.1", patience=1) == "silent"


@shown(52)
@avoided(52)
def test_the_policies_of_the_own_group(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/user/group/add", "=name=robots", "=policy=api,read,write,policy,sensitive,test,ftp")
        client.talk("/user/add", "=name=robot", "=group=robots", "=password=x")
        with RawClient(sim.api_port, timeout=5).login("robot", "x") as robot:
            robot.talk("/user/group/set", "=.id=robots", "=policy=!api")
        with RawClient(sim.api_port, timeout=5) as again:
            assert "not allowed" in trap(again.talk("/login", "=name=robot", "=password=x"))
    with pytest.raises(Exception, match=r"(?i)api|own"):
        ours(sim, "user_group", {"name": "full", "policy": ["read", "write"]})


@shown(55)
def test_a_key_of_ssh_switches_passwords_off(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/user/add", "=name=ann", "=group=full", "=password=x")
        assert sim.call(lambda: password_allowed(sim.router, "ann"))
        key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti ann"
        client.talk("/user/ssh-keys/add", "=user=ann", f"=key={key}")
        assert not sim.call(lambda: password_allowed(sim.router, "ann"))
        client.talk("/ip/ssh/set", "=password-authentication=yes")
        assert sim.call(lambda: password_allowed(sim.router, "ann"))


@shown(56)
def test_a_job_cannot_have_what_its_maker_lacks(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/user/group/add", "=name=robots", "=policy=api,read,write")
        client.talk("/user/add", "=name=robot", "=group=robots", "=password=x")
        with RawClient(sim.api_port, timeout=5).login("robot", "x") as robot:
            words = ("/system/scheduler/add", "=name=j", "=on-event=x", "=policy=read,reboot")
            assert "not enough permissions" in trap(robot.talk(*words))


@shown("64b")
def test_file_names_that_begin_alike() -> None:
    with running("7.22.3", time_scale=50, switches={"ambiguous_file_names": True}) as sim, login(sim) as client:
        certificate(client, "ca")
        client.talk("/certificate/sign", "=number=ca")
        sim.advance(5)
        client.talk("/certificate/export-certificate", "=numbers=ca", "=file-name=ca")
        client.talk("/file/add", "=name=ca.crt.old", "=contents=x")
        answer = client.talk("/certificate/import", "=file-name=ca.crt", "=passphrase=")
        assert "ambiguous value of file-name" in trap(answer)


@shown(67, 68)
@avoided(67, 68)
def test_a_router_of_1970_signs_for_1970() -> None:
    with running("7.22.3", time_scale=50, clock="1970-01-02 00:00:00") as sim, login(sim) as client:
        assert "key-usage" in trap(client.talk("/certificate/add", "=name=x", "=key-usage=keyCertSign"))
        client.talk("/certificate/sign", f"=number={certificate(client, 'leaf')}")
        sim.advance(5)
        (row,) = rows(client.talk("/certificate/print", "?name=leaf"))
        assert row["invalid-before"].startswith("1970")
        client.talk("/ip/service/set", f"=.id={service_id(client, 'api-ssl')}", "=certificate=leaf")
        pem = ssl.get_server_certificate(("127.0.0.1", sim.api_ssl_port))
        assert x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.year == 1970
        options = {"name": "ours", "common_name": "ours", "key_size": "prime256v1"}
        with pytest.raises(Exception, match="clock says 1970"):
            ours(sim, "certificate", options)
    with pytest.raises(Exception, match="key_usage"):
        ours(sim, "certificate", {**options, "key_usage": ["keyCertSign"]})


@shown(40)
def test_the_default_rules_of_a_home_router_go_by_interface_lists() -> None:
    """They drop what does not come from the list LAN, in which a management port may not be."""
    with running("7.22.3", interface="ether1") as sim, login(sim) as client:
        rule(client, "=chain=input", "=src-address=127.0.0.1", "=action=accept")
        client.talk("/interface/list/add", "=name=LAN")
        client.talk("/interface/list/member/add", "=list=LAN", "=interface=ether2")
        rule(client, "=chain=input", "=action=drop", "=in-interface-list=!LAN")
        assert outcome(sim, "127.0.0.9", patience=1) == "silent"
        client.talk("/interface/list/member/add", "=list=LAN", "=interface=ether1")
        assert outcome(sim, "127.0.0.9") == "served"


@shown(99)
@avoided(99)
def test_the_vrf_of_a_service_shuts_everybody_else_out(sim: Simulator) -> None:
    with running("7.22.3", time_scale=50, interfaces={"127.0.2.0/24": "ether2"}) as split:
        with login(split, "127.0.2.1") as inside, login(split, "127.0.0.9") as outside:
            outside.talk("/ip/vrf/add", "=name=management", "=interfaces=ether2")
            with pytest.raises((EOFError, OSError)):  # its interface has left the VRF of the service
                inside.talk("/system/identity/print")
            outside.send("/ip/service/set", f"=.id={service_id(outside, 'api')}", "=vrf=management")
            with pytest.raises((EOFError, OSError)):
                outside.answer()
        assert outcome(split, "127.0.2.1") == "served"
        assert outcome(split, "127.0.0.9") in ("refused", "closed")
    with login(sim) as client:
        client.talk("/ip/vrf/add", "=name=management", "=interfaces=ether2")
    with pytest.raises(Exception, match="as it was before"):
        ours(sim, "service", {"name": "api", "vrf": "management"})
    assert outcome(sim, "127.0.0.1") == "served"


@shown(98)
def test_a_single_address_of_ipv6_blocks_a_single_address(admin: LocalSession) -> None:
    lists = "/ipv6/firewall/address-list"
    admin.add(lists, list="blocked", address="2001:db8:0:1::5")
    assert admin.column(lists, "address") == ["2001:db8:0:1::5/128"]
    admin.add(lists, list="blocked", address="2001:db8:0:1::7/64")
    assert admin.column(lists, "address")[1] == "2001:db8:0:1::/64"
