# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VRRP interfaces: two rows that are one, and who is master."""

from __future__ import annotations

from routeros_simulator import state
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router

VRRP, INTERFACES = "/interface/vrrp", "/interface"


def shared(admin: LocalSession, **properties: str) -> str:
    id = admin.add(VRRP, interface="ether1", vrid="7", **properties)
    admin.add("/ip/address", address="192.0.2.1/32", interface=admin.row(VRRP, id)["name"])
    return id


def interface(admin: LocalSession, name: str = "vrrp1") -> dict[str, str]:
    (row,) = admin.rows(INTERFACES, f"?name={name}")
    return row


def test_it_is_an_interface(any_admin: LocalSession) -> None:
    id = shared(any_admin)
    row = any_admin.row(VRRP, id)
    assert (row["name"], row["priority"], row["version"], row["master"]) == ("vrrp1", "100", "3", "true")
    found = interface(any_admin)
    assert (found["type"], found["mac-address"], found["running"]) == ("vrrp", "00:00:5E:00:01:07", "true")
    assert row["mac-address"] == found["mac-address"]
    assert "already have" in any_admin.error(f"{VRRP}/add", "=interface=ether1", "=name=ether2")
    assert "out of range" in any_admin.error(f"{VRRP}/add", "=interface=ether1", "=vrid=256")
    assert any_admin.error(f"{VRRP}/add", "=name=x") == "missing =interface="


def test_either_row_names_and_disables_it(admin: LocalSession) -> None:
    id = shared(admin)
    admin.set(VRRP, id, name="gateway")
    assert admin.column("/ip/address", "interface") == ["gateway"]
    admin.set(INTERFACES, interface(admin, "gateway")[".id"], name="shared", disabled="yes")
    row = admin.row(VRRP, id)
    assert (row["name"], row["disabled"], row["running"], row["backup"]) == ("shared", "true", "false", "false")
    assert admin.column("/ip/address", "interface") == ["shared"]


def test_the_address_is_the_masters(admin: LocalSession) -> None:
    id = shared(admin)
    router = admin.router
    assert router.presence.has("192.0.2.1")
    router.vrrp.heard(7, 200)
    assert (admin.row(VRRP, id)["backup"], interface(admin)["running"]) == ("true", "false")
    assert not router.presence.has("192.0.2.1")
    admin.set(VRRP, id, priority="254")
    assert router.presence.has("192.0.2.1")
    admin.call("/interface/disable", "=numbers=ether1")
    assert not router.presence.has("192.0.2.1")
    admin.call("/interface/enable", "=numbers=ether1")
    router.vrrp.heard(7, 0)
    assert admin.row(VRRP, id)["master"] == "true"


def test_it_goes_and_comes_back(admin: LocalSession) -> None:
    id = shared(admin)
    admin.remove(VRRP, id)
    assert admin.rows(INTERFACES, "?type=vrrp") == []
    assert admin.column("/ip/address", "interface")[0].startswith("*")
    admin.call("/undo")
    assert interface(admin)["mac-address"] == "00:00:5E:00:01:07"


def test_it_is_kept_and_exported(admin: LocalSession) -> None:
    shared(admin, priority="150")
    again = Router("7.22.3")
    state.load(again, state.dump(admin.router))
    second = LocalSession(again)
    assert second.column(VRRP, "priority") == ["150"]
    assert [row["type"] for row in second.rows(INTERFACES)].count("vrrp") == 1
    second.set(VRRP, second.rows(VRRP)[0][".id"], name="other")
    assert [row["name"] for row in second.rows(INTERFACES, "?type=vrrp")] == ["other"]
    admin.call("/export", "=file=all")
    admin.router.clock.advance(1)
    text = next(row["contents"] for row in admin.rows("/file") if row["name"] == "all.rsc")
    assert text.index("/interface vrrp") < text.index("/ip address")
    assert "priority=150" in text
