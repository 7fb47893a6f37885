# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/address and /ipv6/address: any number of addresses of one router."""

from __future__ import annotations

from routeros_simulator.local import LocalSession


def test_a_router_has_several_addresses(any_admin: LocalSession) -> None:
    any_admin.add("/ip/address", address="192.0.2.1/24", interface="ether1")
    any_admin.add("/ip/address", address="192.0.2.254", interface="ether1", comment="shared")
    rows = any_admin.rows("/ip/address")
    assert [(row["address"], row["network"]) for row in rows] == [
        ("192.0.2.1/24", "192.0.2.0"),
        ("192.0.2.254/32", "192.0.2.254"),
    ]
    words = ("/ip/address/add", "=address=192.0.2.1/24", "=interface=ether1")
    assert any_admin.error(*words) == "failure: already have such address"


def test_addresses_of_ipv6(any_admin: LocalSession) -> None:
    any_admin.add("/ipv6/address", address="2001:DB8::1", interface="ether1", advertise="no")
    any_admin.add("/ipv6/address", address="fe80::1/64", interface="ether2")
    first, second = any_admin.rows("/ipv6/address")
    assert (first["address"], first["global"], first["link-local"]) == ("2001:db8::1/64", "true", "false")
    assert (second["address"], second["link-local"], second["actual-interface"]) == ("fe80::1/64", "true", "ether2")
    words = ("/ipv6/address/add", "=address=192.0.2.1", "=interface=ether1")
    assert "invalid value for argument address" in any_admin.error(*words)
    words = ("/ipv6/address/add", "=address=2001:db8::2", "=interface=nowhere")
    assert any_admin.error(*words) == "input does not match any value of interface"
