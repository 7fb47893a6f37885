# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations: what a plan consists of. Pure data, and what it does to the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import (
    Comparer,
    Order,
    longest_rising,
    untouchable,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

Row = dict[str, str]
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@dataclass(frozen=True)
class Operation:
    """One write to the router.

    `id` is the `.id` of the row, the handle ("@1") of a row that an earlier operation adds, or "" for singletons.
    `properties` are sent as they are, `unset` as `=!name=`. `before` is the id or handle to stand before ("" = the end
    of the table). `inert`: changes nothing that a packet or a login can meet. `was` is the old row of a set or remove
    (of an add: the row that comes back),
    `position` the id that followed a moved row before.
    """

    path: str
    verb: str
    id: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    before: str = ""
    handle: str = ""
    inert: bool = False
    was: Mapping[str, str] = field(default_factory=dict)
    position: str = ""

    def sentence(self, resolve: Callable[[str], str]) -> tuple[str, ...]:
        """The command word and its attribute words; `resolve` turns ids and handles into the router's ids."""
        words = [f"{self.path}/{self.verb}"]
        if self.verb == "move":
            words.append(f"=numbers={resolve(self.id)}")
            if self.before:
                words.append(f"=destination={resolve(self.before)}")
            return tuple(words)
        if self.id:
            words.append(f"=.id={resolve(self.id)}")
        words.extend(f"={name}={text}" for name, text in self.properties.items())
        words.extend(f"=!{name}=" for name in self.unset)
        if self.verb == "add" and self.before:
            words.append(f"=place-before={resolve(self.before)}")
        return tuple(words)

    def describe(self, secret: Callable[[str], bool]) -> dict[str, Any]:
        """For results: plain data, underscores for hyphens, the values of `secret(name)` properties masked."""

        def shown(texts: Mapping[str, str]) -> dict[str, str]:
            return {
                name.replace("-", "_"): MASK if secret(name) else text for name, text in texts.items() if name != ".id"
            }

        result: dict[str, Any] = {"menu": self.path, "action": self.verb}
        if self.id:
            result["id"] = self.id
        if self.handle:
            result["id"] = self.handle
        if self.properties:
            result["properties"] = shown(self.properties)
        if self.unset:
            result["unset"] = [name.replace("-", "_") for name in self.unset]
        if self.before:
            result["before"] = self.before
        if self.was:
            touched = {*self.properties, *self.unset} if self.verb == "set" else set(self.was)
            result["was"] = shown({name: text for name, text in self.was.items() if name in touched})
        return result


def handles(start: int = 1) -> Iterator[str]:
    """Fresh handles: "@1", "@2", ... Share one iterator between the plans that run together."""
    number = start
    while True:
        yield f"@{number}"
        number += 1


def project(menu: Menu, rows: Sequence[Mapping[str, str]], operations: Iterable[Operation]) -> list[Row]:
    """The rows of `menu` as they are after `operations`; operations on other menus are passed over.

    Added rows get their handle as `.id`, and so do rows that a command with a handle makes (import, ...). Other
    commands (sign, ...) change nothing here. Raises KeyError for an operation on a row that is not there.
    """
    table: dict[str, Row] = {row.get(".id", ""): dict(row) for row in rows}
    order = Order(table)
    for step in operations:
        if step.path != menu.path:
            continue
        if step.verb == "add" or (step.handle and step.verb not in ("set", "remove", "move")):
            table[step.handle] = {".id": step.handle, **step.properties}
            order.insert(step.handle, step.before)
        elif step.verb == "set":
            if menu.singleton and not table:
                table[step.id] = {}
                order.insert(step.id)
            row = table[step.id]
            row.update(step.properties)
            for name in step.unset:
                row.pop(name, None)
        elif step.verb == "remove":
            del table[step.id]
            order.remove(step.id)
        elif step.verb == "move":
            order.remove(step.id)
            order.insert(step.id, step.before)
    return [table[name] for name in order]


def invert(
    menu: Menu,
    rows_before: Sequence[Mapping[str, str]],
    rows_now: Sequence[Mapping[str, str]],
    touched: Iterable[str],
    names: Iterator[str] | None = None,
) -> list[Operation]:
    """The plan that makes the `touched` rows (ids in either state) what they were; no other row is changed or moved.

    Last touched, first put back, so that packets meet nothing on the way back that they did not meet on the way there:
    a jump goes before the chain that it enters, and comes back after it.

    Rows that are gone come back under a new id (and handle from `names`), without what routers never give back
    (passwords) and without read-only and undeclared properties. Adds come first, so that a switch back finds what it
    needs; only a row whose place in a keyed table is taken waits for the removal of the one that took it.
    """
    return _Inverse(menu, rows_before, rows_now, tuple(dict.fromkeys(touched)), names or handles()).operations()


