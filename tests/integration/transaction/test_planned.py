# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who would reach which service after changes that are planned: judged on a router, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Run, run_playbook
from routeros_simulator.testing import Simulator

from .conftest import snapshot

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Ask
      bastion.routeros.verdict_info:
        sources: [127.0.0.1, 203.0.113.66]
        services: [api]
        changes:
          - address_list: {list: friends, entries: [127.0.0.0/8], family: ipv4}
          - bastion.routeros.firewall_filter:
              ruleset: door
              family: ipv4
              rules:
                - {action: accept, src_address_list: friends, comment: friends}
                - {action: drop, comment: everybody else}
          - user: {name: watcher, group: read, password: Very-secret-9}
      register: found
    - name: Show
      ansible.builtin.copy:
        content: "{{ found | to_json }}"
        dest: found.json
      delegate_to: localhost
      vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
"""


def play(router: Simulator, folder: Path, text: str) -> Run:
    variables = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": "127.0.0.1",
        "ansible_port": router.api_port,
        "ansible_user": "admin",
        "ansible_password": "",
        "ansible_routeros_tls": "plain",
    }
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": {"router1": variables}}}))
    (folder / "play.yml").write_text(text)
    return run_playbook(folder, "play.yml", "-i", "hosts.json", "-vvv")


@pytest.mark.parametrize("version", ["7.12.2", "7.24"], indirect=True)
def test_before_and_after_in_one_table(router: Simulator, tmp_path: Path) -> None:
    before = snapshot(router)
    done = play(router, tmp_path, PLAY)
    assert done.code == 0, done.text
    found: dict[str, Any] = json.loads((tmp_path / "found.json").read_text())
    assert [(each["source"], each["rules"], each["answer"]) for each in found["verdicts"]] == [
        ("127.0.0.1", "present", "accepted"),
        ("127.0.0.1", "planned", "accepted"),
        ("203.0.113.66", "present", "accepted"),
        ("203.0.113.66", "planned", "dropped"),
    ]
    assert "everybody else" in found["verdicts"][3]["why"]
    assert len(found["table"]) == 5
    assert snapshot(router) == before
    assert "Very-secret-9" not in done.text


def test_what_is_wrong_with_a_change_is_said(router: Simulator, tmp_path: Path) -> None:
    done = play(router, tmp_path, PLAY.replace("ruleset: door", "rulset: door"))
    assert done.code != 0
    assert "rulset" in done.text
    assert "Very-secret-9" not in done.text
