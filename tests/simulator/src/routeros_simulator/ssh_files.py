# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/file over SFTP and scp: for users with the policy ftp besides ssh (RouterOS manual: User)."""

from __future__ import annotations

import base64
import stat
from dataclasses import dataclass, field

import asyncssh

from .file_table import MENU, contents
from .router import Router, Row, Session

#: bytes that one file may have here; a router's disk is small, too
LIMIT = 64 * 1024 * 1024


@dataclass
class _Open:
    name: str
    data: bytearray
    append: bool = False
    changed: bool = field(default=False)


def _name(path: bytes) -> str:
    """A path as /file names it: "/a/b" and "a/b" are the same."""
    parts: list[str] = []
    for piece in path.decode("utf-8", "surrogateescape").split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in ("", "."):
            parts.append(piece)
    return "/".join(parts)


class RouterFiles(asyncssh.SFTPServer):
    """The files of one router; nothing of the machine that simulates it can be reached."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], router: Router, session: Session) -> None:
        super().__init__(chan)
        self._router = router
        self._session = session
        self._files = router.tables[MENU]

    def exit(self) -> None:
        """The client is done; scp asks for an exit status."""
        self.channel.exit(0)

    # --- what would reach the machine's own files

    def map_path(self, path: bytes) -> bytes:
        """Whatever is not overridden ends here."""
        raise asyncssh.SFTPOpUnsupported("not supported")

    def fstatvfs(self, file_obj: object) -> asyncssh.SFTPVFSAttrs:
        """Not answered."""
        raise asyncssh.SFTPOpUnsupported("not supported")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links."""
        raise asyncssh.SFTPOpUnsupported("not supported")

    # --- files

    def _allow(self, *policies: str) -> None:
        if not {"ftp", *policies} <= self._router.policies(self._session):
            raise asyncssh.SFTPPermissionDenied("not enough permissions")

    def _find(self, path: bytes) -> Row:
        self._allow("read")
        row = self._files.find(name=_name(path))
        if row is None:
            raise asyncssh.SFTPNoSuchFile("no such file")
        return row

    def realpath(self, path: bytes) -> bytes:
        """Absolute."""
        return b"/" + _name(path).encode("utf-8", "surrogateescape")

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Read, or write a file anew or on."""
        name = _name(path)
        writing = bool(pflags & asyncssh.FXF_WRITE)
        self._allow("write" if writing else "read")
        row = self._files.find(name=name)
        if row is not None and row.get("type") == "directory":
            raise asyncssh.SFTPFailure("is a directory")
        if row is None and not (writing and pflags & asyncssh.FXF_CREAT):
            raise asyncssh.SFTPNoSuchFile("no such file")
        if row is not None and pflags & asyncssh.FXF_EXCL:
            raise asyncssh.SFTPFailure("file exists")
        new = row is None or bool(pflags & asyncssh.FXF_TRUNC)
        data = bytearray() if new or row is None else bytearray(contents(row))
        return _Open(name, data, bool(pflags & asyncssh.FXF_APPEND), writing and new)

    def open56(self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Newer versions of the protocol are not spoken."""
        raise asyncssh.SFTPOpUnsupported("not supported")

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """A piece of a file."""
        assert isinstance(file_obj, _Open)
        return bytes(file_obj.data[offset : offset + size])

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """The file is seen in /file when it is closed."""
        assert isinstance(file_obj, _Open)
        place = len(file_obj.data) if file_obj.append else offset
        if place + len(data) > LIMIT:
            raise asyncssh.SFTPFailure("no space left on device")
        if place > len(file_obj.data):
            file_obj.data.extend(bytes(place - len(file_obj.data)))
        file_obj.data[place : place + len(data)] = data
        file_obj.changed = True
        return len(data)

    def close(self, file_obj: object) -> None:
        """Keep what was written."""
        assert isinstance(file_obj, _Open)
        if not file_obj.changed:
            return
        old = self._files.find(name=file_obj.name)
        if old is not None:
            self._files.delete(old)
        suffix = file_obj.name.rpartition(".")[2] if "." in file_obj.name else ""
        values = {"name": file_obj.name, "type": f".{suffix} file" if suffix else "file"}
        try:
            text = file_obj.data.decode("utf-8")
        except UnicodeDecodeError:
            packed = base64.b64encode(file_obj.data).decode()
            self._files.insert(values, hidden={"binary": packed}).values["size"] = str(len(file_obj.data))
        else:
            self._files.insert({**values, "contents": text})

    # --- names

    def _attributes(self, row: Row) -> asyncssh.SFTPAttrs:
        if row.get("type") == "directory":
            return _directory()
        return _regular(len(contents(row)))

    def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Size and kind."""
        name = _name(path)
        if not name or any(row.get("name").startswith(f"{name}/") for row in self._files):
            return _directory()
        return self._attributes(self._find(path))

    lstat = stat

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Size of an open file."""
        assert isinstance(file_obj, _Open)
        return _regular(len(file_obj.data))

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Modes and times are taken and forgotten: clients set them after an upload."""

    lsetstat = setstat

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """As setstat; a size cuts the file."""
        assert isinstance(file_obj, _Open)
        if attrs.size is not None and attrs.size < len(file_obj.data):
            del file_obj.data[attrs.size :]
            file_obj.changed = True

    def listdir(self, path: bytes) -> list[asyncssh.SFTPName]:
        """What is in a directory."""
        self._allow("read")
        start = _name(path)
        start = f"{start}/" if start else ""
        found: dict[str, asyncssh.SFTPAttrs] = {}
        for row in self._files:
            if row.get("name").startswith(start):
                first, deeper, _unused = row.get("name").removeprefix(start).partition("/")
                found[first] = _directory() if deeper else self._attributes(row)
        return [asyncssh.SFTPName(name.encode("utf-8", "surrogateescape"), "", attrs) for name, attrs in found.items()]

    def remove(self, path: bytes) -> None:
        """Remove a file."""
        self._allow("write")
        self._files.delete(self._find(path))

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Another name; it must be free."""
        self._allow("write")
        row, name = self._find(oldpath), _name(newpath)
        if self._files.find(name=name) is not None:
            raise asyncssh.SFTPFailure("file exists")
        self._files.update(row, {"name": name})

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """A directory."""
        self._allow("write")
        if self._files.find(name=_name(path)) is not None:
            raise asyncssh.SFTPFailure("file exists")
        self._files.insert({"name": _name(path), "type": "directory"})

    rmdir = remove


def _regular(size: int) -> asyncssh.SFTPAttrs:
    kind = asyncssh.FILEXFER_TYPE_REGULAR
    return asyncssh.SFTPAttrs(type=kind, size=size, permissions=stat.S_IFREG | 0o600, uid=0, gid=0, nlink=1)


def _directory() -> asyncssh.SFTPAttrs:
    kind = asyncssh.FILEXFER_TYPE_DIRECTORY
    return asyncssh.SFTPAttrs(type=kind, size=0, permissions=stat.S_IFDIR | 0o700, uid=0, gid=0, nlink=1)
