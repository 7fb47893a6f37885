# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of foreign clients share."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from routeros_simulator.testing import Simulator, running

BUILD = Path(__file__).resolve().parents[3] / "build" / "clients"


@pytest.fixture
def operation(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Count one operation of the module's client for the table."""
    counted = [request.module.CLIENT, 0]
    request.node.user_properties.append(("operations", counted))

    def count(name: str) -> None:
        counted[1] += 1

    return count


@pytest.fixture(scope="module")
def router() -> Iterator[Simulator]:
    """A router that the tests of one module share."""
    with running("7.22.3", time_scale=20) as simulator:
        yield simulator


def foreign(program: list[str], requests: object, environment: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Run a client of its own environment: requests as JSON on stdin, one JSON object for each answer on stdout."""
    done = subprocess.run(
        program,
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return answers


def venv_python() -> str:
    """The Python of the clients' own environment; skips when make has not set it up."""
    python = BUILD / "venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("build/clients is not set up: make conformance does it")
    return str(python)
