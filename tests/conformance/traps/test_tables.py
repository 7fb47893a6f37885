# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps that rows show: the simulated router has them."""

from __future__ import annotations

from typing import Any

import pytest
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router
from routeros_simulator.switches import Switches

shown = pytest.mark.shown
RULES = "/ip/firewall/filter"
LISTS = "/ip/firewall/address-list"


def router(version: str = "7.22.3", **switches: Any) -> LocalSession:
    return LocalSession(Router(version, switches=Switches(**switches)))


def rule(admin: LocalSession, comment: str = "", **more: str) -> str:
    return admin.add(
        RULES, **{"chain": "input", "action": "accept", **({"comment": comment} if comment else {}), **more}
    )


@shown(1)
def test_unset_properties_are_absent(admin: LocalSession) -> None:
    rule(admin)
    (row,) = admin.rows(RULES)
    assert {"comment", "src-address", "protocol", "in-interface"}.isdisjoint(row)


@shown(3)
def test_words_yes_and_no_that_are_no_booleans(admin: LocalSession) -> None:
    admin.set("/ip/firewall/connection/tracking", enabled="yes")
    admin.set("/ip/settings", rp_filter="no", ip_forward="no")
    assert admin.row("/ip/firewall/connection/tracking")["enabled"] == "yes"
    row = admin.row("/ip/settings")
    assert (row["rp-filter"], row["ip-forward"]) == ("no", "false")


@shown(4)
@pytest.mark.parametrize(
    ("path", "written", "read"),
    [
        (LISTS, "192.0.2.1/32", "192.0.2.1"),
        (LISTS, "203.0.113.77/24", "203.0.113.0/24"),
        (LISTS, "192.168.0.0-192.168.1.255", "192.168.0.0/23"),
        ("/ipv6/firewall/address-list", "2001:DB8::1", "2001:db8::1/128"),
    ],
)
def test_addresses_are_read_in_another_form(path: str, written: str, read: str, admin: LocalSession) -> None:
    admin.add(path, list="l", address=written)
    assert admin.column(path, "address") == [read]


@shown(4)
def test_ipsec_peers_keep_their_mask(admin: LocalSession) -> None:
    admin.add("/ip/ipsec/peer", name="p", address="192.0.2.1")
    assert admin.column("/ip/ipsec/peer", "address") == ["192.0.2.1/32"]


@shown(5)
def test_sets_come_back_in_the_routers_order(admin: LocalSession) -> None:
    rule(admin, connection_state="related,established")
    assert admin.column(RULES, "connection-state") == ["established,related"]
    assert "invalid value" in admin.error(f"{RULES}/add", "=chain=input", "=connection-state=established,!related")


@shown(6)
@pytest.mark.parametrize(("written", "read"), [("00:01:00", "1m"), ("7d", "1w"), ("60", "1m"), ("90m", "1h30m")])
def test_durations_are_read_in_another_form(written: str, read: str, admin: LocalSession) -> None:
    admin.add("/system/scheduler", name="j", interval=written)
    assert admin.column("/system/scheduler", "interval") == [read]


@shown(7)
def test_dates_changed_their_form() -> None:
    assert router("7.9").row("/system/clock")["date"][3] == "/"
    assert router("7.12.2").row("/system/clock")["date"][4] == "-"


@shown(8)
def test_passwords_never_come_back(admin: LocalSession) -> None:
    admin.add("/user", name="ann", group="read", password="s3cret")
    assert all("s3cret" not in row.values() for row in admin.rows("/user"))


@shown(9)
def test_an_answer_without_rows_has_several_forms() -> None:
    assert router("7.22.3").call(f"{RULES}/print").sentences == [["!empty"], ["!done"]]
    assert router("7.16.2").call(f"{RULES}/print").sentences == [["!done"]]


