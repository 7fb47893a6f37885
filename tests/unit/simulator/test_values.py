# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written and what is read back, for every type, and the errors of bad text."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession

FILTER = "/ip/firewall/filter"


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("src-address", "192.0.2.1/32", "192.0.2.1"),
        ("src-address", "!192.0.2.77/24", "!192.0.2.0/24"),
        ("src-address", "192.168.0.0-192.168.1.255", "192.168.0.0/23"),
        ("src-address", "192.0.2.3-192.0.2.9", "192.0.2.3-192.0.2.9"),
        ("dst-port", "443,22,1000-2000,22", "443,22,1000-2000,22"),
        ("dst-port", "!22,80", "!22,80"),
        ("protocol", "6", "tcp"),
        ("protocol", "!200", "!200"),
        ("connection-state", "new,established,invalid", "invalid,established,new"),
        ("connection-state", "!related,established", "!established,related"),
        ("src-address-type", "!local,unicast", "!unicast,local"),
        ("limit", "5,10", "5,10:packet"),
        ("limit", "50/5,2:packet", "50/5s,2:packet"),
        ("limit", "10/1s,5:bit", "10,5:bit"),
        ("dst-limit", "2/60,5,src-address/100s", "2/1m,5,src-address/1m40s"),
        ("dst-limit", "1,5,src-address", "1,5,src-address"),
        ("address-list-timeout", "7d", "1w"),
        ("address-list-timeout", "00:01:00", "1m"),
        ("address-list-timeout", "90", "1m30s"),
        ("address-list-timeout", "none-static", "none-static"),
        ("time", "08:00:00-17:00:00,fri,mon", "8h-17h,mon,fri"),
        ("time", "0s-1d,sat,sun", "0s-1d,sun,sat"),
        ("psd", "21,00:00:03,3,1", "21,3s,3,1"),
        ("src-mac-address", "aa:bb:cc:00:11:22", "AA:BB:CC:00:11:22"),
        ("ipsec-policy", "in,ipsec", "in,ipsec"),
        ("ttl", "equal:1", "equal:1"),
        ("log", "yes", "true"),
        ("dscp", "!10", "!10"),
        ("content", "!a=b, c", "!a=b, c"),
    ],
)
def test_firewall_values(admin: LocalSession, name: str, written: str, read: str) -> None:
    admin.call(f"{FILTER}/add", "=chain=input", *(["=protocol=tcp"] if "port" in name else []), f"={name}={written}")
    assert admin.row(FILTER, "*1")[name] == read


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("src-address", "example.net", "value of range expects range of ip addresses"),
        ("src-address", "192.0.2.9-192.0.2.3", "value of range expects range of ip addresses"),
        ("dst-port", "70000", "value of range out of range (0..65535)"),
        ("dst-port", "22,!80", "invalid value for argument dst-port"),
        ("action", "allow", "input does not match any value of action"),
        ("protocol", "tpc", "input does not match any value of protocol"),
        ("connection-state", "established,!related", "invalid value for argument state"),
        ("connection-state", "fresh", "input does not match any value of state"),
        ("in-interface", "ether9", "input does not match any value of interface"),
        ("in-interface-list", "DMZ", "input does not match any value of interface-list"),
        ("limit", "lots", "invalid value for argument limit"),
        ("dst-limit", "5,5,src-and-dst-address", "invalid value for argument dst-limit"),
        ("dscp", "64", "value of dscp out of range (0..63)"),
        ("disabled", "maybe", "invalid value for argument disabled"),
        ("random", "0", "value of random out of range (1..99)"),
        ("address-list-timeout", "36w", "value of address-list-timeout is out of range (00:00:00 .. 35w3d13:13:56)"),
        ("src-mac-address", "aa-bb", "invalid value for argument src-mac-address"),
    ],
)
def test_firewall_errors(admin: LocalSession, name: str, text: str, message: str) -> None:
    assert admin.error(f"{FILTER}/add", "=chain=input", "=protocol=tcp", f"={name}={text}") == message


def test_lists_and_targets_are_soft_references(admin: LocalSession) -> None:
    admin.add(FILTER, chain="my own", action="jump", jump_target="nowhere", src_address_list="!nobody")
    assert admin.row(FILTER, "*1")["src-address-list"] == "!nobody"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2001:DB8:0::1", "2001:db8::1/128"),
        ("2001:db8::7/64", "2001:db8::/64"),
        ("!::ffff:0.0.0.0/96", "!::ffff:0.0.0.0/96"),
        ("::/0", "::/0"),
    ],
)
def test_ipv6_prefixes(admin: LocalSession, written: str, read: str) -> None:
    admin.add("/ipv6/firewall/filter", chain="input", src_address=written)
    assert admin.row("/ipv6/firewall/filter", "*1")["src-address"] == read


def test_ipv6_has_words_of_its_own(admin: LocalSession) -> None:
    admin.add("/ipv6/firewall/filter", chain="input", action="reject", reject_with="icmp-no-route")
    wrong = ("/ipv6/firewall/filter/add", "=chain=input", "=reject-with=icmp-network-unreachable")
    assert admin.error(*wrong) == "input does not match any value of reject-with"
    assert admin.error("/ipv6/firewall/filter/add", "=chain=input", "=ttl=equal:1") == "unknown parameter ttl"


