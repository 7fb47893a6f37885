# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forked ansible-playbook does what one that was started by itself does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import preloaded
import pytest

OF_US: dict[str, Any] = {
    "bastion.routeros.facts": {},
    "vars": {"ansible_connection": "bastion.routeros.api", "ansible_host": "192.0.2.1"},
    "ignore_errors": True,
}
SEEN = {"ansible.builtin.debug": {"msg": "{{ lookup('env', 'MARK') }} in {{ lookup('pipe', 'pwd') }}"}}


def book(folder: Path, *tasks: dict[str, Any]) -> None:
    plays = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}]
    (folder / "play.json").write_text(json.dumps(plays))


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "ANSIBLE_NOCOLOR": "1", **more}


def test_the_same_as_by_itself_and_nothing_of_the_run_before(tmp_path: Path) -> None:
    own = {"ansible.builtin.set_fact": {"a": 1, "cacheable": True}}
    book(tmp_path, own, OF_US, SEEN)
    words = ["-i", "localhost,", "play.json", "-v"]
    alone = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), *words],
        cwd=tmp_path,
        env=environment(MARK="first"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert f"first in {tmp_path}" in alone.stdout
    assert "ansible_user is not set" in alone.stdout
    forked = preloaded.ansible_playbook(words, tmp_path, environment(MARK="first"), 60)
    assert forked == (alone.returncode, alone.stdout)
    other = tmp_path / "other"
    other.mkdir()
    book(other, {"ansible.builtin.assert": {"that": "a is not defined"}}, SEEN)
    code, text = preloaded.ansible_playbook(words, other, environment(MARK="second"), 60)
    assert (code, f"second in {other}" in text) == (0, True), text


def test_how_it_ends(tmp_path: Path) -> None:
    book(tmp_path, {"ansible.builtin.fail": {"msg": "no"}})
    words = ["-i", "localhost,", "play.json"]
    assert preloaded.ansible_playbook(words, tmp_path, environment(), 60)[0] == 2
    assert preloaded.ansible_playbook(["missing.json"], tmp_path, environment(), 60)[0] == 1
    # A worker of Ansible would outlive it, so it is ended before there is one.
    slow = tmp_path / "slow.sh"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    with pytest.raises(subprocess.TimeoutExpired):
        preloaded.ansible_playbook(["-i", str(slow), "play.json"], tmp_path, environment(), 2)
    book(tmp_path)
    assert preloaded.ansible_playbook(words, tmp_path, environment(), 60)[0] == 0
