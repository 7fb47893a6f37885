# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login, tags, cancel, quit, and the time a request takes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import librouteros
import pytest
from librouteros.exceptions import FatalError, TrapError
from routeros_simulator.dialogue import SENTENCES_BEFORE_LOGIN
from routeros_simulator.testing import Simulator, running
from routeros_simulator.wire import encode_sentence


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with running("7.22.3") as simulator:
        yield simulator


def test_librouteros_logs_in_and_reads(sim: Simulator, login: Callable[..., Any]) -> None:
    rows = list(login(sim).path("user"))
    assert [row["name"] for row in rows] == ["admin"]


def test_a_wrong_password_is_a_trap_and_the_socket_stays_open(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim)
    for _unused in range(2):
        assert client.talk("/login", "=name=admin", "=password=x") == [
            ["!trap", "=message=invalid user name or password (6)"],
            ["!done"],
        ]
    client.login()
    with pytest.raises(TrapError, match=r"invalid user name or password \(6\)"):
        librouteros.connect("127.0.0.1", "nobody", "", port=sim.api_port)


def test_a_command_before_the_login_is_fatal(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim)
    assert client.talk("/system/identity/print") == [["!fatal", "not logged in"]]
    with pytest.raises(EOFError):
        client.read()


def test_a_login_word_for_a_challenge_gets_one_and_no_answer_to_it_counts(
    sim: Simulator, raw: Callable[..., Any]
) -> None:
    client = raw(sim)
    ((done, challenge),) = client.talk("/login")
    assert done == "!done"
    assert len(bytes.fromhex(challenge.removeprefix("=ret="))) == 16
    answer = client.talk("/login", "=name=admin", "=response=00" + "0" * 32)
    assert answer[0] == ["!trap", "=message=invalid user name or password (6)"]


def test_guessing_on_one_connection_ends(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim)
    for _unused in range(SENTENCES_BEFORE_LOGIN):
        assert client.talk("/login", "=name=admin", "=password=x")[-1] == ["!done"]
    assert client.talk("/login", "=name=admin", "=password=") == [["!fatal", "too many commands before login"]]


def test_quit(sim: Simulator, raw: Callable[..., Any], login: Callable[..., Any]) -> None:
    client = raw(sim).login()
    assert client.talk("/quit") == [["!fatal", "session terminated on request"]]
    with pytest.raises(EOFError):
        client.read()
    with pytest.raises(FatalError, match="session terminated on request"):
        tuple(login(sim)("/quit"))


