# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes and sentences: a buffered transport below librouteros's word codec, and a sentence reader above it.

librouteros's own reply parser knows no tags, casts values and loses rows before a trap, so only its codec is used:
``encode_sentence`` and ``ApiProtocol.readWord``. It is imported when a connection is made, so that ansible-doc and the
pure parts work without it.

Text is UTF-8. RouterOS carries raw bytes, and old tools wrote Windows code pages: bytes that are not UTF-8 become lone
surrogates (``surrogateescape``) and are sent back as the same bytes.
"""

from __future__ import annotations

import importlib
import select
import socket
import ssl
import sys
from types import ModuleType
from typing import Protocol

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    Closed,
    ProtocolError,
    RouterError,
    SetupFailed,
    TimedOut,
)

_CHUNK = 1 << 16


class _Codec(Protocol):
    """What is used of librouteros.protocol.ApiProtocol."""

    def readWord(self) -> str: ...


def librouteros(module: str = "protocol") -> ModuleType:
    """Import ``librouteros.MODULE``; raises SetupFailed (library_missing) that names the interpreter."""
    try:
        return importlib.import_module(f"librouteros.{module}")
    except ImportError as error:
        raise SetupFailed(
            f"The Python library librouteros is missing for {sys.executable}, the interpreter that runs ansible-core "
            f"({error}). Install it there, not on the router: {sys.executable} -m pip install librouteros. In an "
            "execution environment it belongs into the Python requirements.",
            kind="library_missing",
        ) from None


class BufferedTransport:
    """A socket behind the interface of librouteros.connections.SocketTransport: few system calls, and no deadlock.

    The socket does not block. While a write has to wait, what the router sends is read, so that a full window cannot
    block both sides. A write that was interrupted is finished before the next one, and reading goes back to ``mark()``
    when a sentence could not be read completely: an interruption (Ansible's task timeout) leaves the stream in step.
    """

    def __init__(self, sock: socket.socket, patience: float) -> None:
        self.sock = sock
        self.patience = patience
        self.closed = False
        self.bytes_sent = 0
        self.bytes_received = 0
        self._in = bytearray()
        self._position = 0
        self._out = bytearray()
        self._broken: OSError | None = None
        self._failure: RouterError | None = None
        sock.setblocking(False)

    def write(self, data: bytes) -> None:
        """Send all of data; one call of send() when the socket takes it."""
        self._check_open()
        self._out += data
        self.bytes_sent += len(data)
        while self._out:
            chunk = bytes(self._out)
            try:
                sent = self.sock.send(chunk)
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._fill_or_wait(for_write=True)
            except ssl.SSLWantReadError:
                self._fill_or_wait(for_write=False)
            except OSError as error:
                # What the router said before it hung up (a `!fatal`) is still to be read; then reading ends in Closed.
                self._broken = error
                self._out.clear()
            else:
                del self._out[:sent]

    def read(self, length: int) -> bytes:
        """Exactly length bytes; raises Closed, or TimedOut after ``patience`` seconds without a byte."""
        end = self._position + length
        while len(self._in) < end:
            self._check_open()
            if not self._receive():
                self._wait(select.POLLIN)
        data = bytes(self._in[self._position : end])
        self._position = end
        return data

    def short_word(self) -> bytearray | None:
        """The next word when it is below 128 bytes and here already; else None, and nothing is taken.

        Nearly every word is: this makes reading large tables several times as fast.
        """
        start = self._position + 1
        if len(self._in) >= start:
            size = self._in[start - 1]
            end = start + size
            if size < 0x80 and len(self._in) >= end:
                self._position = end
                return self._in[start:end]
        return None

    def mark(self) -> None:
        """Everything read so far is done with; ``back()`` returns to here."""
        if self._position:
            del self._in[: self._position]
            self._position = 0

    def back(self) -> None:
        """Unread what was read since the last mark."""
        self._position = 0

    @property
    def peeked(self) -> bytes:
        """The first bytes received and not yet done with, for telling what kind of server this is."""
        return bytes(self._in[:16])

    def close(self) -> None:
        """Close the socket; further calls do nothing."""
        if not self.closed:
            self.closed = True
            self.sock.close()

    def _check_open(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self.closed:
            raise Closed("The session with the router is closed already.")

    def _receive(self) -> bool:
        """Move what has arrived into the buffer; False when there is nothing now."""
        try:
            data = self.sock.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError):
            if self._broken is not None:
                raise self._ended(self._broken) from None
            return False
        except ssl.SSLWantWriteError:
            self._wait(select.POLLOUT)
            return True
        except OSError as error:
            raise self._ended(error) from error
        if not data:
            raise self._ended(None)
        self._in += data
        self.bytes_received += len(data)
        return True

    def _fill_or_wait(self, *, for_write: bool) -> None:
        if not self._receive():
            self._wait(select.POLLIN | select.POLLOUT if for_write else select.POLLIN)

    def _wait(self, events: int) -> None:
        poller = select.poll()
        poller.register(self.sock, events)
        if not poller.poll(max(0.0, self.patience) * 1000):
            raise TimedOut(f"No answer from the router for {self.patience:g} seconds.")

    def _ended(self, error: OSError | None) -> RouterError:
        """Remember why the connection ended: every later call gets the same error."""
        broke = "The router closed the connection" if error is None else f"The connection broke ({error})"
        self._failure = Closed(f"{broke} in the middle of the session.")
        self.close()
        return self._failure


class Wire:
    """Sentences over one socket."""

    def __init__(self, sock: socket.socket, *, timeout: float) -> None:
        protocol = librouteros("protocol")
        self._encode_sentence = protocol.encode_sentence
        self._library_error: type[Exception] = librouteros("exceptions").LibRouterosError
        self._timeout = timeout
        self._transport = BufferedTransport(sock, timeout)
        # latin-1 maps every byte to one character and back, so that no byte is lost below our own UTF-8.
        self._codec: _Codec = protocol.ApiProtocol(transport=self._transport, encoding="latin-1")
        name: object = sock.getsockname()
        self._local_address = str(name[0]) if isinstance(name, tuple) else ""

    @property
    def closed(self) -> bool:
        return self._transport.closed

    @property
    def local_address(self) -> str:
        return self._local_address

    @property
    def bytes_sent(self) -> int:
        return self._transport.bytes_sent

    @property
    def bytes_received(self) -> int:
        return self._transport.bytes_received

    @property
    def peeked(self) -> bytes:
        """The first bytes that arrived and are not read yet."""
        return self._transport.peeked

    def send(self, words: tuple[str, ...]) -> None:
        """Send one sentence with one write."""
        latin = [word.encode("utf-8", "surrogateescape").decode("latin-1") for word in words]
        try:
            data: bytes = self._encode_sentence(*latin, encoding="latin-1")
        except self._library_error as error:
            raise ProtocolError(f"A word of {words[0]} is too long for the API ({error}).", kind="too_long") from None
        self._transport.patience = self._timeout
        self._transport.write(data)

    def receive(self, timeout: float | None = None) -> list[str]:
        """The words of the next sentence that is not empty; ``timeout`` in seconds replaces the wire's this once."""
        transport = self._transport
        transport.patience = self._timeout if timeout is None else timeout
        words: list[str] = []
        transport.mark()
        try:
            while True:
                word = transport.short_word()
                if word is None:
                    word = bytearray(self._codec.readWord(), "latin-1")
                if word:
                    words.append(word.decode("utf-8", "surrogateescape"))
                elif words:
                    return words
                else:
                    transport.mark()
        except self._library_error as error:
            transport.close()
            raise ProtocolError(f"The answer is not the RouterOS API ({error}).") from None
        except BaseException:
            transport.back()
            raise

    def close(self) -> None:
        self._transport.close()
