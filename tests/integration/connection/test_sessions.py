# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors and sessions against simulated routers of several versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door, FirstContact
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    Fatal,
    LoginFailed,
    RouterError,
    Trap,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Reply, Session
from ansible_collections.bastion.routeros.tests.integration.connection.conftest import door_to
from routeros_simulator.testing import Simulator, running

PASSWORD = "correct-horse-7"
LIST = "/ip/firewall/address-list"


def kind(door: Door, family: type[RouterError]) -> str:
    """Why this door does not open."""
    with pytest.raises(family) as caught:
        door.open()
    assert PASSWORD not in caught.value.message
    return caught.value.kind


def service(session: Session, name: str) -> str:
    """The id of a service's own row: from 7.19, live connections have rows of the same name."""
    rows = session.read("/ip/service", ("name", "dynamic"))
    return next(row[".id"] for row in rows if row["name"] == name and row.get("dynamic") != "true")


def test_a_session(router: Simulator) -> None:
    session = door_to(router.api_port).open()
    assert session.version.text.startswith(router.version)
    assert session.read(LIST, query=("?list=nothing",)) == []
    comment = "Büro \N{SNOWMAN} =a=b,\r\nyes"
    added = session.call(f"{LIST}/add", "=list=10", "=address=192.0.2.1", f"=comment={comment}")
    (row,) = session.read(LIST, ("list", "address", "comment", "no-such-property"))
    assert row == {".id": added.ret, "list": "10", "address": "192.0.2.1", "comment": comment}
    with pytest.raises(Trap) as caught:
        session.call(f"{LIST}/add", "=list=10", "=address=192.0.2.1")
    assert caught.value.is_duplicate
    with pytest.raises(Trap) as caught:
        session.call(f"{LIST}/remove", "=.id=*FFFF")
    assert caught.value.is_missing_item
    with pytest.raises(Trap) as caught:
        session.call("/no/such/menu/print")
    assert caught.value.is_unknown_command
    with pytest.raises(Trap) as caught:
        session.call(f"{LIST}/add", "=list=x", "=address=192.0.2.9", "=colour=red")
    assert caught.value.is_unknown_parameter
    with pytest.raises(Fatal, match="session terminated on request"):
        session.call("/quit")
    assert session.closed


def test_many_writes_in_a_window(router: Simulator) -> None:
    session = door_to(router.api_port).open()
    sentences = [(f"{LIST}/add", "=list=many", f"=address=192.0.2.{number % 200}") for number in range(300)]
    before = session.statistics()["round_trips"]
    answers = session.send_many(sentences, window=50)
    assert session.statistics()["round_trips"] - before < 20
    rows = {row[".id"]: row["address"] for row in session.read(LIST, ("address",), ("?list=many",))}
    assert len(rows) == 200
    for number, answer in enumerate(answers):
        if number < 200:
            assert isinstance(answer, Reply)
            assert rows[answer.ret or ""] == f"192.0.2.{number}"
        else:
            assert isinstance(answer, Trap)
            assert answer.is_duplicate
    session.close()


def test_who_may_not_log_in(router: Simulator) -> None:
    admin = door_to(router.api_port).open()
    admin.call("/user/group/add", "=name=deaf", "=policy=read,write")
    for name, *words in (
        ("good", "=group=read"),
        ("off", "=group=read", "=disabled=yes"),
        ("elsewhere", "=group=read", "=address=192.0.2.0/24"),
        ("deaf", "=group=deaf"),
    ):
        admin.call("/user/add", f"=name={name}", f"=password={PASSWORD}", *words)
    admin.close()
    good = door_to(router.api_port, user="good", password=PASSWORD).open()
    with pytest.raises(Trap) as caught:
        good.call(f"{LIST}/add", "=list=x", "=address=192.0.2.1")
    assert caught.value.is_permission
    good.close()
    for user in ("off", "elsewhere", "nobody"):
        assert kind(door_to(router.api_port, user=user, password=PASSWORD), LoginFailed) == "login_refused"
    assert kind(door_to(router.api_port, user="good", password="wrong"), LoginFailed) == "login_refused"
    deaf = kind(door_to(router.api_port, user="deaf", password=PASSWORD), LoginFailed)
    assert deaf in ("login_refused", "not_allowed")


