# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as its users start it: a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Process:
    """A running command."""

    api: int
    api_ssl: int
    pid: int
    popen: subprocess.Popen[str]

    @property
    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) * 1024

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far, which a busy machine does not change much."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.popen.poll() is None


@contextmanager
def simulator(*words: str) -> Iterator[Process]:
    """Start the command, and end it with SIGTERM."""
    popen = subprocess.Popen(
        [sys.executable, "-m", "routeros_simulator.cli", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert popen.stdout is not None
        ready = json.loads(popen.stdout.readline())
        yield Process(ready["api"], ready["api_ssl"], ready["pid"], popen)
    finally:
        popen.send_signal(signal.SIGTERM)
        popen.communicate(timeout=20)


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    """One process for all the tests of a module, with room for many sessions."""
    with simulator("--switch", "syn_retransmits=no") as started:
        yield started
