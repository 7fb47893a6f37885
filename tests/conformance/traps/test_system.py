# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps of users, IPsec, logs, scripts and the system: the simulated router has them."""

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


@shown(49)
def test_disabling_oneself_does_nothing(admin: LocalSession) -> None:
    admin.add("/user", name="second", group="full", password="x")
    (own,) = admin.rows("/user", "?name=admin")
    admin.set("/user", own[".id"], disabled="yes")
    assert admin.rows("/user", "?name=admin")[0]["disabled"] == "false"


@shown(50)
def test_the_last_full_user_stays(admin: LocalSession) -> None:
    assert admin.error("/user/remove", "=.id=*1")
    assert admin.error("/user/set", "=.id=*1", "=group=read")


@shown(51, "51b")
def test_policies_merge_on_set_and_are_refused_on_add(admin: LocalSession) -> None:
    id = admin.add("/user/group", name="g", policy="write,api")
    admin.set("/user/group", id, policy="ftp")
    (row,) = admin.rows("/user/group", "?name=g")
    assert {"write", "api", "ftp", "!read", "!policy"} <= set(row["policy"].split(","))
    admin.add("/user", name="w", group="g", password="x")
    assert LocalSession(admin.router, "w", "x").error("/system/identity/print") == "not enough permissions (9)"


@shown(53)
def test_rights_are_asked_for_each_command(admin: LocalSession) -> None:
    admin.add("/user/group", name="g", policy="read,api")
    admin.add("/user", name="r", group="g", password="x")
    reader = LocalSession(admin.router, "r", "x")
    assert reader.rows("/user")
    assert reader.error("/system/identity/set", "=name=x") == "not enough permissions (9)"


@shown(54)
def test_a_wrong_source_looks_like_a_wrong_password(admin: LocalSession) -> None:
    admin.add("/user", name="far", group="full", password="x", address="192.0.2.0/24")
    with pytest.raises(PermissionError, match="invalid user name or password"):
        LocalSession(admin.router, "far", "x", address="198.51.100.1")
    assert LocalSession(admin.router, "far", "x", address="192.0.2.1")


@shown("54b")
def test_passwords_have_rules(admin: LocalSession) -> None:
    admin.set("/user/settings", minimum_password_length="8", minimum_categories="2")
    short = admin.error("/user/add", "=name=a", "=group=read", "=password=a1")
    weak = admin.error("/user/add", "=name=a", "=group=read", "=password=aaaaaaaaaa")
    assert "too short" in short
    assert "too weak" in weak


@shown("57b")
def test_the_group_read_is_no_harmless_viewer(admin: LocalSession) -> None:
    (row,) = admin.rows("/user/group", "?name=read")
    assert {"sensitive", "reboot", "password", "sniff", "test"} <= set(row["policy"].split(","))


@shown(58)
def test_a_new_password_leaves_sessions_alive(admin: LocalSession) -> None:
    id = admin.add("/user", name="ann", group="full", password="old")
    ann = LocalSession(admin.router, "ann", "old")
    admin.set("/user", id, password="new")
    assert ann.rows("/user/active", "?name=ann")


@shown(70)
def test_a_secret_belongs_to_the_identity(admin: LocalSession) -> None:
    words = ["/ip/ipsec/peer/add", "=name=p", "=address=192.0.2.1", "=secret=x"]
    assert admin.error(*words) == "unknown parameter secret"


@shown(71)
def test_the_default_policy_template_is_in_the_table(admin: LocalSession) -> None:
    (row,) = admin.rows("/ip/ipsec/policy")
    assert row["template"] == "true"
    assert admin.error("/ip/ipsec/policy/remove", f"=.id={row['.id']}")


@shown(72)
def test_default_profiles_are_weak(admin: LocalSession) -> None:
    assert "modp1024" in admin.rows("/ip/ipsec/profile")[0]["dh-group"].split(",")
    assert "sha1" in admin.rows("/ip/ipsec/proposal")[0]["auth-algorithms"].split(",")


@shown(73)
def test_logging_rules_have_no_key(admin: LocalSession) -> None:
    before = len(admin.rows("/system/logging"))
    for _unused in range(2):
        admin.add("/system/logging", topics="firewall", action="memory")
    assert len(admin.rows("/system/logging")) == before + 2


