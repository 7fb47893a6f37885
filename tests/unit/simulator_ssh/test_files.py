# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files over SFTP: what comes in is in /file, and nothing of the machine is."""

from __future__ import annotations

import base64
import hashlib

import paramiko
import pytest
from routeros_simulator.testing import Simulator

from .conftest import Connect, Ssh

BINARY = bytes(range(256)) * 300


def sftp(ssh: Ssh) -> paramiko.SFTPClient:
    found = paramiko.SFTPClient.from_transport(ssh.transport)
    assert found is not None
    return found


def put(files: paramiko.SFTPClient, name: str, data: bytes) -> None:
    with files.open(name, "wb") as file:
        file.write(data)


def test_what_goes_in_comes_out(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    files = sftp(admin)
    put(files, "ca.pem", b"text\n")
    put(files, "/flash/store.p12", BINARY)
    assert admin.run(":put [/file get ca.pem contents]").startswith("text")
    assert admin.run(":put [/file get [find name=flash/store.p12] size]") == str(len(BINARY))
    with files.open("flash/store.p12") as file:
        assert file.read() == BINARY
    assert sorted(files.listdir("/")) == ["ca.pem", "flash"]
    assert files.listdir("flash") == ["store.p12"]
    assert files.stat("ca.pem").st_size == 5
    with files.open("ca.pem", "ab") as file:
        file.write(b"more\n")
    with files.open("ca.pem") as file:
        assert file.read() == b"text\nmore\n"
    put(files, "ca.pem", b"new")
    files.rename("ca.pem", "other.pem")
    assert {row["name"] for row in router.rows("/file")} == {"other.pem", "flash/store.p12"}
    files.remove("other.pem")
    assert admin.run("/file remove flash/store.p12") == ""
    assert router.rows("/file") == []
    with pytest.raises(FileNotFoundError):
        files.stat("other.pem")


def test_nothing_of_the_machine_can_be_reached(router: Simulator, connect: Connect) -> None:
    files = sftp(connect(router))
    for path in ("/etc/passwd", "../../../../etc/passwd", "//etc/hosts"):
        with pytest.raises(FileNotFoundError):
            files.open(path)
    for refused in (
        lambda: files.symlink("/etc/passwd", "link"),
        lambda: files.readlink("link"),
        lambda: files.posix_rename("a", "b"),
    ):
        with pytest.raises(OSError, match="not supported"):
            refused()
    files.mkdir("etc")
    put(files, "etc/passwd", b"mine")
    with files.open("/etc/passwd") as file:
        assert file.read() == b"mine"


def test_files_need_the_policy_ftp(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    put(sftp(admin), "ca.pem", b"text")
    admin.run("/user group add name=robots policy=ssh,read,write; /user add name=robot group=robots password=right")
    robot = sftp(connect(router, "robot", "right"))
    with pytest.raises(PermissionError):
        robot.open("ca.pem")
    admin.run("/user group set robots policy=ftp,!write")
    with robot.open("ca.pem") as file:
        assert file.read() == b"text"
    with pytest.raises(PermissionError):
        put(robot, "other.pem", b"text")
    with pytest.raises(PermissionError):
        robot.remove("ca.pem")


def test_a_certificate_comes_in_and_goes_out(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    admin.run("/certificate add name=ca common-name=ca key-size=1024 key-usage=key-cert-sign")
    assert admin.run("/certificate sign ca") == "  progress: done\n"
    assert admin.run("/certificate export-certificate ca file-name=out export-passphrase=long-enough") == ""
    files = sftp(admin)
    with files.open("out.crt") as file:
        certificate = file.read()
    with files.open("out.key") as file:
        key = file.read()
    assert b"ENCRYPTED" in key
    admin.run("/certificate remove ca")
    put(files, "in.pem", certificate + key)
    shown = admin.run("/certificate import file-name=in.pem passphrase=long-enough name=again")
    assert shown.splitlines()[:3] == [
        "     certificates-imported: 1",
        "     private-keys-imported: 1",
        "            files-imported: 1",
    ]
    assert "  keys-with-no-certificate: 0" in shown.splitlines()
    assert admin.run(":put [/certificate get again private-key]") == "true"
    der = base64.b64decode(certificate.decode().split("-----")[2])
    assert admin.run(":put [/certificate get again fingerprint]") == hashlib.sha256(der).hexdigest()
