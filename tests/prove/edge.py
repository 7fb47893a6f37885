# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge between the controller's code and a simulated router, where time that is only waited for passes at once.

The code under test is not touched: its clock is the router's, and where it waits for an answer that a firewall
has swallowed, the simulated clock goes on instead of ours.
"""

from __future__ import annotations

import select
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import TimedOut
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import BufferedTransport
from routeros_simulator.testing import Simulator

#: real seconds after which something that must happen has not
PATIENCE = 30.0
#: real seconds without an answer after which it is asked whether one can come
HURRY = 0.005
#: simulated seconds that pass at once then; a packet that was dropped is sent again after the first
STEP = 1.0
TIMED = (deadman, executor, protection, rollback, safe_mode, transaction, undo)


class Edge:
    """The clock that a controller and one router live by."""

    def __init__(self, router: Simulator) -> None:
        self.router = router
        self._skipped = 0.0

    def monotonic(self) -> float:
        """The controller's clock."""
        return time.monotonic() + self._skipped

    def pass_time(self, seconds: float) -> None:
        """Let simulated seconds pass, for both."""
        self._skipped += seconds
        self.router.advance(seconds)

    def pass_silence(self, port: int, left: float) -> float:
        """Let time pass where the router drops what comes from this port of ours.

        :param left: how many seconds are to be waited at most.
        :returns: how many have passed; none where an answer may come.
        """
        if not self.router.is_silent_to(port):
            return 0.0
        passing = min(left, STEP)
        self.pass_time(passing)
        return passing

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Let the controller's code live by this clock."""
        clock = SimpleNamespace(monotonic=self.monotonic, sleep=self.pass_time, time=time.time)
        for module in TIMED:
            patch.setattr(module, "time", clock)
        shake = ssl.SSLSocket.do_handshake

        def do_handshake(sock: ssl.SSLSocket, block: bool = False) -> None:
            left = sock.gettimeout()
            if not left:
                return shake(sock, block)
            waiting = _Waiting(self, sock, left)
            try:
                while True:
                    sock.settimeout(waiting.patience)
                    try:
                        return shake(sock, block)
                    except TimeoutError:
                        if waiting.in_vain():
                            raise
            finally:
                sock.settimeout(left)

        def wait(transport: BufferedTransport, events: int) -> None:
            poller = select.poll()
            poller.register(transport.sock, events)
            waiting = _Waiting(self, transport.sock, transport.patience)
            while not poller.poll(waiting.patience * 1000):
                if waiting.in_vain():
                    raise TimedOut(f"No answer from the router for {transport.patience:g} seconds.")

        patch.setattr(ssl.SSLSocket, "do_handshake", do_handshake)
        patch.setattr(BufferedTransport, "_wait", wait)


@contextmanager
def edge_of(router: Simulator) -> Iterator[Edge]:
    """The edge of a router, in force while the block runs."""
    edge = Edge(router)
    with pytest.MonkeyPatch.context() as patch:
        edge.install(patch)
        yield edge


class _Waiting:
    """Waiting for one answer."""

    def __init__(self, edge: Edge, sock: Any, left: float) -> None:
        self._edge = edge
        self._port = _port(sock)
        self._left = left
        self._start = time.monotonic()
        #: real seconds until the next look
        self.patience = HURRY

    def in_vain(self) -> bool:
        """Whether it has been waited for long enough; lets time pass where no answer can come now."""
        passed = self._edge.pass_silence(self._port, self._left)
        self._left -= passed
        # Where time passes at once the answer to what it has changed is near; else only a slow machine is waited for.
        self.patience = HURRY if passed else min(4 * self.patience, 1.0)
        return self._left <= 0 or time.monotonic() - self._start > PATIENCE


def _port(sock: Any) -> int:
    try:
        return int(sock.getsockname()[1])
    except OSError:
        return 0
