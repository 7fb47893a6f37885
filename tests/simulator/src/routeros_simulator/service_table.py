# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/service: static rows that cannot be added or removed, dynamic rows for connections, clashes of ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .call import Call
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

PATH = "/ip/service"
_TLS = ("www-ssl", "api-ssl", "reverse-proxy")
# name, port, disabled: the order of ids and, before 7.19, of print
_STATIC = (
    ("telnet", "23", "false"),
    ("ftp", "21", "false"),
    ("www", "80", "false"),
    ("ssh", "22", "false"),
    ("www-ssl", "443", "true"),
    ("api", "8728", "false"),
    ("winbox", "8291", "false"),
    ("api-ssl", "8729", "false"),
)


class ServiceHooks(Hooks):
    """See the module."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._order = 0
        self.restricted = "available-from" if router.at_least("7.24") else "address"
        self._sorted: list[Row] | None = None

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """7.24 writes what is set by the old name under the new one; plain services have no certificate."""
        if after["name"] not in _TLS:
            after.pop("certificate", None)
            after.pop("tls-version", None)
        if self.restricted == "available-from" and "address" in after:
            after["available-from"] = after.pop("address")

    def added(self, table: Table, row: Row) -> None:
        """Forget the order."""
        self._sorted = None
        self._order += 1
        row.hidden["order"] = self._order

    def removed(self, table: Table, row: Row) -> None:
        """Forget the order."""
        self._sorted = None

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """A service that begins to listen on a port comes after those that already do (its row moves, too)."""
        self._sorted = None
        if before.get("port") != row.values.get("port") or (before.get("disabled") == "true" and not row.disabled):
            self._order += 1
            row.hidden["order"] = self._order

    def rows(self, table: Table) -> Iterable[Row]:
        """From 7.19 on by port, static and dynamic rows mixed; before in the fixed order."""
        if not self.router.at_least("7.19"):
            return table
        if self._sorted is None:
            self._sorted = sorted(table, key=lambda row: (int(row.get("port", "0")), int(row.hidden["order"])))
        return self._sorted

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """invalid with its reason when the port is taken; dynamic rows have few properties."""
        if row.dynamic:
            return
        reason = self.clash(table, row)
        reply["invalid"] = "true" if reason else "false"
        if reason:
            reply["comment"] = reason
        if self.router.at_least("7.19"):
            reply.pop("connection", None)

    def clash(self, table: Table, row: Row) -> str:
        """Why an enabled service does not listen ("" when it does): another one was first on its port."""
        if row.disabled:
            return ""
        if "bind_error" in row.hidden:
            return str(row.hidden["bind_error"])
        for other in table:
            if other is row or other.dynamic or other.disabled or other.get("port") != row.get("port"):
                continue
            if other.hidden["order"] < row.hidden["order"]:
                return f"cannot bind to port {row.get('port')}: Address in use (12)"
        return ""


class ServiceTable:
    """What the server has to know of /ip/service and to tell it."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.table = router.tables[PATH]
        self.hooks = ServiceHooks(router)
        router.hook(PATH, self.hooks)

    def fill(self) -> None:
        """The rows of a new router."""
        self.table.next_id = 0
        rows = list(_STATIC)
        if self.router.at_least("7.21"):
            rows.append(("reverse-proxy", "443", "false"))
        properties = self.table.menu.properties
        for name, port, disabled in rows:
            values = {"name": name, "port": port, "disabled": disabled}
            if "proto" in properties:
                values["proto"] = "tcp"
            row = self.table.insert(values)
            for tls_only in ("certificate", "tls-version"):
                if name not in _TLS:
                    row.values.pop(tls_only, None)
            if self.hooks.restricted != "address":
                row.values.pop("address", None)
            if name == "ftp" and not self.router.at_least("7.17"):
                row.values.pop("vrf", None)

    def static(self, name: str) -> Row:
        """The row of a service."""
        found = next((row for row in self.table if row.get("name") == name and not row.dynamic), None)
        if found is None:
            raise KeyError(name)
        return found

    def listening(self, name: str) -> bool:
        """Whether the service is enabled and its port is its own."""
        row = self.static(name)
        return not row.disabled and not self.hooks.clash(self.table, row)

    def restriction(self, name: str) -> str:
        """The prefixes that the service admits, comma joined; "" admits everyone. Use users.source_allowed()."""
        return self.static(name).get(self.hooks.restricted)

    def connected(self, name: str, local: str, remote: str) -> Row | None:
        """A live connection as a dynamic row (from 7.19); give the row to disconnected() at its end.

        local and remote: ADDRESS:PORT as the router writes them.
        """
        if "connection" not in self.table.menu.properties:
            return None
        row = self.static(name)
        values = {
            "name": name,
            "port": row.get("port"),
            "proto": "tcp",
            "disabled": "false",
            "invalid": "false",
            "connection": "true",
            "local": local,
            "remote": remote,
        }
        return self.table.insert(values, dynamic=True)

    def disconnected(self, row: Row | None) -> None:
        """The connection is over."""
        if row is not None and row.linked:
            self.table.delete(row)
