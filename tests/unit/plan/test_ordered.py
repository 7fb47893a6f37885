# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ordered tables: right rows, right order, right place, fewest moves, and nobody else's row touched."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Sequence

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import longest_rising
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import (
    Operation,
    Row,
    invert,
    project,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Placement, PlanError, plan_ordered
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.tests.unit.plan.router_table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

FILTER = menu("/ip/firewall/filter")
V = Version.parse("7.22.3")
OWNER = "bastion/mine"
PLACES = [Placement("top"), Placement("bottom"), Placement("before", "anchor"), Placement("after", "anchor")]


def owned(row: Row) -> bool:
    return row.get("comment", "").startswith(OWNER)


def ours(number: int, chain: str = "input", **more: str) -> dict[str, str]:
    return {"chain": chain, "action": "accept", "dst-port": str(number), "protocol": "tcp", "comment": OWNER} | more


def table_of(rows: Sequence[dict[str, str]]) -> list[Row]:
    return [{".id": f"*{number:X}", **row} for number, row in enumerate(rows, 1)]


FOREIGN = st.sampled_from(
    [
        {"chain": "input", "action": "drop", "comment": "anchor"},
        {"chain": "input", "action": "accept", "src-address": "192.0.2.1"},
        {"chain": "forward", "action": "drop", "comment": "anchor"},
        {"chain": "forward", "action": "fasttrack-connection", "bytes": "7"},
        {"chain": "input", "action": "jump", "jump-target": "bastion-other", "comment": "bastion/other: way in"},
        {"chain": "input", "action": "passthrough", "dynamic": "true"},
        {"chain": "forward", "action": "passthrough", "dynamic": "true", "comment": "anchor"},
        {"chain": "input", "action": "accept", "comment": OWNER, "dynamic": "true"},
    ]
)
NOISE = st.sampled_from(
    [{}, {"log": "false"}, {"disabled": "false", "log-prefix": ""}, {"bytes": "1", "new-field": "x"}]
)
DRIFT = st.sampled_from([{}, {"log": "true"}, {"src-address": "192.0.2.9"}, {"disabled": "true"}, {"in-interface": ""}])
OURS = st.builds(
    lambda number, chain, noise, drift: ours(number, chain) | noise | drift,
    st.integers(1, 6),
    st.sampled_from(["input", "input", "forward"]),
    NOISE,
    DRIFT,
)
ANCHORS = [{"chain": "input", "comment": "anchor"}, {"chain": "forward", "comment": "anchor"}]
TABLES = st.lists(FOREIGN | OURS, max_size=12).map(lambda rows: table_of([*rows, *ANCHORS]))
LABELLED = st.builds(
    lambda number, chain, label: ours(number, chain, comment=f"{OWNER}: {label}"),
    st.integers(1, 4),
    st.sampled_from(["input", "forward"]),
    st.sampled_from("abc"),
)
WANTED = st.lists(
    st.builds(ours, st.integers(1, 8), st.sampled_from(["input", "input", "forward"])) | LABELLED, max_size=8
)


def meaning(row: dict[str, str]) -> dict[str, str]:
    """What a rule says, written down apart from the planner's own notion of it."""
    plain = {"log": "false", "log-prefix": "", "disabled": "false"}
    status = {".id", "bytes", "new-field", "dynamic"}
    return {name: text for name, text in row.items() if name not in status and plain.get(name) != text}


def spoken(row: dict[str, str]) -> dict[str, str]:
    """The meaning without empty matchers, which a router refuses to take back."""
    return {name: text for name, text in meaning(row).items() if text}


def in_chain(rows: Sequence[Row], chain: str) -> list[Row]:
    return [row for row in rows if row["chain"] == chain and row.get("dynamic") != "true"]


def well_placed(rows: Sequence[Row], chain: str, placement: Placement) -> bool:
    kinds = ["ours" if owned(row) else row.get("comment", "") for row in in_chain(rows, chain)]
    kinds = [kind for kind in kinds if not kind.startswith("bastion/")]
    if "ours" not in kinds:
        return True
    first = kinds.index("ours")
    count = kinds.count("ours")
    together = all(kind == "ours" for kind in kinds[first : first + count])
    if placement.where == "top":
        return together and first == 0
    if placement.where == "bottom":
        return together and first + count == len(kinds)
    if placement.where == "before":
        return together and kinds[first + count :][:1] == ["anchor"] and "anchor" not in kinds[:first]
    return together and kinds[:first][-1:] == ["anchor"] and "anchor" not in kinds[first + count :]


def others(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not owned(row) or row.get("dynamic") == "true"]


@given(TABLES, WANTED, st.sampled_from(PLACES))
@settings(max_examples=400, deadline=None)
def test_the_plan_makes_it_so(have: list[Row], wanted: list[dict[str, str]], placement: Placement) -> None:
    operations = plan_ordered(FILTER, have, wanted, owned, placement, V)
    router = Table(FILTER.path, have).apply(operations)
    for chain in ("input", "forward"):
        mine = [meaning(row) for row in in_chain(router.rows, chain) if owned(row)]
        assert mine == [row for row in wanted if row["chain"] == chain]
        assert well_placed(router.rows, chain, placement)
    assert others(router.rows) == others(have)
    assert plan_ordered(FILTER, router.rows, wanted, owned, placement, V) == []
    assert project(FILTER, have, operations) == router.renamed()


@given(TABLES, WANTED, st.sampled_from(PLACES))
@settings(max_examples=150, deadline=None)
def test_adds_come_before_removes(have: list[Row], wanted: list[dict[str, str]], placement: Placement) -> None:
    verbs = [step.verb for step in plan_ordered(FILTER, have, wanted, owned, placement, V)]
    assert verbs == sorted(verbs, key=lambda verb: verb == "remove")


@given(TABLES, WANTED, st.sampled_from(PLACES), st.data())
@settings(max_examples=200, deadline=None)
def test_a_plan_that_stopped_halfway_is_repaired(
    have: list[Row], wanted: list[dict[str, str]], placement: Placement, data: st.DataObject
) -> None:
    operations = plan_ordered(FILTER, have, wanted, owned, placement, V)
    done = data.draw(st.integers(0, len(operations)))
    router = Table(FILTER.path, have).apply(operations[:done])
    router.apply(plan_ordered(FILTER, router.rows, wanted, owned, placement, V))
    assert [meaning(row) for row in in_chain(router.rows, "input") if owned(row)] == [
        row for row in wanted if row["chain"] == "input"
    ]
    assert others(router.rows) == others(have)


@given(TABLES, WANTED, st.sampled_from(PLACES), st.data())
@settings(max_examples=200, deadline=None)
def test_the_way_back(have: list[Row], wanted: list[dict[str, str]], placement: Placement, data: st.DataObject) -> None:
    operations = plan_ordered(FILTER, have, wanted, owned, placement, V)
    done = operations[: data.draw(st.integers(0, len(operations)))]
    router = Table(FILTER.path, have).apply(done)
    touched = {router.ids.get(step.handle or step.id, step.id) for step in done}
    back = Table(FILTER.path, router.rows)
    back.apply(invert(FILTER, have, router.rows, touched))
    assert [spoken(row) for row in back.rows if row.get("dynamic") != "true"] == [
        spoken(row) for row in have if row.get("dynamic") != "true"
    ]
    assert others(back.rows) == others(have)
    untouched = [row for row in have if row[".id"] not in touched]
    assert [row for row in back.rows if row in untouched] == untouched


def fewest_moves(have: list[Row], wanted: list[str], placement: Placement) -> int:
    """Breadth first over single moves of our rows, anywhere, until the table is as wanted."""
    start = tuple(row[".id"] for row in have)
    rows = {row[".id"]: row for row in have}
    mine = [name for name in start if owned(rows[name])]

    def reached(order: tuple[str, ...]) -> bool:
        ports = [rows[name]["dst-port"] for name in order if owned(rows[name])]
        return ports == wanted and well_placed([rows[name] for name in order], "input", placement)

    seen, queue = {start}, deque([(start, 0)])
    while queue:
        order, moves = queue.popleft()
        if reached(order):
            return moves
        for name in mine:
            rest = [each for each in order if each != name]
            for at in range(len(rest) + 1):
                after = (*rest[:at], name, *rest[at:])
                if after not in seen:
                    seen.add(after)
                    queue.append((after, moves + 1))
    raise AssertionError("not to be reached by moves")


@given(
    st.permutations([1, 2, 3, 4]) | st.lists(st.integers(1, 2), min_size=4, max_size=4),
    st.data(),
    st.sampled_from(PLACES),
)
@settings(max_examples=120, deadline=None)
def test_the_fewest_moves(ports: list[int], data: st.DataObject, placement: Placement) -> None:
    wanted = data.draw(st.permutations(ports))
    strangers = [{"chain": "input", "comment": "anchor"}, {"chain": "input", "comment": "other"}]
    have = table_of(data.draw(st.permutations([*(ours(port) for port in ports), *strangers])))
    operations = plan_ordered(FILTER, have, [ours(port) for port in wanted], owned, placement, V)
    assert {step.verb for step in operations} <= {"move"}
    assert len(operations) == fewest_moves(have, [str(port) for port in wanted], placement)


@given(st.lists(st.integers(0, 20), max_size=10))
def test_longest_rising(values: list[int]) -> None:
    found = [values[at] for at in longest_rising(values)]
    assert found == sorted(set(found))
    best = max(
        (
            size
            for size in range(len(values) + 1)
            for some in itertools.combinations(values, size)
            if all(low < high for low, high in itertools.pairwise(some))
        ),
        default=0,
    )
    assert len(found) == best


def test_a_row_with_the_same_comment_is_set_in_place_and_rid_of_what_is_not_wanted() -> None:
    have = table_of([ours(1, comment=f"{OWNER}: a", log="true") | {"src-address": "192.0.2.1", "unknown": "7"}])
    wanted = ours(2, comment=f"{OWNER}: a")
    assert plan_ordered(FILTER, have, [wanted], owned, Placement("top"), V) == [
        Operation(
            FILTER.path,
            "set",
            "*1",
            properties={"dst-port": "2", "log": "false"},
            unset=("src-address",),
            was=have[0],
        )
    ]


def test_tcp_flags_are_never_set_in_place() -> None:
    """A set replaces only the half of the flags that it names (tik4net's findings on 7.24.5)."""
    have = table_of([ours(1, comment=f"{OWNER}: a") | {"tcp-flags": "fin,ack,!syn"}])
    wanted = ours(1, comment=f"{OWNER}: a") | {"tcp-flags": "psh"}
    operations = plan_ordered(FILTER, have, [wanted], owned, Placement("top"), V)
    assert [step.verb for step in operations] == ["add", "remove"]


def test_what_the_router_writes_another_way_is_no_difference() -> None:
    have = table_of(
        [
            ours(1)
            | {"src-address": "192.0.2.0/24", "connection-state": "established,related", "limit": "5,10:packet"},
            ours(2) | {"action": "reject", "reject-with": "icmp-network-unreachable", "protocol": "tcp"},
            ours(3) | {"action": "fasttrack-connection", "hw-offload": "true"},
        ]
    )
    wanted = [
        ours(1) | {"src-address": "192.0.2.0-192.0.2.255", "connection-state": "related,established", "limit": "5,10"},
        ours(2) | {"action": "reject", "protocol": "6"},
        ours(3) | {"action": "fasttrack-connection"},
    ]
    assert plan_ordered(FILTER, have, wanted, owned, Placement("top"), V) == []


def test_a_missing_anchor_is_told_with_the_nearest_one() -> None:
    have = table_of([{"chain": "input", "comment": "defconf: drop all"}])
    with pytest.raises(PlanError, match=r"no row of chain input has the comment 'defconf: dropall' .*did you mean"):
        plan_ordered(FILTER, have, [ours(1)], owned, Placement("before", "defconf: dropall"), V)


def test_rows_that_ship_with_the_router_stay() -> None:
    policy = menu("/ip/ipsec/policy")
    have = [{".id": "*1000001", "template": "true", "default": "true", "comment": OWNER}]
    assert plan_ordered(policy, have, [], owned, Placement("top"), V) == []


def _seconds(size: int) -> float:
    have = table_of([ours(number, log="false") for number in range(size)])
    scrambled = [have[(at * 7919) % size] for at in range(size)]
    wanted = [ours(number) for number in range(0, size * 2, 2)]
    best = 9.0
    for _attempt in range(3):
        begin = time.process_time()
        plan_ordered(FILTER, scrambled, wanted, owned, Placement("top"), V)
        best = min(best, time.process_time() - begin)
    return best


def test_two_thousand_rows_in_well_under_a_second_and_no_worse_than_linear() -> None:
    small, large = _seconds(500), _seconds(2000)
    assert large < 1.0
    assert large < small * 4 * 3
