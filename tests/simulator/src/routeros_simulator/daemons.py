# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else listens: from 7.19 /ip/service shows the ports of other daemons as dynamic rows.

The names are those that were seen (resolver, snmp, btest, discover); their settings are in other menus, so that a row
comes and goes with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .service_table import PATH

if TYPE_CHECKING:
    from .router import Router
    from .table import Row

_YES = ("true", "yes")


@dataclass(frozen=True)
class Daemon:
    """A program of the router that listens while its settings say so."""

    name: str
    proto: str
    port: int
    settings: str
    listens: Callable[[Row], bool]


DAEMONS = (
    Daemon("resolver", "udp", 53, "/ip/dns", lambda row: row.get("allow-remote-requests") in _YES),
    Daemon("resolver", "tcp", 53, "/ip/dns", lambda row: row.get("allow-remote-requests") in _YES),
    Daemon("snmp", "udp", 161, "/snmp", lambda row: row.get("enabled") in _YES),
    Daemon("btest", "tcp", 2000, "/tool/bandwidth-server", lambda row: row.get("enabled") in _YES),
    Daemon(
        "discover",
        "udp",
        5678,
        "/ip/neighbor/discovery-settings",
        lambda row: row.get("discover-interface-list") != "none",
    ),
)
_MENUS = frozenset(daemon.settings for daemon in DAEMONS)


class Daemons:
    """Keeps the rows in step with the settings."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._rows: dict[Daemon, Row] = {}
        if router.at_least("7.19"):
            router.changed.append(self._changed)
            router.power.told.append(self._switched)
            self.follow()

    def _changed(self, path: str) -> None:
        if path in _MENUS and self._router.power.on:
            self.follow()

    def _switched(self, on: bool) -> None:
        if on:
            self.follow()

    def follow(self) -> None:
        """Make the rows agree with the settings."""
        table = self._router.tables[PATH]
        for daemon in DAEMONS:
            settings = self._router.tables[daemon.settings]
            if not len(settings):  # for a moment, while a state is loaded
                continue
            row = self._rows.get(daemon)
            here = row is not None and row.linked
            wanted = daemon.listens(settings.only)
            if wanted and not here:
                values = {"name": daemon.name, "port": str(daemon.port), "proto": daemon.proto}
                values |= {"disabled": "false", "invalid": "false"}
                self._rows[daemon] = table.insert(values, dynamic=True)
            elif here and not wanted:
                table.delete(self._rows.pop(daemon))
