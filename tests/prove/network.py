# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network between the controller and one simulated router, which can be cut, fall silent, stall, or refuse.

TCP is carried by a proxy; the code under test is not touched. Two things that a loopback cannot show are put in at the
edge: a connection attempt whose packets are dropped fails with the time-out of ``connect`` (the kernel of a loopback
would complete it), and time that is spent waiting for an answer that cannot come passes on the simulated clock at once.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import (
    deadman,
    executor,
    protection,
    rollback,
    safe_mode,
    transaction,
    undo,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import door as door_module
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import reasons
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import TimedOut
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import BufferedTransport
from routeros_simulator.testing import Simulator

#: real seconds after which something that must happen has not
PATIENCE = 30.0
#: real seconds without an answer after which it is asked whether the router's firewall drops packets
HURRY = 0.3
#: simulated seconds after which a router notices that its peer has vanished (RouterOS manual: 9 minutes)
VANISHED = 540.0
TIMED = (deadman, executor, protection, rollback, safe_mode, transaction, undo)


class Line:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, router: socket.socket) -> None:
        self.client, self.router = client, router
        self.port: int = client.getpeername()[1]
        #: what is forwarded: everything, nothing (kept for a network that comes back), or nothing for ever
        self.silent = False
        #: cut as soon as the router answers, and before the answer arrives
        self.answer_lost = False
        self.late: list[tuple[socket.socket, bytes]] = []

    def close(self) -> None:
        """Cut it at both ends."""
        for end in (self.client, self.router):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Network:
    """The way from the controller to the router, and the clock that both live by."""

    def __init__(self, router: Simulator, ports: dict[str, int]) -> None:
        self.router = router
        self.silent = False
        self._stalled = 0.0
        self._refusing = 0.0
        self._skipped = 0.0
        self._lines: list[Line] = []
        self._lock = threading.RLock()
        self._listeners = {name: socket.create_server(("127.0.0.1", 0)) for name in ports}
        self.ports = {name: listener.getsockname()[1] for name, listener in self._listeners.items()}
        for name, listener in self._listeners.items():
            threading.Thread(target=self._accept, args=(listener, ports[name]), daemon=True).start()

    # --- carrying

    def _accept(self, listener: socket.socket, target: int) -> None:
        with suppress(OSError):
            while True:
                client, _address = listener.accept()
                try:
                    router = socket.create_connection(("127.0.0.1", target))
                except OSError:
                    client.close()
                    continue
                for end in (client, router):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                line = Line(client, router)
                with self._lock:
                    self._lines.append(line)
                for ends in ((client, router), (router, client)):
                    threading.Thread(target=self._pump, args=(line, *ends), daemon=True).start()

    def _pump(self, line: Line, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while True:
                data = source.recv(65536)
                with self._lock:
                    if line.silent:
                        # An end is a packet as well (FIN), and gets lost or late like the others.
                        line.late.append((target, data))
                        if data:
                            continue
                        return
                    if line.answer_lost and source is line.router:
                        line.close()
                        return
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)

    def close(self) -> None:
        """Stop carrying."""
        for listener in self._listeners.values():
            listener.close()
        self.cut()

    # --- what happens to it

    def _now(self) -> list[Line]:
        with self._lock:
            return list(self._lines)

    def cut(self) -> None:
        """Every connection breaks, at both ends; new ones are carried."""
        for line in self._now():
            line.close()
        self._lines.clear()

    def lose_answer(self) -> None:
        """What is sent next arrives; the connection breaks before the answer does."""
        for line in self._now():
            line.answer_lost = True

    def fall_silent(self) -> None:
        """Packets are dropped from now on, in both directions, also of new connections."""
        self.silent = True
        self.forget_lines()

    def forget_lines(self) -> None:
        """Packets of the connections that are open are dropped (a translation that was forgotten); new ones work."""
        with self._lock:
            for line in self._lines:
                line.silent = True

    def stall(self, seconds: float) -> None:
        """Nothing arrives for so many simulated seconds; then all of it does, late."""
        self.fall_silent()
        self._stalled = seconds

    def refuse(self, seconds: float) -> None:
        """New connections are refused for so many simulated seconds: the router starts."""
        self._refusing = seconds

    def _come_back(self) -> None:
        self.silent = False
        with self._lock:
            for line in self._lines:
                for target, data in line.late:
                    with suppress(OSError):
                        if data:
                            target.sendall(data)
                        else:
                            target.shutdown(socket.SHUT_WR)
                line.late.clear()
                line.silent = False

    def heal(self) -> None:
        """Nine minutes later: packets are carried again, and the router has noticed which peers are gone."""
        if self._stalled:
            self.pass_time(self._stalled)
        self.pass_time(max(self._refusing, 0.0))
        self.pass_time(VANISHED)
        self.cut()
        self.silent = False

    # --- time

    def monotonic(self) -> float:
        """The controller's clock."""
        return time.monotonic() + self._skipped

    def pass_time(self, seconds: float) -> None:
        """Let simulated seconds pass, for both."""
        self._skipped += seconds
        self.router.advance(seconds)
        self._refusing -= seconds
        if self._stalled:
            self._stalled = max(0.0, self._stalled - seconds)
            if not self._stalled:
                self._come_back()

    def _is_silent(self, port: int) -> bool:
        with self._lock:
            return any(line.silent for line in self._lines if line.port == port)

    def _firewall_is_silent(self) -> bool:
        """Whether the router itself drops what comes: then no answer comes either, and only time passes."""
        server = self.router.server
        return self.router.call(lambda: len(server.silence) > 0 or any(each._held for each in server.connections))

    # --- at the edge

    def connected_to(self, patch: pytest.MonkeyPatch) -> None:
        """Put the controller's code behind this network, and let it live by the simulated clock."""
        network = self
        clock = SimpleNamespace(monotonic=self.monotonic, sleep=self.pass_time, time=time.time)
        for module in TIMED:
            patch.setattr(module, "time", clock)
        connect: Callable[..., socket.socket] = Door._connect

        def connect_through(door: Door, options: ConnectionOptions) -> socket.socket:
            if network.silent:
                network.pass_time(min(options.timeout, network._stalled or options.timeout))
            if network.silent:
                raise reasons.from_connect(options, TimeoutError("timed out"))
            if network._refusing > 0:
                raise reasons.from_connect(options, ConnectionRefusedError(111, "Connection refused"))
            return connect(door, options)

        def wait(transport: BufferedTransport, events: int) -> None:
            poller = select.poll()
            poller.register(transport.sock, events)
            start = time.monotonic()
            left = transport.patience
            while not poller.poll(2):
                waited = time.monotonic() - start
                if network._is_silent(_port(transport.sock)) or (waited > HURRY and network._firewall_is_silent()):
                    passing = min(left, network._stalled or left)
                    network.pass_time(passing)
                    left -= passing
                if left <= 0 or waited > PATIENCE:
                    raise TimedOut(f"No answer from the router for {transport.patience:g} seconds.")

        patch.setattr(door_module.Door, "_connect", connect_through)
        patch.setattr(door_module, "_PROBE_SECONDS", HURRY)
        patch.setattr(BufferedTransport, "_wait", wait)


def _port(sock: Any) -> int:
    try:
        return int(sock.getsockname()[1])
    except OSError:
        return 0
