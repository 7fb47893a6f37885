# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall: would a new connection get through, and would the open session go on until the change is kept?

What is unknown about our packets (the interface, whether IPsec carries them) is played through: the open session proves
that the present rules let it in, so only those possibilities count that agree with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import (
    COUNTERS,
    INTERFACE_LIST,
    LISTS,
    MEMBER,
    TRACKING,
    Case,
    Finding,
    Way,
    bare,
    family_of,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.rules import rules_of, tables_of
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.service import row_of
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import (
    ACCEPTED,
    DROPPED,
    FIRST_SYN,
    UNKNOWN,
    Packet,
    Tables,
    Verdict,
    explain,
    judge,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import address_span
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.walk import Step

RUNNING = frozenset({"ack", "!syn", "!fin", "!rst"})
IN_LIST, IN_ADDRESS_LIST = ("in-interface-list", "out-interface-list"), ("src-address-list", "dst-address-list")
INTERFACES = ("in-interface", "out-interface")
# No interface has this name: it stands for all that no rule and no list names.
ANY_OTHER = "*any other"
MOST_INTERFACES = 64
# Connections that an automation makes within any window: rules that count attempts count ours.
SOON = 10
Traffic = Sequence[tuple[str, Packet]]


@dataclass(frozen=True)
class Scene:
    """One possibility of what is unknown about our packets. None: left open."""

    interface: str | None = None
    ipsec: bool | None = None

    def of(self, packet: Packet) -> Packet:
        """The packet in this scene; answers leave the way questions come."""
        return replace(
            packet,
            in_interface=self.interface,
            out_interface=self.interface,
            ipsec_in=self.ipsec,
            ipsec_out=self.ipsec,
        )


OPEN = Scene()


# -- what concerns us -------------------------------------------------------------------------------------------------


def concerning(operations: Iterable[Operation], addresses: Sequence[str]) -> list[Operation]:
    """Those of the operations that packets of the addresses can meet; entries of others in address lists are none."""
    found = []
    for step in operations:
        for family in {family_of(address) for address in addresses}:
            if step.path in (INTERFACE_LIST, MEMBER, TRACKING):
                found.append(step)
            elif step.path == LISTS[family]:
                if any(_may_hold(row, addresses) for row in (step.was, step.properties)):
                    found.append(step)
            elif step.path in tables_of(family):
                found.append(step)
            else:
                continue
            break
    return found


def _may_hold(row: Row | object, addresses: Sequence[str]) -> bool:
    text = row.get("address", "") if isinstance(row, dict) else ""
    span = address_span(text)
    if not text or span is None:
        return bool(text)  # a DNS name may stand for any address
    own = [address_span(bare(address)) for address in addresses]
    return any(each is not None and each[0] == span[0] and span[1] <= each[1] <= span[2] for each in own)


# -- the two questions ------------------------------------------------------------------------------------------------


def newcomers(case: Case) -> Iterator[Finding]:
    """Whether each address still gets in by a new connection."""
    for address in case.before.seen_from:
        was, now = _new(case.before, case.way, address), _new(case.after, case.way, address)
        answer, why = compare(case, address, (case.before, was), (case.after, now))
        if answer != ACCEPTED:
            yield Finding(address, why, answer == DROPPED)
            continue
        number, why = _ladder(case, address, case.after, now)
        if number and not _ladder(case, address, case.before, was)[0]:
            yield Finding(address, f"connection {number + 1} would meet what those before leave: {why}", True)
            continue
        answer, why = compare(case, address, (_lasting(case, case.before), was), (_lasting(case, case.after), now))
        if answer == DROPPED:
            yield Finding(address, f"once the timeout of its entry has run out: {why}", True)


def _ladder(case: Case, address: str, state: State, traffic: Traffic) -> tuple[int, str]:
    """After how many connections the rules have put their source into a list that they drop; 0: not soon."""
    family = family_of(address)
    tables = rules_of(state, family)
    for number in range(1, SOON + 1):
        verdict = judge(tables, *traffic[0])
        rows = [addition.row() for addition in verdict.may_add if addition.certain and addition.address]
        fresh = [row for row in rows if row not in tables.address_lists]
        if verdict.answer != ACCEPTED or not fresh:
            return 0, ""
        tables = tables.replaced(address_lists=[*tables.address_lists, *fresh])
        verdict = judge(tables, *traffic[0])
        if verdict.answer == DROPPED:
            return number, explain(verdict)
    return 0, ""


def running(case: Case) -> tuple[list[Finding], str]:
    """Whether the open session goes on, after each of the operations: what certainly cuts it, and what may."""
    found: list[Finding] = []
    doubt = ""
    for address in case.before.seen_from:
        was = _established(case.before, case, address)
        for state in _stages(case):
            answer, why = compare(case, address, (case.before, was), (state, _established(state, case, address)))
            if answer == DROPPED:
                found.append(Finding(address, f"the session at work would be cut on the way: {why}", True))
                break
            if answer == UNKNOWN:
                doubt = doubt or why
    return found, doubt


def _stages(case: Case) -> Iterator[State]:
    """The router after each step that packets can meet; the entries of one list come and go together."""
    state = case.before
    # Idle chains are built first, and only entered then.
    steps = concerning(case.operations, case.before.seen_from)
    for path, group in groupby(steps, key=lambda step: step.path):
        together = list(group)
        for batch in [together] if path in LISTS.values() else [[step] for step in together]:
            state = state.after(batch)
            if not all(step.inert or _harmless(step) for step in batch):
                yield state


def _harmless(step: Operation) -> bool:
    """Whether this cannot keep a packet out that got in before."""
    return step.verb == "add" and step.properties.get("action") in ("accept", "log", "passthrough")


# -- packets ----------------------------------------------------------------------------------------------------------


def _new(state: State, way: Way, address: str) -> Traffic:
    """The packets of a new connection over a way."""
    port = row_of(state, way).get("port", "") or str(way.port or "")
    opening = _packet(address, port, _state(state, "new"), FIRST_SYN)
    return [("input", opening), *_on(address, port, state)]


def _established(state: State, case: Case, address: str) -> Traffic:
    """The packets of the open session."""
    return _on(address, row_of(case.before, case.running).get("port", "") or str(case.running.port or ""), state)


def _on(address: str, port: str, state: State) -> Traffic:
    there = _packet(address, port, _state(state, "established"), RUNNING)
    back = replace(
        there,
        source=None,
        destination=there.source,
        source_port=there.destination_port,
        destination_port=None,
        # The first answer carries syn as well.
        tcp_flags=frozenset({"ack", "!fin", "!rst"}),
    )
    return [("input", there), ("output", back)]


def _state(state: State, word: str) -> str:
    """Without connection tracking nothing is new or established."""
    row = next(iter(state.tables.get(TRACKING, ())), {})
    return "untracked" if row.get("enabled") == "no" else word


def _packet(address: str, port: str, state: str, flags: frozenset[str]) -> Packet:
    return Packet(
        source=bare(address),
        protocol="tcp",
        destination_port=int(port) if port.isdigit() else None,
        state=state,
        tcp_flags=flags,
        fragment=False,
        family=family_of(address),
    )


# -- judging ----------------------------------------------------------------------------------------------------------


def compare(case: Case, address: str, was: tuple[State, Traffic], now: tuple[State, Traffic]) -> tuple[str, str]:
    """What becomes of packets that got through before: accepted, dropped or unknown, and why.

    What is shut already, as far as the tables tell, counts as accepted: the open session proves them wrong.
    """
    family = family_of(address)
    before, after = _Side(was[0], family, was[1]), _Side(now[0], family, now[1])
    answer, verdict = after.answer(OPEN)
    if answer == ACCEPTED:
        return ACCEPTED, ""
    # What has come in by the running way was a new connection once.
    proof = _Side(case.before, family, _new(case.before, case.running, address))
    scenes = _scenes(before, after)
    scenes = [scene for scene in scenes if DROPPED not in (before.answer(scene)[0], proof.answer(scene)[0])]
    if not scenes:
        return ACCEPTED, ""
    if answer == DROPPED:
        return DROPPED, explain(verdict)
    touched = frozenset(name for step in case.acting for name in _names(step))
    answers = [_in_scene(before, after, scene, touched) for scene in scenes]
    bad = [found for found in answers if found[0] != ACCEPTED]
    if not bad:
        return ACCEPTED, ""
    if len(bad) == len(answers) and all(found[0] == DROPPED for found in bad):
        return DROPPED, explain(bad[0][1])
    return UNKNOWN, explain(verdict)


def _in_scene(before: _Side, after: _Side, scene: Scene, touched: frozenset[str]) -> tuple[str, Verdict]:
    answer, verdict = after.answer(scene)
    if answer != UNKNOWN:
        return answer, verdict
    # Rules that would have dropped the open session, had they matched, do not match it wherever they stand.
    proved = before.proved(scene)
    answer, verdict = after.answer(scene, proved)
    if answer == UNKNOWN and before.path(scene, proved, frozenset()) == after.path(scene, proved, touched):
        return ACCEPTED, verdict
    return answer, verdict


class _Side:
    """One state's rules of one family, and the packets that have to get through all of them."""

    def __init__(self, state: State, family: int, traffic: Traffic) -> None:
        self.traffic = traffic
        self.tables = rules_of(state, family)
        self._without: dict[frozenset[Rule], Tables] = {frozenset(): self.tables}

    def answer(self, scene: Scene, without: frozenset[Rule] = frozenset()) -> tuple[str, Verdict]:
        """The worst of what becomes of the packets."""
        verdicts = [judge(self._left(without), chain, scene.of(packet)) for chain, packet in self.traffic]
        for bad in (DROPPED, UNKNOWN):
            for verdict in verdicts:
                if verdict.answer == bad:
                    return bad, verdict
        return ACCEPTED, verdicts[0]

    def _left(self, without: frozenset[Rule]) -> Tables:
        if without not in self._without:
            self._without[without] = self.tables.replaced(
                filter=[row for row in self.tables.filter if identity("filter", row) not in without],
                raw=[row for row in self.tables.raw if identity("raw", row) not in without],
            )
        return self._without[without]

    def proved(self, scene: Scene) -> frozenset[Rule]:
        """The doubtful rules that cannot match, or the packets would not have got through."""
        found: set[Rule] = set()
        for chain, packet in self.traffic:
            for step in judge(self.tables, chain, scene.of(packet)).path:
                if step.rule is None or step.certain:
                    if step.decides or step.inside:
                        break
                elif step.action in ("drop", "reject", "tarpit"):
                    found.add(identity(step.table, step.rule.row))
                elif step.action not in ("log", "passthrough"):
                    break
        return frozenset(found)

    def path(self, scene: Scene, without: frozenset[Rule], touched: frozenset[str]) -> object:
        """What the packets meet; never the same as before when a doubt hangs on a list that changes."""
        steps = [
            _signature(step, touched)
            for chain, packet in self.traffic
            for step in judge(self._left(without), chain, scene.of(packet)).path
        ]
        return tuple(steps)


def _signature(step: Step, touched: frozenset[str]) -> object:
    fresh = any(each.text.removeprefix("!") in touched for each in step.unsure)
    rule = identity(step.table, step.rule.row) if step.rule is not None else step.chain
    return rule, step.certain, fresh, tuple(_signature(each, touched) for each in step.inside)


Rule = tuple[str, frozenset[tuple[str, str]]]


def identity(table: str, row: Row | object) -> Rule:
    """What makes a rule the same rule: where it is, and all that it says."""
    if not isinstance(row, dict):
        raise TypeError(f"a row of {table} was expected, not {type(row).__name__}")
    return table, frozenset((name, text) for name, text in row.items() if name not in COUNTERS)


def _names(step: Operation) -> Iterator[str]:
    """The lists that an operation changes."""
    for row in (step.properties, step.was):
        if step.path in (*LISTS.values(), MEMBER) and row.get("list"):
            yield row["list"]
        elif step.path == INTERFACE_LIST and row.get("name"):
            yield row["name"]


def _scenes(before: _Side, after: _Side) -> list[Scene]:
    """Every possibility that the rules tell apart."""
    rows = [row for side in (before, after) for row in (*side.tables.raw, *side.tables.filter)]
    named = {row[name].removeprefix("!") for row in rows for name in INTERFACES if row.get(name)}
    if any(row.get(name) for row in rows for name in IN_LIST):
        members = [row for side in (before, after) for row in side.tables.interface_members or ()]
        named |= {row["interface"] for row in members if row.get("interface")}
    named = {name for name in named if not name.startswith(("all-", "*"))}
    interfaces: list[str | None] = [*sorted(named), ANY_OTHER] if 0 < len(named) <= MOST_INTERFACES else [None]
    tunnels = [True, False] if any(row.get("ipsec-policy") for row in rows) else [None]
    return [Scene(interface, ipsec) for interface, ipsec in product(interfaces, tunnels)]


# -- tables -----------------------------------------------------------------------------------------------------------


def _lasting(case: Case, state: State) -> State:
    """The state once every entry of an address list has run out that has a timeout and holds our addresses."""
    tables = dict(state.tables)
    for path in LISTS.values():
        if path in tables:
            tables[path] = [
                row for row in tables[path] if not (row.get("timeout") and _may_hold(row, case.before.seen_from))
            ]
    return replace(state, tables=tables)
