# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only writer: read, plan, take safe mode, apply, prove by a fresh login, keep; or roll back and say why.

Certificates are outside safe mode (RouterOS does not undo them): they are made before it is taken and removed after the
rest was proved, so that what an interruption leaves behind is inert.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman, others, safe_mode, turn
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.executor import CERTIFICATE, Executor
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.guard import FIRST_CONTACT, guard
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.outcome import (
    NotKept,
    NotProved,
    Outcome,
    RolledBack,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.phases import (
    Phases,
    removes_certificate,
    without_certificates,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.planned import OLDEST, Ears, check, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.protection import (
    SAFE_MODE,
    Protection,
    SafeModeMissing,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.reading import ACTIVE, read_at_once
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.undo import Undo
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

__all__ = ["NotKept", "NotProved", "Outcome", "RolledBack", "SafeModeMissing", "Transaction"]

# Changes here can shut a door; a rule acts up to two seconds after the router said done, so the proof waits for it.
WAY_IN = ("/ip/firewall", "/ipv6/firewall", "/ip/service", "/user", "/ip/ipsec", "/interface/list", "/certificate")
# Planning again after writing finds what the router did not keep, or (certificates) what could not be known before.
ROUNDS = 3
_BUILT = " Chains that nothing enters may be left; the next run uses or removes them."


class Transaction:
    """Several changes that stand or fall together, over one session."""

    def __init__(
        self,
        door: Door,
        changes: Sequence[Change],
        settings: Settings,
        *,
        check_mode: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._door = door
        self._changes = changes
        self._settings = settings
        self._check_mode = check_mode
        self._sleep = sleep
        self.outcome = Outcome()
        # Whether the last look showed another run, and what was found of others.
        self._somebody = False
        self._found: list[str] = []
        # What there is to come back to.
        self._base = State(OLDEST)
        # What it is to become.
        self._planned: State | None = None
        # Whether something idle was built, which stays.
        self._built = False

    def run(self) -> Outcome:
        """Bring the router to what the changes want, or leave it as it is.

        :raises BadOption: the router cannot do what was asked for; nothing was written.
        :raises RolledBack: something was written, and undone again.
        :raises RouterError: nothing was written.
        """
        session = self._door.open()
        try:
            try:
                self._run(session)
            except deadman.Fired:
                session.close()
                session = deadman.after_restart(self._door.open, self._sleep)
                self._run(session)
        finally:
            self.outcome.count(session)
            session.close()
        for change in self._changes:
            self.outcome.warnings += [text for text in change.warnings if text not in self.outcome.warnings]
        self.outcome.warnings += self._found
        return self.outcome

    def _run(self, session: Session) -> None:
        check(self._changes, session.version)
        self._look(session)
        if self._check_mode:
            return
        if self._await_turn(session):
            self._look(session)
        if self.outcome.changed:
            self._write(session)

    def _await_turn(self, session: Session) -> bool:
        """Wait for another run: before something is written without safe mode, or when it may undo what was found.

        :returns: whether there was one; then what was read may be out of date.
        """
        changed = self.outcome.changed
        if safe_mode.available(session.version) and changed:
            # Most runs write nothing before they take safe mode, and wait for it then.
            steps = [step for steps in self.outcome.plans for step in steps]
            early = len(steps) > safe_mode.BUDGET or any(step.path == CERTIFICATE for step in steps)
            if self._settings.safe_mode == "off" or not early:
                return False
        elif not changed and not self._somebody:
            return False
        warnings: list[str] = []
        waited = turn.wait(session, self._settings.safe_mode_wait, self._sleep, writes=changed, warnings=warnings)
        self._found += warnings
        return waited

    def _look(self, session: Session) -> None:
        """Read and plan; refuse what would lock us out."""
        outcome = self.outcome = Outcome()
        outcome.before, answers = read_at_once(session, self._changes, turn.questions(session.version))
        self._somebody = turn.somebody(session.version, answers)
        ears = Ears(self._door, session)
        for change in self._changes:
            change.observe(outcome.before, ears)
        outcome.plans, outcome.after = self._plan(outcome.before)
        outcome.changed, self._planned = any(outcome.plans), outcome.after
        if outcome.changed:
            outcome.warnings += guard(session, self._door, self._settings, outcome.before, outcome.plans)
            self._protection(session).foresee(outcome.before, outcome.plans)

    def _read(self, session: Session) -> State:
        """The router as the changes need to know it."""
        return read_at_once(session, self._changes)[0]

    def _plan(self, state: State) -> tuple[list[list[Operation]], State]:
        return plan(self._changes, state)

    # -- writing -----------------------------------------------------------------------------------------------------

    def _write(self, session: Session) -> None:
        protection = self._protection(session)
        self._base, plans, removals = self._make_certificates(session)
        phases = protection.divide(self._base, plans)
        executor = Executor(session, self._door.options.window, self._sleep)
        try:
            executor.run(phases.bulk)
            phases = self._take(session, protection, executor, phases)
            executor.run(phases.inside)
            self._confirm(session, executor, phases)
            self._prove(executor, phases)
            self._report_others(session, protection, self._base, executor)
            protection.keep()
        except BaseException as failure:
            # A task's timeout and an interruption are no Exceptions, and must not leave half a change either.
            if not executor.trail and not executor.unanswered and not protection.active and not self._built:
                raise
            patient = isinstance(failure, RouterError)
            undo = Undo(self._base, executor, self._door.password, self._read, self._sleep)
            found = protection.restore(self._base, undo, self._read, patient=patient)
            if not isinstance(failure, RouterError):
                # Its own text is not ours to change.
                self.outcome.warnings.append(f"the task ended while the router was being changed. {found}")
                raise
            raise RolledBack(f"{failure.message} {found}{_BUILT if self._built else ''}") from failure
        self.outcome.protected = protection.name
        self.outcome.warnings += protection.warnings
        self._clean_up(session, protection, phases.behind, removals)

    def _protection(self, session: Session) -> Protection:
        return Protection(session, self._door, self._settings, self._sleep)

    def _take(self, session: Session, protection: Protection, executor: Executor, phases: Phases) -> Phases:
        """Take the protection. What is too long for one hold is built under several, idle, before the last one.

        What was built stays when the change fails: as soon as nobody holds safe mode, another run may be using it.

        :returns: what is left to do.
        """
        meddled = 0
        bulk = len(executor.trail)
        while True:
            protection.take(self._base, phases)
            if not protection.holds_safe_mode:
                executor.run(phases.ahead)
                return phases
            length = len(phases.ahead)
            phases = self._plan_under_hold(session, protection, executor, phases)
            if not phases.ahead:
                return phases
            meddled += len(phases.ahead) >= length
            if meddled > ROUNDS:
                raise RouterError("Somebody else changes the same things all the time.", kind="changed_meanwhile")
            self._built = True
            executor.run(phases.ahead[: safe_mode.BUDGET])
            protection.pause()
            executor.let_stay(bulk)

    def _plan_under_hold(self, session: Session, protection: Protection, executor: Executor, phases: Phases) -> Phases:
        """Nobody else of us writes now; whoever did since the plan was made may have made it wrong: it is made anew."""
        now = self._read(session)
        if others.by_rows(self._base, now, executor.touched):
            # All that is to be undone until here are rows that were added, to address lists.
            self._base = now.without(executor.touched)
        elif not executor.trail:
            return phases
        plans = self._plan(now)[0]
        guard(session, self._door, self._settings, now, plans)
        return protection.divide(now, [without_certificates([steps]) for steps in plans])

    def _report_others(self, session: Session, protection: Protection, base: State, executor: Executor) -> None:
        """What else changed meanwhile: it is kept with ours, or would have been undone with ours."""
        deeds = others.by_history(session) if protection.holds_safe_mode else []
        if self.outcome.after is not None:
            deeds += others.by_rows(base, self.outcome.after, executor.touched)
        if deeds:
            self.outcome.warnings.append(others.warning(deeds))

    def _clean_up(
        self, session: Session, protection: Protection, behind: Sequence[Operation], removals: Sequence[Operation]
    ) -> None:
        """What is idle now. The change is proved and kept, so a failure here is no reason to undo it."""
        executor = Executor(session, self._door.options.window, self._sleep)
        try:
            if protection.name == SAFE_MODE:
                # Sessions end because something was changed; planned anew, nothing would end them.
                executor.run([step for step in behind if step.path == ACTIVE])
                self._clear_chains(session, protection, executor, [step for step in behind if step.path != ACTIVE])
            else:
                executor.run(behind)
            executor.run(removals)
        except (RouterError, BadOption) as error:
            self.outcome.warnings.append(
                f"the change is kept, but something idle could not be removed; the next run does it: {error}"
            )
        if behind or removals or self.outcome.after is None:
            self._look_again(session)

    def _clear_chains(
        self, session: Session, protection: Protection, executor: Executor, behind: Sequence[Operation]
    ) -> None:
        """Under holds of their own, and as planned anew: what was idle may be what another run has put into force."""
        left = list(behind)
        while left:
            protection.hold_again()
            try:
                left = without_certificates(self._plan(self._read(session))[0])
                if not all(step.inert for step in left):
                    return
                executor.run(left[: safe_mode.BUDGET])
                left = left[safe_mode.BUDGET :]
            finally:
                protection.pause()

    def _make_certificates(self, session: Session) -> tuple[State, list[list[Operation]], list[Operation]]:
        """Make and sign first; only then is known what is left to do (a new CA changes the leaves below it).

        :returns: the state after that, the plans that are left, the certificates to remove in the end.
        """
        base, _planned = self.outcome.states()
        plans = self.outcome.plans
        removals: dict[str, Operation] = {}
        for _round in range(ROUNDS):
            making = [step for steps in plans for step in steps if step.path == CERTIFICATE and step.verb != "remove"]
            removals |= {step.id: step for steps in plans for step in steps if removes_certificate(step)}
            if not making:
                break
            Executor(session, self._door.options.window, self._sleep, self._carrying(session)).run(making)
            for change in self._changes:
                change.settled_certificates()
            base = self._read(session)
            plans, _state = self._plan(base)
        rest = [[step for step in steps if step.path != CERTIFICATE] for steps in plans]
        return base, rest, list(removals.values())

    def _carrying(self, session: Session) -> Callable[[Operation], bool]:
        """What of a plan only the change that made it can carry out."""
        return lambda step: any(change.carry(step, session, self._sleep) for change in self._changes)

    def _confirm(self, session: Session, executor: Executor, phases: Phases) -> None:
        """Read back. Moves that a second plan still wants are made; anything else the router did not keep."""
        self.outcome.after = None
        if not executor.trail and not phases.steps:
            return
        for change in self._changes:
            change.settled()
        behind = {step.id for step in phases.behind}
        for _round in range(ROUNDS):
            self.outcome.after = self._read(session)
            plans, _state = self._plan(self.outcome.after)
            left = [step for step in without_certificates(plans) if step.id not in behind]
            if not left:
                return
            if not all(step.verb == "move" for step in left):
                break
            executor.run(left)
        what = "; ".join(report.sentence(step) for step in left[:5])
        raise NotKept(f"The router answered done, but did not keep all of it. Still missing: {what}.")

    def _prove(self, executor: Executor, phases: Phases) -> None:
        """A second, fresh login over the path that the inventory describes; what does not get in is not kept."""
        if self._settings.prove == "off" or not (executor.trail or phases.steps):
            return
        if any(path.startswith(WAY_IN) for path in executor.touched):
            self._sleep(self._settings.settle)
        given = {name: value for name, value in self._settings.prove_as.items() if value is not None}
        try:
            self._log_in(lambda: self._door.open_future(**given))
            self.outcome.proved = "future path"
        except RouterError as error:
            if given or self._door.way != FIRST_CONTACT:
                raise NotProved(f"The proof failed, a fresh login does not get in any more: {error.message}") from error
            # Nobody said that this change builds the future path; the way that is open must stay open.
            self._log_in(self._door.open_present)
            self.outcome.proved = "first contact"

    def _log_in(self, opening: Callable[[], Session]) -> None:
        session = opening()
        try:
            session.read("/system/identity")
        finally:
            self.outcome.count(session)
            session.close()

    def _look_again(self, session: Session) -> None:
        """The router as it is now; over a new session where the change ended the old one."""
        try:
            self.outcome.after = self._read(session)
            return
        except RouterError:
            pass
        given = {name: value for name, value in self._settings.prove_as.items() if value is not None}
        try:
            fresh = self._door.open_future(**given)
            try:
                self.outcome.after = self._read(fresh)
            finally:
                self.outcome.count(fresh)
                fresh.close()
        except RouterError as error:
            self.outcome.after = self._planned
            self.outcome.warnings.append(
                f"the change is kept, but the router could not be read afterwards; what is shown is what was planned: "
                f"{error.message}"
            )
