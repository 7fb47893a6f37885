# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run several make targets, some side by side, and sum up what they counted.

Called as ``parts.py NAME [--jobs N] [--counted] TARGET...``. All targets run, whatever the others do; the output of
each is kept in ``build/logs`` and shown when it failed. With ``--counted`` a target has to end with its own closing
line, and what it counted is added up; without, each target counts as one.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from summary import Counts, from_output, judge

# A target that takes longer hangs, also on a slow and busy machine.
_LIMIT_SECONDS = 2700


@dataclass(frozen=True)
class Outcome:
    """What became of one target."""

    target: str
    counts: Counts
    seconds: float
    output: str


class Runner:
    """Runs make targets in process groups of their own, so that each can be ended with everything that it started."""

    def __init__(self, logs: Path, counted: bool) -> None:
        self._logs = logs
        self._counted = counted
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._stopped = False
        # The jobserver of a calling make does not reach through this process, and colours are no use in a file.
        unwanted = ("MAKEFLAGS", "MFLAGS", "FORCE_COLOR", "PY_COLORS", "CLICOLOR_FORCE")
        self._environment = {key: value for key, value in os.environ.items() if key not in unwanted}
        self._environment["NO_COLOR"] = "1"
        logs.mkdir(parents=True, exist_ok=True)

    def run(self, target: str) -> Outcome:
        """Run one target to its end."""
        started = time.monotonic()
        log = self._logs / f"{target}.log"
        with log.open("wb") as sink:
            with self._lock:
                if self._stopped:
                    return Outcome(target, Counts(failed=1), 0.0, "not started: interrupted\n")
                process = subprocess.Popen(
                    [os.environ.get("MAKE", "make"), "--no-print-directory", target],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env=self._environment,
                    start_new_session=True,
                )
                self._running[process.pid] = process
            try:
                exit_code = process.wait(_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                sink.write(f"\nended after {_LIMIT_SECONDS} s\n".encode())
                _end(process)
                exit_code = process.wait()
            finally:
                with self._lock:
                    del self._running[process.pid]
        output = log.read_text(encoding="utf-8", errors="replace")
        return Outcome(target, self._count(target, output, exit_code), time.monotonic() - started, output)

    def _count(self, target: str, output: str, exit_code: int) -> Counts:
        if self._counted:
            return judge(from_output(target, output) or Counts(), exit_code)
        return Counts(passed=1) if exit_code == 0 else Counts(failed=1)

    def stop(self) -> None:
        """End what runs, and start nothing more."""
        with self._lock:
            self._stopped = True
            for process in self._running.values():
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def main(arguments: list[str]) -> int:
    """Run the targets and print the closing line."""
    parser = argparse.ArgumentParser(description="Run several make targets and sum up what they counted.")
    parser.add_argument("name")
    parser.add_argument("--jobs", type=int, default=1, help="how many run side by side")
    parser.add_argument("--counted", action="store_true", help="the targets end with closing lines of their own")
    parser.add_argument("targets", nargs="+")
    options = parser.parse_args(arguments)

    runner = Runner(Path("build/logs"), options.counted)

    def interrupted(number: int, _frame: FrameType | None) -> None:
        runner.stop()
        print(f"{options.name}: ended by signal {number}", flush=True)

    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)

    total = Counts()
    with ThreadPoolExecutor(max_workers=options.jobs) as pool:
        futures = [pool.submit(runner.run, target) for target in options.targets]
        for future in as_completed(futures):
            outcome = future.result()
            if outcome.counts.failed:
                print(f"--- {outcome.target} ---\n{outcome.output.rstrip()}\n--- end of {outcome.target} ---")
            print(f"{outcome.counts.line(outcome.target)} ({outcome.seconds:.0f} s)", flush=True)
            total += outcome.counts
    print(total.line(options.name), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
