# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports run one way through the folders of plugin_utils, in the order in which the architecture page lists them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UTILS = ROOT / "plugins" / "plugin_utils"
PREFIX = "ansible_collections.bastion.routeros.plugins.plugin_utils"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("### `plugins/plugin_utils`")[1]
ORDER = re.findall(r"^\| `([a-z_]+)(?:/|\.py)` \|", PAGE, re.M)
PURE = ORDER[: ORDER.index("options")]
FILES = sorted(UTILS.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules that a file names in its imports, those for type checkers included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == PREFIX:
            names |= {f"{PREFIX}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def room(module: str) -> str:
    return module.removeprefix(f"{PREFIX}.").split(".")[0]


def test_the_page_lists_every_folder() -> None:
    assert sorted(ORDER) == sorted(
        path.stem for path in UTILS.iterdir() if path.name not in {"__init__.py", "__pycache__"}
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(UTILS)))
def test_a_file_imports_nothing_from_a_later_folder(path: Path) -> None:
    own = path.relative_to(UTILS).parts[0].removesuffix(".py")
    allowed = ORDER[: ORDER.index(own) + 1]
    assert {room(name) for name in imported(path) if name.startswith(f"{PREFIX}.")} <= set(allowed)


@pytest.mark.parametrize("folder", PURE)
def test_the_pure_folders_know_neither_ansible_nor_librouteros(folder: str) -> None:
    for path in FILES:
        if path.relative_to(UTILS).parts[0].removesuffix(".py") == folder:
            foreign = {name.split(".")[0] for name in imported(path)}
            assert not foreign & {"ansible", "librouteros", "socket", "ssl", "subprocess"}, path
