# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps that only sockets show: the simulated router has them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import librouteros
import pytest
from routeros_simulator.testing import Simulator, running

from ..raw import RawClient, ret, rows, trap

shown = pytest.mark.shown
RULES = "/ip/firewall/filter"
UNKNOWN = "input does not match any value of certificate"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50) as simulator:
        yield simulator


def login(sim: Simulator, source: str = "127.0.0.1", timeout: float = 5) -> RawClient:
    return RawClient(sim.api_port, source, timeout=timeout).login()


def outcome(sim: Simulator, source: str, *, service: str = "api", patience: float = 5) -> str:
    """What a new client meets: served, closed (after the handshake), silent or refused."""
    try:
        client = RawClient(sim.api_port if service == "api" else sim.api_ssl_port, source, timeout=patience)
    except (ConnectionRefusedError, RuntimeError):
        return "refused"
    with client:
        try:
            client.login()
        except TimeoutError:
            return "silent"
        except (EOFError, OSError):
            return "closed"
        return "served"


def service_id(client: RawClient, name: str) -> str:
    (row,) = [row for row in rows(client.talk("/ip/service/print", f"?name={name}")) if row.get("dynamic") != "true"]
    return row[".id"]


def certificate(client: RawClient, name: str, *words: str) -> str:
    """A template."""
    usage = ("=key-size=prime256v1", "=days-valid=10", f"=common-name={name}")
    return ret(client.talk("/certificate/add", f"=name={name}", *usage, *words))


@shown(2)
def test_librouteros_turns_texts_into_numbers_and_booleans(sim: Simulator) -> None:
    api = librouteros.connect("127.0.0.1", "admin", "", port=sim.api_port)
    lists = api.path("ip", "firewall", "address-list")
    for comment in ("yes", "10"):
        lists.add(list="l", address=f"192.0.2.{len(comment)}", comment=comment)
    assert [row["comment"] for row in lists] == [True, 10]


@shown(14)
def test_live_sessions_are_rows_of_the_same_name(sim: Simulator) -> None:
    with login(sim) as client:
        named = rows(client.talk("/ip/service/print", "?name=api"))
        assert [row.get("dynamic", "false") for row in named].count("true") >= 1
        assert "this is configured elsewhere" in trap(client.talk("/ip/service/set", "=.id=api", "=max-sessions=30"))
        assert trap(client.talk("/ip/service/set", f"=.id={service_id(client, 'api')}", "=max-sessions=30")) == ""


@shown(17)
@pytest.mark.parametrize("kind", ["close", "reset", "silence"])
def test_a_restricted_service_still_completes_the_handshake(kind: str) -> None:
    with running("7.22.3", switches={"refused_source": kind}) as sim, login(sim) as client:
        client.talk("/ip/service/set", f"=.id={service_id(client, 'api')}", "=address=127.0.0.1/32")
        assert outcome(sim, "127.0.0.9", patience=1) == ("silent" if kind == "silence" else "closed")
        assert outcome(sim, "127.0.0.1") == "served"


@shown(18)
def test_without_a_certificate_there_is_only_anonymous_tls(sim: Simulator) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", sim.api_ssl_port), 5) as plain,
        pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"),
    ):
        context.wrap_socket(plain)


@shown(19, 59, 60, 61)
def test_a_certificate_takes_its_time_and_gets_another_id(sim: Simulator) -> None:
    with login(sim) as client:
        api_ssl = service_id(client, "api-ssl")
        bind = ("/ip/service/set", f"=.id={api_ssl}", "=certificate=leaf")
        template = certificate(client, "leaf")
        assert trap(client.talk(*bind)) == UNKNOWN
        progress = rows(client.talk("/certificate/sign", f"=number={template}"))
        assert ".section" in progress[0]
        (row,) = rows(client.talk("/certificate/print", "?name=leaf"))
        assert row["fingerprint"]
        assert row[".id"] != template
        sim.advance(5)
        assert trap(client.talk(*bind)) == ""


@shown(19)
def test_a_fresh_certificate_is_refused_for_a_moment() -> None:
    with running("7.22.3", time_scale=50, switches={"fresh_certificate_delay": 600.0}) as sim, login(sim) as client:
        client.talk("/certificate/sign", f"=number={certificate(client, 'leaf')}")
        bind = ("/ip/service/set", f"=.id={service_id(client, 'api-ssl')}", "=certificate=leaf")
        assert trap(client.talk(*bind)) == UNKNOWN
        sim.advance(601)
        assert trap(client.talk(*bind)) == ""