def test_tcp_flags_replace_only_the_half_that_is_named(admin: LocalSession) -> None:
    admin.add(FILTER, chain="input", protocol="tcp", tcp_flags="!syn,ack,fin")
    assert admin.row(FILTER, "*1")["tcp-flags"] == "fin,ack,!syn"
    admin.set(FILTER, "*1", tcp_flags="psh")
    assert admin.row(FILTER, "*1")["tcp-flags"] == "psh,!syn"
    admin.call(f"{FILTER}/unset", "=.id=*1", "=value-name=tcp-flags")
    assert "tcp-flags" not in admin.row(FILTER, "*1")
    admin.set(FILTER, "*1", tcp_flags="!rst")
    assert admin.row(FILTER, "*1")["tcp-flags"] == "psh,!rst", "the masks survive an unset"
    ambiguous = "ambiguous value of flag, more than one possible value matches input"
    assert admin.error(f"{FILTER}/set", "=.id=*1", "=tcp-flags=!") == ambiguous


def test_topics_keep_their_order_plain_ones_first(admin: LocalSession) -> None:
    row = admin.add("/system/logging", topics="system,!debug,firewall,!info", action="memory")
    assert admin.row("/system/logging", row)["topics"] == "system,firewall,!debug,!info"
    admin.set("/system/logging", row, topics="firewall")
    assert admin.row("/system/logging", row)["topics"] == "firewall"
    assert admin.error("/system/logging/add", "=topics=nonsense") == "input does not match any value of topics"
    again = admin.add("/system/logging", topics="firewall", action="memory")
    assert again != row, "duplicates are allowed"


def test_service_and_user_prefixes_stay_as_written_with_masks(admin: LocalSession) -> None:
    written = "192.0.2.1/32,2001:db8::/32,10.0.0.0/8,10.1.0.0/16"
    admin.set("/ip/service", "*5", address=written)
    assert admin.row("/ip/service", "*5")["address"] == written
    admin.set("/user", "*1", address="192.0.2.7,2001:db8::1")
    assert admin.row("/user", "*1")["address"] == "192.0.2.7/32,2001:db8::1/128"
    admin.router.switches.bare_host_mask = False
    admin.set("/user", "*1", address="192.0.2.7,192.0.2.8/32")
    assert admin.row("/user", "*1")["address"] == "192.0.2.7,192.0.2.8/32"
    assert admin.error("/ip/service/set", "=.id=*5", "=address=router.lan") == "invalid value for argument address"


def test_ipsec_sets_and_addresses(admin: LocalSession) -> None:
    admin.add("/ip/ipsec/profile", name="p", enc_algorithm="aes-128,aes-256", dh_group="modp1024,modp2048")
    profile = admin.rows("/ip/ipsec/profile", "?name=p")[0]
    assert profile["enc-algorithm"] == "aes-256,aes-128"
    assert profile["dh-group"] == "modp2048,modp1024"
    assert "prf-algorithm" not in profile
    admin.add("/ip/ipsec/peer", address="198.51.100.7", profile="p")
    peer = admin.rows("/ip/ipsec/peer")[0]
    assert (peer["name"], peer["address"]) == ("peer1", "198.51.100.7/32")
    assert admin.error("/ip/ipsec/policy/add", "=src-address=10.0.0.0/8") == "Peer not set!"
    no_profile = "input does not match any value of profile"
    assert admin.error("/ip/ipsec/peer/add", "=name=x", "=profile=nope") == no_profile
    assert admin.error("/ip/ipsec/peer/add", "=auth-method=eap") == "unknown parameter auth-method"


def test_an_empty_reference_is_ambiguous(admin: LocalSession) -> None:
    admin.add("/ip/ipsec/profile", name="second")
    message = "ambiguous value of profile, more than one possible value matches input"
    assert admin.error("/ip/ipsec/peer/add", "=profile=") == message


def test_enums_of_yes_and_no_read_as_words(admin: LocalSession) -> None:
    admin.set("/ip/firewall/connection/tracking", enabled="yes")
    assert admin.row("/ip/firewall/connection/tracking")["enabled"] == "yes"
    admin.set("/ip/settings", tcp_syncookies="yes")
    assert admin.row("/ip/settings")["tcp-syncookies"] == "true"


def test_other_forms(admin: LocalSession) -> None:
    admin.set("/ip/dns", servers="9.9.9.9,2620:fe::fe", cache_size="4096", cache_max_ttl="00:10:00")
    dns = admin.row("/ip/dns")
    assert (dns["servers"], dns["cache-size"], dns["cache-max-ttl"]) == ("9.9.9.9,2620:fe::fe", "4096KiB", "10m")
    admin.set("/system/watchdog", watch_address="none")
    job = admin.add("/system/scheduler", name="j", start_date="mar/10/2026", start_time="8:05:00", interval="7d")
    row = admin.row("/system/scheduler", job)
    assert (row["start-date"], row["start-time"], row["interval"]) == ("2026-03-10", "08:05:00", "1w")
    assert admin.error("/system/scheduler/set", f"=.id={job}", "=start-date=tomorrow") == "invalid date"


def test_log_prefix_has_31_characters(admin: LocalSession) -> None:
    admin.add(FILTER, chain="input", log_prefix="x" * 31)
    assert "log-prefix" in admin.error(f"{FILTER}/add", "=chain=input", f"=log-prefix={'x' * 32}")


def test_comments_are_absent_when_empty_and_keep_everything_else(admin: LocalSession) -> None:
    text = 'line\r\nnext "quoted" = ? ! é'
    admin.add(FILTER, chain="input", comment=text)
    assert admin.row(FILTER, "*1")["comment"] == text
    admin.call(f"{FILTER}/comment", "=numbers=*1", "=comment=")
    assert "comment" not in admin.row(FILTER, "*1")
    assert admin.error("/ip/service/set", "=.id=*5", "=comment=x") == "unknown parameter comment"
