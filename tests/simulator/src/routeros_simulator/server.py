# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router on the network: api, api-ssl and ssh on real sockets, each new connection judged before it is served.

The order is the router's own: the filter table (drop is silence, reject a reset), then the service's address list, then
TLS and the login. A client outside the address list has its TCP handshake nevertheless (RouterOS manual: Services).
"""

from __future__ import annotations

import asyncio
import ipaddress
import resource
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .certificates import Certificates
from .certificates.acme import Acme
from .certificates.files import CertificateFiles
from .certificates.requests import CertificateRequests
from .certificates.revocation import Revocation
from .clock import Clock
from .connection import Connection, Door
from .firewall import Block, Firewall
from .listeners import SERVED, Listeners
from .live_rows import LiveRows
from .packets import Packet
from .router import Router, Session
from .silence import Silence, reset
from .tls import server_context
from .users import source_allowed
from .vrf import MENU as VRF
from .vrf import served_in

#: the hosts that a simulated router listens on; 127.0.0.2 and so on play the world outside
HOSTS = ("127.0.0.1", "::1")
#: connections beyond which a newcomer is closed at once
MAX_CONNECTIONS = 4096


@dataclass(frozen=True)
class Options:
    """How the server meets the world.

    hosts: local addresses to listen on; those that the machine lacks are left out. ports: service -> real port to begin
    with; 0 is a free one, as for services that it does not name, None the one in /ip/service. ssh: serve it, too (needs
    asyncssh). round_trip: real seconds that a request needs. interface: where connections arrive; interfaces: prefix ->
    another interface for those sources. ipsec: prefixes whose connections come through an IPsec tunnel.
    """

    hosts: tuple[str, ...] = HOSTS
    ports: Mapping[str, int | None] = field(default_factory=dict)
    ssh: bool = False
    round_trip: float = 0.0
    interface: str = "ether1"
    interfaces: Mapping[str, str] = field(default_factory=dict)
    ipsec: Sequence[str] = ()


class Clamp:
    """The slowdown seen on a CHR (7.23.2): after some 170 requests about 20 ms each, until 5 s of rest; router wide."""

    REQUESTS, EACH, REST = 170, 0.02, 5.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._last = self._free = 0.0

    async def __call__(self) -> None:
        """Wait for the turn of one request."""
        now = self._clock.now()
        if now - self._last > self.REST:
            self._count = 0
        self._last = now
        self._count += 1
        if self._count > self.REQUESTS:
            self._free = max(self._free, now) + self.EACH
            await self._clock.sleep(self._free - now)


def ssh_connection() -> type[Connection]:
    """What serves SSH; raises RuntimeError without asyncssh."""
    try:
        from .ssh import SshConnection
    except ModuleNotFoundError as error:
        raise RuntimeError(f"SSH needs {error.name}: pip install 'routeros-simulator[ssh]'") from error
    return SshConnection


class Server:
    """Serves one router; lives in the event loop that runs when it is started."""

    def __init__(self, router: Router, options: Options | None = None) -> None:
        self.router = router
        self.options = options or Options()
        self.round_trip = self.options.round_trip
        self.clamp: Callable[[], Awaitable[None]] | None = (
            Clamp(router.clock) if router.switches.request_clamp else None
        )
        self.connections: set[Connection] = set()
        self.certificates = Certificates(router)
        CertificateFiles(self.certificates)
        CertificateRequests(self.certificates)
        router.presence.hosts = self.options.hosts
        self.firewall = Firewall(router, connections=self._tracked)
        Acme(self.certificates, self.firewall)
        Revocation(self.certificates)
        self._rows = LiveRows(router)
        self._shell: type[Connection] = Connection
        self._interfaces = [(ipaddress.ip_network(prefix), name) for prefix, name in self.options.interfaces.items()]
        self._ipsec = [ipaddress.ip_network(prefix) for prefix in self.options.ipsec]
        self._opening: set[asyncio.Task[None]] = set()
        soft, _unused = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.room = min(MAX_CONNECTIONS, soft // 2 if soft != resource.RLIM_INFINITY else MAX_CONNECTIONS)

    async def start(self) -> None:
        """Open the listeners. Raises OSError when a wanted port cannot be had, RuntimeError when SSH needs asyncssh."""
        self.silence = Silence(self.router.clock)
        served = (*SERVED, "ssh") if self.options.ssh else SERVED
        if self.options.ssh:
            self._shell = ssh_connection()
        self.listeners = Listeners(self.router, self.options.hosts, self._arrived, self._moved, served)
        self.listeners.start({**dict.fromkeys(served, 0), **self.options.ports})
        self.router.closing.append(self._close_session)
        self.router.power.told.append(self._switched)
        self.router.changed.append(self._changed)

    async def stop(self) -> None:
        """Close everything, as a router does that is switched off: what safe mode has not released is undone."""
        self.router.changed.remove(self._changed)
        self.router.closing.remove(self._close_session)
        self.router.power.told.remove(self._switched)
        self.listeners.stop()
        self.silence.close()
        for task in list(self._opening):
            task.cancel()
        for connection in list(self.connections):
            connection.cut()
        self.router.safe_mode.reboot()
        await asyncio.sleep(0)

    def port(self, service: str) -> int | None:
        """The port on which "api", "api-ssl" or "ssh" listens, None when it does not."""
        return self.listeners.port(service)

    # --- newcomers

    def _packet(self, connection: socket.socket) -> Packet:
        source, local = connection.getpeername(), connection.getsockname()
        address = ipaddress.ip_address(source[0])
        return Packet(
            address,
            source[1],
            ipaddress.ip_address(local[0]),
            local[1],
            interface=next((name for block, name in self._interfaces if address in block), self.options.interface),
            ipsec=any(address in block for block in self._ipsec),
        )

    def _arrived(self, service: str, connection: socket.socket) -> None:
        try:
            packet = self._packet(connection)
        except OSError:  # it has gone already
            connection.close()
            return
        if not self._judge(service, packet, connection):
            retry = (
                (lambda again: self._judge(service, packet, again)) if self.router.switches.syn_retransmits else None
            )
            self.silence.hold(connection, retry)

    def _judge(self, service: str, packet: Packet, connection: socket.socket) -> bool:
        """Let a new connection meet the firewall; False when it stays without an answer."""
        verdict = self.firewall.judge(packet)
        if verdict.action == "accept":
            self._admit(service, packet, connection)
        elif verdict.action == "reject":
            reset(connection)
        elif verdict.action == "tarpit":  # answered, and then never served
            self.silence.hold(connection)
        else:
            return False
        return True

    def _admit(self, service: str, packet: Packet, connection: socket.socket) -> None:
        full = len(self.connections) >= self.room
        if self.listeners.port(service) is None or full or not served_in(self.router, service, packet.interface):
            reset(connection)
            return
        row = self.router.services.static(service)
        admitted = self.router.services.restriction(service)
        sessions = sum(one.door.service == service for one in self.connections)
        room = int(row.get("max-sessions") or MAX_CONNECTIONS)
        if sessions >= room or (admitted and not source_allowed(admitted, str(packet.source))):
            self._refuse(connection)
            return
        context = None
        if service == "api-ssl":
            identity = self.certificates.identity(row.get("certificate"))
            context = server_context(identity, row.get("tls-version") or "any")
        kind = self._shell if service == "ssh" else Connection
        served = kind(self, Door(service, context), packet)
        self.connections.add(served)
        self._rows.appear(served)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.get_running_loop().create_task(self._open(served, connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, served: Connection, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: served, connection)
        except (OSError, asyncio.CancelledError):
            connection.close()
            self.ended(served)

    def _refuse(self, connection: socket.socket) -> None:
        """No service for this client; what it sees then is not agreed on, so a switch decides."""
        kind = self.router.switches.refused_source
        if kind == "silence":
            self.silence.hold(connection)
        elif kind == "reset":
            reset(connection)
        else:
            connection.close()

    def is_silent_to(self, port: int) -> bool:
        """Whether a client, told by its port, waits for an answer while its packets are dropped."""
        waiting = (one for one in self.connections if one.packet.source_port == port)
        return self.silence.holds(port) or any(one.drops for one in waiting)

    # --- what connections and the router tell

    def logged_in(self, connection: Connection, session: Session) -> None:
        """A login has succeeded on a connection."""
        session.extra["connection"] = connection

    def ended(self, connection: Connection) -> None:
        """The router has noticed the end of a connection."""
        if connection in self.connections:
            self.connections.discard(connection)
            self._rows.disappear(connection)

    def _close_session(self, session: Session) -> None:
        connection = session.extra.get("connection")
        if isinstance(connection, Connection):
            connection.cut()

    def _switched(self, on: bool) -> None:
        """A router that is off serves nobody: connections are reset, those without an answer as well."""
        if on:
            self.listeners.resume()
            return
        self.listeners.pause()
        self.silence.clear()
        for connection in list(self.connections):
            connection.cut()

    def _moved(self, service: str) -> None:
        if self.router.switches.open_sessions_on_disable == "cut":
            for connection in [one for one in self.connections if one.door.service == service]:
                connection.cut()

    def _changed(self, path: str) -> None:
        if path in ("/ip/service", VRF):
            for connection in list(self.connections):
                if not served_in(self.router, connection.door.service, connection.packet.interface):
                    connection.cut()
        if path in ("/ip/firewall/connection", "/ipv6/firewall/connection"):
            self._rows.check()

    def _tracked(self, block: Block) -> int:
        return sum(connection.packet.source in block for connection in self.connections)
