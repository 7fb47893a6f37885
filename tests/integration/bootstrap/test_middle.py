# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody in the middle: another certificate, and less than was known. Refused, said so, and told no password."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.bootstrap.newcomer import Newcomer, newcomer
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot
from routeros_simulator.testing import Simulator

VERSION = "7.22.3"


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Newcomer]:
    """Another router, out of the box, that somebody puts in the way."""
    with newcomer(VERSION, "plain", tmp_path / "impostor") as other:
        yield other


def was_told(router: Simulator) -> list[str]:
    """What the router's log says of logins: whoever tried one has sent a password."""
    return [
        row["message"] for row in router.rows("/log") if "logged in" in row["message"] or "failure" in row["message"]
    ]


def test_another_certificate_than_the_one_that_was_made(tmp_path: Path, impostor: Newcomer) -> None:
    impostor.bootstrap()
    told = was_told(impostor.router)
    with newcomer(VERSION, "plain", tmp_path / "own") as new:
        before = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
        lured = replace(new, ports={**new.ports, "anonymous": impostor.ports["anonymous"]})
        with pytest.raises(RouterError, match=r"was not issued by the CA in .*do not bypass the check"):
            lured.bootstrap()
        after = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
        assert after == before
        assert was_told(impostor.router) == told
        assert not new.ca.exists()
        # Without anybody in the middle it goes on from there.
        assert new.bootstrap().changed
        assert new.gets_in()


def test_a_router_that_has_no_certificate_any_more(tmp_path: Path, impostor: Newcomer) -> None:
    with newcomer(VERSION, "anonymous", tmp_path / "own") as new:
        new.bootstrap()
        for port in (impostor.router.api_ssl_port, impostor.router.api_port):
            lured = replace(new, ports={"plain": port, "anonymous": port})
            before = snapshot(impostor.router)
            with pytest.raises(RouterError, match="Nothing less is used, and no password was sent") as caught:
                lured.bootstrap()
            assert caught.value.kind == "downgrade"
            assert str(new.ca) in caught.value.message
            assert snapshot(impostor.router) == before
            assert was_told(impostor.router) == []
        # Whoever knows that it was reset says so by removing the file.
        new.ca.unlink()
        assert replace(new, ports=impostor.ports).bootstrap().changed


def test_a_router_that_shows_another_certificate_than_before(tmp_path: Path, impostor: Newcomer) -> None:
    impostor.bootstrap()
    told = was_told(impostor.router)
    with newcomer(VERSION, "anonymous", tmp_path / "own") as new:
        new.bootstrap()
        with pytest.raises(RouterError, match="was not issued by the CA in") as caught:
            replace(new, ports={"anonymous": impostor.ports["anonymous"]}).bootstrap()
        assert caught.value.kind == "tls_unknown_ca"
        assert was_told(impostor.router) == told


def test_a_router_that_has_a_certificate_where_none_is_known(tmp_path: Path) -> None:
    """Somebody else prepared it, or somebody is in the middle: anonymous TLS has nothing to tell them apart by."""
    with newcomer(VERSION, "anonymous", tmp_path / "one") as new:
        new.bootstrap()
        before = snapshot(new.router)
        with pytest.raises(RouterError, match="does not take anonymous TLS"):
            replace(new, folder=tmp_path / "other").bootstrap()
        assert snapshot(new.router) == before


@pytest.mark.parametrize("offers", ["anonymous", "plain"])
def test_whoever_takes_away_the_tls_that_ssh_has_just_prepared(offers: str, tmp_path: Path, impostor: Newcomer) -> None:
    with newcomer(VERSION, "ssh", tmp_path / "own") as new:
        before = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
        lured = replace(new, ports={**new.ports, "anonymous": impostor.ports[offers]})
        with pytest.raises(RouterError, match=r"Over SSH the router tells.*somebody may be between.*was put back"):
            lured.bootstrap()
        assert {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"} == before
        assert was_told(impostor.router) == []
        assert not new.ca.exists()
        assert new.bootstrap().changed


@pytest.mark.parametrize("method", ["plain", "anonymous", "ssh"])
def test_less_than_what_stood_is_refused_whatever_the_first_contact(
    method: str, tmp_path: Path, impostor: Newcomer
) -> None:
    """TLS without a certificate, no TLS, and a certificate of somebody else: nothing is told to either of them."""
    with newcomer(VERSION, method, tmp_path / "own") as new:
        new.bootstrap()
        for offers, kind in (("anonymous", "downgrade"), ("plain", "downgrade")):
            with pytest.raises(RouterError) as caught:
                replace(new, ports=dict.fromkeys(new.ports, impostor.ports[offers])).bootstrap()
            assert caught.value.kind == kind
        assert was_told(impostor.router) == []
        impostor.bootstrap()
        told = was_told(impostor.router)
        with pytest.raises(RouterError) as caught:
            replace(new, ports=dict.fromkeys(new.ports, impostor.ports["anonymous"])).bootstrap()
        assert caught.value.kind == "tls_unknown_ca"
        assert was_told(impostor.router) == told
