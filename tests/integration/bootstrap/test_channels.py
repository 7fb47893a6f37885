# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From each first channel, on each release: ready after one run, unchanged by the next, and checked without a write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import saved_fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.bootstrap.newcomer import (
    ADMIN_PASSWORD,
    PASSWORD,
    Newcomer,
    newcomer,
)
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot

VERSIONS = ("7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24")
METHODS = ("anonymous", "ssh", "plain")
REPLACED = {"state": "disabled", "replaced_by": "netadmin", "password": ADMIN_PASSWORD}


def is_ready(new: Newcomer) -> None:
    """The verified way stands, with the automation's own user, and the first channel is closed."""
    assert new.gets_in()
    assert not new.gets_in("plain", "admin", "")
    assert not new.gets_in("anonymous", "admin", "")
    assert new.row("/ip/service", "api")["disabled"] == "true"
    assert saved_fingerprint(str(new.ca)) == new.row("/certificate", "bastion-ca")["fingerprint"]
    granted = new.row("/user/group", new.row("/user", "automation")["group"])["policy"].split(",")
    assert {policy for policy in granted if not policy.startswith("!")} == {"api", "read", "write", "policy"}
    assert [file.name for file in new.ca.parent.iterdir()] == [new.ca.name]
    assert new.router.rows("/file") == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", METHODS)
def test_out_of_the_box(method: str, version: str, tmp_path: Path) -> None:
    with newcomer(version, method, tmp_path) as new:
        before = snapshot(new.router)
        checked = new.bootstrap(check_mode=True)
        assert (checked.changed, snapshot(new.router), new.ca.exists()) == (True, before, False)
        told = new.bootstrap()
        assert told.changed
        assert told.way == ("ssh" if method == "ssh" else "first contact")
        assert told.proved == "future path"
        is_ready(new)
        done = snapshot(new.router)
        again = new.bootstrap()
        assert (again.changed, again.operations, again.way) == (False, [], "verified")
        assert snapshot(new.router) == done
        assert told.ca_fingerprint == again.ca_fingerprint == saved_fingerprint(str(new.ca))


@pytest.mark.parametrize("version", ["7.16.2", "7.24"])
def test_somebody_takes_the_place_of_admin(version: str, tmp_path: Path) -> None:
    with newcomer(version, "plain", tmp_path) as new:
        assert new.bootstrap(admin=REPLACED).changed
        is_ready(new)
        assert not new.gets_in(user="admin", password="")
        assert new.gets_in(user="netadmin", password=ADMIN_PASSWORD)
        assert new.row("/user", "netadmin")["group"] == "full"
        assert not new.bootstrap(admin=REPLACED).changed
        # What is said differently later is done later.
        assert new.bootstrap(admin={**REPLACED, "state": "absent"}).changed
        assert new.row("/user", "admin") == {}
        assert not new.bootstrap(admin={**REPLACED, "state": "absent"}).changed


def test_admin_gets_a_password(tmp_path: Path) -> None:
    with newcomer("7.22.3", "plain", tmp_path) as new:
        assert new.bootstrap(admin={"password": ADMIN_PASSWORD}).changed
        assert new.gets_in(user="admin", password=ADMIN_PASSWORD)
        assert not new.gets_in(user="admin", password="")
        assert not new.bootstrap(admin={"password": ADMIN_PASSWORD}).changed


def test_what_others_have_stays(tmp_path: Path) -> None:
    """A router that has a certificate on www-ssl, users and rules of its own."""
    with newcomer("7.24", "plain", tmp_path) as new:
        tables = new.router.router.tables
        new.router.call(lambda: tables["/user"].insert({"name": "anna", "group": "full", "comment": "not ours"}))
        rule = {"chain": "input", "action": "accept", "comment": "not ours"}
        new.router.call(lambda: tables["/ip/firewall/filter"].insert(rule))
        others = {
            path: [row for row in rows if ("comment", "not ours") in row] for path, rows in snapshot(new.router).items()
        }
        new.bootstrap(admin=REPLACED)
        after = {
            path: [row for row in rows if ("comment", "not ours") in row] for path, rows in snapshot(new.router).items()
        }
        assert after == others


