# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back: unroll safe mode, see whether the router is as it was, and put right what is not.

Safe mode is the first net, our own inverse plan the second: safe mode can have ended silently, and before 7.18 there is
none. Only rows that this change touched are ever put back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.errors import RouterError, Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.executor import Executor
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.operations import Operation, invert
from ansible_collections.bastion.routeros.plugins.plugin_utils.safe_mode import SafeMode, available, holder

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.session import Session
    from ansible_collections.bastion.routeros.plugins.plugin_utils.state import State

# After a session's end the router was seen to roll back within some 2 s; anything up to this counts.
ROLLBACK = 30.0
POLL = 0.5
ROUNDS = 3
Touched = Mapping[str, Set[str]]


def restore(
    door: Door,
    session: Session,
    hold: SafeMode | None,
    base: State,
    touched: Touched,
    read: Callable[[Session], State],
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Bring the router back to ``base``, as far as this change touched it.

    :param touched: ids by menu path, of rows that were changed, moved, removed or added.
    :returns: what was found, a sentence for the user. Never raises a RouterError: the first failure is the one to tell.
    """
    unrolled = _unroll(session, hold)
    try:
        live = session if not session.closed else _reconnect(door, base, sleep)
    except RouterError as error:
        return _unreachable(unrolled, hold, error)
    try:
        if hold is not None:
            _wait_for_rollback(live, base, sleep)
        left = _inverse(base, read(live), touched)
        refused = ""
        for _round in range(ROUNDS):
            if not left:
                break
            refused = _put_back(Executor(live, sleep=sleep), left)
            left = _inverse(base, read(live), touched)
        if left:
            what = "; ".join(report.sentence(step) for step in left)
            return f"It was undone, except for what this would put right: {what}. {refused}".rstrip()
        return "Everything was undone: the router is as it was before this task."
    except RouterError as error:
        return _unreachable(unrolled, hold, error)
    finally:
        if live is not session:
            live.close()


def _put_back(executor: Executor, operations: list[Operation]) -> str:
    """One pass; what the router refuses now may go through after the rest (a group still in use, say)."""
    refused = ""
    for operation in operations:
        try:
            executor.run([operation])
        except Trap as trap:
            refused = trap.message
    return refused


def _unroll(session: Session, hold: SafeMode | None) -> bool:
    """Undo now; a session that does not answer is closed instead, and the router undoes by itself."""
    if hold is None or not hold.held:
        return False
    try:
        hold.unroll()
        return True
    except RouterError:
        session.close()
        return False


def _reconnect(door: Door, base: State, sleep: Callable[[float], None]) -> Session:
    """A new session; the rollback itself may be what opens the door again, so this takes its time."""
    deadline = time.monotonic() + ROLLBACK
    while True:
        try:
            return door.open_present()
        except RouterError:
            if time.monotonic() > deadline:
                raise
            sleep(POLL)


def _wait_for_rollback(session: Session, base: State, sleep: Callable[[float], None]) -> None:
    deadline = time.monotonic() + ROLLBACK
    while available(base.version) and holder(session) is not None and time.monotonic() < deadline:
        sleep(POLL)


def _inverse(base: State, now: State, touched: Touched) -> list[Operation]:
    operations: list[Operation] = []
    # Last written, first put back: a user goes before its group, a jump before its chain.
    for path, ids in reversed(list(touched.items())):
        if path in base.tables and path in now.tables:
            operations += invert(menu(path), base.rows(path), now.rows(path), ids)
    return operations


def _unreachable(unrolled: bool, hold: SafeMode | None, error: RouterError) -> str:
    if unrolled:
        return f"Safe mode was unrolled; what the router looks like now could not be read: {error.message}"
    if hold is not None:
        return (
            "The router undoes it by itself when it notices that the session is gone (seconds; up to some nine minutes "
            f"when packets are dropped silently). It could not be reached to look: {error.message}"
        )
    return f"It could not be undone, because the router cannot be reached any more: {error.message}"
