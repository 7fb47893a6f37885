# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that can go wrong between the controller and a router, by family.

An error carries two things: ``message``, complete in itself (what happened, where, what to do), and ``kind``, a short
slug for programs. No message ever contains a value that was sent: only the command word of a request is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Kinds that can pass by themselves, e.g. while a router reboots or a certificate is being made.
_PASSING = frozenset(
    {
        "no_route",
        "refused",
        "timeout",
        "reset",
        "tls_timeout",
        "tls_no_certificate",
        "login_timeout",
        "closed",
        "timed_out",
    }
)


class RouterError(Exception):
    """Base of all errors of this collection's wire.

    ``message`` is the whole text for the user; ``kind`` a slug such as ``refused`` or ``tls_unknown_ca``.
    """

    kind: str = "router_error"

    def __init__(self, message: str, *, kind: str = "") -> None:
        super().__init__(message)
        self.message = message
        if kind:
            self.kind = kind

    @property
    def may_pass(self) -> bool:
        """True where trying again later can help without anybody changing anything (for `wait` and for retries)."""
        return self.kind in _PASSING


class SetupFailed(RouterError):
    """Something on the controller's side is wrong: a missing library, a bad option, the wrong kind of connection."""

    kind = "setup"


class ConnectFailed(RouterError):
    """No usable connection: TCP or TLS failed, or the CA file is missing. The router was not asked for anything."""

    kind = "connect_failed"


class LoginFailed(RouterError):
    """The router was reached and refused the login.

    Kinds: ``login_refused`` (the one answer for a wrong password, an unknown or disabled user, a missing policy or a
    source outside the user's address), ``not_allowed``, ``login_trap`` (any other text), ``too_old`` (before 6.43).
    """

    kind = "login_refused"


class Trap(RouterError):
    """The router refused one command.

    :ivar text: the router's own words; several traps of one answer are joined by "; "
    :ivar category: 0..7 or None; most real traps have none, so branch on the helpers below (RouterOS manual: API)
    :ivar command: the command word, e.g. "/ip/firewall/filter/add"
    :ivar rows: rows that came before the trap
    """

    kind = "trap"

    def __init__(
        self,
        text: str,
        category: int | None = None,
        command: str = "",
        rows: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self.text = text
        self.category = category
        self.command = command
        self.rows = [dict(row) for row in rows]
        super().__init__(f"The router refused {command or 'a command'}: {text}")

    def says(self, *fragments: str) -> bool:
        """True when the router's text holds one of the fragments, in any case."""
        text = self.text.lower()
        return any(fragment.lower() in text for fragment in fragments)

    @property
    def is_missing_item(self) -> bool:
        """The row does not exist (any more): `no such item`, `no such item (4)`."""
        return self.says("no such item")

    @property
    def is_duplicate(self) -> bool:
        """Such a row exists already: `already have such entry`, `same name already exists` (old builds: `exisits`)."""
        return self.says("already have", "already exist", "already exisit")

    @property
    def is_permission(self) -> bool:
        """The user's policies do not allow it: `not enough permissions (9)`, `not allowed (9)`."""
        return self.says("not enough permissions", "not allowed (9)")

    @property
    def is_unknown_command(self) -> bool:
        """This version has no such menu or verb: `no such command`, `no such command prefix`."""
        return self.says("no such command")

    @property
    def is_unknown_parameter(self) -> bool:
        """This version has no such property: `unknown parameter NAME` (old builds: without the name)."""
        return self.says("unknown parameter")

    @property
    def is_bad_reference(self) -> bool:
        """A word or reference is not known, perhaps only not yet: `input does not match any value of certificate`."""
        return self.says("input does not match any value of")

    @property
    def is_configured_elsewhere(self) -> bool:
        """A dynamic row was to be changed: `this is configured elsewhere`."""
        return self.says("configured elsewhere")

    @property
    def is_interrupted(self) -> bool:
        """The command was cancelled: category 2 or `interrupted`."""
        return self.category == 2 or self.text.strip().lower() == "interrupted"


class Fatal(RouterError):
    """The router ended the session with `!fatal`; ``text`` is its bare word, e.g. `session terminated on request`."""

    kind = "fatal"

    def __init__(self, text: str, command: str = "") -> None:
        self.text = text
        self.command = command
        during = f" during {command}" if command else ""
        super().__init__(f"The router ended the session{during}: {text}")


class Closed(RouterError):
    """The connection ended (end of file or reset) in the middle of a session; what was under way may have happened."""

    kind = "closed"


class TimedOut(RouterError):
    """No byte came from the router for the given time; the command may still be running there."""

    kind = "timed_out"


class ProtocolError(RouterError):
    """The bytes received are not the RouterOS API."""

    kind = "protocol"
