# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact over SSH: whose host key it is, keys instead of passwords, a library that is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import ssh
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.bootstrap.newcomer import (
    ADMIN_PASSWORD,
    Newcomer,
    newcomer,
)
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

VERSION = "7.22.3"


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Newcomer]:
    with newcomer(VERSION, "ssh", tmp_path, first={"accept_new": False}) as router:
        yield router


def seen_key(new: Newcomer) -> tuple[str, str]:
    """The router's host key by another client: its fingerprint, and its line in known_hosts."""
    transport = paramiko.Transport(("127.0.0.1", new.ports["ssh"]))
    try:
        transport.start_client(timeout=5)
        key = transport.get_remote_server_key()
        return ssh.fingerprint(key), f"[127.0.0.1]:{new.ports['ssh']} {key.get_name()} {key.get_base64()}\n"
    finally:
        transport.close()


def other_key() -> str:
    key = paramiko.PKey.from_type_string("ssh-ed25519", A_KEY)
    return str(key.get_base64())


A_KEY = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(range(32))


def refused(new: Newcomer, says: str, kind: str) -> None:
    """Nothing is written, on neither side, and no login was tried."""
    before, logged = snapshot(new.router), len(new.router.rows("/log"))
    known = new.folder / "known_hosts"
    lines = known.read_text() if known.exists() else None
    with pytest.raises(RouterError, match=says) as caught:
        new.bootstrap()
    assert caught.value.kind == kind
    assert snapshot(new.router) == before
    assert len(new.router.rows("/log")) == logged
    assert (known.read_text() if known.exists() else None) == lines


def test_a_host_key_that_nobody_knows(new: Newcomer) -> None:
    refused(new, "is not known: it shows SHA256:", "ssh_host_key_unknown")


def test_a_host_key_that_is_given(new: Newcomer) -> None:
    new.first["host_key"] = (seen_key(new)[0],)
    told = new.bootstrap()
    assert (told.changed, told.host_key) == (True, seen_key(new)[0])
    assert new.gets_in()
    assert not (new.folder / "known_hosts").exists()


def test_another_host_key_than_the_one_that_is_given(new: Newcomer) -> None:
    new.first |= {"host_key": ("SHA256:" + "A" * 43,), "accept_new": True}
    refused(new, "names another one.*do not go on", "ssh_host_key_changed")


def test_a_host_key_that_is_written_down(new: Newcomer) -> None:
    (new.folder / "known_hosts").write_text(seen_key(new)[1])
    assert new.bootstrap().changed
    assert new.gets_in()


def test_another_host_key_than_the_one_that_is_written_down(new: Newcomer) -> None:
    (new.folder / "known_hosts").write_text(f"[127.0.0.1]:{new.ports['ssh']} ssh-ed25519 {other_key()}\n")
    new.first["accept_new"] = True
    refused(new, "holds another one for .*do not go on", "ssh_host_key_changed")


def test_a_new_host_key_is_taken_once_and_only_when_that_is_written(new: Newcomer, tmp_path: Path) -> None:
    new.first["accept_new"] = True
    told = new.bootstrap(check_mode=True)
    assert (new.folder / "known_hosts").read_text() == seen_key(new)[1]
    assert any("was not known" in text for text in told.warnings)
    # From now on another one is refused.
    with newcomer(VERSION, "ssh", tmp_path / "impostor") as impostor:
        line = (new.folder / "known_hosts").read_text().replace(f":{new.ports['ssh']} ", f":{impostor.ports['ssh']} ")
        (tmp_path / "impostor").mkdir(exist_ok=True)
        (tmp_path / "impostor" / "known_hosts").write_text(line)
        refused(impostor, "holds another one", "ssh_host_key_changed")


def private_key(folder: Path, passphrase: str = "") -> tuple[str, str]:
    """A private key in a file, and its public half."""
    key = Ed25519PrivateKey.generate()
    locked = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    path = folder / "id_ed25519"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, locked))
    return str(path), key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def teach(new: Newcomer, public: str, password: str) -> None:
    """admin gets a key and a password, over the API."""
    session = Door(ConnectionOptions("127.0.0.1", "admin", tls="plain", port=new.ports["plain"])).open()
    session.call("/user/ssh-keys/add", "=user=admin", f"=key={public}")
    session.call("/user/set", "=.id=admin", f"=password={password}")
    session.close()


@pytest.mark.parametrize("version", ["7.12.2", "7.24"])
def test_a_key_is_all_there_is(version: str, tmp_path: Path) -> None:
    """Nobody knows admin's password: the automation's user is made over SSH as well."""
    with newcomer(version, "ssh", tmp_path) as new:
        path, public = private_key(tmp_path, "key opener")
        teach(new, public, "nobody-knows-7")
        new.first |= {"private_key": path, "passphrase": "key opener"}
        admin = {"state": "disabled", "replaced_by": "netadmin", "password": ADMIN_PASSWORD}
        told = new.bootstrap(admin=admin)
        assert (told.changed, told.way, told.proved) == (True, "ssh", "future path")
        assert new.gets_in()
        assert new.gets_in(user="netadmin", password=ADMIN_PASSWORD)
        assert not new.bootstrap(admin=admin).changed


