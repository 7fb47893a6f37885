# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From connection options to an open session: TCP, TLS, login, and first contact where it is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.errors import SetupFailed
from ansible_collections.bastion.routeros.plugins.plugin_utils.session import DEFAULT_WINDOW, Session

TRANSPORT = "bastion.routeros.api"


@dataclass(frozen=True)
class FirstContact:
    """How to get in before the future path exists: ``ansible_routeros_first_contact``."""

    method: str
    port: int = 0
    user: str = "admin"
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class ConnectionOptions:
    """The future path: what the inventory says. Equal options reach the same door.

    :ivar port: 0 = 8729, or 8728 with tls "plain"
    :ivar tls: verify | unverified | anonymous | plain
    :ivar timeout: seconds for connect, for the handshake, and without a byte in an answer
    """

    host: str
    user: str
    password: str = field(default="", repr=False)
    port: int = 0
    tls: str = "verify"
    ca_path: str = ""
    tls_hostname: str = ""
    tls_pins: tuple[str, ...] = ()
    timeout: float = 10.0
    window: int = DEFAULT_WINDOW
    first_contact: FirstContact | None = None


class Door:
    """The way to one router.

    :ivar way: how the last session was opened: "" (not yet) | verified | unverified | anonymous | plain | first_contact
    :ivar warnings: what the user should be told, e.g. that first contact was used and why
    """

    def __init__(self, options: ConnectionOptions) -> None:
        self.options = options
        self.way = ""
        self.warnings: list[str] = []

    def open(self) -> Session:
        """Open the future path; first contact only when that fails for want of a certificate, CA file or user."""
        raise NotImplementedError

    def open_future(
        self,
        *,
        host: str | None = None,
        port: int | None = None,
        user: str | None = None,
        password: str | None = None,
        ca_path: str | None = None,
    ) -> Session:
        """Open the future path, with these values instead of the inventory's; never first contact."""
        raise NotImplementedError


def require_routeros_connection(connection: Any) -> None:
    """Raise SetupFailed (wrong_connection) unless ``connection`` is a bastion.routeros.api connection."""
    transport = getattr(connection, "transport", None)
    if transport != TRANSPORT:
        raise SetupFailed(f"This task runs over the connection {transport!r}", kind="wrong_connection")