class _Inverse:
    def __init__(
        self,
        menu: Menu,
        before: Sequence[Mapping[str, str]],
        now: Sequence[Mapping[str, str]],
        touched: Sequence[str],
        names: Iterator[str],
    ) -> None:
        self.menu = menu
        self.names = names
        # Defaults that changed between versions do not matter: both states come from one router.
        self.compare = Comparer(menu, Version((7,)))
        self.before = {row.get(".id", ""): row for row in before}
        self.now = {row.get(".id", ""): row for row in now}
        self.last_first = [name for name in reversed(touched) if name in self.before or name in self.now]
        self.touched = frozenset(self.last_first)
        self.settable = frozenset(
            name for name, each in menu.properties.items() if not each.read_only and not each.write_only
        )

    def operations(self) -> list[Operation]:
        """Removes that others wait for, adds and moves in their places, sets, the other removes."""
        sets = [step for name in self.before if name in self.touched and name in self.now for step in self._set(name)]
        added = [name for name in self.last_first if name not in self.before]
        back = {self._key(row) for name, row in self.before.items() if name in self.touched and name not in self.now}
        in_the_way = [name for name in added if self.menu.key and self._key(self.now[name]) in back]
        early, late = in_the_way, [name for name in added if name not in set(in_the_way)]
        return [*self._removes(early), *self._places(), *sets, *self._removes(late)]

    def _key(self, row: Mapping[str, str]) -> tuple[object, ...]:
        return tuple(self.compare.value(name, row.get(name)) for name in self.menu.key)

    def _removes(self, names: Iterable[str]) -> list[Operation]:
        return [Operation(self.menu.path, "remove", name, was=dict(self.now[name])) for name in names]

    def _set(self, name: str) -> list[Operation]:
        old, new = self.before[name], self.now[name]
        want = {each: old.get(each) for each in (*old, *new) if each in self.settable}
        properties, unset = self.compare.changes(new, want)
        if not properties and not unset:
            return []
        return [Operation(self.menu.path, "set", name, properties=properties, unset=unset, was=dict(new))]

    def _places(self) -> list[Operation]:
        there = {name: name for name in self._staying()}
        order = list(self.before)
        position = {name: at for at, name in enumerate(order)}
        steps: list[Operation] = []
        for name in self.last_first:
            if name not in self.before or name in there:
                continue
            target = self._following(order[position[name] + 1 :], there) if self.menu.ordered else ""
            if name in self.now:
                there[name] = name
                steps.append(Operation(self.menu.path, "move", name, before=target))
                continue
            texts = {each: text for each, text in self.before[name].items() if each in self.settable}
            if self.menu.timed in texts:
                texts.pop("dynamic", None)
            there[name] = next(self.names)
            old = dict(self.before[name])
            steps.append(Operation(self.menu.path, "add", properties=texts, before=target, handle=there[name], was=old))
        return steps

    def _following(self, rows: Iterable[str], there: Mapping[str, str]) -> str:
        """The id or handle of the first of these rows that is in place; dynamic ones do not count."""
        return next((there[name] for name in rows if name in there and not untouchable(self.before[name])), "")

    def _staying(self) -> set[str]:
        """Rows that need no move: the others' rows, and of ours as many as already stand in order between them."""
        position = {name: at for at, name in enumerate(self.now)}
        common = [name for name in self.before if name in self.now]
        if not self.menu.ordered:
            return set(common)
        others = [name for name in common if name not in self.touched]
        fixed = {others[at] for at in longest_rising([position[name] for name in others])}
        before, now = _passed(self.before, fixed), _passed(self.now, fixed)
        ours = [name for name in common if name in self.touched and before[name] == now[name]]
        return fixed | {ours[at] for at in longest_rising([position[name] for name in ours])}


def _passed(table: Iterable[str], fixed: set[str]) -> dict[str, int]:
    """How many of the `fixed` rows stand before each row."""
    count = 0
    found: dict[str, int] = {}
    for name in table:
        found[name] = count
        count += name in fixed
    return found