@shown(74)
def test_bsd_syslog_has_gone() -> None:
    words = ["/system/logging/action/set", "=.id=remote", "=bsd-syslog=yes"]
    assert router("7.16.2").send(*words).traps == []
    assert router("7.18.2").error(*words) == "unknown parameter bsd-syslog"


@shown(75)
def test_names_of_actions_are_letters_and_digits(admin: LocalSession) -> None:
    assert admin.error("/system/logging/action/add", "=name=a-b", "=target=memory")


@shown("75c")
def test_topics_are_anded(admin: LocalSession) -> None:
    admin.add("/system/logging/action", name="mine", target="memory")
    admin.add("/system/logging", topics="dhcp,debug", action="mine")
    admin.router.log("dhcp", "half")
    admin.router.log("dhcp,debug", "both")
    kept = [row["message"] for row in admin.rows("/log", "?buffer=mine")]
    assert kept == ["both"]


@shown(76)
def test_scripts_get_the_policies_of_their_maker(admin: LocalSession) -> None:
    admin.add("/user/group", name="g", policy="read,write,api,policy,test")
    admin.add("/user", name="w", group="g", password="x")
    writer = LocalSession(admin.router, "w", "x")
    writer.add("/system/script", name="s", source="")
    assert writer.column("/system/script", "policy") == ["read,write,policy,test"]


@shown(77)
def test_jobs_get_a_start_time(admin: LocalSession) -> None:
    admin.add("/system/scheduler", name="j", interval="1h")
    (row,) = admin.rows("/system/scheduler")
    assert row["start-date"]
    assert row["start-time"] != "startup"


@shown(79)
def test_big_files_show_no_contents(admin: LocalSession) -> None:
    admin.add("/file", name="big.txt", contents="x" * 70_000)
    (row,) = admin.rows("/file", "?name=big.txt")
    assert (row["size"], "contents" in row) == ("70000", False)
    chunk = admin.call("/file/read", "=file=big.txt", "=offset=65536", "=chunk-size=32768").rows
    assert len(chunk[0]["data"]) == 70_000 - 65_536
    text = admin.error("/file/read", "=file=big.txt", "=offset=80000", "=chunk-size=10")
    assert text == "failure: chunk out of file bounds"


@shown(80)
def test_device_mode_forbids(admin: LocalSession) -> None:
    admin.router.tables["/system/device-mode"].only.values.update({"mode": "home", "scheduler": "false"})
    assert admin.error("/system/scheduler/add", "=name=j") == "failure: not allowed by device-mode"


@shown(81)
def test_a_chr_has_no_routerboard(admin: LocalSession) -> None:
    assert admin.error("/system/routerboard/print") == "no such command prefix"


@shown(83)
def test_safe_mode_takes_back_everybodys_changes_and_ends_after_a_hundred(admin: LocalSession) -> None:
    other = LocalSession(admin.router)
    other.call("/safe-mode/take")
    admin.add(LISTS, list="mine", address="192.0.2.1")
    other.close()
    admin.router.clock.advance(3)
    assert admin.rows(LISTS) == []
    third = LocalSession(admin.router)
    third.call("/safe-mode/take")
    for number in range(101):
        third.add(LISTS, list="many", address=f"192.0.2.{number}")
    third.close()
    admin.router.clock.advance(3)
    assert len(admin.rows(LISTS)) == 101


@shown(95)
def test_log_prefixes_have_31_characters(admin: LocalSession) -> None:
    admin.add(RULES, chain="input", log_prefix="x" * 31)
    assert admin.error(f"{RULES}/add", "=chain=input", f"=log-prefix={'x' * 32}")


@shown(96)
@pytest.mark.parametrize("separate", [True, False])
def test_one_set_of_many_rows_in_the_history(separate: bool) -> None:
    admin = router(row_is_action=separate)
    ids = [admin.add(LISTS, list="l", address=f"192.0.2.{number}") for number in range(3)]
    before = len(admin.rows("/system/history"))
    admin.set(LISTS, ",".join(ids), comment="x")
    assert len(admin.rows("/system/history")) - before == (3 if separate else 1)
