# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the conformance tests print in the end: clients, trees, traps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

_RECORDED = pytest.StashKey[list[tuple[str, Any, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Markers."""
    config.stash[_RECORDED] = []
    config.pluginmanager.register(_Collector(config), "conformance-tables")


class _Collector:
    """Gathers what tests record, also from other processes."""

    def __init__(self, config: pytest.Config) -> None:
        self._recorded = config.stash[_RECORDED]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Once for each test."""
        if report.when == "call" or (report.when == "setup" and report.skipped):
            for name, value in report.user_properties:
                self._recorded.append((name, value, report.outcome))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What markers and modules say is recorded like anything else."""
    for item in items:
        for half in ("shown", "avoided"):
            for marker in item.iter_markers(half):
                item.user_properties.append((half, [str(number) for number in marker.args]))
        client = getattr(getattr(item, "module", None), "CLIENT", None)
        if client:
            item.user_properties.append(("client", client))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The tables."""
    recorded = config.stash[_RECORDED]
    for line in [*_clients(recorded), *_trees(recorded), *_traps(recorded), *_start(recorded)]:
        terminalreporter.write_line(line)


def _clients(recorded: list[tuple[str, Any, str]]) -> Iterator[str]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    operations: dict[str, int] = defaultdict(int)
    for name, value, outcome in recorded:
        if name == "client":
            counts[value][0] += outcome == "passed"
            counts[value][1] += outcome == "failed"
            counts[value][2] += outcome == "skipped"
        elif name == "operations":
            operations[value[0]] += value[1]
    if counts:
        yield ""
        yield f"{'client':<32}{'operations':>12}{'tests passed':>14}{'failed':>8}{'skipped':>9}"
        for client, (passed, failed, skipped) in sorted(counts.items()):
            yield f"{client:<32}{operations[client]:>12}{passed:>14}{failed:>8}{skipped:>9}"


def _trees(recorded: list[tuple[str, Any, str]]) -> Iterator[str]:
    found = [value for name, value, _unused in recorded if name == "tree"]
    if found:
        yield ""
        kinds = ("menus", "commands", "arguments", "words")
        heads = "".join(f"{kind + ' compared':>20}{'different':>11}" for kind in kinds)
        yield f"{'tree against':<14}{'version':<9}{heads}{'unexplained':>13}"
        for value in sorted(found, key=lambda one: (one["subject"], _order(one["version"]))):
            cells = "".join(f"{value['numbers'][kind][0]:>20}{value['numbers'][kind][1]:>11}" for kind in kinds)
            yield f"{value['subject']:<14}{value['version']:<9}{cells}{value['left']:>13}"


def _traps(recorded: list[tuple[str, Any, str]]) -> Iterator[str]:
    for half, title in (
        ("shown", "the simulated router shows"),
        ("avoided", "our modules do not fall into, tested here"),
    ):
        found = {one for name, numbers, outcome in recorded if name == half and outcome == "passed" for one in numbers}
        if found:
            yield ""
            yield f"traps that {title}: {len(found)}: {', '.join(sorted(found, key=_number))}"


def _start(recorded: list[tuple[str, Any, str]]) -> Iterator[str]:
    for name, value, _unused in recorded:
        if name == "start":
            yield f"start of routeros-simulator: {value:.0f} times the processor time of python -c pass"


def _order(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _number(trap: str) -> tuple[int, str]:
    digits = trap.rstrip("bcdefgh")
    return int(digits), trap
