# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in over SSH, from where, with what; and what the console says first."""

from __future__ import annotations

import socket
from pathlib import Path

import librouteros
import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from routeros_simulator.testing import Simulator, running

from .conftest import Connect, wait_for

PROMPT = "] > "
REFUSED = paramiko.AuthenticationException


def new_key(directory: Path, comment: str = "somebody@desk") -> tuple[paramiko.PKey, str]:
    """A key, and its public half as a line."""
    key = Ed25519PrivateKey.generate()
    file = directory / "key"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return paramiko.Ed25519Key.from_private_key_file(str(file)), f"{public} {comment}"


def messages(router: Simulator) -> list[str]:
    return [row["message"] for row in router.rows("/log")]


def test_a_fresh_router_and_names_with_options(router: Simulator, connect: Connect) -> None:
    for user in ("admin", "admin+cte512w", "admin+ct80w40h"):
        assert connect(router, user, "").run(":put [/system identity get name]") == "MikroTik"
    (active, *_others) = router.rows("/user/active")
    assert active["name"] == "admin"
    assert active["via"] == "ssh"
    assert "user admin logged in from 127.0.0.1 via ssh" in messages(router)
    assert connect(router, "admin", None).run(":put 1") == "1"


def test_a_router_that_wants_the_empty_password(connect: Connect) -> None:
    with running(ssh=True, switches={"empty_password_unasked": False}) as router:
        with pytest.raises(paramiko.BadAuthenticationType) as refused:
            connect(router, "admin", None)
        assert set(refused.value.allowed_types) == {"password", "publickey"}
        assert connect(router, "admin", "").run(":put 1") == "1"


