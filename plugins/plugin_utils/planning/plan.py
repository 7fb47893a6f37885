# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pure planner of keyed menus and singletons: from the rows that a router has to the rows that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import Comparer, PlanError, untouchable
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import handles as fresh_handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.ordered import Placement, plan_ordered
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

__all__ = ["Placement", "PlanError", "Want", "plan", "plan_ordered", "plan_row"]

WantedRow = Mapping[str, str | None]
Key = tuple[Hashable, ...]


@dataclass(frozen=True)
class Want:
    """What a keyed menu or a singleton shall hold.

    `rows`: canonical text by property; None = must be unset; properties not named are left alone. `absent`: property
    values (the key, or a part of it) of rows that must not be there. `purge`: says of a row whether it goes when it is
    not among `rows`. `always`: properties that cannot be compared (passwords) and are sent to existing rows too.
    """

    rows: Sequence[WantedRow] = ()
    absent: Sequence[Mapping[str, str]] = ()
    purge: Callable[[Row], bool] | None = None
    always: frozenset[str] = frozenset()


def plan(
    menu: Menu, have: Sequence[Row], want: Want, version: Version, handles: Iterator[str] | None = None
) -> list[Operation]:
    """Plan a keyed list menu or a singleton: adds, then sets of what differs, then removes.

    Dynamic and builtin rows are never touched, with one exception: an address-list entry with a timeout gives way to a
    permanent one of the same address (and the reverse), because the router would refuse the second as a duplicate.
    Raises PlanError when the wish cannot be had (a missing entry of a fixed table, one that ships with the router).
    """
    compare = Comparer(menu, version)
    if menu.singleton:
        return _singleton(menu, have, want, compare)
    if not menu.key:
        raise PlanError(f"rows of {menu.path} have no identity of their own; name the properties that tell them apart")
    return _KeyedPlan(menu, have, want, compare, handles or fresh_handles()).operations()


def plan_row(
    menu: Menu,
    row: Row | None,
    wanted: WantedRow,
    version: Version,
    handles: Iterator[str],
    always: frozenset[str] = frozenset(),
) -> list[Operation]:
    """Plan one row that the caller has found (or not: None); where a menu's key does not tell what users mean.

    `always`: see Want. Raises PlanError as `plan` does.
    """
    if row is None:
        return _KeyedPlan(menu, (), Want(rows=[wanted]), Comparer(menu, version), handles).operations()
    properties, unset = Comparer(menu, version).changes(row, wanted, always)
    if not properties and not unset:
        return []
    return [Operation(menu.path, "set", row[".id"], properties=properties, unset=unset, was=dict(row))]


def _singleton(menu: Menu, have: Sequence[Row], want: Want, compare: Comparer) -> list[Operation]:
    row = dict(have[0]) if have else {}
    operations: list[Operation] = []
    for wanted in want.rows:
        properties, unset = compare.changes(row, wanted, want.always)
        if properties or unset:
            operations.append(Operation(menu.path, "set", properties=properties, unset=unset, was=dict(row)))
            row.update(properties)
    return operations


