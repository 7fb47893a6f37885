# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual machine with Debian's kernel, for machines whose own kernel has no ESP; the files are the host's.

QEMU without hardware help, so that it runs everywhere: some 10 to 30 s to start. (User Mode Linux 6.1 would be quicker,
and does not start on processors with AMX.)
"""

from __future__ import annotations

import gzip
import shutil
import stat
import subprocess
from pathlib import Path

from ansible_collections.bastion.routeros.tests.packets.ipsec import debian

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
TOOLS = ("qemu-system-x86_64", "busybox")
_FOLDER = ROOT / "build" / "kernel"
_PACKAGE = "linux-image-amd64"
# What it takes to see the host's files.
_EARLY = ("virtio_pci", "9pnet_virtio", "9p")
_END = "the machine did what it was asked, and ended with"


class MachineError(RuntimeError):
    """It did not do its work; with what it said."""


def missing() -> str:
    """What this machine lacks; "" when nothing. The kernel is fetched when it is needed."""
    return " and ".join(tool for tool in TOOLS if shutil.which(tool) is None)


def kernel() -> Path:
    """A folder with Debian's newest kernel, unpacked, not installed.

    :raises CommandError: it cannot be fetched
    """
    debian.unpacked(_FOLDER, _wanted)
    (modules,) = (_FOLDER / "lib" / "modules").iterdir()
    if not (modules / "modules.dep").exists():
        debian.run("busybox", "depmod", "-b", str(_FOLDER), modules.name)
    return _FOLDER


def _wanted() -> list[str]:
    depends = debian.run("apt-cache", "depends", _PACKAGE)
    return [line.split()[-1] for line in depends.splitlines() if "Depends: linux-image-" in line]


def _with_dependencies(modules: Path) -> list[Path]:
    """The early modules and what they need, in the order in which they can be loaded."""
    needs = dict(line.split(":") for line in (modules / "modules.dep").read_text().splitlines())
    found: list[str] = []

    def take(name: str) -> None:
        for other in reversed(needs[name].split()):
            take(other)
        if name not in found:
            found.append(name)

    for early in _EARLY:
        take(next(name for name in needs if Path(name).stem == early))
    return [modules / name for name in found]


def _member(name: str, mode: int, data: bytes = b"") -> bytes:
    """A file of a cpio archive, as the kernel reads it (format newc)."""
    head = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    start = b"070701" + "".join(f"{number:08x}" for number in head).encode() + name.encode() + b"\0"
    return start + b"\0" * (-len(start) % 4) + data + b"\0" * (-len(data) % 4)


def _first_files(folder: Path, command: str) -> bytes:
    (modules,) = (folder / "lib" / "modules").iterdir()
    init = "#!/bin/busybox sh\n" + (HERE / "init.sh").read_text(encoding="utf-8")
    for name, text in {"KERNEL": str(folder), "COMMAND": command, "END": _END}.items():
        init = init.replace(f"@{name}@", text)
    parts = [
        _member(name, stat.S_IFDIR | 0o755) for name in ("bin", "early", "proc", "sys", "dev", "host", "lib", "sbin")
    ]
    parts.append(_member("bin/busybox", stat.S_IFREG | 0o755, Path(shutil.which("busybox") or "").read_bytes()))
    parts.append(_member("sbin/modprobe", stat.S_IFLNK | 0o777, b"/bin/busybox"))
    parts.append(_member("init", stat.S_IFREG | 0o755, init.encode()))
    for number, path in enumerate(_with_dependencies(modules)):
        parts.append(_member(f"early/{number:02}-{path.name}", stat.S_IFREG | 0o644, path.read_bytes()))
    return gzip.compress(b"".join([*parts, _member("TRAILER!!!", 0)]), 1)


def run(command: str, folder: Path, patience: float = 1500) -> str:
    """Run a command in a machine of its own and return what it printed. It may write below /run only.

    :param command: for bash; without apostrophes
    :param folder: for what the machine starts from
    :raises MachineError: it did not get as far as the end of the command, or that failed
    """
    start = kernel()
    first = folder / "initrd.gz"
    first.write_bytes(_first_files(start, command))
    (image,) = (start / "boot").glob("vmlinuz-*")
    words = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-smp", "2"]
    words += ["-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"]
    words += ["-kernel", str(image), "-initrd", str(first), "-append", "console=ttyS0 loglevel=3 panic=-1"]
    words += ["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = error.stdout.decode(errors="replace") if isinstance(error.stdout, bytes) else error.stdout
        raise MachineError(f"no end after {patience:g} s: {said}") from None
    if f"{_END} 0" not in done.stdout:
        raise MachineError(done.stdout + done.stderr)
    return done.stdout
