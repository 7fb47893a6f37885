# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other runs: what they have under way may yet be undone, and what they left behind is cleared.

What a killed run has written looks like what is wanted, until safe mode or a dead-man switch takes it back. So a run
that finds nothing to do looks as well; it asks beside its other questions, in the same round trip.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman, others, safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Reply

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

Sentences = Sequence[tuple[str, ...]]
Answers = Sequence[Reply | Trap]


def questions(version: Version) -> Sentences:
    """What is asked beside the tables of a run."""
    return safe_mode.QUESTIONS if safe_mode.available(version) else deadman.QUESTIONS


def somebody(version: Version, answers: Answers) -> bool:
    """Whether the answers tell of another run, one at work or one that was interrupted."""
    # A menu that this user may not read is not in the way of this run, which cannot use it either.
    rows = [list(answer.rows) if isinstance(answer, Reply) else [] for answer in answers]
    return safe_mode.is_held(*rows) if safe_mode.available(version) else deadman.is_there(*rows)


def wait(
    session: Session, seconds: float, sleep: Callable[[float], None] = time.sleep, *, writes: bool, warnings: list[str]
) -> bool:
    """Let another run end, at most so many seconds.

    :param writes: this run is about to write.
    :param warnings: what is found is added to.
    :returns: whether there was something to wait for; then what was read before may be out of date.
    :raises RouterError: it does not end, and nothing was changed; or the router restarts, to undo what it had done.
    """
    if not safe_mode.available(session.version):
        return deadman.take_turn(session, seconds, sleep, warnings)
    if writes:
        return safe_mode.await_free(session, seconds, sleep)
    pending = others.by_history(session, also_own=True)
    if not pending:
        return False
    try:
        return safe_mode.await_free(session, seconds, sleep)
    except safe_mode.SafeModeError as error:
        warnings.append(f"what this task found may be undone again ({'; '.join(pending[:3])}): {error.message}")
        return False
