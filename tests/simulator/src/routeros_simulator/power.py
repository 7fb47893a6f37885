# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On and off: a restart ends every session, undoes what safe mode holds, and serves nobody for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import jobs
from .clock import Timer
from .errors import BUILT_IN

if TYPE_CHECKING:
    from .router import Router


class Power:
    """Whether the router runs. told: callbacks(on), called after it has gone off and before its jobs begin anew."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._starting: Timer | None = None
        self.on = True
        self.told: list[Callable[[bool], None]] = []

    def restart(self, load: Callable[[], None] | None = None) -> None:
        """Off, and on again when a restart is over (switch reboot_time). load: see off()."""
        self.off(load)
        wait = self._router.switches.reboot_time
        if wait:
            self._starting = self._router.clock.call_later(wait, self.start)
        else:
            self.start()

    def off(self, load: Callable[[], None] | None = None) -> None:
        """Nothing is served until start(); what is dynamic is gone. load: puts another configuration in place."""
        router = self._router
        router.safe_mode.reboot()
        self.on = False
        if self._starting is not None:
            self._starting.cancel()
        for session in list(router.sessions):
            for closing in list(router.closing):
                closing(session)
            router.close(session)
        with router.batch():
            for table in router.tables.values():
                for row in [row for row in table if row.dynamic and row.locked != BUILT_IN]:
                    if row.linked:
                        table.delete(row)
            if load is not None:
                load()
        router.history.actions.clear()
        router.history.undone.clear()
        router.scripts.forget()
        for callback in list(self.told):
            callback(False)

    def start(self) -> None:
        """The router has started: it is served again, and jobs begin anew."""
        if self.on:
            return
        self.on = True
        self._router.clock.boot = self._router.clock.now()
        for callback in list(self.told):
            callback(True)
        jobs.restarted(self._router)
