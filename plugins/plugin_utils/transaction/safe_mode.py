# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RouterOS's safe mode over the API: taken, confirmed, released, or unrolled.

Safe mode is global and exclusive, exists from 7.18, and ends silently at 101 actions of all sessions together. Nothing
here ever takes over somebody else's hold: over the API only the plain ``take`` is known to roll back when the session
ends, and what the ``on-error`` words do is not known (RouterOS manual and captures of 7.21 to 7.24 differ).

A hold that was left behind is waited for: the router notices a dead session within seconds, or within some nine
minutes when its packets are dropped silently. Nobody can tell another run's dead session from a live one of the same
user and address, so the only session that is ever ended here is the one that this very run has opened and lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import print_sentence

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

SINCE = Version.parse("7.18")
# The router leaves safe mode by itself at 101 actions; other sessions' actions count too, so a margin is kept.
BUDGET = 80
POLL = 1.0
QUESTIONS = (print_sentence("/safe-mode"),)
# Sessions can be ended from here on (``/user/active/remove``).
ENDABLE = Version.parse("7.20")
ACTIVE = "/user/active"


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


def is_held(rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether the answer to QUESTIONS tells of a holder."""
    return any(row.get("enabled") == "true" for row in rows)


def await_free(session: Session, wait: float, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait until nobody holds safe mode, at most ``wait`` seconds; who writes next still has to take it.

    :returns: whether somebody held it; then what was read before may be out of date.
    :raises SafeModeError: somebody keeps holding it.
    """
    deadline = time.monotonic() + wait
    waited = False
    while (owner := holder(session)) is not None:
        _wait_on(owner, deadline, wait, sleep)
        waited = True
    return waited


def _wait_on(owner: str, deadline: float, wait: float, sleep: Callable[[float], None]) -> None:
    if time.monotonic() >= deadline:
        raise SafeModeError(
            f"safe mode is held by {owner} and was not given back within {wait:g} seconds (safe_mode_wait); nothing "
            "was changed. Ask them to release it, or see /user/active for a session that was left behind",
            kind="safe_mode_held",
        )
    sleep(min(POLL, max(0.0, deadline - time.monotonic())))


class SafeMode:
    """The hold of one session, from ``take`` to ``release`` or ``unroll``."""

    def __init__(self, session: Session, wait: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._wait = wait
        self._sleep = sleep
        # From the moment that it was asked for: until the answer is here the router may have given it.
        self.held = False
        # Whether the release was sent; while its answer is missing, nobody can tell what the router keeps.
        self.releasing = False
        # The row of this session in /user/active, by which it can be ended once it is lost.
        self._row: dict[str, str] = {}

    def take(self) -> None:
        """Take safe mode and confirm that this session holds it; wait for another holder at most ``wait`` seconds.

        :raises SafeModeError: somebody else keeps holding it, or the router did not give it to us.
        """
        deadline = time.monotonic() + self._wait
        while True:
            owner = holder(self._session)
            if owner is None and self._try_take():
                return
            _wait_on(owner or "another session", deadline, self._wait, self._sleep)

    def _try_take(self) -> bool:
        """One attempt; between the look and the take another session may have been faster."""
        self.held = True
        try:
            self._session.call("/safe-mode/take")
        except Trap:
            self.held = False
            if holder(self._session) is not None:
                return False
            raise
        looks = [*QUESTIONS, *([_sessions_of(self._session.user)] if self._endable(self._session) else [])]
        status, *active = self._session.send_many(looks)
        if isinstance(status, Trap):
            raise status
        for answer in active:
            rows = [] if isinstance(answer, Trap) else _over_the_api(answer.rows)
            # With several of the same user nobody can tell which one is this.
            self._row = rows[0] if len(rows) == 1 else {}
        self.held = _is_ours(status.rows)
        return self.held

    def _endable(self, session: Session) -> bool:
        return session.version >= ENDABLE

    def end_lost(self, live: Session) -> None:
        """End the session that took it, this run's own, which is lost, over a new one; the router then undoes at once
        what it would undo minutes later. Not where it cannot be told from every other one.
        """
        if live is self._session or not self._row or not self._endable(live):
            return
        command, *words = _sessions_of(self._session.user)
        with suppress(Trap):
            rows = _over_the_api(live.call(command, *words).rows)
            # The new one must be listed as well: only then do we know what the list tells of us.
            if self._row in rows and len(rows) > 1:
                live.call(f"{ACTIVE}/remove", f"=.id={self._row['.id']}")

    def ours(self) -> bool:
        """Whether the router says that safe mode is on, and on for this session."""
        return _is_ours(self._session.read("/safe-mode"))

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


def _is_ours(rows: Sequence[Mapping[str, str]]) -> bool:
    row = rows[0] if rows else {}
    return row.get("enabled") == "true" and row.get("current", "true") == "true"


def _sessions_of(user: str) -> tuple[str, ...]:
    """The sentence that asks for a user's sessions."""
    return print_sentence(ACTIVE, ("name", "via", "address", "when"), (f"?name={user}",))


def _over_the_api(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row.get("via") == "api" and ".id" in row]
