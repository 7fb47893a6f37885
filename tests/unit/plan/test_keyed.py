# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keyed menus and singletons: what is wanted and nothing else, sent once, nobody else's row touched."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import (
    MASK,
    Operation,
    Row,
    handles,
    invert,
    project,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import PlanError, Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.tests.unit.plan.router_table import Refused, Table
from hypothesis import given, settings
from hypothesis import strategies as st

V = Version.parse("7.22.3")
LIST = menu("/ip/firewall/address-list")
USERS = menu("/user")
SERVICES = menu("/ip/service")
LOGGING = menu("/system/logging")
IDENTITY = menu("/ip/ipsec/identity")


class AddressTable(Table):
    """An address list refuses a second enabled entry of the same address, dynamic ones counted (seen on 7.23.2)."""

    def _add(self, values: dict[str, str], cleared: list[str]) -> str:
        new = (values["list"], values["address"].removesuffix("/32"))
        for row in self.rows:
            taken = (row["list"], row["address"].removesuffix("/32"))
            if taken == new and row.get("disabled") != "true" and values.get("disabled") != "true":
                raise Refused("already have such entry")
        if "timeout" in values:
            values["dynamic"] = "true"
        return super()._add(values, cleared)

    def _free(self, at: int) -> Row:
        row = self.rows[at]
        return row if "timeout" in row else super()._free(at)


ADDRESSES = [f"192.0.2.{number}" for number in range(1, 6)]
ENTRY = st.builds(
    lambda address, more: {"address": address} | more,
    st.sampled_from(ADDRESSES),
    st.sampled_from(
        [{}, {"comment": "x"}, {"disabled": "true"}, {"dynamic": "true"}, {"dynamic": "true", "timeout": "5m"}]
    ),
)


def as_rows(entries: Sequence[Mapping[str, str]], name: str) -> list[Row]:
    """What a list can hold: an address twice only when one of the two is disabled."""
    rows: list[Row] = []
    enabled: set[str] = set()
    for entry in entries:
        if entry.get("disabled") != "true":
            if entry["address"] in enabled:
                continue
            enabled.add(entry["address"])
        rows.append({"list": name, "creation-time": "2026-01-01 00:00:00", **entry})
    return rows


LISTS = st.builds(
    lambda mine, other: [
        {".id": f"*{number:X}", **row} for number, row in enumerate(as_rows(other, "other") + as_rows(mine, "mine"), 1)
    ],
    st.lists(ENTRY, max_size=8),
    st.lists(ENTRY, max_size=3),
)
WANTED = st.lists(
    st.builds(
        lambda address, more: {"list": "mine", "address": address} | more,
        st.sampled_from(ADDRESSES),
        st.sampled_from([{}, {"comment": "x"}, {"comment": None}, {"timeout": "1h"}, {"disabled": "false"}]),
    ),
    max_size=5,
    unique_by=lambda row: row["address"],
)


def satisfied(rows: Sequence[Row], want: Mapping[str, str | None]) -> bool:
    """Whether some row of the table is what was wanted."""
    for row in rows:
        if row["list"] != want["list"] or row["address"] != want["address"]:
            continue
        if "timeout" in want:
            if row.get("dynamic") == "true":
                return True
        elif (
            row.get("dynamic") != "true"
            and (want.get("comment", row.get("comment")) or "") == (row.get("comment") or "")
            and want.get("disabled", row.get("disabled", "false")) == row.get("disabled", "false")
        ):
            return True
    return False


@given(LISTS, WANTED, st.booleans())
@settings(max_examples=400, deadline=None)
def test_the_list_becomes_what_is_wanted(have: list[Row], wanted: list[dict[str, str | None]], purge: bool) -> None:
    # An address held by a dynamic row without a timeout (a DNS answer, a DHCP lease) is not ours to free.
    held = {row["address"] for row in have if row.get("dynamic") == "true" and "timeout" not in row}
    wanted = [row for row in wanted if row["address"] not in held]
    want = Want(rows=wanted, purge=(lambda row: row["list"] == "mine") if purge else None)
    operations = plan(LIST, have, want, V)
    router = AddressTable(LIST.path, have).apply(operations)
    assert all(satisfied(router.rows, row) for row in wanted)
    if purge:
        addresses = {row["address"] for row in wanted}
        static = [row for row in router.rows if row["list"] == "mine" and row.get("dynamic") != "true"]
        assert {row["address"] for row in static} <= addresses
        assert len(static) <= len(wanted)
    assert [row for row in router.rows if row["list"] != "mine"] == [row for row in have if row["list"] != "mine"]
    touched = {step.id for step in operations}
    assert [row for row in have if row[".id"] not in touched] == [
        row for row in router.rows if row[".id"] in {each[".id"] for each in have} - touched
    ]
    assert plan(LIST, router.rows, want, V) == []
    assert [{**row, "dynamic": ""} for row in project(LIST, have, operations)] == [
        {**row, "dynamic": ""} for row in router.renamed()
    ]


