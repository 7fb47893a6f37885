# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""First contact: used for want of a certificate, of the CA file or of the user, and never otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import (
    ConnectionOptions,
    Door,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    LoginFailed,
    RouterError,
    SetupFailed,
)
from ansible_collections.bastion.routeros.tests.unit.wire.conftest import Pki
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import Peer, Server

FACTORY = "factory secret"
FUTURE = "future secret"


class Users:
    """A router that knows some users; ``logins`` are the names that tried, in order."""

    def __init__(self, **passwords: str) -> None:
        self.passwords = passwords
        self.logins: list[str] = []

    def __call__(self, peer: Peer) -> None:
        sentence = peer.read()
        if sentence is None:
            return
        name, password = (word.decode().split("=", 2)[2] for word in sentence[1:3])
        self.logins.append(name)
        if self.passwords.get(name) == password:
            peer.say("!done")
        else:
            peer.say("!trap", "=message=invalid user name or password (6)")
            peer.say("!done")
        peer.read()


def door(port: int, method: str = "anonymous", first_port: int = 0, **settings: Any) -> Door:
    return Door(
        ConnectionOptions(
            **{
                "host": "127.0.0.1",
                "user": "automation",
                "password": FUTURE,
                "port": port,
                "timeout": 5.0,
                "first_contact": FirstContact(method, first_port, "admin", FACTORY),
                **settings,
            }
        )
    )


def failure(ours: Door, family: type[RouterError]) -> RouterError:
    with pytest.raises(family) as caught:
        ours.open()
    for secret in (FACTORY, FUTURE):
        assert secret not in f"{caught.value} {caught.value!r} {ours.options!r} {ours.warnings}"
    assert ours.way == ""
    return caught.value


def test_the_future_path_comes_first(pki: Pki) -> None:
    users = Users(admin=FACTORY, automation=FUTURE)
    with Server(users, pki.good.context()) as server:
        ours = door(server.port, first_port=server.port, ca_path=pki.ca_path)
        ours.open().close()
    assert users.logins == ["automation"]
    assert (ours.way, ours.warnings) == ("verified", [])


def test_no_certificate_yet(pki: Pki) -> None:
    users = Users(admin=FACTORY)
    with Server(users, pki.anonymous) as server:
        ours = door(server.port, first_port=server.port, ca_path=pki.ca_path)
        session = ours.open()
        assert (session.user, session.secure) == ("admin", False)
        session.close()
        ours.open().close()
    assert users.logins == ["admin", "admin"]
    assert ours.way == "first_contact"
    (warning,) = ours.warnings
    assert "First contact was used" in warning
    assert "anonymous" in warning
    assert "certificate" in warning
    assert FACTORY not in warning


def test_no_ca_file_yet_over_plain(pki: Pki) -> None:
    users = Users(admin=FACTORY)
    with Server(users) as plain, Server(users, pki.good.context()) as secure:
        ours = door(secure.port, "plain", plain.port, ca_path=str(pki.folder / "not yet.pem"))
        ours.open().close()
        assert secure.connections == 0
    assert users.logins == ["admin"]
    assert "not yet.pem" in ours.warnings[0]


def test_no_user_yet_goes_over_the_verified_path(pki: Pki) -> None:
    users = Users(admin=FACTORY)
    with Server(users, pki.good.context()) as server, Server(users) as plain:
        ours = door(server.port, "plain", plain.port, ca_path=pki.ca_path)
        session = ours.open()
        assert (session.user, session.secure, session.port) == ("admin", True, server.port)
        session.close()
        assert plain.connections == 0
    assert users.logins == ["automation", "admin"]
    assert "verified TLS" in ours.warnings[0]


def test_the_same_login_is_not_tried_twice(pki: Pki) -> None:
    users = Users()
    with Server(users, pki.good.context()) as server:
        ours = door(server.port, user="admin", password=FACTORY, ca_path=pki.ca_path)
        assert failure(ours, LoginFailed).kind == "login_refused"
    assert users.logins == ["admin"]


