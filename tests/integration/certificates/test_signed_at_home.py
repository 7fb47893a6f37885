# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority on the controller signs what routers ask for, and logins by TLS verify it, also while it is renewed."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import Authority, ensure
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.carrier import REQUEST
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.certificates.conftest import (
    ask,
    certificate,
    files,
    names,
    row,
)
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import SCALE, door_to, run
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import request as request_for
from routeros_simulator.testing import Simulator, running

PASSPHRASE = "correct-horse"


def options(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "common_name": "router.example.net",
        "subject_alt_name": ["DNS:router.example.net", "IP:127.0.0.1"],
        "key_size": "prime256v1",
        "days_valid": 400,
        "ownca_path": str(folder / "ca.pem"),
        "ownca_privatekey_path": str(folder / "ca.key"),
        "ownca_privatekey_passphrase": PASSPHRASE,
        "ownca_create": True,
        **more,
    }


def verified(router: Simulator, folder: Path) -> Door:
    return Door(
        ConnectionOptions(
            host="127.0.0.1",
            port=router.api_ssl_port,
            user="admin",
            password="",
            tls="verify",
            ca_path=str(folder / "ca.pem"),
        )
    )


def test_a_login_verifies_it_and_a_second_run_changes_nothing(router: Simulator, tmp_path: Path) -> None:
    assert certificate(router, **options(tmp_path)).changed
    assert row(router, "api")["private-key"] == "true"
    assert "ca" not in row(router, "api")
    assert names(router) == ["api"]
    assert files(router) == []
    run(door_to(router.api_port), ("service", {"name": "api-ssl", "certificate": "api"}))
    verified(router, tmp_path).open().close()
    again = certificate(router, **options(tmp_path))
    assert (again.changed, again.warnings) == (False, [])


@pytest.mark.parametrize(
    "switches",
    [
        {"request_template": "kept", "imported_key_file": "removed"},
        {"request_template": "removed", "imported_key_file": "kept", "ambiguous_file_names": True, "file_delay": 20.0},
    ],
    ids=["one way", "the other"],
)
def test_whatever_a_router_leaves_behind(switches: dict[str, Any], tmp_path: Path) -> None:
    with running("7.22.3", time_scale=SCALE, switches=switches) as router:
        certificate(router, **options(tmp_path))
        assert (names(router), files(router)) == (["api"], [])
        assert not certificate(router, **options(tmp_path)).changed


def test_other_names_and_another_authority_make_a_new_one(modern: Simulator, tmp_path: Path) -> None:
    certificate(modern, **options(tmp_path))
    first = row(modern, "api")["fingerprint"]
    outcome = certificate(modern, **options(tmp_path, subject_alt_name=["DNS:router.example.net"]))
    assert "subject-alt-name" in outcome.warnings[0]
    second = row(modern, "api")["fingerprint"]
    other = tmp_path / "other"
    outcome = certificate(modern, **options(other, subject_alt_name=["DNS:router.example.net"]))
    assert any("not signed by" in text and "on the controller" in text for text in outcome.warnings)
    assert len({first, second, row(modern, "api")["fingerprint"]}) == 3
    assert names(modern) == ["api"]


def test_one_of_the_routers_own_authority_moves_to_the_controllers(modern: Simulator, tmp_path: Path) -> None:
    certificate(modern, "bastion-ca", common_name="own", key_size="prime256v1")
    certificate(modern, common_name="router.example.net", ca="bastion-ca", key_size="prime256v1")
    run(door_to(modern.api_port), ("service", {"name": "api-ssl", "certificate": "api"}))
    assert certificate(modern, **options(tmp_path)).changed
    verified(modern, tmp_path).open().close()
    assert names(modern) == ["api", "bastion-ca"]


def test_somebody_elses_request_is_not_overwritten(modern: Simulator, tmp_path: Path) -> None:
    ask(modern, "/file/add", f"=name={REQUEST}", f"=contents={request_for('theirs.example.net')}")
    with pytest.raises(RouterError, match="somebody else"):
        certificate(modern, **options(tmp_path))
    assert files(modern) == [REQUEST]
    assert "api" not in names(modern)


def test_a_request_of_ours_that_was_cut_off_is_made_again(modern: Simulator, tmp_path: Path) -> None:
    ask(modern, "/certificate/add", "=name=api.request", "=common-name=router.example.net")
    ask(modern, "/file/add", f"=name={REQUEST}", f"=contents={request_for('router.example.net')}")
    assert certificate(modern, **options(tmp_path)).changed
    assert (names(modern), files(modern)) == (["api"], [])


