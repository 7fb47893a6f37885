# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, order, add, set, unset, remove and move, and the texts of their errors."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router
from routeros_simulator.switches import Switches

FILTER = "/ip/firewall/filter"


def rule(admin: LocalSession, comment: str, **properties: str) -> str:
    return admin.add(FILTER, chain="input", comment=comment, **properties)


def order(admin: LocalSession) -> str:
    return "".join(admin.column(FILTER, "comment"))


def test_ids_are_upper_case_hex_and_never_used_again(admin: LocalSession) -> None:
    ids = [rule(admin, str(number)) for number in range(12)]
    assert ids[0] == "*1"
    assert ids[9:] == ["*A", "*B", "*C"]
    admin.remove(FILTER, "*C")
    assert rule(admin, "next") == "*D"


def test_add_appends_and_place_before_keeps_the_order_of_repeated_adds(admin: LocalSession) -> None:
    last = rule(admin, "z")
    for letter in "abc":
        rule(admin, letter, place_before=last)
    assert order(admin) == "abcz"


def test_place_before_errors(admin: LocalSession) -> None:
    assert admin.error(f"{FILTER}/add", "=chain=input", "=place-before=0") == "no such item"
    row = rule(admin, "a")
    beyond = "failure: item referred by 'place-before' does not exist"
    assert admin.error(f"{FILTER}/add", "=chain=input", "=place-before=7") == beyond
    assert admin.error(f"{FILTER}/add", "=chain=input", "=place-before=*77") == "no such item"
    assert admin.error(f"{FILTER}/set", f"=.id={row}", "=place-before=*1") == "unknown parameter place-before"
    assert admin.error("/user/add", "=place-before=*1") == "unknown parameter place-before"


def test_console_numbers_mean_positions_in_the_last_print(admin: LocalSession) -> None:
    for letter in "abc":
        rule(admin, letter)
    admin.rows(FILTER, "?comment=c")
    rule(admin, "x", place_before="0")
    assert order(admin) == "abxc"


@pytest.mark.parametrize(
    ("numbers", "destination", "expected"),
    [
        ("*4", "*1", "dabc"),
        ("*1", "*4", "bcad"),
        ("*4,*3", "*1", "dcab"),
        ("*1", "*FF", "bcda"),
        ("*1", None, "bcda"),
        ("d", "b", "adbc"),  # comments resolve in move
    ],
)
def test_move(admin: LocalSession, numbers: str, destination: str | None, expected: str) -> None:
    for letter in "abcd":
        rule(admin, letter)
    words = [f"=numbers={numbers}", *([f"=destination={destination}"] if destination else [])]
    admin.call(f"{FILTER}/move", *words)
    assert order(admin) == expected
    assert {row[".id"] for row in admin.rows(FILTER)} == {"*1", "*2", "*3", "*4"}


def test_move_errors(admin: LocalSession) -> None:
    rule(admin, "a")
    itself = "failure: can not move object before itself"
    assert admin.error(f"{FILTER}/move", "=numbers=*1", "=destination=*1") == itself
    assert admin.error(f"{FILTER}/move", "=numbers=*9", "=destination=*1") == "no such item"
    assert admin.error(f"{FILTER}/move", "=destination=*1") == "missing =numbers="
    assert admin.error("/user/move", "=numbers=*1") == "no such command"


def test_several_ids_in_one_call(admin: LocalSession) -> None:
    for letter in "abc":
        rule(admin, letter)
    admin.call(f"{FILTER}/disable", "=.id=*1,*3")
    assert admin.column(FILTER, "disabled") == ["true", "", "true"]
    assert admin.error(f"{FILTER}/remove", "=.id=*1,*9,*2") == "no such item"
    assert order(admin) == "bc", "what came before the missing one is gone"


def test_names_are_ids(admin: LocalSession) -> None:
    admin.set("/user", "admin", comment="by name")
    admin.call("/user/set", "=numbers=admin", "=address=192.0.2.0/24")
    assert admin.row("/user", "*1")["comment"] == "by name"
    assert admin.row("/user", "*1")["address"] == "192.0.2.0/24"


