# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users copy works: plays with full names and options that exist, and no password in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, argument_spec, validate

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "bastion.routeros."
# Where one is kept, and how.
NO_PASSWORDS = {"update_password", "password_file", "password_format", "password_variable"}
KEYWORDS = {
    "name",
    "loop",
    "loop_control",
    "register",
    "when",
    "vars",
    "no_log",
    "changed_when",
    "delegate_to",
    "until",
    "retries",
    "delay",
}
PLAYBOOK = ROOT / "tests" / "integration" / "playbooks" / "all_modules.yml"


def tasks(plays: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The action of every task, with its options; a loop over words once for each."""
    for play in plays:
        for task in play["tasks"]:
            (action,) = set(task) - KEYWORDS
            given = task[action] or {}
            for item in task.get("loop", [None]):
                words = isinstance(item, str)
                yield action, {key: item if words and value == "{{ item }}" else value for key, value in given.items()}


def check(module: str, given: dict[str, Any]) -> None:
    """Validate the options of one call, those inside a transaction as well."""
    options = validate(module, given)
    if module == "transaction":
        protection = argument_spec("transaction")
        for change in options["changes"]:
            ((name, inner),) = change.items()
            validate(name.removeprefix(PREFIX), inner, leave_out=protection)
    if module == "menu":
        known = menu(options["path"]).properties
        rows = [*(options["entries"] or []), options["values"] or {}]
        unknown = {name for row in rows for name in row if name.replace("_", "-") not in known}
        assert unknown == set(), options["path"]
    if module == "firewall_filter" and options["entry"]:
        rule = argument_spec("firewall_filter")["rules"]["options"]
        assert set(options["entry"]) <= set(rule) - {"action", "comment", "jump_target", "log", "log_prefix"}


def passwords(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if "password" in str(key) and isinstance(item, str) and key not in NO_PASSWORDS:
                yield item
            yield from passwords(item)
    elif isinstance(value, list):
        for item in value:
            yield from passwords(item)


def check_plays(plays: list[dict[str, Any]]) -> set[str]:
    """Names of the modules used, after looking at every task."""
    used = set()
    for play in plays:
        assert play["gather_facts"] is False
        assert all(task["name"][0].isupper() for task in play["tasks"])
    for action, given in tasks(plays):
        if action.startswith(PREFIX):
            used.add(action.removeprefix(PREFIX))
            check(action.removeprefix(PREFIX), given)
        else:
            assert action.startswith("ansible.builtin."), action
        assert all("{{" in password for password in passwords(given)), action
    return used


def test_examples_use_only_what_is_documented(module: str, examples: list[dict[str, Any]]) -> None:
    assert module in check_plays(examples)


def test_there_are_some_but_not_too_many(module: str, examples: list[dict[str, Any]]) -> None:
    written = sum(PREFIX + module in task for play in examples for task in play["tasks"])
    assert (2 if module == "facts" else 3) <= written <= 6


def test_a_misspelt_example_would_be_found(examples: list[dict[str, Any]], module: str) -> None:
    action, given = next((action, given) for action, given in tasks(examples) if action == PREFIX + module)
    with pytest.raises(BadOption, match="misspelt"):
        check(action.removeprefix(PREFIX), {**given, "misspelt": 1})


def test_the_playbook_of_all_modules_uses_all_modules() -> None:
    plays = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    assert check_plays(plays) == {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
