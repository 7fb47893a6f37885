# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rulesets: packets meet the old or the new one, others' rows are left alone, crashes are cleared up."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import (
    Operation,
    Row,
    invert,
    project,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Placement, PlanError
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.ruleset import Ruleset, plan_ruleset
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.tests.unit.plan.router_table import Table
from ansible_collections.bastion.routeros.tests.unit.ruleset.packets import PORTS, SOURCES, behaviour
from hypothesis import given, settings
from hypothesis import strategies as st

FILTER = menu("/ip/firewall/filter")
V = Version.parse("7.22.3")
OWN = {"bastion-api", "bastion-api.a", "bastion-api.b"}

RULE = st.builds(
    lambda action, source, port, comment: (
        {"action": action}
        | ({"src-address": source} if source else {})
        | ({"protocol": "tcp", "dst-port": port} if port else {})
        | ({"log-prefix": f"{source} {port}"} if action == "log" else {})
        | ({"comment": comment} if comment else {})
    ),
    st.sampled_from(["accept", "drop", "return", "log"]),
    st.sampled_from([*SOURCES, ""]),
    st.sampled_from([*PORTS, ""]),
    st.sampled_from(["one", "two", ""]),
)
RULES = st.lists(RULE, max_size=6)
ENTRY = st.sampled_from([{}, {"protocol": "tcp", "dst-port": "8729"}, {"protocol": "tcp", "dst-port": "8728,8729"}])
PLACES = [Placement("top"), Placement("bottom"), Placement("before", "anchor"), Placement("after", "anchor")]
RULESETS = st.builds(
    lambda rules, entry, placement: Ruleset("api", "input", rules, entry, placement),
    RULES,
    ENTRY,
    st.sampled_from(PLACES),
)
FOREIGN = st.sampled_from(
    [
        {"chain": "input", "action": "accept", "src-address": "10.0.0.3"},
        {"chain": "input", "action": "drop", "protocol": "tcp", "dst-port": "8728", "bytes": "5"},
        {"chain": "forward", "action": "drop", "comment": "bastion/apiary: not the same owner"},
        {"chain": "input", "action": "jump", "jump-target": "bastion-other", "comment": "bastion/other: way in"},
        {"chain": "bastion-other", "action": "return", "comment": "bastion/other"},
        {"chain": "forward", "action": "passthrough", "dynamic": "true"},
        {"chain": "input", "action": "passthrough", "comment": "bastion/api: a copy that somebody made"},
    ]
)
ANCHOR = {"chain": "input", "action": "passthrough", "comment": "anchor"}
STRANGERS = st.builds(
    lambda before, after: [{".id": f"*{number:X}", **row} for number, row in enumerate([*before, ANCHOR, *after], 1)],
    st.lists(FOREIGN, max_size=4),
    st.lists(FOREIGN, max_size=4),
)


def ours(row: Row) -> bool:
    return row["chain"] in OWN or row.get("jump-target") in OWN


def others(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not ours(row)]


def plan(rows: Sequence[Row], ruleset: Ruleset) -> list[Operation]:
    return plan_ruleset(FILTER, rows, ruleset, V)


def installed(rows: Sequence[Row], ruleset: Ruleset) -> Table:
    return Table(FILTER.path, rows).apply(plan(rows, ruleset))


def check_in_force(rows: Sequence[Row], ruleset: Ruleset) -> None:
    """The shape that was promised: one gate, one switch, one twin with the rules, the other empty."""
    [gate] = [row for row in rows if row.get("jump-target") in OWN and row["chain"] not in OWN]
    assert gate["chain"] == ruleset.chain
    assert gate["jump-target"] == "bastion-api"
    assert {name: text for name, text in gate.items() if name in ruleset.entry} == ruleset.entry
    [switch] = [row for row in rows if row["chain"] == "bastion-api"]
    live = [row for row in rows if row["chain"] == switch["jump-target"]]
    assert [
        {name: text for name, text in row.items() if text and name not in (".id", "chain", "comment")} for row in live
    ] == [{name: text for name, text in rule.items() if name != "comment"} for rule in ruleset.rules]
    assert [row["comment"] for row in live] == [
        f"bastion/api: {rule['comment']}" if "comment" in rule else "bastion/api" for rule in ruleset.rules
    ]
    assert len([row for row in rows if row["chain"] in OWN]) == 1 + len(live)
    kinds = ["gate" if row is gate else row.get("comment", "") for row in rows if row["chain"] == ruleset.chain]
    kinds = [kind for kind in kinds if not kind.startswith("bastion/")]
    at = kinds.index("gate")
    expected = {
        "top": at == 0,
        "bottom": at == len(kinds) - 1,
        "before": kinds[at + 1 : at + 2] == ["anchor"],
        "after": kinds[:at][-1:] == ["anchor"],
    }
    assert expected[ruleset.placement.where]


