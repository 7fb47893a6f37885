# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says about the way to one router, checked before anything is opened."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import SetupFailed
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.knock import BadKnock, Step, parse

TLS_MODES = ("verify", "unverified", "anonymous", "plain")
METHODS = ("anonymous", "plain", "ssh")
# What ansible_routeros_first_contact holds.
_EVERY_METHOD = ("method", "port", "user", "password")
_SSH_ONLY = ("private_key", "passphrase", "host_key", "known_hosts", "accept_new")

DEFAULT_PORTS = {"verify": 8729, "unverified": 8729, "anonymous": 8729, "plain": 8728, "ssh": 22}
DEFAULT_TIMEOUT = 10.0
DEFAULT_WINDOW = 64
_SHA256_BYTES = 32


def bad_option(text: str) -> SetupFailed:
    """An option of the connection cannot be used as it stands."""
    return SetupFailed(text, kind="bad_option")


def parse_port(value: object, name: str) -> int:
    """A TCP port from a number or text; 0 and None mean "the default"; raises SetupFailed (bad_option)."""
    if value is None or value == "":
        return 0
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        try:
            port = int(value)
        except ValueError:
            port = -1
        if 0 <= port <= 65535:
            return port
    raise bad_option(f"{name} must be a port number from 1 to 65535, not {value!r}.")


def parse_pin(text: str) -> bytes:
    """The SHA-256 of a public key, from hex (colons allowed) or base64.

    "sha256:" or "sha256//" may stand before it. Raises SetupFailed (bad_option).
    """
    pin = text.strip()
    for prefix in ("sha256:", "sha256//", "sha256/"):
        if pin.lower().startswith(prefix):
            pin = pin[len(prefix) :]
            break
    for decode in (_from_hex, _from_base64):
        digest = decode(pin)
        if digest is not None and len(digest) == _SHA256_BYTES:
            return digest
    raise bad_option(
        f"ansible_routeros_tls_pins: {text!r} is not a pin. A pin is sha256: and the SHA-256 of the certificate's "
        "public key (SubjectPublicKeyInfo) in base64 or hex. For a certificate in a file: openssl x509 -in FILE "
        "-pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256."
    )


def _from_hex(pin: str) -> bytes | None:
    try:
        return bytes.fromhex(pin.replace(":", ""))
    except ValueError:
        return None


