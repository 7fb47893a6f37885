# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own inverse plan, over as many passes and sessions as it takes.

Rows that were removed come back under new ids, and an answer that was lost hides the id of a row that was added: both
are remembered here, so that no pass puts back what an earlier one has put back already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.secretive import told
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import Comparer
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import (
    Operation,
    Row,
    handles,
    invert,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.executor import Executor
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

ROUNDS = 3
USER = "/user"


class Undo:
    """The way back to ``base`` for the rows that were written: what was written last is put back first, in all menus.

    So packets meet nothing on the way back that they did not meet on the way there: a list loses its entries only after
    no rule in force names it, and a user goes before its group.

    :param executor: what wrote; knows what, and in which order.
    :param password: that of the own user, from before.
    """

    def __init__(
        self,
        base: State,
        executor: Executor,
        password: str,
        read: Callable[[Session], State],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base
        self._trail = list(executor.trail)
        self._unanswered = list(executor.unanswered)
        self._blind = list(executor.blind)
        self._gone = dict(executor.gone)
        self._password = password
        self._lost = ""
        unseen = {
            (step.path, step.id)
            for step in self._blind
            if len(step.properties) == len(menu(step.path).withheld(step.properties))
        }
        # Whether anything but passwords was written, and whether any of it was found on the router.
        self._shows = bool(self._unanswered) or any(step not in unseen for step in self._trail)
        self._kept = False
        self._names: dict[tuple[str, str], str] = {}
        self._read = read
        self._sleep = sleep

    def attempt(self, live: Session, *, passwords: bool | None = True) -> str:
        """Put back what differs; empty when the router is as before then, else what could not be put right.

        :param passwords: those that were set as well, which cannot be seen; not where the router itself undoes them.
            None: it has undone either everything or nothing, which shows in the rest.
        :raises RouterError: the session broke; what was done until then is known to the next attempt.
        """
        left = self._left(live)
        self._kept = self._kept or bool(left) or not self._shows
        refused = ""
        for _round in range(ROUNDS):
            if not left:
                break
            refused = self._put_back(live, left)
            left = self._left(live)
        if not left:
            if passwords is None:
                return self._passwords(live, sure=self._shows) if self._kept else ""
            return self._passwords(live) if passwords else ""
        what = "; ".join(report.sentence(step) for step in left)
        return f"It was undone, except for what this would put right: {what}. {refused}".rstrip()

    def _passwords(self, live: Session, *, sure: bool = True) -> str:
        """Routers never tell passwords, so the own one is set again, and others have to be told to the user.

        Other secrets are put back where a print that asked for them expressly has told them.
        """
        lost: list[str] = []
        while self._blind:
            step = self._blind[-1]
            was = next((row for row in self._base.rows(step.path) if row.get(".id") == self._name_of(step)), None)
            if was is not None and (hidden := _hidden(step, was)):
                name = was.get("name") or was.get("peer") or step.path
                old = {each: step.was[each] for each in hidden if told(step.was.get(each))}
                if step.path == USER and name == live.user:
                    old["password"] = self._password
                try:
                    if set(old) != hidden:
                        lost.append(name)
                    else:
                        words = (f"={each}={text}" for each, text in old.items())
                        live.call(f"{step.path}/set", f"=.id={was['.id']}", *words)
                except Trap as trap:
                    lost.append(f"{name} ({trap.message})")
            self._blind.pop()
        if lost:
            self._lost = (
                f"It was undone, except for the secrets of {', '.join(dict.fromkeys(lost))}: the router does not tell "
                f"the old ones, so these {'are' if sure else 'may be'} the new ones."
            )
        return self._lost

    def _name_of(self, step: Operation) -> str:
        """The id of the row now: it may have come back under a new one."""
        return self._names.get((step.path, step.id), step.id)

    def _left(self, live: Session) -> list[Operation]:
        now = self._read(live)
        self._recognise(now)
        names = handles()
        turn = {step: -number for number, step in enumerate(self._trail)}
        operations: list[Operation] = []
        for path in dict.fromkeys(path for path, _name in self._trail):
            if path in self._base.tables and path in now.tables:
                ids = [name for other, name in self._trail if other == path]
                operations += invert(menu(path), self._base.rows(path), now.rows(path), ids, names)
        return sorted(operations, key=lambda step: turn[step.path, step.was.get(".id", "") or step.id])

    def _put_back(self, live: Session, operations: Sequence[Operation]) -> str:
        """One pass; what the router refuses now may go through after the rest (a group still in use, say)."""
        executor = Executor(live, sleep=self._sleep)
        refused = ""
        for operation in operations:
            try:
                executor.run([self._with_secrets(operation)])
            except Trap as trap:
                refused = trap.message
            finally:
                name = executor.resolve(operation.handle)
                if name != operation.handle:
                    self._is_back(operation, name)
                self._unanswered += executor.unanswered
        return refused

    def _with_secrets(self, operation: Operation) -> Operation:
        """An add of what was removed, with what only a print that asked for it has told."""
        was = self._gone.get((operation.path, operation.was.get(".id", ""))) if operation.verb == "add" else None
        known = menu(operation.path)
        secrets = {name: text for name, text in (was or {}).items() if known.is_secret(name) and told(text)}
        return replace(operation, properties={**operation.properties, **secrets}) if secrets else operation

    def _is_back(self, operation: Operation, name: str) -> None:
        """A row that was added: one of ours, or one that was there before, under a new id."""
        old, path = operation.was.get(".id"), operation.path
        if old:
            rows = [{**row, ".id": name} if row.get(".id") == old else row for row in self._base.rows(path)]
            self._base = replace(self._base, tables={**self._base.tables, path: rows})
        if old:
            self._names[path, old] = name
        if old and (path, old) in self._trail:
            self._trail[self._trail.index((path, old))] = (path, name)
        else:
            self._trail.append((path, name))

    def _recognise(self, now: State) -> None:
        """Find the rows behind adds that were never answered: new ones, with just what was sent."""
        strange: dict[str, list[Row]] = {}
        for operation in self._unanswered:
            path = operation.path
            if path not in now.tables or path not in self._base.tables:
                continue
            if path not in strange:
                known = {row.get(".id") for row in self._base.rows(path)}
                known |= {name for other, name in self._trail if other == path}
                strange[path] = [row for row in now.rows(path) if row.get(".id") not in known]
            compare = Comparer(menu(path), now.version)
            # In the order of sending, so that each is found at once among many.
            found = next((row for row in strange[path] if _is(compare, operation, row)), None)
            if found is not None:
                strange[path].remove(found)
                self._is_back(operation, found[".id"])
        self._unanswered = []


def _hidden(step: Operation, was: Mapping[str, str]) -> set[str]:
    """The properties that were set and whose old value the plain print has not told."""
    known = menu(step.path)
    withheld = known.withheld(step.properties)
    return {name for name in withheld if known.properties[name].write_only or not told(was.get(name))}


def _is(compare: Comparer, operation: Operation, row: Mapping[str, str]) -> bool:
    known = menu(operation.path)
    shown = known.properties.keys() - known.withheld(operation.properties)
    return all(compare.same(name, row.get(name), text) for name, text in operation.properties.items() if name in shown)