@pytest.mark.parametrize(
    ("leaf", "settings", "kind"),
    [
        ("good", {"ca": "other_path"}, "tls_unknown_ca"),
        ("localhost", {"ca": "ca_path"}, "tls_wrong_host"),
        ("expired", {"ca": "ca_path"}, "tls_expired"),
        ("future", {"ca": "ca_path"}, "tls_not_yet_valid"),
        ("good", {"pin": "localhost"}, "tls_pin"),
        ("good", {"ca": "bad_path"}, "ca_file_bad"),
    ],
)
def test_never_for_what_an_attacker_may_look_like(pki: Pki, leaf: str, settings: dict[str, str], kind: str) -> None:
    users = Users(admin=FACTORY)
    with Server(users) as plain, Server(users, getattr(pki, leaf).context()) as server:
        known: dict[str, Any] = {}
        if "ca" in settings:
            known["ca_path"] = getattr(pki, settings["ca"])
        if "pin" in settings:
            known["tls_pins"] = (getattr(pki, settings["pin"]).pin,)
        assert failure(door(server.port, "plain", plain.port, **known), ConnectFailed).kind == kind
        assert plain.connections == 0
    assert users.logins == []


def test_never_when_nothing_answers(pki: Pki) -> None:
    users = Users(admin=FACTORY)
    with Server(users) as plain, Server(lambda peer: peer.sock.close()) as closing:
        assert failure(door(closing.port, "plain", plain.port, ca_path=pki.ca_path), ConnectFailed).kind == "reset"
        assert plain.connections == 0


def test_never_when_the_policy_is_missing(pki: Pki) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.say("!trap", "=message=not allowed (9)")
        peer.say("!done")

    users = Users(admin=FACTORY)
    with Server(users) as plain, Server(script, pki.good.context()) as server:
        assert failure(door(server.port, "plain", plain.port, ca_path=pki.ca_path), LoginFailed).kind == "not_allowed"
        assert plain.connections == 0


def test_when_first_contact_fails_too_both_reasons_are_told(pki: Pki) -> None:
    users = Users()
    with Server(users, pki.anonymous) as server:
        error = failure(door(server.port, first_port=server.port, ca_path=pki.ca_path), LoginFailed)
    assert error.kind == "login_refused"
    assert error.message.startswith("First contact (anonymous) failed: ")
    assert "refuses the login of admin" in error.message
    assert "no certificate" in error.message


def test_ca_file_missing_but_the_certificate_is_there(pki: Pki) -> None:
    with Server(Users(admin=FACTORY), pki.good.context()) as server:
        ours = door(server.port, first_port=server.port, ca_path=str(pki.folder / "lost.pem"))
        error = failure(ours, ConnectFailed)
    assert error.kind == "tls_has_certificate"
    assert "lost.pem" in error.message


def test_ssh_belongs_to_bootstrap(pki: Pki) -> None:
    with Server(Users(), pki.anonymous) as server:
        error = failure(door(server.port, "ssh", ca_path=pki.ca_path), SetupFailed)
    assert error.kind == "first_contact_ssh"
    assert "bastion.routeros.bootstrap" in error.message


def test_open_present_goes_the_way_that_open_took(pki: Pki) -> None:
    users = Users(admin=FACTORY, other="own")
    with Server(users, pki.anonymous) as server:
        ours = door(server.port, first_port=server.port, ca_path=pki.ca_path)
        ours.open().close()
        assert ours.open_present().user == "admin"
        assert ours.open_present(user="other", password="own").user == "other"
        with pytest.raises(LoginFailed):
            ours.open_present(user="other", password="wrong")
    assert users.logins == ["admin", "admin", "other", "other"]


@pytest.mark.parametrize("nothing", [None, "", {}, False])
def test_no_first_contact(nothing: object) -> None:
    assert FirstContact.parse(nothing) is None


def test_first_contact_from_the_inventory() -> None:
    whole = {"method": "plain", "port": "18728", "user": "setup", "password": 1234}
    assert FirstContact.parse(whole) == FirstContact("plain", 18728, "setup", "1234")
    assert FirstContact.parse({"method": "anonymous"}) == FirstContact("anonymous", 0, "admin", "")


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (f"anonymous {FACTORY}", "must be a dictionary"),
        ({"password": FACTORY}, "method must be one of"),
        ({"method": "telnet", "password": FACTORY}, "method must be one of"),
        ({"method": "plain", "pasword": FACTORY}, "does not know pasword"),
        ({"method": "plain", "port": "x"}, "port must be a port number"),
    ],
)
def test_a_bad_first_contact_is_told_without_its_secret(value: object, part: str) -> None:
    with pytest.raises(SetupFailed) as caught:
        FirstContact.parse(value)
    assert caught.value.kind == "bad_option"
    assert part in caught.value.message
    assert FACTORY not in caught.value.message
