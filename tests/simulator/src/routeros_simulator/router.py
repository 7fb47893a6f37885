# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router as a whole: tables, sessions, commands. (First shape; the signatures stay.)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .call import Call, Handler, Send
from .clock import Clock
from .errors import Fatal, Refused, Trap
from .switches import Switches
from .table import Hooks, Row, Table

__all__ = ["Call", "Fatal", "Handler", "Hooks", "Refused", "Router", "Row", "Session", "Table", "Trap"]


@dataclass(eq=False)
class Session:
    """One login. `via` is what /user/active shows (api); `address` the client's IP address as text."""

    number: int
    user: str
    address: str
    via: str
    active_id: str = ""
    closed: bool = False
    # the server may hang anything here that is its own (transport, service name, ...)
    extra: dict[str, object] = field(default_factory=dict)


class Router:
    """A router of one version.

    tables: path ("/ip/service") -> Table, in every menu of the version.
    changed: callbacks(path), called after each write by a command, a rollback or a timer.
    """

    def __init__(self, version: str, *, time_scale: float = 1.0, switches: Switches | None = None) -> None:
        self.version = version
        self.switches = switches or Switches()
        self.clock = Clock(time_scale)
        self.tables: dict[str, Table] = {}
        self.changed: list[Callable[[str], None]] = []
        self.closing: list[Callable[[Session], None]] = []  # asks the server to cut a session (/user/active/remove)

    def register(self, path: str, verb: str, handler: Handler) -> None:
        """Give a command of a menu its own behaviour (replaces the table-driven one)."""
        raise NotImplementedError

    def handler(self, path: str, verb: str) -> Handler:
        """The present handler of a command, so that a new one can wrap it; raises Trap like execute for unknown ones."""
        raise NotImplementedError

    def hook(self, path: str, hooks: Hooks) -> None:
        """Behaviour around the table-driven commands of a menu (checks, side effects, rendering)."""
        raise NotImplementedError

    def login(self, name: str, password: str, address: str, via: str = "api") -> Session | Refused:
        """Judge a login; a success makes a /user/active row and log lines."""
        raise NotImplementedError

    async def execute(self, session: Session, words: list[str], send: Send) -> None:
        """Run one sentence (command word first, without .tag) and send its answer, !done last.

        Router-level errors are sent as !trap; raises Fatal only for what closes the connection (/quit).
        """
        raise NotImplementedError

    def close(self, session: Session, *, quit: bool = False) -> None:
        """The session's socket is gone: /user/active row, safe mode, log."""
        raise NotImplementedError

    def log(self, topics: str, message: str) -> None:
        """Append to /log when a /system/logging rule of memory kind wants the topics (comma separated)."""
        raise NotImplementedError

    def notify(self, path: str) -> None:
        """Tell the observers that a table changed."""
        for callback in list(self.changed):
            callback(path)
