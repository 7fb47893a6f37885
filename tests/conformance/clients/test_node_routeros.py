# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node-routeros from npm, which tags every sentence and sends them side by side."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from routeros_simulator.testing import Simulator, running

from .conftest import BUILD, foreign, venv_python

CLIENT = "node-routeros"
PROGRAM = str(Path(__file__).parent / "node" / "client.js")
LISTS = "/ip/firewall/address-list"


def talk(sim: Simulator, sentences: list[list[str]], *, together: bool = False) -> list[dict[str, Any]]:
    venv_python()  # skips when make has not set up any client
    node, modules = shutil.which("node"), BUILD / "node" / "node_modules" / "node-routeros"
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("npm is not installed: node-routeros is left out")
    assert node is not None, "npm is there or this is CI, but node is not: apt-get install nodejs npm"
    assert modules.is_dir(), "node-routeros is not there: rm -r build/clients, and make conformance fetches it"
    return foreign([node, PROGRAM], [sim.api_port, sentences, together], {"NODE_PATH": str(modules.parent)})


def test_what_it_does(operation: Callable[[str], None]) -> None:
    with running("7.16.2") as sim:
        sentences = [
            [f"{LISTS}/add", "=list=a", "=address=192.0.2.1"],
            [f"{LISTS}/add", "=list=a", "=address=192.0.2.1"],
            [f"{LISTS}/print", "?list=a"],
            [f"{LISTS}/print", "?list=b"],
            [f"{LISTS}/set", "=.id=*1", "=comment=node"],
            [f"{LISTS}/print", "=.proplist=comment"],
            [f"{LISTS}/remove", "=.id=*1"],
            ["/system/resource/print"],
        ]
        answers = talk(sim, sentences)
    for sentence in sentences:
        operation(sentence[0])
    assert answers[0] == {"rows": [{"ret": "*1"}]}
    assert "already have such entry" in answers[1]["error"]
    assert [row["address"] for row in answers[2]["rows"]] == ["192.0.2.1"]
    assert answers[3] == {"rows": []}
    assert answers[5] == {"rows": [{"comment": "node"}]}
    assert answers[7]["rows"][0]["version"].startswith("7.16.2")


def test_side_by_side(operation: Callable[[str], None]) -> None:
    with running("7.22.3") as sim:
        sentences = [["/user/print"], ["/system/identity/print"], ["/ip/service/print", "?name=api"]] * 20
        answers = talk(sim, sentences, together=True)
    for sentence in sentences:
        operation(sentence[0])
    assert len(answers) == 60
    for sentence, answer in zip(sentences, answers, strict=True):
        found = answer["rows"][0]["name"]
        assert found == {"/user/print": "admin", "/system/identity/print": "MikroTik"}.get(sentence[0], "api")


@pytest.mark.shown(9)
def test_an_empty_answer_of_7_18_is_its_end(operation: Callable[[str], None]) -> None:
    """!empty came with 7.18; this client does not know it, on a real router as little as here."""
    with running("7.22.3") as sim:
        answers = talk(sim, [[f"{LISTS}/print"]])
    operation("print")
    assert "empty" in str(answers)
