# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router looks like to the planners: the tables that were read, the version, who we are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, project
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


@dataclass(frozen=True)
class Read:
    """A table that a change needs: whole, or only the rows whose property ``where[0]`` has the text ``where[1]``."""

    path: str
    where: tuple[str, str] | None = None


@dataclass(frozen=True)
class State:
    """Rows by menu path, as read or as they will be.

    ``user`` is the login name of the session; ``seen_from`` are the addresses that the router sees that user come from.
    """

    version: Version
    user: str = ""
    seen_from: tuple[str, ...] = ()
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def rows(self, path: str) -> Sequence[Row]:
        """The rows of a menu that was read.

        :raises KeyError: no change asked for this menu: a mistake of ours, never an empty table.
        """
        return self.tables[path]

    def after(self, operations: Sequence[Operation]) -> State:
        """The state that the operations lead to; pure."""
        tables = dict(self.tables)
        for path in dict.fromkeys(operation.path for operation in operations):
            if path in tables:
                mine = [operation for operation in operations if operation.path == path]
                tables[path] = project(menu(path), tables[path], mine)
        return replace(self, tables=tables)

    def without(self, touched: Mapping[str, Set[str]]) -> State:
        """The state without these rows: their ids, by menu path."""
        gone = {path: [row for row in self.tables[path] if row.get(".id") not in ids] for path, ids in touched.items()}
        return replace(self, tables={**self.tables, **gone})