def test_active_users_and_log_lines(
    sim: Simulator, raw: Callable[..., Any], login: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    watcher = login(sim)

    def active() -> list[str]:
        return [row["address"] for row in watcher.path("user", "active") if row["via"] == "api"]

    client = raw(sim, "127.0.0.77").login()
    assert "127.0.0.77" in active()
    client.socket.close()
    eventually(lambda: "127.0.0.77" not in active())
    raw(sim, "127.0.0.77").talk("/login", "=name=eve", "=password=x")
    lines = {row["message"]: row["topics"] for row in watcher.path("log")}
    assert lines["user admin logged in from 127.0.0.77 via api"] == "system,info,account"
    assert lines["user admin logged out from 127.0.0.77 via api"] == "system,info,account"
    assert lines["login failure for user eve from 127.0.0.77 via api"] == "system,error,critical"


def test_removing_an_active_user_cuts_its_connection(
    sim: Simulator, raw: Callable[..., Any], login: Callable[..., Any]
) -> None:
    client = raw(sim, "127.0.0.78").login()
    api = login(sim)
    (row,) = [row for row in api.path("user", "active") if row["address"] == "127.0.0.78"]
    api.path("user", "active").remove(row[".id"])
    with pytest.raises((EOFError, ConnectionError)):
        client.read()


def test_answers_carry_the_tag_of_their_command(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim).login()
    client.send("/system/identity/print", ".tag=a", "=.proplist=name")
    client.send("/nonsense/print", ".tag=b")
    client.send("/ip/firewall/filter/print", ".tag=c")
    answers = [client.read() for _unused in range(6)]
    by_tag = {tag: [words[:1] + words[2:] for words in answers if words[1] == f".tag={tag}"] for tag in "abc"}
    assert by_tag["a"] == [["!re", "=name=MikroTik"], ["!done"]]
    assert by_tag["b"] == [["!trap", "=message=no such command prefix"], ["!done"]]
    assert by_tag["c"] == [["!empty"], ["!done"]]


def test_tags_run_beside_a_command_that_never_ends(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim).login()
    client.send("/ip/firewall/address-list/listen", ".tag=ears")
    client.send("/ip/firewall/address-list/add", ".tag=add", "=list=l", "=address=192.0.2.1")
    first, second = client.read(), client.read()
    news = first if first[0] == "!re" else second
    assert news[1] == ".tag=ears"
    assert "=address=192.0.2.1" in news


def test_cancel_answers_in_the_order_that_was_captured(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim).login()
    client.send("/ip/firewall/address-list/listen", ".tag=7")
    client.send("/cancel", "=tag=7", ".tag=8")
    assert [client.read() for _unused in range(3)] == [
        ["!trap", ".tag=7", "=category=2", "=message=interrupted"],
        ["!done", ".tag=8"],
        ["!done", ".tag=7"],
    ]
    assert client.talk("/system/identity/print", "=.proplist=name") == [["!re", "=name=MikroTik"], ["!done"]]


def test_cancel_without_a_tag_stops_everything_also_what_has_no_tag(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim).login()
    client.send("/ip/firewall/address-list/listen")
    client.send("/user/listen", ".tag=u")
    client.send("/cancel")
    answers = [client.read() for _unused in range(5)]
    assert sorted(answers[:2]) == [
        ["!trap", ".tag=u", "=category=2", "=message=interrupted"],
        ["!trap", "=category=2", "=message=interrupted"],
    ]
    assert sorted(answers[2:]) == [["!done"], ["!done"], ["!done", ".tag=u"]]
    assert client.talk("/cancel", "=tag=unknown") == [["!done"]]


def test_untagged_commands_are_answered_in_order(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim).login()
    for number in range(50):
        client.send("/system/identity/set", f"=name=r{number}")
        client.send("/system/identity/print", "=.proplist=name")
    for number in range(50):
        assert client.read() == ["!done"]
        assert client.read() == ["!re", f"=name=r{number}"]
        assert client.read() == ["!done"]
    client.talk("/system/identity/set", "=name=MikroTik")


def test_a_login_and_commands_in_one_packet(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim)
    sentences = [["/login", "=name=admin", "=password="], ["/user/print", ".tag=1", "=.proplist=name"], ["/quit"]]
    client.socket.sendall(b"".join(map(encode_sentence, sentences)))
    answers = client.rest()
    assert answers[0] == ["!done"]
    assert ["!re", ".tag=1", "=name=admin"] in answers
    assert answers[-1] == ["!fatal", "session terminated on request"]


def test_what_was_sent_before_the_client_closed_its_half_is_answered(sim: Simulator, raw: Callable[..., Any]) -> None:
    client = raw(sim).login()
    client.send("/system/identity/print", "=.proplist=name")
    client.socket.shutdown(socket.SHUT_WR)
    assert client.read() == ["!re", "=name=MikroTik"]
    assert client.read() == ["!done"]
    with pytest.raises(EOFError):
        client.read()


def test_text_is_bytes_and_survives(sim: Simulator, raw: Callable[..., Any], login: Callable[..., Any]) -> None:
    name = "Büro 東京 =?.tag"
    path = login(sim).path("system", "identity")
    path.update(name=name)
    assert next(iter(path))["name"] == name
    client = raw(sim).login()
    assert client.talk("/system/identity/set", "=name=a\udcff\udcfe") == [["!done"]]
    client.send("/system/identity/print", "=.proplist=name")
    assert client.read() == ["!re", "=name=a\udcff\udcfe"]
    path.update(name="MikroTik")


def test_the_round_trip_is_paid_once_by_what_is_sent_together(raw: Callable[..., Any]) -> None:
    with running("7.22.3", round_trip=0.1) as slow:
        client = raw(slow).login()
        start = time.monotonic()
        for _unused in range(30):
            client.send("/system/identity/print", "=.proplist=name")
        for _unused in range(60):
            client.read()
        together = time.monotonic() - start
        start = time.monotonic()
        for _unused in range(3):
            client.talk("/system/identity/print", "=.proplist=name")
        one_by_one = time.monotonic() - start
    assert 0.1 <= together < 2.5  # not 3 s
    assert one_by_one >= 0.3


def test_the_clamp_slows_down_whoever_asks_too_much(raw: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=2, switches={"request_clamp": True}) as clamped:
        client = raw(clamped).login()
        start = time.monotonic()
        for _unused in range(220):
            client.talk("/system/identity/print", "=.proplist=name")
        assert time.monotonic() - start >= 50 * 0.02 / 2
