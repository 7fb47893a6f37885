# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook as a user runs it: what is written where, what is shown, what the next plays find; a fleet at once."""

from __future__ import annotations

import os
import re
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import (
    RECAP,
    Run,
    run_playbook,
    settle,
    snapshot,
)
from routeros_simulator.testing import Simulator, running

VERSION = "7.24"
BOOTSTRAP = "bastion.routeros.bootstrap"
FULL = os.environ.get("PROVE_CUTS") == "all"
#: of one run; the whole fleet takes some minutes
FLEET = 100 if FULL else 6
HOST_VARS = "{{ inventory_dir }}/host_vars/{{ inventory_hostname }}"
OPTIONS: dict[str, Any] = {
    "password_file": f"{HOST_VARS}/password.yml",
    "vars_file": f"{HOST_VARS}/way_in.yml",
    "certificate": {"key_size": "prime256v1"},
    "settle": 0.05,
}


def inventory(folder: Path, routers: dict[str, Simulator], **options: Any) -> None:
    """An inventory without a password for the automation, and with a vault."""
    hosts = {
        name: {
            "ansible_host": "127.0.0.1",
            "ansible_port": router.api_ssl_port,
            "ansible_routeros_first_contact": {
                "method": "plain", "port": router.api_port, "user": "admin", "password": ""
            },
        }
        for name, router in routers.items()
    }  # fmt: skip
    shared = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_user": "automation",
        "ansible_routeros_ca_path": "{{ inventory_dir }}/ca/{{ inventory_hostname }}.pem",
        "bootstrap_options": {**OPTIONS, **options},
    }
    (folder / "hosts.yml").write_text(yaml.safe_dump({"routers": {"hosts": hosts, "vars": shared}}))
    (folder / "secret").write_text("open sesame\n")


def play(folder: Path, *options: str, playbook: str = BOOTSTRAP) -> Run:
    return run_playbook(
        folder, playbook, "-i", str(folder / "hosts.yml"), "--vault-password-file", str(folder / "secret"), *options
    )


def password_of(folder: Path, name: str) -> str:
    loader = DataLoader()
    loader.set_vault_secrets([("default", VaultSecret(b"open sesame"))])
    held = loader.load_from_file(str(folder / "host_vars" / name / "password.yml"))
    return str(held["ansible_password"])


def test_a_new_router_and_the_plays_after_it(tmp_path: Path) -> None:
    with running(VERSION, time_scale=20) as router:
        inventory(tmp_path, {"router1": router})
        before = snapshot(router)
        checked = play(tmp_path, "--check", "--diff")
        assert (checked.code, checked.changed) == (0, 1), checked.text
        assert snapshot(router) == before
        assert sorted(file.name for file in tmp_path.iterdir()) == ["hosts.yml", "secret"]

        first = play(tmp_path, "--diff", "-vvvv")
        assert (first.code, first.changed) == (0, 1), first.text
        file = tmp_path / "host_vars" / "router1" / "password.yml"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text().startswith("$ANSIBLE_VAULT;")
        password = password_of(tmp_path, "router1")
        way_in = (tmp_path / "host_vars" / "router1" / "way_in.yml").read_text()
        assert yaml.safe_load(way_in)["ansible_routeros_ca_path"] == "{{ inventory_dir }}/ca/router1.pem"
        for text in (first.text, way_in, *(str(row) for row in router.rows("/log"))):
            assert password not in text

        again = play(tmp_path, "--diff", "-vvvv")
        assert (again.code, again.changed) == (0, 0), again.text
        assert password not in again.text

        # The inventory is complete now: any other play finds its way in, and the role finds its own work.
        (tmp_path / "facts.yml").write_text(
            yaml.safe_dump([{"hosts": "routers", "gather_facts": False, "tasks": [{"bastion.routeros.facts": {}}]}])
        )
        facts = play(tmp_path, "-e", "{ansible_routeros_first_contact: null}", playbook=str(tmp_path / "facts.yml"))
        assert facts.code == 0, facts.text


def test_secure_api_goes_on_from_there(tmp_path: Path) -> None:
    """Its certificates and its group are there already: nothing is made twice, and bootstrap changes nothing back."""
    with running(VERSION, time_scale=20) as router:
        inventory(tmp_path, {"router1": router}, certificate={})
        assert play(tmp_path).code == 0
        certificates = router.rows("/certificate")
        role = {
            "secure_api_sources": ["127.0.0.1"],
            "secure_api_port": router.api_ssl_port,
            "secure_api_settle": settle(),
            "secure_api_users": [
                {
                    "name": "automation",
                    "password": "{{ ansible_password }}",
                    "policies": ["api", "read", "write", "policy"],
                }
            ],
        }
        extra = ["-e", yaml.safe_dump(role, default_flow_style=True, width=10**6).strip()]
        secured = play(tmp_path, *extra, playbook="bastion.routeros.secure_api")
        assert secured.code == 0, secured.text
        assert router.rows("/certificate") == certificates
        assert len(router.rows("/user/group")) == 4
        assert (play(tmp_path).changed, play(tmp_path, *extra, playbook="bastion.routeros.secure_api").changed) == (
            0,
            0,
        )


def test_what_cannot_be_is_told_without_secrets(tmp_path: Path) -> None:
    with running(VERSION, time_scale=20) as router:
        inventory(tmp_path, {"router1": router}, admin={"password": "canary-in-Vain-77", "state": "absent"})
        before = snapshot(router)
        run = play(tmp_path, "-vvvv")
        assert run.code == 2
        assert "good for nothing" in run.flat
        assert "canary-in-Vain-77" not in run.text
        assert snapshot(router) == before
        run = run_playbook(tmp_path, BOOTSTRAP, "-i", str(tmp_path / "hosts.yml"), "-e", "{bootstrap_options: {}}")
        assert "neither ansible_password of 'automation' is set" in run.flat
        run = run_playbook(
            tmp_path, BOOTSTRAP, "-i", str(tmp_path / "hosts.yml"), "-e", "{bootstrap_options: {password_file: /x/p}}"
        )
        assert "no vault secret to encrypt it with" in run.flat
        assert snapshot(router) == before


@pytest.mark.parametrize("count", [FLEET])
def test_a_fleet_at_once(count: int, tmp_path: Path) -> None:
    with ExitStack() as stack:
        routers = {f"r{number:03}": stack.enter_context(running(VERSION, time_scale=20)) for number in range(count)}
        inventory(tmp_path, routers)
        run = play(tmp_path, "--forks", "20")
        assert run.code == 0, run.text
        assert {host: int(changed) for host, changed, _lost, _failed in RECAP.findall(run.text)} == dict.fromkeys(
            routers, 1
        )
        assert not re.search(r"unreachable=[1-9]|failed=[1-9]", run.text)
        passwords = {password_of(tmp_path, name) for name in routers}
        assert len(passwords) == count
        again = play(tmp_path, "--forks", "20")
        assert set(again.changes.values()) == {0}, again.text
