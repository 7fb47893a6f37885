# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever bytes arrive, the server answers as documented or closes; it neither dies nor grows without bound."""

from __future__ import annotations

import functools
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from routeros_simulator.dialogue import MAX_UNDER_WAY
from routeros_simulator.silence import MAX_SILENT
from routeros_simulator.testing import Simulator, running
from routeros_simulator.wire import encode_sentence

Raw = Callable[..., Any]

CORPUS = {
    "a reserved control byte": b"\xff" * 64,
    "a reserved control byte after a good sentence": encode_sentence(["/login"]) + b"\xf8",
    "a length without its word": b"\xf0\x7f\xff\xff\xff",
    "a giant word": b"\xe0\x80\x00\x00" + b"a" * 4096,
    "endless words": b"\x01a" * 10000,
    "HTTP": b"GET / HTTP/1.1\r\nHost: router\r\n\r\n" * 4,
    "a command": encode_sentence(["/system/reboot"]),
    "no command at all": encode_sentence(["=a=b", "?c", ".tag=x"]),
    "an empty name": encode_sentence(["/login", "==", "="]),
}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with running("7.22.3", switches={"syn_retransmits": False}) as simulator:
        simulator.call(lambda: simulator.router.services.static("api").values.update({"max-sessions": "1000"}))
        simulator.call(lambda: simulator.router.services.static("api-ssl").values.update({"max-sessions": "1000"}))
        yield simulator


def alive(sim: Simulator, raw: Raw) -> bool:
    """Whether an honest client is still served."""
    answer: list[list[str]] = raw(sim).login().talk("/system/identity/print", "=.proplist=name")
    return answer == [["!re", "=name=MikroTik"], ["!done"]]


@pytest.mark.parametrize("name", [*CORPUS])
@pytest.mark.parametrize("service", ["api", "api-ssl"])
def test_nonsense_before_the_login(name: str, service: str, sim: Simulator, raw: Raw) -> None:
    client = raw(sim, port=sim.api_port if service == "api" else sim.api_ssl_port)
    try:
        client.socket.sendall(CORPUS[name])
        client.socket.shutdown(socket.SHUT_WR)
        client.socket.settimeout(5)
        received = client.socket.recv(65536)
    except OSError:
        received = b""
    assert len(received) < 1000
    assert alive(sim, raw)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=300))
def test_any_bytes_before_and_after_the_login(data: bytes, sim: Simulator, raw: Raw) -> None:
    for logged_in in (False, True):
        with socket.create_connection(("127.0.0.1", sim.api_port), timeout=5) as connection:
            if logged_in:
                connection.sendall(encode_sentence(["/login", "=name=admin", "=password="]))
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass  # it ends: everything whole is answered, then the server closes
            except ConnectionError:
                pass
    assert alive(sim, raw)


def test_after_the_login_a_bad_byte_comes_behind_answers(sim: Simulator, raw: Raw) -> None:
    client = raw(sim).login()
    client.socket.sendall(encode_sentence(["/system/identity/print", "=.proplist=name"]) + b"\xff")
    assert client.rest() == [["!re", "=name=MikroTik"], ["!done"]]


def test_a_tag_alone_is_no_command(sim: Simulator, raw: Raw) -> None:
    assert raw(sim).login().talk(".tag=7") == [["!trap", ".tag=7", "=message=no such command"], ["!done", ".tag=7"]]


def test_words_that_never_end_are_cut_off(sim: Simulator, raw: Raw) -> None:
    client = raw(sim).login()
    endless = (b"\x7f" + b"a" * 127 + b"\xc1\x00\x00" + b"b" * 0x10000) * 200
    with pytest.raises(ConnectionError):
        client.socket.sendall(endless)
    assert alive(sim, raw)


def test_half_a_sentence_does_not_disturb_others(sim: Simulator, raw: Raw) -> None:
    slow = raw(sim)
    data = encode_sentence(["/login", "=name=admin", "=password="])
    slow.socket.sendall(data[:5])
    assert alive(sim, raw)
    slow.socket.sendall(data[5:])
    assert slow.read() == ["!done"]


def test_hundreds_of_connections_that_say_nothing(sim: Simulator, raw: Raw, eventually: Callable[..., None]) -> None:
    idle = [raw(sim, f"127.0.0.{100 + number % 50}") for number in range(200)]
    assert alive(sim, raw)
    eventually(lambda: sim.call(lambda: len(sim.server.connections)) >= 200)
    for client in idle:
        client.socket.close()
    eventually(lambda: sim.call(lambda: len(sim.server.connections)) < 50)


def test_more_connections_than_there_is_room_for(raw: Raw, outcome: Callable[..., str]) -> None:
    with running("7.22.3") as sim:
        sim.call(lambda: setattr(sim.server, "room", 3))
        kept = [raw(sim).login() for _unused in range(3)]
        assert outcome(sim) == "reset"
        kept[0].talk("/quit")
        assert raw(sim).login()


def test_silent_connections_are_bounded(raw: Raw, eventually: Callable[..., None]) -> None:
    with running("7.22.3") as sim:
        sim.call(
            lambda: sim.router.tables["/ip/firewall/filter"].insert(
                {"chain": "input", "action": "drop", "src-address": "127.0.0.66"}
            )
        )
        clients = [raw(sim, "127.0.0.66")]
        eventually(lambda: sim.call(lambda: len(sim.server.silence)) == 1)
        sim.advance(0.7)
        clients += [raw(sim, "127.0.0.66") for _unused in range(MAX_SILENT - 1)]
        eventually(lambda: sim.call(lambda: len(sim.server.silence)) == MAX_SILENT)
        sim.advance(0.5)  # the attempt of the oldest comes again, and it is still the oldest
        clients += [raw(sim, "127.0.0.66") for _unused in range(5)]
        eventually(lambda: sim.call(lambda: len(sim.server.silence)) == MAX_SILENT)
        assert clients[0].state() == "reset"
        assert clients[-1].silent()


def test_a_client_that_does_not_read_is_not_collected_for(raw: Raw) -> None:
    with running("7.22.3") as sim:
        for number in range(300):
            sim.call(functools.partial(sim.router.log, "system,info", f"{number} " + "x" * 200))
        client = raw(sim).login()
        client.socket.settimeout(0.5)
        # answers of some 80 KB to each of them, if the server wanted to
        requests = encode_sentence(["/log/print"]) * 500000
        with pytest.raises(TimeoutError):
            client.socket.sendall(requests)
        (connection,) = sim.call(lambda: list(sim.server.connections))
        assert sim.call(lambda: connection.unread) < 2 * 1024 * 1024
        assert sim.call(lambda: connection.under_way) <= 2 * MAX_UNDER_WAY
        assert raw(sim).login()


def test_tls_that_breaks_off(
    sim: Simulator, raw: Raw, anonymous: ssl.SSLContext, eventually: Callable[..., None]
) -> None:
    before = sim.call(lambda: len(sim.server.connections))
    client = raw(sim, port=sim.api_ssl_port, context=anonymous).login()
    plain = socket.socket(fileno=client.socket.detach())
    plain.sendall(b"\x17\x03\x03\x00\x10" + b"\x00" * 16)  # a record that nobody has encrypted
    plain.settimeout(5)
    with plain:
        while plain.recv(4096):
            pass
    eventually(lambda: sim.call(lambda: len(sim.server.connections)) <= before)
    assert alive(sim, raw)
