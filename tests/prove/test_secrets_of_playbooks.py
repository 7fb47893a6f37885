# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that exist nowhere else go through every playbook, and with them through every role."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.relay import (
    CONTROLLER,
    INSIDE,
    OUTSIDE,
    Relay,
)
from ansible_collections.bastion.routeros.tests.prove.secret_project import Secrets, everything_of, told_in_log
from ansible_collections.bastion.routeros.tests.prove.secret_runs import Run
from ansible_collections.bastion.routeros.tests.prove.secret_tasks import of, task
from routeros_simulator.testing import Simulator, running

ROOT = Path(__file__).resolve().parents[2]
#: in the order in which a user would run them
PLAYBOOKS = ("bootstrap", "secure_api", "knock", "rotate", "ipsec_api_tunnel")
ROLES = {"secure_api", "knock", "ipsec_api_tunnel"}
POLICIES = ["read", "write", "api", "policy", "sensitive", "ftp"]


@pytest.fixture
def secrets(tmp_path: Path, record_property: Callable[[str, object], None]) -> Secrets:
    """A project for one test."""
    return Secrets(tmp_path, record_property)


def test_every_playbook_and_role_is_here() -> None:
    assert {path.stem for path in (ROOT / "playbooks").glob("*.yml")} == set(PLAYBOOKS)
    assert {path.name for path in (ROOT / "roles").iterdir() if path.is_dir()} == ROLES


def inventory(secrets: Secrets, new: Simulator, tunnelled: Simulator, relay: Relay) -> None:
    """A router out of the box, known over SSH only, and one whose API shall be in a tunnel."""
    common: dict[str, Any] = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": "127.0.0.1",
        "ansible_password": of("automation"),
        "ansible_user": "automation",
        "ansible_routeros_ca_path": "{{ inventory_dir }}/ca/{{ inventory_hostname }}.pem",
        "bootstrap_options": {
            "certificate": {"key_size": "prime256v1"},
            "policies": POLICIES,
            "admin": {"replaced_by": "people", "password": of("people")},
            "disabled_services": [],
            "settle": 0.05,
        },
        "secure_api_settle": 0.05,
        "secure_api_port": "{{ ansible_port }}",
        "secure_api_sources": ["127.0.0.0/8"],
        "secure_api_certificate": {"subject_alt_names": ["127.0.0.1"]},
        "secure_api_users": [
            {"name": "automation", "password": of("automation"), "policies": POLICIES},
            {"name": "second", "password": of("second"), "policies": ["read", "api"]},
        ],
        "knock_sequence": of("steps"),
        "knock_ports": ["{{ ansible_port }}"],
        "knock_trusted_sources": ["127.0.0.1"],
        "knock_settle": 0.05,
        "rotate_password_file": "{{ brought }}/{{ inventory_hostname }}.yml",
        "rotate_password_older_than": 0,
        "rotate_serial": 1,
    }
    ssh = {"method": "ssh", "port": new.ssh_port, "password": of("first_contact"), "accept_new": True}
    ssh["known_hosts"] = "{{ inventory_dir }}/known_hosts"
    tunnel = {
        "ansible_host": INSIDE,
        "ansible_port": tunnelled.api_ssl_port,
        "ansible_user": "admin",
        "ansible_password": "",
        "ansible_routeros_tls": "anonymous",
        "ipsec_api_tunnel_router": {"outside": OUTSIDE, "inside": INSIDE, "id": "router1.example.net"},
        "ipsec_api_tunnel_controller": {"outside": "127.0.5.1", "inside": CONTROLLER, "id": "controller.example.net"},
        "ipsec_api_tunnel_port": "{{ ansible_port }}",
        "ipsec_api_tunnel_auth": "psk",
        "ipsec_api_tunnel_psk": of("psk"),
        "ipsec_api_tunnel_swanctl_directory": str(relay.folder),
        "ipsec_api_tunnel_swanctl_command": [str(relay.command)],
        "ipsec_api_tunnel_packages": [],
        "ipsec_api_tunnel_service": "",
        "ipsec_api_tunnel_become": False,
        "ipsec_api_tunnel_settle": 0.05,
        "ipsec_api_tunnel_log_command": ["cat", str(relay.log)],
        "ipsec_api_tunnel_patience": 2,
    }
    first = {"ansible_port": new.api_ssl_port, "ansible_routeros_first_contact": ssh}
    groups = {
        "routers": {"hosts": {"new": first}, "vars": common},
        "tunnels": {"hosts": {"tunnelled": tunnel}, "vars": common},
    }
    secrets.desk.write("hosts.yml", {"all": {"children": groups}})


