# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network namespaces with virtual cables between them, for real packets that never leave this machine.

    with Lab() as lab:
        router, client = lab.namespace("router"), lab.namespace("client")
        lab.cable(router, "ether1", client, "eth0")
        router.address("192.0.2.1/24", "ether1")
        with client.inside():
            sender = socket.socket(...)       # stays in that namespace, wherever it is used

Everything that a lab makes ends with it. Names carry the process id, so several labs live side by side. Needs root.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

_CLONE_NEWNET = 0x40000000
_numbers = itertools.count(1)


class LabError(RuntimeError):
    """A command that builds the lab failed; the message is what it said."""


def missing() -> str:
    """What this machine lacks for real packets; "" when nothing."""
    if os.geteuid() != 0:
        return "root"
    return " and ".join(tool for tool in ("ip", "nft") if shutil.which(tool) is None)


def run(*command: str, given: str | None = None) -> str:
    """Run a command and return what it printed.

    :raises LabError: with what it complained about.
    """
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """One network namespace; made by Lab.namespace()."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.name = f"bastion-{os.getpid()}-{next(_numbers)}"
        self._processes: list[subprocess.Popen[bytes]] = []
        run("ip", "netns", "add", self.name)
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command: str, given: str | None = None) -> str:
        """Run a command inside, and return what it printed."""
        return run("ip", "netns", "exec", self.name, *command, given=given)

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a program inside; it ends with the namespace."""
        process = subprocess.Popen(["ip", "netns", "exec", self.name, *command], **options)
        self._processes.append(process)
        return process

    def nft(self, script: str) -> None:
        """Load an nftables script, all of it or nothing."""
        self.run("nft", "-f", "-", given=script)

    def address(self, address: str, interface: str) -> None:
        """Give an interface an address with its prefix length, ready at once."""
        nodad = ["nodad"] if ":" in address else []
        self.run("ip", "address", "add", address, "dev", interface, *nodad)

    def setting(self, name: str, value: int) -> None:
        """Set a kernel parameter of the namespace: net.ipv4.ip_forward."""
        with self.inside():
            Path("/proc/sys", *name.split(".")).write_text(f"{value}\n", encoding="ascii")

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread works inside; sockets that it opens belong there for good."""
        with open("/proc/thread-self/ns/net", "rb") as before, open(f"/run/netns/{self.name}", "rb") as here:
            _enter(here.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def close(self) -> None:
        """End what was started inside, and the namespace with its cables."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        run("ip", "netns", "delete", self.name)


def _enter(descriptor: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, _CLONE_NEWNET) != 0:
        raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")


class Lab:
    """Namespaces and the cables between them."""

    def __init__(self) -> None:
        self._namespaces: list[Namespace] = []

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def namespace(self, label: str) -> Namespace:
        """A new namespace. `label` is for people."""
        made = Namespace(label)
        self._namespaces.append(made)
        return made

    def cable(self, one: Namespace, interface: str, other: Namespace, its_interface: str) -> None:
        """Connect two namespaces; both ends are up."""
        run(
            *("ip", "link", "add", interface, "netns", one.name),
            *("type", "veth", "peer", "name", its_interface, "netns", other.name),
        )
        one.run("ip", "link", "set", interface, "up")
        other.run("ip", "link", "set", its_interface, "up")

    def close(self) -> None:
        """Take everything down, whatever fails on the way."""
        errors = []
        while self._namespaces:
            try:
                self._namespaces.pop().close()
            except LabError as error:
                errors.append(str(error))
        if errors:
            raise LabError("; ".join(errors))
