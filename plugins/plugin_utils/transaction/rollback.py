# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back: unroll safe mode, see whether the router is as it was, and put right what is not.

Safe mode is the first net, our own inverse plan the second: safe mode can have ended silently. Before 7.18 it is the
other way round: the inverse plan comes first, and the dead-man switch fires where that cannot be carried out. Only rows
that this change touched are ever put back by us.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import others
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.deadman import BOOT, DeadMan
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.safe_mode import SafeMode, holder
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
    from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.undo import Undo
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

# After a session's end the router was seen to roll back within some 2 s; anything up to this counts.
ROLLBACK = 30.0
POLL = 0.5
# While the router starts again; a firewall may count logins.
SLOWLY = 1.0
UNDONE = "Everything was undone: the router is as it was before this task."


def restore(
    door: Door,
    session: Session,
    hold: SafeMode | None,
    undo: Undo,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Bring the router back to what it was, as far as this change touched it.

    :param undo: our own way back.
    :returns: what was found, a sentence for the user. Never raises a RouterError: the first failure is the one to tell.
    """
    held = hold is not None and hold.held
    unrolled = _unroll(session, hold)
    # Safe mode takes passwords back as well; where it was lost, they are ours to put back. Whether the router has
    # released it when the answer was lost, only what it shows can tell.
    passwords: bool | None = not unrolled and not (held and session.closed)
    if hold is not None and held and hold.releasing and session.closed:
        passwords = None
    deadline = time.monotonic() + ROLLBACK
    live: Session | None = session
    try:
        while True:
            try:
                # The rollback itself may be what opens the door again, so this takes its time.
                if live is None or live.closed:
                    live = door.open_present()
                if hold is not None:
                    hold.end_lost(live)
                    _wait_for_rollback(live, sleep)
                return undo.attempt(live, passwords=passwords) or UNDONE
            except Trap as trap:
                return _unreachable(unrolled, hold, trap)
            except RouterError as error:
                # That it is broken shows when it is used.
                session.close()
                _close(live, session)
                live = None
                if time.monotonic() > deadline:
                    return _unreachable(unrolled, hold, error)
                sleep(POLL)
    finally:
        _close(live, session)


def restore_under(
    switch: DeadMan,
    door: Door,
    session: Session,
    saved: State,
    undo: Undo,
    read: Callable[[Session], State],
    sleep: Callable[[float], None] = time.sleep,
    *,
    patient: bool = True,
) -> str:
    """As ``restore``, with a dead-man switch armed: disarm it once the router is as before, else let it fire.

    :param saved: the router as it is in the backup.
    :param patient: wait for it to fire and for the router to start again; not after an interruption, which must end.
    :returns: what was found, a sentence for the user. Never raises a RouterError.
    """
    give_up = max(switch.fires, time.monotonic()) + BOOT if patient else time.monotonic() + ROLLBACK
    live: Session | None = session
    left = ""
    try:
        while True:
            try:
                if live is None or live.closed:
                    live = door.open_present()
                if live is not session and not switch.pending(live) and not switch.gone_by_us(live):
                    return _fired(switch, saved, live, read)
                if not left:
                    left = undo.attempt(live)
                if not left:
                    # Somebody else may have removed the job; what counts is that nothing is left to fire for.
                    finish = switch.disarm if switch.pending(live) else switch.tidy
                    return f"{UNDONE} {finish(live)}".rstrip()
                # When it fires, this session is cut.
                switch.pending(live)
            except RouterError:
                # The old session may have been cut by the change itself: fresh ones are tried until it has fired.
                _close(live, session)
                live = None
            if time.monotonic() > give_up or (left and not patient):
                return _armed(switch, left)
            sleep(POLL if switch.left else SLOWLY)
    finally:
        _close(live, session)


def _fired(switch: DeadMan, saved: State, live: Session, read: Callable[[Session], State]) -> str:
    """The switch is gone from the router, and so is the session from before: see what the router has become."""
    differing = others.differing(saved, read(live))
    warning = switch.tidy(live)
    found = (
        f"The dead-man switch is gone, but the router is not as before this task: look at {', '.join(differing)}."
        if differing
        else "The dead-man switch has fired: the router restarted, and is as it was before this task."
    )
    return f"{found} {warning}".rstrip()


def _armed(switch: DeadMan, left: str) -> str:
    when = f"in some {switch.left} seconds" if switch.left else "any moment, or has done so already"
    return (
        f"{left} The dead-man switch is armed: the router restarts with the configuration from before this task {when}"
        f"{'' if left else '. It could not be reached to look'}."
    ).lstrip()


def _close(live: Session | None, session: Session) -> None:
    if live is not None and live is not session:
        live.close()


def _unroll(session: Session, hold: SafeMode | None) -> bool:
    """Undo now; a session that does not answer is closed instead, and the router undoes by itself."""
    if hold is None or not hold.held:
        return False
    try:
        hold.unroll()
        return True
    except Trap:
        # It was gone already, and the session is good.
        return False
    except RouterError:
        session.close()
        return False


def _wait_for_rollback(session: Session, sleep: Callable[[float], None]) -> None:
    deadline = time.monotonic() + ROLLBACK
    while holder(session) is not None and time.monotonic() < deadline:
        sleep(POLL)


def _unreachable(unrolled: bool, hold: SafeMode | None, error: RouterError) -> str:
    if unrolled:
        return f"Safe mode was unrolled; what the router looks like now could not be read: {error.message}"
    if hold is not None and hold.releasing:
        return (
            "It was proved, and the release of safe mode was sent, but its answer never came: the router has kept the "
            f"change, or undoes it when it notices that the session is gone. It could not be reached to look: "
            f"{error.message}"
        )
    if hold is not None:
        return (
            "The router undoes it by itself when it notices that the session is gone (seconds; up to some nine minutes "
            f"when packets are dropped silently). It could not be reached to look: {error.message}"
        )
    return f"It could not be undone, because the router cannot be reached any more: {error.message}"