@shown(10, 44)
def test_a_timeout_counts_down_and_makes_the_row_dynamic(admin: LocalSession) -> None:
    admin.add(LISTS, list="l", address="192.0.2.1", timeout="1h")
    admin.router.clock.advance(60)
    (row,) = admin.rows(LISTS)
    assert (row["timeout"], row["dynamic"]) == ("59m", "true")
    admin.router.clock.advance(3600)
    assert admin.rows(LISTS) == []


@shown(11)
def test_line_ends_are_kept(admin: LocalSession) -> None:
    admin.add("/system/script", name="s", source="one\r\ntwo\n")
    assert admin.column("/system/script", "source") == ["one\r\ntwo\n"]


@shown(12)
def test_ids_differ_between_routers(admin: LocalSession) -> None:
    admin.remove(LISTS, admin.add(LISTS, list="gone", address="192.0.2.9"))
    assert admin.add(LISTS, list="l", address="192.0.2.1") != router().add(LISTS, list="l", address="192.0.2.1")


@shown(13)
def test_a_reference_to_what_is_gone_dangles(admin: LocalSession) -> None:
    id = admin.add("/interface/list", name="WAN")
    rule(admin, in_interface_list="WAN")
    admin.remove("/interface/list", id)
    assert admin.column(RULES, "in-interface-list")[0].startswith("*")


@shown("13b")
def test_defaults_change_between_releases() -> None:
    old, new = (router(version).rows("/ip/ipsec/profile")[0] for version in ("7.12.2", "7.18.2"))
    assert (old["dpd-interval"], old["dpd-maximum-failures"]) == ("2m", "5")
    assert (new["dpd-interval"], new["dpd-maximum-failures"]) == ("8s", "4")


@shown(15)
def test_the_address_of_a_service_has_a_new_name() -> None:
    admin = router("7.24")
    (api,) = admin.rows("/ip/service", "?name=api")
    admin.set("/ip/service", api[".id"], address="192.0.2.0/24")
    (api,) = admin.rows("/ip/service", "?name=api")
    assert api["available-from"] == "192.0.2.0/24"
    assert "address" not in api


@shown(16)
def test_an_address_list_of_a_service_is_replaced(admin: LocalSession) -> None:
    (api,) = admin.rows("/ip/service", "?name=api")
    admin.set("/ip/service", api[".id"], address="192.0.2.0/24,2001:db8::/32")
    admin.set("/ip/service", api[".id"], address="198.51.100.0/24")
    assert admin.rows("/ip/service", "?name=api")[0]["address"] == "198.51.100.0/24"


@shown(21)
def test_two_services_on_one_port_are_not_refused(admin: LocalSession) -> None:
    ids = {row["name"]: row[".id"] for row in admin.rows("/ip/service")}
    admin.set("/ip/service", ids["telnet"], port="80")
    invalid = {row["name"] for row in admin.rows("/ip/service") if row["invalid"] == "true"}
    assert len(invalid & {"telnet", "www"}) == 1


@shown(24, "24b")
def test_add_appends_and_place_before_keeps_the_order_of_adds(admin: LocalSession) -> None:
    last = rule(admin, "drop", action="drop")
    rule(admin, "late")
    for comment in ("a", "b"):
        rule(admin, comment, place_before=last)
    assert admin.column(RULES, "comment") == ["a", "b", "drop", "late"]
    assert admin.error(f"{RULES}/set", f"=.id={last}", "=place-before=*1") == "unknown parameter place-before"


@shown(25, 26)
def test_a_dummy_row_comes_first_and_cannot_be_changed(admin: LocalSession) -> None:
    rule(admin, "fast", chain="forward", action="fasttrack-connection")
    dummy, fast = admin.rows(RULES)
    assert (dummy["dynamic"], fast["comment"]) == ("true", "fast")
    assert admin.error(f"{RULES}/set", f"=.id={dummy['.id']}", "=comment=x") == "failure: cannot change builtin"
    admin.rows(RULES)
    assert "builtin" in admin.error(f"{RULES}/remove", "=numbers=0")


