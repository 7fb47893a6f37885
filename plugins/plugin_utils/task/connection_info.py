# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of ``connection_info``: reads the IPsec menus and the log, and says how each connection is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec import connections
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.task.action import RouterAction
    from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
else:
    # action.py, which imports this file, puts the class before its own RouterAction.
    RouterAction = object

# Of a menu as big as this one, only what is looked at.
NEEDED = {
    connections.CERTIFICATE: ("name", "fingerprint", "private-key", "expired", "expires-after"),
    connections.LOG: ("time", "topics", "message"),
}


def names_of(path: str) -> list[str]:
    """The properties to ask for: never a secret, so that none comes over the wire."""
    target = menu(path)
    return [name for name in NEEDED.get(path, target.properties) if not target.is_secret(name)]


def read(session: Session) -> tuple[dict[str, list[Row]], list[str]]:
    """The rows by menu, and warnings about what the user may not read.

    :raises Trap: the router refused for another reason.
    """
    tables: dict[str, list[Row]] = {}
    warnings: list[str] = []
    for path in connections.PATHS:
        try:
            tables[path] = session.read(path, names_of(path))
        except Trap as trap:
            if not trap.is_permission:
                raise
            warnings.append(f"connection_info: {path} is left out, the user may not read it: {trap.text}")
    return tables, warnings


class ConnectionInfoWork(RouterAction):
    """What is done between options and result."""

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        options = validate(self.module, self._task.args)
        session = door.open()
        try:
            tables, warnings = read(session)
            statistics = session.statistics()
        finally:
            session.close()
        for warning in [*door.warnings, *warnings]:
            self._display.warning(warning)
        found = {each.peer.get("name", ""): each for each in connections.collect(tables)}
        wanted = options["peers"] if options["peers"] is not None else list(found)
        for name in wanted:
            if name not in found:
                known = ", ".join(sorted(found)) or "none at all"
                raise BadOption(f"connection_info: peers: this router has no peer '{name}'; it has: {known}")
        return {
            "changed": False,
            "connections": [connections.shown(found[name]) for name in wanted],
            "statistics": statistics,
        }
