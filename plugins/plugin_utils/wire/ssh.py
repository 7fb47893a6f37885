# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH to the console of a router, by paramiko: the host key first, the login after it, then one line at a time.

Nothing but ``bootstrap`` uses it. paramiko is imported when a connection is made, so everything else works without it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    DEFAULT_PORTS,
    ConnectionOptions,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    Closed,
    ConnectFailed,
    LoginFailed,
    RouterError,
    SetupFailed,
    TimedOut,
)

# No colours, no detection of the terminal, lines of 512 characters (RouterOS manual: Command Line Interface).
LOGIN_OPTIONS = "+cte512w"
# What the console asks for instead of running a line while the password of the user is expired.
_WANTS_PASSWORD = "new password>"
_INTERRUPT = b"\x03"


def paramiko() -> Any:
    """Import paramiko; raises SetupFailed (library_missing) that names the interpreter."""
    try:
        return importlib.import_module("paramiko")
    except ImportError as error:
        raise SetupFailed(
            f"The Python library paramiko is missing for {sys.executable}, the interpreter that runs ansible-core "
            f"({error}). First contact over SSH needs it, nothing else does: {sys.executable} -m pip install "
            "paramiko. Or use first contact with method anonymous or plain, on a network that you trust.",
            kind="library_missing",
        ) from None


class Console:
    """A logged-in SSH connection; every line runs in a channel of its own.

    :ivar host_key: the fingerprint of the router's key, ``SHA256:...``
    :ivar accepted: whether that key was not known before, and was taken and written down
    """

    def __init__(self, transport: Any, where: str, host_key: str, timeout: float, *, accepted: bool = False) -> None:
        self._transport = transport
        self._where = where
        self._timeout = timeout
        self.host_key = host_key
        self.accepted = accepted

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return not self._transport.is_active()

    def run(self, line: str, end: str, timeout: float | None = None) -> str:
        """Run one line and return everything that the console prints until the channel ends.

        :param end: a text that the line prints last; without it in the output the console may be waiting for something
        :param timeout: seconds without output that are too many; default the connection's own
        :raises Closed, TimedOut: what was under way may have happened
        """
        wait = timeout or self._timeout
        try:
            channel = self._transport.open_session(timeout=wait)
            with contextlib.closing(channel):
                channel.settimeout(wait)
                channel.set_combine_stderr(True)
                channel.exec_command(line)
                return self._read(channel, end)
        except TimeoutError:
            raise TimedOut(f"No answer from {self._where} for {wait:g} seconds.") from None
        except (paramiko().SSHException, OSError, EOFError) as error:
            if "imeout" in str(error):
                raise TimedOut(f"No answer from {self._where} for {wait:g} seconds.") from None
            raise Closed(f"The SSH connection to {self._where} ended: {error}.") from None

    def _read(self, channel: Any, end: str) -> str:
        heard = bytearray()
        declined = False
        while data := channel.recv(65536):
            heard += data
            text = heard.decode("utf-8", "surrogateescape")
            if _WANTS_PASSWORD in text and end not in text:
                if declined:
                    raise self._wants_password()
                # As a user does at the keyboard who wants to keep the password for now.
                channel.send(_INTERRUPT)
                declined = True
                heard.clear()
        text = heard.decode("utf-8", "surrogateescape")
        if end not in text and self.closed:
            raise Closed(f"The SSH connection to {self._where} ended in the middle of an answer.")
        if end not in text and declined and not text.strip():
            raise self._wants_password()
        return text

    def _wants_password(self) -> LoginFailed:
        return LoginFailed(
            f"The console of {self._where} asks for a new password and runs nothing before it has one. Log in by hand "
            "once, set it, and write it into ansible_routeros_first_contact. Or use first contact with method "
            "anonymous or plain: the API does not ask.",
            kind="ssh_password_expired",
        )

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


