# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that follow /ip/service at once (RouterOS manual: Services): a disabled service does not listen."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .presence import PATHS
from .router import Router
from .table import Row

#: the services that this process always offers; ssh comes when it is asked for, of the others only the port is known
SERVED = ("api", "api-ssl")
MENU = "/ip/service"

Accepted = Callable[[str, socket.socket], None]


@dataclass
class Listener:
    """The sockets of one service that listens."""

    port: int
    sockets: list[socket.socket] = field(default_factory=list)


def bind(hosts: tuple[str, ...], port: int) -> Listener:
    """Listen on one port of every host (port 0: one that is free on all of them). Raises OSError."""
    for attempt in range(20):
        listener = Listener(port)
        try:
            for host in hosts:
                listening = _listen(host, listener.port)
                listener.sockets.append(listening)
                listener.port = listening.getsockname()[1]
            return listener
        except OSError:
            for listening in listener.sockets:
                listening.close()
            if port or attempt == 19 or not listener.sockets:
                raise
    raise AssertionError("the loop above returns or raises")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _listen(host: str, port: int) -> socket.socket:
    listening = _bound(host, port)
    try:
        listening.listen(1024)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def usable_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the hosts that this machine has (many containers have no IPv6)."""
    found = []
    for host in hosts:
        with contextlib.suppress(OSError):
            _listen(host, 0).close()
            found.append(host)
    return tuple(found)


class Listeners:
    """Opens and closes the sockets of the served services.

    accepted: called with the name of the service and each new socket. closed: called with the name when a service has
    been disabled or has moved. services: those that are served.
    """

    def __init__(
        self,
        router: Router,
        hosts: tuple[str, ...],
        accepted: Accepted,
        closed: Callable[[str], None],
        services: tuple[str, ...] = SERVED,
    ) -> None:
        self.router = router
        self.hosts = usable_hosts(hosts)
        self._accepted = accepted
        self._closed = closed
        self._services = services
        self._open: dict[str, Listener] = {}
        # the ports of a router that is off, kept from other programs of this machine
        self._reserved: list[socket.socket] = []
        self._configuring = False

    def start(self, ports: Mapping[str, int | None]) -> None:
        """Open the listeners on the given ports (0: a free one; None: the row's own), which /ip/service then shows.

        Raises OSError when a port that was asked for cannot be had.
        """
        for name, port in ports.items():
            if port is None:
                continue
            row = self.router.services.static(name)
            listener = bind(self.hosts, port)
            self._start(name, listener)
            if row.disabled:
                self._stop(name)
            self.router.tables[MENU].update(row, {"port": str(listener.port)})
        self.configure()
        self.router.changed.append(self._changed)
        self._follow()

    def stop(self) -> None:
        """Close every listener."""
        self.router.changed.remove(self._changed)
        self._release()
        for name in list(self._open):
            self._stop(name)

    def pause(self) -> None:
        """Close every listener until resume(); the ports answer with a reset, and stay this router's own."""
        ports = [listener.port for listener in self._open.values()]
        for name in list(self._open):
            self._stop(name)
        for host in self.hosts:
            for port in ports:
                with contextlib.suppress(OSError):
                    self._reserved.append(_bound(host, port))

    def resume(self) -> None:
        """Listen again as /ip/service has it."""
        self._release()
        self.configure()

    def _release(self) -> None:
        for reserved in self._reserved:
            reserved.close()
        self._reserved.clear()

    def port(self, name: str) -> int | None:
        """The port on which a service listens; None when it does not."""
        return self._open[name].port if name in self._open else None

    def _changed(self, path: str) -> None:
        if path == MENU:
            self.configure()
        elif path in PATHS:
            self._follow()

    def _follow(self) -> None:
        """Listen on the addresses that the router has now besides its own, and on no other any more."""
        if not self.router.power.on:
            return
        wanted = self.router.presence.extra
        for name, listener in self._open.items():
            has = {one.getsockname()[0]: one for one in listener.sockets}
            for host in has.keys() - wanted - set(self.hosts):
                asyncio.get_running_loop().remove_reader(has[host].fileno())
                has[host].close()
                listener.sockets.remove(has[host])
            for host in sorted(wanted - has.keys()):
                with contextlib.suppress(OSError):  # another program has it: nobody gets in there
                    listening = _listen(host, listener.port)
                    listener.sockets.append(listening)
                    self._watch(name, listener, listening)

    def configure(self) -> None:
        """Make the sockets agree with the rows. Closing comes first, so that two services can swap their ports."""
        if self._configuring or not self.router.power.on:
            return
        self._configuring = True
        try:
            rows = {name: self.router.services.static(name) for name in self._services}
            for row in rows.values():
                row.hidden.pop("bind_error", None)
            for name, row in rows.items():
                if name in self._open and not self._wanted(name, row, self._open[name].port):
                    self._stop(name)
                    self._closed(name)
            for name, row in rows.items():
                if name not in self._open and self.router.services.listening(name):
                    self._bind(name, row)
            self._follow()
        finally:
            self._configuring = False

    def _wanted(self, name: str, row: Row, port: int) -> bool:
        return self.router.services.listening(name) and row.get("port") == str(port)

    def _bind(self, name: str, row: Row) -> None:
        port = int(row.get("port"))
        try:
            self._start(name, bind(self.hosts, port))
        except OSError as error:
            # another program of this machine has it: the router would say the same of another service
            reason = "Address in use (12)" if error.errno == errno.EADDRINUSE else os.strerror(error.errno or 0)
            row.hidden["bind_error"] = f"cannot bind to port {port}: {reason}"

    # --- sockets

    def _start(self, name: str, listener: Listener) -> None:
        self._open[name] = listener
        for listening in listener.sockets:
            self._watch(name, listener, listening)

    def _watch(self, name: str, listener: Listener, listening: socket.socket) -> None:
        asyncio.get_running_loop().add_reader(listening.fileno(), self._accept, name, listener, listening)

    def _stop(self, name: str) -> None:
        listener = self._open.pop(name)
        for listening in listener.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
            listening.close()
        listener.sockets.clear()

    def _accept(self, name: str, listener: Listener, listening: socket.socket) -> None:
        for _unused in range(64):
            try:
                connection, _address = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # no file descriptors left: try again when some may be free
                self._pause(name, listener, listening)
                return
            connection.setblocking(False)
            self._accepted(name, connection)
            if listening not in listener.sockets:
                return

    def _pause(self, name: str, listener: Listener, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(listening.fileno())

        def again() -> None:
            if listening in listener.sockets:
                self._watch(name, listener, listening)

        loop.call_later(0.2, again)
