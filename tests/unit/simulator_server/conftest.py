# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the simulator: librouteros for the polite things, bare sockets for the others."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import librouteros
import pytest
from routeros_simulator.testing import Simulator
from routeros_simulator.wire import AFTER_LOGIN, Decoder, encode_sentence

# seconds after which a server that has said nothing is taken for silent
QUIET = 0.15


class RawClient:
    """Sentences over a socket, without any help."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._decoder = Decoder(AFTER_LOGIN)
        self._sentences: list[list[str]] = []

    def send(self, *words: str) -> None:
        """Send one sentence."""
        self.socket.sendall(encode_sentence(words))

    def read(self) -> list[str]:
        """The next sentence; EOFError at the end of the stream, OSError for a reset, TimeoutError for silence."""
        while not self._sentences:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self._sentences += self._decoder.feed(data)
        return self._sentences.pop(0)

    def talk(self, *words: str) -> list[list[str]]:
        """Send one sentence and read its whole answer."""
        self.send(*words)
        answer = [self.read()]
        while answer[-1][0] not in ("!done", "!fatal"):
            answer.append(self.read())
        return answer

    def silent(self) -> bool:
        """Whether nothing happens."""
        return self.state(QUIET) == "open"

    def rest(self) -> list[list[str]]:
        """Every sentence until the server closes the connection."""
        sentences = []
        with contextlib.suppress(EOFError, ConnectionResetError):
            while True:
                sentences.append(self.read())
        return sentences

    def login(self, user: str = "admin", password: str = "") -> RawClient:
        """Log in; the answer has to be a plain !done."""
        assert self.talk("/login", f"=name={user}", f"=password={password}") == [["!done"]]
        return self

    def state(self, patience: float = 5) -> str:
        """What a client sees next: "closed", "reset", "talks", or "open" when nothing happens."""
        self.socket.settimeout(patience)
        try:
            data = self.socket.recv(1)
        except TimeoutError:
            return "open"
        except OSError:
            return "reset"
        return "closed" if not data else "talks"


@pytest.fixture
def raw() -> Iterator[Callable[..., RawClient]]:
    """Open bare connections: raw(simulator, source="127.0.0.5", port=None)."""
    opened: list[socket.socket] = []

    def connect(
        simulator: Simulator, source: str = "127.0.0.1", port: int | None = None, context: ssl.SSLContext | None = None
    ) -> RawClient:
        host = "::1" if ":" in source else "127.0.0.1"
        number = simulator.api_port if port is None else port
        connection = socket.create_connection((host, number), timeout=5, source_address=(source, 0))
        opened.append(connection)
        if context is not None:
            connection = context.wrap_socket(connection, server_hostname="router.example")
            opened.append(connection)
        return RawClient(connection)

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def outcome(raw: Callable[..., RawClient]) -> Callable[..., str]:
    """What a client sees that connects and says nothing: open, closed, reset or refused."""

    def look(simulator: Simulator, source: str = "127.0.0.1", patience: float = 5) -> str:
        try:
            return raw(simulator, source).state(patience)
        except ConnectionRefusedError:
            return "refused"
        except ConnectionResetError:  # it may come before connect() has returned
            return "reset"

    return look


@pytest.fixture
def login() -> Iterator[Callable[..., Any]]:
    """Log in with librouteros: login(simulator, user="admin", password="", source="127.0.0.1")."""
    opened: list[Any] = []

    def connect(
        simulator: Simulator,
        user: str = "admin",
        password: str = "",
        source: str = "127.0.0.1",
        port: int | None = None,
        context: ssl.SSLContext | None = None,
        timeout: float = 5,
    ) -> Any:
        options: dict[str, Any] = {"timeout": timeout, "encoding": "utf-8", "saddr": source}
        if context is not None:
            options["ssl_wrapper"] = lambda plain: context.wrap_socket(plain, server_hostname="router.example")
        number = simulator.api_port if port is None else port
        api = librouteros.connect("127.0.0.1", user, password, port=number, **options)
        opened.append(api)
        return api

    yield connect
    for api in opened:
        with contextlib.suppress(OSError):
            api.close()


@pytest.fixture
def anonymous() -> ssl.SSLContext:
    """The only client that gets through to an api-ssl without certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ADH:@SECLEVEL=0")
    return context


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until a condition holds; fails after 5 s."""

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end, "it never became true"
            time.sleep(0.01)

    return wait
