# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One accepted connection: its bytes, its TLS, and every later packet's way through the firewall."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from .clock import Timer
from .dialogue import Dialogue
from .firewall import Firewall
from .packets import Packet
from .router import Router, Session
from .tls import Tls
from .wire import AFTER_LOGIN, Decoder, WireError, Words, encode_sentence

#: answers that may lie unread before nothing more is begun, and before the client is given up
UNREAD_PAUSE = 1024 * 1024
UNREAD_LIMIT = 64 * 1024 * 1024
#: real seconds for which a connection that the server has closed waits for its last answers to be read
LINGER = 30.0
#: bytes of answers that are sent together
FLUSH = 64 * 1024
#: seconds after which a router notices that its peer has vanished without a word (RouterOS manual: 9 minutes)
VANISHED = 540.0
#: bytes that a peer can send while nothing of it is acknowledged
WINDOW = 256 * 1024
#: seconds between the tries of a peer whose packets are dropped: the retransmissions of TCP
BACKOFF = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4)


class Host(Protocol):
    """What a connection needs of its server."""

    router: Router
    firewall: Firewall
    round_trip: float
    clamp: Callable[[], Awaitable[None]] | None

    def logged_in(self, connection: Connection, session: Session) -> None:
        """A login has succeeded."""

    def ended(self, connection: Connection) -> None:
        """The router has noticed the end of the connection."""


@dataclass(frozen=True)
class Door:
    """The way a connection came in: the service (api or api-ssl), TLS or not."""

    service: str
    context: ssl.SSLContext | None