@given(LISTS, WANTED, st.data())
@settings(max_examples=200, deadline=None)
def test_the_way_back(have: list[Row], wanted: list[dict[str, str | None]], data: st.DataObject) -> None:
    held = {row["address"] for row in have if row.get("dynamic") == "true" and "timeout" not in row}
    want = Want(rows=[row for row in wanted if row["address"] not in held], purge=lambda row: row["list"] == "mine")
    operations = plan(LIST, have, want, V)
    done = operations[: data.draw(st.integers(0, len(operations)))]
    router = AddressTable(LIST.path, have).apply(done)
    touched = {router.ids.get(step.handle or step.id, step.id) for step in done}
    back = AddressTable(LIST.path, router.rows).apply(invert(LIST, have, router.rows, touched))

    def said(rows: Sequence[Row]) -> list[tuple[str, ...]]:
        names = ("list", "address", "comment", "timeout", "dynamic")
        return sorted((*(row.get(name, "") for name in names), row.get("disabled", "false")) for row in rows)

    assert said(back.rows) == said(have)


@given(LISTS, st.lists(st.sampled_from(ADDRESSES), max_size=4))
@settings(max_examples=150, deadline=None)
def test_absent_takes_every_static_row_of_the_address(have: list[Row], gone: list[str]) -> None:
    want = Want(absent=[{"list": "mine", "address": f"{address}/32"} for address in gone])
    router = AddressTable(LIST.path, have).apply(plan(LIST, have, want, V))
    assert router.rows == [
        row for row in have if row["list"] != "mine" or row["address"] not in gone or row.get("dynamic") == "true"
    ]


