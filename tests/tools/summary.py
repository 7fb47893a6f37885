# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One last line a machine can read: ``NAME: N passed, N failed``, with ``, N skipped`` when there are any.

Called as ``summary.py NAME JUNIT -- COMMAND...`` it runs the command, reads the JUnit report that the command writes
and ends with that line. A command that fails, or that ran no test at all, is a failure whatever it counted.
"""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(
    r"^(?P<name>[\w-]+): (?P<passed>\d+) passed, (?P<failed>\d+) failed(?:, (?P<skipped>\d+) skipped)?$", re.MULTILINE
)


@dataclass(frozen=True)
class Counts:
    """What a run counted."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def line(self, name: str) -> str:
        """Return the closing line of the run NAME."""
        return f"{name}: {self.passed} passed, {self.failed} failed" + (
            f", {self.skipped} skipped" if self.skipped else ""
        )


def from_output(name: str, output: str) -> Counts | None:
    """Return what the last closing line of NAME in a command's output says, or None when it has none."""
    found = [match for match in _LINE.finditer(output) if match["name"] == name]
    if not found:
        return None
    last = found[-1]
    return Counts(int(last["passed"]), int(last["failed"]), int(last["skipped"] or 0))


def from_junit(paths: Iterable[Path]) -> Counts:
    """Count the test cases of JUnit reports.

    ansible-test also reports tests that have nothing to look at ("No tests applicable."): these count as nothing.
    """
    counts = Counts()
    for path in paths:
        for case in ET.parse(path).getroot().iter("testcase"):
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                counts += Counts(failed=1)
            elif skipped is None:
                counts += Counts(passed=1)
            elif (skipped.text or "").strip() != "No tests applicable.":
                counts += Counts(skipped=1)
    return counts


def judge(counts: Counts, exit_code: int) -> Counts:
    """Return COUNTS with one more failure when the command failed, or ran nothing, without counting a failure."""
    if counts.failed == 0 and (exit_code != 0 or counts.passed == 0):
        return counts + Counts(failed=1)
    return counts


def main(arguments: list[str]) -> int:
    """Run a command that writes a JUnit report, and sum it up."""
    if len(arguments) < 4 or arguments[2] != "--":
        print("usage: summary.py NAME JUNIT -- COMMAND...", file=sys.stderr)
        return 2
    name, report, command = arguments[0], Path(arguments[1]), arguments[3:]
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    exit_code = subprocess.run(command, check=False).returncode
    counts = judge(from_junit([report]) if report.exists() else Counts(), exit_code)
    print(counts.line(name), flush=True)
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
