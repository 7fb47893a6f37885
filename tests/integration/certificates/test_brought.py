# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that users bring along, and copies that they take home, against simulated routers."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import from_pem, from_pkcs12
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.tests.integration.certificates.conftest import (
    certificate,
    files,
    names,
    row,
)
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import door_to, run
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make
from routeros_simulator.testing import Simulator

ROOT = make("Root", authority=True)
MIDDLE = make("Middle", ROOT, authority=True)
LEAF = make("router.example.net", MIDDLE)
NEXT = make("router.example.net", MIDDLE)
PASSPHRASE = "correct-horse"


@pytest.mark.avoided(63, 64)
def test_pem_with_a_locked_key_and_its_chain(router: Simulator) -> None:
    options = {
        "certificate_content": LEAF.pem + MIDDLE.pem + ROOT.pem,
        "privatekey_content": LEAF.key_pem(PASSPHRASE),
        "privatekey_passphrase": PASSPHRASE,
    }
    assert certificate(router, **options).changed
    assert row(router, "api")["fingerprint"] == fingerprint(LEAF.pem)
    assert row(router, "api")["private-key"] == "true"
    assert names(router) == ["api", "api.chain1", "api.chain2"]
    assert files(router) == []
    assert not certificate(router, **options).changed


def test_pkcs12(router: Simulator, tmp_path: Path) -> None:
    file = tmp_path / "api.p12"
    file.write_bytes(LEAF.p12(PASSPHRASE, MIDDLE))
    options = {"pkcs12_path": str(file), "pkcs12_passphrase": PASSPHRASE}
    assert certificate(router, **options).changed
    assert row(router, "api")["private-key"] == "true"
    assert not certificate(router, **options).changed


def test_an_authority_without_a_key(modern: Simulator) -> None:
    options = {"certificate_content": ROOT.pem, "trusted": False}
    assert certificate(modern, "site-ca", **options).changed
    assert row(modern, "site-ca").get("trusted", "false") == "false"
    assert not certificate(modern, "site-ca", **options).changed
    assert certificate(modern, "site-ca", **{**options, "trusted": True}).changed


def test_another_one_takes_its_place_and_its_services(router: Simulator) -> None:
    first = {"certificate_content": LEAF.pem, "privatekey_content": LEAF.key_pem()}
    second = {"certificate_content": NEXT.pem, "privatekey_content": NEXT.key_pem()}
    certificate(router, **first)
    run(door_to(router.api_port), ("service", {"name": "api-ssl", "certificate": "api"}))
    assert certificate(router, **second).changed
    assert row(router, "api")["fingerprint"] == fingerprint(NEXT.pem)
    service = next(each for each in router.rows("/ip/service") if each["name"] == "api-ssl")
    assert service["certificate"] == "api"
    assert names(router) == ["api"]
    assert not certificate(router, **second).changed


def test_check_mode_imports_nothing(modern: Simulator) -> None:
    options = {"name": "api", "certificate_content": LEAF.pem, "privatekey_content": LEAF.key_pem()}
    _transaction, outcome = run(door_to(modern.api_port), ("certificate", options), check_mode=True)
    assert outcome.changed
    assert [step.verb for step in outcome.plans[0]] == ["import"]
    assert "PRIVATE KEY" not in repr(outcome.plans)
    assert names(modern) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"certificate_content": "nothing"}, "there is no certificate"),
        ({"certificate_path": "/nonexistent/leaf.pem"}, "cannot be read"),
        ({"certificate_content": LEAF.pem, "privatekey_content": NEXT.key_pem()}, "belongs to none"),
        ({"certificate_content": make("old", days=-1).pem}, "expired"),
        ({"certificate_content": LEAF.pem, "common_name": "x"}, "cannot be asked for besides"),
        ({"certificate_content": LEAF.pem, "ca": "bastion-ca"}, "are two"),
        (
            {"certificate_content": LEAF.pem, "save_bundle_to": "/no/api.p12", "save_passphrase": "short"},
            "at least 8",
        ),
        ({"acme_domains": ["192.0.2.1"]}, "no public domain name"),
        ({"acme_domains": ["router.example.net"]}, "service www"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(
    modern: Simulator, options: dict[str, Any], message: str
) -> None:
    run(door_to(modern.api_port), ("service", {"name": "www", "disabled": True}))
    with pytest.raises(BadOption, match=message):
        certificate(modern, **options)
    assert names(modern) == []


@pytest.mark.parametrize("ending", ["pem", "p12"])
def test_a_bundle_comes_home_locked_and_only_when_it_is_missing_or_old(
    ending: str, modern: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "folder" / f"api.{ending}"
    making = {"common_name": "router", "key_size": "prime256v1"}
    keeping = {**making, "save_bundle_to": str(file), "save_passphrase": PASSPHRASE}
    certificate(modern, **making)
    assert certificate(modern, **keeping).changed
    data = file.read_bytes()
    found = from_pkcs12(data, PASSPHRASE, "x") if ending == "p12" else from_pem(data.decode(), "", PASSPHRASE)
    assert fingerprint(found.certificate) == row(modern, "api")["fingerprint"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert files(modern) == []
    assert not certificate(modern, **keeping).changed
    with pytest.raises(BadOption, match="passphrase"):
        certificate(modern, **{**keeping, "save_passphrase": "another-one"})
    file.unlink()
    assert certificate(modern, **keeping).changed


def test_a_template_of_somebody_else_is_left_alone(modern: Simulator) -> None:
    door = door_to(modern.api_port)
    session = door.open()
    session.call("/certificate/add", "=name=api", "=common-name=somebody")
    session.close()
    with pytest.raises(BadOption, match="template"):
        certificate(modern, certificate_content=LEAF.pem)
    assert names(modern) == ["api"]