@shown(27)
def test_a_move_to_nowhere_goes_to_the_end(admin: LocalSession) -> None:
    first = rule(admin, "a")
    rule(admin, "b")
    admin.call(f"{RULES}/move", f"=numbers={first}", "=destination=*FFFF")
    assert admin.column(RULES, "comment") == ["b", "a"]


@shown(31)
def test_rules_have_no_twins_check(admin: LocalSession) -> None:
    rule(admin, "same")
    rule(admin, "same")
    assert admin.column(RULES, "comment") == ["same", "same"]


@shown(32)
def test_an_empty_text_does_not_clear(admin: LocalSession) -> None:
    id = rule(admin, protocol="tcp", dst_port="22")
    assert "protocol" in admin.error(f"{RULES}/set", f"=.id={id}", "=protocol=")
    admin.set(RULES, id, dst_port="")
    assert admin.rows(RULES)[0]["dst-port"] == ""
    admin.call(f"{RULES}/set", f"=.id={id}", "=!dst-port=")
    assert "dst-port" not in admin.rows(RULES)[0]


@shown(33)
def test_ports_need_a_protocol(admin: LocalSession) -> None:
    assert "ports can be specified if proto is" in admin.error(f"{RULES}/add", "=chain=input", "=dst-port=22")


@shown(34)
def test_set_leaves_old_matchers(admin: LocalSession) -> None:
    id = rule(admin, src_address="192.0.2.1")
    admin.set(RULES, id, dst_address="192.0.2.2")
    assert admin.rows(RULES)[0]["src-address"] == "192.0.2.1"


@shown(35)
def test_unknown_lists_are_no_error_unknown_interfaces_are(admin: LocalSession) -> None:
    rule(admin, src_address_list="nobody-knows-it")
    assert (
        admin.error(f"{RULES}/add", "=chain=input", "=in-interface=x") == "input does not match any value of interface"
    )
    text = admin.error(f"{RULES}/add", "=chain=input", "=in-interface-list=x")
    assert text == "input does not match any value of interface-list"


@shown(36, 90)
def test_a_jump_to_nowhere_is_accepted(admin: LocalSession) -> None:
    rule(admin, action="jump", jump_target="no-such-chain")
    assert admin.column(RULES, "invalid") == ["true"]
    rule(admin, chain="no-such-chain")
    assert admin.column(RULES, "invalid") == ["false", "false"]


@shown(42)
def test_duplicates_in_address_lists(admin: LocalSession) -> None:
    admin.add(LISTS, list="l", address="192.0.2.0/24")
    for address in ("192.0.2.0/24", "192.0.2.77/24", "192.0.2.0-192.0.2.255"):
        words = [f"{LISTS}/add", "=list=l", f"=address={address}", "=comment=other", "=timeout=1h"]
        assert admin.error(*words) == "failure: already have such entry"


@shown("42b")
def test_what_is_no_address_becomes_a_name(admin: LocalSession) -> None:
    admin.add(LISTS, list="l", address="203.0.113.1-254")
    assert admin.column(LISTS, "address") == ["203.0.113.1-254"]


@shown(43)
def test_a_disabled_duplicate_is_allowed(admin: LocalSession) -> None:
    for _unused in range(2):
        admin.add(LISTS, list="l", address="192.0.2.1", disabled="yes")
    assert len(admin.rows(LISTS)) == 2


@shown(45)
def test_names_have_dynamic_children(admin: LocalSession) -> None:
    admin.router.resolver = lambda name, version: ["192.0.2.1", "192.0.2.2"] if version == 4 else []
    parent = admin.add(LISTS, list="l", address="router.example.net")
    ids = [row[".id"] for row in admin.rows(LISTS)]
    assert [row["dynamic"] for row in admin.rows(LISTS)] == ["false", "true", "true"]
    assert "no such item" in admin.error(f"{LISTS}/remove", f"=.id={parent},{ids[1]}")
