# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out of the box to secured and back: on every version, and on every way to a router."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.demo import outside
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import (
    PASSWORD,
    Run,
    Stage,
    port_translation,
    snapshot,
)
from routeros_simulator.testing import running

# Without safe mode, with the first of it, and the newest; other scenarios of the role run on 7.22.3.
SOME, REST = ["7.12.2", "7.18.2", "7.24"], ["7.16.2", "7.20.8", "7.22.3"]
COLLEAGUE, STRANGER = "127.0.5.5", "127.0.9.9"
# Signing and the pause after it pass this much faster.
SCALE = 5


def summary(run: Run) -> list[str]:
    """What the play says about services, without the one difference between what a user writes and a router shows."""
    return sorted(
        line.replace("/32", "") for line in run.text.splitlines() if re.search(r"port \d+.*open to |closed: ", line)
    )


@pytest.mark.avoided(17)
@pytest.mark.parametrize("versions", [SOME, pytest.param(REST, marks=pytest.mark.slow)], ids=["some", "rest"])
def test_every_version_from_out_of_the_box_and_back(versions: list[str], tmp_path: Path) -> None:
    """One inventory for several of them, as a fleet is kept."""
    with ExitStack() as stack:
        fleet = {
            f"v{version.replace('.', '_')}": stack.enter_context(running(version, time_scale=SCALE))
            for version in versions
        }
        hosts = {host: {"ansible_port": router.api_ssl_port} for host, router in fleet.items()}
        stage = Stage(tmp_path, 0, hosts=hosts)
        plain = {host: router.api_port for host, router in fleet.items()}
        fresh = {host: snapshot(router) for host, router in fleet.items()}

        tried = stage.play("--check", "--diff")
        assert tried.code == 0, tried.text
        assert PASSWORD not in tried.text
        assert not (tmp_path / "ca").exists()
        for text in ("bastion/secure-api: Everybody else", "name=automation", "certificate=bastion-api-ssl"):
            assert tried.text.count(text) >= len(fleet), text
        for host, router in fleet.items():
            assert tried.changes[host] > 0
            assert snapshot(router) == fresh[host], host

        first = stage.play()
        assert first.code == 0, first.text
        assert PASSWORD not in first.text
        for host, router in fleet.items():
            good, port = outside.verifying(stage.ca(host)), router.api_ssl_port
            assert first.changes[host] > 0
            assert outside.encrypted(port, COLLEAGUE, "automation", PASSWORD, good) == "in", host
            assert outside.encrypted(port, STRANGER, "automation", PASSWORD, good) == "silent", host
            # Asked of the router itself: another process may have been given the port that became free.
            assert router.call(lambda router=router: router.server.port("api")) is None, host
            assert f"'admin' of {host}, the user of the first contact, has an empty or weak password" in first.flat
            assert f"open to everybody on {host}:" in first.flat
        assert first.flat.count("ssh, winbox") == len(fleet)
        # The diff and the summary of check mode told what this run did.
        assert summary(tried) == summary(first)

        secured = {host: snapshot(router) for host, router in fleet.items()}
        second = stage.play("--diff")
        assert second.code == 0, second.text
        assert second.changes == dict.fromkeys(fleet, 0), second.text
        assert {host: snapshot(router) for host, router in fleet.items()} == secured

        undone = stage.play(extra={"secure_api_state": "absent"})
        assert undone.code == 0, undone.text
        for host, router in fleet.items():
            assert undone.changes[host] > 0
            assert snapshot(router) == fresh[host], host
            assert outside.plain(plain[host], STRANGER, "admin", "") == "in", host
        assert not list((tmp_path / "ca").iterdir())


@pytest.mark.slow
def test_every_way_to_a_router(tmp_path: Path) -> None:
    """Behind a port translation; over the plain API at first and to another port and name; over IPv6."""
    with ExitStack() as stack:
        routers = {
            host: stack.enter_context(running("7.22.3", time_scale=SCALE)) for host in ("translated", "moved", "ipv6")
        }
        with running("7.22.3") as other:
            free = other.api_ssl_port
        inside = routers["translated"].api_ssl_port
        translated = stack.enter_context(port_translation(inside))
        assert translated != inside
        contact = {"method": "plain", "port": routers["moved"].api_port, "user": "admin", "password": ""}
        hosts = {
            "translated": {"ansible_port": translated, "secure_api_port": inside},
            "moved": {
                "ansible_port": free,
                "ansible_routeros_first_contact": contact,
                "ansible_routeros_tls_hostname": "router.example.net",
            },
            "ipv6": {
                "ansible_host": "::1",
                "ansible_port": routers["ipv6"].api_ssl_port,
                "secure_api_sources": ["::1", "2001:db8::/32"],
            },
        }
        stage = Stage(tmp_path, 0, hosts=hosts)
        first = stage.play()
        assert first.code == 0, first.text
        ports = {host: router.api_ssl_port for host, router in routers.items()}
        assert ports == {"translated": inside, "moved": free, "ipv6": hosts["ipv6"]["ansible_port"]}

        def enter(host: str, source: str, name: str, address: str = "127.0.0.1") -> str:
            good = outside.verifying(stage.ca(host))
            return outside.encrypted(ports[host], source, "automation", PASSWORD, good, name=name, host=address)

        assert enter("translated", COLLEAGUE, "127.0.0.1") == "in"
        assert enter("moved", COLLEAGUE, "router.example.net") == "in"
        assert enter("moved", COLLEAGUE, "elsewhere.example.net").startswith("not verified")
        # The rules of one family say nothing about the other: both have their own.
        assert enter("ipv6", "", "::1", address="::1") == "in"
        assert enter("ipv6", "127.0.0.1", "::1") == "silent"
        assert enter("translated", "", "127.0.0.1", address="::1") == "silent"

        second = stage.play()
        assert second.code == 0, second.text
        assert second.changes == dict.fromkeys(routers, 0), second.text
