# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's playbook with every module in it, run as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD, Stage, snapshot
from routeros_simulator.testing import running

PLAYBOOK = str(Path(__file__).parents[1] / "playbooks" / "all_modules.yml")
MONITORING = "canary-of-Monitoring-42"


def stage_for(folder: Path, port: int) -> Stage:
    return Stage(folder, port, variables={"all_modules_monitoring_password": MONITORING, "all_modules_settle": 0.2})


@pytest.mark.parametrize("version", ["7.12.2", pytest.param("7.18.2", marks=pytest.mark.slow), "7.24"])
def test_out_of_the_box_then_unchanged(version: str, tmp_path: Path) -> None:
    # The router's seconds pass ten times as fast, so what takes effect late does so within the short settle time.
    with running(version, time_scale=10) as router:
        stage = stage_for(tmp_path, router.api_ssl_port)
        first = stage.play("--diff", "-vvvv", playbook=PLAYBOOK)
        assert first.code == 0, first.text
        assert first.changed > 0
        done = snapshot(router)
        second = stage.play("--diff", playbook=PLAYBOOK)
        assert (second.code, second.changed) == (0, 0), second.text
        assert snapshot(router) == done
        checked = stage.play("--check", playbook=PLAYBOOK)
        assert (checked.code, checked.changed) == (0, 0), checked.text
    for secret in (PASSWORD, MONITORING):
        assert secret not in first.text
        assert secret not in second.text


BAD_INPUT: list[tuple[str, dict[str, object], str]] = [
    ("service", {"name": "api", "prot": 8730}, "Unsupported parameters"),
    ("service", {"name": "api", "port": "many"}, "port"),
    ("service", {"name": "apis", "port": 8730}, "name"),
    ("service", {"name": "api", "port": 99999}, "port"),
    ("service", {"name": "api", "port": 22}, "already used by the service 'ssh'"),
    ("service", {"name": "api", "address": ["192.0.2.1/24"]}, "192.0.2.0/24"),
    ("service", {"name": "api", "address": ["office.example.net"]}, "office.example.net"),
    ("service", {"name": "api-ssl", "certificate": "missing"}, "there is no certificate 'missing'"),
    ("service", {"name": "api", "certificate": "any"}, "does not use TLS"),
    ("address_list", {"list": "a", "entries": ["203.0.113.1-254"]}, "203.0.113.1-203.0.113.254"),
    ("user_group", {"name": "g", "policy": ["fly"]}, "fly"),
    ("user", {"name": "u", "password": "x"}, "group"),
    ("user", {"name": "u", "password": "x", "group": "missing"}, "there is no group 'missing'"),
    (
        "firewall_filter",
        {"ruleset": "r", "rules": [{"action": "accept", "dst_port": ["80"]}]},
        "together with protocol",
    ),
    ("firewall_filter", {"ruleset": "r", "rules": [{"action": "fly"}]}, "fly"),
    ("firewall_filter", {"ruleset": "r", "rules": [{"action": "drop", "colour": "red"}]}, "colour"),
    (
        "firewall_filter",
        {"ruleset": "r", "rules": [{"action": "drop", "in_interface_list": "WAN"}]},
        "no interface list WAN",
    ),
    ("firewall_filter", {"ruleset": "r", "rules": [{"action": "drop", "tos": "4"}]}, "since RouterOS 7.21"),
    ("logging", {"topics": []}, "empty list"),
    ("menu", {"path": "/ip/nonsense", "values": {"a": 1}}, "nonsense"),
    ("menu", {"path": "/ip/dns", "values": {"serverz": 1}}, "serverz"),
    ("transaction", {"changes": [{"service": {"name": "api", "prot": 1}}]}, "prot"),
    ("transaction", {"changes": [{"reboot": {}}]}, "no module"),
]


def test_bad_input_fails_in_check_mode_before_anything_is_written(tmp_path: Path) -> None:
    tasks = [
        {"name": f"Bad input {number}.", f"bastion.routeros.{module}": options, "ignore_errors": True}
        for number, (module, options, _message) in enumerate(BAD_INPUT)
    ]
    playbook = tmp_path / "bad.yml"
    playbook.write_text(json.dumps([{"hosts": "routers", "gather_facts": False, "tasks": tasks}]))
    with running("7.18.2") as router:
        stage = stage_for(tmp_path, router.api_ssl_port)
        before = snapshot(router)
        for check in (["--check"], []):
            run = stage.play(*check, playbook=str(playbook))
            assert run.code == 0, run.text
            told = run.flat.split("TASK [Bad input ")[1:]
            assert len(told) == len(BAD_INPUT)
            for (module, options, message), text in zip(BAD_INPUT, told, strict=True):
                assert "FAILED!" in text, (module, options, text)
                assert message in text, (module, options, text)
        assert snapshot(router) == before
