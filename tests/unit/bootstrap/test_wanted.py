# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be is refused before anything is opened; what can be is made of the other modules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.wanted import Wanted
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    FirstContact,
)

FIRST = FirstContact("plain", password="factory-made")
WAY = ConnectionOptions("192.0.2.7", "automation", "correct-horse-7", ca_path="/ca/r.pem", first_contact=FIRST)
NEW = {"password": "Another-one-77"}


def wanted(way: ConnectionOptions = WAY, **options: Any) -> Wanted:
    return Wanted("router1", way, validate("bootstrap", options))


def test_what_is_enough() -> None:
    wanted().check()
    wanted(admin={"state": "absent", "replaced_by": "netadmin", **NEW}).check()
    wanted(admin=NEW).check()
    wanted(admin={"state": "disabled"}).check()


@pytest.mark.parametrize(
    ("way", "options", "says"),
    [
        (replace(WAY, tls="plain"), {}, "ansible_routeros_tls is plain"),
        (replace(WAY, ca_path=""), {}, "ansible_routeros_ca_path is not set"),
        (replace(WAY, user="admin"), {}, "are both 'admin'"),
        (WAY, {"policies": ["api", "policy"]}, "without read, write"),
        (WAY, {"virtual_addresses": ["192.0.2.7"]}, "the router's own address"),
        (replace(WAY, host="2001:db8::1"), {"virtual_addresses": ["2001:DB8:0::1"]}, "the router's own address"),
        (WAY, {"admin": {"replaced_by": "netadmin"}}, "admin.password or admin.password_file is needed"),
        (WAY, {"admin": {"replaced_by": "automation", **NEW}}, "another part to play"),
        (WAY, {"admin": {"replaced_by": "admin", **NEW}}, "another part to play"),
        (WAY, {"admin": {"state": "disabled", **NEW}}, "good for nothing"),
        (WAY, {"admin": {"state": "absent"}, "policies": ["api", "read", "write"]}, "needs policy"),
        (WAY, {"admin": NEW, "policies": ["api", "read", "write"]}, "needs policy"),
        (WAY, {"admin": {"name": "automation", "state": "absent"}}, "the automation's own user"),
        (WAY, {"admin": {"password": "factory-made"}}, "has already"),
        (replace(WAY, first_contact=None), {"admin": NEW}, "admin.name"),
    ],
)
def test_bad_input(way: ConnectionOptions, options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadOption, match=says) as caught:
        wanted(way, **options).check()
    assert "Nothing was written" in str(caught.value)
    assert "factory-made" not in str(caught.value)
    assert NEW["password"] not in str(caught.value)


@pytest.mark.parametrize("password", ["", "short-1", "no-digit-in-it", "NoSymbolsIn17"])
def test_a_weak_password_is_refused_and_not_named(password: str) -> None:
    with pytest.raises(BadOption) as caught:
        wanted().check_password(password, "ansible_password")
    assert not password or password not in str(caught.value)


def test_the_certificate_names_the_router_and_what_it_shares() -> None:
    _ca, leaf, service = wanted(
        replace(WAY, tls_hostname="r1.example.net"), virtual_addresses=["192.0.2.1", "2001:db8::1"]
    ).opening("/ca/r.pem")
    assert leaf.options["subject_alt_name"] == ["DNS:r1.example.net", "IP:192.0.2.7", "IP:192.0.2.1", "IP:2001:db8::1"]
    assert leaf.options["common_name"] == "r1.example.net"
    assert service.options["certificate"] == leaf.options["name"]
    assert service.options["port"] is None


def test_names_are_those_of_the_role() -> None:
    group, user = wanted().account("correct-horse-7")
    assert group.options["name"] == "bastion-read-write--50011f88"
    assert user.options["address"] is None


def test_the_defaults_of_one_call_are_not_those_of_the_next() -> None:
    wanted(admin={"state": "disabled"})
    assert wanted().admin["state"] == "kept"
    validate("bootstrap", {})["admin"]["state"] = "absent"
    assert wanted().admin["state"] == "kept"
