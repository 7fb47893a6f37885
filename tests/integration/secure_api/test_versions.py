# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out of the box to secured, on every version: check mode, first run, second run, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.demo import outside
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import (
    PASSWORD,
    Stage,
    port_translation,
    snapshot,
)
from routeros_simulator.testing import Simulator, running

VERSIONS = ["7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24"]
COLLEAGUE, STRANGER = "127.0.5.5", "127.0.9.9"


def look(router: Simulator, stage: Stage, source: str) -> str:
    """What a verifying client from this address sees."""
    return outside.encrypted(router.api_ssl_port, source, "automation", PASSWORD, outside.verifying(stage.ca))


@pytest.mark.parametrize("version", VERSIONS)
def test_from_out_of_the_box_and_back(version: str, tmp_path: Path) -> None:
    with running(version, time_scale=5) as router:
        stage = Stage(tmp_path, router.api_ssl_port)
        plain = router.api_port
        fresh = snapshot(router)

        tried = stage.play("--check", "--diff")
        assert tried.code == 0, tried.text
        assert tried.changed > 0
        assert snapshot(router) == fresh
        assert not stage.ca.exists()
        assert not stage.record.exists()
        assert "api-ssl, port" in tried.flat
        assert "closed: api, ftp, telnet, www, www-ssl" in tried.flat
        for text in ("bastion/secure-api: Everybody else", "name=automation", "certificate=bastion-api-ssl"):
            assert text in tried.text
        assert PASSWORD not in tried.text

        first = stage.play()
        assert first.code == 0, first.text
        assert first.changed > 0
        assert PASSWORD not in first.text
        assert look(router, stage, COLLEAGUE) == "in"
        assert look(router, stage, STRANGER) == "silent"
        assert outside.plain(plain, COLLEAGUE, "admin", "") == "refused"
        assert "ssh, winbox" in first.flat
        assert "WARNING: 'admin' of router1, the user of the first contact, has an empty or weak password" in first.flat

        secured = snapshot(router)
        second = stage.play("--diff")
        assert (second.code, second.changed) == (0, 0), second.text
        assert snapshot(router) == secured

        undone = stage.play(extra={"secure_api_state": "absent"})
        assert undone.code == 0, undone.text
        assert undone.changed > 0
        assert snapshot(router) == fresh
        assert not stage.ca.exists()
        assert not stage.record.exists()
        assert outside.plain(plain, STRANGER, "admin", "") == "in"


def test_behind_a_port_translation(router: Simulator, tmp_path: Path) -> None:
    inside = router.api_ssl_port
    with port_translation(inside) as port:
        assert port != inside
        stage = Stage(tmp_path, port, service_port=inside)
        first = stage.play()
        assert first.code == 0, first.text
        assert router.api_ssl_port == inside
        second = stage.play()
        assert (second.code, second.changed) == (0, 0), second.text


def test_over_ipv6(router: Simulator, tmp_path: Path) -> None:
    """The rules of one family say nothing about the other: both have their own."""
    port = router.api_ssl_port
    stage = Stage(tmp_path, port, host="::1", variables={"secure_api_sources": ["::1", "2001:db8::/32"]})
    first = stage.play()
    assert first.code == 0, first.text
    good = outside.verifying(stage.ca)
    assert outside.encrypted(port, "", "automation", PASSWORD, good, host="::1") == "in"
    assert outside.encrypted(port, "127.0.0.1", "automation", PASSWORD, good, name="::1") == "silent"
    for path in ("/ip/firewall/filter", "/ipv6/firewall/filter"):
        rules = [row for row in router.rows(path) if row.get("comment", "").startswith("bastion/secure-api")]
        assert [row["comment"] for row in rules if row["chain"] == "input"] == ["bastion/secure-api: way in from input"]
    second = stage.play()
    assert (second.code, second.changed) == (0, 0), second.text


def test_over_the_plain_api_at_first_and_to_another_port(router: Simulator, tmp_path: Path) -> None:
    """First contact over 8728; the encrypted service moves to a port of its own in the same run."""
    with running("7.22.3") as other:
        free = other.api_ssl_port
    contact = {"method": "plain", "port": router.api_port, "user": "admin", "password": ""}
    variables = {"ansible_routeros_first_contact": contact, "ansible_routeros_tls_hostname": "router.example.net"}
    stage = Stage(tmp_path, free, variables=variables)
    first = stage.play()
    assert first.code == 0, first.text
    assert router.api_ssl_port == free
    assert look(router, stage, COLLEAGUE) == "in"
    good = outside.verifying(stage.ca)
    assert outside.encrypted(free, COLLEAGUE, "automation", PASSWORD, good, name="router.example.net") == "in"
    second = stage.play()
    assert (second.code, second.changed) == (0, 0), second.text
