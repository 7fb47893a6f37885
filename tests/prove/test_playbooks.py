# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A handful of lock-outs as users would commit them: real playbooks, run by ansible-playbook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.tests.prove.house import MIXTURES, PASSWORD, USER, Case, House, Stage
from ansible_collections.bastion.routeros.tests.prove.lockouts import LOCKOUTS
from ansible_collections.bastion.routeros.tests.prove.lookalikes import LOOKALIKES

# Together on one router: each has to leave it as it was.
REFUSED = (
    "drop everything in front",
    "raw drops the own network",
    "own source not in the service, by its menu",
    "own user in a lesser group",
    "own group without write, by its menu",
)
FINE = ("others on the blacklist", "own source in the service", "other services off")


def tasks(stage: Stage, cases: list[Case], **keywords: Any) -> list[dict[str, Any]]:
    """The calls of the cases as the tasks of a play."""
    return [
        {"name": case.name, f"bastion.routeros.{module}": stage.filled(dict(options)), **keywords}
        for case in cases
        for module, options in case.calls
    ]


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


@pytest.mark.parametrize(("version", "options"), [("7.12.2", []), ("7.24", ["--check"])])
def test_playbooks(houses: Callable[[str], House], version: str, options: list[str], tmp_path: Path) -> None:
    bad = [case for case in LOCKOUTS if case.name in REFUSED]
    fine = [case for case in LOOKALIKES if case.name in FINE]
    assert (len(bad), len(fine)) == (len(REFUSED), len(FINE))
    with houses(version).stage(Case("playbook", []), MIXTURES[0]) as stage:
        before, written = stage.look(), stage.writes()
        done = play(tmp_path, stage, tasks(stage, bad, ignore_errors=True), *options)
        assert f"ignored={len(bad)}" in done.stdout, done.stdout
        assert done.stdout.count("this would lock out the address that this login comes from") >= len(bad)
        assert PASSWORD not in done.stdout + done.stderr
        assert (stage.look(), stage.writes()) == (before, written)
        done = play(tmp_path, stage, tasks(stage, fine))
        assert done.returncode == 0, done.stdout
        assert stage.look() != before
        assert stage.get_in()
