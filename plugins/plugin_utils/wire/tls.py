# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS towards api-ssl: verified by a CA, by pins or by both; unverified and anonymous where the user wrote so.

RouterOS speaks TLS 1.2 at most on api-ssl (RouterOS manual: Services), so nothing here asks for more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import ssl

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import reasons
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    parse_pin,
)

# api-ssl without a certificate offers anonymous Diffie-Hellman only, which OpenSSL allows at security level 0 alone.
_ANONYMOUS_CIPHERS = "ADH:@SECLEVEL=0"


def client_context(options: ConnectionOptions, *, check_hostname: bool = True) -> ssl.SSLContext:
    """The SSLContext for these options (not for tls plain).

    :param check_hostname: False only to read the names of a certificate whose chain is verified, for an error message
    :raises ConnectFailed: ca_file_missing, ca_file_unreadable, ca_file_bad, ...
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if options.tls == "anonymous":
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # TLS 1.3 has no anonymous key exchange
        try:
            context.set_ciphers(_ANONYMOUS_CIPHERS)
        except ssl.SSLError as error:
            raise reasons.no_anonymous_ciphers(options, error) from None
        return context
    if options.tls == "unverified" or (options.tls_pins and not options.ca_path):
        context.verify_mode = ssl.CERT_NONE  # pins alone are checked after the handshake, before anything is sent
        return context
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = check_hostname
    if options.ca_path:
        _load_ca(context, options)
        # What the user put into the file is trusted, an intermediate too: Python 3.13's default, here for all.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    # Certificates made on RouterOS may lack the authority key identifier and more of what RFC 5280 wants. Python 3.13
    # sets this flag in its default contexts, 3.11 does not. Signature, dates, chain and name are verified all the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _load_ca(context: ssl.SSLContext, options: ConnectionOptions) -> None:
    path = os.path.abspath(options.ca_path)
    if not os.path.exists(path):
        raise reasons.ca_file_missing(options, path)
    try:
        with open(path, encoding="ascii", errors="ignore") as file:
            text = file.read()
        context.load_verify_locations(cadata=text)
    except OSError as error:
        # ssl.SSLError is an OSError too: the file could be read, its content not.
        if isinstance(error, ssl.SSLError):
            raise reasons.ca_file_bad(options, path) from None
        raise reasons.ca_file_unreadable(options, path, error) from None
    except ValueError:
        raise reasons.ca_file_bad(options, path) from None
    if not context.cert_store_stats()["x509"]:
        raise reasons.ca_file_bad(options, path)


def wrap(sock: socket.socket, options: ConnectionOptions, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Do the handshake on a connected socket with a timeout, and check the pins.

    :raises ssl.SSLError, OSError: as the handshake ended; reasons.from_tls tells what it means
    :raises ConnectFailed: tls_pin
    """
    name = options.server_name if options.tls == "verify" else None
    wrapped = context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
    try:
        wrapped.do_handshake()
        if options.tls_pins:
            _check_pins(wrapped, options)
    except BaseException:
        wrapped.close()
        raise
    return wrapped


def _check_pins(wrapped: ssl.SSLSocket, options: ConnectionOptions) -> None:
    certificate = wrapped.getpeercert(binary_form=True)
    if not certificate:
        raise reasons.no_certificate_to_pin(options)
    shown = spki_sha256(certificate)
    if not any(hmac.compare_digest(shown, parse_pin(pin)) for pin in options.tls_pins):
        raise reasons.pin_mismatch(options, shown)


def spki_sha256(certificate: bytes) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo of a DER certificate. Raises ValueError when it is none.

    Certificate ::= SEQUENCE { SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer, validity, subject,
    subjectPublicKeyInfo, ... }, ... } (RFC 5280 4.1): the seventh element, or the sixth without a version.
    """
    _tag, start, _end = _element(certificate, 0)
    _tag, position, _end = _element(certificate, start)
    tag, _start, end = _element(certificate, position)
    if tag == 0xA0:
        position = end
    for _skipped in ("serialNumber", "signature", "issuer", "validity", "subject"):
        _tag, _start, position = _element(certificate, position)
    _tag, _start, end = _element(certificate, position)
    return hashlib.sha256(certificate[position:end]).digest()


def _element(data: bytes, position: int) -> tuple[int, int, int]:
    """Tag, start of the content and end of the DER element at position."""
    try:
        tag, length, start = data[position], data[position + 1], position + 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[start : start + count], "big")
            start += count
    except IndexError:
        length, start, tag = 1, len(data), 0
    if start + length > len(data):
        raise ValueError("not a DER certificate")
    return tag, start, start + length
