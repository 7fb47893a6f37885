# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.routeros out of the package ansible: all menus in one process, and a playbook."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from routeros_simulator.testing import Simulator, running

from ..trees.tree import VERSIONS
from .conftest import BUILD, foreign, venv_python

CLIENT = "community.routeros"
Count = Callable[[str], None]
PROGRAM = str(Path(__file__).with_name("community_modules.py"))
PLAYBOOK = Path(__file__).with_name("community.yml")
#: what goes on by itself between two reads
PASSING = {"time", "date", "gmt-offset"}

#: the shipped template has nothing that this client knows rows by: it would add it once more
UNKEYED = {"ip ipsec policy"}
#: all of them, as the router reads them back
POLICY = (
    "read,api,!local,!telnet,!ssh,!ftp,!reboot,!write,!policy,!test,!winbox,!password,!web,!sniff,!sensitive,!romon"
)
#: menu -> rows that it does not have yet
NEW: dict[str, list[dict[str, Any]]] = {
    "interface list": [{"name": "WAN", "comment": "out"}, {"name": "LAN", "include": "WAN"}],
    "ip firewall address-list": [{"list": "a", "address": "192.0.2.0/24"}, {"list": "b", "address": "a.example"}],
    "ip firewall filter": [{"chain": "input", "action": "drop", "src-address": "192.0.2.1", "limit": "5/1m,5:packet"}],
    "ip firewall nat": [{"chain": "srcnat", "action": "masquerade", "out-interface": "ether1"}],
    "ip firewall raw": [{"chain": "prerouting", "action": "drop", "tcp-flags": "fin,!syn", "protocol": "tcp"}],
    "ip ipsec profile": [{"name": "strong", "dh-group": "modp2048", "enc-algorithm": "aes-256"}],
    "ip settings": [{"rp-filter": "strict"}],
    "ipv6 firewall filter": [{"chain": "forward", "action": "accept", "src-address": "2001:db8::/32"}],
    "snmp community": [{"name": "watch", "addresses": "192.0.2.0/24", "read-access": True}],
    "system identity": [{"name": "named"}],
    "system logging": [{"topics": "firewall,!debug", "action": "memory", "prefix": "fw"}],
    "system note": [{"note": "two\nlines", "show-at-login": False}],
    "system ntp client": [{"enabled": True, "servers": "192.0.2.123"}],
    "system scheduler": [{"name": "job", "interval": "1h", "on-event": ":put x", "policy": "read,test"}],
    "system script": [{"name": "s", "source": ":put 1", "policy": "read"}],
    "user group": [{"name": "viewers", "policy": f"{POLICY},!rest-api"}],
    "user": [{"name": "ann", "group": "viewers", "address": "192.0.2.0/24", "password": "s3cret"}],
}


def call(requests: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    environment = {"PYTHONPATH": str(BUILD / "collections")}
    return foreign([venv_python(), PROGRAM], requests, environment)


def known_to_both(sim: Simulator) -> list[str]:
    (answer,) = call([("PATHS", {})])
    return [path for path in answer["paths"] if f"/{path.replace(' ', '/')}" in sim.router.tables]


def access(sim: Simulator) -> dict[str, Any]:
    return {"hostname": "127.0.0.1", "username": "admin", "password": "", "port": sim.api_port}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_menu_is_read_and_writing_back_what_was_read_changes_nothing(version: str, operation: Count) -> None:
    with running(version) as sim:
        paths = known_to_both(sim)
        options = {**access(sim), "handle_disabled": "omit"}
        read = call([("api_info", {**options, "path": path}) for path in paths])
        for path, answer in zip(paths, read, strict=True):
            operation("api_info")
            assert not answer.get("failed"), (path, answer)
        rows = {path: answer["result"] for path, answer in zip(paths, read, strict=True) if path not in UNKEYED}
        for found in rows.values():
            for row in found:
                for name in PASSING:
                    row.pop(name, None)
        written = call([("api_modify", {**access(sim), "path": path, "data": data}) for path, data in rows.items()])
    assert len(paths) > 50
    for path, answer in zip(rows, written, strict=True):
        operation("api_modify")
        assert not answer.get("failed"), (path, answer)
        assert not answer["changed"], (path, answer["old_data"], answer["new_data"])


@pytest.mark.shown(1)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_new_changes_once(version: str, operation: Count) -> None:
    with running(version) as sim:
        requests = [("api_modify", {**access(sim), "path": path, "data": data}) for path, data in NEW.items()]
        first, second = call(requests), call(requests)
    for path, once, again in zip(NEW, first, second, strict=True):
        operation("api_modify")
        operation("api_modify")
        assert not once.get("failed"), (path, once)
        assert once["changed"], path
        if path == "user":  # a password is sent every time: it never comes back
            continue
        assert not again.get("failed"), (path, again)
        assert not again["changed"], (path, again["old_data"], again["new_data"])


@pytest.mark.parametrize(("version", "tls"), [("7.22.3", "true")])
def test_a_playbook(version: str, tls: str, operation: Count, tmp_path: Path) -> None:
    python = venv_python()
    with running(version) as sim:
        port = sim.api_ssl_port if tls == "true" else sim.api_port
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(BUILD / "collections"),
            "ANSIBLE_HOME": str(tmp_path),
            "ANSIBLE_PYTHON_INTERPRETER": python,
            "PYTHONPATH": "",
        }
        variables = f'{{"api_port": {port}, "api_tls": {tls}, "api_version": "{version}"}}'
        command = [str(Path(python).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local", "-e", variables]
        done = subprocess.run(
            [*command, str(PLAYBOOK)], capture_output=True, text=True, timeout=150, env=environment, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    recap = re.search(r"ok=(\d+).*failed=0", done.stdout)
    assert recap, done.stdout
    assert int(recap[1]) >= 11
    for _unused in range(int(recap[1])):
        operation("task")