class Connection(asyncio.Protocol):
    """The server's end of one connection."""

    def __init__(self, host: Host, door: Door, packet: Packet) -> None:
        self.host = host
        self.door = door
        self.packet = packet
        self.tracked = True  # False after its row was removed from the connection table: the next packet is new again
        self._tls = Tls(door.context) if door.context is not None else None
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self._dialogue: Dialogue | None = None
        self._answers = bytearray()
        self._flushing = False
        self._held: list[bytes] = []  # what a dropped packet carried; b"" is the end of the stream
        self._tries = 0
        self._timer: Timer | None = None
        self._vanishing: Timer | None = None
        self._own_end = False
        self._lost = False
        self._over = False

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=UNREAD_PAUSE)
        self._dialogue = Dialogue(
            self.host.router,
            str(self.packet.source),
            send=self._send,
            hang_up=self.hang_up,
            logged_in=self._logged_in,
            eased=self._read_on,
            round_trip=self.host.round_trip,
            before_each=self.host.clamp,
        )

    def data_received(self, data: bytes) -> None:
        """A packet has arrived at the router."""
        self._packet(data)

    def eof_received(self) -> bool:
        """The client will send no more; it may still want its answers."""
        self._packet(b"")
        return True

    def pause_writing(self) -> None:
        """The client does not read."""
        if self._dialogue is not None:
            self._dialogue.clear.clear()

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._dialogue is not None:
            self._dialogue.clear.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone. Where the firewall drops the client's packets, its end has not been heard either."""
        self._lost = True
        if self._own_end or self._over or self._passes(0):
            self._end()
            return
        self._held.append(b"")
        self._watch()
        self._vanish()

    # --- the firewall, for packets of a known connection

    @property
    def drops(self) -> bool:
        """Whether packets of its client were dropped and did not get through yet."""
        return bool(self._held)

    def _passes(self, length: int) -> bool:
        verdict = self.host.firewall.judge(self.packet.later(length, new=not self.tracked))
        if verdict.accepted:
            self.tracked = True
        elif verdict.action == "reject" and verdict.rule is not None and verdict.rule.get("reject-with") == "tcp-reset":
            self.cut()
        return verdict.accepted

    def _packet(self, data: bytes) -> None:
        if not self._held and self._passes(len(data)):
            self._take(data)
            return
        if self._over:
            return
        if not self._held:
            self._tries = 0
            self._watch()
            self._try_later()
        self._held.append(data)
        full = sum(map(len, self._held)) >= WINDOW
        if full and self._transport is not None:
            self._transport.pause_reading()
        if full or not data:
            self._vanish()

    def _vanish(self) -> None:
        """The client's end could not be heard: the router gives the connection up much later."""
        if self._vanishing is None:
            self._vanishing = self.host.router.clock.call_later(VANISHED, self.cut)

    def _watch(self) -> None:
        listeners = self.host.firewall.listeners
        if self._again not in listeners:
            listeners.append(self._again)

    def _unwatch(self) -> None:
        listeners = self.host.firewall.listeners
        if self._again in listeners:
            listeners.remove(self._again)

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._vanishing):
            if timer is not None:
                timer.cancel()
        self._timer = self._vanishing = None

    def _try_later(self) -> None:
        delay = BACKOFF[min(self._tries, len(BACKOFF) - 1)]
        self._timer = self.host.router.clock.call_later(delay, self._timeout)

    def _timeout(self) -> None:
        self._tries += 1
        self._again()
        if self._held and not self._lost and not self._over:
            self._try_later()

    def _again(self) -> None:
        """A dropped packet comes once more."""
        if not self._held or self._over or not self._passes(sum(map(len, self._held))):
            return
        held, self._held = self._held, []
        self._unwatch()
        self._stop_timers()
        if self._lost:
            self._end()
            return
        for data in held:
            self._take(data)
        self._read_on()

    # --- bytes and sentences

    def _take(self, data: bytes) -> None:
        if self._over or self._dialogue is None:
            return
        if not data:
            self._dialogue.finish()
            return
        sentences: list[Words] = []
        try:
            self._decoder.feed_into(self._decrypt(data), sentences)
            ended = self._tls is not None and self._tls.ended
        except WireError:
            ended = True
        except ssl.SSLError as error:
            self._tls_failed(error)
            return
        for sentence in sentences:
            self._dialogue.receive(sentence)
        if ended:
            self._dialogue.finish()
        elif self._dialogue.full and self._transport is not None:
            self._transport.pause_reading()

    def _decrypt(self, data: bytes) -> bytes:
        if self._tls is None:
            return data
        try:
            return self._tls.receive(data)
        finally:
            self._write(self._tls.pending())

    def _tls_failed(self, error: ssl.SSLError) -> None:
        reason = (error.reason or str(error)).lower().replace("_", " ")
        service, source = self.door.service, self.packet.source
        self.host.router.log(f"{service},error", f"TLS handshake with {source} failed: {reason}")
        self.hang_up()

    def _read_on(self) -> None:
        transport, dialogue = self._transport, self._dialogue
        if transport is None or dialogue is None or self._held or dialogue.full or transport.is_closing():
            return
        transport.resume_reading()

    def _send(self, words: Words) -> None:
        if self._over:
            return
        self._answers += encode_sentence(words)
        if len(self._answers) >= FLUSH:
            self._flush()
        elif not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        data, self._answers = bytes(self._answers), bytearray()
        if self._tls is not None and data:
            try:
                self._tls.send(data)
            except ssl.SSLError:  # the client has closed its side of TLS
                self.cut()
                return
            data = self._tls.pending()
        self._write(data)

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if not data or transport is None or transport.is_closing():
            return
        transport.write(data)
        if transport.get_write_buffer_size() > UNREAD_LIMIT:
            self.cut()

    def _logged_in(self, session: Session) -> None:
        self._decoder.limits = AFTER_LOGIN
        self.host.logged_in(self, session)

    # --- ends

    @property
    def session(self) -> Session | None:
        """The login, when there is one."""
        return self._dialogue.session if self._dialogue is not None else None

    @property
    def unread(self) -> int:
        """Bytes of answers that the client has not taken yet."""
        return len(self._answers) + (self._transport.get_write_buffer_size() if self._transport is not None else 0)

    @property
    def under_way(self) -> int:
        """Commands that have no answer yet."""
        return self._dialogue.under_way if self._dialogue is not None else 0

    def hang_up(self) -> None:
        """Close in order, behind everything that has been sent."""
        self._own_end = True
        self._flush()
        if self._tls is not None and self._tls.established:
            self._tls.end()
            self._write(self._tls.pending())
        if self._transport is not None:
            self._transport.close()
            if not self._lost:
                asyncio.get_running_loop().call_later(LINGER, self.cut)

    def cut(self) -> None:
        """Close at once."""
        if self._over:
            return
        self._own_end = True
        if self._transport is not None and not self._lost:
            self._transport.abort()
        else:
            self._end()

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        self._unwatch()
        self._stop_timers()
        if self._dialogue is not None:
            self._dialogue.end()
            if self._dialogue.session is not None:
                self.host.router.close(self._dialogue.session, quit=self._dialogue.quit)
        self.host.ended(self)