def test_a_password_where_only_the_key_gets_in(new: Newcomer) -> None:
    teach(new, private_key(new.folder)[1], "correct-horse-9")
    new.first |= {"accept_new": True, "password": "correct-horse-9"}
    before = snapshot(new.router)
    with pytest.raises(RouterError, match=r"gets in by its key only.*private_key") as caught:
        new.bootstrap()
    assert caught.value.kind == "ssh_login_refused"
    assert "correct-horse-9" not in caught.value.message
    assert snapshot(new.router) == before
    # With both, the key opens SSH and the password the API.
    new.first["private_key"] = str(new.folder / "id_ed25519")
    assert new.bootstrap().changed
    assert new.gets_in()


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ({"private_key": "/nowhere/id"}, "does not exist"),
        ({"private_key": __file__}, "holds no private key"),
        ({"user": "nobody"}, "refuses the SSH login of nobody"),
    ],
)
def test_logins_that_fail(new: Newcomer, first: dict[str, Any], says: str) -> None:
    new.first |= {"accept_new": True, **first}
    before = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
    with pytest.raises(RouterError, match=says):
        new.bootstrap()
    assert {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"} == before


@pytest.mark.parametrize(
    ("unasked", "says"),
    [
        # admin has no password yet, so SSH does not ask for one; the API does.
        (True, "refuses the login of admin.*was put back over SSH"),
        (False, "refuses the SSH login of admin"),
    ],
)
def test_a_password_where_there_is_none(unasked: bool, says: str, tmp_path: Path) -> None:
    switches = {"empty_password_unasked": unasked}
    with newcomer(VERSION, "ssh", tmp_path, switches=switches, first={"password": "wrong-one-77"}) as new:
        before = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
        with pytest.raises(RouterError, match=says) as caught:
            new.bootstrap()
        assert "wrong-one-77" not in caught.value.message
        assert {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"} == before


def test_a_router_that_asks_for_the_empty_password(tmp_path: Path) -> None:
    with newcomer(VERSION, "ssh", tmp_path, switches={"empty_password_unasked": False}) as new:
        told = new.bootstrap(check_mode=True)
        assert (told.changed, told.way, told.host_key) == (True, "ssh", seen_key(new)[0])
        assert (new.folder / "known_hosts").read_text() == seen_key(new)[1]


def test_another_passphrase_is_told(new: Newcomer) -> None:
    path, _public = private_key(new.folder, "key opener")
    new.first |= {"accept_new": True, "private_key": path, "passphrase": "guessed-77"}
    with pytest.raises(RouterError, match="passphrase is wrong") as caught:
        new.bootstrap()
    assert "guessed-77" not in caught.value.message


def test_a_port_that_is_no_ssh_or_nothing(new: Newcomer) -> None:
    for port, says in ((new.ports["plain"], "does not speak SSH"), (1, "refuses the connection: the service ssh")):
        new.ports["ssh"] = port
        with pytest.raises(RouterError, match=says):
            new.bootstrap()


def test_the_proof_fails_and_the_service_is_as_before(tmp_path: Path) -> None:
    """Somebody in the middle of the TLS that SSH has just prepared."""
    with newcomer(VERSION, "plain", tmp_path / "impostor") as impostor, newcomer(VERSION, "ssh", tmp_path) as new:
        impostor.bootstrap()
        before = {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"}
        ports, new.ports = new.ports, {**new.ports, "anonymous": impostor.ports["anonymous"]}
        with pytest.raises(RouterError, match=r"was not issued by the CA.*was put back over SSH"):
            new.bootstrap()
        assert {path: rows for path, rows in snapshot(new.router).items() if path != "/certificate"} == before
        new.ports = ports
        assert new.bootstrap().changed
        assert new.gets_in()


@pytest.mark.parametrize("version", ["7.12.2", "7.24"])
def test_a_console_that_asks_for_a_new_password_first(version: str, tmp_path: Path) -> None:
    """It is declined, and admin keeps its own: nobody has said another one."""
    with newcomer(version, "ssh", tmp_path, switches={"exec_expired": "ask"}) as new:
        assert new.bootstrap().changed
        assert new.gets_in()
        assert new.gets_in(user="admin", password="")


def test_a_console_that_runs_nothing_before_there_is_a_new_password(tmp_path: Path) -> None:
    with newcomer(VERSION, "ssh", tmp_path, switches={"exec_expired": "insist"}) as new:
        before = snapshot(new.router)
        says = r"asks for a new password.*Log in by hand once.*anonymous or plain"
        with pytest.raises(RouterError, match=says) as caught:
            new.bootstrap()
        assert caught.value.kind == "ssh_password_expired"
        assert snapshot(new.router) == before
        # As the message says: over the API, which does not ask; or by hand, and then over SSH.
        session = Door(ConnectionOptions("127.0.0.1", "admin", tls="plain", port=new.ports["plain"])).open()
        session.call("/user/set", "=.id=admin", "=password=set-by-Hand-7")
        session.close()
        new.first |= {"accept_new": True, "password": "set-by-Hand-7"}
        assert new.bootstrap().changed
        assert new.gets_in()


def test_without_paramiko(new: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(RouterError, match=r"paramiko is missing for .*pip install paramiko") as caught:
        new.bootstrap()
    assert caught.value.kind == "library_missing"
