# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as api-ssl speaks it (RouterOS manual: API, Services).

With a certificate TLS 1.0 to 1.2 (`tls-version=any`) or 1.2 alone (`only-1.2`), never 1.3. Without one only anonymous
Diffie-Hellman is offered: an ordinary client fails with the alert handshake_failure (seen on 7.23.2).
"""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: the group ffdhe2048 of RFC 7919: anonymous Diffie-Hellman needs parameters
DH_PARAMETERS = Path(__file__).parent / "data" / "ffdhe2048.pem"

# security level 0: RouterOS still takes what OpenSSL refuses by default (TLS 1.0, small keys)
ANONYMOUS_CIPHERS = "ADH:@SECLEVEL=0"
CERTIFICATE_CIPHERS = "HIGH:!aNULL:!PSK:!SRP:@SECLEVEL=0"


@dataclass(frozen=True)
class Identity:
    """What a service shows of itself: the chain, the leaf first, and the leaf's private key, both PEM."""

    chain: bytes
    key: bytes


def _context(tls_version: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    only_12 = tls_version == "only-1.2"
    context.minimum_version = ssl.TLSVersion.TLSv1_2 if only_12 else ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


@lru_cache(maxsize=64)
def server_context(identity: Identity | None, tls_version: str = "any") -> ssl.SSLContext:
    """Return the context of a service; without an identity one that offers anonymous Diffie-Hellman alone.

    Raises ssl.SSLError when certificate and key do not belong together.
    """
    context = _context(tls_version)
    if identity is None:
        context.load_dh_params(str(DH_PARAMETERS))
        context.set_ciphers(ANONYMOUS_CIPHERS)
        return context
    context.set_ciphers(CERTIFICATE_CIPHERS)
    # the ssl module reads certificates from files only
    handle, name = tempfile.mkstemp(prefix="routeros-simulator-", suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(identity.key + identity.chain)
        context.load_cert_chain(name)
    finally:
        os.unlink(name)
    return context


class Tls:
    """The server's end of one TLS connection, over bytes that somebody else carries.

    asyncio's own TLS closes a failed handshake without sending the alert, and the alert is what clients report.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.established = False
        self.ended = False  # the peer has said that nothing more comes

    def receive(self, data: bytes) -> bytes:
        """Take encrypted bytes, return what they carry (nothing while the handshake goes on).

        Raises ssl.SSLError when the handshake or a record is bad. Whatever ``pending()`` then returns has to be sent
        nevertheless: it is the alert.
        """
        self._incoming.write(data)
        if not self.established:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                return b""
            self.established = True
        parts: list[bytes] = []
        with contextlib.suppress(ssl.SSLWantReadError):
            while part := self._object.read(65536):
                parts.append(part)
            self.ended = True
        return b"".join(parts)

    def send(self, data: bytes) -> None:
        """Encrypt bytes; ``pending()`` has them then."""
        self._object.write(data)

    def pending(self) -> bytes:
        """Encrypted bytes that have to be sent now."""
        return self._outgoing.read()

    def end(self) -> None:
        """Tell the peer that nothing more comes (close_notify)."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._object.unwrap()

    @property
    def description(self) -> str:
        """Protocol and cipher, for the log."""
        cipher = self._object.cipher()
        return f"{self._object.version()} {cipher[0] if cipher else ''}"
