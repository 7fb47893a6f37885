# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From changes and what was read to operations; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import PlanError
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.reading import read_at_once
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import LoginFailed, Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import print_sentence

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

OLDEST = Version.parse("7.12")


class Ears:
    """What a change may ask the router while it looks around (see changes.Router)."""

    def __init__(self, door: Door, session: Session) -> None:
        self._door, self._session = door, session
        self.read = session.read

    def read_sensitive(self, path: str, properties: Sequence[str]) -> list[Row]:
        """What print leaves out unless it is asked for it (7.21 and later); no rows where that cannot be had."""
        command, *words = print_sentence(path, properties)
        try:
            return self._session.call(command, "=show-sensitive=", *words).rows
        except Trap:
            return []

    def password_works(self, user: str, password: str) -> bool:
        """Whether the router takes this password now, by a login over the way that is open."""
        try:
            self._door.open_present(user=user, password=password).close()
        except LoginFailed:
            return False
        return True


def check(changes: Sequence[Change], version: Version) -> None:
    """Whether this router can have these changes.

    :raises BadOption: it cannot.
    """
    if version < OLDEST:
        raise BadOption(f"RouterOS {version} is too old: nothing is written below {OLDEST}; upgrade it first")
    for change in changes:
        change.check(version)


def plan(changes: Sequence[Change], state: State) -> tuple[list[list[Operation]], State]:
    """Plan each change on the state that those before it lead to.

    :raises BadOption: a plan cannot be made.
    """
    names = handles()
    plans: list[list[Operation]] = []
    for change in changes:
        try:
            operations = change.plan(state, names)
        except PlanError as error:
            raise BadOption(f"{change.name}: {error}") from error
        plans.append(operations)
        state = state.after(operations)
    return plans, state


def operations_of(door: Door, session: Session, changes: Sequence[Change]) -> list[Operation]:
    """What these changes would do to the router as it is."""
    check(changes, session.version)
    state, _none = read_at_once(session, changes)
    ears = Ears(door, session)
    for change in changes:
        change.observe(state, ears)
    return [step for steps in plan(changes, state)[0] for step in steps]
