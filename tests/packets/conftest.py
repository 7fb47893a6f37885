# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests with real packets share: skipping loudly where they cannot run, and the line that sums them up."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.packets.ipsec import charon
from ansible_collections.bastion.routeros.tests.packets.namespaces import missing

ACCEPTED, UNKNOWN = "accepted", "unknown"
IN_CLEAR = "API bytes in clear"


@dataclass
class Tally:
    """Packets that were sent and judged."""

    compared: int = 0
    disagreeing: int = 0
    unknown: int = 0
    accepted: int = 0
    dropped: int = 0
    blurred: int = 0
    blurred_known: int = 0
    blurred_disagreeing: int = 0

    def count(self, answer: str, kernel: str) -> None:
        """Take in what verdict said and what the kernel did."""
        self.compared += 1
        self.unknown += answer == UNKNOWN
        self.disagreeing += answer not in (kernel, UNKNOWN)
        self.accepted += kernel == ACCEPTED
        self.dropped += kernel != ACCEPTED

    def count_blurred(self, answer: str, kernel: str) -> None:
        """The same for a packet of which verdict was told less than there is."""
        self.blurred += 1
        self.blurred_known += answer != UNKNOWN
        self.blurred_disagreeing += answer not in (kernel, UNKNOWN)

    def __iadd__(self, other: Tally) -> Tally:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self


_TALLIES = {"exact": Tally(), "open": Tally()}


@dataclass
class Tunnels:
    """Scenarios with real IPsec: how many there were, and what an eavesdropper could read of the API."""

    scenarios: int = 0
    passed: int = 0
    in_clear: int = 0


_TUNNELS = Tunnels()


@pytest.fixture
def tallies() -> dict[str, Tally]:
    """What the whole run counts."""
    return _TALLIES


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of tests that need a network of their own."""
    config.addinivalue_line("markers", "real_packets: sends packets between network namespaces; needs root, ip and nft")
    config.addinivalue_line("markers", "tunnel: has real IKE and ESP between them; needs strongSwan")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what cannot run here."""
    for marker, lacking in {"real_packets": missing(), "tunnel": charon.missing()}.items():
        for item in items:
            if lacking and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"real packets need {lacking}"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the scenarios with a tunnel, wherever they ran."""
    if "tunnel" in report.keywords:
        _TUNNELS.scenarios += report.when == "call" or (report.when == "setup" and report.failed)
        _TUNNELS.passed += report.when == "call" and report.passed
    if report.when == "teardown":
        _TUNNELS.in_clear += sum(int(str(n)) for name, n in report.user_properties if name == IN_CLEAR)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands over what it counted."""
    handed = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed["packets"] = {name: asdict(tally) for name, tally in _TALLIES.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what a worker counted."""
    for name, counts in getattr(node, "workeroutput", {}).get("packets", {}).items():
        _TALLIES[name] += Tally(**counts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The lines that sum the packets up."""
    lacking = missing()
    if lacking:
        terminalreporter.write_line(
            f"SKIPPED: NO REAL PACKETS WERE SENT, because {lacking} is missing; continuous integration must have it.",
            red=True,
            bold=True,
        )
    for name, label in (("exact", "packets compared"), ("open", "packets compared with rules that count or guess")):
        tally = _TALLIES[name]
        if tally.compared:
            counts = f"{tally.compared} / {tally.disagreeing} / {tally.unknown}"
            terminalreporter.write_line(f"{label} / disagreeing / unknown: {counts}")
            blurred = f"{tally.blurred} / {tally.blurred_disagreeing} / {tally.blurred - tally.blurred_known}"
            terminalreporter.write_line(f"  the same with less known about them: {blurred}")
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
