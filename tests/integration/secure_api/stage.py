# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios of the role share: an inventory, a real ansible-playbook, its recap, a port translation."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import preloaded
import yaml
from routeros_simulator.switches import made
from routeros_simulator.testing import Simulator

ROUTER = "router1"
PASSWORD = "correct-horse-7"
PLAYBOOK = "bastion.routeros.secure_api"
POLICIES = ["read", "write", "api", "policy", "sensitive", "ftp"]
RECAP = re.compile(r"^(\w+)\s*:\s*ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


def settle() -> float:
    """Seconds until rules act on a simulated router whose time passes five times as fast as ours, or faster."""
    return 0.1 + made({}).rule_delay / 5


@dataclass(frozen=True)
class Run:
    """One run of a playbook."""

    code: int
    text: str

    @property
    def changes(self) -> dict[str, int]:
        """How many tasks changed something, by host; -1 for hosts that failed or were not reached."""
        found = RECAP.findall(self.text)
        return {host: -1 if int(lost) + int(failed) else int(changed) for host, changed, lost, failed in found}

    @property
    def changed(self) -> int:
        """The same for the one router of most scenarios; -1 when the play did not get as far as a recap."""
        return self.changes.get(ROUTER, -1)

    @property
    def flat(self) -> str:
        """The output on one line, without the line breaks and quotes that Ansible's own formatting puts in."""
        return " ".join(self.text.replace("\\n", " ").replace("\\", "").split())


@dataclass
class Stage:
    """An inventory in a folder of its own.

    Its variables tell of one router, on ``port``; ``hosts`` says what is different about each of several.
    """

    folder: Path
    port: int
    variables: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, dict[str, Any]] = field(default_factory=lambda: {ROUTER: {}})

    def __post_init__(self) -> None:
        self.variables = {
            "ansible_connection": "bastion.routeros.api",
            "ansible_host": "127.0.0.1",
            "ansible_port": self.port,
            "ansible_user": "automation",
            "ansible_password": PASSWORD,
            "ansible_routeros_ca_path": "{{ inventory_dir }}/ca/{{ inventory_hostname }}.pem",
            "ansible_routeros_first_contact": {
                "method": "anonymous",
                "port": "{{ ansible_port }}",
                "user": "admin",
                "password": "",
            },
            "secure_api_port": "{{ ansible_port }}",
            "secure_api_settle": settle(),
            "secure_api_sources": ["127.0.0.1", "127.0.5.0/24"],
            "secure_api_users": [{"name": "automation", "password": "{{ ansible_password }}", "policies": POLICIES}],
            **self.variables,
        }

    def ca(self, host: str = ROUTER) -> Path:
        """Where the role keeps the router's authority."""
        return self.folder / "ca" / f"{host}.pem"

    def record(self, host: str = ROUTER) -> Path:
        """Where the role keeps what was there before."""
        return self.folder / "ca" / f"{host}.before.yml"

    def play(self, *options: str, extra: Mapping[str, Any] | None = None, playbook: str = PLAYBOOK) -> Run:
        """Run a playbook as a user would; ``extra`` are variables that override the inventory's."""
        inventory = self.folder / "hosts.yml"
        inventory.write_text(yaml.safe_dump({"routers": {"hosts": self.hosts, "vars": self.variables}}))
        more = ["-e", yaml.safe_dump(dict(extra), default_flow_style=True, width=10**6).strip()] if extra else []
        return run_playbook(self.folder, playbook, "-i", str(inventory), "--forks", "4", *options, *more)


def run_playbook(folder: Path, playbook: str, *options: str) -> Run:
    """A real ansible-playbook, in a folder of its own."""
    environment = os.environ | {"ANSIBLE_NOCOLOR": "1"}
    environment.pop("ANSIBLE_FORCE_COLOR", None)
    return Run(*preloaded.ansible_playbook([playbook, *options], folder, environment, timeout=240))


@contextlib.contextmanager
def port_translation(inside: int) -> Iterator[int]:
    """A port of this machine behind which another one is reached, as a dst-nat in front of a router does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", inside))
                except OSError:
                    client.close()
                    continue
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


# What a router counts or keeps by itself, or what belongs to no configuration.
_NOT_CONFIGURATION = (
    "/log",
    "/user/active",
    "/system/history",
    "/system/resource",
    "/safe-mode",
    "/file",
    "/ip/firewall/connection",
    "/ipv6/firewall/connection",
    "/system/clock",
)
_COUNTED = ("bytes", "packets", "last-logged-in", "expired", "invalid", "creation-time", "uptime")


def snapshot(router: Simulator) -> dict[str, list[tuple[tuple[str, str], ...]]]:
    """The configuration of a router: every static row of every menu, in order, without counters and ids."""

    def take() -> dict[str, list[tuple[tuple[str, str], ...]]]:
        return {
            path: [
                tuple(sorted((name, text) for name, text in row.values.items() if name not in _COUNTED))
                for row in table
                if not row.dynamic
            ]
            for path, table in router.router.tables.items()
            if not path.startswith(_NOT_CONFIGURATION)
        }

    return router.call(take)
