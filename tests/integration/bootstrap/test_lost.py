# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that has lost what it knew: the CA file, and the file that remembers verified TLS."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import saved_fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.bootstrap.newcomer import (
    ADMIN_PASSWORD,
    Newcomer,
    newcomer,
)
from ansible_collections.bastion.routeros.tests.integration.bootstrap.test_middle import was_told
from ansible_collections.bastion.routeros.tests.integration.bootstrap.test_ssh import seen_key
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot

REPLACED = {"name": "admin", "state": "disabled", "replaced_by": "netadmin", "password": ADMIN_PASSWORD}


def by(new: Newcomer, method: str, **first: Any) -> Newcomer:
    return replace(new, method=method, first={**new.first, **first})


@pytest.mark.parametrize("version", ["7.12.2", "7.16.2", "7.24"])
def test_the_ca_file_comes_home_again_over_ssh(version: str, tmp_path: Path) -> None:
    with newcomer(version, "ssh", tmp_path) as new:
        new.bootstrap(admin=REPLACED)
        fingerprint, there = saved_fingerprint(str(new.ca)), snapshot(new.router)
        new.ca.unlink()
        (tmp_path / "known_hosts").unlink()

        # What is open on a prepared router is verified TLS, and that cannot be any more: each error names the way back.
        says = r"was prepared before and .*router1.pem was lost.*fetch it again over SSH.*host_key"
        for method, why in (("anonymous", "does not take anonymous TLS"), ("plain", "refuses the connection")):
            with pytest.raises(RouterError, match=f"(?s){why}.*{says}"):
                by(new, method, accept_new=False, known_hosts="").bootstrap(admin=REPLACED)

        netadmin = {"user": "netadmin", "password": ADMIN_PASSWORD, "accept_new": False}
        with pytest.raises(BadOption, match=r"netadmin.*say in admin.name whom it has replaced"):
            by(new, "ssh", **netadmin).bootstrap(admin={**REPLACED, "name": None})
        for host_key, kind in (((), "ssh_host_key_unknown"), (("SHA256:" + "A" * 43,), "ssh_host_key_changed")):
            with pytest.raises(RouterError) as caught:
                by(new, "ssh", **netadmin, host_key=host_key).bootstrap(admin=REPLACED)
            assert caught.value.kind == kind
        assert snapshot(new.router) == there

        back = by(new, "ssh", **netadmin, host_key=(seen_key(new)[0],))
        told = back.bootstrap(admin=REPLACED)
        assert told.way == "ssh"
        assert saved_fingerprint(str(new.ca)) == told.ca_fingerprint == fingerprint
        assert new.gets_in()
        assert snapshot(new.router) == there
        again = back.bootstrap(admin=REPLACED)
        assert (again.changed, again.way) == (False, "verified")


def test_no_first_contact_and_no_ca(tmp_path: Path) -> None:
    with newcomer("7.22.3", "plain", tmp_path) as new:
        new.bootstrap()
        new.ca.unlink()
        way = replace(new.way, first_contact=None)
        with pytest.raises(RouterError, match=r"is not set either.*router1.pem was lost.*over SSH") as caught:
            new.bootstrap(way=way)
        assert caught.value.kind == "no_first_contact"


def test_over_the_plain_api_the_ca_comes_home_with_a_word_of_warning(tmp_path: Path) -> None:
    with newcomer("7.24", "plain", tmp_path) as new:
        new.bootstrap(disabled_services=[])
        fingerprint = saved_fingerprint(str(new.ca))
        new.ca.unlink()
        told = new.bootstrap(disabled_services=[])
        assert told.ca_fingerprint == fingerprint
        assert any("Nobody has verified" in text and "compare ca_fingerprint" in text for text in told.warnings)


def fleet(new: Newcomer) -> dict[str, Any]:
    return {
        "certificate": {
            "key_size": "prime256v1",
            "ownca_path": str(new.ca),
            "ownca_privatekey_path": str(new.folder / "fleet.key"),
            "ownca_create": True,
        },
        "disabled_services": [],
    }


def test_each_job_on_a_fresh_disk_finds_the_verified_way(tmp_path: Path) -> None:
    """The authority comes from a credential; what was remembered beside it is gone after each job."""
    with newcomer("7.24", "anonymous", tmp_path) as new:
        told = new.bootstrap(**fleet(new))
        assert any("take ansible_routeros_first_contact away from router1" in text for text in told.warnings)
        (tmp_path / "ca" / "router1.verified").unlink()
        again = new.bootstrap(**fleet(new))
        assert (again.changed, again.way, again.warnings) == (False, "verified", [])


@pytest.mark.parametrize("method", ["plain", "ssh"])
def test_a_router_that_tells_of_a_certificate_that_nobody_sees(method: str, tmp_path: Path) -> None:
    """Somebody between who takes TLS alone away, on a controller that remembers nothing."""
    with newcomer("7.24", method, tmp_path) as new, newcomer("7.24", "plain", tmp_path / "other") as impostor:
        new.bootstrap(**fleet(new))
        (tmp_path / "ca" / "router1.verified").unlink()
        lured = replace(new, ports={**new.ports, "anonymous": impostor.ports["anonymous"]})
        before = snapshot(new.router), snapshot(impostor.router)
        with pytest.raises(BadOption, match=r"has the certificate 'bastion-api-ssl', and .* offers none.*do not go on"):
            lured.bootstrap(**fleet(new))
        assert (snapshot(new.router), snapshot(impostor.router)) == before
        assert was_told(impostor.router) == []


def test_without_first_contact_nothing_less_is_spoken_on_a_fresh_disk(tmp_path: Path) -> None:
    with newcomer("7.24", "anonymous", tmp_path) as new, newcomer("7.24", "plain", tmp_path / "other") as impostor:
        new.bootstrap(**fleet(new))
        shutil.copy(new.ca, tmp_path / "from-a-credential.pem")
        (tmp_path / "ca" / "router1.verified").unlink()
        lured = replace(new, ports=impostor.ports)
        before = snapshot(impostor.router)
        with pytest.raises(RouterError, match="first_contact is not set either"):
            lured.bootstrap(way=replace(lured.way, first_contact=None), **fleet(new))
        assert snapshot(impostor.router) == before
        assert was_told(impostor.router) == []