def test_missing_things(admin: LocalSession) -> None:
    assert admin.error(f"{FILTER}/set", "=comment=x") == "missing =.id="
    assert admin.error(f"{FILTER}/remove", "?comment=x") == "missing =.id="
    assert admin.error(f"{FILTER}/set", "=.id=*9", "=comment=x") == "no such item"
    assert admin.error("/ip/firewall/address-list/add", "=list=x") == "missing =address="
    assert admin.error(f"{FILTER}/add", "=chain=input", "=nonsense=1") == "unknown parameter nonsense"
    assert admin.error("/ip/nowhere/print") == "no such command prefix"
    assert admin.error("/ip/service/nothing") == "no such command"
    assert admin.error("/system/routerboard/print") == "no such command prefix"
    assert admin.error("/ip/firewal/filter/print") == "no such command prefix", "abbreviations are not simulated"
    for absent in ("/ip/firewall/connection/add", "/log/remove", "/system/identity/add", "/ip/service/add"):
        assert admin.error(absent) == "no such command"


def test_missing_item_with_its_number() -> None:
    admin = LocalSession(Router("7.22.3", switches=Switches(missing_item_number=True, categories=True)))
    answer = admin.send(f"{FILTER}/remove", "=.id=*9")
    assert answer.sentences == [["!trap", "=category=0", "=message=no such item (4)"], ["!done"]]


def test_unset_properties_are_absent(admin: LocalSession) -> None:
    rule(admin, "a", protocol="tcp", dst_port="22", src_address="192.0.2.1")
    admin.call(f"{FILTER}/set", "=.id=*1", "=!dst-port=", "=!comment=")
    assert set(admin.row(FILTER, "*1")) == {
        ".id",
        "chain",
        "action",
        "protocol",
        "src-address",
        "bytes",
        "packets",
        "dynamic",
        "invalid",
    }
    admin.call(f"{FILTER}/unset", "=.id=*1", "=value-name=src-address")
    assert "src-address" not in admin.row(FILTER, "*1")
    nothing = "input does not match any value of value-name"
    assert admin.error(f"{FILTER}/unset", "=.id=*99", "=value-name=foo") == nothing, "the name is looked at first"
    assert admin.error("/user/unset", "=.id=*1", "=value-name=comment") == "no such command"


def test_empty_text_is_not_unset(admin: LocalSession) -> None:
    rule(admin, "a", protocol="tcp", dst_port="22")
    admin.set(FILTER, "*1", dst_port="")
    assert admin.row(FILTER, "*1")["dst-port"] == ""
    assert admin.error(f"{FILTER}/set", "=.id=*1", "=protocol=") == "input does not match any value of protocol"


def test_disabled_log_and_prefix_are_there_when_they_were_written(admin: LocalSession) -> None:
    rule(admin, "bare")
    rule(admin, "full", disabled="no", log="no", log_prefix="")
    bare, full = admin.rows(FILTER)
    assert not {"disabled", "log", "log-prefix"} & set(bare)
    assert (full["disabled"], full["log"], full["log-prefix"]) == ("false", "false", "")
    admin.call(f"{FILTER}/disable", "=numbers=*1")
    admin.call(f"{FILTER}/enable", "=numbers=*1")
    assert admin.row(FILTER, "*1")["disabled"] == "false"


def test_a_refused_set_changes_nothing_of_its_row(admin: LocalSession) -> None:
    rule(admin, "a")
    admin.error(f"{FILTER}/set", "=.id=*1", "=comment=b", "=action=maybe")
    assert order(admin) == "a"


def test_reset_puts_defaults_back(admin: LocalSession) -> None:
    admin.set("/system/package/update", channel="testing")
    admin.call("/system/package/update/reset", "=channel=")
    assert admin.row("/system/package/update")["channel"] == "stable"


