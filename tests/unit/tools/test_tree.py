# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the tree holds what git knows or would take, and follows the checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import tree


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "plugins" / "deep").mkdir(parents=True)
    (root / ".gitignore").write_text("*.log\n")
    (root / "plugins" / "deep" / "old.py").write_text("old")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "."], check=True)
    (root / "new.py").write_text("new")
    (root / "noise.log").write_text("noise")
    return root


def contents(copied: Path) -> set[str]:
    return {
        str(path.relative_to(copied))
        for path in copied.rglob("*")
        if ".git" not in path.relative_to(copied).parts and path.is_file()
    }


def test_tracked_and_new_files_are_copied(checkout: Path, tmp_path: Path) -> None:
    copied = tree.copy(tmp_path / "tree", checkout)
    assert copied == tmp_path / "tree" / "ansible_collections" / "bastion" / "routeros"
    assert contents(copied) == {".gitignore", "new.py", "plugins/deep/old.py"}
    assert (copied / ".git").is_dir()  # a repository of its own, or ansible-test takes it for empty


def test_a_second_copy_follows_and_leaves_the_rest_alone(checkout: Path, tmp_path: Path) -> None:
    copied = tree.copy(tmp_path / "tree", checkout)
    unchanged = (copied / ".gitignore").stat()
    (checkout / "plugins" / "deep" / "old.py").unlink()
    (checkout / "new.py").write_text("newer")
    tree.copy(tmp_path / "tree", checkout)
    assert contents(copied) == {".gitignore", "new.py"}
    assert (copied / "new.py").read_text() == "newer"
    assert not (copied / "plugins").exists()
    assert (copied / ".gitignore").stat().st_ino == unchanged.st_ino
