# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What undoes a transaction that fails: safe mode, a dead-man switch where there is none, or our inverse plan only."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman, safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.doubt import cutting, doubtful
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.phases import (
    Phases,
    split,
    without_certificates,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.rollback import restore, restore_under
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.undo import Undo
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

INVERSE, SAFE_MODE = "inverse plan", "safe mode"
# Seconds to wait for another run only to clear what is idle: otherwise the next run does.
CLEARING = 10.0
_SPLIT = (
    "Make it several tasks of fewer changes each: what is one task stands or falls as a whole, and the router cannot "
    "undo that many."
)
Reader = Callable[["Session"], State]


class SafeModeMissing(RouterError):
    """What would have to protect this change cannot be had; nothing of it was kept."""

    kind = "safe_mode_missing"


class Protection:
    """The protection of one transaction, from ``take`` to ``keep`` or ``restore``.

    :ivar name: what there is, for the result: safe mode, dead-man switch, inverse plan, off, nothing to protect
    """

    def __init__(
        self, session: Session, door: Door, settings: Settings, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._session = session
        self._door = door
        self._settings = settings
        self._sleep = sleep
        self._hold: safe_mode.SafeMode | None = None
        self._switch: deadman.DeadMan | None = None
        self.name = ""
        self.warnings: list[str] = []

    @property
    def active(self) -> bool:
        """Whether something has to be released, unrolled or disarmed."""
        return bool((self._hold and self._hold.held) or (self._switch and self._switch.armed))

    @property
    def holds_safe_mode(self) -> bool:
        """Whether this session holds safe mode."""
        return bool(self._hold and self._hold.held)

    @property
    def budget(self) -> float:
        """How many actions one hold of safe mode is trusted with; without safe mode there is no limit."""
        return safe_mode.BUDGET if self._takes_safe_mode else math.inf

    @property
    def _takes_safe_mode(self) -> bool:
        return self._settings.safe_mode != "off" and safe_mode.available(self._session.version)

    def foresee(self, base: State, plans: Sequence[Sequence[Operation]]) -> None:
        """Before anything is written, in check mode too: what protects this must be to be had, as far as reading tells.

        :raises SafeModeMissing: it is not.
        """
        phases = self.divide(base, [without_certificates([plan]) for plan in plans])
        if self._settings.safe_mode == "required" and phases.inside and not self._takes_safe_mode:
            missing = deadman.obstacle(self._session)
            if missing:
                raise SafeModeMissing(f"safe_mode is required, but {self._too_old()}, and {missing}.")

    def divide(self, base: State, plans: Sequence[Sequence[Operation]]) -> Phases:
        """What happens before, inside and after safe mode.

        A plan that is too long for it may go on without only where the preflight shows that nothing of it can shut the
        way in. Chains that nothing enters go before and after; additions to address lists go before where they do no
        harm by themselves.

        :raises SafeModeMissing: what is left is too long. Nothing was written.
        """
        phases = split(plans, self.budget)
        if len(phases.inside) <= self.budget:
            return phases
        too_many = _too_many(phases.inside)
        if self._settings.safe_mode == "required":
            raise SafeModeMissing(f"safe_mode is required, but {too_many}. {_SPLIT}")
        relieved = split(plans, self.budget, bulk=True)
        if len(relieved.inside) <= self.budget and not self._doubtful(base, relieved.bulk):
            return relieved
        if not self._settings.acknowledge_lockout and self._doubtful(base, phases.steps):
            raise SafeModeMissing(
                f"{too_many}, and it cannot be told beforehand that they leave the way in open. {_SPLIT} Nothing was "
                "written. If you have another way in, say acknowledge_lockout: true"
            )
        return phases

    def _doubtful(self, base: State, steps: Sequence[Operation]) -> bool:
        return doubtful(self._session, self._door, self._settings, base, steps)

    def take(self, base: State, phases: Phases) -> None:
        """Take safe mode, or arm the dead-man switch where there is none and something is to be feared.

        :raises SafeModeMissing, SafeModeError, DeadManError: nothing of this phase was written.
        """
        required = self._settings.safe_mode == "required"
        if not phases.ahead and not phases.inside:
            self.name = "nothing to protect"
        elif self._settings.safe_mode == "off":
            self.name = "off"
        elif not self._takes_safe_mode:
            self._arm(base, phases, required)
        elif len(phases.inside) > self.budget:
            self._go_without(_too_many(phases.inside))
        else:
            self._hold = safe_mode.SafeMode(self._session, self._settings.safe_mode_wait, self._sleep)
            self._hold.take()
            self.name = SAFE_MODE

    def hold_again(self) -> None:
        """Take safe mode once more, for what comes after the change.

        :raises SafeModeError: somebody else keeps holding it.
        """
        self._hold = safe_mode.SafeMode(self._session, min(self._settings.safe_mode_wait, CLEARING), self._sleep)
        self._hold.take()

    def pause(self) -> None:
        """Keep what was written under this hold, which is inert; the next one is taken for the rest.

        :raises SafeModeError: it was gone already.
        """
        if self._hold and self._hold.held:
            self._hold.release()
        self._hold = None

    def _arm(self, base: State, phases: Phases, required: bool) -> None:
        steps = phases.steps
        if not required and not self._doubtful(base, steps):
            self._go_without(f"{self._too_old()}; this change cannot shut the way in, so no dead-man switch was armed")
            return
        missing = deadman.obstacle(self._session)
        if not missing:
            seconds = deadman.duration(self._settings.settle, self._door.options.timeout, len(steps))
            self._switch = deadman.DeadMan(self._session, seconds, self._sleep)
            try:
                self._switch.arm()
            except deadman.DeadManError as error:
                if error.kind == deadman.HELD:
                    raise
                missing = error.message
                self._refuse_what_may_cut(base, steps, missing)
            else:
                self.name = "dead-man switch"
                self.warnings.append(
                    f"{self._too_old()}: a dead-man switch stood in for it. Had it not been disarmed within {seconds} "
                    "seconds, the router would have restarted with the configuration from before this task"
                )
                return
        if required:
            raise SafeModeMissing(f"safe_mode is required, but {self._too_old()}, and {missing}.")
        self._go_without(f"{self._too_old()}, and {missing}")

    def _refuse_what_may_cut(self, base: State, steps: Sequence[Operation], missing: str) -> None:
        """The preflight let this pass since there would be a switch: without one, only what cannot cut us goes on."""
        why = (
            ""
            if self._settings.acknowledge_lockout
            else cutting(self._session, self._door, self._settings, base, steps)
        )
        if why:
            raise SafeModeMissing(
                f"{self._too_old()}, and {missing}. Without it this change is not tried, since it may shut the way in: "
                f"{why}. If you have another way in, say acknowledge_lockout: true"
            )

    def _too_old(self) -> str:
        return f"RouterOS {self._session.version} has no safe mode over the API (it came with {safe_mode.SINCE})"

    def _go_without(self, reason: str) -> None:
        self.name = INVERSE
        self.warnings.append(
            f"{reason}: if something fails, the change is undone step by step instead, which needs the connection"
        )

    def keep(self) -> None:
        """Keep the changes: release safe mode, or disarm the switch.

        :raises SafeModeError, DeadManError: it was gone already, so the changes have to be undone.
        """
        if self._hold:
            self._hold.release()
        if self._switch and self._switch.armed:
            warning = self._disarm(self._switch)
            self.warnings += [warning] if warning else []

    def _disarm(self, switch: deadman.DeadMan) -> str:
        """Over a fresh session where this one breaks now: the change is proved, and it may be disarmed already."""
        try:
            return switch.disarm()
        except deadman.DeadManError:
            raise
        except RouterError:
            fresh = self._door.open_present()
            try:
                return switch.tidy(fresh) if switch.gone_by_us(fresh) else switch.disarm(fresh)
            finally:
                fresh.close()

    def restore(self, base: State, undo: Undo, read: Reader, *, patient: bool) -> str:
        """Bring the router back to ``base``.

        :param patient: wait for a dead-man switch to fire where nothing else helps.
        :returns: what was found, a sentence for the user. Never raises a RouterError.
        """
        if self._switch and self._switch.armed:
            return restore_under(
                self._switch, self._door, self._session, base, undo, read, self._sleep, patient=patient
            )
        return restore(self._door, self._session, self._hold, undo, self._sleep)


def _too_many(inside: Sequence[Operation]) -> str:
    return (
        f"{len(inside)} actions are more than safe mode holds (the router leaves it after 100, of which "
        f"{safe_mode.BUDGET} are used here)"
    )