def test_ten_thousand_entries_cost_no_worse_than_linear() -> None:
    def seconds(size: int) -> float:
        names = [f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}" for at in range(size)]
        have = [{".id": f"*{at:X}", "list": "mine", "address": name} for at, name in enumerate(names)]
        want = Want(rows=[{"list": "mine", "address": name} for name in names[size // 2 :]])
        best = 9.0
        for _attempt in range(2):
            begin = time.process_time()
            assert plan(LIST, have, want, V) == []
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(8000) < seconds(2000) * 4 * 3


API = {".id": "*6", "name": "api", "port": "8728", "address": "10.0.0.0/8,192.0.2.1/32", "disabled": "false"}
SSL = {".id": "*8", "name": "api-ssl", "port": "8729", "certificate": "none", "tls-version": "any", "address": ""}
LIVE = {".id": "*21", "name": "api", "port": "8728", "dynamic": "true", "connection": "true", "remote": "192.0.2.1:4"}


def one(rows: Sequence[Row], want: Mapping[str, str | None]) -> list[Operation]:
    return plan(SERVICES, rows, Want(rows=[want]), V)


def test_only_what_differs_is_sent_and_never_to_a_dynamic_row() -> None:
    wanted = {"name": "api", "port": "8728", "address": "192.0.2.1,10.0.0.0/8", "disabled": "true"}
    assert one([LIVE, API, SSL], wanted) == [
        Operation(SERVICES.path, "set", "*6", properties={"disabled": "true"}, was=API)
    ]


def test_a_fixed_table_takes_no_new_entry() -> None:
    with pytest.raises(
        PlanError, match=r"/ip/service has no entry name api-tls and takes no new ones; it has: api, api-"
    ):
        one([API, SSL], {"name": "api-tls", "port": "1"})
    with pytest.raises(PlanError, match="ships with the router"):
        plan(SERVICES, [API], Want(absent=[{"name": "api"}]), V)


def test_an_absent_key_is_its_default_and_versions_have_their_own() -> None:
    tracking = menu("/ip/firewall/connection/tracking")
    wanted = Want(rows=[{"udp-timeout": "00:00:30"}])
    assert plan(tracking, [{}], wanted, V) == []
    assert plan(tracking, [{}], wanted, Version.parse("7.12.2"))[0].properties == {"udp-timeout": "00:00:30"}
    assert plan(menu("/user/settings"), [{}], Want(rows=[{"minimum-password-length": "0"}]), V) == []


def test_settings_are_one_set_without_an_id() -> None:
    have = [{"minimum-password-length": "0", "minimum-categories": "0"}]
    [step] = plan(menu("/user/settings"), have, Want(rows=[{"minimum-password-length": "12"}]), V)
    assert step.sentence(str) == ("/user/settings/set", "=minimum-password-length=12")
    assert project(menu("/user/settings"), have, [step]) == [
        {"minimum-password-length": "12", "minimum-categories": "0"}
    ]


def test_null_clears_the_way_the_property_wants_it() -> None:
    rule = menu("/ip/ipsec/peer")
    have = [{".id": "*1", "name": "p", "address": "192.0.2.1/32", "comment": "x", "passive": "true", "port": "500"}]
    nothing = dict.fromkeys(["address", "comment", "passive", "port"])
    [step] = plan(rule, have, Want(rows=[{"name": "p", **nothing}]), V)
    assert (dict(step.properties), step.unset) == ({"comment": ""}, ("address", "passive"))
    with pytest.raises(PlanError, match="max_neighbor_entries cannot be cleared"):
        plan(menu("/ip/settings"), [{"max-neighbor-entries": "4096"}], Want(rows=[{"max-neighbor-entries": None}]), V)


def test_a_password_is_sent_to_a_new_row_and_to_an_old_one_only_when_asked() -> None:
    have = [{".id": "*2", "name": "op", "group": "read"}]
    wanted = {"name": "op", "group": "read", "password": "Secret-1234567"}
    assert plan(USERS, have, Want(rows=[wanted]), V) == []
    [step] = plan(USERS, have, Want(rows=[wanted], always=frozenset({"password"})), V)
    assert step.properties == {"password": "Secret-1234567"}
    assert step.describe(USERS.is_secret)["properties"] == {"password": MASK}
    [step] = plan(USERS, [], Want(rows=[wanted]), V)
    assert step.properties == wanted


def test_a_new_row_needs_what_the_router_needs() -> None:
    with pytest.raises(PlanError, match=r"/user: a new entry \(name op\) needs group, password"):
        plan(USERS, [], Want(rows=[{"name": "op"}]), V)


def test_rows_that_ship_with_the_router_are_set_but_not_removed() -> None:
    groups = menu("/user/group")
    have = [{".id": "*1", "name": "read", "policy": "read,!write"}, {".id": "*2", "name": "mine", "policy": "read"}]
    assert [step.id for step in plan(groups, have, Want(purge=lambda row: True), V)] == ["*2"]
    with pytest.raises(PlanError, match="/user/group: name read ships with the router"):
        plan(groups, have, Want(absent=[{"name": "read"}]), V)
    rules = [{".id": "*1", "topics": "info", "action": "memory", "prefix": "", "default": "true"}]
    assert plan(LOGGING, rules, Want(purge=lambda row: True), V) == []


def test_equal_rows_beside_each_other() -> None:
    """Duplicates exist on real routers (two identical wireless,debug rules); one wanted row needs one of them."""
    rule = {"topics": "wireless,debug", "action": "memory", "prefix": ""}
    have = [{".id": "*1", **rule, "disabled": "true"}, {".id": "*2", **rule, "disabled": "false"}]
    wanted = {"topics": "debug,wireless", "action": "memory", "disabled": "false"}
    assert plan(LOGGING, have, Want(rows=[wanted]), V) == []
    assert [step.id for step in plan(LOGGING, have, Want(absent=[rule]), V)] == ["*1", "*2"]
    [step] = plan(LOGGING, have, Want(rows=[wanted], purge=lambda row: True), V)
    assert (step.verb, step.id) == ("remove", "*1")


def test_several_wanted_rows_of_one_key_find_their_own() -> None:
    have = [
        {".id": "*1", "peer": "p", "my-id": "fqdn:a", "secret": "x"},
        {".id": "*2", "peer": "p", "my-id": "fqdn:b", "secret": "x"},
    ]
    wanted = [{"peer": "p", "my-id": "fqdn:c"}, {"peer": "p", "my-id": "fqdn:b"}, {"peer": "p", "my-id": "fqdn:a"}]
    [step] = plan(IDENTITY, have, Want(rows=wanted), V)
    assert (step.verb, step.properties["my-id"]) == ("add", "fqdn:c")


def test_two_wishes_for_one_row_contradict() -> None:
    rows = [{"list": "mine", "address": "192.0.2.1", "comment": text} for text in "ab"]
    with pytest.raises(PlanError, match=r"two different entries are wanted for list mine, address 192\.0\.2\.1"):
        plan(LIST, [], Want(rows=rows), V)
    twice = Want(rows=[{"list": "mine", "address": text} for text in ("192.0.2.1", "192.0.2.1/32")])
    assert len(plan(LIST, [], twice, V)) == 1


def test_handles_can_be_shared_between_plans() -> None:
    names = handles()
    wanted = [{"list": "mine", "address": address} for address in ADDRESSES[:2]]
    first = plan(LIST, [], Want(rows=wanted), V, names)
    second = plan(LIST, [], Want(rows=wanted), V, names)
    assert [step.handle for step in first + second] == ["@1", "@2", "@3", "@4"]


def test_a_plan_reads_well_in_results() -> None:
    step = Operation(
        LIST.path,
        "set",
        "*1",
        properties={"comment": "new"},
        unset=("timeout",),
        was={".id": "*1", "comment": "old", "timeout": "5m", "list": "mine"},
    )
    assert step.describe(LIST.is_secret) == {
        "menu": "/ip/firewall/address-list",
        "action": "set",
        "id": "*1",
        "properties": {"comment": "new"},
        "unset": ["timeout"],
        "was": {"comment": "old", "timeout": "5m"},
    }
