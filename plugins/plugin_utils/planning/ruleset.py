# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pure planner of firewall rulesets: chains of our own, switched so that no packet meets half a ruleset.

A ruleset NAME lives in three chains. The gate, one jump rule in a chain of the router (input, forward, ...), enters
`bastion-NAME`; that chain permanently holds one jump to the twin in force, `bastion-NAME.a` or `bastion-NAME.b`. A
change that is one atomic write is made in the twin in force; any other is built in the idle twin, which nothing enters,
and switched to by one write. What a crash leaves behind is adopted or removed by the next plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import Comparer, PlanError, untouchable
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, project
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import handles as fresh_handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.ordered import (
    FOREMOST,
    NOT_IN_PLACE,
    TAG,
    Content,
    Placement,
    plan_ordered,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

# No limit of chain names is documented; 28 characters are known to work everywhere.
LONGEST_CHAIN = 28
LONGEST_NAME = LONGEST_CHAIN - len("bastion-") - len(".a")


@dataclass(frozen=True)
class Ruleset:
    """A ruleset in chains of its own.

    `chain` is the chain that it is entered from ("input"), `entry` what the jump there matches, `rules` the rules
    without their chain, all as canonical text; comments are without the owner's tag, which is added here.
    `state` is "present" or "absent".
    """

    name: str
    chain: str = "input"
    rules: Sequence[Mapping[str, str]] = ()
    entry: Mapping[str, str] = field(default_factory=dict)
    placement: Placement = field(default_factory=Placement)
    state: str = "present"

    @property
    def tag(self) -> str:
        """What the comments of all its rows begin with."""
        return f"{TAG}{self.name}"

    @property
    def door(self) -> str:
        """The chain that the gate enters."""
        return f"bastion-{self.name}"

    @property
    def twins(self) -> tuple[str, str]:
        """The two chains that hold rules."""
        return f"{self.door}.a", f"{self.door}.b"

    @property
    def gate_comment(self) -> str:
        """The comment of the jump rule in `chain`."""
        return f"{self.tag}: way in from {self.chain}{FOREMOST if self.placement.where == 'foremost' else ''}"

    def gate(self, target: str) -> dict[str, str]:
        """The jump rule in `chain`."""
        wanted = {"chain": self.chain, "action": "jump", "jump-target": target}
        return {**wanted, **{name: text for name, text in self.entry.items() if name not in wanted}} | {
            "comment": self.gate_comment
        }

    def switch(self, twin: str) -> dict[str, str]:
        """The one rule of the door's chain."""
        return {
            "chain": self.door,
            "action": "jump",
            "jump-target": twin,
            "comment": f"{self.tag}: the rules in force",
        }

    def rows(self, twin: str) -> list[dict[str, str]]:
        """The rules as rows of a twin, tagged."""
        return [{"chain": twin, **self._tagged(rule)} for rule in self.rules]

    def _tagged(self, rule: Mapping[str, str]) -> dict[str, str]:
        comment = rule.get("comment", "")
        return {
            **{name: text for name, text in rule.items() if name not in ("chain", "comment")},
            "comment": f"{self.tag}: {comment}" if comment else self.tag,
        }

    def check(self) -> None:
        """Raise PlanError for a name that cannot be made into chain names."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", self.name) or len(self.name) > LONGEST_NAME:
            raise PlanError(
                f"expected a ruleset name of letters, digits, - and _, at most {LONGEST_NAME} characters long, "
                f"got {self.name!r}"
            )


def plan_ruleset(
    menu: Menu, have: Sequence[Row], ruleset: Ruleset, version: Version, handles: Iterator[str] | None = None
) -> list[Operation]:
    """Plan one ruleset of a filter, nat or raw table; an empty list when nothing is to be done.

    After each single operation packets meet the old ruleset or the new one, never parts of both. Operations on chains
    that nothing enters are marked `inert`. Raises PlanError for a bad name, or a missing row to be placed against.
    """
    ruleset.check()
    work = _Work(menu, list(have), ruleset, version, handles or fresh_handles())
    if ruleset.state == "absent":
        work.leave()
    else:
        work.settle()
        work.arrive()
    return work.operations


@dataclass
class _Work:
    """The table as it is after the operations so far."""

    menu: Menu
    rows: list[Row]
    ruleset: Ruleset
    version: Version
    handles: Iterator[str]
    operations: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.compare = Comparer(self.menu, self.version)
        self.own = {self.ruleset.door, *self.ruleset.twins}
        self.asked = frozenset(name for rule in self.ruleset.rules for name in rule)

    # What is there

    def _in(self, chain: str) -> list[Row]:
        return [row for row in self.rows if row.get("chain") == chain and not untouchable(row)]

    def _is_gate(self, row: Row) -> bool:
        comment = row.get("comment", "")
        return (
            (comment == self.ruleset.tag or comment.startswith(f"{self.ruleset.tag}: "))
            and row.get("chain") not in self.own
            and row.get("action") == "jump"
            and (row.get("jump-target") in self.own or comment == self.ruleset.gate_comment)
            and not untouchable(row)
        )

    def _entered(self, chain: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether packets can reach a chain of ours: some enabled jump leads there from a chain that they reach."""
        return any(
            row.get("jump-target") == chain
            and row.get("disabled") != "true"
            and (
                row.get("chain") not in self.own
                or (row["chain"] not in seen and row["chain"] != chain and self._entered(row["chain"], seen | {chain}))
            )
            for row in self.rows
        )

    def _in_force(self) -> str:
        """The twin that the door's chain leads to, or "" when that cannot be told."""
        for row in self._in(self.ruleset.door):
            if row.get("jump-target") in self.ruleset.twins and row.get("disabled") != "true":
                return row["jump-target"]
        return ""

    # Writing

    def _do(self, operations: Sequence[Operation], inert: bool = False) -> None:
        if operations:
            self.operations.extend(replace(step, inert=inert) for step in operations)
            self.rows = project(self.menu, self.rows, operations)

    def _set(self, row: Row, wanted: Mapping[str, str]) -> list[Operation]:
        complete: dict[str, str | None] = dict.fromkeys(name for name in row if name in self.compare.writable)
        complete.update(wanted)
        properties, unset = self.compare.changes(row, complete)
        if not properties and not unset:
            return []
        return [Operation(self.menu.path, "set", row[".id"], properties=properties, unset=unset, was=dict(row))]

    def _clear(self, rows: Sequence[Row]) -> list[Operation]:
        return [Operation(self.menu.path, "remove", row[".id"], was=dict(row)) for row in rows]

    def _ordered(
        self, wanted: Sequence[Mapping[str, str]], owned: Callable[[Row], bool], placement: Placement
    ) -> list[Operation]:
        return plan_ordered(self.menu, self.rows, wanted, owned, placement, self.version, self.handles)

    def _lead_to(self, twin: str) -> None:
        """Make the door's chain exactly one jump to `twin`; one write when it is one jump already."""
        wanted, rows = self.ruleset.switch(twin), self._in(self.ruleset.door)
        inert = not self._entered(self.ruleset.door)
        if rows:
            self._do(self._set(rows[0], wanted), inert)
            self._do(self._clear(rows[1:]), inert)
        else:
            add = Operation(self.menu.path, "add", properties=wanted, handle=next(self.handles))
            self._do([add], inert)

    def _gate(self, target: str) -> None:
        """Make the gate what is wanted, leading to `target`: content by one write, then its place."""
        wanted = self.ruleset.gate(target)
        here = [row for row in self._in(self.ruleset.chain) if self._is_gate(row)]
        if here:
            self._do(self._set(here[0], wanted))
        self._do(self._ordered([wanted], self._is_gate, self.ruleset.placement))

    def _gate_changes(self) -> bool:
        """Whether there is a way in and it is not (only) the one that is wanted; its place does not count."""
        gates = [row for row in self.rows if self._is_gate(row)]
        wanted = self.ruleset.gate(self.ruleset.door)
        return bool(gates) and (len(gates) > 1 or bool(self._set(gates[0], wanted)))

    # The ways

    def leave(self) -> None:
        """Absent: the gate first, then what nothing enters any more."""
        self._do(self._clear([row for row in self.rows if self._is_gate(row)]))
        for chain in (self.ruleset.door, *self.ruleset.twins):
            self._do(self._clear(self._in(chain)), not self._entered(chain))

    def settle(self) -> None:
        """Finish what a crash or a stranger left: a gate that leads to a twin directly, a door with other rows."""
        direct = next(
            (row for row in self.rows if self._is_gate(row) and row.get("jump-target") in self.ruleset.twins), None
        )
        if direct is not None:
            self._lead_to(direct["jump-target"])
            back = {"jump-target": self.ruleset.door}
            self._do([Operation(self.menu.path, "set", direct[".id"], properties=back, was=dict(direct))])
        elif twin := self._in_force():
            self._lead_to(twin)

    def arrive(self) -> None:
        """Present: the rules, the switch, the gate, and the idle twin emptied."""
        live = self._in_force()
        target = live
        if not live:
            target = next((twin for twin in self.ruleset.twins if not self._entered(twin)), self.ruleset.twins[0])
            self._build(target)
        elif not self._update(live):
            # More than one write, or one beside a change of the gate.
            target = next(twin for twin in self.ruleset.twins if twin != live)
            self._build(target)
        if live and target != live and self._gate_changes():
            # Rules and way in change together: the gate takes over both by one write, then the door follows.
            self._gate(target)
        if target != live or not live:
            self._lead_to(target)
        self._gate(self.ruleset.door)
        for twin in self.ruleset.twins:
            if twin != target:
                self._do(self._clear(self._in(twin)), not self._entered(twin))

    def _build(self, twin: str) -> None:
        wanted = self.ruleset.rows(twin)
        steps = self._ordered(wanted, lambda row: row.get("chain") == twin, Placement("bottom"))
        self._do(steps, not self._entered(twin))

    def _meaning(self, row: Mapping[str, str]) -> Content:
        plain = {name: text for name, text in row.items() if name not in ("comment", "chain")}
        return self.compare.content(plain, self.asked)

    def _update(self, twin: str) -> bool:
        """Change the twin in force by at most one write that packets can notice; False when that is not enough."""
        wanted, rows = self.ruleset.rows(twin), self._in(twin)
        steps = self._one_write(rows, wanted)
        if steps is None or (steps and self._gate_changes()):
            return False
        self._do(steps, not self._entered(twin))
        # Comments mean nothing to packets, so any number of them may change in place.
        for row, want in zip(self._in(twin), wanted, strict=True):
            self._do(self._set(row, want))
        return True

    def _one_write(self, rows: Sequence[Row], wanted: Sequence[Mapping[str, str]]) -> list[Operation] | None:
        """The one operation that makes `rows` mean `wanted`, none when they do already, or None when one is too few."""
        have, want = [self._meaning(row) for row in rows], [self._meaning(row) for row in wanted]
        low = 0
        while low < min(len(have), len(want)) and have[low] == want[low]:
            low += 1
        tail = 0
        while tail < min(len(have), len(want)) - low and have[-1 - tail] == want[-1 - tail]:
            tail += 1
        here, there = have[low : len(have) - tail], want[low : len(want) - tail]
        behind = rows[len(rows) - tail][".id"] if tail else ""
        path = self.menu.path
        if not here and not there:
            return []
        if not here and len(there) == 1:
            add = Operation(path, "add", properties=dict(wanted[low]), before=behind, handle=next(self.handles))
            return [add]
        if len(here) == 1 and not there:
            return self._clear([rows[low]])
        if len(here) == len(there) == 1:
            row, new = rows[low], wanted[low]
            in_place = all(self.compare.same(name, row.get(name), new.get(name)) for name in NOT_IN_PLACE)
            return self._set(row, new) if in_place else None
        last = len(rows) - tail - 1
        if here[1:] + here[:1] == there:
            return [self._moved(rows[low][".id"], behind)]
        if here[-1:] + here[:-1] == there:
            return [self._moved(rows[last][".id"], rows[low][".id"])]
        return None

    def _moved(self, name: str, before: str) -> Operation:
        order = [row[".id"] for row in self.rows]
        at = order.index(name) + 1
        return Operation(self.menu.path, "move", name, before=before, position=order[at] if at < len(order) else "")
