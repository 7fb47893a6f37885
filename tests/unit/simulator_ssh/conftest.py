# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""paramiko as the client of the simulator's SSH."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import paramiko
import pytest
from routeros_simulator.testing import Simulator, running

#: real seconds that a test waits for what has to come
PATIENCE = 20.0


class Ssh:
    """One SSH connection."""

    def __init__(self, port: int, user: str, password: str | None, key: paramiko.PKey | None, source: str) -> None:
        connection = socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0))
        connection.settimeout(PATIENCE)
        self.transport = paramiko.Transport(connection)
        self.transport.start_client(timeout=PATIENCE)
        if key is not None:
            self.transport.auth_publickey(user, key)
        elif password is None:
            self.transport.auth_none(user)
        else:
            self.transport.auth_password(user, password, fallback=False)

    def run(self, command: str) -> str:
        """One command; what it shows."""
        return self.result(command)[1]

    def result(self, command: str) -> tuple[int, str]:
        """One command; exit status and what it shows."""
        channel = self.transport.open_session(timeout=PATIENCE)
        channel.settimeout(PATIENCE)
        channel.exec_command(command)
        text = b"".join(iter(lambda: channel.recv(65536), b""))
        return channel.recv_exit_status(), text.decode().replace("\r\n", "\n").removesuffix("\n")

    def shell(self) -> Terminal:
        """The console."""
        return Terminal(self.transport)

    def close(self) -> None:
        """Hang up."""
        self.transport.close()


class Terminal:
    """An interactive session."""

    def __init__(self, transport: paramiko.Transport) -> None:
        self._transport = transport
        self._channel = transport.open_session(timeout=PATIENCE)
        self._channel.settimeout(PATIENCE)
        self._channel.get_pty()
        self._channel.invoke_shell()
        self.text = ""

    def expect(self, text: str) -> str:
        """Read until a text comes; everything up to its end. Raises AssertionError."""
        while text not in self.text:
            data = self._channel.recv(65536)
            assert data, f"closed; said {self.text!r}"
            self.text += data.decode()
        found, self.text = self.text.split(text, 1)
        return found

    def send(self, text: str) -> None:
        """Type."""
        self._channel.sendall(text.encode())

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def ended(self) -> bool:
        """Whether the console has closed, after everything that it said."""
        while data := self._channel.recv(65536):
            self.text += data.decode()
        return True


Connect = Callable[..., Ssh]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """connect(simulator or port, user, password, key=, source=): connections that end with the test."""
    made: list[Ssh] = []

    def open_one(
        where: Simulator | int,
        user: str = "admin",
        password: str | None = "",
        *,
        key: paramiko.PKey | None = None,
        source: str = "127.0.0.1",
    ) -> Ssh:
        port = where if isinstance(where, int) else where.ssh_port
        made.append(Ssh(port, user, password, key, source))
        return made[-1]

    yield open_one
    for one in made:
        with contextlib.suppress(Exception):
            one.close()


@pytest.fixture
def router() -> Iterator[Simulator]:
    """A fresh router with SSH."""
    with running("7.22.3", ssh=True, time_scale=20) as simulator:
        yield simulator


def wait_for(condition: Callable[[], bool]) -> None:
    """Raises AssertionError when it does not come true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