def test_copy_from(admin: LocalSession) -> None:
    rule(admin, "a", protocol="tcp", dst_port="22")
    copied = admin.call(f"{FILTER}/add", "=copy-from=*1", "=comment=b").ret or ""
    assert admin.row(FILTER, copied)["dst-port"] == "22"
    assert order(admin) == "ab"


def test_get(admin: LocalSession) -> None:
    assert admin.call("/user/get", "=number=admin", "=value-name=group").ret == "full"
    assert admin.call("/user/get", "=number=*99", "=value-name=group").ret == ""
    assert admin.call("/system/identity/get", "=value-name=name").ret == "MikroTik"
    assert admin.error("/user/get", "=number=*1", "=value-name=foo") == "input does not match any value of value-name"


def test_dynamic_and_builtin_rows_refuse_writing(admin: LocalSession) -> None:
    rule(admin, "a", action="fasttrack-connection")
    dummy = admin.rows(FILTER)[0]
    assert (dummy["dynamic"], dummy["action"]) == ("true", "passthrough")
    refused = "failure: cannot change builtin"
    assert admin.error(f"{FILTER}/set", f"=.id={dummy['.id']}", "=comment=x") == refused
    assert admin.error(f"{FILTER}/remove", f"=.id={dummy['.id']}") == refused
    assert admin.error(f"{FILTER}/add", "=chain=input", f"=place-before={dummy['.id']}") == refused
    assert admin.error("/interface/list/set", "=.id=all", "=name=x") == refused
    admin.remove(FILTER, "*1")
    assert admin.rows(FILTER) == []


def test_a_reference_follows_a_rename_and_dangles_after_a_removal(admin: LocalSession) -> None:
    list_id = admin.add("/interface/list", name="LAN")
    assert list_id == "*2000010"
    admin.add("/interface/list/member", list="LAN", interface="ether1")
    rule(admin, "a", in_interface_list="!LAN")
    admin.set("/interface/list", list_id, name="INSIDE")
    assert admin.row(FILTER, "*1")["in-interface-list"] == "!INSIDE"
    assert admin.row("/interface/list/member", "*1")["list"] == "INSIDE"
    admin.remove("/interface/list", list_id)
    assert admin.row(FILTER, "*1")["in-interface-list"] == "!*2000010"
    admin.call("/undo")
    assert admin.row(FILTER, "*1")["in-interface-list"] == "!INSIDE"


def test_rules_know_what_needs_a_protocol(admin: LocalSession) -> None:
    ports = "failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp"
    assert admin.error(f"{FILTER}/add", "=chain=input", "=dst-port=22") == ports
    assert admin.error(f"{FILTER}/add", "=chain=input", "=tcp-flags=syn") == "failure: tcp-flags works only with tcp"
    icmp = "failure: icmp-options can be specified if proto is icmp"
    assert admin.error(f"{FILTER}/add", "=chain=input", "=icmp-options=8:0") == icmp
    rule(admin, "a", protocol="tcp", dst_port="22")
    assert admin.error(f"{FILTER}/set", "=.id=*1", "=!protocol=") == ports


def test_two_same_rules_are_fine_and_a_jump_to_nowhere_is_invalid(admin: LocalSession) -> None:
    rule(admin, "a")
    rule(admin, "a")
    rule(admin, "j", action="jump", jump_target="own")
    assert admin.row(FILTER, "*3")["invalid"] == "true"
    admin.add(FILTER, chain="own")
    assert admin.row(FILTER, "*3")["invalid"] == "false"


def test_twenty_thousand_rows_keep_the_cost_of_each_step(admin: LocalSession) -> None:
    path = "/ip/firewall/address-list"
    table = admin.router.tables[path]
    for number in range(20_000):
        table.insert({"list": "many", "address": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"})
    assert admin.call(f"{path}/print", "=count-only=").ret == "20000"
    assert admin.error(f"{path}/add", "=list=many", "=address=10.0.78.31") == "failure: already have such entry"
    assert admin.rows(path, "=.proplist=address", "?address=10.0.78.31") == [{"address": "10.0.78.31"}]
