# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pure planner of firewall rulesets: chains of our own, switched so that no packet meets half a ruleset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.plan import Placement
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


@dataclass(frozen=True)
class Ruleset:
    """A ruleset in chains of its own.

    `chain` is the chain it is entered from ("input"), `entry` what the jump rule there matches, `rules` the rules without
    their chain, all as canonical text; comments are without the owner's tag, which is added here.
    """

    name: str
    chain: str = "input"
    rules: Sequence[Mapping[str, str]] = ()
    entry: Mapping[str, str] = field(default_factory=dict)
    placement: Placement = field(default_factory=Placement)
    state: str = "present"


def plan_ruleset(
    menu: Menu, have: Sequence[Row], ruleset: Ruleset, version: Version, handles: Iterator[str] | None = None
) -> list[Operation]:
    """Plan one ruleset of a filter, nat or raw table (empty list: nothing to do)."""
    raise NotImplementedError
