# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Duplicates, host bits, names, timeouts."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession

V4, V6 = "/ip/firewall/address-list", "/ipv6/firewall/address-list"
DUPLICATE = "failure: already have such entry"


@pytest.mark.parametrize(
    ("path", "written", "read"),
    [
        (V4, "10.0.0.1/32", "10.0.0.1"),
        (V4, "203.0.113.77/24", "203.0.113.0/24"),
        (V4, "192.168.0.0-192.168.1.255", "192.168.0.0/23"),
        (V4, "10.0.0.3-10.0.0.9", "10.0.0.3-10.0.0.9"),
        (V4, "203.0.113.1-254", "203.0.113.1-254"),
        (V4, "router.example.net", "router.example.net"),
        (V6, "2001:DB8::1", "2001:db8::1/128"),
        (V6, "2001:db8::7/64", "2001:db8::/64"),
        (V6, "router.example.net", "router.example.net"),
    ],
)
def test_addresses(admin: LocalSession, path: str, written: str, read: str) -> None:
    admin.add(path, list="x", address=written)
    row = admin.rows(path)[0]
    assert row["address"] == read
    assert (row["dynamic"], row["disabled"]) == ("false", "false")
    assert "timeout" not in row
    assert "creation-time" in row


@pytest.mark.parametrize(
    ("path", "text"), [(V4, "2001:db8::1"), (V6, "2001:db8::1-2001:db8::9"), (V6, "192.0.2.1"), (V6, "192.0.2.0/24")]
)
def test_the_other_family_is_no_dns_name(admin: LocalSession, path: str, text: str) -> None:
    assert admin.error(f"{path}/add", "=list=x", f"=address={text}") == f"failure: {text} is not a valid dns name"


def test_duplicates(admin: LocalSession) -> None:
    admin.add(V4, list="x", address="203.0.113.0/24")
    admin.add(V4, list="x", address="203.0.113.0/25", comment="overlaps are fine")
    admin.add(V4, list="y", address="203.0.113.0/24")
    again = (f"{V4}/add", "=list=x", "=address=203.0.113.9/24", "=comment=other", "=timeout=5m")
    assert admin.error(*again) == DUPLICATE
    disabled = admin.add(V4, list="x", address="203.0.113.0/24", disabled="yes")
    assert admin.error(f"{V4}/enable", f"=.id={disabled}") == DUPLICATE
    assert admin.error(f"{V4}/set", "=.id=*2", "=address=203.0.113.0/24") == DUPLICATE
    admin.set(V4, "*1", comment="still itself")
    admin.remove(V4, "*1")
    admin.call(f"{V4}/enable", f"=.id={disabled}")
    assert admin.error(*again) == DUPLICATE


def test_timeouts_run_out(admin: LocalSession) -> None:
    row = admin.add(V4, list="x", address="10.0.0.1", timeout="00:01:00")
    assert admin.row(V4, row)["timeout"] == "1m"
    assert admin.row(V4, row)["dynamic"] == "true"
    admin.router.clock.advance(2)
    assert admin.row(V4, row)["timeout"] == "58s"
    admin.set(V4, row, timeout="2m")
    admin.router.clock.advance(61)
    assert admin.row(V4, row)["timeout"] == "59s"
    admin.router.clock.advance(60)
    assert admin.rows(V4) == []
    admin.add(V4, list="x", address="10.0.0.1")


def test_timeout_range(admin: LocalSession) -> None:
    words = (f"{V4}/add", "=list=x", "=address=10.0.0.1", "=timeout=36w")
    assert admin.error(*words) == "value of timeout is out of range (00:00:00 .. 35w3d13:13:56)"


def test_dynamic_entries_are_no_configuration(admin: LocalSession) -> None:
    admin.add(V4, list="x", address="10.0.0.1", dynamic="yes")
    admin.add(V4, list="x", address="10.0.0.2", timeout="1h")
    admin.add(V4, list="x", address="10.0.0.3")
    assert admin.column("/system/history", "redo") == [
        f"{V4}/add dynamic=false disabled=false list=x address=10.0.0.3 creation-time="
        + admin.row(V4, "*3")["creation-time"]
    ]
    admin.router.reboot()
    admin = LocalSession(admin.router)
    assert admin.column(V4, "address") == ["10.0.0.3"]


def test_names_have_children(admin: LocalSession) -> None:
    admin.router.resolver = lambda name, version: ["192.0.2.1", "192.0.2.2"] if version == 4 else []
    parent = admin.add(V4, list="x", address="router.example.net")
    rows = admin.rows(V4)
    assert [(row["address"], row["dynamic"]) for row in rows[1:]] == [("192.0.2.1", "true"), ("192.0.2.2", "true")]
    assert rows[1]["comment"] == "router.example.net"
    elsewhere = "failure: this is configured elsewhere"
    assert admin.error(f"{V4}/remove", f"=.id={rows[1]['.id']}") == elsewhere
    assert admin.error(f"{V4}/remove", f"=.id={parent},{rows[1]['.id']}") == "no such item"
    assert admin.rows(V4) == []


def test_what_rules_add(admin: LocalSession) -> None:
    lists = admin.router.address_lists
    lists.remember(4, "seen", "10.0.0.1", "1m")
    lists.remember(4, "seen", "10.0.0.2", "none-static")
    lists.remember(4, "seen", "10.0.0.3", "none-dynamic")
    lists.remember(6, "seen", "2001:db8::1", "1m")
    admin.router.clock.advance(50)
    lists.remember(4, "seen", "10.0.0.1", "1m")
    lists.remember(4, "seen", "10.0.0.2", "1m")
    rows = {row["address"]: row for row in admin.rows(V4)}
    assert rows["10.0.0.1"]["timeout"] == "1m", "a match starts the time again"
    assert (rows["10.0.0.2"]["dynamic"], "timeout" in rows["10.0.0.2"]) == ("false", False), "static stays static"
    assert (rows["10.0.0.3"]["dynamic"], "timeout" in rows["10.0.0.3"]) == ("true", False)
    assert [row.get("address") for row in lists.members(6, "seen")] == ["2001:db8::1/128"]
    admin.router.clock.advance(11)
    assert admin.rows(V6) == []
    assert len(admin.rows(V4)) == 3
    admin.remove(V4, rows["10.0.0.1"][".id"])
