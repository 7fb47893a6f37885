# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What undoes a transaction that fails: safe mode, a dead-man switch where there is none, or our inverse plan only."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman, safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.doubt import doubtful
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

INVERSE = "inverse plan"
Reader = Callable[["Session"], State]


class SafeModeMissing(RouterError):
    """Safe mode was required and neither it nor what stands in for it can be had; nothing was written."""

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
        self._saved: State | None = None
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
    def waited(self) -> bool:
        """Whether somebody else held safe mode first; then what was read before may be out of date."""
        return bool(self._hold and self._hold.waited)

    def require(self, plans: Sequence[Sequence[Operation]]) -> None:
        """Before anything is written: what is required must be to be had, as far as reading tells.

        :raises SafeModeMissing: it is not.
        """
        if self._settings.safe_mode != "required":
            return
        inside = split([without_certificates([plan]) for plan in plans], safe_mode.BUDGET).inside
        if not safe_mode.available(self._session.version):
            missing = deadman.obstacle(self._session)
            if inside and missing:
                raise SafeModeMissing(f"safe_mode is required, but {self._too_old()}, and {missing}.")
        elif len(inside) > safe_mode.BUDGET:
            raise SafeModeMissing(f"safe_mode is required, but {_too_many(inside)}.")

    def take(self, base: State, phases: Phases, read: Reader) -> None:
        """Take safe mode, or arm the dead-man switch where there is none and something is to be feared.

        :raises SafeModeMissing, SafeModeError, DeadManError: nothing of this phase was written.
        """
        required = self._settings.safe_mode == "required"
        if not phases.inside:
            self.name = "nothing to protect"
        elif self._settings.safe_mode == "off":
            self.name = "off"
        elif not safe_mode.available(self._session.version):
            self._arm(base, phases, read, required)
        elif len(phases.inside) > safe_mode.BUDGET:
            if required:
                raise SafeModeMissing(f"safe_mode is required, but {_too_many(phases.inside)}.")
            self._go_without(_too_many(phases.inside))
        else:
            self._hold = safe_mode.SafeMode(self._session, self._settings.safe_mode_wait, self._sleep)
            self._hold.take()
            self.name = "safe mode"

    def _arm(self, base: State, phases: Phases, read: Reader, required: bool) -> None:
        steps = [*phases.ahead, *phases.inside]
        if not required and not doubtful(self._session, self._door, self._settings, base, steps):
            self._go_without(f"{self._too_old()}; this change cannot shut the way in, so no dead-man switch was armed")
            return
        missing = deadman.obstacle(self._session)
        if not missing:
            seconds = deadman.duration(self._settings.settle, self._door.options.timeout, len(phases.inside))
            self._switch = deadman.DeadMan(self._session, seconds, self._sleep)
            self._saved = read(self._session) if phases.ahead else base
            try:
                self._switch.arm()
            except deadman.DeadManError as error:
                if error.kind == deadman.HELD:
                    raise
                missing = error.message
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
            saved = self._saved or base
            return restore_under(
                self._switch, self._door, self._session, saved, undo, read, self._sleep, patient=patient
            )
        return restore(self._door, self._session, self._hold, undo, self._sleep)


def _too_many(inside: Sequence[Operation]) -> str:
    return (
        f"{len(inside)} actions are more than safe mode holds (the router leaves it after 100, of which "
        f"{safe_mode.BUDGET} are used here)"
    )