@shown(20)
def test_disabling_a_service_cuts_newcomers_at_once(sim: Simulator) -> None:
    with login(sim) as client:
        assert outcome(sim, "127.0.0.1") == "served"
        port = sim.api_port
        client.talk("/ip/service/set", f"=.id={service_id(client, 'api')}", "=disabled=yes")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5).close()
        assert rows(client.talk("/system/identity/print"))


@shown(28, "28b")
def test_an_open_session_survives_a_drop_rule_and_the_loss_of_its_row(sim: Simulator) -> None:
    with login(sim) as client, login(sim, "127.0.0.7") as other:
        client.talk(f"{RULES}/add", "=chain=input", "=action=accept", "=connection-state=established,related")
        client.talk(f"{RULES}/add", "=chain=input", "=action=drop", "=src-address=127.0.0.7")
        assert outcome(sim, "127.0.0.7", patience=1) == "silent"
        assert rows(other.talk("/system/identity/print"))


@shown(30)
def test_a_rule_acts_later() -> None:
    with running("7.22.3", switches={"rule_delay": 600.0}) as sim, login(sim) as client:
        client.talk(f"{RULES}/add", "=chain=input", "=action=drop", "=src-address=127.0.0.7")
        assert outcome(sim, "127.0.0.7") == "served"
        sim.advance(601)
        assert outcome(sim, "127.0.0.7", patience=1) == "silent"


