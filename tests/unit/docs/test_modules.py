# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module files hold documentation only, complete, and read by the shared action as Ansible reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import argument_spec

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "plugins" / "modules"
MODULES = {path.stem for path in FOLDER.glob("*.py")}
READING = {"connection_info", "controller_certificate", "facts", "knock", "knock_info", "verdict_info", "wait"}
# Protects itself: none of the options of a transaction would make sense.
OWN_PROTECTION = {"bootstrap"}
OWN_RESULTS = {
    "bootstrap": {"way", "ca_fingerprint", "host_key", "inventory"},
    "password_rotation": {"user", "password_file"},
}
PROTECTION = ("safe_mode", "safe_mode_wait", "prove", "prove_as", "settle", "acknowledge_lockout")
ACTION = """\
from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.task.action import action_for

ActionModule = action_for("{name}")
"""


def test_the_promised_modules_are_there() -> None:
    promised = (
        "service firewall_filter address_list user user_group user_settings certificate logging logging_action menu "
        "facts verdict_info wait transaction"
    )
    assert set(promised.split()) <= MODULES


def test_a_module_file_holds_nothing_but_documentation(module: str) -> None:
    tree = ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    docstring, future, *assignments = tree.body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(future, ast.ImportFrom)
    assert future.module == "__future__"
    names = [target.id for each in assignments for target in each.targets if isinstance(target, ast.Name)]  # type: ignore[attr-defined]
    assert names == ["DOCUMENTATION", "EXAMPLES", "RETURN"]


def test_its_action_is_bound_by_name(module: str) -> None:
    text = (ROOT / "plugins" / "action" / f"{module}.py").read_text(encoding="utf-8")
    assert text.endswith(ACTION.format(name=module))


def test_its_action_group_has_it(module: str) -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert module in runtime["action_groups"]["all"]


def test_it_says_what_users_ask_first(module: str, doc: dict[str, Any]) -> None:
    text = " ".join(doc["description"])
    assert doc["author"]
    assert doc["version_added"] == "0.1.0"
    assert doc["seealso"]
    if module in READING:
        assert "Only reads" in text
        return
    assert "Check mode" in text
    assert "secret" in text.lower() or "never shown" in text or "Private keys" in text
    assert module in OWN_PROTECTION or set(PROTECTION) <= set(doc["options"])
    assert doc["attributes"]["check_mode"]["support"] == "full"
    assert doc["attributes"]["diff_mode"]["support"] == "full"
    # A new password each time, unless the user says how old the last one may become.
    assert doc["attributes"]["idempotent"]["support"] == ("partial" if module == "password_rotation" else "full")


def test_results_are_the_promised_ones(module: str, returned: dict[str, Any]) -> None:
    if module == "facts":
        assert set(returned) == {"ansible_facts", "statistics", "warnings"}
    elif module not in READING:
        promised = {"operations", "before", "after", "diff", "statistics", "warnings"}
        assert set(returned) == {*promised, *OWN_RESULTS.get(module, ()), "protected_by", "proved_over"}
        assert set(returned["statistics"]["contains"]) == {
            *("sentences", "round_trips", "bytes_sent", "bytes_received", "seconds")
        }


def test_samples_are_of_their_type(returned: dict[str, Any]) -> None:
    types = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}

    def check(values: Mapping[str, Any], where: str) -> None:
        for name, value in values.items():
            if "sample" in value:
                assert isinstance(value["sample"], types[value["type"]]), f"{where}{name}"
            check(value.get("contains", {}), f"{where}{name}.")

    check(returned, "")


def keys(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the action's argument spec must hold for these documented options."""
    spec = {}
    for name, option in options.items():
        kept = {
            key: option[key]
            for key in ("type", "elements", "required", "default", "choices", "aliases")
            if key in option
        }
        if "suboptions" in option:
            kept["options"] = keys(option["suboptions"])
        spec[name] = kept
    return spec


def test_the_action_checks_the_very_same_options(module: str, doc: dict[str, Any]) -> None:
    assert argument_spec(module) == keys(doc.get("options", {}))


def walk(options: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, option in options.items():
        yield f"{where}{name}", option
        yield from walk(option.get("suboptions", {}), f"{where}{name}.")


def test_every_option_is_typed_and_described(doc: dict[str, Any]) -> None:
    for name, option in walk(doc.get("options", {})):
        assert option.get("type"), name
        assert option.get("description"), name
        assert (option["type"] == "list") == ("elements" in option), name
        assert re.fullmatch(r"[a-z][a-z0-9_.]*", name), name
        if option.get("default") is not None and "choices" in option:
            chosen = option["default"] if option["type"] == "list" else [option["default"]]
            assert set(chosen) <= set(option["choices"]), name


@pytest.mark.parametrize("word", ["off", "on", "yes", "no"])
def test_no_word_of_yaml_became_a_boolean(word: str, documented: dict[str, Any]) -> None:
    """YAML reads an unquoted ``off`` as false; a choice must stay the word."""
    for module, each in documented.items():
        for name, option in walk(each["doc"].get("options", {})):
            wrong = [choice for choice in option.get("choices", ()) if isinstance(choice, bool)]
            assert wrong == [], f"{module}.{name}: quote {word}"
