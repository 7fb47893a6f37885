# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pure planner of ordered tables: the rows of one owner, in their order and place, with the fewest moves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import (
    Comparer,
    Order,
    PlanError,
    longest_rising,
    untouchable,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import handles as fresh_handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import nearest
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

TAG = "bastion/"
# What the comments of rows end with that stand above everything else.
FOREMOST = ", above all others"
Content = frozenset[tuple[str, Hashable]]
# A set by text replaces only the half (plain or negated) that it names (tik4net's findings on 7.24.5).
NOT_IN_PLACE = frozenset({"tcp-flags"})
# Above this many candidate pairs per row, equal rows are paired in order instead of in the best way.
_MANY = 40


@dataclass(frozen=True)
class Placement:
    """Where rows stand within their chain: "first", "top", "bottom", or "before"/"after" the row with `comment`.

    "first" is above other rulesets of this collection, too, but for those that are "foremost": these are known by the
    end of their comments, so that every plan leaves them there. At the other places, rows that other parts of this
    collection own (comment "bastion/...") and dynamic rows may stand between.
    """

    where: str = "top"
    comment: str = ""


def plan_ordered(
    menu: Menu,
    have: Sequence[Row],
    wanted: Sequence[Mapping[str, str]],
    owned: Callable[[Row], bool],
    placement: Placement,
    version: Version,
    handles: Iterator[str] | None = None,
) -> list[Operation]:
    """Plan an ordered table: the owned rows become exactly `wanted`, in that order and place, with the fewest moves.

    Rows with the wanted content stay what they are; one with the same comment is set in place (what is not wanted is
    unset); the others are added (place-before) and removed, adds first. Each chain is planned by itself. Rows that are
    not owned, dynamic and builtin ones are never touched, and nothing is placed relative to a dynamic or builtin row.
    Raises PlanError when the row to stand before or after is not there.
    """
    table = _Table(menu, have, owned, placement, Comparer(menu, version), handles or fresh_handles())
    table.names = frozenset(name for row in wanted for name in row)
    chains: dict[str, list[Mapping[str, str]]] = {}
    for row in wanted:
        chains.setdefault(row.get("chain", ""), []).append(row)
    for at in table.mine:
        chains.setdefault(have[at].get("chain", ""), [])
    for chain, rows in chains.items():
        _ChainPlan(table, chain, rows).run()
    return table.operations + table.removes


@dataclass
class _Table:
    """What the plans of all chains share: the rows by position, and their order as it will be."""

    menu: Menu
    have: Sequence[Row]
    owned: Callable[[Row], bool]
    placement: Placement
    compare: Comparer
    handles: Iterator[str]
    names: frozenset[str] = frozenset()
    operations: list[Operation] = field(default_factory=list)
    removes: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.order = Order(row[".id"] for row in self.have)
        self.fixed = {row[".id"] for row in self.have if untouchable(row)}
        self.mine = [at for at, row in enumerate(self.have) if self._is_mine(row)]
        self.by_chain: dict[str, list[int]] = {}
        for at, row in enumerate(self.have):
            self.by_chain.setdefault(row.get("chain", ""), []).append(at)

    def _is_mine(self, row: Row) -> bool:
        # Rows with default=true ship with the router and cannot be removed (the IPsec policy template).
        return row[".id"] not in self.fixed and row.get("default") != "true" and self.owned(row)


