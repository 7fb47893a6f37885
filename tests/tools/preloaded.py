# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook, many times, without importing anything each time: that is most of a short play.

One process imports ansible-core and this collection, and forks for every run. A run sees what it would see if it were
started by itself: its folder, its environment, its network, and nothing of the runs before it. Started as a program,
this is that process.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_UTILS = Path(__file__).parents[2] / "plugins" / "plugin_utils"
_CLONE_NEWNET = 0x40000000
# What is read from the environment when these are imported.
_READ = ("ANSIBLE_", "PYTHON", "LC_", "LANG", "HOME")
# The network of this process, whichever one a thread of it has gone into when the first play comes.
_NETWORK = Path("/proc/self/ns/net")
_HOME = _NETWORK.open("rb") if _NETWORK.exists() else None
_Key = tuple[tuple[str, str], ...]
_idle: dict[_Key, list[_Process]] = {}


def ansible_playbook(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> tuple[int, str]:
    """Run ansible-playbook in a folder; its exit code (negative for a signal) and all that it printed.

    :raises subprocess.TimeoutExpired: it was ended after that many seconds
    """
    key = tuple(sorted((name, text) for name, text in environment.items() if name.startswith(_READ)))
    idle = _idle.setdefault(key, [])
    process = idle.pop() if idle else _Process(environment)
    with tempfile.NamedTemporaryFile() as output:
        request = {
            "arguments": list(arguments),
            "folder": str(folder),
            "environment": dict(environment),
            "network": f"/proc/{os.getpid()}/task/{threading.get_native_id()}/ns/net",
            "output": output.name,
        }
        try:
            code = process.run(request, timeout)
        except BaseException:
            process.end()
            raise
        idle.append(process)
        return code, output.read().decode("utf-8", "replace")


class _Process:
    """This file as a program: one run at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, f"/proc/{os.getpid()}/fd/{_HOME.fileno()}" if _HOME else ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=dict(environment),
            start_new_session=True,
        )

    def run(self, request: Mapping[str, Any], timeout: float) -> int:
        """Have a run done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(request["arguments"], timeout)
        return int(self._process.stdout.readline())

    def end(self) -> None:
        """End it, and the run that it has begun."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def _import() -> None:
    importlib.import_module("ansible.cli.playbook")
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader()
    # The command does so again.
    warnings.filterwarnings("ignore", message="AnsibleCollectionFinder has already been configured")
    for path in _UTILS.rglob("*.py"):
        inside = ".".join(path.relative_to(_UTILS).with_suffix("").parts)
        importlib.import_module(f"ansible_collections.bastion.routeros.plugins.plugin_utils.{inside}")


def _serve(network: str) -> None:
    _enter(network)
    _import()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _play(json.loads(line))
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _play(request: Mapping[str, Any]) -> None:
    from ansible.cli.playbook import main

    code = 255
    try:
        _enter(request["network"])
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        with open(os.devnull, "rb") as nothing, open(request["output"], "wb") as output:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        main([str(Path(sys.executable).with_name("ansible-playbook")), *request["arguments"]])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not what runs at the end of an interpreter: the folder for temporary files is that of all runs.
        os._exit(code)


def _enter(network: str) -> None:
    """Go into that network namespace, where there is such a thing and it is another one."""
    if os.path.exists(network) and not _NETWORK.samefile(network):
        with open(network, "rb") as there:
            if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")


if __name__ == "__main__":
    _serve(sys.argv[1])
