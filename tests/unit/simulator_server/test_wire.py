# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes and sentences, good and hostile."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from routeros_simulator.wire import (
    AFTER_LOGIN,
    BEFORE_LOGIN,
    Decoder,
    Limits,
    WireError,
    encode_length,
    encode_sentence,
    read_length,
)

# the table of the manual: length -> bytes
LENGTHS = [
    (0x00, "00"),
    (0x7F, "7f"),
    (0x80, "8080"),
    (0x3FFF, "bfff"),
    (0x4000, "c04000"),
    (0x1FFFFF, "dfffff"),
    (0x200000, "e0200000"),
    (0xFFFFFFF, "efffffff"),
    (0x10000000, "f010000000"),
    (0xFFFFFFFF, "f0ffffffff"),
]


@pytest.mark.parametrize(("length", "data"), LENGTHS)
def test_lengths_are_written_and_read_as_documented(length: int, data: str) -> None:
    assert encode_length(length).hex() == data
    assert read_length(bytes.fromhex(data), 0) == (length, len(data) // 2)


def test_an_unfinished_length_waits_for_more() -> None:
    for _unused, data in LENGTHS:
        whole = bytes.fromhex(data)
        for cut in range(len(whole)):
            assert read_length(whole[:cut], 0) is None


@pytest.mark.parametrize("first", range(0xF1, 0x100))
def test_control_bytes_are_refused(first: int) -> None:
    with pytest.raises(WireError, match=f"0x{first:02X}"):
        Decoder().feed(bytes((first, 0, 0, 0, 0)))


@given(st.lists(st.lists(st.text(min_size=1), min_size=1, max_size=5), max_size=5), st.randoms(use_true_random=False))
def test_sentences_arrive_however_they_are_cut(sentences: list[list[str]], rng: random.Random) -> None:
    data = b"".join(map(encode_sentence, sentences))
    decoder, got, at = Decoder(AFTER_LOGIN), [], 0
    while at < len(data):
        step = rng.randint(1, 7)
        got += decoder.feed(data[at : at + step])
        at += step
    assert got == sentences
    assert decoder.unfinished == 0


def test_bytes_that_are_no_utf8_survive() -> None:
    (words,) = Decoder().feed(b"\x03\xff\xfe\x80\x00")
    assert encode_sentence(words) == b"\x03\xff\xfe\x80\x00"


def test_empty_sentences_are_ignored() -> None:
    assert Decoder().feed(b"\x00\x00\x00\x01a\x00\x00") == [["a"]]


def test_an_announced_giant_is_refused_before_its_bytes_come() -> None:
    decoder = Decoder()
    with pytest.raises(WireError, match="bytes"):
        decoder.feed(b"\xf0\xff\xff\xff\xff")


def test_endless_words_before_the_login_are_refused() -> None:
    decoder = Decoder(BEFORE_LOGIN)
    decoder.feed(b"\x01a" * BEFORE_LOGIN.words)
    with pytest.raises(WireError, match="words"):
        decoder.feed(b"\x01a")
    assert decoder.unfinished <= BEFORE_LOGIN.size


def test_many_words_that_are_each_small_enough_are_refused_together() -> None:
    decoder = Decoder(Limits(words=1000, size=100))
    with pytest.raises(WireError, match="100 bytes"):
        decoder.feed((b"\x20" + b"a" * 32) * 4)


def test_sentences_in_front_of_a_bad_byte_are_kept() -> None:
    sentences: list[list[str]] = []
    with pytest.raises(WireError):
        Decoder().feed_into(b"\x02/a\x00\x02/b\x00\xff", sentences)
    assert sentences == [["/a"], ["/b"]]


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_no_bytes_make_it_hold_more_than_its_limits(chunks: list[bytes]) -> None:
    limits = Limits(words=8, size=256)
    decoder = Decoder(limits)
    with contextlib.suppress(WireError):
        for chunk in chunks:
            for sentence in decoder.feed(chunk):
                assert 0 < len(sentence) <= limits.words
            assert decoder.unfinished <= limits.size + 5
