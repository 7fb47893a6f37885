# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a router could not be reached or did not let us in, and what to do about it: one kind and one text for each.

No text names a password; a certificate's public key is public.
"""

from __future__ import annotations

import base64
import errno
import socket
import ssl

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    LoginFailed,
    RouterError,
    SetupFailed,
    Trap,
)

_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
)
# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_EXPIRED, _NOT_YET_VALID, _WRONG_HOST, _WRONG_ADDRESS = 10, 9, 62, 64
# 7, a wrong signature: a CA of the same name, as a router that made its CA anew has.
_UNKNOWN_CA = frozenset({2, 7, 18, 19, 20, 21, 24, 27, 79})
_WEAK = frozenset({66, 67, 68})

_SERVICE_LIST = (
    "the address list of the service (/ip/service address, from 7.24 available-from) does not hold the address that "
    "the router sees this controller with, or the service has reached its max-sessions"
)


# --- before TLS -------------------------------------------------------------------------------------------------------


def from_connect(options: ConnectionOptions, error: OSError | UnicodeError) -> ConnectFailed:
    """What a failed TCP connect means."""
    where = options.where
    if isinstance(error, (socket.gaierror, UnicodeError)):
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return ConnectFailed(
            f"The name {options.host} cannot be resolved ({reason}). Set ansible_host to the router's address or to a "
            "name that this controller can resolve.",
            kind="unknown_host",
        )
    if isinstance(error, TimeoutError):
        return ConnectFailed(
            f"No answer from {where} within {options.timeout:g} seconds. The router is off or unreachable, or a "
            "firewall drops the connection: its rules do not accept this controller's address, the address was "
            "blocked after failed logins, or the port opens only to a knock (ansible_routeros_knock). Check "
            "ansible_host and ansible_port.",
            kind="timeout",
        )
    if isinstance(error, ConnectionRefusedError):
        return ConnectFailed(
            f"{where} refuses the connection. Nothing listens there: the service is disabled (/ip/service "
            f"{'api' if options.tls == 'plain' else 'api-ssl'}) or has another port (ansible_port), or a firewall "
            "rejects the connection. Behind a port translation, ansible_port is the outside port.",
            kind="refused",
        )
    if isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
        return reset(options, "while connecting")
    if error.errno in _NO_ROUTE:
        return ConnectFailed(
            f"There is no route to {where} ({error.strerror}). Check ansible_host, this controller's routes, its VPN "
            "or tunnel, and that it has an address of that family (IPv4 or IPv6).",
            kind="no_route",
        )
    return ConnectFailed(f"Connecting to {where} failed: {error.strerror or error}.", kind="connect_failed")


def knocked_in_vain(options: ConnectionOptions, error: OSError) -> ConnectFailed:
    """All steps were sent, twice, and the door is still closed."""
    return ConnectFailed(
        f"{options.where} stays closed: all {len(options.knock)} steps of ansible_routeros_knock were sent, twice. The "
        "sequence is not (or no longer) the router's, a packet got lost, or a wrong packet from this address put it on "
        "the penalty list: try again when knock_penalty (a minute) is over. Or the router is off or unreachable.",
        kind=from_connect(options, error).kind,
    )


def reset(options: ConnectionOptions, when: str) -> ConnectFailed:
    """The connection was accepted and then closed without an answer."""
    return ConnectFailed(
        f"{options.where} accepted the connection and closed it {when}. Most likely {_SERVICE_LIST}. A firewall that "
        "rejects with a reset looks the same.",
        kind="reset",
    )


# --- TLS --------------------------------------------------------------------------------------------------------------


def from_tls(options: ConnectionOptions, error: OSError, names: tuple[str, ...] = ()) -> ConnectFailed:
    """What a failed handshake means.

    :param names: what the certificate is made out to, when known (wrong host)
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return _from_verification(options, error, names)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "UNEXPECTED_EOF" in _reason(error):
        return reset(options, "during the TLS handshake")
    if isinstance(error, ssl.SSLError):
        reason = _reason(error)
        if "HANDSHAKE_FAILURE" in reason:
            return _no_common_cipher(options)
        if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason or "RECORD_LAYER" in reason:
            return tls_on_plain(options)
        if "TOO_SMALL" in reason or "MD_TOO_WEAK" in reason:
            return _weak(options, reason)
        if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
            return ConnectFailed(
                f"{options.where} and this controller have no TLS version in common ({reason}). RouterOS speaks TLS "
                "1.2 at most; the OpenSSL configuration of this controller may ask for more.",
                kind="tls_version",
            )
        return ConnectFailed(f"The TLS handshake with {options.where} failed: {reason or error}.", kind="tls_failed")
    if isinstance(error, TimeoutError):
        return ConnectFailed(
            f"{options.where} accepts connections but did not answer the TLS handshake within {options.timeout:g} "
            f"seconds. Either {_SERVICE_LIST}, or the port is not api-ssl, or the router is very busy (raise "
            "ansible_timeout).",
            kind="tls_timeout",
        )
    if isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
        return reset(options, "during the TLS handshake")
    return from_connect(options, error)


