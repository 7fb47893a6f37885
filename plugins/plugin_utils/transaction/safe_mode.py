# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RouterOS safe mode, held by one API session.

Safe mode is global and exclusive, exists from 7.18, and ends silently at 101 actions of all sessions together. Nothing
here ever takes over somebody else's hold: over the API only the plain ``take`` is known to roll back when the session
ends, and what the ``on-error`` words do is not known (RouterOS manual and captures of 7.21 to 7.24 differ). What an
interrupted run of our own left behind is waited for (the router notices within seconds, or minutes when packets are
dropped silently), or its session is ended where that can be told from every other one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

SINCE = Version.parse("7.18")
# The router leaves safe mode by itself at 101 actions; other sessions' actions count too, so a margin is kept.
BUDGET = 80
POLL = 1.0
# Sessions can be ended from here on (``/user/active/remove``).
ENDABLE = Version.parse("7.20")
ACTIVE = "/user/active"
# No run of ours holds safe mode for longer: what it protects are some seconds of writing and one login.
STALE = 120.0


class SafeModeError(RouterError):
    """Safe mode could not be taken, kept or left; nothing is kept on the router that was not proved."""


def available(version: Version) -> bool:
    """Whether this version has ``/safe-mode`` (7.18 and later)."""
    return version >= SINCE


def holder(session: Session) -> str | None:
    """Who holds safe mode: ``None`` when nobody does, else a description fit for a message."""
    row = _status(session)
    if row.get("enabled") != "true":
        return None
    who = row.get("user") or "somebody"
    return f"{who} ({row['owner']})" if row.get("owner") else who


def _status(session: Session) -> dict[str, str]:
    rows = session.read("/safe-mode")
    return rows[0] if rows else {}


class SafeMode:
    """The hold of one session, from ``take`` to ``release`` or ``unroll``."""

    def __init__(self, session: Session, wait: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._wait = wait
        self._sleep = sleep
        self.held = False
        # Whether the release was sent; while its answer is missing, nobody can tell what the router keeps.
        self.releasing = False
        # Whether somebody else held it first; then what was read before the take may be out of date.
        self.waited = False

    def take(self) -> None:
        """Take safe mode and confirm that this session holds it; wait for another holder at most ``wait`` seconds.

        :raises SafeModeError: somebody else keeps holding it, or the router did not give it to us.
        """
        start = time.monotonic()
        deadline = start + self._wait
        looked = False
        while True:
            owner = holder(self._session)
            if owner is None and self._try_take():
                self.held = True
                return
            if time.monotonic() >= deadline:
                raise SafeModeError(
                    f"safe mode is held by {owner or 'another session'} and was not given back within "
                    f"{self._wait:g} seconds (safe_mode_wait); nothing was changed. Ask them to release it, or see "
                    "/user/active for a session that was left behind",
                    kind="safe_mode_held",
                )
            if not looked and time.monotonic() - start >= min(STALE, self._wait / 2):
                looked = True
                self._end_own_dead_session()
            self.waited = True
            self._sleep(min(POLL, max(0.0, deadline - time.monotonic())))

    def _try_take(self) -> bool:
        """One attempt; between the look and the take another session may have been faster."""
        try:
            self._session.call("/safe-mode/take")
        except Trap:
            if holder(self._session) is not None:
                return False
            raise
        return self.ours()

    def _end_own_dead_session(self) -> None:
        """End the session that holds it when it is certainly one that an interrupted run of ours left behind.

        That is: the holder is an API session of our user, and there is exactly one such session besides this one, older
        and from the same address. Its end makes the router undo what it had changed. With any doubt we go on waiting.
        """
        session = self._session
        row = _status(session)
        if session.version < ENDABLE or row.get("user") != session.user or row.get("owner", "api") != "api":
            return
        rows = [
            row
            for row in session.read(ACTIVE, ("name", "via", "address", "when"), (f"?name={session.user}",))
            if row.get("via") == "api"
        ]
        times = sorted(row.get("when", "") for row in rows)
        if len(rows) != 2 or len({row.get("address") for row in rows}) != 1 or times[0] == times[1]:
            return
        older = next(row for row in rows if row.get("when", "") == times[0])
        with suppress(Trap):
            session.call(f"{ACTIVE}/remove", f"=.id={older['.id']}")

    def ours(self) -> bool:
        """Whether the router says that safe mode is on, and on for this session."""
        row = _status(self._session)
        return row.get("enabled") == "true" and row.get("current", "true") == "true"

    def release(self) -> None:
        """Keep the changes.

        :raises SafeModeError: the hold was already gone (over 100 actions, or ended by somebody): what was written is
            then kept by the router without our proof, so the caller has to undo it by itself.
        """
        lost = SafeModeError(
            "safe mode ended before the change was proved (the router leaves it by itself after 100 actions of all "
            "sessions together)",
            kind="safe_mode_lost",
        )
        if not self.ours():
            self.held = False
            raise lost
        self.releasing = True
        try:
            self._session.call("/safe-mode/release")
        except Trap as trap:
            # It ended between the look and the release.
            self.held = self.releasing = False
            raise lost from trap
        self.held = False

    def unroll(self) -> None:
        """Undo everything that was changed since ``take``, now."""
        self.held = False
        self._session.call("/safe-mode/unroll")
