# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Safe mode: one holder on the whole router, whose unclean end takes back everybody's changes since the take.

Over the API take, release and unroll were seen on 7.21 to 7.24; what happens in a conflict is not known and hangs on
switches. The router leaves safe mode silently when more than 100 actions would have to be undone (RouterOS manual).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap
from .history import Action

if TYPE_CHECKING:
    from .clock import Timer
    from .router import Router, Session
    from .table import Row, Table

LIMIT = 100
_NOT_TAKEN = "Safe Mode has not been taken. Action aborted."
_ON_ERROR = ("abort", "ask", "release", "unroll")


class SafeMode:
    """The one hold that a router can be under."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.holder: Session | None = None
        self.on_error = ""
        self.actions: list[Action] = []
        self._rollback: Timer | None = None
        router.history.observers.append(self._acted)

    def register(self) -> None:
        """Answer the menu's commands."""
        for verb in ("take", "release", "unroll", "toggle"):
            self.router.register("/safe-mode", verb, getattr(self, f"_{verb}"))

    def _acted(self, action: Action) -> None:
        if self.holder is None:
            return
        if len(self.actions) >= LIMIT:
            self._leave()
            return
        action.floating = True
        self.actions.append(action)

    def _leave(self) -> None:
        for action in self.actions:
            action.floating = False
        self.actions = []
        self.holder = None
        if self._rollback is not None:
            self._rollback.cancel()
            self._rollback = None
        self.router.touched("/safe-mode")

    def unroll(self) -> None:
        """Take everything back and leave."""
        actions, self.actions = self.actions, []
        self._leave()
        with self.router.batch():
            self.router.history.take_back(actions)

    def closed(self, session: Session, *, quit: bool) -> None:
        """The session is gone; if it held safe mode, that ends a moment later (about 2 s were measured)."""
        if session is not self.holder:
            return
        switches = self.router.switches
        keep = quit and switches.quit_while_holding == "release"
        if switches.on_error == "holder_end" and self.on_error == "release":
            keep = True
        if keep:
            self._leave()
        else:
            self._rollback = self.router.clock.call_later(switches.rollback_delay, self.unroll)

    def reboot(self) -> None:
        """Pending changes do not survive a restart."""
        if self.holder is not None:
            self.unroll()

    def render(self, table: Table, row: Row, reply: dict[str, str], session: Session | None) -> None:
        """enabled, current, owner and user; the last two are absent while nobody holds it."""
        reply["enabled"] = "true" if self.holder is not None else "false"
        reply["current"] = "true" if self.holder is not None and self.holder is session else "false"
        if self.holder is not None:
            reply["owner"] = self.holder.via
            reply["user"] = self.holder.user

    def _take(self, call: Call) -> None:
        call.expect(("on-error",))
        on_error = call.arguments.get("on-error", "")
        if on_error and on_error not in _ON_ERROR:
            raise Trap("input does not match any value of on-error", 1)
        if self.holder is call.session:
            return
        if self.holder is not None:
            self._conflict(call, on_error)
        self.holder, self.on_error, self.actions = call.session, on_error, []
        self.router.touched("/safe-mode")

    def _conflict(self, call: Call, on_error: str) -> None:
        switches = self.router.switches
        answer = switches.take_conflict
        if switches.on_error == "conflict" and on_error in ("unroll", "release"):
            answer = f"hijack-{on_error}"
        if answer == "hijack-unroll":
            self.unroll()
        elif answer == "hijack-release":
            self._leave()
        elif self.holder is not None and self.holder.user == call.session.user:
            raise Trap("Safe Mode is taken by current user in another session. Action aborted.", 4)
        else:
            name = self.holder.user if self.holder is not None else ""
            raise Trap(f"Safe Mode is taken by another user ({name}). Action aborted.", 4)

    def _own(self, call: Call) -> None:
        call.expect(())
        if self.holder is None or (
            self.holder is not call.session and self.router.switches.foreign_release == "refuse"
        ):
            raise Trap(_NOT_TAKEN, 4)

    def _release(self, call: Call) -> str:
        self._own(call)
        self._leave()
        return "true"

    def _unroll(self, call: Call) -> str:
        self._own(call)
        self.unroll()
        return "true"

    def _toggle(self, call: Call) -> str | None:
        if self.holder is call.session:
            return self._release(call)
        self._take(call)
        return "true"
