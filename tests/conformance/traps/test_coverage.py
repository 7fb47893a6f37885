# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every numbered trap has two halves, or a reason why one is missing.

`shown` marks a test in which the simulated router has the trap, `avoided` one in which something of ours does not fall
in. Most are here; what another suite tests anyway is marked there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
EXTRA = {"13b", "24b", "28b", "42b", "51b", "54b", "57b", "57c", "57d", "64b", "75b", "75c"}
ALL = {str(number) for number in range(1, 100)} | EXTRA
HALVES = ("shown", "avoided")


def marks(half: str, path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The numbers in the markers of a file, each with its test."""
    text = path.read_text(encoding="utf-8")
    if half not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        for one in node.decorator_list:
            if isinstance(one, ast.Call) and ast.unparse(one.func) in (half, f"pytest.mark.{half}"):
                assert node.name.startswith("test_"), f"{path}: {node.name} is no test"
                yield from ((str(argument.value), node) for argument in one.args if isinstance(argument, ast.Constant))


@cache
def by_number(half: str) -> dict[str, list[tuple[Path, ast.FunctionDef]]]:
    """By number: the tests of that half."""
    found: dict[str, list[tuple[Path, ast.FunctionDef]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for number, test in marks(half, path):
            found.setdefault(number, []).append((path, test))
    return found


def excused(half: str) -> list[str]:
    entries = yaml.safe_load((HERE / "untested.yml").read_text(encoding="utf-8"))
    assert {word for entry in entries for word in entry["halves"]} == set(HALVES)
    assert all(len(entry["reason"].split()) > 5 for entry in entries)
    return [str(number) for entry in entries if half in entry["halves"] for number in entry["numbers"]]


@pytest.mark.parametrize("half", HALVES)
def test_every_trap_is_accounted_for(half: str) -> None:
    reasons = excused(half)
    assert len(reasons) == len(set(reasons))
    assert not set(reasons) & set(by_number(half)), "has a test after all"
    missing = ALL - set(reasons) - set(by_number(half))
    assert not missing, f"neither {half} nor excused: {sorted(missing)}"
    assert not {*reasons, *by_number(half)} - ALL, "no such trap"


def test_the_second_half_is_about_something_of_ours() -> None:
    """A test of the simulated router alone says nothing about the collection."""
    for number, tests in by_number("avoided").items():
        for path, _test in tests:
            text = path.read_text(encoding="utf-8")
            ours = "ansible_collections.bastion.routeros" in text or "import ours" in text
            assert ours, f"{path} (trap {number}) uses nothing of the collection"
