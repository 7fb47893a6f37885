# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of the collection below a folder ``ansible_collections/bastion/routeros``.

ansible-test and ansible-lint want a collection to lie in such a tree for real: a checkout that is reached through a
symbolic link is refused, and one below an ignored folder of another repository is taken for empty, without an error.
So the files that git knows or would take are copied, and the copy becomes a repository of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(root: Path = ROOT) -> list[Path]:
    """Return the files of the checkout, relative to it: tracked ones and new ones that are not ignored."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    found = [Path(name) for name in sorted(set(listed)) if name]
    # git still lists what was removed from the work tree but not yet from the index.
    return [path for path in found if (root / path).is_symlink() or (root / path).is_file()]


def copy(parent: Path, root: Path = ROOT) -> Path:
    """Bring the copy of the checkout below PARENT up to date and return its folder.

    Files of earlier copies that the checkout no longer has are removed; unchanged ones keep their times, for caches.
    """
    target = parent / "ansible_collections" / "bastion" / "routeros"
    wanted = files(root)
    if not (target / ".git").is_dir():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet", str(target)], check=True, capture_output=True)
    for path in set(files(target)) - set(wanted):
        (target / path).unlink()
    for path in wanted:
        source, copied = root / path, target / path
        if not _same(source, copied):
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.unlink(missing_ok=True)
            shutil.copy2(source, copied, follow_symlinks=False)
    for folder in sorted((each for each in target.rglob("*") if each.is_dir()), reverse=True):
        if ".git" not in folder.relative_to(target).parts and not any(folder.iterdir()):
            folder.rmdir()
    return target


def _same(source: Path, copied: Path) -> bool:
    if not copied.exists() or source.is_symlink() or copied.is_symlink():
        return False
    one, other = source.stat(), copied.stat()
    return (one.st_size, one.st_mtime_ns, one.st_mode) == (other.st_size, other.st_mtime_ns, other.st_mode)


if __name__ == "__main__":
    print(copy(ROOT / sys.argv[1]))