#: what the next runs are given instead
LATER = {
    "bootstrap_options": {
        "admin": {"name": "people", "password": of("first")},
        "disabled_services": [],
        "settle": 0.05,
    },
    "secure_api_users": [
        {"name": "automation", "password": of("automation"), "policies": POLICIES, "update_password": "always"},
        {"name": "second", "password": of("bad_a"), "policies": ["read", "api"], "update_password": "always"},
        {"name": "third", "password": of("bad_b"), "policies": ["read", "api"]},
    ],
    "knock_sequence": [],
    "knock_secret": of("knock_secret"),
    "ipsec_api_tunnel_psk": of("psk_by_menu"),
}
WRONG = {
    "bootstrap_options": {"admin": {"password": [of("bad_a")], "replaced_by": "-x"}, "pasword_file": of("bad_b")},
    "secure_api_users": [
        {"name": "automation", "password": "{{ canary.short }}", "policies": POLICIES},
        {"name": "second", "password": [of("bad_b")], "passwort": of("bad_c")},
        {"name": "third", "password": of("community"), "policies": ["fly"]},
    ],
    "knock_sequence": "{{ canary.steps | sort + ['tcp/99999'] }}",
    "rotate_password_file": "/nowhere/x.yml",
    "ipsec_api_tunnel_psk": "{{ canary.weak }}",
}


def refused(host: str, names: Sequence[str]) -> dict[str, Any]:
    """What the playbooks do, going on where they stop."""
    tasks = []
    for name in names:
        (play,) = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text())[:1]
        does = [{"ansible.builtin.include_role": {"name": one["role"]}} for one in play.get("roles", ())]
        shown = {"name": f"{name} was refused", "ansible.builtin.debug": {"var": "ansible_failed_result"}}
        tasks.append({"name": name, "block": does + play.get("tasks", []), "rescue": [shown]})
    return {"hosts": host, "gather_facts": False, "tasks": tasks}


def run(secrets: Secrets, *options: str, **more: Any) -> Run:
    """All playbooks, one after the other, as one run."""
    looks = [task("facts", {"gather_subset": ["all"]}), task("verdict_info", {}), task("connection_info", {})]
    plays = [{"import_playbook": f"bastion.routeros.{name}"} for name in PLAYBOOKS[:3]]
    plays += [{"hosts": "new", "gather_facts": False, "tasks": looks}, {"import_playbook": "bastion.routeros.rotate"}]
    secrets.desk.write("all.yml", plays)
    return secrets.judge(secrets.desk.play("all.yml", "--diff", "-vvvv", *options, **more))


def test_playbooks(secrets: Secrets) -> None:
    """Every playbook: for the first time, in check mode with other secrets, and with what has to be refused."""
    secrets.canaries.weak("weak")
    secrets.desk.write("later.yml", LATER)
    secrets.desk.write("bad.yml", WRONG)
    secrets.desk.write("wrong.yml", [refused("new", PLAYBOOKS[:4]), refused("tunnelled", PLAYBOOKS[4:])])
    secrets.lock()
    with contextlib.ExitStack() as stack:
        slow = {"switches": {"sign_delay": 0.1, "fresh_certificate_delay": 0.1}, "time_scale": 20}
        new = stack.enter_context(running("7.22.3", ssh=True, **slow))
        tunnelled = stack.enter_context(running("7.22.3", ipsec=[CONTROLLER], **slow))
        relay = Relay(tunnelled, secrets.desk.folder / "swanctl", tunnelled.api_ssl_port)
        stack.callback(relay.stop)
        admin = str(secrets.canaries.values["first_contact"])
        new.call(lambda: new.router.tables["/user"].find(name="admin").hidden.update(password=admin))
        inventory(secrets, new, tunnelled, relay)
        first = run(secrets)
        tunnel = secrets.judge(
            secrets.desk.play("bastion.routeros.ipsec_api_tunnel", "--diff", "-vvvv", "-e", "bastion_target=tunnels")
        )
        later = run(secrets, "--check", "-e", "@later.yml")
        wrong = secrets.judge(secrets.desk.play("wrong.yml", "-vvvv", "-e", "@bad.yml"))
        for router in (new, tunnelled):
            secrets.leaked |= told_in_log(router, secrets.canaries)
        arrived = secrets.canaries.found_in((everything_of(new) + everything_of(tunnelled)).encode())
    for one in (first, tunnel, later):
        assert one.code == 0, one.text[-3000:]
    told = {one[0] for one in wrong.outcome("new") + wrong.outcome("tunnelled")}
    assert {f"{name} was refused" for name in PLAYBOOKS} <= told
    assert arrived >= {"people", "second", "psk", "steps"}, arrived
    secrets.close()
