# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that show live connections: dynamic rows of /ip/service (from 7.19) and the connection table."""

from __future__ import annotations

from .connection import Connection
from .packets import Address
from .router import Router, Row


def _endpoint(address: Address, port: int) -> str:
    return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"


class LiveRows:
    """Adds and removes what print shows of connections."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._service_rows: dict[Connection, Row | None] = {}
        self._tracking_rows: dict[Connection, Row] = {}

    def appear(self, connection: Connection) -> None:
        """A connection has been accepted."""
        packet = connection.packet
        local = _endpoint(packet.destination, packet.destination_port)
        remote = _endpoint(packet.source, packet.source_port)
        row = self._router.services.connected(connection.door.service, local, remote)
        self._service_rows[connection] = row
        if self._tracking(packet.family):
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
            table = self._router.tables[f"/{packet.family}/firewall/connection"]
            self._tracking_rows[connection] = table.insert(values, dynamic=True, locked="")

    def _tracking(self, family: str) -> bool:
        """Tracking is off until a rule needs it (enabled=auto), and then the table is empty."""
        enabled = self._router.tables["/ip/firewall/connection/tracking"].only.get("enabled", "auto")
        rules = any(not row.dynamic for row in self._router.tables[f"/{family}/firewall/filter"])
        return enabled == "yes" or (enabled == "auto" and rules)

    def disappear(self, connection: Connection) -> None:
        """A connection has ended."""
        self._router.services.disconnected(self._service_rows.pop(connection, None))
        row = self._tracking_rows.pop(connection, None)
        if row is not None and row.linked:
            self._router.tables[f"/{connection.packet.family}/firewall/connection"].delete(row)

    def check(self) -> None:
        """Whoever lost its row in the connection table meets the firewall as a new connection again."""
        for connection, row in list(self._tracking_rows.items()):
            if not row.linked:
                del self._tracking_rows[connection]
                connection.tracked = False
