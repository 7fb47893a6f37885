# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small servers that follow a script, on real sockets.

The codec here is written anew, so that the two ends can disagree.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

Sentence = list[bytes]


def encode(words: list[bytes]) -> bytes:
    """One sentence as RouterOS puts it on the wire (RouterOS manual: API)."""
    out = bytearray()
    for word in words:
        size = len(word)
        if size < 0x80:
            out += bytes([size])
        elif size < 0x4000:
            out += (size | 0x8000).to_bytes(2, "big")
        elif size < 0x200000:
            out += (size | 0xC00000).to_bytes(3, "big")
        else:
            out += (size | 0xE0000000).to_bytes(4, "big")
        out += word
    return bytes(out) + b"\x00"


class Peer:
    """The router's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._file = sock.makefile("rb")

    def read(self) -> Sentence | None:
        """The next sentence, or None at the end of the connection."""
        words: Sentence = []
        while True:
            first = self._file.read(1)
            if not first:
                return None
            if first == b"\x00":
                if words:
                    return words
                continue
            more = next(index for index, mask in enumerate((0x80, 0x40, 0x20, 0x10)) if not first[0] & mask)
            size = int.from_bytes(bytes([first[0] & (0x7F >> more)]) + self._file.read(more), "big")
            words.append(self._file.read(size))

    def say(self, *words: str | bytes) -> None:
        """Send one sentence."""
        self.raw(encode([word if isinstance(word, bytes) else word.encode() for word in words]))

    def answer(self, to: Sentence, reply: str, *words: str) -> None:
        """Send one reply sentence with the tag of the sentence that it answers."""
        self.say(reply, *words, *(word for word in to if word.startswith(b".tag=")))

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def login(self) -> Sentence:
        """Take whatever login comes and accept it."""
        sentence = self.read()
        if sentence is None:
            raise ConnectionAbortedError("the client did not log in")
        assert sentence[0] == b"/login"
        self.say("!done")
        return sentence


Script = Callable[[Peer], None]


class Server:
    """Accepts connections on a free port of 127.0.0.1 and runs the script for each, in a thread of its own.

    What a script raises is kept and raised again when the server is left.
    """

    def __init__(self, script: Script, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._script = script
        self._context = context
        self._listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.problems: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> Server:
        self._start(self._accept)
        return self

    def __exit__(self, *_exception: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        if self.problems:
            raise self.problems[0]

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            self._script(Peer(sock))
        except OSError:
            pass  # the client went away or the handshake failed: the tests look at the client's side
        except BaseException as error:
            self.problems.append(error)
        finally:
            sock.close()


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """The port of a listener that completes no further connection: the kernel drops what comes."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _turn in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def accepting(peer: Peer) -> None:
    """A router that takes every login and knows one command: /echo gives the attribute words back as one row."""
    peer.login()
    while (sentence := peer.read()) is not None:
        words = [word for word in sentence[1:] if not word.startswith(b".tag=")]
        tags = [word for word in sentence[1:] if word.startswith(b".tag=")]
        peer.say("!re", *words, *tags)
        peer.say("!done", *tags)