@shown(35)
def test_a_drop_for_everybody_not_in_an_empty_list(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk(
            f"{RULES}/add", "=chain=input", "=action=drop", "=src-address-list=!nobody", "=connection-state=new"
        )
        assert outcome(sim, "127.0.0.1", patience=1) == "silent"


@shown(62)
def test_after_signing_only_name_and_trust_change(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/certificate/sign", f"=number={certificate(client, 'leaf')}")
        (row,) = rows(client.talk("/certificate/print"))
        assert trap(client.talk("/certificate/set", f"=.id={row['.id']}", "=common-name=other")) != ""
        assert trap(client.talk("/certificate/set", f"=.id={row['.id']}", "=name=other", "=trusted=yes")) == ""


@shown(63, 64)
def test_importing_again_makes_copies(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk("/certificate/sign", f"=number={certificate(client, 'leaf')}")
        client.talk("/certificate/export-certificate", "=numbers=leaf", "=file-name=out")
        sim.advance(1)
        imported = ("/certificate/import", "=file-name=out.crt", "=passphrase=")
        for _unused in range(2):
            assert trap(client.talk(*imported)) == ""
            sim.advance(1)
        names = {row["name"] for row in rows(client.talk("/certificate/print"))}
        assert len(names) >= 2
        assert any(name.endswith("_1") for name in names) or len(names) == 3


@shown(65)
@pytest.mark.parametrize(("switch", "left"), [("cascade", 0), ("keep", 1)])
def test_removing_an_authority(switch: str, left: int) -> None:
    with running("7.22.3", time_scale=50, switches={"ca_removal": switch}) as sim, login(sim) as client:
        authority = certificate(client, "ca", "=key-usage=key-cert-sign,crl-sign")
        client.talk("/certificate/sign", f"=number={authority}")
        sim.advance(5)
        leaf = certificate(client, "leaf", "=key-usage=tls-server")
        client.talk("/certificate/sign", f"=number={leaf}", "=ca=ca")
        (row,) = rows(client.talk("/certificate/print", "?name=ca"))
        client.talk("/certificate/remove", f"=.id={row['.id']}")
        assert len(rows(client.talk("/certificate/print"))) == left


@shown(66)
def test_certificates_are_no_part_of_safe_mode(sim: Simulator) -> None:
    with login(sim) as holder:
        holder.talk("/safe-mode/take")
        certificate(holder, "stays")
        holder.talk("/ip/firewall/address-list/add", "=list=goes", "=address=192.0.2.1")
    with login(sim) as client:
        sim.advance(5)
        assert [row["name"] for row in rows(client.talk("/certificate/print"))] == ["stays"]
        assert rows(client.talk("/ip/firewall/address-list/print")) == []


@shown(69)
def test_a_bare_template_may_sign(sim: Simulator) -> None:
    with login(sim) as client:
        certificate(client, "bare")
        (row,) = rows(client.talk("/certificate/print"))
        assert "key-cert-sign" in row["key-usage"].split(",")
        client.talk("/certificate/sign", "=number=bare")
        assert rows(client.talk("/certificate/print"))[0]["authority"] == "true"


@shown(84)
def test_a_limit_that_is_reached_only_stops_matching(sim: Simulator) -> None:
    with login(sim) as client:
        new = ("=chain=input", "=src-address=127.0.0.8", "=connection-state=new")
        client.talk(f"{RULES}/add", *new, "=action=accept", "=limit=1/1d,2:packet")
        assert [outcome(sim, "127.0.0.8") for _unused in range(4)] == ["served"] * 4
        client.talk(f"{RULES}/add", *new, "=action=drop")
        assert outcome(sim, "127.0.0.8", patience=1) == "silent"


@shown(88, 89)
@pytest.mark.parametrize(("order", "promoted"), [("forward", {"one", "two"}), ("backward", {"one"})])
def test_ladders_in_forward_order_promote_at_once(order: str, promoted: set[str], sim: Simulator) -> None:
    with login(sim) as client:
        add = ("=chain=input", "=action=add-src-to-address-list", "=connection-state=new", "=src-address=127.0.0.9")
        steps = [("=address-list=one",), ("=address-list=two", "=src-address-list=one")]
        for step in steps if order == "forward" else steps[::-1]:
            client.talk(f"{RULES}/add", *add, *step, "=address-list-timeout=1h")
        assert outcome(sim, "127.0.0.9") == "served"
        assert {row["list"] for row in rows(client.talk("/ip/firewall/address-list/print"))} == promoted


def _entries(client: RawClient, name: str) -> list[Any]:
    return rows(client.talk("/ip/firewall/address-list/print", f"?list={name}"))


@shown(87)
def test_a_dropped_attempt_is_sent_again_and_counts_again() -> None:
    """One attempt climbs two rungs, since nobody answers it."""
    with running("7.22.3", time_scale=20) as sim, login(sim) as client:
        new = ("=chain=input", "=connection-state=new", "=src-address=127.0.0.9")
        add = (*new, "=action=add-src-to-address-list", "=address-list-timeout=1h")
        client.talk(f"{RULES}/add", *add, "=address-list=two", "=src-address-list=one")
        client.talk(f"{RULES}/add", *add, "=address-list=one")
        client.talk(f"{RULES}/add", *new, "=action=drop")
        assert outcome(sim, "127.0.0.9", patience=1) == "silent"
        assert _entries(client, "two")


@shown(86)
def test_a_limit_without_a_state_counts_what_sessions_send(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk(f"{RULES}/add", "=chain=input", "=src-address=127.0.0.8", "=action=accept", "=limit=1/1d,6:packet")
        client.talk(f"{RULES}/add", "=chain=input", "=src-address=127.0.0.8", "=action=drop")
        with login(sim, "127.0.0.8", timeout=1) as session, pytest.raises(TimeoutError):
            [session.talk("/system/identity/print") for _unused in range(8)]


@shown(48, 91)
def test_between_two_steps_there_is_a_gap(sim: Simulator) -> None:
    with login(sim) as client:
        client.talk(f"{RULES}/add", "=chain=input", "=src-address=127.0.0.9", "=action=jump", "=jump-target=mine")
        accept = ret(client.talk(f"{RULES}/add", "=chain=mine", "=action=accept", "=src-address-list=friends"))
        client.talk(f"{RULES}/add", "=chain=mine", "=action=drop")
        entry = ("/ip/firewall/address-list/add", "=list=friends", "=address=127.0.0.9")
        id = ret(client.talk(*entry))
        assert outcome(sim, "127.0.0.9") == "served"
        client.talk("/ip/firewall/address-list/remove", f"=.id={id}")
        assert outcome(sim, "127.0.0.9", patience=1) == "silent", "removed first and added later"
        client.talk(*entry)
        client.talk(f"{RULES}/remove", f"=.id={accept}")
        assert outcome(sim, "127.0.0.9", patience=1) == "silent", "the chain is removed rule by rule, from above"
