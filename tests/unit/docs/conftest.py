# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the modules as ansible-doc shows it, fragments merged in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.plugins import modules

FOLDER = Path(next(iter(modules.__path__)))
TREE = FOLDER.parents[4]
MODULES = sorted(path.stem for path in FOLDER.glob("*.py"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that takes ``module`` runs for every module, or for those that its file names in ``ONLY``."""
    if "module" in metafunc.fixturenames:
        metafunc.parametrize("module", getattr(metafunc.module, "ONLY", MODULES))


@pytest.fixture(scope="session")
def documented() -> dict[str, Any]:
    """By module: ``doc``, ``examples`` (text) and ``return``, from one run of ansible-doc."""
    names = [f"bastion.routeros.{name}" for name in MODULES]
    process = subprocess.run(
        [sys.executable, "-m", "ansible", "doc", "--type", "module", "--json", *names],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(TREE)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return {name.removeprefix("bastion.routeros."): each for name, each in json.loads(process.stdout).items()}


@pytest.fixture
def doc(documented: dict[str, Any], module: str) -> dict[str, Any]:
    return dict(documented[module]["doc"])


@pytest.fixture
def returned(documented: dict[str, Any], module: str) -> dict[str, Any]:
    return dict(documented[module]["return"])


@pytest.fixture
def examples(documented: dict[str, Any], module: str) -> list[dict[str, Any]]:
    plays = yaml.safe_load(documented[module]["examples"])
    assert isinstance(plays, list)
    return plays