@given(STRANGERS, RULESETS, RULESETS)
@settings(max_examples=250, deadline=None)
def test_packets_meet_the_old_ruleset_or_the_new_one(have: list[Row], old: Ruleset, new: Ruleset) -> None:
    new = replace(new, placement=old.placement)
    start = installed(have, old).rows
    operations = plan(start, new)
    router = Table(FILTER.path, start)
    before, after = behaviour(start), behaviour(project(FILTER, start, operations))
    for step in operations:
        known = behaviour(router.rows)
        now = behaviour(router.apply([step]).rows)
        assert now in (before, after)
        assert not step.inert or now == known
    assert behaviour(router.rows) == after
    check_in_force(router.rows, new)
    assert others(router.rows) == others(have)
    assert plan(router.rows, new) == []
    assert project(FILTER, start, operations) == router.renamed()


@given(STRANGERS, RULESETS, RULESETS, st.data())
@settings(max_examples=250, deadline=None)
def test_a_crash_is_cleared_up_by_the_next_plan(
    have: list[Row], old: Ruleset, new: Ruleset, data: st.DataObject
) -> None:
    """Any number of operations done, then another plan, for the same ruleset or yet another one, or for its end."""
    router = installed(have, old)
    operations = plan(router.rows, new)
    router.apply(operations[: data.draw(st.integers(0, len(operations)))])
    last = data.draw(st.sampled_from([old, new, replace(new, state="absent")]) | RULESETS)
    before = behaviour(router.rows)
    operations = plan(router.rows, last)
    if last.state == "present" and last.placement == new.placement == old.placement:
        after = behaviour(project(FILTER, router.rows, operations))
        for step in operations:
            assert behaviour(router.apply([step]).rows) in (before, after)
    else:
        router.apply(operations)
    if last.state == "present":
        check_in_force(router.rows, last)
    else:
        assert router.rows == have
    assert others(router.rows) == others(have)
    assert plan(router.rows, last) == []


@pytest.mark.avoided(91)
@given(STRANGERS, RULESETS, st.data())
@settings(max_examples=150, deadline=None)
def test_absent_leaves_nothing_and_never_half(have: list[Row], old: Ruleset, data: st.DataObject) -> None:
    gone = replace(old, state="absent")
    router = installed(have, old)
    before, after = behaviour(router.rows), behaviour(have)
    operations = plan(router.rows, gone)
    for step in operations[: data.draw(st.integers(0, len(operations)))]:
        assert behaviour(router.apply([step]).rows) in (before, after)
    router.apply(plan(router.rows, gone))
    assert router.rows == have
    assert plan(router.rows, gone) == []


@given(STRANGERS, RULESETS, RULESETS, st.data())
@settings(max_examples=150, deadline=None)
def test_the_way_back_is_a_switch_too(have: list[Row], old: Ruleset, new: Ruleset, data: st.DataObject) -> None:
    start = installed(have, old).rows
    router = Table(FILTER.path, start)
    operations = plan(start, new)
    done = operations[: data.draw(st.integers(0, len(operations)))]
    router.apply(done)
    touched = {router.ids.get(step.handle or step.id, step.id) for step in done}
    back = Table(FILTER.path, router.rows).apply(invert(FILTER, start, router.rows, touched))
    assert behaviour(back.rows) == behaviour(start)
    assert others(back.rows) == others(have)
    check_in_force(Table(FILTER.path, back.rows).apply(plan(back.rows, old)).rows, old)


@given(STRANGERS, RULESETS, RULES, st.data())
@settings(max_examples=150, deadline=None)
def test_what_strangers_did_to_our_chains_is_repaired(
    have: list[Row], old: Ruleset, rules: list[dict[str, str]], data: st.DataObject
) -> None:
    router = installed(have, old)
    where = [*OWN, *sorted({row[".id"] for row in router.rows if ours(row)})]
    for rule in rules:
        place = data.draw(st.sampled_from(where))
        if place in OWN:
            router.sentence([f"{FILTER.path}/add", *(f"={n}={t}" for n, t in rule.items()), f"=chain={place}"])
        elif any(row[".id"] == place for row in router.rows):
            way = data.draw(st.sampled_from(["remove", "set"]))
            more = ["=disabled=true"] if way == "set" else []
            router.sentence([f"{FILTER.path}/{way}", f"=.id={place}", *more])
    router.apply(plan(router.rows, old))
    for row in router.rows:
        if row.get("disabled") == "false":
            del row["disabled"]
    check_in_force(router.rows, old)
    assert others(router.rows) == others(have)
    assert plan(router.rows, old) == []


ACCEPT = [{"action": "accept", "src-address": source} for source in SOURCES]
BASE = Ruleset("api", "input", [*ACCEPT, {"action": "drop", "comment": "the rest"}])


