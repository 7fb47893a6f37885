# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router out of the box, a controller's folder, and bootstrap between them, without Ansible around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.kept import Kept
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.story import Bootstrap, Told
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.wanted import Wanted
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.ways import PENDING
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import ConnectFailed, LoginFailed
from routeros_simulator.testing import Simulator, running

PASSWORD = "correct-horse-7"
ADMIN_PASSWORD = "Staple.battery-77"
#: simulated seconds run so much faster; elliptic curves are made at once
SCALE = 20.0
OPTIONS: Mapping[str, Any] = {"settle": 0.05, "certificate": {"key_size": "prime256v1"}, "safe_mode_wait": 60}
#: a console that runs nothing before there is a new password leads nowhere, which has a test of its own
SWITCHES = {"sign_delay": 0.1, "fresh_certificate_delay": 0.1, "exec_expired": "run"}


@dataclass
class Newcomer:
    """One router and its place in an inventory.

    ports: as the controller sees them when the router is new; first: what differs from an admin without a password.
    """

    router: Simulator
    folder: Path
    method: str
    ports: dict[str, int] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    password: str = PASSWORD
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        if not self.ports:
            self.ports = {"plain": self.router.api_port, "anonymous": self.router.api_ssl_port}
            if self.method == "ssh":
                self.ports["ssh"] = self.router.ssh_port

    @property
    def ca(self) -> Path:
        """Where the CA is kept."""
        return self.folder / "ca" / "router1.pem"

    @property
    def way(self) -> ConnectionOptions:
        """What the inventory says."""
        first = FirstContact(self.method, self.ports[self.method])
        if self.method == "ssh":
            first = replace(first, known_hosts=str(self.folder / "known_hosts"), accept_new=True)
        return ConnectionOptions(
            self.host,
            "automation",
            self.password,
            port=self.ports["anonymous"],
            ca_path=str(self.ca),
            timeout=5,
            first_contact=replace(first, **self.first),
        )

    def bootstrap(
        self,
        *,
        check_mode: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        way: ConnectionOptions | None = None,
        **options: Any,
    ) -> Told:
        """One run; with another inventory than :attr:`way` where one is given."""
        wanted = Wanted("router1", way or self.way, validate("bootstrap", {**OPTIONS, **options}))
        admin = wanted.admin
        given = Kept(self.password, "", "text", "ansible_password", "password_file")
        new = Kept(admin["password"] or "", "", "text", "admin", "admin.password_file")
        return Bootstrap(wanted, given, new, check_mode=check_mode, sleep=sleep).run()

    def gets_in(self, tls: str = "verify", user: str = "automation", password: str = PASSWORD) -> bool:
        """Whether a login over the API succeeds."""
        port = self.ports["plain" if tls == "plain" else "anonymous"]
        # What lies beside it until verified TLS has stood would do for somebody who has to get in.
        file = self.ca if self.ca.exists() else self.ca.with_name(self.ca.name + PENDING)
        ca = str(file) if tls == "verify" else ""
        try:
            Door(ConnectionOptions(self.host, user, password, port=port, tls=tls, ca_path=ca, timeout=3)).open().close()
        except (ConnectFailed, LoginFailed):
            return False
        return True

    def row(self, path: str, name: str) -> dict[str, str]:
        """One static row of the router; empty when it is not there."""
        rows = [row for row in self.router.rows(path) if row.get("name") == name and row.get("dynamic") != "true"]
        return rows[0] if rows else {}


@contextmanager
def newcomer(version: str, method: str, folder: Path, **options: Any) -> Iterator[Newcomer]:
    """A router out of the box, reached first by that method."""
    switches = {**SWITCHES, **options.pop("switches", {})}
    more = {"ssh": True} if method == "ssh" else {}
    with running(version, time_scale=SCALE, switches=switches, **more) as router:
        yield Newcomer(router, folder, method, **options)
