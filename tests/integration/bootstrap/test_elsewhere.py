# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that do not come from the router: an authority at home for a fleet, and what a site brings along."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates import authority
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.bootstrap.newcomer import Newcomer, newcomer
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make

CURVE = {"key_size": "prime256v1"}
PASSPHRASE = "key to the Leaf 7"


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Newcomer]:
    with newcomer("7.24", "anonymous", tmp_path) as router:
        yield router


def fleet(folder: Path) -> dict[str, Any]:
    """An authority that several routers share, kept where the inventory says."""
    key = folder / "fleet.key"
    return {**CURVE, "ownca_path": str(folder / "ca" / "router1.pem"), "ownca_privatekey_path": str(key)}


@pytest.mark.parametrize(("version", "method"), [("7.12.2", "anonymous"), ("7.12.2", "ssh"), ("7.24", "ssh")])
def test_an_authority_at_home_signs(version: str, method: str, tmp_path: Path) -> None:
    with newcomer(version, method, tmp_path) as router:
        options = {"certificate": {**fleet(tmp_path), "ownca_create": True}}
        assert router.bootstrap(**options).changed
        assert router.gets_in()
        assert not router.gets_in("anonymous", "admin", "")
        assert [row["name"] for row in router.router.rows("/certificate")][:1] == ["bastion-api-ssl"]
        assert router.row("/certificate", "bastion-ca") == {}
        assert not router.bootstrap(**options).changed
        assert router.router.rows("/file") == []
        assert (tmp_path / "ca" / "router1.verified").exists()


def site(folder: Path, kind: str) -> dict[str, Any]:
    """What a site has made for this router: PEM, or PKCS#12 with a passphrase; its root is where the inventory says."""
    root = make("Site root", authority=True)
    middle = make("Site authority", root, authority=True)
    leaf = make("router1.example.net", middle, addresses=("127.0.0.1",))
    (folder / "ca").mkdir()
    (folder / "ca" / "router1.pem").write_text(root.pem)
    if kind == "pkcs12":
        (folder / "leaf.p12").write_bytes(leaf.p12(PASSPHRASE, middle))
        return {"pkcs12_path": str(folder / "leaf.p12"), "pkcs12_passphrase": PASSPHRASE}
    (folder / "leaf.pem").write_text(leaf.pem + middle.pem)
    (folder / "leaf.key").write_text(leaf.key_pem(PASSPHRASE))
    paths = {"certificate_path": str(folder / "leaf.pem"), "privatekey_path": str(folder / "leaf.key")}
    return {**paths, "privatekey_passphrase": PASSPHRASE}


@pytest.mark.parametrize(("version", "kind"), [("7.12.2", "pkcs12"), ("7.22.3", "pem"), ("7.24", "pkcs12")])
def test_a_site_brings_its_certificate_along_over_ssh(version: str, kind: str, tmp_path: Path) -> None:
    with newcomer(version, "ssh", tmp_path) as router:
        options = {"certificate": site(tmp_path, kind)}
        checked = router.bootstrap(check_mode=True, **options)
        assert (checked.changed, router.router.rows("/certificate")) == (True, [])
        told = router.bootstrap(**options)
        assert (told.changed, told.way, told.proved) == (True, "ssh", "future path")
        assert router.gets_in()
        assert not router.gets_in("anonymous", "admin", "")
        assert [row["name"] for row in router.router.rows("/certificate")] == [
            "bastion-api-ssl",
            "bastion-api-ssl.chain1",
        ]
        assert router.router.rows("/file") == []
        again = router.bootstrap(**options)
        assert (again.changed, again.way) == (False, "verified")
        logged = " ".join(row["message"] for row in router.router.rows("/log"))
        assert PASSPHRASE not in logged


def test_less_is_refused_although_the_ca_was_there_from_the_start(new: Newcomer, tmp_path: Path) -> None:
    options = {"certificate": {**fleet(tmp_path), "ownca_create": True}}
    new.bootstrap(**options)
    with newcomer("7.24", "anonymous", tmp_path / "impostor") as impostor:
        before = snapshot(impostor.router)
        new.ports = impostor.ports
        with pytest.raises(RouterError, match=r"now it offers less.*router1.verified"):
            new.bootstrap(**options)
        assert snapshot(impostor.router) == before


def test_the_authority_has_to_be_there(new: Newcomer, tmp_path: Path) -> None:
    before = snapshot(new.router)
    authority.ensure(str(tmp_path / "fleet.pem"), str(tmp_path / "fleet.key"), "fleet")
    options = {**fleet(tmp_path), "ownca_path": str(tmp_path / "fleet.pem")}
    with pytest.raises(BadOption, match=r"ansible_routeros_ca_path.*is not there"):
        new.bootstrap(certificate=options)
    assert snapshot(new.router) == before


def test_another_authority_than_the_inventory_knows_is_found_by_the_proof(new: Newcomer, tmp_path: Path) -> None:
    new.ca.parent.mkdir()
    authority.ensure(str(new.ca), str(tmp_path / "known.key"), "known")
    authority.ensure(str(tmp_path / "fleet.pem"), str(tmp_path / "fleet.key"), "fleet")
    before = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
    options = {**fleet(tmp_path), "ownca_path": str(tmp_path / "fleet.pem")}
    with pytest.raises(RouterError, match="was not issued by the CA in"):
        new.bootstrap(certificate=options)
    assert {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"} == before
    assert new.gets_in("anonymous", "admin", "")


def test_a_private_key_is_not_given_to_just_anybody(new: Newcomer, tmp_path: Path) -> None:
    new.ca.parent.mkdir()
    authority.ensure(str(new.ca), str(tmp_path / "site.key"), "site")
    shutil.copy(tmp_path / "site.key", tmp_path / "leaf.key")
    before = snapshot(new.router)
    options = {"certificate_path": str(new.ca), "privatekey_path": str(tmp_path / "leaf.key")}
    with pytest.raises(BadOption, match="nobody has verified"):
        new.bootstrap(certificate=options)
    assert snapshot(new.router) == before