def test_files_that_a_killed_run_left_go_and_no_others(modern: Simulator, tmp_path: Path) -> None:
    """Keys may be among them; a request of somebody else stays, and so does whatever has another name."""
    certificate(modern, **options(tmp_path))
    ours = ["bastion-api-0123abcd.key", "bastion-api-chain2-0123abcd.crt", "api.request-0123abcd.crt"]
    others = ["bastion-other-0123abcd.key", "bastion-api-0123abcd.txt", "bastion-api.crt", "notes.txt"]
    for name in (*ours, *others, "certificate-request_key.pem"):
        ask(modern, "/file/add", f"=name={name}", "=contents=something")
    ask(modern, "/file/add", f"=name={REQUEST}", f"=contents={request_for('theirs.example.net')}")
    assert certificate(modern, **options(tmp_path)).changed
    assert files(modern) == sorted([*others, "certificate-request_key.pem", REQUEST])
    assert not certificate(modern, **options(tmp_path)).changed
    ask(modern, "/file/set", f"=numbers={REQUEST}", f"=contents={request_for('router.example.net')}")
    assert certificate(modern, **options(tmp_path)).changed
    assert files(modern) == sorted(others)
    assert not certificate(modern, **options(tmp_path)).changed


def test_a_router_of_1970_makes_nothing(tmp_path: Path) -> None:
    with running("7.22.3", clock="1970-01-01 00:00:00") as router:
        with pytest.raises(BadOption, match=r"clock says 1970-01-01.*ntp"):
            certificate(router, **options(tmp_path))
        assert names(router) == []


def test_the_authoritys_key_and_passphrase_are_in_no_plan(modern: Simulator, tmp_path: Path) -> None:
    ensure(str(tmp_path / "ca.pem"), str(tmp_path / "ca.key"), "bastion CA", PASSPHRASE)
    outcome = certificate(modern, **options(tmp_path))
    assert PASSPHRASE not in repr(outcome.plans)
    assert "PRIVATE" not in repr(outcome.plans)


def test_a_wrong_passphrase_is_told_before_anything_is_written(modern: Simulator, tmp_path: Path) -> None:
    ensure(str(tmp_path / "ca.pem"), str(tmp_path / "ca.key"), "bastion CA", PASSPHRASE)
    with pytest.raises(BadOption, match="passphrase is wrong"):
        certificate(modern, **options(tmp_path, ownca_privatekey_passphrase="another"))
    assert names(modern) == []


@pytest.mark.parametrize("version", ["7.12.2", "7.22.3"])
def test_no_login_fails_while_the_certificate_is_renewed(version: str, tmp_path: Path) -> None:
    with running(version, time_scale=SCALE) as router:
        certificate(router, **options(tmp_path))
        run(door_to(router.api_port), ("service", {"name": "api-ssl", "certificate": "api"}))
        stop, failures, logins = threading.Event(), [], [0]

        def log_in() -> None:
            while not stop.is_set():
                try:
                    verified(router, tmp_path).open().close()
                    logins[0] += 1
                except RouterError as error:
                    failures.append(error.message)
                time.sleep(0.01)

        client = threading.Thread(target=log_in)
        client.start()
        try:
            for days in (500, 600, 700):
                before = row(router, "api")["fingerprint"]
                outcome = certificate(router, **options(tmp_path, days_valid=days, renew_before=days - 60))
                assert any("less than" in text for text in outcome.warnings)
                assert row(router, "api")["fingerprint"] != before
        finally:
            stop.set()
            client.join()
    assert failures == []
    assert logins[0] > 3


def test_an_authority_that_ends_soon_does_not_renew_for_ever(modern: Simulator, tmp_path: Path) -> None:
    ensure(str(tmp_path / "ca.pem"), str(tmp_path / "ca.key"), "bastion CA", PASSPHRASE, days_valid=40)
    wanted = options(tmp_path, days_valid=400, renew_before=60)
    assert certificate(modern, **wanted).changed
    assert not certificate(modern, **wanted).changed
    authority = Authority((tmp_path / "ca.pem").read_text(), (tmp_path / "ca.key").read_text(), PASSPHRASE)
    assert row(modern, "api")["akid"].replace(":", "").lower() == authority.key_identifier
