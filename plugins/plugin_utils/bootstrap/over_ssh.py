# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first steps over SSH: only as much as verified TLS needs; whatever is left goes over that.

SSH is a way in that none of these steps touches, so what protects them is an order in which the router is never without
it, and the way back for a service that did not come up. Safe mode cannot be held by single commands over SSH.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, invert
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.executor import CERTIFICATE, Executor
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.planned import check, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.reading import read_state
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import (
    ROUNDS,
    NotKept,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.console import ConsoleSession
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

Plans = list[list[Operation]]


class _Ears:
    """What a change may ask a router whose API is not open yet."""

    def __init__(self, session: Session) -> None:
        self.read = session.read

    def read_sensitive(self, path: str, properties: Sequence[str]) -> list[Row]:
        """None: a console answers in another way."""
        return []

    def password_works(self, user: str, password: str) -> bool:
        """Nobody can tell: it is set anew."""
        return False


@dataclass
class Steps:
    """Changes over the console.

    :ivar trail: the operations that were carried out
    """

    console: ConsoleSession
    sleep: Callable[[float], None] = time.sleep
    trail: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        # The two have in common what is used here.
        self._session = cast("Session", self.console)
        self._base: State | None = None
        self._changes: Sequence[Change] = ()
        self._executor = Executor(self._session, 1, self.sleep, self._carry)

    def _carry(self, step: Operation) -> bool:
        """What of a plan only the change that made it can carry out."""
        return any(change.carry(step, self._session, self.sleep) for change in self._changes)

    def look(self, changes: Sequence[Change]) -> tuple[State, Plans, State]:
        """Read and plan: the router now, the plans, the router after them.

        :raises BadOption: the router cannot do what was asked for.
        """
        check(changes, self.console.version)
        state = read_state(self._session, changes)
        for change in changes:
            change.observe(state, _Ears(self._session))
        return (state, *plan(changes, state))

    def carry_out(self, changes: Sequence[Change]) -> State:
        """Bring the router to what the changes want; returns what it is then.

        Certificates first: what is left to do is known only when they are there.

        :raises NotKept: the console printed no error, and the router is not as it should be.
        """
        state, plans, _after = self.look(changes)
        self._base, self._changes = state, changes
        for round_ in range(ROUNDS + 1):
            steps = [step for plan in plans for step in plan]
            making = [step for step in steps if step.path == CERTIFICATE and step.verb != "remove"]
            if not steps:
                return state
            if round_ == ROUNDS:
                break
            self._run(making or steps)
            for change in changes:
                change.settled_certificates()
                if not making:
                    change.settled()
            state = read_state(self._session, changes)
            plans = plan(changes, state)[0]
        what = "; ".join(report.sentence(step) for step in steps[:5])
        raise NotKept(f"The router's console printed no error, but did not keep all of it. Still missing: {what}.")

    def _run(self, steps: Sequence[Operation]) -> None:
        self._executor.run(steps)
        self.trail += steps

    def put_back(self, changes: Sequence[Change]) -> str:
        """Undo what can be met from outside, last first; certificates that nothing names stay. Says what became of it.

        Never raises a RouterError.
        """
        if self._base is None:
            return ""
        try:
            now = read_state(self._session, changes)
            touched = self._executor.touched
            for path in reversed([path for path in touched if path != CERTIFICATE]):
                self._executor.run(invert(menu(path), self._base.rows(path), now.rows(path), list(touched[path])))
        except RouterError as error:
            return f"Over SSH it could not be put back either: {error.message} The next run tries again."
        return "What the router had before was put back over SSH; the new certificates lie there unused."
