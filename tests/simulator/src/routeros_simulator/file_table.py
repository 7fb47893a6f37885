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


def write_file(router: Router, name: str, data: bytes, kind: str, *, delay: float = 0.0) -> Row:
    """Make a file, or put it in the place of the one that has the name; no part of history and safe mode.

    kind: what `type` shows. delay: simulated seconds until it can be read; an export was seen to need some 0.2 s.
    """
    table = router.tables[MENU]
    old = table.find(name=name)
    if old is not None:
        table.delete(old)
    hidden: dict[str, object] = {"readable-from": router.clock.now() + delay} if delay else {}
    values = {"name": name}
    if "type" in table.menu.properties:
        values["type"] = kind
    if b"\x00" in data or not _is_text(data):
        hidden["binary"] = base64.b64encode(data).decode()
    else:
        values["contents"] = data.decode("utf-8")
    return table.insert(values, hidden=hidden)


def find_file(router: Router, name: str) -> Row | None:
    """The file of that name; raises Trap when the switch says that names which begin alike are ambiguous."""
    table = router.tables[MENU]
    if router.switches.ambiguous_file_names and sum(row.get("name").startswith(name) for row in table) > 1:
        raise Trap("ambiguous value of file-name, more than one possible value matches input", 1)
    return table.find(name=name)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def readable(table: Table, row: Row) -> bool:
    """Whether the file's contents can be read yet."""
    return bool(row.hidden.get("readable-from", 0.0) <= table.router.clock.now())


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
        if size > SHOWN or "binary" in row.hidden or not readable(table, row):
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
    if not readable(call.table, rows[0]):
        raise Trap("failure: file is not ready", 4)  # stand-in text
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


def _named(call: Call) -> Row:
    rows = call.table.resolve(call.required("number"))
    if not rows:
        raise call.router.missing_item()
    return rows[0]


def _copy(call: Call) -> None:
    """/file/copy: another file with the same contents; no part of history, as uploads are not."""
    call.expect(("number", "name"))
    row, name = _named(call), call.required("name")
    if call.table.find(name=name) is not None:
        raise Trap("failure: file already exists", 4)  # refused for certain, stand-in text
    write_file(call.router, name, contents(row), row.get("type", "file"))


def _lines(call: Call) -> None:
    """/file/head and tail: some lines, ten unless told (a guess), each a row."""
    call.expect(("number", "n", "numbered", "as-value"))
    lines = contents(_named(call)).decode("utf-8", "replace").splitlines()
    text = call.arguments.get("n", "10")
    if not (text.isascii() and text.isdigit()):
        raise Trap("invalid value for argument n", 1)
    count = int(text)
    chosen = lines[:count] if call.verb == "head" else lines[max(0, len(lines) - count) :]
    first = 1 if call.verb == "head" else len(lines) - len(chosen) + 1
    numbered = call.arguments.get("numbered", "no") in ("", "yes", "true")
    for number, line in enumerate(chosen, first):
        call.reply({"line": f"{number}: {line}" if numbered else line})


def attach(router: Router) -> None:
    """Behaviour of the menu."""
    router.hook(MENU, FileHooks())
    for verb, handler in (("read", _read), ("copy", _copy), ("head", _lines), ("tail", _lines)):
        if verb in router.tables[MENU].menu.commands:
            router.register(MENU, verb, handler)
