# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: one row and its place; whatever else is in the table stays what and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.selectors import overlap
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import PlanError
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from hypothesis import given
from hypothesis import strategies as st

V = Version.parse("7.22.3")
PATH = "/ip/ipsec/policy"
TEMPLATE: Row = {
    ".id": "*1000001",
    "src-address": "::/0",
    "dst-address": "::/0",
    "protocol": "all",
    "template": "true",
    "group": "default",
    "default": "true",
}
NETS = ["10.0.0.0/24", "10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16"]


def row(number: int, source: str, destination: str, peer: str = "hub", **more: str) -> Row:
    texts = {name.replace("_", "-"): text for name, text in more.items()}
    return {".id": f"*{number:X}", "src-address": source, "dst-address": destination, "peer": peer, **texts}


def state(rows: Sequence[Row]) -> State:
    tables: dict[str, Sequence[Row]] = {
        PATH: list(rows),
        "/ip/ipsec/peer": [{".id": "*1", "name": "hub"}, {".id": "*2", "name": "spare"}],
        "/ip/ipsec/proposal": [{".id": "*0", "name": "default"}, {".id": "*1", "name": "strong"}],
        "/ip/ipsec/policy/group": [{".id": "*0", "name": "default"}],
    }
    return State(V, tables=tables)


def planned(before: State, **options: Any) -> tuple[list[Operation], State]:
    checked = validate("ipsec_policy", options)
    change = change_class("ipsec_policy")(
        {name: value for name, value in checked.items() if name not in Settings.__dataclass_fields__}
    )
    change.check(V)
    operations = change.plan(before, handles())
    after = before.after(operations)
    assert change.plan(after, handles(100)) == [], "a second plan has nothing to do"
    return operations, after


def verbs(operations: Sequence[Operation]) -> list[str]:
    return [step.verb for step in operations]


def order(after: State) -> list[str]:
    return [each[".id"] for each in after.rows(PATH)]


API = {"src_address": "10.0.0.0/24", "dst_address": "10.1.0.0/16", "peer": ["hub"]}
OTHERS = [
    TEMPLATE,
    row(1, "10.0.0.0/16", "10.1.0.0/16", comment="wide"),
    row(2, "10.2.0.0/16", "10.2.0.0/16", comment="elsewhere"),
    row(3, "0.0.0.0/0", "10.1.0.0/16", action="none", comment="in clear"),
]


@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        (None, ["*1000001", "*1", "*2", "*3", "@1"]),
        ("bottom", ["*1000001", "*1", "*2", "*3", "@1"]),
        ("top", ["*1000001", "@1", "*1", "*2", "*3"]),
        ({"before": "in clear"}, ["*1000001", "*1", "*2", "@1", "*3"]),
        ({"after": "wide"}, ["*1000001", "*1", "@1", "*2", "*3"]),
        ({"after": "in clear"}, ["*1000001", "*1", "*2", "*3", "@1"]),
    ],
)
def test_a_new_policy_is_put_into_its_place(placement: Any, expected: list[str]) -> None:
    operations, after = planned(state(OTHERS), **API, placement=placement)
    assert verbs(operations) == ["add"]
    assert operations[0].properties == {"src-address": "10.0.0.0/24", "dst-address": "10.1.0.0/16", "peer": "hub"}
    assert order(after) == expected


def test_an_existing_one_is_moved_only_when_it_stands_wrong() -> None:
    there = [*OTHERS, row(4, "10.0.0.0/24", "10.1.0.0/16")]
    operations, after = planned(state(there), **API, placement="top")
    assert verbs(operations) == ["move"]
    assert order(after) == ["*1000001", "*4", "*1", "*2", "*3"]
    operations, _after = planned(state(there), **API, placement={"after": "wide"})
    assert operations == []
    operations, _after = planned(state(there), **API)
    assert operations == []


def test_only_policies_for_the_same_packets_count_for_the_place() -> None:
    there = [TEMPLATE, row(2, "10.2.0.0/16", "10.2.0.0/16"), row(4, "10.0.0.0/24", "10.1.0.0/16")]
    assert planned(state(there), **API, placement="top")[0] == []


def test_only_what_differs_is_sent() -> None:
    there = [TEMPLATE, row(4, "10.0.0.0/24", "10.1.0.0/16", tunnel="true", proposal="default", level="unique")]
    operations, _after = planned(state(there), **API, tunnel=True, proposal="strong")
    assert [(step.verb, step.properties) for step in operations] == [("set", {"proposal": "strong"})]


def test_removal_names_the_row_and_nothing_else() -> None:
    there = [*OTHERS, row(4, "10.0.0.0/24", "10.1.0.0/16")]
    operations, after = planned(state(there), **API, state="absent")
    assert [(step.verb, step.id) for step in operations] == [("remove", "*4")]
    assert order(after) == ["*1000001", "*1", "*2", "*3"]
    without_peer = {name: value for name, value in API.items() if name != "peer"}
    assert [step.id for step in planned(state(there), **without_peer, state="absent")[0]] == ["*4"]
    assert planned(state(OTHERS), **API, state="absent")[0] == []


