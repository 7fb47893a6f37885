# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A handful of lock-outs as users would commit them: real playbooks, run by ansible-playbook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.tests.prove.house import (
    MIXTURES,
    PASSWORD,
    USER,
    VERSIONS,
    Call,
    Case,
    House,
    Stage,
)
from ansible_collections.bastion.routeros.tests.prove.lockouts import LOCKOUTS
from ansible_collections.bastion.routeros.tests.prove.lookalikes import LOOKALIKES

FULL = os.environ.get("PROVE_CUTS") == "all"

# Together on one router, in the state that it is secured in: each has to leave it as it was.
PLAIN = [
    case
    for case in LOCKOUTS
    if not (case.rows or case.changed or case.settings) and (case.way, case.source) == ("verified", "127.0.0.1")
]
# So many of them nobody can judge beforehand: they are tried and rolled back, and check mode lets them pass.
TRIED = 3
FINE = ("others on the blacklist", "own source in the service", "other services off")


def tasks(stage: Stage, cases: list[Case], **keywords: Any) -> list[dict[str, Any]]:
    """The calls of the cases as the tasks of a play."""
    return [{"name": case.name, **_module(stage, case.calls), **keywords} for case in cases]


def _module(stage: Stage, calls: Sequence[Call]) -> dict[str, Any]:
    """One task: a module, or a transaction of several."""
    filled = [{f"bastion.routeros.{module}": stage.filled(dict(options))} for module, options in calls]
    return filled[0] if len(filled) == 1 else {"bastion.routeros.transaction": {"changes": filled}}


def play(folder: Path, stage: Stage, steps: list[dict[str, Any]], *options: str) -> subprocess.CompletedProcess[str]:
    """Run a play against the stage's router."""
    connection = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": "127.0.0.1",
        "ansible_port": int(stage.ports["$port"]),
        "ansible_user": USER,
        "ansible_password": PASSWORD,
        "ansible_routeros_ca_path": str(stage.ca),
    }
    inventory, playbook = folder / "hosts.yml", folder / "play.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"router1": connection}}}))
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": steps}], sort_keys=False))
    return subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(playbook), *options],
        env=os.environ | {"ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("version", VERSIONS if FULL else (VERSIONS[0], VERSIONS[-1]))
def test_playbooks(houses: Callable[[str], House], version: str, tmp_path: Path) -> None:
    """Each as a task of a play, in check mode and in earnest; afterwards the router is as before."""
    fine = [case for case in LOOKALIKES if case.name in FINE]
    assert len(fine) == len(FINE)
    assert len(PLAIN) >= 20
    with houses(version).stage(Case("playbook", []), MIXTURES[0]) as stage:
        before, written = stage.look(), stage.writes()
        done = play(tmp_path, stage, tasks(stage, PLAIN, ignore_errors=True), "--check")
        refused = done.stdout.count("this would lock out the address that this login comes from")
        assert refused >= len(PLAIN) - TRIED, done.stdout
        assert (stage.look(), stage.writes()) == (before, written)
        done = play(tmp_path, stage, tasks(stage, PLAIN, ignore_errors=True))
        assert f"ignored={len(PLAIN)}" in done.stdout, done.stdout
        assert PASSWORD not in done.stdout + done.stderr
        assert stage.settle(before) == before
        assert stage.get_in()
        done = play(tmp_path, stage, tasks(stage, fine))
        assert done.returncode == 0, done.stdout
        assert stage.look() != before
        assert stage.get_in()