def _reason(error: OSError) -> str:
    return str(getattr(error, "reason", "") or "")


def _from_verification(
    options: ConnectionOptions, error: ssl.SSLCertVerificationError, names: tuple[str, ...]
) -> ConnectFailed:
    where, code, text = options.where, error.verify_code, error.verify_message
    if code in (_WRONG_HOST, _WRONG_ADDRESS):
        made_for = f" It is made out to: {', '.join(names)}." if names else ""
        return ConnectFailed(
            f"The certificate of {where} is verified, but not for {options.server_name}.{made_for} Set "
            "ansible_routeros_tls_hostname to a name or address in the certificate, or make a certificate whose "
            "subject alternative names hold what ansible_host says. This can also be another host than the one you "
            "mean.",
            kind="tls_wrong_host",
        )
    if code == _EXPIRED:
        return ConnectFailed(
            f"The certificate of {where} or its CA has expired ({text}). Renew it on the router, or correct this "
            "controller's clock if that is wrong. First contact is never used for this.",
            kind="tls_expired",
        )
    if code == _NOT_YET_VALID:
        return ConnectFailed(
            f"The certificate of {where} or its CA is not valid yet ({text}). Compare the clocks: this controller's "
            "may be behind, or the router made the certificate while its own clock was wrong.",
            kind="tls_not_yet_valid",
        )
    if code in _UNKNOWN_CA:
        trusted = (
            f"the CA in {options.ca_path}"
            if options.ca_path
            else "a CA of this system's store (ansible_routeros_ca_path is not set)"
        )
        return ConnectFailed(
            f"The certificate of {where} was not issued by {trusted}: {text}. If the router's CA was made anew (a "
            "reset, a replaced device), fetch its CA again over a way you trust and put it there. If nothing of that "
            "kind happened, somebody may be between this controller and the router: do not bypass the check.",
            kind="tls_unknown_ca",
        )
    if code in _WEAK:
        return _weak(options, text)
    return ConnectFailed(
        f"The certificate of {where} is not acceptable: {text} (code {code}).", kind="tls_bad_certificate"
    )


def _weak(options: ConnectionOptions, text: str) -> ConnectFailed:
    return ConnectFailed(
        f"The key or signature that {options.where} offers is too weak for this controller's OpenSSL ({text}). Make "
        "the certificate anew with key-size 2048 or more.",
        kind="tls_weak",
    )


def _no_common_cipher(options: ConnectionOptions) -> ConnectFailed:
    if options.tls == "anonymous":
        return ConnectFailed(
            f"{options.where} does not take anonymous TLS, so its api-ssl most likely has a certificate already. Put "
            "its CA file where ansible_routeros_ca_path says (or set ansible_routeros_tls_pins) and use "
            "ansible_routeros_tls: verify.",
            kind="tls_has_certificate",
        )
    return ConnectFailed(
        f"{options.where} broke off the TLS handshake (handshake failure). This is what api-ssl does while it has no "
        "certificate (/ip/service certificate=none, as it comes out of the box). For the first run, tell in "
        "ansible_routeros_first_contact how to get in until there is one, e.g. {method: anonymous, user: admin, "
        "password: ...}; it is used only as long as this path does not exist.",
        kind="tls_no_certificate",
    )


def tls_on_plain(options: ConnectionOptions) -> ConnectFailed:
    """TLS was spoken to a port that does not speak it."""
    return ConnectFailed(
        f"{options.where} does not speak TLS. It may be the plain api service (8728): set ansible_port to the port of "
        "api-ssl (8729). ansible_routeros_tls: plain would work there, but sends the password in the clear.",
        kind="tls_on_plain",
    )


def plain_on_tls(options: ConnectionOptions) -> ConnectFailed:
    """The plain API was spoken to a TLS port."""
    return ConnectFailed(
        f"{options.where} speaks TLS, but ansible_routeros_tls is plain. Use ansible_routeros_tls: verify for this "
        "port (or set ansible_port to the port of the plain api service, 8728).",
        kind="plain_on_tls",
    )


def not_the_api(options: ConnectionOptions, start: bytes) -> ConnectFailed:
    """Something else than the RouterOS API answered."""
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in start)
    return ConnectFailed(
        f"What answers on {options.where} is not the RouterOS API (its answer begins with {shown!r}). Check "
        "ansible_port: api-ssl is 8729 and api is 8728 out of the box.",
        kind="not_the_api",
    )


def pin_mismatch(options: ConnectionOptions, shown: bytes) -> ConnectFailed:
    """The public key is none of the pinned ones; shown is its SHA-256."""
    return ConnectFailed(
        f"The public key of {options.where} is none of ansible_routeros_tls_pins: it is "
        f"sha256:{base64.b64encode(shown).decode()}. If the router's certificate was made anew with a new key, "
        "compare this value over a way you trust and add it. If not, somebody may be between this controller and the "
        "router.",
        kind="tls_pin",
    )