def test_templates_are_told_apart_by_group() -> None:
    options = {"src_address": "::/0", "dst_address": "::/0", "template": True}
    operations, _after = planned(state([TEMPLATE]), **options, proposal="strong")
    assert [(step.verb, step.id) for step in operations] == [("set", "*1000001")]
    assert planned(state([TEMPLATE]), **options, disabled=False)[0] == []
    with pytest.raises(BadOption, match="cannot be removed"):
        planned(state([TEMPLATE]), **options, state="absent")


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (OTHERS, {"peer": ["nobody"]}, "no 'nobody' in /ip/ipsec/peer.*ipsec_peer"),
        (OTHERS, {"peer": ["hub"], "proposal": "lost"}, "no 'lost' in /ip/ipsec/proposal.*ipsec_proposal"),
        (OTHERS, {}, "peer: needed for a new policy that encrypts"),
        (OTHERS, {"peer": ["hub"], "group": "default"}, "group: means nothing for a policy that is no template"),
        (OTHERS, {"peer": ["hub"], "template": True}, "peer: means nothing for a template"),
        (OTHERS, {"peer": ["hub"], "dst_port": "80"}, "dst_port: a port needs a protocol"),
        (OTHERS, {"peer": ["hub"], "placement": "first"}, "placement: expected top"),
        (OTHERS, {"template": True, "placement": "top"}, "placement: templates match no packets"),
        ([row(1, "10.0.0.0/24", "10.1.0.0/16", "spare")], {"peer": ["hub"]}, "policy for the same packets already"),
        (
            [row(1, "10.0.0.0/24", "10.1.0.0/16", "spare"), row(2, "10.0.0.0/24", "10.1.0.0/16", "hub")],
            {"state": "absent"},
            "2 policies are for these packets.*spare, hub",
        ),
        (OTHERS, {"peer": ["hub"], "dst_address": "10.1.0.1/16"}, "dst_address.*10.1.0.0/16"),
    ],
)
def test_what_cannot_be_is_refused(rows: list[Row], options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadOption, match=message):
        planned(state(rows), **{"src_address": "10.0.0.0/24", "dst_address": "10.1.0.0/16", **options})


def test_an_anchor_that_is_not_there_is_refused_with_a_hint() -> None:
    with pytest.raises(PlanError, match="did you mean in clear"):
        planned(state(OTHERS), **API, placement={"before": "in cleer"})


def test_a_second_policy_that_would_be_invalid_may_be_there_disabled() -> None:
    there = [row(1, "10.0.0.0/24", "10.1.0.0/16", "spare")]
    assert verbs(planned(state(there), **API, disabled=True)[0]) == ["add"]
    there[0]["disabled"] = "true"
    assert verbs(planned(state(there), **API)[0]) == ["add"]


ROW = st.builds(
    lambda source, destination, more: {"src-address": source, "dst-address": destination, **more},
    st.sampled_from(NETS),
    st.sampled_from(NETS),
    st.sampled_from(
        [
            {"peer": "hub"},
            {"peer": "spare", "disabled": "true"},
            {"dynamic": "true", "peer": "hub"},
            {"action": "none"},
            {"template": "true", "group": "default"},
        ]
    ),
)


@given(
    st.lists(ROW, max_size=8),
    st.sampled_from(NETS),
    st.sampled_from(NETS),
    st.sampled_from([None, "top", "bottom"]),
    st.sampled_from(["present", "absent"]),
)
def test_whatever_is_there_others_keep_content_and_order(
    rows: list[Row], source: str, destination: str, placement: str | None, wanted: str
) -> None:
    have = [{".id": f"*{number:X}", **each} for number, each in enumerate(rows, 1)]
    before = state(have)
    try:
        operations, after = planned(
            before, src_address=source, dst_address=destination, peer=["hub"], placement=placement, state=wanted
        )
    except BadOption:
        return
    mine = {step.id or step.handle for step in operations}
    mine |= {
        each[".id"]
        for each in have
        if (each["src-address"], each["dst-address"], each.get("peer")) == (source, destination, "hub")
        and "dynamic" not in each
    }
    assert [each for each in after.rows(PATH) if each[".id"] not in mine] == [
        each for each in have if each[".id"] not in mine
    ]
    assert len(operations) <= 2
    assert not any(each[".id"] in mine and each.get("dynamic") for each in have)
    if wanted == "present" and placement:
        table = [each for each in after.rows(PATH) if "dynamic" not in each and each.get("template") != "true"]
        at = next(number for number, each in enumerate(table) if each[".id"] in mine)
        side = table[:at] if placement == "top" else table[at + 1 :]
        assert not any(overlap(each, table[at]) for each in side)