def connect(door: Door, first: FirstContact) -> Console:
    """Reach the router's SSH service, check its host key, and only then log in.

    :raises SetupFailed, ConnectFailed, LoginFailed: nothing secret was sent before the host key was right
    """
    library = paramiko()
    keys = _KnownHosts(library, door.options, first)
    if not first.private_key and not first.password:
        # RouterOS does not ask for a password that is empty (seen on 7.24.4). Where it does, that goes over a
        # connection of its own: paramiko asks for the service anew for every try, and not every server bears that.
        with contextlib.suppress(library.AuthenticationException):
            return _open(door, first, keys, library, lambda transport, name: transport.auth_none(name))
    try:
        return _open(door, first, keys, library, _proof(first, library))
    except library.AuthenticationException:
        raise _refused(keys.where, first) from None


def _open(
    door: Door, first: FirstContact, keys: _KnownHosts, library: Any, prove: Callable[[Any, str], object]
) -> Console:
    """One connection and one try to log in; a refusal is left to the caller."""
    where, timeout = keys.where, door.options.timeout
    try:
        sock = door.dial(keys.port)
    except ConnectFailed as error:
        raise _unreachable(error, where) from None
    transport: Any = None
    try:
        transport = library.Transport(sock)
        transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = timeout
        keys.prefer(transport)
        key = _greet(transport, where, timeout, library)
        keys.check(key)
        try:
            prove(transport, first.user + LOGIN_OPTIONS)
        except library.AuthenticationException:
            raise
        except (library.SSHException, OSError, EOFError) as error:
            raise ConnectFailed(f"{where} broke off during the SSH login: {error}.", kind="ssh_failed") from None
        return Console(transport, where, fingerprint(key), timeout, accepted=keys.accepted)
    except BaseException:
        if transport is not None:
            transport.close()
        sock.close()
        raise


