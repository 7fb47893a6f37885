# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/file: names are unique, sizes follow contents, big and binary files show no contents (RouterOS manual: Files)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .call import Call
from .dates import show_moment
from .errors import Trap
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

MENU = "/file"
SHOWN = 60 * 1024  # bytes up to which print shows contents
CHUNK = 32_768  # bytes that one /file/read may ask for


def contents(row: Row) -> bytes:
    """The bytes of a file; binary ones are kept as base64 text in the hidden value "binary"."""
    packed = row.hidden.get("binary")
    if isinstance(packed, str):
        return base64.b64decode(packed)
    return row.get("contents").encode("utf-8", "surrogateescape")


class FileHooks(Hooks):
    """See the module."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """An existing name is refused; a file has contents, a directory none."""
        other = table.find(name=after["name"])
        if other is not None and other is not row:
            raise Trap("failure: file already exists", 4)  # refused for certain, stand-in text
        if after.get("type", "file") != "directory":
            after.setdefault("contents", "")

    def added(self, table: Table, row: Row) -> None:
        """The router writes down when a file was made."""
        row.values.setdefault("type", "file")
        self._stamp(table, row, "creation-time", "last-modified")

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """New contents replace whatever was there, also when it was no text."""
        if before.get("contents") != row.values.get("contents"):
            row.hidden.pop("binary", None)
            self._stamp(table, row, "last-modified")

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Size always, contents only of text files up to about 60 KB."""
        if row.get("type") == "directory":
            reply.pop("contents", None)
            return
        size = len(contents(row))
        reply["size"] = str(size)
        if size > SHOWN or "binary" in row.hidden:
            reply.pop("contents", None)

    @staticmethod
    def _stamp(table: Table, row: Row, *names: str) -> None:
        now = show_moment(table.router, table.router.clock.now())
        for name in names:
            if name in table.menu.properties:
                row.values[name] = now


def _read(call: Call) -> None:
    """/file/read: a chunk of at most 32768 bytes."""
    call.expect(("file", "chunk-size", "offset", "as-value"))
    rows = call.table.resolve(call.required("file"))
    if not rows:
        raise call.router.missing_item()
    data = contents(rows[0])
    try:
        offset, size = int(call.arguments.get("offset", "0")), int(call.arguments.get("chunk-size", str(CHUNK)))
    except ValueError:
        raise Trap("invalid value for argument offset", 1) from None
    if not 0 < size <= CHUNK:
        raise Trap(f"value of chunk-size out of range (1..{CHUNK})", 1)
    if offset > len(data):
        raise Trap("failure: chunk out of file bounds", 4)
    call.reply({"data": data[offset : offset + size].decode("utf-8", "surrogateescape")})


def attach(router: Router) -> None:
    """Behaviour of the menu."""
    router.hook(MENU, FileHooks())
    if "read" in router.tables[MENU].menu.commands:
        router.register(MENU, "read", _read)
