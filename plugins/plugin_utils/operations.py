# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations: what a plan consists of. Pure data, and what it does to the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.compare import Order
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu

Row = dict[str, str]
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@dataclass(frozen=True)
class Operation:
    """One write to the router.

    `id` is the `.id` of the row, the handle ("@1") of a row that an earlier operation adds, or "" for singletons.
    `properties` are sent as they are, `unset` as `=!name=`. `before` is the id or handle to stand before ("" = the end
    of the table). `inert`: changes nothing that a packet or a login can meet. `was` is the old row of a set or remove,
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

    Added rows get their handle as `.id`. Commands (sign, import, ...) change nothing here. Raises KeyError for an
    operation on a row that is not there.
    """
    table: dict[str, Row] = {row.get(".id", ""): dict(row) for row in rows}
    order = Order(table)
    for step in operations:
        if step.path != menu.path:
            continue
        if step.verb == "add":
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
