# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a plan happens when: before safe mode is taken, inside it, after it was released. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.executor import ADDRESS_LISTS, CERTIFICATE
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.reading import ACTIVE


@dataclass(frozen=True)
class Phases:
    """What happens before safe mode is taken, inside it, and after it was released.

    :ivar bulk: additions to address lists, in any order and without a hold; only where they can cut nobody off
    :ivar ahead: inert; written under holds of their own, so that no other run builds in the same place
    :ivar inside: what a packet or a login can meet
    :ivar behind: inert
    """

    bulk: list[Operation] = field(default_factory=list)
    ahead: list[Operation] = field(default_factory=list)
    inside: list[Operation] = field(default_factory=list)
    behind: list[Operation] = field(default_factory=list)

    @property
    def steps(self) -> list[Operation]:
        """Everything that is written before the proof."""
        return [*self.bulk, *self.ahead, *self.inside]


def split(plans: Sequence[Sequence[Operation]], budget: float, *, bulk: bool = False) -> Phases:
    """Everything goes inside while it fits; else leading and trailing inert operations go outside.

    Pure. Order within a plan is kept for each menu: a ruleset's idle twin is built ahead, the one switch stays inside,
    and the rows that are idle then are removed behind; for both families together.

    :param bulk: additions to address lists go outside too.
    """
    # Nothing brings a session back that was ended, so that waits until the rest was proved.
    ends = [step for steps in plans for step in steps if step.path == ACTIVE]
    plans = [[step for step in steps if step.path != ACTIVE] for steps in plans]
    if sum(map(len, plans)) <= budget:
        return Phases(inside=[step for steps in plans for step in steps], behind=ends)
    phases = Phases(behind=ends)
    for steps in plans:
        first: dict[str, int] = {}
        last: dict[str, int] = {}
        for number, step in enumerate(steps):
            if not step.inert:
                first.setdefault(step.path, number)
                last[step.path] = number
        for number, step in enumerate(steps):
            if bulk and step.verb == "add" and step.path in ADDRESS_LISTS:
                phases.bulk.append(step)
            elif number < first.get(step.path, len(steps)):
                phases.ahead.append(step)
            elif number > last[step.path]:
                phases.behind.append(step)
            else:
                phases.inside.append(step)
    return phases


def without_certificates(plans: Sequence[Sequence[Operation]]) -> list[Operation]:
    """Every operation of the plans on other menus than that of certificates."""
    return [step for steps in plans for step in steps if step.path != CERTIFICATE]


def removes_certificate(step: Operation) -> bool:
    """Whether this takes a certificate away, which waits until the rest was proved."""
    return step.path == CERTIFICATE and step.verb == "remove"
