# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that are changed by a play: at home first, proved, and found again by the run after a cut."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import librouteros
import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD, Run, Stage
from routeros_simulator.testing import Simulator, running

SCALE = 10


class Rotation:
    """A router whose automation logs in with what a file says, and plays that change it."""

    def __init__(self, folder: Path, router: Simulator) -> None:
        self.router = router
        self.file = folder / "password"
        self.following = folder / "password.next"
        self.file.write_text(PASSWORD + "\n")
        self.playbook = folder / "rotate.yml"
        self.stage = Stage(
            folder,
            router.api_port,
            variables={
                "ansible_routeros_tls": "plain",
                "ansible_user": "automation",
                "ansible_password": "{{ lookup('ansible.builtin.file', inventory_dir ~ '/password') }}",
            },
        )
        api = librouteros.connect(host="127.0.0.1", port=router.api_port, username="admin", password="")
        tuple(api("/user/add", name="automation", group="full", password=PASSWORD))
        api.close()

    def play(self, *options: str, **more: Any) -> Run:
        task = {"password_file": str(self.file), "password_format": "text", "settle": 0.1, **more}
        plays = [
            {
                "hosts": "routers",
                "gather_facts": False,
                "tasks": [{"name": "Rotate.", "bastion.routeros.password_rotation": task}],
            }
        ]
        self.playbook.write_text(json.dumps(plays))
        return self.stage.play("-vvvv", "--diff", *options, playbook=str(self.playbook))

    def works(self, password: str, user: str = "automation") -> bool:
        try:
            librouteros.connect(host="127.0.0.1", port=self.router.api_port, username=user, password=password).close()
        except librouteros.exceptions.TrapError:
            return False
        return True

    @property
    def kept(self) -> str:
        return self.file.read_text().strip()


@pytest.fixture
def rotation(tmp_path: Path) -> Any:
    with running("7.22.3", time_scale=SCALE) as router:
        yield Rotation(tmp_path, router)


def test_the_own_password_twice(rotation: Rotation) -> None:
    for _number in range(2):
        old = rotation.kept
        run = rotation.play()
        assert (run.code, run.changed) == (0, 1), run.text
        new = rotation.kept
        assert new != old
        assert rotation.works(new)
        assert not rotation.works(old)
        assert not rotation.following.exists()
        assert stat.S_IMODE(rotation.file.stat().st_mode) == 0o600
        assert new not in run.text
        assert old not in run.text


def test_not_yet_due_and_check_mode(rotation: Rotation) -> None:
    assert rotation.play(older_than=1).changed == 0
    tried = rotation.play("--check")
    assert (tried.code, tried.changed) == (0, 1), tried.text
    assert rotation.kept == PASSWORD
    assert not rotation.following.exists()
    assert rotation.works(PASSWORD)


@pytest.mark.parametrize("router_has_it", [True, False], ids=["after the router got it", "before"])
def test_a_run_that_was_cut_is_finished_by_the_next(rotation: Rotation, router_has_it: bool) -> None:
    new = "Half-way-there-1"
    rotation.following.write_text(new + "\n")
    if router_has_it:
        api = librouteros.connect(host="127.0.0.1", port=rotation.router.api_port, username="admin", password="")
        tuple(api("/user/set", numbers="automation", password=new))
        api.close()
    run = rotation.play(older_than=90)
    assert (run.code, run.changed) == (0, 1), run.text
    assert rotation.kept == new
    assert rotation.works(new)
    assert not rotation.following.exists()
    assert new not in run.text


def test_a_password_that_the_router_refuses_is_not_taken_for_set(rotation: Rotation) -> None:
    api = librouteros.connect(host="127.0.0.1", port=rotation.router.api_port, username="admin", password="")
    tuple(api("/user/settings/set", **{"minimum-password-length": "64"}))
    api.close()
    run = rotation.play()
    assert run.code != 0
    assert "at least 64" in run.flat
    assert rotation.kept == PASSWORD
    assert rotation.works(PASSWORD)


def test_another_user_in_a_file_of_variables(rotation: Rotation, tmp_path: Path) -> None:
    api = librouteros.connect(host="127.0.0.1", port=rotation.router.api_port, username="admin", password="")
    tuple(api("/user/add", name="monitoring", group="read", password="Old-one-of-4"))
    api.close()
    file = tmp_path / "monitoring.yml"
    run = rotation.play(user="monitoring", password_file=str(file), password_format="vars")
    assert (run.code, run.changed) == (0, 1), run.text
    name, _colon, text = file.read_text().splitlines()[-1].partition(": ")
    assert name == "password"
    assert rotation.works(text.strip("'\""), "monitoring")
    assert rotation.works(PASSWORD)


def test_a_file_with_other_variables_is_not_replaced(rotation: Rotation, tmp_path: Path) -> None:
    file = tmp_path / "all.yml"
    file.write_text("ansible_password: x\nimportant: 1\n")
    run = rotation.play(password_file=str(file), password_format="vars")
    assert run.code != 0
    assert "holds other variables (important)" in run.flat
    assert file.read_text().endswith("important: 1\n")


def test_a_vault_is_asked_for_when_there_is_none(rotation: Rotation) -> None:
    run = rotation.play(password_format="vault")
    assert run.code != 0
    assert "no vault secret" in run.flat
    assert rotation.works(PASSWORD)
