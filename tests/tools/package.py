# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection's tarball, install it elsewhere as a user would, and look whether everything arrived."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import tree
import yaml
from summary import Counts

_BUILD = tree.ROOT / "build"
_INSTALLED = _BUILD / "installed"
_COLLECTION = _INSTALLED / "ansible_collections" / "bastion" / "routeros"
_NAME = "bastion.routeros"
# Nothing of these may reach a user.
_UNWANTED = (".venv", "build", "tests", ".git", ".ci", "__pycache__")


class _Failed(Exception):
    """A check that failed; the text says why."""


def _run(*command: str, cwd: Path = _BUILD) -> str:
    # ansible-galaxy installs nothing, and succeeds, when it knows the collection from elsewhere: from the checkout.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(_INSTALLED)
    executable = str(Path(sys.executable).parent / command[0])
    process = subprocess.run(
        [executable, *command[1:]],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode != 0:
        raise _Failed(f"{' '.join(command)}: exit code {process.returncode}\n{process.stdout}{process.stderr}")
    return process.stdout


def _plugins(folder: Path) -> set[str]:
    return {f"{_NAME}.{path.stem}" for path in folder.glob("*.py") if not path.name.startswith("_")}


def _check_contents() -> None:
    parts = {part for path in _COLLECTION.rglob("*") for part in path.relative_to(_COLLECTION).parts}
    if unwanted := sorted(parts & set(_UNWANTED)):
        raise _Failed(f"the tarball holds {', '.join(unwanted)}")
    for folder in ("plugins", "roles", "playbooks", "meta"):
        missing = {path for path in tree.files() if path.parts[0] == folder} - {
            path.relative_to(_COLLECTION) for path in (_COLLECTION / folder).rglob("*")
        }
        if missing:
            raise _Failed(f"not in the tarball: {', '.join(map(str, sorted(missing)))}")


def _check_documentation() -> None:
    for kind, folder in (("module", "modules"), ("connection", "connection"), ("filter", "filter"), ("test", "test")):
        wanted = _plugins(tree.ROOT / "plugins" / folder)
        listed = json.loads(_run("ansible-doc", "--type", kind, "--list", "--json", _NAME))
        if kind in ("module", "connection") and set(listed) != wanted:
            raise _Failed(f"ansible-doc knows the {kind}s {sorted(listed)}, expected {sorted(wanted)}")
        if listed:
            _run("ansible-doc", "--type", kind, *sorted(listed))
    roles = {each.name for each in (_COLLECTION / "roles").glob("*") if (each / "meta" / "argument_specs.yml").exists()}
    if roles:
        _run("ansible-doc", "--type", "role", *sorted(f"{_NAME}.{role}" for role in roles))


def _check_playbooks() -> None:
    for playbook in sorted((_COLLECTION / "playbooks").glob("*.yml")):
        _run("ansible-playbook", "--syntax-check", "-i", "localhost,", f"{_NAME}.{playbook.stem}")


def _report(checks: Iterable[tuple[str, Callable[[], object]]]) -> Counts:
    """Run the checks in order up to the first that fails: each needs the one before."""
    counts = Counts()
    for title, check in checks:
        try:
            check()
        except _Failed as error:
            print(f"FAILED {title}: {error}")
            return counts + Counts(failed=1)
        print(f"ok {title}")
        counts += Counts(passed=1)
    return counts


def main() -> int:
    """Build, install, look, and print the closing line."""
    copied = tree.copy(_BUILD / "tree" / "package")
    version = yaml.safe_load((tree.ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    tarball = _BUILD / f"bastion-routeros-{version}.tar.gz"
    shutil.rmtree(_INSTALLED, ignore_errors=True)
    tarball.unlink(missing_ok=True)

    counts = _report(
        [
            ("build", lambda: _run("ansible-galaxy", "collection", "build", "--output-path", str(_BUILD), cwd=copied)),
            (
                "install",
                lambda: _run(
                    *("ansible-galaxy", "collection", "install", str(tarball)),
                    *("-p", str(_INSTALLED), "--no-deps", "--offline"),
                ),
            ),
            (
                "verify",
                lambda: _run("ansible-galaxy", "collection", "verify", "--offline", _NAME),
            ),
            ("contents", _check_contents),
            ("documentation", _check_documentation),
            ("playbooks", _check_playbooks),
        ]
    )
    print(f"{tarball.relative_to(tree.ROOT)}\n{counts.line('build')}", flush=True)
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
