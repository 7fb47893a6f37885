# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that get no answer.

A simulator cannot keep the kernel from completing a TCP handshake, so a dropped packet looks like this: the connection
is there, and nothing ever comes. While the client waits, its kernel would send the SYN again and again; each of them
meets the firewall as a new connection, because a dropped SYN leaves no entry in connection tracking.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import struct
from collections.abc import Callable

from .clock import Clock, Timer

#: seconds after the first SYN at which Linux sends it again
RETRANSMITS = (1, 3, 7, 15, 31, 63)
#: silent connections that are kept; the oldest is given up beyond that
MAX_SILENT = 256

Retry = Callable[[socket.socket], bool]


def reset(connection: socket.socket) -> None:
    """Close with a TCP reset instead of an orderly end."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Silence:
    """Keeps sockets that must not hear anything, until their client gives up or a retransmitted SYN is let in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[int, tuple[socket.socket, list[Timer]]] = {}
        # only "the client is gone" is of interest, not its data: those stay in the kernel for whoever takes over
        self._poll = select.epoll() if hasattr(select, "epoll") else None
        if self._poll is not None:
            asyncio.get_running_loop().add_reader(self._poll.fileno(), self._gone)

    def __len__(self) -> int:
        return len(self._held)

    def holds(self, port: int) -> bool:
        """Whether the client with this port is among them."""
        return any(_peer(connection) == port for connection, _timers in self._held.values())

    def hold(self, connection: socket.socket, retry: Retry | None = None) -> None:
        """Keep a socket silent. retry: judges it again and returns True after taking it over."""
        if len(self._held) >= MAX_SILENT:
            self._drop(next(iter(self._held)))
        number = connection.fileno()
        timers: list[Timer] = []
        self._held[number] = (connection, timers)
        if self._poll is not None:
            self._poll.register(number, select.EPOLLRDHUP)
        if retry is not None:
            timers += [self._clock.call_later(after, lambda: self._again(number, retry)) for after in RETRANSMITS]

    def clear(self) -> None:
        """Give up every socket."""
        for number in list(self._held):
            self._drop(number)

    def close(self) -> None:
        """Give up every socket for good."""
        self.clear()
        if self._poll is not None:
            asyncio.get_running_loop().remove_reader(self._poll.fileno())
            self._poll.close()

    def _gone(self) -> None:
        assert self._poll is not None
        for number, _unused in self._poll.poll(0):
            self._drop(number)

    def _again(self, number: int, retry: Retry) -> None:
        held = connection, timers = self._held[number]
        if self._poll is not None:
            self._poll.unregister(number)
        if retry(connection):
            for timer in timers:
                timer.cancel()
            if self._held.get(number) is held:  # it may be held anew, for another reason
                del self._held[number]
        elif self._poll is not None:
            self._poll.register(number, select.EPOLLRDHUP)

    def _forget(self, number: int) -> None:
        del self._held[number]
        if self._poll is not None:
            self._poll.unregister(number)

    def _drop(self, number: int) -> None:
        connection, timers = self._held[number]
        for timer in timers:
            timer.cancel()
        self._forget(number)
        reset(connection)


def _peer(connection: socket.socket) -> int:
    try:
        return int(connection.getpeername()[1])
    except OSError:  # it has gone already
        return 0