@dataclass
class _KeyedPlan:
    menu: Menu
    have: Sequence[Row]
    want: Want
    compare: Comparer
    handles: Iterator[str]
    first: list[Operation] = field(default_factory=list)
    adds: list[Operation] = field(default_factory=list)
    sets: list[Operation] = field(default_factory=list)
    removes: list[Operation] = field(default_factory=list)

    def operations(self) -> list[Operation]:
        """Adds before removes, so that no moment lacks both the old and the new."""
        by_key: dict[Key, list[Row]] = {}
        dynamic: dict[Key, list[Row]] = {}
        for row in self.have:
            (dynamic if untouchable(row) else by_key).setdefault(self._key(row), []).append(row)
        wanted_by_key: dict[Key, list[WantedRow]] = {}
        for wanted in self.want.rows:
            self._collect(wanted_by_key.setdefault(self._key(wanted), []), wanted)
        used: set[str] = set()
        for key, rows in wanted_by_key.items():
            self._pair(rows, by_key.get(key, []), dynamic.get(key, []), used)
        self._remove(by_key, used)
        return self.first + self.adds + self.sets + self.removes

    def _key(self, row: WantedRow) -> Key:
        return tuple(self.compare.value(name, row.get(name)) for name in self.menu.key)

    def _name(self, row: WantedRow) -> str:
        return ", ".join(f"{name.replace('-', '_')} {row.get(name) or '(none)'}" for name in self.menu.key)

    def _collect(self, same_key: list[WantedRow], wanted: WantedRow) -> None:
        names = frozenset(wanted)
        if any(self.compare.content(wanted, names) == self.compare.content(other, names) for other in same_key):
            return
        if same_key and not self.menu.repeats:
            raise PlanError(f"{self.menu.path}: two different entries are wanted for {self._name(wanted)}")
        same_key.append(wanted)

    def _pair(self, rows: list[WantedRow], have: list[Row], dynamic: list[Row], used: set[str]) -> None:
        free = list(have)
        timed = self.menu.timed
        for wanted in sorted(rows, key=lambda each: min((self._distance(row, each) for row in have), default=0)):
            temporary = bool(timed and (wanted.get(timed) or wanted.get("dynamic") == "true"))
            if temporary and dynamic:
                # It is there; its time runs down by itself and is no difference.
                continue
            if temporary or (timed and not free):
                # The router refuses a second entry of the same address, so the other sort goes first.
                for row in [*free, *dynamic] if temporary else [row for row in dynamic if timed in row]:
                    self.first.append(self._removal(row))
                    used.add(row.get(".id", ""))
                free = []
            if not free:
                self._add(wanted)
                continue
            row = min(free, key=lambda each: self._distance(each, wanted))
            free.remove(row)
            used.add(row.get(".id", ""))
            properties, unset = self.compare.changes(row, wanted, self.want.always)
            if properties or unset:
                self.sets.append(
                    Operation(self.menu.path, "set", row[".id"], properties=properties, unset=unset, was=dict(row))
                )

    def _distance(self, row: Row, wanted: WantedRow) -> int:
        return sum(not self.compare.same(name, row.get(name), text) for name, text in wanted.items())

    def _add(self, wanted: WantedRow) -> None:
        properties = {name: text for name, text in wanted.items() if text is not None and name != ".id"}
        if self.menu.fixed:
            known = ", ".join(row[self.menu.key[0]] for row in self.have if not untouchable(row))
            name = self._name(wanted)
            raise PlanError(f"{self.menu.path} has no entry {name} and takes no new ones; it has: {known}")
        missing = [name for name, each in self.menu.properties.items() if each.required and name not in properties]
        if missing:
            raise PlanError(
                f"{self.menu.path}: a new entry ({self._name(wanted)}) needs "
                + ", ".join(name.replace("-", "_") for name in missing)
            )
        self.adds.append(Operation(self.menu.path, "add", properties=properties, handle=next(self.handles)))

    def _removal(self, row: Row) -> Operation:
        return Operation(self.menu.path, "remove", row[".id"], was=dict(row))

    def _ships(self, row: Row) -> bool:
        return row.get("default") == "true" or row.get("name") in self.menu.protected

    def _remove(self, by_key: Mapping[Key, list[Row]], used: set[str]) -> None:
        for absent in self.want.absent:
            for row in self._named(by_key, absent):
                if row[".id"] in used:
                    continue
                if self._ships(row) or self.menu.fixed:
                    raise PlanError(f"{self.menu.path}: {self._name(row)} ships with the router and cannot be removed")
                used.add(row[".id"])
                self.removes.append(self._removal(row))
        if self.want.purge is None or self.menu.fixed:
            return
        for row in self.have:
            if not untouchable(row) and row[".id"] not in used and not self._ships(row) and self.want.purge(row):
                self.removes.append(self._removal(row))

    def _named(self, by_key: Mapping[Key, list[Row]], absent: Mapping[str, str]) -> list[Row]:
        if set(self.menu.key) <= set(absent):
            candidates = by_key.get(self._key(absent), [])
        else:
            candidates = [row for rows in by_key.values() for row in rows]
        return [row for row in candidates if not self._distance(row, absent)]
