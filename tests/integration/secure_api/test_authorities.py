# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs the certificate of the API: the router, the controller, or the site's own authority."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.demo import outside
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD, Stage
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make
from routeros_simulator.testing import Simulator, running

COLLEAGUE = "127.0.5.5"
PASSPHRASE = "canary-Passphrase-9"
SCALE = 5


def certificates(router: Simulator) -> list[str]:
    return sorted(row["name"] for row in router.rows("/certificate"))


def test_one_authority_of_the_controller_for_the_fleet(tmp_path: Path) -> None:
    with ExitStack() as stack:
        fleet = {f"router{n}": stack.enter_context(running("7.22.3", time_scale=SCALE)) for n in (1, 2)}
        hosts = {host: {"ansible_port": router.api_ssl_port} for host, router in fleet.items()}
        stage = Stage(
            tmp_path,
            0,
            hosts=hosts,
            variables={"secure_api_certificate": {"ca": "controller", "ca_passphrase": PASSPHRASE}},
        )
        tried = stage.play("--check", "--diff", "-vvvv")
        assert tried.code == 0, tried.text
        assert not (tmp_path / "ca").exists()
        first = stage.play("--diff", "-vvvv")
        assert first.code == 0, first.text
        second = stage.play()
        assert (second.code, set(second.changes.values())) == (0, {0}), second.text
        authority = (tmp_path / "ca" / "authority.pem").read_text()
        for host, router in fleet.items():
            assert stage.ca(host).read_text() == authority
            assert certificates(router) == ["bastion-api-ssl"]
            good = outside.verifying(stage.ca(host))
            assert outside.encrypted(router.api_ssl_port, COLLEAGUE, "automation", PASSWORD, good) == "in"
        for run in (tried, first, second):
            assert PASSPHRASE not in run.text
            assert "PRIVATE KEY" not in run.text
        assert PASSPHRASE not in (tmp_path / "ca" / "authority.key").read_text()


@pytest.mark.slow
def test_from_the_routers_own_to_the_sites_and_gone(tmp_path: Path) -> None:
    """As in AWX: the authority comes as text, and nothing of it is left on the disk."""
    site = make("Site CA", authority=True, days=5000)
    with running("7.18.2", time_scale=SCALE) as router:
        stage = Stage(tmp_path, router.api_ssl_port)
        assert stage.play().code == 0
        wanted = {
            "secure_api_certificate": {
                "ca": site.pem,
                "ca_key": site.key_pem(PASSPHRASE),
                "ca_passphrase": PASSPHRASE,
            }
        }
        stage.variables |= wanted
        moved = stage.play("-vvvv")
        assert moved.code == 0, moved.text
        assert moved.changed > 0
        assert stage.ca().read_text() == site.pem
        for line in (PASSPHRASE, *site.key_pem(PASSPHRASE).splitlines()[1:-1]):
            assert line not in moved.text
        again = stage.play()
        assert (again.code, again.changed) == (0, 0), again.text
        good = outside.verifying(stage.ca())
        assert outside.encrypted(router.api_ssl_port, COLLEAGUE, "automation", PASSWORD, good) == "in"
        gone = stage.play(extra={"secure_api_state": "absent"})
        assert gone.code == 0, gone.text
        assert certificates(router) == []


@pytest.mark.slow
def test_the_playbook_rotate_renews_a_fleet_in_small_batches(tmp_path: Path) -> None:
    with ExitStack() as stack:
        fleet = {f"router{n}": stack.enter_context(running("7.22.3", time_scale=SCALE)) for n in (1, 2)}
        hosts = {host: {"ansible_port": router.api_ssl_port} for host, router in fleet.items()}
        stage = Stage(
            tmp_path,
            0,
            hosts=hosts,
            variables={
                "rotate_serial": 1,
                "secure_api_certificate": {"ca": "controller", "days_valid": 60},
                # A play that goes on in a later one reads it anew.
                "rotate_password_format": "text",
                "rotate_password_file": "{{ inventory_dir }}/{{ inventory_hostname }}.password",
                "rotate_password_older_than": 1,
                "ansible_password": "{{ lookup('ansible.builtin.file', rotate_password_file) }}",
            },
        )
        for host in fleet:
            (tmp_path / f"{host}.password").write_text(PASSWORD)
        assert stage.play().code == 0
        before = {host: router.rows("/certificate") for host, router in fleet.items()}
        young = stage.play(playbook="bastion.routeros.rotate")
        assert (young.code, set(young.changes.values())) == (0, {0}), young.text

        due = {
            "secure_api_certificate": {"ca": "controller", "days_valid": 400, "renew_before": 100},
            "rotate_password_older_than": 0,
        }
        done = stage.play("-vvvv", playbook="bastion.routeros.rotate", extra=due)
        assert done.code == 0, done.text
        # A certificate, what binds it, and a password; one router after the other.
        assert done.text.count("PLAY [Renew certificates and passwords]") == len(fleet)
        for host, router in fleet.items():
            assert done.changes[host] == 2
            password = (tmp_path / f"{host}.password").read_text().strip()
            assert password not in (PASSWORD, "")
            assert password not in done.text
            assert router.rows("/certificate") != before[host]
            good = outside.verifying(stage.ca(host))
            assert outside.encrypted(router.api_ssl_port, COLLEAGUE, "automation", password, good) == "in"
