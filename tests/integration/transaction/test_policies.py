# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/policies.md, by doing: an account with what the table says can, and one that lacks any of it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from routeros_simulator.testing import Simulator

from .conftest import door_to, run

ROOT = Path(__file__).resolve().parents[3]
TABLE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
EVERY = {"api", "read"}
USER, PASSWORD = "robot", "Str0ng-enough!"
PEER = {"name": "hub", "address": "192.0.2.10", "exchange_mode": "ike2"}
# One call of each module that changes a router, by the words of the table's first column.
CALLS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "`service`": ("service", {"name": "telnet", "disabled": True}),
    "`firewall_filter`": (
        "firewall_filter",
        {"ruleset": "r", "rules": [{"action": "log", "dst_port": ["9"], "protocol": "tcp"}]},
    ),
    "`address_list`": ("address_list", {"list": "l", "entries": ["192.0.2.1"]}),
    "`logging`": ("logging", {"topics": ["firewall"], "action": "memory", "prefix": "fw"}),
    "`logging_action`": ("logging_action", {"name": "far", "target": "remote", "remote": "192.0.2.9"}),
    "`certificate`": ("certificate", {"name": "leaf", "common_name": "leaf", "key_size": "prime256v1"}),
    "`certificate` with `save_to`": (
        "certificate",
        {"name": "leaf", "common_name": "leaf", "key_size": "prime256v1", "save_to": "$folder/leaf.pem"},
    ),
    "`ipsec_profile`": ("ipsec_profile", {"name": "p", "dh_group": ["ecp256"]}),
    "`ipsec_peer`": ("ipsec_peer", {**PEER, "name": "spoke"}),
    "`ipsec_proposal`": ("ipsec_proposal", {"name": "p", "pfs_group": "ecp256"}),
    "`ipsec_policy`": (
        "ipsec_policy",
        {"src_address": "10.0.0.1", "dst_address": "10.0.0.2", "peer": ["hub"], "tunnel": True},
    ),
    "`ipsec_identity` with a secret": ("ipsec_identity", {"peer": "hub", "secret": "a-long-and-good-one-9"}),
    "`ipsec_peer` with a secret": ("ipsec_peer", {**PEER, "name": "wheel", "ppk_secret": "a-long-and-good-one-9"}),
    "`user`": ("user", {"name": "jdoe", "group": "read", "password": "Correct-horse-7"}),
    "`user_group`": ("user_group", {"name": "g", "policy": ["read"]}),
    "`user_settings`": ("user_settings", {"minimum_password_length": 12}),
    "`password_rotation`": ("user", {"name": "other", "password": "Correct-horse-8", "update_password": "always"}),
    "`menu`": ("menu", {"path": "system identity", "values": {"name": "other"}}),
}
# What only reads or does not log in, and what is made of others.
WITHOUT_CALLS = {"facts", "verdict_info", "connection_info", "wait", "knock", "knock_info", "controller_certificate"}
WITHOUT_CALLS |= {"transaction", "bootstrap"}


def by_task() -> dict[str, set[str]]:
    """The table "By module": each task of the first column with the policies of the second, those of every task too."""
    found: dict[str, set[str]] = {}
    section = TABLE.partition("## By module")[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and "`" in cells[0]:
            tasks, _with, condition = cells[0].partition(" with ")
            for task in tasks.split(", "):
                words = set(re.findall(r"`(\w+)`", cells[1]))
                # A condition is that of the last one named, or of all.
                found[f"{task} with {condition}" if condition else task] = words | EVERY
    return found


def test_every_module_is_in_the_table() -> None:
    named = {word for task in by_task() for word in re.findall(r"`(\w+)`", task)}
    assert named >= MODULES
    assert set(CALLS) <= set(by_task())
    assert WITHOUT_CALLS | {re.findall(r"`(\w+)`", task)[0] for task in CALLS} == MODULES


def prepared(router: Simulator, policies: Iterable[str]) -> None:
    """An account with just these policies, and what the calls refer to."""
    run(
        door_to(router.api_port),
        ("user_group", {"name": "robots", "policy": sorted(policies)}),
        ("user", {"name": USER, "group": "robots", "password": PASSWORD}),
        ("user", {"name": "other", "group": "read", "password": PASSWORD}),
        ("ipsec_peer", PEER),
    )


def carried_out(router: Simulator, call: tuple[str, Mapping[str, Any]], folder: Path, times: int = 1) -> Outcome:
    """By the account; what came of it the last time."""
    module, options = call
    filled = {
        name: text.replace("$folder", str(folder)) if isinstance(text, str) else text for name, text in options.items()
    }
    return [run(door_to(router.api_port, USER, PASSWORD), (module, filled))[1] for _time in range(times)][-1]


# Exporting and secrets have changed over the releases.
CASES = [
    *((task, "7.24") for task in CALLS),
    *((task, "7.12.2") for task in ("`certificate` with `save_to`", "`user`")),
]
CASES.append(("`ipsec_identity` with a secret", "7.12.2"))


@pytest.mark.parametrize(("task", "version"), CASES, indirect=["version"])
def test_what_the_table_says_is_enough_and_needed(router: Simulator, task: str, tmp_path: Path) -> None:
    policies = by_task()[task]
    prepared(router, policies)
    door = door_to(router.api_port)
    for lacking in sorted(policies - EVERY, reverse=True):
        run(door, ("user_group", {"name": "robots", "policy": sorted(policies - {lacking})}))
        # A secret can be written without being seen, once.
        with pytest.raises((RouterError, BadOption)):
            carried_out(router, CALLS[task], tmp_path, times=2)
    run(door, ("user_group", {"name": "robots", "policy": sorted(policies)}))
    assert carried_out(router, CALLS[task], tmp_path).changed or "secret" in task
    if "update_password" not in CALLS[task][1]:
        assert not carried_out(router, CALLS[task], tmp_path).changed


def test_the_dead_man_switch_needs_what_the_table_says() -> None:
    row = next(line for line in TABLE.splitlines() if line.startswith("| the dead-man switch"))
    words = re.findall(r"`(\w+)`", row.partition(":")[0])
    assert words == list(deadman.POLICIES)


@pytest.mark.parametrize("version", ["7.12.2"], indirect=True)
def test_with_them_it_is_armed_and_without_any_one_it_is_not(router: Simulator) -> None:
    prepared(router, {*EVERY, *deadman.POLICIES})
    for number, lacking in enumerate(["", *sorted(set(deadman.POLICIES) - {"read", "write"})]):
        run(
            door_to(router.api_port),
            ("user_group", {"name": "robots", "policy": sorted({*EVERY, *deadman.POLICIES} - {lacking})}),
        )
        change = ("menu", {"path": "system identity", "values": {"name": f"router-{number}"}})
        door = door_to(router.api_port, USER, PASSWORD)
        if lacking:
            with pytest.raises(RouterError, match=lacking):
                run(door, change, safe_mode="required")
        else:
            assert run(door, change, safe_mode="required")[1].protected == "dead-man switch"


@pytest.mark.parametrize("version", ["7.18.2", "7.24"], indirect=True)
def test_safe_mode_needs_no_more_than_writing(router: Simulator) -> None:
    prepared(router, {*EVERY, "write"})
    change = ("service", {"name": "telnet", "disabled": True})
    assert run(door_to(router.api_port, USER, PASSWORD), change, safe_mode="required")[1].protected == "safe mode"