def shared(new: Newcomer, address: str) -> None:
    """An address that the router shares with another one, by VRRP, and holds now."""
    session = Door(replace(new.way, tls="plain", port=new.router.api_port, user="admin", password="")).open()
    session.call("/interface/vrrp/add", "=interface=ether1", "=name=gateway", "=vrid=7", "=priority=150")
    session.call("/ip/address/add", f"=address={address}/32", "=interface=gateway")
    session.close()


def test_a_pair_with_a_virtual_address(tmp_path: Path) -> None:
    with newcomer("7.22.3", "anonymous", tmp_path) as new:
        shared(new, "127.0.0.77")
        virtual = replace(new, host="127.0.0.77")
        with pytest.raises(BadOption, match="own address"):
            virtual.bootstrap(virtual_addresses=["127.0.0.77"])
        assert not new.row("/user", "automation"), "nothing was written over the address that is shared"
        new.bootstrap(virtual_addresses=["127.0.0.77", "gateway.example.net"])
        names = new.row("/certificate", "bastion-api-ssl")["subject-alt-name"].split(",")
        assert names == ["IP:127.0.0.1", "IP:127.0.0.77", "DNS:gateway.example.net"]
        assert new.gets_in()
        assert virtual.gets_in(), "the certificate is good for the shared address, too"
        new.router.call(lambda: new.router.router.vrrp.heard(7, 200))
        assert not virtual.gets_in(), "it is the other router's now"
        assert new.gets_in()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"policies": ["api", "read", "write", "fly"]}, "fly"),
    ({"sources": ["192.0.2.1/24"]}, "192.0.2.0/24"),
    ({"admin": {"state": "disabled"}}, "nobody but 'admin' has full rights"),
    ({"admin": {"state": "absent"}}, "nobody but 'admin' has full rights"),
    ({"port": 22}, "already used by the service 'ssh'"),
    ({"sources": ["192.0.2.0/24"]}, "sees this controller come from 127.0.0.1"),
]


@pytest.mark.parametrize(("options", "says"), REFUSED)
@pytest.mark.parametrize("method", METHODS[-1:])
def test_what_cannot_be_is_refused_before_anything_is_written(
    method: str, options: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with newcomer("7.22.3", method, tmp_path) as new:
        before = snapshot(new.router)
        with pytest.raises((BadOption, RouterError), match=says):
            new.bootstrap(**options)
        assert snapshot(new.router) == before
        assert not new.ca.parent.exists()


@pytest.mark.parametrize("method", METHODS)
def test_a_router_in_1970(method: str, tmp_path: Path) -> None:
    with newcomer("7.22.3", method, tmp_path) as new:
        new.router.call(lambda: new.router.router.clock.advance(-50 * 365 * 86400))
        before = snapshot(new.router)
        with pytest.raises(BadOption, match=r"clock says 197\d.*Set the time first"):
            new.bootstrap()
        assert snapshot(new.router) == before


def test_another_user_of_that_name_gets_the_password(tmp_path: Path) -> None:
    with newcomer("7.22.3", "plain", tmp_path) as new:
        values = {"name": "automation", "group": "full"}
        new.router.call(
            lambda: new.router.router.tables["/user"].insert(values, hidden={"password": "somebody-else-9"})
        )
        assert new.bootstrap().changed
        assert new.gets_in(password=PASSWORD)
        assert not new.bootstrap().changed


def test_no_first_contact_at_all(tmp_path: Path) -> None:
    with newcomer("7.22.3", "plain", tmp_path, first={"password": "wrong"}) as new:
        before = snapshot(new.router)
        with pytest.raises(RouterError, match="invalid user name or password"):
            new.bootstrap()
        assert snapshot(new.router) == before
