# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every menu of every version: it can be read, its defaults are there, what the version lacks is refused."""

from __future__ import annotations

import pytest
from routeros_simulator.facts import menus_of, tree_versions
from routeros_simulator.local import LocalSession
from routeros_simulator.version import parse_version, within

from .conftest import make_router


def test_every_menu_answers_print(any_admin: LocalSession) -> None:
    for path, table in any_admin.router.tables.items():
        if "print" not in table.menu.commands:
            continue
        rows = any_admin.rows(path)
        if table.menu.singleton:
            assert len(rows) == 1
            assert ".id" not in rows[0]
            # a singleton shows every default that does not depend on another property
            missing = set(table.defaults) - set(rows[0])
            assert not missing, path
        for row in rows:
            assert set(row) <= {".id", "comment", "dynamic", *table.menu.properties}, path


def test_defaults_can_be_written_back(any_admin: LocalSession) -> None:
    for path, table in any_admin.router.tables.items():
        if not table.menu.singleton or "set" not in table.menu.commands:
            continue
        for name, text in table.defaults.items():
            any_admin.call(f"{path}/set", f"={name}={text}")
            assert any_admin.row(path)[name] == text, (path, name)


def test_versions() -> None:
    assert tree_versions() == ["7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24"]
    assert parse_version("7.24rc1") < parse_version("7.24") < parse_version("7.24.1")
    assert parse_version("7.22.3 (stable)") == parse_version("7.22.3")
    assert within(parse_version("7.18.2"), "7.18", None)
    with pytest.raises(ValueError, match="not a RouterOS version"):
        parse_version("latest")


@pytest.mark.parametrize(
    ("path", "name", "since", "until"),
    [
        ("/ip/service", "max-sessions", "7.16", None),
        ("/user", "inactivity-policy", "7.16", None),
        ("/system/logging", "regex", "7.17", None),
        ("/system/logging", "comment", "7.22", None),
        ("/system/logging/action", "bsd-syslog", None, "7.17.1"),
        ("/ip/firewall/filter", "tos", "7.21", None),
        ("/ip/firewall/nat", "tls-host", None, "7.15.3"),
        ("/certificate", "trust-store", "7.21", None),
        ("/ip/ssh", "always-allow-password-login", None, "7.20.8"),
    ],
)
@pytest.mark.parametrize(
    "version", ["7.12.2", "7.15.3", "7.16.2", "7.17.2", "7.18.2", "7.20.8", "7.21.4", "7.22.3", "7.24"]
)
def test_spans(version: str, path: str, name: str, since: str | None, until: str | None) -> None:
    menu = menus_of(version)[path]
    expected = within(parse_version(version), since, until)
    assert (name in menu.commands["set"]) == expected
    assert (name in menu.properties) == expected


@pytest.mark.parametrize(
    ("path", "since"),
    [
        ("/safe-mode", "7.18"),
        ("/ip/service/webserver", "7.21"),
        ("/ip/ipsec/key/rsa", "7.20"),
        ("/ip/nat-pmp", "7.13.5"),
    ],
)
def test_menus_come_with_their_version(path: str, since: str) -> None:
    """Also in versions whose tree is not at hand: the next tree has it."""
    for version in (*tree_versions(), "7.13", "7.14.3", "7.18", "7.19.6", "7.20", "7.21.5", "7.23.1", "7.25"):
        menus = menus_of(version)
        assert (path in menus) == within(parse_version(version), since, None), version
        assert path not in menus or "print" in menus[path].commands


@pytest.mark.parametrize(
    ("version", "dpd", "udp", "action"),
    [("7.12.2", "2m", "10s", False), ("7.18.2", "8s", "30s", True), ("7.24", "8s", "30s", True)],
)
def test_defaults_and_words_by_version(version: str, dpd: str, udp: str, action: bool) -> None:
    admin = LocalSession(make_router(version))
    assert admin.rows("/ip/ipsec/profile")[0]["dpd-interval"] == dpd
    assert admin.row("/ip/firewall/connection/tracking")["udp-timeout"] == udp
    words = ("/ipv6/firewall/filter/add", "=chain=forward", "=action=fasttrack-connection")
    assert bool(admin.send(*words).traps) != action