def no_certificate_to_pin(options: ConnectionOptions) -> ConnectFailed:
    """The server showed no certificate at all."""
    return ConnectFailed(
        f"{options.where} showed no certificate, so ansible_routeros_tls_pins cannot be checked.", kind="tls_pin"
    )


def no_anonymous_ciphers(options: ConnectionOptions, error: ssl.SSLError) -> ConnectFailed:
    """This OpenSSL has anonymous Diffie-Hellman switched off."""
    return ConnectFailed(
        f"This controller's OpenSSL ({ssl.OPENSSL_VERSION}) offers no anonymous Diffie-Hellman ({_reason(error)}), "
        f"which {options.where} needs as long as api-ssl has no certificate. Use first contact with method plain on a "
        "network you trust, or make the certificate on the router by hand.",
        kind="tls_no_anonymous",
    )


def ca_file_missing(options: ConnectionOptions, path: str) -> ConnectFailed:
    """The CA file does not exist (yet)."""
    return ConnectFailed(
        f"The CA file {path} (ansible_routeros_ca_path) does not exist, so {options.where} cannot be verified. Put the "
        "router's CA there in PEM. On a first run that makes the CA, set ansible_routeros_first_contact. Where the "
        "file was lost, bastion.routeros.bootstrap fetches it again over SSH.",
        kind="ca_file_missing",
    )


def ca_file_unreadable(options: ConnectionOptions, path: str, error: OSError) -> ConnectFailed:
    """The CA file is there and cannot be read."""
    return ConnectFailed(
        f"The CA file {path} (ansible_routeros_ca_path) cannot be read: {error.strerror}. {options.where} was not "
        "contacted.",
        kind="ca_file_unreadable",
    )


def ca_file_bad(options: ConnectionOptions, path: str) -> ConnectFailed:
    """The CA file holds no certificate."""
    return ConnectFailed(
        f"The CA file {path} (ansible_routeros_ca_path) holds no certificate in PEM form (-----BEGIN "
        f"CERTIFICATE-----). {options.where} was not contacted.",
        kind="ca_file_bad",
    )


# --- login ------------------------------------------------------------------------------------------------------------


def from_login_trap(options: ConnectionOptions, trap: Trap) -> LoginFailed:
    """What the router's refusal of /login means (RouterOS manual: API; the texts as seen on 7.x)."""
    where = options.where
    if trap.says("not allowed (9)", "not enough permissions"):
        return LoginFailed(
            f"{where} refuses the login of {options.user}: {trap.text}. The user's group lacks the policy api.",
            kind="not_allowed",
        )
    if trap.says("invalid user name or password", "cannot log in"):
        empty = "" if options.password else " No password is set in ansible_password."
        return LoginFailed(
            f"{where} refuses the login of {options.user}: {trap.text}. The user name or the password is "
            f"wrong.{empty} The router gives the same answer when the user is disabled, when its group lacks the "
            "policy api, and when this controller's address is not in the user's own address list (/user address).",
            kind="login_refused",
        )
    return LoginFailed(f"{where} refuses the login of {options.user}: {trap.text}.", kind="login_trap")


def login_fatal(options: ConnectionOptions, text: str) -> LoginFailed:
    """`!fatal` instead of an answer to /login."""
    return LoginFailed(
        f"{options.where} ended the session during the login of {options.user}: {text}.", kind="login_fatal"
    )


def too_old(options: ConnectionOptions) -> LoginFailed:
    """The login challenge of RouterOS before 6.43."""
    return LoginFailed(
        f"{options.where} wants the login of RouterOS before 6.43, which is not spoken here. Update the router.",
        kind="too_old",
    )


def login_timeout(options: ConnectionOptions) -> ConnectFailed:
    """The connection stands and /login is not answered."""
    return ConnectFailed(
        f"{options.where} accepts connections but did not answer the login within {options.timeout:g} seconds. Either "
        f"{_SERVICE_LIST}, or the port is not the API, or the router is very busy (raise ansible_timeout).",
        kind="login_timeout",
    )


# --- first contact ----------------------------------------------------------------------------------------------------


def first_contact_ssh(options: ConnectionOptions) -> SetupFailed:
    """Method ssh is no API session."""
    return SetupFailed(
        "ansible_routeros_first_contact has method ssh: that way in belongs to bastion.routeros.bootstrap, which "
        f"prepares a router over SSH. A task that needs an API session on {options.host} cannot use it: run bootstrap "
        "first, or use method anonymous or plain.",
        kind="first_contact_ssh",
    )


def first_contact_failed(second: RouterError, first: RouterError, method: str) -> RouterError:
    """Neither path works: the second error, saying why the first was not enough. The kind is the second one's."""
    failed = type(second) if not isinstance(second, Trap) else ConnectFailed
    return failed(
        f"First contact ({method}) failed: {second.message} It was tried because the path of the inventory is not "
        f"open yet: {first.message}",
        kind=second.kind,
    )