def verbs(rules: Sequence[Mapping[str, str]]) -> list[str]:
    rows = installed([], BASE).rows
    return [step.verb for step in plan(rows, replace(BASE, rules=rules))]


def test_one_write_is_made_in_place() -> None:
    first, second, third, rest = BASE.rules
    assert verbs([first, third, rest]) == ["remove"]
    assert verbs([first, second, {"action": "log", "log-prefix": "x"}, third, rest]) == ["add"]
    assert verbs([first, {**second, "log": "true"}, third, rest]) == ["set"]
    assert verbs([second, third, first, rest]) == ["move"]
    assert verbs([third, first, second, rest]) == ["move"]
    assert verbs([first, second, third, {**rest, "comment": "other words"}]) == ["set"]


def test_comments_change_in_place_whatever_their_number() -> None:
    assert verbs([{**rule, "comment": f"number {at}"} for at, rule in enumerate(BASE.rules)]) == ["set"] * 4


def test_two_writes_build_the_idle_twin_and_switch_by_one() -> None:
    rows = installed([], BASE).rows
    operations = plan(rows, replace(BASE, rules=[{"action": "drop"}, {"action": "log", "log-prefix": "x"}]))
    assert [step.verb for step in operations] == ["add", "add", "set", *["remove"] * 4]
    [switch] = [step for step in operations if not step.inert]
    assert switch.properties == {"jump-target": "bastion-api.b"}


def test_a_first_installation_takes_effect_by_its_last_write() -> None:
    operations = plan([], BASE)
    assert [step.inert for step in operations] == [True] * (len(operations) - 1) + [False]
    assert operations[-1].properties["jump-target"] == "bastion-api"


def test_flags_are_not_set_in_place() -> None:
    """A set replaces only the half of the TCP flags that it names (tik4net's findings on 7.24.5)."""
    flagged = replace(BASE, rules=[{"action": "drop", "protocol": "tcp", "tcp-flags": "syn,!ack"}])
    rows = installed([], flagged).rows
    other = replace(BASE, rules=[{"action": "drop", "protocol": "tcp", "tcp-flags": "fin"}])
    assert [step.verb for step in plan(rows, other)] == ["add", "set", "remove"]


def test_another_chain_is_entered_before_the_old_one_is_left() -> None:
    rows = installed([], BASE).rows
    moved = replace(BASE, chain="forward", rules=[{"action": "drop"}])
    router = Table(FILTER.path, rows)
    old, new = behaviour(rows), behaviour([{"chain": "input", "action": "drop"}])
    nothing = behaviour([])
    for step in plan(rows, moved):
        router.apply([step])
        assert behaviour(router.rows) in (old, nothing)
        assert behaviour(router.rows, "forward") in (nothing, new)
        assert behaviour(router.rows) == old or behaviour(router.rows, "forward") == new
    check_in_force(router.rows, moved)
    assert plan(router.rows, moved) == []


def test_a_jump_of_somebody_else_stays_and_its_chain_counts_as_entered() -> None:
    foreign = {".id": "*1", "chain": "forward", "action": "jump", "jump-target": "bastion-api.a", "comment": "mine"}
    operations = plan([foreign], BASE)
    assert all(step.properties["chain"] != "bastion-api.a" for step in operations)
    router = Table(FILTER.path, [foreign]).apply(operations)
    assert foreign in router.rows


@pytest.mark.parametrize("name", ["", "a.b", "nineteen-characters", "-x", "with space"])
def test_names_that_make_no_chain(name: str) -> None:
    with pytest.raises(PlanError, match="expected a ruleset name"):
        plan([], replace(BASE, name=name))


def test_names_of_chains_stay_short() -> None:
    longest = Ruleset("eighteen-character")
    assert max(len(chain) for chain in (longest.door, *longest.twins)) == 28


def test_the_same_for_ipv6() -> None:
    table = menu("/ipv6/firewall/filter")
    ruleset = replace(BASE, rules=[{"action": "accept", "src-address": "2001:db8::1/128"}])
    router = Table(table.path, []).apply(plan_ruleset(table, [], ruleset, V))
    again = replace(BASE, rules=[{"action": "accept", "src-address": "2001:DB8::1"}])
    assert plan_ruleset(table, router.rows, again, V) == []


def _seconds(size: int) -> float:
    rules = [{"action": "accept", "protocol": "tcp", "dst-port": str(number)} for number in range(size)]
    rows = installed([], replace(BASE, rules=rules)).rows
    best = 9.0
    for _attempt in range(2):
        begin = time.process_time()
        plan(rows, replace(BASE, rules=rules[::-1]))
        best = min(best, time.process_time() - begin)
    return best


def test_two_thousand_rules_in_well_under_a_second_and_no_worse_than_linear() -> None:
    small, large = _seconds(500), _seconds(2000)
    assert large < 1.0
    assert large < small * 4 * 3
