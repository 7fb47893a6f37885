# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rulesets above all others stay there, whichever came first; two runs change nothing."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import handles, project
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.ordered import Placement
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.ruleset import Ruleset, plan_ruleset
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

FILTER = menu("/ip/firewall/filter")
VERSION = Version.parse("7.22.3")
RULE = {"action": "drop", "protocol": "udp"}
SETS = {
    "ipsec-gate": Ruleset("ipsec-gate", rules=[RULE], placement=Placement("foremost")),
    "ipsec-api": Ruleset("ipsec-api", rules=[RULE], placement=Placement("foremost")),
    "knock": Ruleset("knock", rules=[RULE], placement=Placement("first")),
    "secure-api": Ruleset("secure-api", rules=[RULE], placement=Placement("top")),
}
OTHERS = [{".id": "*1", "chain": "input", "action": "accept", "connection-state": "established"}]
RANK = {"ipsec-gate": 0, "ipsec-api": 0, "knock": 1, "secure-api": 2}


@pytest.mark.parametrize("order", list(itertools.permutations(SETS)), ids=" ".join)
def test_the_order_does_not_depend_on_who_came_first(order: tuple[str, ...]) -> None:
    rows, names = list(OTHERS), handles()
    for name in order:
        rows = project(FILTER, rows, plan_ruleset(FILTER, rows, SETS[name], VERSION, names))
    gates = [row.get("jump-target", "bastion-others") for row in rows if row["chain"] == "input"]
    found = [name.removeprefix("bastion-") for name in gates]
    assert found[-1] == "others"
    ranks = [RANK[name] for name in found[:-1]]
    assert ranks == sorted(ranks)
    for name in order:
        assert plan_ruleset(FILTER, rows, SETS[name], VERSION, names) == []


def test_moved_down_by_hand_it_goes_up_again() -> None:
    rows, names = list(OTHERS), handles()
    for name in SETS:
        rows = project(FILTER, rows, plan_ruleset(FILTER, rows, SETS[name], VERSION, names))
    gate = next(row for row in rows if row.get("jump-target") == "bastion-ipsec-gate" and row["chain"] == "input")
    rows = [row for row in rows if row is not gate] + [gate]
    steps = plan_ruleset(FILTER, rows, SETS["ipsec-gate"], VERSION, names)
    assert [step.verb for step in steps] == ["move"]
    rows = project(FILTER, rows, steps)
    first = next(row for row in rows if row["chain"] == "input")
    assert first["jump-target"] in ("bastion-ipsec-gate", "bastion-ipsec-api")