def _from_base64(pin: str) -> bytes | None:
    try:
        return base64.b64decode(pin.replace("-", "+").replace("_", "/") + "=" * (-len(pin) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


@dataclass(frozen=True)
class FirstContact:
    """How to get in before the future path exists.

    :ivar method: anonymous | plain | ssh
    :ivar port: 0 = the method's own (8729, 8728, 22)
    :ivar private_key: ssh only: a file on the controller; "" = the password is used
    :ivar passphrase: of the private key
    :ivar host_key: ssh only: accepted host keys, as ``ssh-keygen -l`` shows them: ``SHA256:...``
    :ivar known_hosts: ssh only: the file that host keys are looked up in; "" = ``~/.ssh/known_hosts``
    :ivar accept_new: ssh only: take a host key that is not known yet, and write it to that file
    """

    method: str
    port: int = 0
    user: str = "admin"
    password: str = field(default="", repr=False)
    private_key: str = ""
    passphrase: str = field(default="", repr=False)
    host_key: tuple[str, ...] = ()
    known_hosts: str = ""
    accept_new: bool = False

    @classmethod
    def parse(cls, value: object) -> FirstContact | None:
        """From ``ansible_routeros_first_contact``: a dictionary, or nothing. Raises SetupFailed (bad_option).

        The default user and password are those of a router as it comes out of the box.
        """
        name = "ansible_routeros_first_contact"
        if value is None or value == "" or value == {} or value is False:
            return None
        if not isinstance(value, Mapping):
            raise bad_option(
                f"{name} must be a dictionary such as {{method: anonymous, port: 8729, user: admin, password: ...}}."
            )
        unknown = sorted(str(key) for key in value if key not in (*_EVERY_METHOD, *_SSH_ONLY))
        if unknown:
            raise bad_option(
                f"{name} does not know {', '.join(unknown)}; it takes {', '.join(_EVERY_METHOD)}, and with method ssh "
                f"{', '.join(_SSH_ONLY)}."
            )
        method = value.get("method")
        if method not in METHODS:
            raise bad_option(f"{name}.method must be one of {', '.join(METHODS)}, not {method!r}.")
        foreign = [key for key in _SSH_ONLY if value.get(key) not in (None, "", False)]
        if foreign and method != "ssh":
            raise bad_option(f"{name}.{foreign[0]} belongs to method ssh, not to {method}.")
        keys = value.get("host_key") or ()
        accept_new = value.get("accept_new")
        if accept_new not in (None, True, False):
            raise bad_option(f"{name}.accept_new must be true or false, not {accept_new!r}.")
        return cls(
            method=str(method),
            port=parse_port(value.get("port"), f"{name}.port"),
            user=_text(value.get("user"), "admin"),
            password=_text(value.get("password"), ""),
            private_key=_text(value.get("private_key"), ""),
            passphrase=_text(value.get("passphrase"), ""),
            host_key=tuple(_host_key(str(key)) for key in ([keys] if isinstance(keys, str) else keys)),
            known_hosts=_text(value.get("known_hosts"), ""),
            accept_new=bool(accept_new),
        )


def parse_knock(value: object) -> tuple[Step, ...]:
    """From ``ansible_routeros_knock``; raises SetupFailed (bad_option), which names no port."""
    try:
        return parse(value)
    except BadKnock as error:
        raise bad_option(f"ansible_routeros_knock: {error}.") from None


def _host_key(text: str) -> str:
    """A fingerprint of a host key in the one form ``SHA256:base64`` (without the padding); raises SetupFailed."""
    digest = _from_base64(text.strip().removeprefix("SHA256:"))
    if digest is None or len(digest) != _SHA256_BYTES:
        raise bad_option(
            f"ansible_routeros_first_contact.host_key: {text!r} is not the fingerprint of a host key. Write SHA256:... "
            "as ssh-keygen -l shows it."
        )
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _text(value: object, default: str) -> str:
    return default if value is None else str(value)


@dataclass(frozen=True)
class ConnectionOptions:
    """The future path. Two equal values reach the same door.

    :ivar port: 0 = 8729, or 8728 with tls plain
    :ivar tls: verify | unverified | anonymous | plain
    :ivar ca_path: PEM file; "" = the system's store, or no CA at all when there are pins
    :ivar tls_hostname: the name (or address) that the certificate must carry; "" = host
    :ivar tls_pins: accepted public keys, see parse_pin
    :ivar timeout: seconds for connecting, for each step of the handshake, and without a byte of an answer
    :ivar window: tagged sentences under way at once
    :ivar knock: what opens the door when it is closed; never shown
    :ivar knock_source: the controller's address to knock from; "" = what the routes say
    """

    host: str
    user: str
    password: str = field(default="", repr=False)
    port: int = 0
    tls: str = "verify"
    ca_path: str = ""
    tls_hostname: str = ""
    tls_pins: tuple[str, ...] = ()
    timeout: float = DEFAULT_TIMEOUT
    window: int = DEFAULT_WINDOW
    first_contact: FirstContact | None = None
    knock: tuple[Step, ...] = field(default=(), repr=False)
    knock_source: str = ""

    def __post_init__(self) -> None:
        if not self.host:
            raise bad_option("ansible_host is empty: it names the router.")
        if not self.user:
            raise bad_option("ansible_user is not set: it names the user on the router.")
        if self.tls not in TLS_MODES:
            raise bad_option(f"ansible_routeros_tls must be one of {', '.join(TLS_MODES)}, not {self.tls!r}.")
        parse_port(self.port, "ansible_port")
        if not self.timeout > 0:
            raise bad_option(f"ansible_timeout must be a number of seconds above 0, not {self.timeout!r}.")
        if self.window < 1:
            raise bad_option(f"ansible_routeros_window must be 1 or more, not {self.window!r}.")
        for pin in self.tls_pins:
            parse_pin(pin)
        if self.tls_pins and self.tls != "verify":
            raise bad_option(
                f"ansible_routeros_tls_pins are checked with ansible_routeros_tls: verify only, not with {self.tls}. "
                "Pins alone are enough there: no CA file is needed beside them."
            )

    @property
    def address(self) -> str:
        """The host as the resolver takes it: without the brackets of a literal IPv6 address."""
        return self.host[1:-1] if self.host.startswith("[") and self.host.endswith("]") else self.host

    @property
    def effective_port(self) -> int:
        """The port that is really used."""
        return self.port or DEFAULT_PORTS[self.tls]

    @property
    def server_name(self) -> str:
        """What the certificate must carry: a zone (`%eth0`) belongs to the controller, no certificate names it."""
        return self.tls_hostname or self.address.partition("%")[0]

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.host} port {self.effective_port}"
