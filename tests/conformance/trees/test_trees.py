# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator and the declared menus against the command trees of six real versions."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from . import compare
from .tree import VERSIONS

FACTS = "ROUTEROS_FACTS"


@pytest.fixture(scope="session")
def folder() -> Path:
    named = os.environ.get(FACTS, "")
    if not named:
        pytest.skip(f"{FACTS} names no folder with command trees: nothing was compared with real routers")
    return Path(named)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("subject", ["simulator", "collection"])
def test_a_tree_and_ours_are_the_same(
    subject: str, version: str, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    comparison = getattr(compare, subject)(folder, version)
    unexplained, idle = compare.judge(comparison.differences, subject, version)
    kinds = Counter(difference.kind for difference in comparison.differences)
    numbers = {kind: [count, kinds[kind.rstrip("s")]] for kind, count in comparison.compared.items()}
    record_property("tree", {"subject": subject, "version": version, "numbers": numbers, "left": len(unexplained)})
    assert not comparison.lenient, "commands that take an argument which nobody has"
    assert not unexplained, "differences that differences.yml does not explain"
    assert not idle, "entries of differences.yml that explain nothing"


def test_explanations_are_whole() -> None:
    for one in compare.explanations():
        assert one.subject in ("simulator", "collection")
        assert one.kind in ("menu", "command", "argument", "word")
        assert one.only in ("tree", "ours")
        assert one.versions <= set(VERSIONS)
        assert len(one.reason.split()) > 3, one
