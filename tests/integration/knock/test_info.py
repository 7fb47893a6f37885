# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""knock_info: shows the sequence to whoever asks for it, without a router; all else keeps it to itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage

SECRET = "one-vaulted-secret-for-the-fleet"


def ask(folder: Path, *tasks: dict[str, Any], **variables: Any) -> tuple[list[dict[str, Any]], str]:
    """What the tasks returned, and everything that was printed. Nothing listens on the router's port."""
    stage = Stage(folder, 1, {"ansible_host": "192.0.2.1", **variables})
    written = []
    for number, task in enumerate(tasks):
        written += [
            {"name": f"Ask {number}", **task, "register": "answer", "ignore_errors": True},
            {
                "name": f"Keep {number}",
                "ansible.builtin.copy": {"content": "{{ answer | to_json }}", "dest": f"{folder}/answer{number}.json"},
                "delegate_to": "localhost",
                "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
                "no_log": True,
            },
        ]
    book = folder / "ask.yml"
    book.write_text(yaml.safe_dump([{"hosts": "routers", "gather_facts": False, "tasks": written}]), encoding="utf-8")
    done = stage.play("-vvvv", playbook=str(book))
    assert done.code == 0, done.text
    found = [json.loads((folder / f"answer{number}.json").read_text("utf-8")) for number in range(len(tasks))]
    return found, done.text


def test_the_sequence_of_the_inventory_with_lines(tmp_path: Path) -> None:
    steps = ["tcp/41873", "udp/12077", "tcp/28511"]
    (found,), text = ask(tmp_path, {"bastion.routeros.knock_info": {}}, ansible_routeros_knock=steps)
    assert found["sequence"] == steps
    assert (found["host"], found["port"], found["changed"]) == ("192.0.2.1", 1, False)
    assert found["lines"]["knock"] == ["knock -d 300 192.0.2.1 41873:tcp 12077:udp 28511:tcp"]
    assert found["weaknesses"] == []
    assert "tcp/41873" in text, "shown to whoever asked"


def test_derived_for_this_host_or_another_and_the_secret_stays_one(tmp_path: Path) -> None:
    answers, text = ask(
        tmp_path,
        {"bastion.routeros.knock_info": {"secret": "{{ knock_secret }}"}},
        {"bastion.routeros.knock_info": {"secret": "{{ knock_secret }}", "name": "router2", "rotation": "2026-12"}},
        {"bastion.routeros.knock_info": {"secret": "{{ knock_secret }}", "sequence": ["tcp/41873"]}},
        {"bastion.routeros.knock_info": {"secret": "short"}},
        {"bastion.routeros.knock_info": {}},
        knock_secret=SECRET,
    )
    assert answers[0]["sequence"] == [str(step) for step in knock.derive(SECRET, "router1")]
    assert answers[1]["sequence"] == [str(step) for step in knock.derive(SECRET, "router2", "2026-12")]
    assert "either the sequence or the secret" in answers[2]["msg"]
    assert "16 characters" in answers[3]["msg"]
    assert "set ansible_routeros_knock" in answers[4]["msg"]
    assert SECRET not in text


def test_others_go_on_masking_it(tmp_path: Path) -> None:
    steps = ["tcp/41873", "udp/12077", "tcp/28511"]
    (found,), text = ask(
        tmp_path, {"bastion.routeros.knock": {}}, ansible_routeros_knock=steps, ansible_host="127.0.0.1"
    )
    assert "all 3 steps were sent" in found["msg"]
    assert "41873" not in text
