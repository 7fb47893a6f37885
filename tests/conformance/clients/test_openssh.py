# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSSH's ssh, sftp and scp; and what OpenSSL sees on api-ssl."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from routeros_simulator.testing import Simulator, running

CLIENT = "OpenSSH"
pytestmark = pytest.mark.skipif(not shutil.which("ssh"), reason="no OpenSSH client: apt-get install openssh-client")


@pytest.fixture(scope="module")
def router() -> Iterator[Simulator]:
    """A router with SSH that the tests of this module share."""
    with running("7.22.3", ssh=True, time_scale=20) as simulator:
        yield simulator


class OpenSsh:
    """OpenSSH's programs with a known_hosts file and a key of their own."""

    def __init__(self, router: Simulator, home: Path) -> None:
        self.router = router
        self.home = home
        self.options = ["-F", "none", "-o", f"UserKnownHostsFile={home / 'known'}", "-o", "BatchMode=yes"]
        self.options += ["-o", "ConnectTimeout=30", "-o", "IdentityAgent=none"]

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One program to its end."""
        return subprocess.run(words, input=typed, capture_output=True, text=True, timeout=60, check=False)

    def ssh(self, user: str, *words: str, strict: str = "accept-new", typed: str = "") -> tuple[int, str, str]:
        """Exit status, output and errors of ssh."""
        port = str(self.router.ssh_port)
        host = ["-o", f"StrictHostKeyChecking={strict}", "-p", port, f"{user}@127.0.0.1"]
        done = self.run("ssh", *self.options, *host, *words, typed=typed)
        return done.returncode, done.stdout.replace("\r\n", "\n"), done.stderr


@pytest.fixture
def client(router: Simulator, tmp_path: Path) -> OpenSsh:
    """A newcomer."""
    return OpenSsh(router, tmp_path)


def test_commands(client: OpenSsh, operation: Callable[[str], None]) -> None:
    for command, shown in (
        (":put [/system identity get name]", "MikroTik\n"),
        ("/system identity print", "  name: MikroTik\n\n"),
        ("/ip service set api nonsense=1", "expected end of command (line 1 column 21)\n"),
    ):
        operation(command)
        assert client.ssh("admin+cte512w", command)[:2] == (0, shown)


def test_host_keys(client: OpenSsh, operation: Callable[[str], None]) -> None:
    operation("first contact, strict")
    assert client.ssh("admin", ":put 1", strict="yes")[0] == 255
    operation("accept-new")
    assert client.ssh("admin", ":put 1")[:2] == (0, "1\n")
    operation("known")
    assert client.ssh("admin", ":put 1", strict="yes")[:2] == (0, "1\n")
    client.ssh("admin", "/ip ssh regenerate-host-key")
    operation("changed")
    status, shown, said = client.ssh("admin", ":put 1")
    assert (status, shown) == (255, "")
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in said


def test_a_key(client: OpenSsh, operation: Callable[[str], None]) -> None:
    key = client.home / "key"
    client.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "openssh", "-f", str(key))
    client.ssh("admin", "/user add name=keyed group=full password=secret")
    line = key.with_suffix(".pub").read_text().strip()
    assert client.ssh("admin", f'/user ssh-keys add user=keyed key=\\"{line}\\"'.replace("\\", ""))[1] == ""
    operation("without the key")
    assert "Permission denied" in client.ssh("keyed", ":put 1")[2]
    operation("with the key")
    client.options += ["-i", str(key), "-o", "IdentitiesOnly=yes"]
    assert client.ssh("keyed+cte", ":put 1")[:2] == (0, "1\n")
    client.ssh("admin", "/user remove keyed")


def test_a_terminal(client: OpenSsh, operation: Callable[[str], None]) -> None:
    operation("ssh -tt")
    client.ssh("admin", '/user add name=typist group=full password=""')
    lines = "n\r\x03" + "/ip service\rset www port=8080\r:put [get www port]\r/quit\r"
    status, shown, _unused = client.ssh("typist+cte", "-tt", typed=lines)
    assert status == 0
    assert "\n8080\n" in shown
    assert "[typist@MikroTik] /ip/service> " in shown


def test_files(client: OpenSsh, operation: Callable[[str], None]) -> None:
    client.ssh("admin", ":put 1")
    port = str(client.router.ssh_port)
    data = bytes(range(256)) * 1000
    (client.home / "up.bin").write_bytes(data)
    batch = f"put {client.home / 'up.bin'} sftp.bin\nls -l\nget sftp.bin {client.home / 'down.bin'}\nrm sftp.bin\n"
    operation("sftp")
    done = client.run("sftp", *client.options, "-b", "-", "-P", port, "admin@127.0.0.1", typed=batch)
    assert done.returncode == 0, done.stderr
    assert "256000" in done.stdout
    assert (client.home / "down.bin").read_bytes() == data
    for number, old in enumerate(([], ["-O"])):  # over SFTP, and the old protocol
        operation(f"scp {old}")
        name = f"admin@127.0.0.1:scp{number}.bin"
        up = client.run("scp", *old, *client.options, "-P", port, str(client.home / "up.bin"), name)
        assert up.returncode == 0, up.stderr
        down = client.run("scp", *old, *client.options, "-P", port, name, str(client.home / f"down{number}"))
        assert down.returncode == 0, down.stderr
        assert (client.home / f"down{number}").read_bytes() == data
    assert {row["name"] for row in client.router.rows("/file")} >= {"scp0.bin", "scp1.bin"}


def s_client(port: int, *words: str) -> str:
    """What openssl s_client tells of a service."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *words]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def test_openssl_sees_no_certificate_then_a_chain_that_verifies(
    client: OpenSsh, operation: Callable[[str], None]
) -> None:
    port = client.router.api_ssl_port
    operation("s_client, no certificate")
    assert "handshake failure" in s_client(port, "-tls1_2").lower()
    operation("s_client, anonymous")
    anonymous = s_client(port, "-tls1_2", "-cipher", "ADH:@SECLEVEL=0")
    assert "no peer certificate available" in anonymous
    assert re.search(r"Cipher is ADH-", anonymous)
    for line in (
        "/certificate add name=ca common-name=ca key-usage=key-cert-sign,crl-sign",
        "/certificate sign ca",
        "/certificate add name=leaf common-name=router subject-alt-name=IP:127.0.0.1 key-usage=tls-server",
        ":delay 2s; /certificate sign leaf ca=ca",
        ":delay 2s; /ip service set api-ssl certificate=leaf",
        "/certificate export-certificate ca file-name=ca",
    ):
        assert client.ssh("admin", line)[1] in ("", "  progress: done\n\n"), line
    authority = client.home / "ca.pem"
    batch = f"get ca.crt {authority}\n"
    sftp = ["sftp", *client.options, "-b", "-", "-P", str(client.router.ssh_port), "admin@127.0.0.1"]
    assert client.run(*sftp, typed=batch).returncode == 0
    operation("s_client, verified")
    words = ("-tls1_2", "-CAfile", str(authority), "-verify_return_error", "-verify_ip", "127.0.0.1")
    verified = s_client(port, *words)
    assert "Verification: OK" in verified, verified
    assert "Verify return code: 0 (ok)" in verified
    operation("s_client, another name")
    assert "mismatch" in s_client(port, *words[:-1], "127.0.0.9")
    operation("s_client, TLS 1.3")
    assert "alert protocol version" in s_client(port, "-tls1_3").lower()
