# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From connection options to an open session: TCP, TLS, login, and first contact where that is allowed."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock, reasons, tls
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    DEFAULT_PORTS,
    ConnectionOptions,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    Closed,
    ConnectFailed,
    Fatal,
    LoginFailed,
    ProtocolError,
    RouterError,
    SetupFailed,
    TimedOut,
    Trap,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import Wire, librouteros

__all__ = [
    "TRANSPORT",
    "ConnectionOptions",
    "Door",
    "FirstContact",
    "refuse_async",
    "require_routeros_connection",
]

TRANSPORT = "bastion.routeros.api"

# The verified login lacks its certificate, its CA file or its user. What an attacker in the middle may look like is not
# among these: unknown CA, wrong host, expired, wrong pin.
_WANTING = frozenset({"tls_no_certificate", "ca_file_missing", "login_refused"})
_PROBE_SECONDS = 3.0


class Door:
    """The way to one router.

    :ivar options: the future path, as the inventory tells it
    :ivar way: how the last open() got in: "" (not yet) | verified | unverified | anonymous | plain | first_contact
    :ivar warnings: what the user should be told, e.g. that first contact was used and why
    """

    def __init__(self, options: ConnectionOptions) -> None:
        self.options = options
        self.way = ""
        self.warnings: list[str] = []
        self._probed: set[tuple[str, int, str]] = set()
        self._present: ConnectionOptions | None = None

    def open(self) -> Session:
        """Open the future path; first contact when, and only when, that lacks its certificate, CA file or user.

        :raises SetupFailed, ConnectFailed, LoginFailed: see errors.py; the message is for the user
        """
        options = self.options
        self.warnings = []  # of this opening: in a loop, each item opens anew
        try:
            session = self._enter(options)
        except (ConnectFailed, LoginFailed) as error:
            if options.first_contact is None or error.kind not in _WANTING:
                raise
            session = self._first_contact(options.first_contact, error)
            self.way = "first_contact"
        else:
            self._present = options
            self.way = "verified" if options.tls == "verify" else options.tls
        return session

    def open_future(
        self,
        *,
        host: str | None = None,
        port: int | None = None,
        user: str | None = None,
        password: str | None = None,
        ca_path: str | None = None,
    ) -> Session:
        """A fresh session on the future path, with these values instead of the inventory's; never first contact.

        :raises SetupFailed, ConnectFailed, LoginFailed: see errors.py
        """
        options = self.options
        return self._enter(
            replace(
                options,
                host=options.host if host is None else host,
                port=options.port if port is None else port,
                user=options.user if user is None else user,
                password=options.password if password is None else password,
                ca_path=options.ca_path if ca_path is None else ca_path,
                first_contact=None,
            )
        )

    def open_present(self, *, user: str | None = None, password: str | None = None) -> Session:
        """A fresh session on the way that :meth:`open` took, first contact included; as another user where named.

        :raises SetupFailed, ConnectFailed, LoginFailed: see errors.py
        """
        if self._present is None:
            return self.open()
        way = self._present
        return self._enter(
            replace(
                way,
                user=way.user if user is None else user,
                password=way.password if password is None else password,
            )
        )

    def open_first_contact(self, why: RouterError) -> Session:
        """Open by first contact without trying the future path, for those who know why that cannot stand yet.

        :param why: what keeps the future path from standing; told when first contact fails as well
        :raises SetupFailed, ConnectFailed, LoginFailed: see errors.py
        """
        if self.options.first_contact is None:
            raise why
        session = self._first_contact(self.options.first_contact, why)
        self.way = "first_contact"
        return session

    def dial(self, port: int) -> socket.socket:
        """A TCP connection to another port of this router, by the same knock where there is one.

        :raises ConnectFailed: see errors.py; its text speaks of the API
        """
        return self._connect(replace(self.options, port=port))

    @property
    def password(self) -> str:
        """The password that :meth:`open` got in with."""
        return (self._present or self.options).password

    def _first_contact(self, first: FirstContact, error: RouterError) -> Session:
        options = self.options
        if error.kind == "login_refused":
            # The path itself stands, so it is used for the first contact's user too: safer than its method, and api-ssl
            # with a certificate takes no anonymous client anyway.
            if (first.user, first.password) == (options.user, options.password):
                raise error
            way = replace(options, user=first.user, password=first.password, first_contact=None)
        else:
            way = _FIRST_CONTACT[first.method](options, first)
        try:
            session = self._enter(way)
        except RouterError as second:
            raise reasons.first_contact_failed(second, error, first.method) from None
        self._present = way
        self.warnings.append(
            f"First contact was used for {way.where} as {way.user} ({'verified TLS' if session.secure else way.tls}): "
            f"{error.message}"
        )
        return session

    def _enter(self, options: ConnectionOptions) -> Session:
        """TCP, TLS and login for exactly these options."""
        librouteros()  # a missing library is told before anything is opened
        context = None if options.tls == "plain" else tls.client_context(options)
        sock = self._connect(options)
        try:
            if context is not None:
                sock = self._handshake(sock, options, context)
            wire = Wire(sock, timeout=options.timeout)
            session = Session(
                wire,
                user=options.user,
                host=options.host,
                port=options.effective_port,
                secure=options.tls == "verify",
                window=options.window,
            )
            self._login(session, wire, options)
        except BaseException:
            sock.close()
            raise
        return session

    def _connect(self, options: ConnectionOptions) -> socket.socket:
        try:
            sock = self._dial(options, options.timeout) if not options.knock else self._knock(options)
        except (OSError, UnicodeError) as error:
            raise reasons.from_connect(options, error) from error
        sock.settimeout(options.timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    @staticmethod
    def _dial(options: ConnectionOptions, seconds: float) -> socket.socket:
        source = (options.knock_source, 0) if options.knock_source else None
        return socket.create_connection((options.address, options.effective_port), seconds, source)

    def _knock(self, options: ConnectionOptions) -> socket.socket:
        """Connect; knock when, and only when, the door is closed, and once more when it stays closed."""
        short = min(options.timeout, knock.PROBE_SECONDS)
        for _attempt in range(2):
            with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                return self._dial(options, short)
            try:
                knock.play(options.address, options.knock, options.knock_source)
            except knock.KnockFailed as error:
                raise ConnectFailed(
                    f"{options.where} is closed, and the knock (ansible_routeros_knock) failed: {error}.",
                    kind="knock_failed",
                ) from None
        try:
            return self._dial(options, options.timeout)
        except (TimeoutError, ConnectionRefusedError) as error:
            raise reasons.knocked_in_vain(options, error) from None

    def _handshake(self, sock: socket.socket, options: ConnectionOptions, context: ssl.SSLContext) -> socket.socket:
        try:
            return tls.wrap(sock, options, context)
        except OSError as error:
            sock.close()
            failure = reasons.from_tls(options, error)
            if failure.kind == "tls_wrong_host":
                failure = reasons.from_tls(options, error, self._names(options))
            elif failure.kind in ("reset", "tls_timeout") and self._answers(options, "plain"):
                failure = reasons.tls_on_plain(options)
            raise failure from error

    def _login(self, session: Session, wire: Wire, options: ConnectionOptions) -> None:
        try:
            reply = session.login(options.password)
        except Trap as trap:
            raise reasons.from_login_trap(options, trap) from None
        except Fatal as error:
            raise reasons.login_fatal(options, error.text) from None
        except (Closed, TimedOut, ProtocolError) as error:
            start = wire.peeked
            if start[:2] == b"\x15\x03" or (
                not start and options.tls == "plain" and self._answers(options, "unverified")
            ):
                raise reasons.plain_on_tls(options) from None
            if start and not b"!".startswith(start[1:2]):
                raise reasons.not_the_api(options, start) from None
            if isinstance(error, TimedOut):
                raise reasons.login_timeout(options) from None
            raise reasons.reset(options, "during the login") from None
        if reply.ret is not None:
            raise reasons.too_old(options)

    def _answers(self, options: ConnectionOptions, tls_mode: str) -> bool:
        """Does the port answer the other protocol? Nothing secret is sent.

        Asked once only: a firewall may count connections.
        """
        key = (options.host, options.effective_port, tls_mode)
        if key in self._probed:
            return False
        self._probed.add(key)
        seconds = min(options.timeout, _PROBE_SECONDS)
        probe = replace(options, port=options.effective_port, tls=tls_mode, ca_path="", tls_pins=(), timeout=seconds)
        try:
            with contextlib.closing(self._connect(probe)) as sock:
                if tls_mode == "plain":
                    # A command before the login is answered with `!fatal`, `not logged in` (RouterOS manual: API).
                    wire = Wire(sock, timeout=seconds)
                    wire.send(("/quit",))
                    return wire.receive()[0].startswith("!")
                # An ordinary hello: without a certificate it ends with an alert, which is TLS too.
                tls.wrap(sock, probe, tls.client_context(probe)).close()
        except ssl.SSLError as error:
            return reasons.from_tls(probe, error).kind not in ("reset", "tls_on_plain", "tls_timeout")
        except (OSError, RouterError):
            return False
        return True

    def _names(self, options: ConnectionOptions) -> tuple[str, ...]:
        """What the certificate is made out to; its chain is verified, nothing is sent."""
        try:
            with contextlib.closing(self._connect(options)) as sock:
                wrapped = tls.wrap(sock, options, tls.client_context(options, check_hostname=False))
                with contextlib.closing(wrapped):
                    certificate: Any = wrapped.getpeercert() or {}
        except (OSError, RouterError):
            return ()
        alternatives = tuple(str(value) for _kind, value in certificate.get("subjectAltName", ()))
        common = tuple(value for part in certificate.get("subject", ()) for key, value in part if key == "commonName")
        return alternatives or common


def _without_tls(mode: str) -> Callable[[ConnectionOptions, FirstContact], ConnectionOptions]:
    def way(options: ConnectionOptions, first: FirstContact) -> ConnectionOptions:
        return replace(
            options,
            user=first.user,
            password=first.password,
            port=first.port or DEFAULT_PORTS[first.method],
            tls=mode,
            ca_path="",
            tls_pins=(),
            first_contact=None,
        )

    return way


def _over_ssh(options: ConnectionOptions, first: FirstContact) -> ConnectionOptions:
    raise reasons.first_contact_ssh(options)


_FIRST_CONTACT: dict[str, Callable[[ConnectionOptions, FirstContact], ConnectionOptions]] = {
    "anonymous": _without_tls("anonymous"),
    "plain": _without_tls("plain"),
    "ssh": _over_ssh,
}


def require_routeros_connection(connection: Any) -> None:
    """For actions: raise SetupFailed (wrong_connection) unless the task runs over bastion.routeros.api.

    A task that is delegated to a host with another connection, or a play on localhost, hands the action that one.
    """
    transport = getattr(connection, "transport", None)
    if transport == TRANSPORT:
        return
    raise SetupFailed(
        f"This task runs over the connection {transport!r}, but the modules of bastion.routeros work on routers "
        f"themselves. Use routers as the hosts of the play and set ansible_connection: {TRANSPORT} for them; "
        "delegate_to only another router, not localhost (connection: local and delegate_to: localhost are not needed: "
        "the work is done on the controller anyway).",
        kind="wrong_connection",
    )


def refuse_async(action: str, seconds: int | None) -> None:
    """For actions: raise SetupFailed (async) when the task asks for async.

    Core would say only that the action does not support async.
    """
    if seconds:
        raise SetupFailed(
            f"{action} cannot run with async: it works over one API session that ends with the task, and nothing is "
            "left running on a router. Remove async and poll; for several routers at once, raise forks; the time a "
            "task may take is its timeout keyword.",
            kind="async",
        )
