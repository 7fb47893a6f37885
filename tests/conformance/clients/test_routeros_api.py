# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""routeros-api from PyPI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from routeros_simulator.testing import running

from .conftest import foreign, venv_python

CLIENT = "routeros-api"
PROGRAM = str(Path(__file__).with_name("routeros_api_client.py"))
LISTS = "/ip/firewall/address-list"


@pytest.mark.parametrize("version", ["7.12.2", "7.16.2"])
def test_what_it_does(version: str, operation: Callable[[str], None]) -> None:
    with running(version) as sim:
        wanted = [
            [LISTS, "get", {}],
            [LISTS, "add", {"list": "a", "address": "192.0.2.1", "comment": "one"}],
            [LISTS, "add", {"list": "a", "address": "192.0.2.2"}],
            [LISTS, "add", {"list": "a", "address": "192.0.2.2/32"}],
            [LISTS, "get", {"list": "a"}],
            [LISTS, "set", {"id": "*2", "comment": "two"}],
            [LISTS, "get", {"comment": "two"}],
            [LISTS, "remove", {"id": "*1"}],
            [LISTS, "remove", {"id": "*1"}],
            [LISTS, "detailed_get", {}],
            ["/system/identity", "set", {"name": "named"}],
            ["/system/identity", "get", {}],
            ["/ip/nonsense", "get", {}],
        ]
        answers = foreign([venv_python(), PROGRAM], [sim.api_port, wanted])
    for method in wanted:
        operation(str(method[1]))
    assert len(answers) == len(wanted)
    assert answers[0] == {"rows": [], "done": {}}
    assert answers[1]["done"]["ret"] == "*1"
    assert "already have such entry" in answers[3]["text"]
    assert [(row["address"], row.get("comment")) for row in answers[4]["rows"]] == [
        ("192.0.2.1", "one"),
        ("192.0.2.2", None),
    ]
    assert [row["address"] for row in answers[6]["rows"]] == ["192.0.2.2"]
    assert "no such item" in answers[8]["text"]
    assert [row["address"] for row in answers[9]["rows"]] == ["192.0.2.2"]
    assert answers[11]["rows"] == [{"name": "named"}]
    assert "no such command prefix" in answers[12]["text"]


@pytest.mark.shown(9)
def test_an_empty_answer_of_7_18(operation: Callable[[str], None]) -> None:
    """!empty came with 7.18; this client has learnt to read it."""
    with running("7.22.3") as sim:
        wanted = [[LISTS, "get", {}], ["/user", "get", {"name": "admin"}]]
        answers = foreign([venv_python(), PROGRAM], [sim.api_port, wanted])
    operation("get")
    operation("get")
    assert answers[0].get("rows") == [], answers
    assert answers[1]["rows"][0]["group"] == "full"
