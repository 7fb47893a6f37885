# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command handler gets: one command of one session, taken apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import Trap

if TYPE_CHECKING:
    from .router import Router, Session
    from .table import Table

Send = Callable[[list[str]], None]


@dataclass
class Call:
    """One command.

    `arguments` maps the attribute words in their order (`=name=value`); the word `=!prop=` is kept as the key "!prop".
    `.proplist` and other dotted attributes are in it too. `queries` are the query words without taking them apart.
    """

    router: Router
    session: Session
    path: str
    verb: str
    arguments: dict[str, str]
    queries: list[str]
    send: Send
    rows_sent: int = field(default=0)

    @property
    def table(self) -> Table:
        """The table of the command's menu."""
        return self.router.tables[self.path]

    def reply(self, row: Mapping[str, str]) -> None:
        """Send one `!re` sentence."""
        self.rows_sent += 1
        self.send(["!re", *[f"={name}={value}" for name, value in row.items()]])

    def expect(self, names: Sequence[str]) -> None:
        """Refuse every argument that is not in the list: `unknown parameter NAME`."""
        for name in self.arguments:
            if not name.startswith(".") and name not in names:
                raise Trap(f"unknown parameter {name}", 0)

    def required(self, name: str) -> str:
        """The value of a mandatory argument; `missing =NAME=` without it."""
        if name not in self.arguments:
            raise Trap(f"missing ={name}=", 0)
        return self.arguments[name]

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """The number that an argument gives; refused when it is none, or out of range."""
        text = self.arguments.get(name, str(default))
        if not (text.isascii() and text.isdigit()):
            raise Trap(f"invalid value for argument {name}", 1)
        if not low <= int(text) <= high:
            raise Trap(f"value of {name} out of range ({low}..{high})", 1)
        return int(text)


# returns the text for `!done =ret=`, or None; raises Trap or Fatal
Handler = Callable[[Call], str | Awaitable[str | None] | None]
