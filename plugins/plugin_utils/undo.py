# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own inverse plan, over as many passes and sessions as it takes.

Rows that were removed come back under new ids, and an answer that was lost hides the id of a row that was added: both
are remembered here, so that no pass puts back what an earlier one has put back already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.compare import Comparer
from ansible_collections.bastion.routeros.plugins.plugin_utils.errors import Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.executor import Executor
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.operations import Operation, invert

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.session import Session
    from ansible_collections.bastion.routeros.plugins.plugin_utils.state import State

ROUNDS = 3


class Undo:
    """The way back to ``base`` for the rows that were touched.

    :param touched: ids by menu path, of rows that were changed, moved, removed or added, in the order of writing.
    :param unanswered: adds that were sent and whose answer never came.
    """

    def __init__(
        self,
        base: State,
        touched: Mapping[str, Set[str]],
        unanswered: Sequence[Operation],
        read: Callable[[Session], State],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base
        self._touched = {path: list(ids) for path, ids in touched.items()}
        self._unanswered = list(unanswered)
        self._read = read
        self._sleep = sleep

    def attempt(self, live: Session) -> str:
        """Put back what differs; empty when the router is as before then, else what could not be put right.

        :raises RouterError: the session broke; what was done until then is known to the next attempt.
        """
        left = self._left(live)
        refused = ""
        for _round in range(ROUNDS):
            if not left:
                return ""
            refused = self._put_back(live, left)
            left = self._left(live)
        if not left:
            return ""
        what = "; ".join(report.sentence(step) for step in left)
        return f"It was undone, except for what this would put right: {what}. {refused}".rstrip()

    def _left(self, live: Session) -> list[Operation]:
        now = self._read(live)
        self._recognise(now)
        operations: list[Operation] = []
        # Last written, first put back: a user goes before its group.
        for path, ids in reversed(list(self._touched.items())):
            if path in self._base.tables and path in now.tables:
                operations += invert(menu(path), self._base.rows(path), now.rows(path), ids)
        return operations

    def _put_back(self, live: Session, operations: Sequence[Operation]) -> str:
        """One pass; what the router refuses now may go through after the rest (a group still in use, say)."""
        executor = Executor(live, sleep=self._sleep)
        refused = ""
        for operation in operations:
            try:
                executor.run([operation])
            except Trap as trap:
                refused = trap.message
            finally:
                name = executor.resolve(operation.handle)
                if name != operation.handle:
                    self._is_back(operation, name)
                self._unanswered += executor.unanswered
        return refused

    def _is_back(self, operation: Operation, name: str) -> None:
        """A row that was added: one of ours, or one that was there before, under a new id."""
        old, path = operation.was.get(".id"), operation.path
        if old:
            rows = [{**row, ".id": name} if row.get(".id") == old else row for row in self._base.rows(path)]
            self._base = replace(self._base, tables={**self._base.tables, path: rows})
        self._touched.setdefault(path, []).append(name)

    def _recognise(self, now: State) -> None:
        """Find the rows behind adds that were never answered: new ones, with just what was sent."""
        for operation in self._unanswered:
            path = operation.path
            if path not in now.tables or path not in self._base.tables:
                continue
            compare = Comparer(menu(path), now.version)
            known = {row.get(".id") for row in self._base.rows(path)} | set(self._touched.get(path, ()))
            for row in now.rows(path):
                if row.get(".id") not in known and _is(compare, operation, row):
                    self._is_back(operation, row[".id"])
                    break
        self._unanswered = []


def _is(compare: Comparer, operation: Operation, row: Mapping[str, str]) -> bool:
    told = menu(operation.path).properties
    return all(
        compare.same(name, row.get(name), text)
        for name, text in operation.properties.items()
        if name in told and not told[name].write_only and not told[name].secret
    )
