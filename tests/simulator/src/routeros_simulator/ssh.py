# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH on an accepted connection: logins, single commands, the console, files (RouterOS manual: SSH; captures).

asyncssh speaks the protocol, at the other end of a pair of sockets: what arrives meets the firewall first, packet by
packet, as the API's connections do.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Protocol

import asyncssh

from .connection import Connection
from .console import Console, Quit
from .errors import Refused
from .router import Router, Session
from .ssh_files import RouterFiles
from .ssh_keys import host_key, keys_of, password_allowed
from .ssh_shell import Shell

_IDENTITY = "ROSSSH"


def parse_login(name: str) -> tuple[str, str]:
    """A login name and the console's options behind a "+": admin+cte512w is ("admin", "cte512w")."""
    user, _unused, options = name.partition("+")
    return user, options


class _Owner(Protocol):
    @property
    def router(self) -> Router:
        """The router that is logged in to."""

    @property
    def address(self) -> str:
        """Where the client comes from."""

    def logged_in(self, session: Session) -> None:
        """A login has succeeded."""


class _Login(asyncssh.SSHServer):
    """Who may log in, and how."""

    def __init__(self, owner: _Owner) -> None:
        self._owner = owner
        self._router = owner.router
        self._user = self.options = ""
        self.session: Session | None = None

    def begin_auth(self, username: str) -> bool:
        """Whether anything has to be proved: a user without a password may not be asked for one.

        asyncssh asks before it looks at the method: such a user is let in whatever is offered.
        """
        self._user, self.options = parse_login(username)
        if not self._router.switches.empty_password_unasked or not password_allowed(self._router, self._user):
            return True
        judged = self._router.users.judge(self._user, "", self._owner.address, "ssh")
        return isinstance(judged, Refused)

    def password_auth_supported(self) -> bool:
        """Always offered: whether it helps depends on the user."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """A password; a user with a key has none here."""
        if not password_allowed(self._router, self._user):
            message = f"login failure for user {self._user} from {self._owner.address} via ssh"
            self._router.log("system,error,critical", message)
            return False
        return self._log_in(password)

    def public_key_auth_supported(self) -> bool:
        """Always offered."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """One of the user's keys; the signature is asyncssh's business."""
        if isinstance(self._router.users.judge(self._user, None, self._owner.address, "ssh"), Refused):
            return False
        return any(asyncssh.import_public_key(line) == key for line in keys_of(self._router, self._user))

    def auth_completed(self) -> None:
        """Whoever needed no password, or has shown a key, is in now."""
        if self.session is None:
            self._log_in(None)

    def _log_in(self, password: str | None) -> bool:
        found = self._router.login(self._user, password, self._owner.address, "ssh")
        if isinstance(found, Refused):
            return False
        self.session = found
        self._owner.logged_in(found)
        return True


class _Pipe(asyncio.Protocol):
    """This side of the pair: what asyncssh sends goes out on the connection."""

    def __init__(self, connection: SshConnection) -> None:
        self._connection = connection

    def data_received(self, data: bytes) -> None:
        """asyncssh has something for the client."""
        self._connection.answered(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncssh has ended the connection."""
        self._connection.hang_up()


class SshConnection(Connection):
    """A connection whose bytes are SSH."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._login = _Login(self)
        self._pipe: asyncio.Transport | None = None
        self._early = bytearray()
        self._serving = asyncio.get_running_loop().create_task(self._serve())

    @property
    def router(self) -> Router:
        """The router that is served."""
        return self.host.router

    @property
    def address(self) -> str:
        """Where the client comes from."""
        return str(self.packet.source)

    def logged_in(self, session: Session) -> None:
        """A login has succeeded."""
        self.host.logged_in(self, session)

    async def _serve(self) -> None:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        self._pipe, _unused = await loop.create_connection(lambda: _Pipe(self), sock=ours)
        self._pipe.write(bytes(self._early))
        with contextlib.suppress(OSError, asyncssh.Error):
            served = await asyncssh.run_server(
                theirs,
                server_factory=lambda: self._login,
                server_host_keys=[asyncssh.import_private_key(host_key(self.router))],
                server_version=_IDENTITY,
                process_factory=self._process,
                sftp_factory=lambda channel: RouterFiles(channel, self.router, self._session()),
                allow_scp=True,
                line_editor=False,
                encoding="utf-8",
                errors="surrogateescape",
                agent_forwarding=False,
                x11_forwarding=False,
                gss_host=None,
                kbdint_auth=False,
            )
            await served.wait_closed()

    def _session(self) -> Session:
        if self._login.session is None or self._login.session.closed:
            raise asyncssh.DisconnectError(asyncssh.DISC_BY_APPLICATION, "logged out")
        return self._login.session

    async def _process(self, process: asyncssh.SSHServerProcess[str]) -> None:
        session = self._session()
        if process.command is None:
            await Shell(self.router, session, process, self._login.options).run()
            return
        console = Console(self.router, session, lambda line: process.stdout.write(f"{line}\r\n"), terminal=False)
        done = True
        asking = self.router.switches.exec_expired
        if asking != "run":
            declined = not await Shell(self.router, session, process, self._login.options).asked()
            if declined and asking == "insist":
                process.exit(0)
                return
        with contextlib.suppress(Quit):
            done = await console.run(process.command)
        if not done and self.router.at_least("7.15"):
            self.router.log("script,error", "executing script from sshd failed, please check it manually")
        process.exit(1 if not done and self.router.switches.exec_status == "one" else 0)

    # --- bytes

    def answered(self, data: bytes) -> None:
        """Bytes for the client."""
        if not self._over:
            self._write(data)

    def _take(self, data: bytes) -> None:
        if self._over:
            return
        if not data:
            self.hang_up()
        elif self._pipe is None:
            self._early += data
        else:
            self._pipe.write(data)

    def _read_on(self) -> None:
        if self._transport is not None and not self._held and not self._transport.is_closing():
            self._transport.resume_reading()

    @property
    def session(self) -> Session | None:
        """The login, when there is one."""
        return self._login.session

    def _end(self) -> None:
        if self._over:
            return
        if self._pipe is not None:
            self._pipe.abort()
        self._serving.cancel()
        if self._login.session is not None:
            self.router.close(self._login.session)
        super()._end()
