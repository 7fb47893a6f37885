# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten cuts with a real ``ansible-playbook``: killed, interrupted, terminated, past the time that its task may take."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD
from ansible_collections.bastion.routeros.tests.prove.cutting import Told, Trial, trial_of
from ansible_collections.bastion.routeros.tests.prove.edge import PATIENCE
from ansible_collections.bastion.routeros.tests.prove.scenarios import OPENING, saved
from ansible_collections.bastion.routeros.tests.prove.test_cuts import aftermath, fault_of, uncut

VERSION = "7.24"
#: seconds that the task may take, where that is what ends it
TIMEOUT = 6
#: how it ends, and the command of the router during which it does
CASES = [
    ("KILL", "/certificate/sign"),
    ("KILL", "/safe-mode/take"),
    ("KILL", "/ip/firewall/filter/add"),
    ("KILL", "/ip/service/set"),
    ("KILL", "/safe-mode/release"),
    ("INT", "/user/add"),
    ("INT", "/ip/service/set"),
    ("TERM", "/ip/firewall/filter/add"),
    ("TERM", "/ip/service/set"),
    ("timeout", "/ipv6/firewall/filter/add"),
]


def playbook(trial: Trial, folder: Path, timeout: int = 0) -> list[str]:
    """The role's first transaction as a play, with the inventory that the role is documented with."""
    place = trial.place
    port = place.ports["api-ssl"]
    variables = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": "automation",
        "ansible_password": PASSWORD,
        "ansible_routeros_ca_path": str(place.ca),
        "ansible_routeros_first_contact": {"method": "anonymous", "port": port, "user": "admin", "password": ""},
    }
    changes = [dict([call]) for call in OPENING.calls(place)]
    task: dict[str, Any] = {"bastion.routeros.transaction": {"changes": changes, "settle": 0.1, **OPENING.settings}}
    if timeout:
        task["timeout"] = timeout
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": {"router1": variables}}}))
    (folder / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
    return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "hosts.json", "play.json"]


def during(trial: Trial, command: str) -> tuple[threading.Event, Callable[[], None]]:
    """Hold the router's first such command: an event that tells when it is there, and what lets it go on."""
    there = threading.Event()
    router = trial.place.router
    go_on: list[asyncio.Event] = []
    execute = router.router.execute

    async def held(session: Any, words: list[str], send: Any) -> None:
        if words[0] == command and not there.is_set():
            there.set()
            await go_on[0].wait()
        await execute(session, words, send)

    def prepare() -> None:
        go_on.append(asyncio.Event())
        router.router.execute = held  # type: ignore[method-assign]

    router.call(prepare)
    return there, lambda: router.call(go_on[0].set)


@pytest.mark.parametrize(("end", "command"), CASES)
def test_a_playbook_that_ends_early(
    end: str, command: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    before, after, _sentences = uncut(VERSION, OPENING)
    with trial_of(OPENING, VERSION, saved(VERSION, OPENING)) as trial:
        line = playbook(trial, tmp_path, TIMEOUT if end == "timeout" else 0)
        there, go_on = during(trial, command)
        environment = os.environ | {"ANSIBLE_NOCOLOR": "1"}
        process = subprocess.Popen(
            line,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            assert there.wait(PATIENCE * 2), f"{command} was not sent"
            if end == "timeout":
                # It is over while the router has not answered yet.
                threading.Timer(TIMEOUT, go_on).start()
            else:
                # All of them, as a terminal or a service manager does.
                os.killpg(process.pid, signal.Signals[f"SIG{end}"])
            if end == "KILL":
                process.wait(PATIENCE)
            if end != "timeout":
                go_on()
            said, _nothing = process.communicate(timeout=PATIENCE * 3)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        trial.settle()
        record_property("count: cuts tried", 1)
        fault = fault_of(trial, Told(), before, after) or aftermath(trial, after)
        record_property("count: states in between", int(bool(fault)))
        assert not fault, f"{fault}\n{said}"
        assert process.returncode != 0, said
        if end == "timeout":
            assert "timed out" in said.lower() or "exceeded" in said.lower(), said
            assert "Everything was undone" in " ".join(said.split()), said
