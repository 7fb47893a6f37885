# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network between the controller and one simulated router, which can be cut, fall silent, stall, or refuse.

TCP is carried by a proxy; the code under test is not touched. Two things that a loopback cannot show are put in at the
edge: a connection attempt whose packets are dropped fails with the time-out of ``connect`` (the kernel of a loopback
would complete it), and time that is spent waiting for an answer that cannot come passes on the simulated clock at once.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import reasons
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.tests.prove.edge import Edge
from routeros_simulator.testing import Simulator

#: simulated seconds after which a router notices that its peer has vanished (RouterOS manual: 9 minutes)
VANISHED = 540.0


class Line:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, router: socket.socket) -> None:
        self.client, self.router = client, router
        #: the controller's port, and the one that the router sees
        self.port: int = client.getpeername()[1]
        self.own_port: int = router.getsockname()[1]
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


class Network(Edge):
    """The way from the controller to the router, and the clock that both live by."""

    def __init__(self, router: Simulator, ports: dict[str, int]) -> None:
        super().__init__(router)
        self.silent = False
        self._stalled = 0.0
        self._refusing = 0.0
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

    def pass_time(self, seconds: float) -> None:
        """Let simulated seconds pass, for both."""
        super().pass_time(seconds)
        self._refusing -= seconds
        if self._stalled:
            self._stalled = max(0.0, self._stalled - seconds)
            if not self._stalled:
                self._come_back()

    def pass_silence(self, port: int, left: float) -> float:
        """Also where what is sent from this port of ours gets lost on the way."""
        with self._lock:
            line = next((line for line in self._lines if line.port == port), None)
        if line is None or not line.silent:
            return super().pass_silence(line.own_port if line else port, left)
        passing = min(left, self._stalled or left)
        self.pass_time(passing)
        return passing

    # --- at the edge

    def connected_to(self, patch: pytest.MonkeyPatch) -> None:
        """Put the controller's code behind this network, and let it live by the simulated clock."""
        network = self
        self.install(patch)
        connect: Callable[..., socket.socket] = Door._connect

        def connect_through(door: Door, options: ConnectionOptions) -> socket.socket:
            if network.silent:
                network.pass_time(min(options.timeout, network._stalled or options.timeout))
            if network.silent:
                raise reasons.from_connect(options, TimeoutError("timed out"))
            if network._refusing > 0:
                raise reasons.from_connect(options, ConnectionRefusedError(111, "Connection refused"))
            return connect(door, options)

        patch.setattr(Door, "_connect", connect_through)
