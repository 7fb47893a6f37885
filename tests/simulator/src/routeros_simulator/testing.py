# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated router inside a test's own process: a thread with its own event loop.

with running("7.22.3", time_scale=20) as router:
    connect(host="127.0.0.1", port=router.api_port, ...)
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from .clock import Clock, moment
from .loading import take_over
from .router import Router
from .server import Options, Server
from .state import load_file, save_file
from .switches import Switches, made

T = TypeVar("T")
#: seconds that a router may need to start or to stop
PATIENCE = 20.0


class Simulator:
    """A running router. ``call`` runs a function in its thread: everything of the router belongs to that thread."""

    def __init__(
        self, router: Router, server: Server, loop: asyncio.AbstractEventLoop, stopping: asyncio.Event
    ) -> None:
        self.router = router
        self.server = server
        self._loop = loop
        self._stopping = stopping
        self._thread: threading.Thread | None = None

    @property
    def version(self) -> str:
        """The RouterOS version."""
        return self.router.version

    @property
    def api_port(self) -> int:
        """The port on which api listens now; raises RuntimeError when it does not."""
        return self._port("api")

    @property
    def api_ssl_port(self) -> int:
        """The port on which api-ssl listens now; raises RuntimeError when it does not."""
        return self._port("api-ssl")

    @property
    def ssh_port(self) -> int:
        """The port on which ssh listens now (needs ssh=True); raises RuntimeError when it does not."""
        return self._port("ssh")

    def _port(self, service: str) -> int:
        port = self.call(lambda: self.server.port(service))
        if port is None:
            raise RuntimeError(f"{service} does not listen")
        return port

    def call(self, function: Callable[[], T]) -> T:
        """Run a function in the router's thread and return what it returns (or raises)."""
        result: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                result.set_result(function())
            except BaseException as error:
                result.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return result.result(PATIENCE)

    def rows(self, path: str) -> list[dict[str, str]]:
        """The stored properties of a menu's rows, static and dynamic ones, with .id."""
        return self.call(lambda: [{".id": row.id, **row.values} for row in self.router.tables[path]])

    def is_silent_to(self, port: int) -> bool:
        """Whether a client, told by its port, waits for an answer while its packets are dropped."""
        return self.call(lambda: self.server.is_silent_to(port))

    def advance(self, seconds: float) -> None:
        """Let simulated seconds pass at once."""
        self.call(lambda: self.router.clock.advance(seconds))

    def stop(self) -> None:
        """End the router, as pulling the plug does; harmless when it has ended already."""
        if self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(PATIENCE)


@contextmanager
def running(
    version: str = "7.22.3",
    *,
    time_scale: float = 1.0,
    switches: Switches | Mapping[str, Any] | None = None,
    state: Path | None = None,
    load: Path | None = None,
    clock: str | None = None,
    **options: Any,
) -> Iterator[Simulator]:
    """Run a router while the block runs.

    switches: a Switches, or just the fields that differ from their defaults (which the environment may have changed:
    see switches.made). state: a file that is loaded when it
    exists and written in the end. load: a compact export, taken over as far as it is simulated. clock: what the router
    takes the time for at its start ("1970-01-02 00:00:00", UTC), as one without a battery does; default the machine's
    own. options: fields of ``server.Options`` (hosts, ports, ssh, round_trip, interface, ...).
    Raises what building or starting the router raises.
    """
    if not isinstance(switches, Switches):
        switches = made(switches or {})
    started: concurrent.futures.Future[Simulator] = concurrent.futures.Future()

    async def serve() -> None:
        router = Router(version, switches=switches, clock=Clock(time_scale, start=moment(clock) if clock else None))
        server = Server(router, Options(**options))
        if state is not None and state.exists():
            load_file(router, state)
        if load is not None:
            await take_over(router, load.read_text(encoding="utf-8", errors="surrogateescape"))
        await server.start()
        stopping = asyncio.Event()
        started.set_result(Simulator(router, server, asyncio.get_running_loop(), stopping))
        await stopping.wait()
        await server.stop()
        if state is not None:
            save_file(router, state)

    def main() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=main, name="routeros-simulator", daemon=True)
    thread.start()
    simulator = started.result(PATIENCE)
    simulator._thread = thread
    try:
        yield simulator
    finally:
        simulator.stop()
