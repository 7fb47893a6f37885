# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests with real packets share: skipping loudly where they cannot run, and the lines that sum them up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.packets.ipsec import charon
from ansible_collections.bastion.routeros.tests.packets.namespaces import missing
from ansible_collections.bastion.routeros.tests.packets.tally import Counts, Doors, Scenarios, Tally

MARKER = "real_packets"
FULL = "packets_full"
LONG = "long"
IN_CLEAR = "API bytes in clear"

_COUNTS = Counts()
_SCENARIOS = Scenarios()


@dataclass
class Tunnels:
    """Scenarios with real IPsec: how many there were, and what an eavesdropper could read of the API."""

    scenarios: int = 0
    passed: int = 0
    in_clear: int = 0


_TUNNELS = Tunnels()


@pytest.fixture
def tallies() -> dict[str, Tally]:
    """What the whole run counts of packets that were compared with verdict."""
    return {"exact": _COUNTS.exact, "open": _COUNTS.nearly}


@pytest.fixture(scope="session")
def doors() -> Doors:
    """What the whole run counts of doors behind a knock."""
    return _COUNTS.doors


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", f"{MARKER}: sends packets between network namespaces; needs root, ip and nft")
    config.addinivalue_line("markers", "tunnel: has real IKE and ESP between them; needs strongSwan")
    config.addinivalue_line("markers", f"{FULL}: takes too long for every change; make packets-full runs it")
    config.addinivalue_line("markers", f"{LONG}: takes much longer than others, so that it had better start early")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what cannot run here, leave out what belongs to `make packets-full` only, and begin with what takes long."""
    if not os.environ.get("PACKETS_FULL"):
        left_out = [item for item in items if item.get_closest_marker(FULL)]
        items[:] = [item for item in items if not item.get_closest_marker(FULL)]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: item.get_closest_marker(LONG) is None)
    for marker, lacking in {MARKER: missing(), "tunnel": charon.missing()}.items():
        for item in items:
            if lacking and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"real packets need {lacking}"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the tests that sent packets, and those of them with a tunnel, wherever they ran."""
    if "tunnel" in report.keywords:
        _TUNNELS.scenarios += report.when == "call" or (report.when == "setup" and report.failed)
        _TUNNELS.passed += report.when == "call" and report.passed
    if report.when == "teardown":
        _TUNNELS.in_clear += sum(int(str(n)) for name, n in report.user_properties if name == IN_CLEAR)
    if MARKER in report.keywords and (report.when == "call" or report.failed) and not report.skipped:
        _SCENARIOS.run += 1
        _SCENARIOS.passed += report.passed


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands over what it counted."""
    handed = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed["packets"] = _COUNTS.handed_over()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what a worker counted."""
    _COUNTS.take(getattr(node, "workeroutput", {}).get("packets", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The lines that sum the packets up."""
    lacking = missing()
    if lacking:
        terminalreporter.write_line(
            f"SKIPPED: NO REAL PACKETS WERE SENT, because {lacking} is missing; continuous integration must have it.",
            red=True,
            bold=True,
        )
    for line in (*_COUNTS.lines(), *_SCENARIOS.lines()):
        terminalreporter.write_line(line)
    if missing() or charon.missing():
        terminalreporter.write_line(
            f"SKIPPED: NO TUNNEL WAS TRIED, because {missing() or charon.missing()} is missing; "
            "continuous integration must have it.",
            red=True,
            bold=True,
        )
    if _TUNNELS.scenarios:
        terminalreporter.write_line(f"tunnel scenarios / passed: {_TUNNELS.scenarios} / {_TUNNELS.passed}")
        terminalreporter.write_line(f"{IN_CLEAR}: {_TUNNELS.in_clear}")
