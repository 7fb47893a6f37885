# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said about the collection in several places has to agree with what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
SOURCES = sorted(
    path
    for folder in ("plugins", "roles", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if not {"build", "__pycache__"} & set(path.parts) and path.stat().st_size
)
HEADER = """\
# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def documented_options(module: str) -> set[str]:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.options import argument_spec

    return set(argument_spec(module))


def test_the_action_groups_name_every_module_and_those_that_write() -> None:
    assert MODULES
    writing = [module for module in MODULES if "safe_mode" in documented_options(module)]
    assert load("meta/runtime.yml")["action_groups"] == {"all": MODULES, "writing": writing}


def test_every_module_is_done_by_the_action_of_its_name() -> None:
    actions = [path.stem for path in (ROOT / "plugins" / "action").glob("*.py") if not path.name.startswith("_")]
    assert sorted(actions) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_that_it_is_in_the_action_group(module: str) -> None:
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    scope: dict[str, str] = {}
    exec(compile(text, module, "exec"), scope)
    documentation = yaml.safe_load(scope["DOCUMENTATION"])
    assert documentation["module"] == module
    assert any(
        name.startswith("bastion.routeros.attributes") for name in documentation["extends_documentation_fragment"]
    )


def test_the_requirements_of_an_execution_environment_are_those_of_a_user() -> None:
    environment = load("meta/execution-environment.yml")
    assert environment["dependencies"]["python"] == "requirements.txt"
    assert "requirements.txt" not in load("galaxy.yml")["build_ignore"]


def test_no_other_collection_is_needed() -> None:
    assert load("galaxy.yml")["dependencies"] == {}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_names_its_licence_and_stays_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(HEADER)
    if "plugins" in path.parts or "simulator" in path.parts:
        assert len(text.splitlines()) < 400


def test_the_readme_links_to_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_has_no_name_that_sanity_refuses(path: Path) -> None:
    """What ansible-test says after minutes: no variable ``_`` anywhere, no ``assert`` where users are."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [node.lineno for node in nodes if isinstance(node, ast.Name) and node.id == "_"]
    names += [node.lineno for node in nodes if isinstance(node, ast.arg) and node.arg == "_"]
    asserts = [node.lineno for node in nodes if isinstance(node, ast.Assert) and "plugins" in path.parts]
    assert (names, asserts) == ([], [])
