# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a plan goes before, inside and after safe mode."""

from __future__ import annotations

import math

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.executor import ADDRESS_LISTS
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.phases import Phases, split
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from hypothesis import given
from hypothesis import strategies as st

FILTER, LISTS, USER = "/ip/firewall/filter", ADDRESS_LISTS[0], "/user"
Plans = list[list[Operation]]


@st.composite
def plans(draw: st.DrawFn) -> Plans:
    number = iter(range(1000))
    step = st.builds(
        lambda path, verb, inert: Operation(path, verb, id=f"*{next(number)}", inert=inert and path == FILTER),
        st.sampled_from([FILTER, LISTS, USER]),
        st.sampled_from(["add", "set", "remove"]),
        st.booleans(),
    )
    return draw(st.lists(st.lists(step, max_size=12), max_size=4))


@given(plans(), st.integers(0, 50), st.booleans())
def test_every_step_has_one_place(made: Plans, budget: int, bulk: bool) -> None:
    phases = split(made, budget, bulk=bulk)
    found = [*phases.bulk, *phases.ahead, *phases.inside, *phases.behind]
    assert sorted(step.id for step in found) == sorted(step.id for steps in made for step in steps)


@given(plans(), st.integers(0, 50), st.booleans())
def test_what_is_outside_can_be_met_by_nobody_or_is_an_addition_to_a_list(made: Plans, budget: int, bulk: bool) -> None:
    phases = split(made, budget, bulk=bulk)
    assert all(step.inert for step in (*phases.ahead, *phases.behind))
    assert all(step.path in ADDRESS_LISTS and step.verb == "add" for step in phases.bulk)
    assert bulk or not phases.bulk


@given(plans(), st.integers(0, 50))
def test_the_order_within_a_menu_is_kept(made: Plans, budget: int) -> None:
    phases = split(made, budget)
    for steps in made:
        for path in (FILTER, LISTS, USER):
            wanted = [step.id for step in steps if step.path == path]
            found = [step.id for step in (*phases.ahead, *phases.inside, *phases.behind) if step.id in wanted]
            assert found == wanted


@given(plans())
def test_all_of_it_goes_inside_while_it_fits(made: Plans) -> None:
    steps = [step for plan in made for step in plan]
    assert split(made, len(steps), bulk=True) == Phases(inside=steps) == split(made, math.inf)


def test_a_state_without_the_rows_that_were_added() -> None:
    rows = [{".id": f"*{number}"} for number in range(4)]
    state = State(Version((7, 24)), tables={LISTS: rows, USER: rows})
    left = state.without({LISTS: {"*1", "*3"}})
    assert left.tables == {LISTS: [rows[0], rows[2]], USER: rows}
