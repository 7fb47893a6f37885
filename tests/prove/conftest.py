# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the proofs count, printed in the end; also what other processes have counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.prove import house

_COUNTS = pytest.StashKey[Counter[str]]()
LINES = (
    ("lock-outs tried / succeeded", "lock-outs tried", "lock-outs succeeded"),
    ("legitimate changes tried / refused", "legitimate changes tried", "legitimate changes refused"),
    ("cuts tried / states in between", "cuts tried", "states in between"),
    ("intermediate rulesets judged / wrong", "intermediate rulesets judged", "intermediate rulesets wrong"),
    ("bootstrap: cuts tried / locked out", "bootstrap cuts tried", "bootstrap locked out"),
    ("secrets tried / leaked", "secrets tried", "secrets leaked"),
    ("two controllers: turns tried / said to be kept and not", "turns tried", "turns belied"),
)


def pytest_configure(config: pytest.Config) -> None:
    """Start counting."""
    config.stash[_COUNTS] = Counter()
    config.pluginmanager.register(_Collector(config.stash[_COUNTS]), "prove-counts")


class _Collector:
    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Once for each test. Under "tried: NAME" a test says what it tries, under "bad: NAME" what a failure means."""
        found = dict(report.user_properties)
        if report.when == "call":
            # Where one test tries many, it counts by itself, under "count: NAME".
            for name, number in found.items():
                if name.startswith("count: "):
                    self._counts[name.removeprefix("count: ")] += int(str(number))
        if report.when == "call" and not report.skipped and "tried" in found:
            self._counts[str(found["tried"])] += 1
            self._counts[str(found["bad"])] += report.failed
        elif report.failed and report.when != "call":
            self._counts["errors"] += 1


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The counts."""
    counts = config.stash[_COUNTS]
    for text, tried, bad in LINES:
        if counts[tried]:
            terminalreporter.write_line(f"{text}: {counts[tried]} / {counts[bad]}")


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], house.House]:
    """A secured router of a release; the same one for everybody."""
    return cache(lambda version: house.build(version, tmp_path_factory.mktemp("house")))


@pytest.fixture(scope="session", params=house.VERSIONS)
def secured(request: pytest.FixtureRequest, houses: Callable[[str], house.House]) -> house.House:
    """A secured router of each release."""
    return houses(str(request.param))
