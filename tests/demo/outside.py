# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a router from outside, as a client that knows nothing of the collection: sockets, TLS and a login.

Each function returns one word for what a client sees: ``in`` (logged in), ``refused`` (nobody listens), ``silent`` (no
answer within the time), ``closed`` (cut off), ``denied`` (the login was refused), or the reason why TLS failed.
"""

from __future__ import annotations

import socket
import ssl
import warnings
from pathlib import Path

ANONYMOUS = "ADH:@SECLEVEL=0"
# Seconds; long enough for a machine that is busy with other things.
PATIENCE = 4.0


def connect(port: int, source: str, host: str = "127.0.0.1", timeout: float = PATIENCE) -> socket.socket:
    """A TCP connection from one of this machine's addresses; 127.0.0.0/8 plays the outside world."""
    bind_to = ("::1" if ":" in host else source, 0)
    connection = socket.create_connection((host, port), timeout, source_address=bind_to)
    connection.settimeout(timeout)
    return connection


def plain(
    port: int, source: str, user: str, password: str, *, host: str = "127.0.0.1", timeout: float = PATIENCE
) -> str:
    """What a client of the plain API sees."""
    try:
        with connect(port, source, host, timeout) as connection:
            return _log_in(connection, user, password)
    except OSError as error:
        return _word(error)


def encrypted(
    port: int,
    source: str,
    user: str,
    password: str,
    context: ssl.SSLContext,
    *,
    host: str = "127.0.0.1",
    name: str = "",
    timeout: float = PATIENCE,
) -> str:
    """What a client of the API over TLS sees; ``context`` says how it verifies, ``name`` whom it expects."""
    try:
        with (
            connect(port, source, host, timeout) as connection,
            context.wrap_socket(connection, server_hostname=name or host) as secure,
        ):
            return _log_in(secure, user, password)
    except ssl.SSLCertVerificationError as error:
        return f"not verified: {error.verify_message}"
    except ssl.SSLError as error:
        return f"TLS refused: {(error.reason or str(error)).replace('_', ' ').lower()}"
    except OSError as error:
        return _word(error)


def verifying(ca: Path | None) -> ssl.SSLContext:
    """A client as it should be: the authorities of this file, or of the system; name checked."""
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    # Python 3.13 asks for extensions that RouterOS's certificates may lack; the chain is verified all the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def old(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A client that speaks nothing newer than ``version``, and would take any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version
    return context


def anonymous() -> ssl.SSLContext:
    """A client without certificates: anonymous Diffie-Hellman, what api-ssl offers out of the box."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ANONYMOUS)
    return context


def _word(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, TimeoutError):
        return "silent"
    if isinstance(error, ConnectionError):
        return "closed"
    raise error


def _log_in(connection: socket.socket, user: str, password: str) -> str:
    """One login and a goodbye, by the RouterOS manual's page on the API."""
    _send(connection, "/login", f"=name={user}", f"=password={password}")
    answer = _sentence(connection)
    if not answer:
        return "closed"
    if answer[0] != "!done":
        return "denied"
    _send(connection, "/quit")
    return "in"


def _send(connection: socket.socket, *words: str) -> None:
    """One sentence; all words here are shorter than 128 bytes, whose length is one byte."""
    connection.sendall(b"".join(bytes([len(word.encode())]) + word.encode() for word in words) + b"\0")


def _sentence(connection: socket.socket) -> list[str]:
    words = []
    while length := _bytes(connection, 1):
        if length == b"\0":
            return words
        words.append(_bytes(connection, length[0]).decode())
    return []


def _bytes(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := connection.recv(count - len(data))):
        data += more
    return data
