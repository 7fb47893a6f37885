# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever arrives, the process answers as documented or closes; it does not die, and its memory has a bound."""

from __future__ import annotations

import os
import random
import socket
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..raw import RawClient, encode, length, rows
from .conftest import Process

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
MEBI = 1024 * 1024
LOGIN = encode(("/login", "=name=admin", "=password="))

words = st.text(st.characters(codec="utf-8"), max_size=40).map(str.encode)
lengths = st.integers(0, 2**35 - 1).map(
    lambda number: length(number) if number < 2**32 else b"\xf0" + struct.pack(">I", number % 2**32)
)
pieces = st.one_of(
    words.map(lambda word: length(len(word)) + word),
    lengths,
    st.just(b"\0"),
    st.sampled_from([b"\xf8", b"\xff", b"\x80", b"\xe0\0\0", LOGIN, encode(("/quit",)), encode(("/user/print",))]),
    st.binary(max_size=30),
)


def honest(process: Process) -> bool:
    """Whether somebody else is served as ever."""
    with RawClient(process.api, timeout=20) as client:
        return rows(client.login().talk("/system/identity/print")) == [{"name": "MikroTik"}]


def throw(port: int, data: bytes) -> bytes:
    """Send bytes, end the stream, and read what there is until the server closes."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                found += chunk
        except ConnectionError:
            pass  # closed in the middle is an answer
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(pieces, max_size=12), logged_in=st.booleans(), tls=st.booleans())
def test_sentences_from_nowhere(parts: list[bytes], logged_in: bool, tls: bool, process: Process) -> None:
    data = (LOGIN if logged_in else b"") + b"".join(parts)
    throw(process.api_ssl if tls else process.api, data)
    assert process.alive


def test_it_still_serves(process: Process) -> None:
    assert honest(process)


@needs_proc
@pytest.mark.parametrize("logged_in", [False, True])
def test_a_length_of_gigabytes_takes_no_memory(logged_in: bool, process: Process) -> None:
    before = process.memory
    for number in (2**28 - 1, 2**31, 2**32 - 1):
        throw(process.api, (LOGIN if logged_in else b"") + length(number) + b"x" * 100_000)
    assert process.memory - before < 32 * MEBI
    assert honest(process)


@needs_proc
@pytest.mark.parametrize("logged_in", [False, True])
def test_words_without_end(logged_in: bool, process: Process) -> None:
    before = process.memory
    word = length(0xFFFF) + b"y" * 0xFFFF
    with socket.create_connection(("127.0.0.1", process.api), timeout=20) as connection:
        if logged_in:
            connection.sendall(LOGIN)
        with pytest.raises(ConnectionError):
            connection.sendall(word * 4000)  # 250 MiB, if anybody took them
    assert process.memory - before < 64 * MEBI
    assert honest(process)


@needs_proc
def test_sessions_come_and_go_by_the_thousand(process: Process) -> None:
    def wave(count: int) -> None:
        for number in range(count):
            kind = number % 4
            connection = socket.create_connection(
                ("127.0.0.1", process.api), timeout=20, source_address=("127.0.0.3", 0)
            )
            if kind == 1:
                connection.sendall(LOGIN)
                connection.recv(64)
            elif kind == 2:
                connection.sendall(os.urandom(20))
            elif kind == 3:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    wave(400)
    assert honest(process)
    before = process.memory
    wave(1600)
    assert honest(process)
    assert process.memory - before < 24 * MEBI


@needs_proc
def test_unfinished_sentences_of_many(process: Process) -> None:
    before = process.memory
    random.seed(7)
    half = [socket.create_connection(("127.0.0.1", process.api), timeout=20) for _unused in range(15)]
    for connection in half:
        connection.sendall(LOGIN + encode(("/user/print",))[: random.randrange(1, 10)])
    assert process.memory - before < 16 * MEBI
    for connection in half:
        connection.close()
    assert honest(process)
