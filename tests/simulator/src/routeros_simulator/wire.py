# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words and sentences of the RouterOS API as bytes (RouterOS manual: API).

A sentence is a run of words ended by a word of length zero. Text travels as raw bytes, UTF-8 in practice; bytes
that are no UTF-8 survive a round trip (``surrogateescape``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Words = list[str]


class WireError(Exception):
    """The bytes of the peer cannot be a sentence, or go beyond the limits: the connection has to be closed."""


@dataclass(frozen=True)
class Limits:
    """How much one unfinished sentence may hold: the router must not collect bytes without bound."""

    words: int
    size: int


#: RouterOS limits count and size of sentences before the login; the numbers are not documented.
BEFORE_LOGIN = Limits(words=32, size=4096)
#: After the login: enough for a script of the largest size that a router keeps, not enough to fill the memory.
AFTER_LOGIN = Limits(words=4096, size=4 * 1024 * 1024)


def encode_length(length: int) -> bytes:
    """Return the prefix of a word of ``length`` bytes, one to five bytes long."""
    if length < 0x80:
        return bytes((length,))
    if length < 0x4000:
        return (length | 0x8000).to_bytes(2, "big")
    if length < 0x200000:
        return (length | 0xC00000).to_bytes(3, "big")
    if length < 0x10000000:
        return (length | 0xE0000000).to_bytes(4, "big")
    if length <= 0xFFFFFFFF:
        return b"\xf0" + length.to_bytes(4, "big")
    raise ValueError(f"a word of {length} bytes does not fit into a sentence")


def encode_word(word: str) -> bytes:
    """Return the bytes of one word, its length in front."""
    data = word.encode("utf-8", "surrogateescape")
    return encode_length(len(data)) + data


def encode_sentence(words: Iterable[str]) -> bytes:
    """Return the bytes of one sentence, the ending empty word included."""
    return b"".join([encode_word(word) for word in words]) + b"\x00"


def read_length(data: bytes | bytearray, offset: int) -> tuple[int, int] | None:
    """Read a length at ``offset``: (length of the word, where the word begins), or None when bytes are missing.

    Raises WireError for the reserved control bytes (0xF8 and above) and for 0xF1 to 0xF7, which no length uses.
    """
    available = len(data) - offset
    if available < 1:
        return None
    first = data[offset]
    if first < 0x80:
        return first, offset + 1
    if first < 0xC0:
        size, mask = 2, 0x3FFF
    elif first < 0xE0:
        size, mask = 3, 0x1FFFFF
    elif first < 0xF0:
        size, mask = 4, 0x0FFFFFFF
    elif first == 0xF0:
        if available < 5:
            return None
        return int.from_bytes(data[offset + 1 : offset + 5], "big"), offset + 5
    else:
        raise WireError(f"control byte 0x{first:02X} where the length of a word should be")
    if available < size:
        return None
    return int.from_bytes(data[offset : offset + size], "big") & mask, offset + size


class Decoder:
    """Turns bytes, however they arrive, into sentences.

    ``limits`` may be changed at any time (the server widens them at the login). Memory stays bounded by them: a length
    is judged before its bytes are waited for, and bytes are kept only while their sentence is unfinished.
    """

    def __init__(self, limits: Limits = BEFORE_LOGIN) -> None:
        self.limits = limits
        self._pending = bytearray()
        self._words: Words = []
        self._size = 0

    def feed(self, data: bytes) -> list[Words]:
        """Take bytes, return the sentences that they complete; empty sentences are ignored, as RouterOS does.

        Raises WireError when the bytes cannot be, or may not be, a sentence; the decoder is of no use afterwards.
        """
        sentences: list[Words] = []
        self.feed_into(data, sentences)
        return sentences

    def feed_into(self, data: bytes, sentences: list[Words]) -> None:
        """Like ``feed``, but sentences completed in front of a bad byte stay in ``sentences`` for the caller."""
        pending = self._pending
        pending += data
        offset = 0
        try:
            while (head := read_length(pending, offset)) is not None:
                length, start = head
                if length == 0:
                    offset = start
                    if self._words:
                        sentences.append(self._words)
                        self._words = []
                    self._size = 0
                    continue
                self._judge(length)
                if len(pending) - start < length:
                    break
                offset = start + length
                self._words.append(pending[start:offset].decode("utf-8", "surrogateescape"))
                self._size += length
        finally:
            del pending[:offset]

    def _judge(self, length: int) -> None:
        if len(self._words) >= self.limits.words:
            raise WireError(f"a sentence of more than {self.limits.words} words")
        if self._size + length > self.limits.size:
            raise WireError(f"a sentence of more than {self.limits.size} bytes")

    @property
    def unfinished(self) -> int:
        """Bytes held for a sentence that has not ended yet."""
        return len(self._pending) + self._size
