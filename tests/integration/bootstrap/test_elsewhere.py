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

CURVE = {"key_size": "prime256v1"}


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Newcomer]:
    with newcomer("7.24", "anonymous", tmp_path) as router:
        yield router


def fleet(folder: Path) -> dict[str, Any]:
    """An authority that several routers share, kept where the inventory says."""
    key = folder / "fleet.key"
    return {**CURVE, "ownca_path": str(folder / "ca" / "router1.pem"), "ownca_privatekey_path": str(key)}


@pytest.mark.parametrize("version", ["7.12.2", "7.24"])
def test_an_authority_at_home_signs(version: str, tmp_path: Path) -> None:
    with newcomer(version, "anonymous", tmp_path) as router:
        options = {"certificate": {**fleet(tmp_path), "ownca_create": True}}
        assert router.bootstrap(**options).changed
        assert router.gets_in()
        assert not router.gets_in("anonymous", "admin", "")
        assert [row["name"] for row in router.router.rows("/certificate")][:1] == ["bastion-api-ssl"]
        assert router.row("/certificate", "bastion-ca") == {}
        assert not router.bootstrap(**options).changed
        assert (tmp_path / "ca" / "router1.verified").exists()


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
