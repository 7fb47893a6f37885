# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``service``: one row of ``/ip/service``.

From 7.19 the menu also lists listening daemons and live connections under the same names, so the static row is found
by name among the rows that are not dynamic, and written by its ``.id`` (seen on 7.19 to 7.24).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/ip/service"
NO_CERTIFICATE = "none"


def static_rows(rows: Sequence[Row]) -> list[Row]:
    """The configured services, without the dynamic rows of 7.19 and later."""
    return [row for row in rows if row.get("dynamic") != "true"]


class Service(Change):
    """Port, addresses, certificate and switch of one service."""

    name = "service"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._want = self.texts(menu(PATH), self.options, version, leave_out=("name",))

    def reads(self, version: Version) -> Sequence[Read]:
        certificate = self.options.get("certificate")
        return [Read(PATH), *([Read("/certificate")] if certificate not in (None, NO_CERTIFICATE) else [])]

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        target = menu(PATH)
        rows = static_rows(state.rows(PATH))
        row = next((row for row in rows if row.get("name") == self.options["name"]), None)
        if row is None:
            known = ", ".join(sorted(row.get("name", "") for row in rows))
            raise self.bad("name", f"this router has no service '{self.options['name']}'; it has: {known}")
        self._check_certificate(state, row)
        self._check_port(rows, row)
        return plan(target, rows, Want(rows=[{"name": row["name"], **self._want}]), state.version, handles)

    def _check_certificate(self, state: State, row: Row) -> None:
        wanted = self._want.get("certificate")
        if wanted is None:
            return
        if "certificate" not in row:
            raise self.bad("certificate", f"service '{row['name']}' does not use TLS, so it takes no certificate")
        if wanted == NO_CERTIFICATE:
            return
        found = [each for each in state.rows("/certificate") if each.get("name") == wanted]
        if not found:
            known = ", ".join(sorted(each.get("name", "") for each in state.rows("/certificate"))) or "none at all"
            raise self.bad(
                "certificate",
                f"there is no certificate '{wanted}' on this router (it has: {known}); make it first with "
                "bastion.routeros.certificate, in the same transaction if you like",
            )
        if found[0].get("fingerprint") and found[0].get("private-key", "true") != "true":
            raise self.bad("certificate", f"certificate '{wanted}' has no private key on this router, it cannot serve")

    def _check_port(self, rows: Sequence[Row], row: Row) -> None:
        """The router takes two services on one port without a word and leaves the second one dead."""
        enabled = self._want.get("disabled", row.get("disabled")) != "true"
        port = self._want.get("port", row.get("port"))
        for other in rows:
            taken = other.get("port") == port and other.get("disabled") != "true" and other is not row
            if enabled and taken and ("port" in self._want or self._want.get("disabled") == "false"):
                raise self.bad("port", f"port {port} is already used by the service '{other.get('name')}'")

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: [row for row in static_rows(state.rows(PATH)) if row.get("name") == self.options["name"]]}


CHANGE = Service