def test_wrong_passwords_and_disabled_users(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    admin.run("/user add name=other group=full password=right; /user add name=third group=full password=right")
    admin.run("/user disable third")
    for user, password in (("other", "wrong"), ("nobody", "right"), ("third", "right"), ("other+c", "wrong")):
        with pytest.raises(REFUSED):
            connect(router, user, password).run(":put 1")
    assert "login failure for user other from 127.0.0.1 via ssh" in messages(router)
    assert connect(router, "other", "right").run(":put 1") == "1"


def test_the_policy_ssh_is_needed(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    admin.run("/user group add name=robots policy=api,read; /user add name=robot group=robots password=right")
    with pytest.raises(REFUSED):
        connect(router, "robot", "right")
    librouteros.connect("127.0.0.1", "robot", "right", port=router.api_port).close()
    admin.run("/user group set robots policy=ssh")
    assert connect(router, "robot", "right").run(":put 1") == "1"
    admin.run("/user group set robots policy=!api")
    with pytest.raises(librouteros.exceptions.TrapError):
        librouteros.connect("127.0.0.1", "robot", "right", port=router.api_port)


def test_sources_of_the_user_and_of_the_service(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    admin.run("/user add name=near group=full password=right address=127.0.0.1")
    assert connect(router, "near", "right").run(":put 1") == "1"
    with pytest.raises(REFUSED):
        connect(router, "near", "right", source="127.0.0.2")
    admin.run("/ip service set ssh address=127.0.0.2/32")
    with pytest.raises((paramiko.SSHException, EOFError)):
        connect(router)
    assert connect(router, source="127.0.0.2").run(":put 1") == "1"


def test_a_key_shuts_the_password_out(router: Simulator, connect: Connect, tmp_path: Path) -> None:
    key, line = new_key(tmp_path)
    admin = connect(router)
    admin.run("/user add name=other group=full password=right")
    assert admin.run(f'/user ssh-keys add user=other key="{line}"') == ""
    (row,) = router.rows("/user/ssh-keys")
    assert (row["user"], row["key-type"], row["info"]) == ("other", "ed25519", "somebody@desk")
    assert "key" not in row
    assert connect(router, "other", key=key).run(":put 1") == "1"
    with pytest.raises(REFUSED):
        connect(router, "other", "right")
    admin.run("/user add name=third group=full password=right")
    with pytest.raises(REFUSED):
        connect(router, "third", key=key)
    admin.run("/ip ssh set password-authentication=yes")
    assert connect(router, "other", "right").run(":put 1") == "1"
    admin.run("/ip ssh set password-authentication=no")
    with pytest.raises(REFUSED):
        connect(router, "admin", "")


def test_the_setting_before_7_21(connect: Connect, tmp_path: Path) -> None:
    key, line = new_key(tmp_path)
    with running("7.18.2", ssh=True) as router:
        admin = connect(router)
        admin.run(f'/user ssh-keys add user=admin key="{line}"')
        assert router.rows("/user/ssh-keys")[0].get("key-owner", "somebody@desk") == "somebody@desk"
        with pytest.raises(REFUSED):
            connect(router)
        assert "expected end of command" in admin.run("/ip ssh set password-authentication=yes")
        admin.run("/ip ssh set always-allow-password-login=yes")
        assert connect(router).run(":put 1") == "1"
        assert connect(router, key=key).run(":put 1") == "1"


def test_keys_from_files(router: Simulator, connect: Connect, tmp_path: Path) -> None:
    key, line = new_key(tmp_path)
    ecdsa = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    admin = connect(router)
    with paramiko.SFTPClient.from_transport(admin.transport) or pytest.fail("no SFTP") as files:
        for name, text in (("good.pub", line.encode()), ("bad.pub", ecdsa)):
            with files.open(name, "wb") as file:
                file.write(text)
    refused = "failure: unable to load key file (wrong format or bad passphrase)!"
    assert admin.run("/user ssh-keys import public-key-file=bad.pub user=admin") == refused
    assert admin.run("/user ssh-keys import public-key-file=good.pub user=admin info=mine") == ""
    assert [row["name"] for row in router.rows("/file")] == ["bad.pub"]
    assert router.rows("/user/ssh-keys")[0]["info"] == "mine"
    assert connect(router, key=key).run(":put 1") == "1"


def test_the_host_key_stays_until_it_is_made_again(connect: Connect, tmp_path: Path) -> None:
    state = tmp_path / "router.json"
    found = []
    for _unused in range(2):
        with running(ssh=True, state=state) as router:
            found.append(connect(router).transport.get_remote_server_key())
    assert found[0] == found[1]
    assert found[0].get_name() == "ssh-rsa"
    with running(ssh=True, state=state) as router:
        connect(router).run("/ip ssh regenerate-host-key")
        assert connect(router).transport.get_remote_server_key() != found[0]
        connect(router).run("/ip ssh set host-key-type=ed25519")
        assert connect(router).transport.get_remote_server_key().get_name() == "ssh-ed25519"


def test_the_service_follows_its_row(router: Simulator, connect: Connect) -> None:
    api = librouteros.connect("127.0.0.1", "admin", "", port=router.api_port)
    services = api.path("ip", "service")
    (ssh,) = [row for row in services if row["name"] == "ssh" and not row.get("dynamic")]
    assert ssh["port"] == router.ssh_port
    old = router.ssh_port
    services.update(**{".id": ssh[".id"], "disabled": True})
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", old), 5)
    services.update(**{".id": ssh[".id"], "disabled": False})
    assert connect(old).run(":put 1") == "1"


def test_sessions_are_cut_and_the_firewall_holds_for_them(router: Simulator, connect: Connect) -> None:
    api = librouteros.connect("127.0.0.1", "admin", "", port=router.api_port)
    admin = connect(router, source="127.0.0.3")
    (active,) = [row for row in api.path("user", "active") if row["via"] == "ssh"]
    api.path("user", "active").remove(active[".id"])
    wait_for(lambda: not admin.transport.is_active())
    api.path("ip", "firewall", "filter").add(chain="input", action="drop", **{"src-address": "127.0.0.3"})
    with socket.create_connection(("127.0.0.1", router.ssh_port), 5, ("127.0.0.3", 0)) as unheard:
        unheard.settimeout(0.5)
        with pytest.raises(TimeoutError):
            unheard.recv(1)
    assert connect(router).run(":put 1") == "1"


def test_the_first_at_the_console_is_asked_twice(router: Simulator, connect: Connect) -> None:
    shell = connect(router, "admin+cte512w").shell()
    assert "MikroTik RouterOS 7.22.3" in shell.expect("Do you want to see the software license? [Y/n]: ")
    shell.send("n\r")
    assert "Change your password (Ctrl-C to skip)" in shell.expect("new password> ")
    shell.send("one\r")
    shell.expect("repeat new password> ")
    shell.send("two\r")
    assert "Try again, error: New passwords do not match!" in shell.expect("new password> ")
    shell.send("Better-1\rBetter-1\r")
    said = shell.expect(PROMPT)
    assert "Password changed" in said
    assert "Better-1" not in said
    with pytest.raises(REFUSED):
        connect(router)
    second = connect(router, "admin+cte512w", "Better-1").shell()
    assert "password>" not in second.expect(f"[admin@MikroTik{PROMPT}")


def test_the_change_can_be_put_off_and_single_commands_know_nothing_of_it(router: Simulator, connect: Connect) -> None:
    assert connect(router).run(":put 1") == "1"
    for _unused in range(2):
        shell = connect(router, "admin+cte").shell()
        if not _unused:
            shell.expect("[Y/n]: ")
            shell.send("n\r")
        shell.expect("new password> ")
        shell.send("\x03")
        shell.expect(PROMPT)
        shell.send(":put (1 + 1)\r")
        shell.expect("\r\n2\r\n")
        shell.send("/quit\r")
        assert shell.ended()
    assert connect(router).run(":put 1") == "1"


def test_colours_and_questions_to_the_terminal_unless_told_otherwise(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    admin.run("/user set admin password=x")
    first = connect(router, "admin", "x").shell()
    assert "\x1bZ" in first.expect("[Y/n]: ")
    first.send("\x1b[?1;2cn\r")
    assert "\x1b[36m" in first.expect("\x1b[m] > ")
    plain = connect(router, "admin+cte", "x").shell()
    assert "\x1b" not in plain.expect(f"[admin@MikroTik{PROMPT}")


def test_safe_mode_of_a_terminal_that_goes_away(router: Simulator, connect: Connect) -> None:
    admin = connect(router)
    admin.run("/user set admin password=x")
    shell = connect(router, "admin+cte", "x").shell()
    shell.expect("[Y/n]: ")
    shell.send("n\r")
    shell.expect(PROMPT)
    shell.send("\x18")
    shell.expect("<SAFE> > ")
    shell.send("/system identity set name=changed\r")
    shell.expect("changed] ")
    shell.close()
    wait_for(lambda: router.rows("/system/identity")[0]["name"] == "MikroTik")


def test_a_failed_command_leaves_exit_status_zero_and_a_line_in_the_log(connect: Connect) -> None:
    with running("7.22.3", ssh=True) as router:
        assert connect(router).result("nonsense") == (0, "bad command name nonsense (line 1 column 1)")
        assert "executing script from sshd failed, please check it manually" in messages(router)
    with running("7.12.2", ssh=True, switches={"exec_status": "one"}) as router:
        assert connect(router).result("nonsense")[0] == 1
        assert connect(router).result(":put 1")[0] == 0
        assert "executing script from sshd failed, please check it manually" not in messages(router)
