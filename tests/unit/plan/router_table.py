# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router's table in little, told apart from the planner's own projection: it takes sentences, as a router does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row


class Refused(Exception):
    """The router says no."""


class Table:
    """Rows in order, with the laws of /add, /set, /remove and /move (RouterOS manual; seen on 7.23.7)."""

    def __init__(self, path: str, rows: Iterable[Mapping[str, str]]) -> None:
        self.path = path
        self.rows: list[Row] = [dict(row) for row in rows]
        self.ids: dict[str, str] = {}
        self._last = max([0x1000, *(int(row.get(".id", "*0")[1:], 16) for row in self.rows)])

    def _at(self, name: str) -> int:
        for at, row in enumerate(self.rows):
            if row[".id"] == name:
                return at
        raise Refused(f"no such item {name}")

    def _free(self, at: int) -> Row:
        row = self.rows[at]
        if row.get("dynamic") == "true" or row.get("builtin") == "true":
            raise Refused("cannot change builtin")
        return row

    def sentence(self, words: Sequence[str]) -> str:
        """Obey one sentence; returns the id of an added row."""
        path, _slash, verb = words[0].rpartition("/")
        if path != self.path:
            raise Refused(f"this is not {path}")
        values: dict[str, str] = {}
        cleared: list[str] = []
        for word in words[1:]:
            name, text = word[1:].split("=", 1)
            if name.startswith("!"):
                cleared.append(name[1:])
            else:
                values[name] = text
        return str(getattr(self, f"_{verb}")(values, cleared))

    def _add(self, values: dict[str, str], cleared: list[str]) -> str:
        where = len(self.rows)
        if "place-before" in values:
            where = self._at(values.pop("place-before"))
            self._free(where)
        if cleared or any("=" in name or name == ".id" for name in values):
            raise Refused("unknown parameter")
        self._last += 1
        name = f"*{self._last:X}"
        self.rows.insert(where, {".id": name, **values})
        return name

    def _set(self, values: dict[str, str], cleared: list[str]) -> str:
        if ".id" in values:
            row = self._free(self._at(values.pop(".id")))
        elif self.rows:
            row = self.rows[0]
        else:
            self.rows.append(row := {})
        row.update(values)
        for name in cleared:
            row.pop(name, None)
        return ""

    def _remove(self, values: dict[str, str], _cleared: list[str]) -> str:
        at = self._at(values[".id"])
        self._free(at)
        if self.rows[at].get("default") == "true":
            raise Refused("cannot remove default")
        del self.rows[at]
        return ""

    def _move(self, values: dict[str, str], _cleared: list[str]) -> str:
        row = self._free(self._at(values["numbers"]))
        destination = values.get("destination", "")
        if destination == row[".id"]:
            raise Refused("can not move object before itself")
        if destination:
            self._free(self._at(destination))
        self.rows.remove(row)
        self.rows.insert(self._at(destination) if destination else len(self.rows), row)
        return ""

    def apply(self, operations: Iterable[Operation]) -> Table:
        """Carry a plan out, handles resolved to the ids that the adds gave."""
        for step in operations:
            name = self.sentence(step.sentence(lambda each: self.ids.get(each, each)))
            if step.verb == "add":
                self.ids[step.handle] = name
        return self

    def renamed(self) -> list[Row]:
        """The rows with handles for the ids of added rows, as the planner's projection has them."""
        handles = {name: handle for handle, name in self.ids.items()}
        return [{**row, ".id": handles.get(row[".id"], row[".id"])} if ".id" in row else dict(row) for row in self.rows]
