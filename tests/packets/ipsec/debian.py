# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages of the distribution, unpacked into a folder and not installed."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class CommandError(RuntimeError):
    """A command failed; the message is what it said."""


def run(*command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What a command printed.

    :raises CommandError: it failed
    """
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode != 0:
        raise CommandError(f"{' '.join(command)}: {done.stderr.strip()} {done.stdout.strip()}")
    return done.stdout


def unpacked(folder: Path, wanted: Callable[[], Sequence[str]]) -> Path:
    """The folder with these packages, fetched once, whoever of several test processes comes first.

    :param wanted: names the packages, as far as apt knows any
    :raises CommandError: they cannot be fetched
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _unpack(folder, wanted)
    return folder


def _unpack(folder: Path, wanted: Callable[[], Sequence[str]]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        _fetch(folder, wanted())
    except CommandError:
        # Its lists may be old, or not there at all.
        run("apt-get", "update", "-qq")
        _fetch(folder, wanted())
    for package in folder.glob("*.deb"):
        run("dpkg", "-x", str(package), str(folder))
        package.unlink()
    (folder / "ready").touch()


def _fetch(folder: Path, names: Sequence[str]) -> None:
    run("apt-get", "download", "-qq", *names, folder=folder)
