# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A strongSwan of its own in a network namespace: no systemd, no files outside its folder, ESP in user space.

kernel-libipsec carries ESP in UDP port 4500 between the namespaces, whatever the kernel has; what comes out of a tunnel
arrives on the interface ipsec0. It knows tunnel mode only. It also never asks for a tunnel: where a kernel reports
that a packet waits for one (`acquire`), libipsec 5.9 drops the packet and writes a line in the log, which `Demand`
answers in the kernel's place. Without a trap policy there is no such line, so nothing comes up that the
configuration did not ask for. Where the kernel has ESP (`kernel=True`), none of this is needed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ansible_collections.bastion.routeros.tests.packets.namespaces import LabError, Namespace

DAEMON = "/usr/sbin/charon-systemd"
INTERFACE = "ipsec0"
_PLUGINS = (
    "random nonce aes sha1 sha2 md5 hmac kdf gmp pem pkcs1 pkcs8 pkcs12 x509 pubkey revocation constraints drbg "
    "openssl gcm"
)
_USER_SPACE = "kernel-libipsec kernel-netlink socket-default vici updown"
_KERNEL = "kernel-netlink socket-default vici updown"
_READERS = "random nonce openssl sha1 sha2 hmac pem pkcs1 pkcs8 pkcs12 x509 pubkey"
_FOLDERS = ("conf.d", "x509", "x509ca", "x509crl", "private", "rsa", "ecdsa", "pkcs8", "pkcs12", "pubkey")
# The rest of what swanctl looks into; made so that it does not complain.
_MORE_FOLDERS = ("x509aa", "x509ac", "x509ocsp", "bliss")
_PATIENCE = 30.0
# These let IKE and ESP packets pass by the route into the tunnel when both ends are their own networks.
_MARKS = """    socket-default {
      fwmark = 0x42
    }
    kernel-netlink {
      fwmark = !0x42
    }
    kernel-libipsec {
      allow_peer_ts = yes
    }"""
_WANTED = re.compile(r"could not find an outbound IPsec SA for reqid \{\d+\}, dropping packet")


def missing() -> str:
    """What this machine lacks for tunnels; "" when nothing."""
    lacking = [tool for tool in ("swanctl", DAEMON) if shutil.which(tool) is None]
    plugins = Path("/usr/lib/ipsec/plugins")
    for plugin in ("kernel-libipsec", "openssl"):
        if not (plugins / f"libstrongswan-{plugin}.so").exists():
            lacking.append(f"strongSwan's plugin {plugin}")
    if not Path("/dev/net/tun").exists():
        lacking.append("/dev/net/tun")
    return " and ".join(lacking)


def settings(folder: Path, more: Mapping[str, str], kernel: bool) -> str:
    """What strongswan.conf says about this host, not about its connections.

    :param more: options of charon
    :param kernel: the kernel has ESP, and needs no help
    """
    options = {"retransmit_timeout": "0.6", "retransmit_tries": "3", **more}
    lines = "\n".join(f"  {name} = {text}" for name, text in options.items())
    marks = "" if kernel else _MARKS
    return f"""swanctl {{
  load = {_READERS}
}}
charon-systemd {{
  load = {_PLUGINS} {_KERNEL if kernel else _USER_SPACE}
{lines}
  plugins {{
    vici {{
      socket = unix://{folder}/vici
    }}
{marks}
  }}
  filelog {{
    file {{
      path = {folder}/log
      default = 1
      flush_line = yes
    }}
  }}
}}
"""


class Charon:
    """One strongSwan. `folder` is its own; swanctl's files are in `folder`/swanctl, as in /etc/swanctl."""

    def __init__(
        self, namespace: Namespace, folder: Path, options: Mapping[str, str] | None = None, kernel: bool = False
    ) -> None:
        self.namespace, self.folder = namespace, folder
        self.swanctl_folder = folder / "swanctl"
        for name in (*_FOLDERS, *_MORE_FOLDERS):
            (self.swanctl_folder / name).mkdir(parents=True, exist_ok=True)
        (self.swanctl_folder / "swanctl.conf").write_text("include conf.d/*.conf\n", encoding="utf-8")
        (folder / "strongswan.conf").write_text(settings(folder, options or {}, kernel), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _environment(self) -> dict[str, str]:
        own = {"STRONGSWAN_CONF": f"{self.folder}/strongswan.conf", "SWANCTL_DIR": str(self.swanctl_folder)}
        return os.environ | own

    def start(self) -> None:
        """Start the daemon and wait until it listens.

        :raises LabError: it ended, or took too long; with its log
        """
        socket = self.folder / "vici"
        socket.unlink(missing_ok=True)
        self._process = self.namespace.start(
            [DAEMON], env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.wait(socket.exists, "strongSwan does not listen")

    def stop(self) -> None:
        """End the daemon: it says goodbye to its peers first."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)

    def wait(self, reached: Callable[[], object], otherwise: str, patience: float = _PATIENCE) -> None:
        """Wait until something holds.

        :raises LabError: `otherwise`, and the end of the log
        """
        end = time.monotonic() + patience
        while not reached():
            if time.monotonic() > end or (self._process is not None and self._process.poll() is not None):
                raise LabError(f"{otherwise}: {self.log()[-3000:]}")
            time.sleep(0.02)

    def log(self) -> str:
        """The whole log so far."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def ask(self, *words: str) -> tuple[int, str]:
        """Run swanctl; its code and everything that it said."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace.name, "swanctl", *words, "--uri", f"unix://{self.folder}/vici"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def tell(self, *words: str) -> str:
        """Run swanctl.

        :raises LabError: with what it said
        """
        code, said = self.ask(*words)
        if code != 0:
            raise LabError(f"swanctl {' '.join(words)}: {said}")
        return said

    def load(self) -> str:
        """Take over what is in the folder now: connections, secrets, certificates."""
        return self.tell("--load-all", "--noprompt")

    def associations(self) -> dict[str, int]:
        """The security associations that are up: name of the connection or child -> how many there are."""
        found: dict[str, int] = {}
        for line in self.tell("--list-sas").splitlines():
            if match := re.match(r"(?:  )?(\S+): #\d+, (?:reqid \d+, )?(\w+)", line):
                name, state = match.groups()
                found[name] = found.get(name, 0) + (state in ("ESTABLISHED", "INSTALLED", "REKEYED", "REKEYING"))
        return {name: number for name, number in found.items() if number}

    def spis(self, child: str) -> set[str]:
        """The incoming SPIs of a child: other ones after a rekeying."""
        raw = self.tell("--list-sas", "--child", child, "--raw")
        return set(re.findall(r"spi-in=([0-9a-f]+)", raw))

    def trapped(self) -> list[str]:
        """The names of the children whose policies wait for a packet, up or not."""
        return re.findall(r"^\S+?/(\S+), (?:TUNNEL|TRANSPORT)", self.tell("--list-pols", "--trap"), re.M)


class Demand:
    """Brings a trapped child up when a packet waits for it, as a kernel's acquire does."""

    def __init__(self, charon: Charon) -> None:
        self._charon = charon
        self._seen = len(charon.log())
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="demand", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._ending.wait(0.05):
            log = self._charon.log()
            if not _WANTED.search(log, self._seen):
                self._seen = max(self._seen, log.rfind("\n") + 1)
                continue
            up = self._charon.associations()
            for child in self._charon.trapped():
                if child in up:
                    continue
                # Whether it worked is in the log.
                self._charon.ask("--initiate", "--child", child, "--timeout", "4")
            self._seen = len(log)

    def close(self) -> None:
        """Answer no more."""
        self._ending.set()
        self._thread.join()