class _ChainPlan:
    def __init__(self, table: _Table, chain: str, wanted: Sequence[Mapping[str, str]]) -> None:
        self.table = table
        self.have = table.have
        self.compare = table.compare
        self.chain = chain
        self.wanted = wanted
        owned = set(table.mine)
        here = table.by_chain.get(chain, [])
        self.mine = [at for at in here if at in owned]
        self.others = [at for at in here if at not in owned and self._id(at) not in table.fixed]
        self.anchor: int | None = None
        self.low, self.high = self._region() if wanted else (0, 0)

    def _id(self, at: int) -> str:
        return self.have[at][".id"]

    def _region(self) -> tuple[int, int]:
        """Positions between which the rows may stand: [low, high)."""
        end = len(self.have)
        foreign = [at for at in self.others if not self.have[at].get("comment", "").startswith(TAG)]
        where = self.table.placement.where
        if where == "top":
            return 0, min(foreign, default=end)
        if where in ("foremost", "first"):
            high = min((at for at in self.others if not self._foremost(at)), default=end)
            above = [at for at in self.others if at < high] if where == "first" else []
            return max(above, default=-1) + 1, high
        if where == "bottom":
            return max(foreign, default=-1) + 1, end
        comment = self.table.placement.comment
        named = [at for at in self.others if self.have[at].get("comment", "") == comment]
        if not named or where not in ("before", "after"):
            raise PlanError(self._no_anchor(where, comment))
        if where == "before":
            self.anchor = named[0]
            return max((at for at in foreign if at < self.anchor), default=-1) + 1, self.anchor
        self.anchor = named[-1]
        return self.anchor + 1, min((at for at in foreign if at > self.anchor), default=end)

    def _foremost(self, at: int) -> bool:
        comment = self.have[at].get("comment", "")
        return comment.startswith(TAG) and comment.endswith(FOREMOST)

    def _no_anchor(self, where: str, comment: str) -> str:
        known = [self.have[at].get("comment", "") for at in self.others]
        hint = nearest(comment, [each for each in known if each])
        return (
            f"{self.table.menu.path}: no row of chain {self.chain} has the comment {comment!r} to be placed {where}"
            + (f"; {hint}" if hint else "")
        )

    def run(self) -> None:
        """Append this chain's operations to the table's."""
        pairs = self._match()
        inside = [index for index in sorted(pairs) if self.low <= pairs[index] < self.high]
        kept = {inside[at] for at in longest_rising([pairs[index] for index in inside])}
        left = [at for at in self.mine if at not in set(pairs.values())]
        restless = {self._id(at) for at in left} | {self._id(pairs[index]) for index in pairs if index not in kept}
        targets = self._targets(pairs, kept, restless)
        for index, row in enumerate(self.wanted):
            if index not in pairs:
                self._add(row, targets[index])
                continue
            self._set(pairs[index], row)
            if index not in kept:
                self._move(self._id(pairs[index]), targets[index])
        for at in left:
            self.table.removes.append(Operation(self.table.menu.path, "remove", self._id(at), was=dict(self.have[at])))

    def _match(self) -> dict[int, int]:
        """Which row of ours becomes which wanted one: by content, then by comment. The rest is added and removed."""
        have = {at: self.compare.content(self.have[at], self.table.names) for at in self.mine}
        want = [self.compare.content(row, self.table.names) for row in self.wanted]
        inside: dict[Content, list[int]] = {}
        for at in self.mine:
            if self.low <= at < self.high:
                inside.setdefault(have[at], []).append(at)
        pairs = _common(want, inside)
        free: dict[Content, list[int]] = {}
        for at in self._free(pairs):
            free.setdefault(have[at], []).append(at)
        for index, content in enumerate(want):
            if index not in pairs and free.get(content):
                pairs[index] = free[content].pop(0)
        by_comment: dict[str, list[int]] = {}
        for at in self._free(pairs):
            by_comment.setdefault(self.have[at].get("comment", ""), []).append(at)
        for index, row in enumerate(self.wanted):
            candidates = by_comment.get(row.get("comment", ""), []) if row.get("comment") else []
            if index not in pairs and candidates and self._in_place(self.have[candidates[0]], row):
                pairs[index] = candidates.pop(0)
        return pairs

    def _free(self, pairs: Mapping[int, int]) -> list[int]:
        taken = set(pairs.values())
        return [at for at in self.mine if at not in taken]

    def _in_place(self, row: Row, wanted: Mapping[str, str]) -> bool:
        return all(self.compare.same(name, row.get(name), wanted.get(name)) for name in NOT_IN_PLACE)

    def _targets(self, pairs: Mapping[int, int], kept: set[int], restless: set[str]) -> list[str]:
        """For each wanted row, what it is put before: the next row that stays, or what follows the last one."""
        following = self._tail(pairs, kept, restless)
        targets = [""] * len(self.wanted)
        for index in range(len(self.wanted) - 1, -1, -1):
            targets[index] = following
            if index in kept:
                following = self._id(pairs[index])
        return targets

    def _tail(self, pairs: Mapping[int, int], kept: set[int], restless: set[str]) -> str:
        if kept:
            return self._still(self._id(pairs[max(kept)]), restless)
        if self.table.placement.where == "after" and self.anchor is not None:
            return self._still(self._id(self.anchor), restless)
        if self.table.placement.where == "before" and self.anchor is not None:
            return self._id(self.anchor)
        # The first row of others behind the region (for the top), or the end of the table.
        return self._id(self.high) if self.high < len(self.have) else ""

    def _still(self, name: str, restless: set[str]) -> str:
        """The first row behind `name` that stays where it is and can be placed against."""
        following = self.table.order.after(name)
        while following is not None and (following in self.table.fixed or following in restless):
            following = self.table.order.after(following)
        return following or ""

    def _add(self, row: Mapping[str, str], before: str) -> None:
        handle = next(self.table.handles)
        self.table.operations.append(
            Operation(self.table.menu.path, "add", properties=dict(row), before=before, handle=handle)
        )
        self.table.order.insert(handle, before)

    def _set(self, at: int, wanted: Mapping[str, str]) -> None:
        row = self.have[at]
        complete: dict[str, str | None] = dict.fromkeys(name for name in row if name in self.compare.writable)
        complete.update(wanted)
        properties, unset = self.compare.changes(row, complete)
        if properties or unset:
            self.table.operations.append(
                Operation(self.table.menu.path, "set", self._id(at), properties=properties, unset=unset, was=dict(row))
            )

    def _move(self, name: str, before: str) -> None:
        order = self.table.order
        self.table.operations.append(
            Operation(self.table.menu.path, "move", name, before=before, position=order.after(name) or "")
        )
        order.remove(name)
        order.insert(name, before)


def _common(want: Sequence[Content], have: Mapping[Content, Sequence[int]]) -> dict[int, int]:
    """A longest common subsequence of wanted contents and rows: wanted index -> position of the row."""
    occurrences: dict[Content, int] = {}
    candidates: list[tuple[int, int]] = []
    many = sum(len(have.get(content, ())) for content in want) > _MANY * len(want)
    for index, content in enumerate(want):
        places = have.get(content, ())
        if many:
            nth = occurrences.get(content, 0)
            occurrences[content] = nth + 1
            places = places[nth : nth + 1]
        # Falling positions of one wanted row can never both be part of a rising sequence.
        candidates.extend((index, at) for at in reversed(places))
    return {candidates[at][0]: candidates[at][1] for at in longest_rising([place for _index, place in candidates])}
