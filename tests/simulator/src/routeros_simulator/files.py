# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/file: contents of small text files, /file/read for the rest (RouterOS manual: Files)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import PurePosixPath

from .call import Call
from .router import Hooks, Router, Row, Table, Trap

MENU = "/file"
#: bytes up to which print shows contents
SHOWN = 60 * 1024
#: bytes that one /file/read may ask for
CHUNK = 32768
#: seconds for which a file that an export has just written cannot be read (seen on 7.23)
SETTLING = 0.2


def contents(row: Row) -> bytes:
    """The bytes of a file."""
    packed = row.hidden.get("base64")
    if isinstance(packed, str):
        return base64.b64decode(packed)
    return row.get("contents").encode("utf-8", "surrogateescape")


def kind(name: str) -> str:
    """What print calls a file of that name."""
    suffix = PurePosixPath(name).suffix
    return {".rsc": "script", ".backup": "backup", "": "file"}.get(suffix, f"{suffix} file")


class Files(Hooks):
    """The files of a router; makes itself the behaviour of /file."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._table = router.tables[MENU]
        router.hook(MENU, self)
        if "read" in self._table.menu.commands:
            router.register(MENU, "read", self._read)

    def write(self, name: str, data: bytes) -> Row:
        """Make or replace a file, as an export or an upload does: no part of safe mode."""
        old = self._table.find(name=name)
        if old is not None:
            self._table.delete(old)
        values = {"name": name, "type": kind(name)}
        hidden: dict[str, object] = {"readable": self._router.clock.now() + SETTLING}
        try:
            values["contents"] = data.decode("utf-8")
        except UnicodeDecodeError:
            hidden["base64"] = base64.b64encode(data).decode()
        return self._table.insert(values, hidden=hidden)

    def find(self, name: str) -> Row:
        """The file of that name, or a trap that names the argument."""
        row = self._table.find(name=name)
        if row is None:
            raise Trap("input does not match any value of file-name")
        return row

    # --- hooks

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """A name is there once."""
        other = table.find(name=after.get("name", ""))
        if other is not None and other is not row:
            raise Trap("failure: file already exists")

    def added(self, table: Table, row: Row) -> None:
        """The router writes down when a file was made."""
        self._stamp(row, "creation-time", "last-modified")
        if row.get("type") in ("", "file"):
            row.values["type"] = kind(row.get("name"))

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """New contents replace whatever was there, also if it was no text."""
        if row.get("contents") != before.get("contents", ""):
            row.hidden.pop("base64", None)
            self._stamp(row, "last-modified")

    def _stamp(self, row: Row, *names: str) -> None:
        for name in names:
            if name in self._table.menu.properties:
                row.values.setdefault(name, "")
                row.values[name] = self._router.clock.moment().strftime("%Y-%m-%d %H:%M:%S")

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Size always, contents only of small text files that have settled."""
        if row.get("type") == "directory":
            reply.pop("contents", None)
            return
        data = contents(row)
        reply["size"] = str(len(data))
        readable = row.hidden.get("readable", 0.0)
        if len(data) > SHOWN or "base64" in row.hidden or readable > self._router.clock.now():
            reply.pop("contents", None)

    def _read(self, call: Call) -> None:
        row = self.find(call.required("file"))
        offset, size = int(call.arguments.get("offset", "0")), int(call.arguments.get("chunk-size", str(CHUNK)))
        if size > CHUNK:
            raise Trap(f"value of chunk-size out of range (1..{CHUNK})")
        data = contents(row)
        if offset > len(data):
            raise Trap("failure: chunk out of file bounds")
        call.reply({"data": data[offset : offset + size].decode("utf-8", "surrogateescape")})
