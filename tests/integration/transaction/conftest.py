# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transactions without Ansible around them: a simulated router, a door, changes, and a proxy that cuts the line."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from routeros_simulator.testing import Simulator, running

# Simulated seconds run this much faster than ours.
SCALE = 50.0
MENUS = (
    "/ip/service",
    "/ip/firewall/filter",
    "/ip/firewall/address-list",
    "/user",
    "/user/group",
    "/system/logging",
    "/user/settings",
)
# What a login leaves behind, and counters.
MOVING = {"last-logged-in", "bytes", "packets", "creation-time"}


def changes_of(*calls: tuple[str, Mapping[str, Any]]) -> list[Change]:
    """Changes as the action makes them: options validated against the documentation."""
    protection = Settings.__dataclass_fields__
    made = []
    for module, options in calls:
        checked = validate(module, options)
        made.append(change_class(module)({name: value for name, value in checked.items() if name not in protection}))
    return made


def snapshot(router: Simulator) -> dict[str, list[dict[str, str]]]:
    """What the router holds, without what changes by itself; live connections of 7.19 and later left out."""
    return {
        path: [
            {name: text for name, text in row.items() if name not in MOVING}
            for row in router.rows(path)
            if row.get("connection") != "true"
        ]
        for path in MENUS
    }


class Line:
    """A TCP proxy to the router that cuts every line once, after the given number of sentences from the controller."""

    def __init__(self, port: int, after: int | None = None) -> None:
        self._target = port
        self._after = after
        self.sentences = 0
        self.cut = False
        # Whether it carries nothing new.
        self.shut = False
        # Cut when the router answers, before the answer arrives.
        self.answer_lost = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._clients: list[socket.socket] = []
        self._lost: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                try:
                    if self.shut:
                        raise ConnectionRefusedError
                    router = socket.create_connection(("127.0.0.1", self._target))
                except OSError:  # it restarts
                    client.close()
                    continue
                with self._lock:
                    self._open += [client, router]
                    self._clients.append(client)
                threading.Thread(target=self._pump, args=(client, router, True), daemon=True).start()
                threading.Thread(target=self._pump, args=(router, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            # One sentence is one write of the controller and TCP_NODELAY is on; on loopback a read is a write.
            while data := source.recv(65536):
                if counted:
                    self.sentences += data.count(b"\x00.tag=") or data.count(b".tag=")
                    if self._after is not None and not self.cut and self.sentences > self._after:
                        self.cut = True
                        self.close_lines()
                        return
                elif self.answer_lost:
                    self.answer_lost = False
                    self.close_lines()
                    return
                if not self._lost & {source, target}:
                    target.sendall(data)
        if source in self._lost:
            return
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def lose_lines(self) -> None:
        """The controller loses every line that is open; the router hears nothing of it."""
        with self._lock:
            lines, self._clients = self._clients, []
        for each in lines:
            self._lost.add(each)
            with suppress(OSError):
                each.shutdown(socket.SHUT_WR)

    def close_lines(self) -> None:
        """Cut every line that is open."""
        with self._lock:
            lines, self._open = self._open, []
        for each in lines:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._clients.clear()

    def close(self) -> None:
        """Stop listening and cut what is open."""
        self._listener.close()
        self.close_lines()


@pytest.fixture
def line() -> Iterator[Callable[..., Line]]:
    lines: list[Line] = []

    def make(port: int, after: int | None = None) -> Line:
        lines.append(Line(port, after))
        return lines[-1]

    yield make
    for each in lines:
        each.close()


@pytest.fixture(autouse=True)
def _leftovers_are_looked_at_twice_in_short_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadman, "GRACE", 0.3)


@pytest.fixture(params=["7.24"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def router(version: str) -> Iterator[Simulator]:
    with running(version, time_scale=SCALE) as simulator:
        yield simulator


def door_to(port: int, user: str = "admin", password: str = "", **options: Any) -> Door:
    """A door over the plain API of a router in this process."""
    return Door(ConnectionOptions(host="127.0.0.1", port=port, user=user, password=password, tls="plain", **options))


def run(
    door: Door, *calls: tuple[str, Mapping[str, Any]], check_mode: bool = False, **settings: Any
) -> tuple[Transaction, Outcome]:
    """Run the changes; settle and wait are short, since the router's time is scaled."""
    values = {"settle": 0.05, "safe_mode_wait": 0.5, **settings}
    transaction = Transaction(door, changes_of(*calls), Settings(**values), check_mode=check_mode)
    return transaction, transaction.run()
