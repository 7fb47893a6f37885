# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that show live connections: dynamic rows of /ip/service (from 7.19) and the connection table."""

from __future__ import annotations

from collections.abc import Iterable

from .connection import Connection
from .packets import Address
from .router import Router
from .services import MENU
from .version import parse_version


def _endpoint(address: Address, port: int) -> str:
    return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"


class LiveRows:
    """Adds and removes what print shows of connections."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._services = parse_version(router.version) >= parse_version("7.19")

    def appear(self, connection: Connection) -> None:
        """A connection has been accepted."""
        packet = connection.packet
        if self._services:
            values = {
                "name": connection.door.name,
                "port": str(packet.destination_port),
                "proto": "tcp",
                "connection": "true",
                "local": _endpoint(packet.destination, packet.destination_port),
                "remote": _endpoint(packet.source, packet.source_port),
            }
            row = self._router.tables[MENU].insert(values, dynamic=True)
            connection.rows.append((MENU, row.id))
        table = self._router.tables.get(f"/{packet.family}/firewall/connection")
        if table is not None and self._tracking(packet.family):
            source, destination = str(packet.source), str(packet.destination)
            ports = str(packet.source_port), str(packet.destination_port)
            values = {
                "protocol": "tcp",
                "src-address": source,
                "src-port": ports[0],
                "dst-address": destination,
                "dst-port": ports[1],
                "reply-src-address": destination,
                "reply-src-port": ports[1],
                "reply-dst-address": source,
                "reply-dst-port": ports[0],
                "tcp-state": "established",
                "timeout": "1d",
                "seen-reply": "true",
                "assured": "true",
                "confirmed": "true",
            }
            row = table.insert(values, dynamic=True)
            connection.rows.append((table.path, row.id))

    def _tracking(self, family: str) -> bool:
        """Tracking is off until a rule needs it (enabled=auto), and then the table is empty."""
        tables = self._router.tables
        tracking = tables.get("/ip/firewall/connection/tracking")
        enabled = tracking.only.get("enabled", "auto") if tracking is not None else "auto"
        rules = any(not row.dynamic for row in tables[f"/{family}/firewall/filter"])
        return enabled == "yes" or (enabled == "auto" and rules)

    def disappear(self, connection: Connection) -> None:
        """A connection has ended."""
        for path, row_id in connection.rows:
            table = self._router.tables[path]
            row = table.get(row_id)
            if row is not None:
                table.delete(row)
        connection.rows.clear()

    def check(self, connections: Iterable[Connection]) -> None:
        """Whoever lost its row in the connection table meets the firewall as a new connection again."""
        for connection in connections:
            for path, row_id in list(connection.rows):
                if path != MENU and self._router.tables[path].get(row_id) is None:
                    connection.rows.remove((path, row_id))
                    connection.tracked = False
