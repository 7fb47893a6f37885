# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Libreswan of its own in a network namespace, with the files that the role renders for it.

Debian's package cannot be installed beside strongSwan's. So it is fetched with what it needs, and unpacked.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.bastion.routeros.tests.packets.ipsec import debian
from ansible_collections.bastion.routeros.tests.packets.namespaces import LabError, Namespace

ROOT = Path(__file__).resolve().parents[3]
_FOLDER = ROOT / "build" / "libreswan"
_PROGRAMS = "usr/libexec/ipsec"
_PATIENCE = 60.0


def missing() -> str:
    """What this machine lacks to fetch it; "" when nothing."""
    return " and ".join(tool for tool in ("apt-get", "dpkg", "openssl") if shutil.which(tool) is None)


def unpacked() -> Path:
    """A folder with Libreswan as Debian has it.

    :raises CommandError: it cannot be fetched
    """
    return debian.unpacked(_FOLDER, _wanted)


def _wanted() -> list[str]:
    plan = debian.run("apt-get", "--simulate", "--no-install-recommends", "install", "libreswan")
    return re.findall(r"^Inst (\S+)", plan, re.M)


class Pluto:
    """One Libreswan. `folder` is its own."""

    def __init__(self, namespace: Namespace, folder: Path, name: str, files: Mapping[str, str]) -> None:
        """
        :param name: of the connection, of its files, and of the certificate
        :param files: NAME.conf and NAME.secrets as rendered; certificate, key and authority as PEM
        """
        self.namespace, self.folder, self.name = namespace, folder, name
        self._root = unpacked()
        for each in ("nss", "run"):
            (folder / each).mkdir(parents=True)
        for each, text in files.items():
            (folder / each).write_text(text, encoding="utf-8")
        (folder / f"{name}.secrets").touch()
        libraries = ":".join(str(self._root / each) for each in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"))
        self._environment = os.environ | {"LD_LIBRARY_PATH": libraries}
        self._nss(*("certutil", "-N", "--empty-password"))
        if "certificate" in files:
            self._keep_papers()
        self._process: subprocess.Popen[bytes] | None = None

    def _nss(self, tool: str, *words: str) -> None:
        where = ("-d", f"sql:{self.folder}/nss")
        debian.run(str(self._root / "usr/bin" / tool), *words, *where, environment=self._environment)

    def _keep_papers(self) -> None:
        """Certificates and keys are in a database, by names."""
        both = ("-inkey", "key", "-in", "certificate", "-name", self.name, "-passout", "pass:", "-out", "both.p12")
        debian.run("openssl", "pkcs12", "-export", *both, folder=self.folder)
        self._nss("pk12util", "-i", f"{self.folder}/both.p12", "-W", "")
        self._nss("certutil", "-A", "-n", f"{self.name}-ca", "-t", "CT,,", "-i", f"{self.folder}/authority")

    def start(self) -> None:
        """Start it and load the connection.

        :raises LabError: it does not take it; with its log
        """
        # It looks for its programs there only. The namespace has mounts of its own.
        programs = self._root / _PROGRAMS
        script = (
            f"mount -t tmpfs tmpfs /usr/libexec && ln -s {programs} /usr/libexec/ipsec && "
            f"PATH={self._root}/usr/sbin:$PATH exec {programs}/pluto --nofork --stderrlog --config {self._conf} "
            f"--secretsfile {self.folder}/{self.name}.secrets --ipsecdir {self.folder} --nssdir {self.folder}/nss "
            f"--rundir {self.folder}/run"
        )
        with (self.folder / "log").open("wb") as log:
            self._process = self.namespace.start(
                ["sh", "-c", script], env=self._environment, stdout=subprocess.DEVNULL, stderr=log
            )
        end = time.monotonic() + _PATIENCE
        while "loading secrets from" not in self.log():
            if time.monotonic() > end or self._process.poll() is not None:
                raise LabError(f"Libreswan does not start: {self.log()[-2000:]}")
            time.sleep(0.1)

    @property
    def _conf(self) -> Path:
        return self.folder / f"{self.name}.conf"

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE)

    def log(self) -> str:
        """What it said so far."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def whack(self, *words: str) -> str:
        """Tell it something, and what it answers."""
        program = str(self._root / _PROGRAMS / "whack")
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace.name, program, "--rundir", f"{self.folder}/run", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        return done.stdout + done.stderr

    def checked(self) -> str:
        """What its own parser complains of in the file; "" when nothing."""
        program = str(self._root / _PROGRAMS / "addconn")
        done = subprocess.run(
            [program, "--config", str(self._conf), "--checkconfig"],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        return "" if done.returncode == 0 else done.stderr or f"code {done.returncode}"

    def connections(self) -> list[str]:
        """The names of the connections that it has."""
        return sorted(set(re.findall(r'^000 "([^"]+)":', self.whack("--status"), re.M)))
