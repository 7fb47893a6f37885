# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes and sentences: any text, any length, few system calls, no deadlock, in step after an interruption."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    Closed,
    ProtocolError,
    SetupFailed,
    TimedOut,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import Wire
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import Peer, encode
from hypothesis import given
from hypothesis import strategies as st


@contextlib.contextmanager
def pair(timeout: float = 5.0) -> Iterator[tuple[Wire, Peer]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours, timeout=timeout), Peer(theirs)


class Counting:
    """A socket that counts what is asked of it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sends = 0
        self.receives = 0

    def send(self, data: bytes) -> int:
        self.sends += 1
        return self.sock.send(data)

    def recv(self, size: int) -> bytes:
        self.receives += 1
        return self.sock.recv(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)


# Any text that a playbook can hold; lone surrogates stand for bytes and have a test of their own.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
words = st.lists(text.filter(bool), min_size=1, max_size=8)


@given(words)
def test_any_text_goes_out_as_utf8(sentence: list[str]) -> None:
    with pair() as (wire, peer):
        wire.send(tuple(sentence))
        assert peer.read() == [word.encode() for word in sentence]


@given(words)
def test_any_text_comes_in(sentence: list[str]) -> None:
    with pair() as (wire, peer):
        peer.say(*sentence)
        assert wire.receive() == sentence


@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=8))
def test_any_bytes_come_in_and_go_out_unchanged(sentence: list[bytes]) -> None:
    with pair() as (wire, peer):
        peer.say(*sentence)
        wire.send(tuple(wire.receive()))
        assert peer.read() == sentence


@pytest.mark.parametrize("size", [1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000, 0x200001])
def test_words_of_every_length_form(size: int) -> None:
    with pair() as (wire, peer):
        seen: list[list[bytes] | None] = []
        thread = threading.Thread(target=lambda: (seen.append(peer.read()), peer.say("x" * size)))  # type: ignore[func-returns-value]
        thread.start()
        wire.send(("x" * size,))
        assert wire.receive() == ["x" * size]
        thread.join(10)
        assert seen == [[b"x" * size]]


def test_empty_sentences_are_ignored() -> None:
    with pair() as (wire, peer):
        peer.raw(b"\x00\x00" + encode([b"!done"]))
        assert wire.receive() == ["!done"]


def test_one_sentence_is_one_write_and_rows_come_in_large_pieces() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        counting = Counting(ours)
        wire, peer = Wire(counting, timeout=5.0), Peer(theirs)  # type: ignore[arg-type]
        wire.send(("/ip/address/print", "=.proplist=address,interface,.id", ".tag=1"))
        assert counting.sends == 1
        assert peer.read()
        peer.raw(encode([b"!re", b"=address=192.0.2.1/24", b"=interface=ether1"]) * 500)
        for _turn in range(500):
            assert len(wire.receive()) == 3
        assert counting.receives < 10


def test_both_sides_writing_much_at_once_does_not_block() -> None:
    """A router that answers before it reads on fills both buffers: the client has to read while it writes."""
    with pair() as (wire, peer):
        block = "b" * 1_000_000

        def write_before_reading() -> None:
            for _turn in range(8):
                peer.say(block)
            for _turn in range(8):
                peer.read()

        thread = threading.Thread(target=write_before_reading)
        thread.start()
        for _turn in range(8):
            wire.send((block,))
        assert [wire.receive() for _turn in range(8)] == [[block]] * 8
        thread.join(10)
        assert not thread.is_alive()


def test_a_byte_that_starts_no_length_is_refused() -> None:
    with pair() as (wire, peer):
        peer.raw(b"\xf8rest")
        with pytest.raises(ProtocolError, match="not the RouterOS API"):
            wire.receive()
        assert wire.closed


def test_silence_is_told_and_does_not_close() -> None:
    with pair(timeout=0.05) as (wire, peer):
        with pytest.raises(TimedOut, match=r"0\.05 seconds"):
            wire.receive()
        peer.say("!done")
        assert wire.receive() == ["!done"]


def test_half_a_sentence_is_read_again_after_silence() -> None:
    whole = encode([b"!re", b"=name=ether1"])
    with pair(timeout=0.05) as (wire, peer):
        peer.raw(whole[:9])
        with pytest.raises(TimedOut):
            wire.receive()
        peer.raw(whole[9:])
        assert wire.receive() == ["!re", "=name=ether1"]


def test_an_interruption_in_the_middle_of_a_sentence_leaves_the_stream_in_step() -> None:
    """Ansible's task timeout raises out of a signal handler, wherever the worker is."""

    class Interrupted(BaseException):
        pass

    def interrupt(*_arguments: object) -> None:
        raise Interrupted

    whole = encode([b"!re", b"=name=ether1"])
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pair() as (wire, peer):
            peer.raw(whole[:9])
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(Interrupted):
                wire.receive()
            peer.raw(whole[9:])
            assert wire.receive() == ["!re", "=name=ether1"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_an_interrupted_write_is_finished_before_the_next() -> None:
    class Interrupted(BaseException):
        pass

    class Interrupting(Counting):
        def send(self, data: bytes) -> int:
            if self.sends == 1:
                self.sends += 1
                raise Interrupted
            return super().send(data[:10])

    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire, peer = Wire(Interrupting(ours), timeout=5.0), Peer(theirs)  # type: ignore[arg-type]
        with pytest.raises(Interrupted):
            wire.send(("/a/command", "=with=words"))
        wire.send(("/another",))
        assert peer.read() == [b"/a/command", b"=with=words"]
        assert peer.read() == [b"/another"]


def test_the_end_of_the_connection_is_told_every_time() -> None:
    with pair() as (wire, peer):
        peer.say("!done")
        peer.sock.shutdown(socket.SHUT_RDWR)
        assert wire.receive() == ["!done"]
        for _turn in range(2):
            with pytest.raises(Closed, match="closed the connection"):
                wire.receive()
        with pytest.raises(Closed):
            wire.send(("/x",))


def test_last_words_are_read_though_writing_fails() -> None:
    with pair() as (wire, peer):
        peer.say("!fatal", "too many commands before login")
        peer.sock.shutdown(socket.SHUT_RDWR)
        wire.send(("/login",))
        assert wire.receive() == ["!fatal", "too many commands before login"]
        with pytest.raises(Closed):
            wire.receive()


def test_a_missing_library_names_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librouteros.protocol", None)
    with socket.socket() as sock, pytest.raises(SetupFailed) as caught:
        Wire(sock, timeout=1.0)
    assert caught.value.kind == "library_missing"
    assert f"{sys.executable} -m pip install librouteros" in caught.value.message