def fingerprint(key: Any) -> str:
    """A host key as ``ssh-keygen -l`` shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _unreachable(error: RouterError, where: str) -> ConnectFailed:
    texts = {
        "refused": f"{where} refuses the connection: the service ssh is disabled or has another port "
        "(ansible_routeros_first_contact.port), or a firewall rejects the connection.",
        "timeout": f"No answer from {where}: the router is off or unreachable, or a firewall drops the connection.",
    }
    return ConnectFailed(texts.get(error.kind, error.message), kind=error.kind)


def _greet(transport: Any, where: str, timeout: float, library: Any) -> Any:
    """The key exchange; returns the host key, which proves itself in it."""
    try:
        transport.start_client(timeout=timeout)
        return transport.get_remote_server_key()
    except library.ssh_exception.IncompatiblePeer as error:
        raise ConnectFailed(
            f"{where} and this controller have no SSH algorithm in common ({error}). paramiko takes no SHA-1 any more, "
            "and old releases of RouterOS know nothing else: on the router, /ip/ssh/set strong-crypto=yes, or upgrade "
            "it, or use first contact with method anonymous or plain.",
            kind="ssh_negotiation",
        ) from None
    except (library.SSHException, OSError, EOFError) as error:
        raise ConnectFailed(
            f"What answers on {where} does not speak SSH, or broke off: {error or type(error).__name__}. Check "
            "ansible_routeros_first_contact.port, and the address list of the service ssh (/ip/service).",
            kind="ssh_failed",
        ) from None


def _proof(first: FirstContact, library: Any) -> Callable[[Any, str], object]:
    if not first.private_key:
        return lambda transport, name: transport.auth_password(name, first.password)
    key = _private_key(first, library)
    return lambda transport, name: transport.auth_publickey(name, key)


def _refused(where: str, first: FirstContact) -> LoginFailed:
    means = "this private key" if first.private_key else "this password"
    hint = (
        "Is its public half under /user/ssh-keys of that user? RouterOS takes RSA and Ed25519 keys, no ECDSA."
        if first.private_key
        else "A user that has an SSH key gets in by its key only, unless /ip/ssh says otherwise: set "
        "ansible_routeros_first_contact.private_key then."
    )
    return LoginFailed(
        f"{where} refuses the SSH login of {first.user} with {means}. {hint} The same answer comes for a disabled "
        "user, for one whose group lacks the policy ssh, and for an address outside the user's own list.",
        kind="ssh_login_refused",
    )


def _private_key(first: FirstContact, library: Any) -> Any:
    path = Path(first.private_key).expanduser()
    try:
        return library.PKey.from_path(path, first.passphrase.encode() if first.passphrase else None)
    except FileNotFoundError:
        problem = "does not exist"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except (library.SSHException, ValueError, TypeError):
        problem = "holds no private key that paramiko can read, or ansible_routeros_first_contact.passphrase is wrong"
    raise SetupFailed(
        f"The SSH key {path} (ansible_routeros_first_contact.private_key) {problem}.", kind="ssh_private_key"
    )


class _KnownHosts:
    """What is known of the router's host key: given fingerprints, or the lines of a known_hosts file.

    :ivar accepted: whether an unknown key was taken
    """

    def __init__(self, library: Any, options: ConnectionOptions, first: FirstContact) -> None:
        self._first = first
        self.accepted = False
        self.port = first.port or DEFAULT_PORTS["ssh"]
        self.where = f"{options.host} port {self.port}"
        self._name = options.address if self.port == DEFAULT_PORTS["ssh"] else f"[{options.address}]:{self.port}"
        self._path = Path(first.known_hosts or "~/.ssh/known_hosts").expanduser()
        self._known: dict[str, Any] = {}
        if not first.host_key and self._path.exists():
            try:
                self._known = dict(library.HostKeys(str(self._path)).lookup(self._name) or {})
            except OSError as error:
                raise SetupFailed(f"{self._path} cannot be read: {error.strerror}.", kind="ssh_known_hosts") from None

    def prefer(self, transport: Any) -> None:
        """Ask the router for a key of a kind that is known, where it has several."""
        security = transport.get_security_options()
        offered = list(security.key_types)
        # A known RSA key proves itself by newer signatures than the name of its kind says.
        known = [kind for kind in offered if any(kind == name or _is_rsa(kind, name) for name in self._known)]
        security.key_types = [*known, *(kind for kind in offered if kind not in known)]

    def check(self, key: Any) -> None:
        """Refuse a key that is not the known one; an unknown one is known from now on.

        :raises ConnectFailed: ssh_host_key_changed, ssh_host_key_unknown
        """
        shown = fingerprint(key)
        if self._first.host_key:
            if any(hmac.compare_digest(shown, known) for known in self._first.host_key):
                return
            raise _changed(self.where, shown, "ansible_routeros_first_contact.host_key names another one")
        if self._known:
            same = self._known.get(key.get_name())
            if same is not None and hmac.compare_digest(same.asbytes(), key.asbytes()):
                return
            raise _changed(self.where, shown, f"{self._path} holds another one for {self._name}")
        if not self._first.accept_new:
            raise ConnectFailed(
                f"The host key of {self.where} is not known: it shows {shown}. Compare that over a way that you trust, "
                "for example with the exported host key (/ip/ssh), and set ansible_routeros_first_contact.host_key "
                f"to it (or add it to {self._path}). accept_new: true takes whatever key comes first, and writes it to "
                "that file. Nothing was sent.",
                kind="ssh_host_key_unknown",
            )
        self._write(key)
        self._known = {key.get_name(): key}
        self.accepted = True

    def _write(self, key: Any) -> None:
        line = f"{self._name} {key.get_name()} {key.get_base64()}\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # One write: others may add their lines at the same time.
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode("ascii"))
            finally:
                os.close(handle)
        except OSError as error:
            raise SetupFailed(
                f"The host key cannot be written to {self._path}: {error.strerror}.", kind="ssh_known_hosts"
            ) from None


def _is_rsa(kind: str, name: str) -> bool:
    return name == "ssh-rsa" and kind.startswith("rsa-sha2-")


def _changed(where: str, shown: str, what: str) -> ConnectFailed:
    return ConnectFailed(
        f"The host key of {where} is {shown}, but {what}. If the router was reset or its key made anew, compare the "
        "new one over a way that you trust and put it there. If not, somebody may be between this controller and the "
        "router: do not go on. Nothing was sent.",
        kind="ssh_host_key_changed",
    )