def test_read_only_properties_are_unknown_parameters(admin: LocalSession) -> None:
    assert admin.error("/user/set", "=.id=*1", "=last-logged-in=now") == "unknown parameter last-logged-in"
    assert admin.error("/ip/firewall/filter/add", "=chain=input", "=bytes=0") == "unknown parameter bytes"
    assert admin.error("/ip/service/set", "=.id=*5", "=name=x") == "unknown parameter name"


def test_default_rows_cannot_be_removed(admin: LocalSession) -> None:
    for path, row in (
        ("/system/logging", "*1"),
        ("/system/logging/action", "memory"),
        ("/ip/ipsec/profile", "default"),
        ("/ip/ipsec/proposal", "default"),
        ("/ip/ipsec/policy", "*1000001"),
        ("/ip/ipsec/policy/group", "default"),
        ("/ip/ipsec/mode-config", "request-only"),
        ("/interface/list", "all"),
        ("/snmp/community", "public"),
    ):
        assert admin.error(f"{path}/remove", f"=.id={row}").startswith("failure: ")
        assert admin.rows(path)


def test_unique_names(admin: LocalSession) -> None:
    for path in ("/interface/list", "/ip/ipsec/profile", "/system/logging/action", "/ip/firewall/layer7-protocol"):
        words = [f"{path}/add", "=name=twice"]
        words += ["=target=memory"] if path.endswith("action") else ["=regexp=x"] if "layer7" in path else []
        admin.call(*words)
        assert "already have" in admin.error(*words)
    admin.add("/interface/list/member", list="twice", interface="ether1")
    again = ("/interface/list/member/add", "=list=twice", "=interface=ether1")
    assert admin.error(*again) == "failure: already have such entry"


def test_logging_actions_show_what_belongs_to_their_target(admin: LocalSession) -> None:
    row = admin.add("/system/logging/action", name="far", target="remote", remote="192.0.2.7")
    shown = admin.row("/system/logging/action", row)
    assert shown["remote"] == "192.0.2.7"
    assert not {"memory-lines", "disk-file-name", "syslog-facility"} & set(shown)
    admin.set("/system/logging/action", row, remote_log_format="syslog")
    assert admin.row("/system/logging/action", row)["syslog-facility"] == "daemon"
    assert admin.error("/system/logging/action/add", "=name=with-hyphen", "=target=memory").startswith("failure: ")


def test_log_follows_the_logging_rules(admin: LocalSession) -> None:
    admin.add("/system/logging", topics="firewall,!debug", action="memory", prefix="FW")
    log = admin.router.log
    log("firewall,info", "one")
    log("firewall,debug", "two")
    log("dns,debug", "three")
    messages = [row["message"] for row in admin.rows("/log") if row["topics"] != "system,info,account"]
    assert messages == ["one"], "info is kept by the first rule, once"
    log("firewall,packet", "four")
    admin.call("/log/warning", "=message=five")
    assert admin.column("/log", "message")[-2:] == ["FW: four", "five"]
    admin.set("/system/logging/action", "memory", memory_lines="3")
    log("system,info", "six")
    assert len(admin.rows("/log")) == 3


def test_resource_and_clock(admin: LocalSession) -> None:
    resource = admin.row("/system/resource")
    assert (resource["version"], resource["uptime"]) == ("7.22.3 (stable)", "0s")
    admin.router.clock.advance(3725)
    assert admin.row("/system/resource")["uptime"] == "1h2m5s"
    admin.call("/system/clock/set", "=date=2030-01-02", "=time=03:04:05")
    clock = admin.row("/system/clock")
    assert (clock["date"], clock["time"]) == ("2030-01-02", "03:04:05")
    assert admin.row("/system/resource")["uptime"] == "1h2m5s"


