# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of Ansible that are watched: output, results, artefacts, caches, logs, temporary files, processes."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.bastion.routeros.tests.prove.canaries import Canaries

BIN = Path(sys.executable).parent
CALLBACKS = Path(__file__).parent / "callbacks"
_INTERVAL = 0.1
_LIMIT = 240


@dataclass
class Watch:
    """Looks at what belongs to a run while it lasts: /proc of its processes, files that come and go; in the end at all.

    passing: folders of files that do not last. lasting: folders to look at in the end.
    """

    canaries: Canaries
    mark: str
    passing: Sequence[Path]
    lasting: Sequence[Path]
    leaks: set[tuple[str, str]] = field(default_factory=set)
    processes: set[int] = field(default_factory=set)
    files: int = 0
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    _others: set[int] = field(default_factory=set)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """While the block runs."""
        stop = threading.Event()

        def look() -> None:
            while not stop.wait(_INTERVAL):
                self.look(self.passing)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self.look(self.lasting)

    def look(self, folders: Sequence[Path]) -> None:
        """Once."""
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) not in self._others:
                self._look_at_process(int(name))
        for folder in folders:
            for where, _unused, names in os.walk(folder):
                for name in names:
                    self._look_at_file(Path(where, name))

    def _look_at_process(self, number: int) -> None:
        try:
            environment = Path(f"/proc/{number}/environ").read_bytes()
            command = Path(f"/proc/{number}/cmdline").read_bytes()
        except OSError:
            return
        if self.mark.encode() not in environment:
            if environment:
                self._others.add(number)
            return
        self.processes.add(number)
        self._search(environment, "/proc environ")
        self._search(command, "/proc cmdline")

    def _look_at_file(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            status = path.stat()
            version = (status.st_mtime_ns, status.st_size)
            if self._seen.get(str(path)) == version:
                return
            self._seen[str(path)] = version
            self.files += 1
            passing = "passing " if any(folder in path.parents for folder in self.passing) else ""
            self._search(path.read_bytes(), f"{passing}file {path.name}")

    def _search(self, data: bytes, where: str) -> None:
        self.leaks |= {(name, where) for name in self.canaries.found_in(data)}


@dataclass
class Run:
    """What came of a run."""

    code: int
    text: str
    results: list[dict[str, Any]]
    leaks: set[tuple[str, str]]
    processes: int

    def outcome(self, host: str) -> list[tuple[str, str, str]]:
        """(task, event, message) of each task of a host."""
        return [
            (line["task"], line["event"], str(line["result"].get("msg", "")))
            for line in self.results
            if line["host"] == host and "item" not in line["event"]
        ]


class Desk:
    """A project of a user's: an inventory, a vault, playbooks; and a folder for all that runs leave behind."""

    def __init__(self, folder: Path, canaries: Canaries) -> None:
        self.folder, self.canaries = folder, canaries
        self.project = folder / "project"
        self.left = folder / "left"
        for name in ("tmp", "home", "tree", "junit", "facts", "retry", "runner"):
            (self.left / name).mkdir(parents=True)
        (self.project / "group_vars" / "all").mkdir(parents=True)
        self._vault_password = canaries.plain("vault password")
        self._vault_file = folder / "vault-password"
        self._vault_file.write_text(self._vault_password)

    def lock(self, variables: Mapping[str, Any]) -> None:
        """Write the vault: the canaries, and other variables."""
        from ansible.parsing.vault import VaultLib, VaultSecret

        text = yaml.safe_dump({"canary": self.canaries.values, **variables}, allow_unicode=True)
        vault = VaultLib([("default", VaultSecret(self._vault_password.encode()))])
        secret = VaultSecret(self._vault_password.encode())
        (self.project / "group_vars" / "all" / "vault.yml").write_bytes(vault.encrypt(text, secret=secret))

    def write(self, name: str, content: object) -> Path:
        """A file of the project, as YAML."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path

    def _environment(self, mark: str, results: Path) -> dict[str, str]:
        left = self.left
        own = {
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "everything,crash,ansible.builtin.tree,ansible.builtin.junit",
            "ANSIBLE_CALLBACK_TREE_DIR": str(left / "tree"),
            "JUNIT_OUTPUT_DIR": str(left / "junit"),
            "ANSIBLE_LOG_PATH": str(left / "ansible.log"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(left / "facts"),
            "ANSIBLE_RETRY_FILES_ENABLED": "1",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(left / "retry"),
            "ANSIBLE_LOCAL_TEMP": str(left / "tmp"),
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self._vault_file),
            "ANSIBLE_TIMEOUT": "5",
            "TMPDIR": str(left / "tmp"),
            "HOME": str(left / "home"),
            "CANARY_RESULTS": str(results),
            "CANARY_RUN": mark,
        }
        return {name: text for name, text in os.environ.items() if not name.startswith("ROUTEROS_")} | own

    def play(self, playbook: str, *options: str, by_runner: bool = False) -> Run:
        """Run a playbook, by itself or by ansible-runner, and look for the canaries everywhere."""
        mark = f"run-{secrets.token_hex(8)}"
        results = self.left / f"results-{mark}.json"
        results.touch()
        passing = [self.left / "tmp", self.left / "home"]
        watch = Watch(self.canaries, mark, passing, [self.left, self.project])
        environment = self._environment(mark, results)
        words = ["--inventory", str(self.project / "hosts.yml"), "--forks", "2", *options]
        with watch.watching():
            if by_runner:
                words = [str(BIN / "ansible-runner"), "run", str(self.left / "runner"), "--project-dir"]
                words += [str(self.project), "-p", playbook, "--inventory", str(self.project / "hosts.yml")]
                words += ["--cmdline", " ".join(["--forks 2", *options])]
            else:
                words = [str(BIN / "ansible-playbook"), *words, playbook]
            done = subprocess.run(
                words,
                cwd=self.project,
                env=environment | {"PATH": f"{BIN}:{environment['PATH']}"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="surrogateescape",
                timeout=_LIMIT,
                check=False,
            )
        output = done.stdout.encode("utf-8", "surrogateescape")
        leaks = watch.leaks | {(name, "output") for name in self.canaries.found_in(output)}
        lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        return Run(done.returncode, done.stdout, lines, leaks, len(watch.processes))