def test_out_of_the_box(router: Simulator) -> None:
    port = router.api_ssl_port
    assert kind(door_to(port, tls="verify"), ConnectFailed) == "tls_no_certificate"
    assert kind(door_to(port, tls="unverified"), ConnectFailed) == "tls_no_certificate"
    assert kind(door_to(port), ConnectFailed) == "plain_on_tls"
    assert kind(door_to(router.api_port, tls="anonymous", timeout=0.5), ConnectFailed) == "tls_on_plain"
    session = door_to(port, tls="anonymous").open()
    assert session.read("/system/identity", ("name",))[0]["name"] == "MikroTik"
    session.close()


def test_from_first_contact_to_the_verified_path(router: Simulator, tmp_path: Path) -> None:
    port = router.api_ssl_port
    ca = tmp_path / "ca.pem"
    first = FirstContact("anonymous", port)
    door = door_to(port, tls="verify", user="automation", password=PASSWORD, ca_path=str(ca), first_contact=first)
    session = door.open()
    assert (door.way, session.user, session.secure) == ("first_contact", "admin", False)
    session.call("/certificate/add", "=name=ca", "=common-name=ca", "=key-usage=key-cert-sign,crl-sign")
    session.call("/certificate/sign", "=.id=ca", timeout=30)
    leaf = ("=name=leaf", "=common-name=leaf", "=subject-alt-name=IP:127.0.0.1", "=key-usage=tls-server")
    session.call("/certificate/add", *leaf)
    _until_it_works(router, session, "/certificate/sign", "=.id=leaf", "=ca=ca")
    _until_it_works(router, session, "/ip/service/set", f"=.id={service(session, 'api-ssl')}", "=certificate=leaf")
    ca.write_bytes(_exported(router, session))
    # The certificate and the CA file are there, the user is not: the same inventory goes on over the verified path.
    session = door.open()
    assert (door.way, session.user, session.secure) == ("first_contact", "admin", True)
    session.call("/user/add", "=name=automation", "=group=full", f"=password={PASSWORD}")
    session = door.open()
    assert (door.way, session.user, session.secure) == ("verified", "automation", True)
    session.close()
    ca.unlink()
    assert kind(door, ConnectFailed) == "tls_has_certificate"


def _until_it_works(router: Simulator, session: Session, *words: str) -> None:
    """A fresh certificate is refused for a moment: let the router's moments pass."""
    for _turn in range(20):
        (answer,) = session.send_many([words])
        if isinstance(answer, Reply):
            return
        assert answer.is_bad_reference
        router.advance(1)
    raise AssertionError(f"{words[0]} was refused to the end")


def _exported(router: Simulator, session: Session) -> bytes:
    session.call("/certificate/export-certificate", "=.id=ca")
    for _turn in range(20):
        rows = session.read("/file", ("name", "contents"), ("?name=cert_export_ca.crt",))
        if rows and rows[0].get("contents"):
            return rows[0]["contents"].encode()
        router.advance(1)
    raise AssertionError("the export never came")


@pytest.mark.parametrize(
    ("refused", "kinds"),
    [
        ("close", {"plain": "reset", "anonymous": "reset"}),
        ("reset", {"plain": "reset", "anonymous": "reset"}),
        ("silence", {"plain": "login_timeout", "anonymous": "tls_timeout"}),
    ],
)
def test_a_source_that_the_service_does_not_take(refused: str, kinds: dict[str, str]) -> None:
    with running("7.22.3", time_scale=50.0, switches={"refused_source": refused}) as router:
        ports = {"plain": router.api_port, "anonymous": router.api_ssl_port}
        session = door_to(router.api_port).open()
        for name in ("api", "api-ssl"):
            session.call("/ip/service/set", f"=.id={service(session, name)}", "=address=192.0.2.0/24")
        for mode, expected in kinds.items():
            assert kind(door_to(ports[mode], tls=mode, timeout=0.5), ConnectFailed) == expected
        session.close()


def test_a_service_that_is_off_and_a_rule_that_drops() -> None:
    with running("7.22.3", time_scale=50.0) as router:
        ports = router.api_port, router.api_ssl_port
        session = door_to(ports[0]).open()
        session.call("/ip/service/set", f"=.id={service(session, 'api-ssl')}", "=disabled=yes")
        assert kind(door_to(ports[1], tls="anonymous"), ConnectFailed) == "refused"
        rule = ("=chain=input", "=protocol=tcp", f"=dst-port={ports[0]}", "=connection-state=new", "=action=drop")
        session.call("/ip/firewall/filter/add", *rule)
        # Rules were seen to act up to two seconds late.
        router.advance(2)
        assert kind(door_to(ports[0], timeout=0.5), ConnectFailed) in ("timeout", "login_timeout")
        session.close()