def test_jobs_have_no_more_rights_than_their_maker(admin: LocalSession) -> None:
    job = admin.add("/system/scheduler", name="j", interval="1m", policy="write,read", on_event=":nothing")
    row = admin.row("/system/scheduler", job)
    assert (row["policy"], row["owner"], row["run-count"]) == ("read,write", "admin", "0")
    admin.add("/user/group", name="own", policy="read,write,api")
    admin.add("/user", name="bob", group="own", password="")
    bob = LocalSession(admin.router, "bob")
    denied = bob.error("/system/scheduler/add", "=name=k", "=policy=read,write,reboot")
    assert denied == "not enough permissions (9)"
    script = bob.add("/system/script", name="s", source="line one\r\nline two")
    assert admin.row("/system/script", script)["policy"] == "read,write"
    assert admin.row("/system/script", script)["source"] == "line one\r\nline two"


def test_jobs_fall_due_every_interval(admin: LocalSession) -> None:
    due: list[str] = []
    admin.router.start_job = lambda row: due.append(row.get("name"))
    clock = admin.router.clock
    job = admin.add("/system/scheduler", name="j", interval="00:01:00", on_event=":nothing")
    once = admin.add("/system/scheduler", name="once", start_time=clock.moment().strftime("%H:%M:59"))
    assert "next-run" in admin.row("/system/scheduler", job)
    clock.advance(61)
    clock.advance(60)
    assert due.count("j") == 2
    assert due.count("once") == 1
    assert admin.row("/system/scheduler", job)["run-count"] == "2"
    assert "next-run" not in admin.row("/system/scheduler", once)
    admin.call("/system/scheduler/disable", f"=.id={job}")
    clock.advance(120)
    assert due.count("j") == 2
    admin.router.tables["/system/device-mode"].only.values.update(mode="home", scheduler="false")
    denied = admin.error("/system/scheduler/add", "=name=k", "=interval=1m")
    assert denied == "failure: not allowed by device-mode"


def test_packages(admin: LocalSession) -> None:
    admin.call("/system/package/uninstall", "=.id=routeros")
    assert admin.rows("/system/package")[0]["scheduled"] == "scheduled for uninstall"
    admin.call("/system/package/unschedule", "=numbers=routeros")
    assert "scheduled" not in admin.rows("/system/package")[0]
    assert "latest-version" not in admin.row("/system/package/update")
    admin.router.newest_version = "7.24"
    answer = admin.call("/system/package/update/check-for-updates", "=once=")
    assert answer.rows[0]["status"] == "New version is available"
    assert admin.row("/system/package/update")["latest-version"] == "7.24"


def test_addresses_of_interfaces(admin: LocalSession) -> None:
    row = admin.add("/ip/address", address="192.0.2.1/24", interface="ether1")
    shown = admin.row("/ip/address", row)
    assert (shown["address"], shown["network"], shown["actual-interface"]) == ("192.0.2.1/24", "192.0.2.0", "ether1")
    again = ("/ip/address/add", "=address=192.0.2.1/24", "=interface=ether1")
    assert admin.error(*again) == "failure: already have such address"


def test_files(admin: LocalSession) -> None:
    row = admin.add("/file", name="a.txt", contents="hello")
    assert admin.row("/file", row)["size"] == "5"
    assert admin.error("/file/add", "=name=a.txt").startswith("failure: ")
    assert admin.call("/file/read", "=file=a.txt", "=offset=1", "=chunk-size=3").rows == [{"data": "ell"}]
    assert admin.error("/file/read", "=file=a.txt", "=offset=9") == "failure: chunk out of file bounds"
    admin.set("/file", row, contents="x" * 70_000)
    assert "contents" not in admin.row("/file", row)


@pytest.mark.parametrize(
    ("version", "udp", "interval", "failures"),
    [
        ("7.12.2", "10s", "2m", "5"),
        ("7.15.3", "30s", "2m", "5"),
        ("7.16.2", "30s", "8s", "4"),
        ("7.24", "30s", "8s", "4"),
    ],
)
def test_defaults_by_version(version: str, udp: str, interval: str, failures: str) -> None:
    """As exports of upgraded routers tell them from what is no longer the default."""
    admin = LocalSession(make_router(version))
    assert admin.row("/ip/firewall/connection/tracking")["udp-timeout"] == udp
    profile = admin.rows("/ip/ipsec/profile")[0]
    assert (profile["dpd-interval"], profile["dpd-maximum-failures"]) == (interval, failures)
