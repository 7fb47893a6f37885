# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of a transaction: its outcome, and the ways in which it fails after something was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session


@dataclass
class Outcome:
    """What a transaction found and did; plain data, secrets of menus masked, literal secrets not yet."""

    changed: bool = False
    plans: list[list[Operation]] = field(default_factory=list)
    before: State | None = None
    after: State | None = None
    proved: str = ""
    protected: str = ""
    warnings: list[str] = field(default_factory=list)
    statistics: dict[str, float] = field(default_factory=dict)

    def states(self) -> tuple[State, State]:
        """The router before and after.

        :raises RouterError: it was not read to the end.
        """
        if self.before is None or self.after is None:
            raise RouterError("the router could not be read", kind="not_read")
        return self.before, self.after

    def count(self, session: Session) -> None:
        """Add what a session has cost."""
        for name, value in session.statistics().items():
            self.statistics[name] = round(self.statistics.get(name, 0) + value, 3)


class RolledBack(RouterError):
    """The change was not kept; the message says why, and what the router looks like now."""

    kind = "rolled_back"


class NotKept(RouterError):
    """The router said done and did something else (disabling the own user, for one, is silently ignored)."""

    kind = "not_kept"


class NotProved(RouterError):
    """A fresh login did not get in."""

    kind = "not_proved"
