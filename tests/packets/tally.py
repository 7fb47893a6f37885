# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests with real packets count, and the lines that sum it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any

ACCEPTED, UNKNOWN = "accepted", "unknown"


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

    def lines(self, label: str) -> Iterator[str]:
        """The lines that sum it up."""
        if self.compared:
            yield f"{label} / disagreeing / unknown: {self.compared} / {self.disagreeing} / {self.unknown}"
            unknown = self.blurred - self.blurred_known
            yield f"  the same with less known about them: {self.blurred} / {self.blurred_disagreeing} / {unknown}"


@dataclass
class Doors:
    """Doors behind a knock that scans were tried at; control recipes are those that a scan has to open."""

    scans: int = 0
    opened: int = 0
    controls: int = 0
    controls_opened: int = 0

    def scan(self, opened: bool) -> None:
        """Take in a scan of the role's rules."""
        self.scans += 1
        self.opened += opened

    def control(self, opened: bool) -> None:
        """Take in a scan of a control recipe."""
        self.controls += 1
        self.controls_opened += opened

    def lines(self) -> Iterator[str]:
        """The lines that sum it up."""
        if self.scans:
            yield f"scans tried / doors opened: {self.scans} / {self.opened}"
        if self.controls:
            every = "all" if self.controls == self.controls_opened else "NOT ALL"
            yield f"control recipes opened: {every} ({self.controls_opened} of {self.controls})"


@dataclass
class Scenarios:
    """Tests that sent packets."""

    run: int = 0
    passed: int = 0

    def lines(self) -> Iterator[str]:
        """The line that sums it up."""
        if self.run:
            yield f"scenarios / passed: {self.run} / {self.passed}"


@dataclass
class Counts:
    """Everything that one run counts; each worker of pytest-xdist hands its own over."""

    exact: Tally = field(default_factory=Tally)
    nearly: Tally = field(default_factory=Tally)
    doors: Doors = field(default_factory=Doors)

    def handed_over(self) -> dict[str, dict[str, int]]:
        """As plain values."""
        return asdict(self)

    def take(self, handed: dict[str, dict[str, int]]) -> None:
        """Add what another process counted."""
        for each in fields(self):
            mine: Any = getattr(self, each.name)
            for name, count in handed.get(each.name, {}).items():
                setattr(mine, name, getattr(mine, name) + count)

    def lines(self) -> Iterator[str]:
        """The lines that sum it up."""
        yield from self.exact.lines("packets compared")
        yield from self.nearly.lines("packets compared with rules that count or guess")
        yield from self.doors.lines()
