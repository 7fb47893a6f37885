# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares and secures a simulated router that is as it comes out of the box, and proves from outside what is open.

Called by ``make demo``, which sets everything up. Ends with ``demo: N passed, N failed``, and with 1 when one failed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import outside

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "build" / "demo"
BIN = Path(sys.executable).parent
VERSION = "7.22.3"
ROUTER = "router1"
# The verified way in first, and who may use it then.
PLAYBOOKS = ("bastion.routeros.bootstrap", "bastion.routeros.secure_api")

# The outside world on one machine: every address of 127.0.0.0/8 is ours to connect from.
CONTROLLER = "127.0.0.1"
COLLEAGUES = "127.0.5.0/24"
COLLEAGUE, HASTY_COLLEAGUE, STRANGER = "127.0.5.5", "127.0.5.66", "127.0.9.9"

INVENTORY = """\
# Describes the router as it will be, and how to get in before that. The same file serves every run.
routers:
  hosts:
    {router}:
      ansible_host: 127.0.0.1
      ansible_port: {api_ssl}
  vars:
    ansible_connection: bastion.routeros.api
    ansible_user: automation
    ansible_password: "{password}"
    ansible_routeros_ca_path: "{{{{ inventory_dir }}}}/ca/{{{{ inventory_hostname }}}}.pem"
    ansible_routeros_first_contact: {{method: anonymous, port: {api_ssl}, user: admin, password: ""}}
    bootstrap_options:
      policies: [read, write, api, policy, sensitive, ftp]
    secure_api_port: {api_ssl}
    secure_api_sources: [{controller}, {colleagues}]
    secure_api_users:
      - name: automation
        password: "{{{{ ansible_password }}}}"
        policies: [read, write, api, policy, sensitive, ftp]
"""
RECAP = re.compile(rf"^{ROUTER}\s*:.*?changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


@dataclass
class Report:
    """What was looked at, and whether it was as it should be."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        print(f"\n== {text}", flush=True)

    def check(self, what: str, found: object, good: bool) -> None:
        """One line: what, what was found, whether that is right."""
        print(f"  {'ok  ' if good else 'FAIL'}  {what}: {found}", flush=True)
        if good:
            self.passed += 1
        else:
            self.failures.append(what)


def quiet_port() -> int:
    """A free port that no system hands out by itself: once it is closed, nobody else listens there by chance."""
    for port in secrets.SystemRandom().sample(range(20000, 32000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise SystemExit("demo: no free port between 20000 and 32000")


@contextmanager
def simulator() -> Iterator[dict[str, int]]:
    """A simulated router on free ports; ended with the block, whatever happens in it."""
    command = [str(BIN / "routeros-simulator"), "--version", VERSION, "--api-port", str(quiet_port())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit("demo: the simulator did not start")
        yield json.loads(line)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def play(inventory: Path, *options: str) -> tuple[int, int]:
    """Run both playbooks; returns the exit code and how many tasks changed something (-1 without a recap)."""
    command = [str(BIN / "ansible-playbook"), *PLAYBOOKS, "-i", str(inventory), *options]
    print(f"  $ ansible-playbook {' '.join(PLAYBOOKS)} -i {inventory.relative_to(ROOT)} {' '.join(options)}")
    environment = os.environ | {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_COLLECTIONS_PATH": str(collections())}
    environment.pop("ANSIBLE_FORCE_COLOR", None)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print("".join(f"  | {line}\n" for line in done.stdout.splitlines()), end="", flush=True)
    recaps = RECAP.findall(done.stdout)
    return done.returncode, sum(int(changed) for changed, _lost, _failed in recaps) if recaps else -1


def collections() -> Path:
    """The folder where this checkout is found as a collection."""
    tree = HERE / "collections"
    link = tree / "ansible_collections" / "bastion" / "routeros"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(os.path.relpath(ROOT, link.parent))
    return tree


def prove(report: Report, ports: dict[str, int], password: str, ca: Path) -> None:
    """Knock at every door, from inside and outside of the allowed sources."""
    tls = ports["api_ssl"]
    good = outside.verifying(ca) if ca.is_file() else outside.verifying(None)

    def encrypted(source: str, context: ssl.SSLContext = good, secret: str = password) -> str:
        return outside.encrypted(tls, source, "automation", secret, context)

    looks: list[tuple[str, Callable[[], str], Callable[[str], bool]]] = [
        (f"{COLLEAGUE}, allowed: verified TLS and a login", lambda: encrypted(COLLEAGUE), "in".__eq__),
        (f"{STRANGER}, not allowed: encrypted API", lambda: encrypted(STRANGER), "silent".__eq__),
        (
            f"{STRANGER}, not allowed: plain API",
            lambda: outside.plain(ports["api"], STRANGER, "admin", ""),
            lambda found: found in ("refused", "silent"),
        ),
        (
            f"{CONTROLLER}, allowed: plain API",
            lambda: outside.plain(ports["api"], CONTROLLER, "admin", ""),
            "refused".__eq__,
        ),
        (
            "a client that does not know the router's authority",
            lambda: encrypted(CONTROLLER, outside.verifying(None)),
            lambda found: found.startswith("not verified"),
        ),
        (
            "a client that expects another name",
            lambda: outside.encrypted(tls, CONTROLLER, "automation", password, good, name="router.example.net"),
            lambda found: found.startswith("not verified"),
        ),
        (
            "a client with TLS 1.0",
            lambda: encrypted(CONTROLLER, outside.old(ssl.TLSVersion.TLSv1)),
            lambda found: found.startswith("TLS refused: ") and "alert" in found,
        ),
        (
            "a client with TLS 1.1",
            lambda: encrypted(CONTROLLER, outside.old(ssl.TLSVersion.TLSv1_1)),
            lambda found: found.startswith("TLS refused: ") and "alert" in found,
        ),
        (
            "a client without certificates (anonymous TLS)",
            lambda: encrypted(CONTROLLER, outside.anonymous()),
            lambda found: found.startswith("TLS refused: ") and "alert" in found,
        ),
        ("a wrong password", lambda: encrypted(CONTROLLER, secret="not-the-password-1"), "denied".__eq__),
    ]
    for what, look, right in looks:
        found = look()
        report.check(what, found, right(found))
    tries = [encrypted(HASTY_COLLEAGUE) for _number in range(4)]
    report.check(f"{HASTY_COLLEAGUE}, allowed, four connections at once", tries, tries == ["in", "in", "in", "silent"])
    report.check(f"{CONTROLLER}, trusted, is never blocked", found := encrypted(CONTROLLER), found == "in")


def main() -> int:
    """Run the demo; 0 when everything was as it should be."""
    report = Report()
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir(parents=True)
    password = f"{secrets.token_urlsafe(12)}-7a"
    with simulator() as ports:
        report.heading(
            f"A router out of the box (simulated RouterOS {VERSION}, api {ports['api']}, api-ssl {ports['api_ssl']})"
        )
        found = outside.plain(ports["api"], STRANGER, "admin", "")
        report.check(f"{STRANGER}, anybody: plain API, admin without a password", found, found == "in")
        inventory = HERE / "inventory" / "hosts.yml"
        inventory.parent.mkdir()
        inventory.write_text(
            INVENTORY.format(
                router=ROUTER,
                api_ssl=ports["api_ssl"],
                password=password,
                controller=CONTROLLER,
                colleagues=COLLEAGUES,
            )
        )
        report.heading("First run: makes the verified way in, and secures it")
        code, changed = play(inventory)
        report.check("first run", f"exit code {code}, changed={changed}", code == 0 and changed > 0)
        report.heading("Second run, same inventory: nothing to do")
        code, changed = play(inventory)
        report.check("second run", f"exit code {code}, changed={changed}", code == 0 and changed == 0)
        report.heading("From outside")
        prove(report, ports, password, inventory.parent / "ca" / f"{ROUTER}.pem")
    print()
    for failure in report.failures:
        print(f"failed: {failure}")
    print(f"demo: {report.passed} passed, {len(report.failures)} failed")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
