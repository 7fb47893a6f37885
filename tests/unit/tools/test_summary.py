# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A green line must never stand for a run that tested nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import parts
import pytest
import summary
from summary import Counts

REPORT = """\
<testsuites><testsuite>
  <testcase name="a"/>
  <testcase name="b"/>
  <testcase name="c"><failure message="no"/></testcase>
  <testcase name="d"><error message="no"/></testcase>
  <testcase name="e"><skipped>Python 3.12 could not be found.</skipped></testcase>
  <testcase name="f"><skipped>No tests applicable.</skipped></testcase>
</testsuite></testsuites>
"""


def test_a_report_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert summary.from_junit([report, report]) == Counts(passed=4, failed=4, skipped=2)


@pytest.mark.parametrize(
    ("counts", "line"),
    [(Counts(3, 0), "unit: 3 passed, 0 failed"), (Counts(3, 1, 2), "unit: 3 passed, 1 failed, 2 skipped")],
)
def test_a_line_says_what_it_is_read_back_as(counts: Counts, line: str) -> None:
    assert counts.line("unit") == line
    assert summary.from_output("unit", f"more\nunit: 9 passed, 9 failed\n{line}\nmake: *** failed\n") == counts
    assert summary.from_output("lint", line) is None


@pytest.mark.parametrize(
    ("counts", "exit_code", "judged"),
    [
        (Counts(5), 0, Counts(5)),
        (Counts(5, 1), 1, Counts(5, 1)),
        (Counts(5), 1, Counts(5, 1)),
        (Counts(), 0, Counts(0, 1)),
        (Counts(skipped=5), 0, Counts(0, 1, 5)),
    ],
)
def test_a_run_that_failed_or_did_nothing_has_failed(counts: Counts, exit_code: int, judged: Counts) -> None:
    assert summary.judge(counts, exit_code) == judged


@pytest.mark.parametrize(
    ("program", "line", "exit_code"),
    [
        ("open(sys.argv[1], 'w').write('<r><testcase/></r>')", "unit: 1 passed, 0 failed", 0),
        ("open(sys.argv[1], 'w').write('<r><testcase/></r>'); sys.exit(3)", "unit: 1 passed, 1 failed", 1),
        ("pass", "unit: 0 passed, 1 failed", 1),
    ],
)
def test_a_command_is_run_and_summed_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], program: str, line: str, exit_code: int
) -> None:
    report = tmp_path / "deeper" / "report.xml"
    report.parent.mkdir()
    report.write_text("<r><testcase/><testcase/></r>")  # of an earlier run
    command = [sys.executable, "-c", f"import sys; {program}", str(report)]
    assert summary.main(["unit", str(report), "--", *command]) == exit_code
    assert capsys.readouterr().out.splitlines()[-1] == line


@pytest.fixture
def makefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # The handlers are for the process of a make target, not for this one.
    monkeypatch.setattr(parts.signal, "signal", lambda number, handler: None)
    (tmp_path / "Makefile").write_text(
        "good:\n\t@echo good: 3 passed, 0 failed, 1 skipped\n"
        "bad:\n\t@echo trouble; echo bad: 1 passed, 1 failed; false\n"
        "mute:\n\t@echo nothing counted\n"
    )


@pytest.mark.usefixtures("makefile")
def test_counted_parts_are_added_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["test", "--counted", "--jobs", "2", "good", "bad", "mute"]) == 1
    output = capsys.readouterr().out
    assert output.splitlines()[-1] == "test: 4 passed, 2 failed, 1 skipped"
    assert "trouble" in output  # what failed is shown


@pytest.mark.usefixtures("makefile")
def test_other_parts_count_as_one_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["lint", "good", "mute"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "lint: 2 passed, 0 failed"
    assert parts.main(["lint", "good", "bad", "missing"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "lint: 1 passed, 2 failed"
