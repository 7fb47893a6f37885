# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every numbered trap has a test, or a reason why not."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

HERE = Path(__file__).parent
EXTRA = {"13b", "24b", "28b", "42b", "51b", "54b", "57b", "57c", "57d", "64b", "75b", "75c"}
ALL = {str(number) for number in range(1, 100)} | EXTRA


def marked(path: Path) -> set[str]:
    """The numbers in the trap markers of a file, however it calls the marker."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        for one in node.decorator_list:
            if isinstance(one, ast.Call) and ast.unparse(one.func) in ("trap", "numbered", "pytest.mark.trap"):
                found |= {str(argument.value) for argument in one.args if isinstance(argument, ast.Constant)}
    return found


def test_every_trap_is_accounted_for() -> None:
    tested = {number for path in HERE.parent.rglob("test_*.py") for number in marked(path)}
    entries = yaml.safe_load((HERE / "untested.yml").read_text(encoding="utf-8"))
    excused = [str(number) for entry in entries for number in entry["numbers"]]
    assert len(excused) == len(set(excused))
    assert all(len(entry["reason"].split()) > 3 for entry in entries)
    assert tested.isdisjoint(excused)
    assert tested | set(excused) == ALL
