# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""print: queries with their stack, proplist, count-only and other modifiers; listen."""

from __future__ import annotations

import asyncio

import pytest
from routeros_simulator.local import LocalSession

from .conftest import make_router

LISTS = "/ip/firewall/address-list"


@pytest.fixture
def rows(admin: LocalSession) -> LocalSession:
    """Four entries: a, b (disabled), c with a comment, d in another list."""
    admin.add(LISTS, list="one", address="10.0.0.1")
    admin.add(LISTS, list="one", address="10.0.0.2", disabled="yes")
    admin.add(LISTS, list="one", address="10.0.0.30", comment="hello")
    admin.add(LISTS, list="two", address="10.0.0.4")
    return admin


def found(admin: LocalSession, *words: str) -> str:
    letters = {"*1": "a", "*2": "b", "*3": "c", "*4": "d"}
    return "".join(letters[row[".id"]] for row in admin.rows(LISTS, *words))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["?comment"], "c"),
        (["?-comment"], "abd"),
        (["?list=one"], "abc"),
        (["?=list=one"], "abc"),
        (["?disabled=true"], "b"),
        (["?.id=*4"], "d"),
        (["?list=one", "?disabled=false"], "ac"),
        (["?list=two", "?comment=hello", "?#|"], "cd"),
        (["?list=one", "?#!"], "d"),
        (["?list=one", "?comment", "?#!&"], "ab"),
        (["?>address=10.0.0.2"], "cd"),
        (["?<address=10.0.0.4"], "ab"),
        (["?list=two", "?comment", "?disabled=true", "?#||"], "bcd"),
        (["?list=two", "?comment", "?#1"], "d"),  # the index at the end leaves that value alone on the stack
        (["?list=two", "?#.&"], "d"),
        (["?list=two", "?comment", "?#1!&|"], "cd"),  # (not a copy of index 1 and the comment) or the list
        (["?list=nothing"], ""),
        (["?nonsense"], ""),
        (["?address="], ""),
    ],
)
def test_queries(rows: LocalSession, words: list[str], expected: str) -> None:
    assert found(rows, *words) == expected


def test_a_query_that_runs_out_of_values_is_an_error(rows: LocalSession) -> None:
    assert rows.error(f"{LISTS}/print", "?list=one", "?#&") == "invalid query"


def test_proplist(rows: LocalSession) -> None:
    assert rows.rows(LISTS, "=.proplist=address,nonsense", "?list=two") == [{"address": "10.0.0.4"}]
    answer = rows.call(f"{LISTS}/print", "=.proplist=nonsense", "?list=two")
    assert answer.sentences == [["!re"], ["!done"]]


def test_count_only(rows: LocalSession) -> None:
    assert rows.call(f"{LISTS}/print", "=count-only=").sentences == [["!done", "=ret=4"]]
    assert rows.call(f"{LISTS}/print", "=count-only=", "?list=none").ret == "0"
    assert rows.call(f"{LISTS}/getall", "?list=two").rows[0]["address"] == "10.0.0.4"


@pytest.mark.parametrize(("version", "empty"), [("7.16.2", False), ("7.18.2", True), ("7.24", True)])
def test_empty_answers_since_7_18(version: str, empty: bool) -> None:
    admin = LocalSession(make_router(version))
    expected = [["!empty"], ["!done"]] if empty else [["!done"]]
    assert admin.call(f"{LISTS}/print").sentences == expected
    assert admin.call("/system/identity/set", "=name=x").sentences == [["!done"]]


def test_modifiers(rows: LocalSession) -> None:
    assert len(rows.rows(LISTS, "=detail=")) == 4
    assert rows.error("/system/identity/print", "=detail=") == "unknown parameter detail"
    assert rows.error(f"{LISTS}/print", "=nonsense=") == "unknown parameter nonsense"
    assert len(rows.rows(LISTS, "=.id=*1,*3")) == 2
    rows.add("/ip/firewall/filter", chain="input")
    rows.add("/ip/firewall/filter", chain="forward")
    assert len(rows.rows("/ip/firewall/filter", "=stats=", "=chain=input")) == 1


def test_find(rows: LocalSession) -> None:
    assert rows.call(f"{LISTS}/find", "?list=one").ret == "*1;*2;*3"


def test_listen_tells_of_changes_until_it_is_cancelled(admin: LocalSession) -> None:
    sentences: list[list[str]] = []

    async def play() -> None:
        router = admin.router
        listening = asyncio.create_task(router.execute(admin.session, [f"{LISTS}/listen"], sentences.append))
        await asyncio.sleep(0)
        for words in (
            ["add", "=list=x", "=address=10.0.0.1"],
            ["set", "=.id=*1", "=comment=new"],
            ["remove", "=.id=*1"],
        ):
            await router.execute(admin.session, [f"{LISTS}/{words[0]}", *words[1:]], lambda sentence: None)
            await asyncio.sleep(0)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(play())
    assert [sentence[0] for sentence in sentences] == ["!re"] * 3
    assert "=comment=new" in sentences[1]
    assert sentences[2] == ["!re", "=.id=*1", "=.dead=true"]
    assert admin.router.tables[LISTS].watchers == []
    assert admin.error("/system/identity/listen") == "no such command"
