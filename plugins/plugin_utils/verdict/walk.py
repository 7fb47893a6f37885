# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of one packet through the tables.

A rule that may or may not match is followed both ways: what it would do is noted, and the packet goes on. So the time
grows with the number of rules, never with the number of doubts, and every answer that is certain holds for whatever the
unknown things turn out to be.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.addresses import prefix_text
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.lists import AddressLists
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.matchers import Matcher
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.packet import BadPacket, Packet, View, family_of
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import MAYBE, NO, YES, Span
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.tables import Chains, Rule, Tables

ACCEPTED, DROPPED, UNKNOWN = "accepted", "dropped", "unknown"
BUILT_IN = frozenset({"input", "forward", "output"})

# What may become of a packet in a chain, as bits.
_ACCEPT, _DROP, _FALL, _OUT_OF_SIGHT = 1, 2, 4, 8
_ANYTHING = _ACCEPT | _DROP | _FALL | _OUT_OF_SIGHT
_ENDS = {"accept": _ACCEPT, "drop": _DROP, "reject": _DROP, "tarpit": _DROP, "return": _FALL}
_SENT_ELSEWHERE = frozenset({"dst-nat", "redirect", "netmap", "same", "socksify"})
_DECIDES = frozenset({"accept", "drop", "reject", "tarpit", "fasttrack-connection"})
_GOES_ON = frozenset({"log", "passthrough"})
_ADDS = {"add-src-to-address-list": "src", "add-dst-to-address-list": "dst"}
# RouterOS documents no limit for chains that call chains.
_DEEPEST = 100


@dataclass(frozen=True, eq=False)
class Step:
    """A rule that the packet meets and that matches, or may match; or the end of a chain (`rule` None).

    `certain`: it matches, once the packet gets there; else `unsure` are the matchers that cannot tell. `inside`: the
    steps in the chain that a jump leads to. `strange`: why nobody knows what the rule does.
    """

    table: str
    chain: str
    rule: Rule | None
    certain: bool
    unsure: tuple[Matcher, ...] = ()
    inside: tuple[Step, ...] = ()
    strange: str = ""
    lists: AddressLists | None = None

    @property
    def action(self) -> str:
        """The rule's action; the end of a built-in chain accepts."""
        return self.rule.action if self.rule is not None else "accept"

    @property
    def doubts(self) -> tuple[str, ...]:
        """What else the match hangs on, for people."""
        return tuple(each.doubt(self.lists) for each in self.unsure)

    @property
    def decides(self) -> bool:
        """Whether a packet that is matched here goes no further."""
        return self.rule is None or self.action in _DECIDES or self.sends_elsewhere

    @property
    def sends_elsewhere(self) -> bool:
        """Whether this is a nat rule that gives the packet another destination."""
        return self.table == "nat" and self.action in _SENT_ELSEWHERE


@dataclass(frozen=True)
class Addition:
    """An entry that a rule puts into an address list; later packets meet it.

    `address`: "" when the packet's address is not one known address. `certain`: it happens to every such packet.
    """

    list: str
    address: str
    timeout: str
    certain: bool
    rule: Rule = field(compare=False)

    def row(self) -> dict[str, str]:
        """The row as it would be read back, without a timeout that counts down."""
        found = {"list": self.list, "address": self.address}
        return found if self.timeout == "none-static" else {**found, "dynamic": "true"}


@dataclass(frozen=True, eq=False)
class Verdict:
    """What becomes of a packet. `answer`: accepted, dropped or unknown.

    `path`: the rules that match, or may match, in the order in which the packet meets them. `may_add`: what it may
    leave behind in address lists. `elsewhere`: the nat rule that certainly gives it another destination; what becomes
    of it there is not judged.
    """

    answer: str
    path: tuple[Step, ...]
    may_add: tuple[Addition, ...] = ()
    elsewhere: Rule | None = None

    @property
    def rule(self) -> Rule | None:
        """The rule that decides, of several possible ones with the same outcome the last; None: the chain's end."""
        deciding = [step for step in flat(self.path) if step.decides]
        return deciding[-1].rule if deciding else None


def flat(path: tuple[Step, ...]) -> Iterator[Step]:
    """The steps of a path and of the chains inside it, each once, in order."""
    seen: set[int] = set()
    stack = list(reversed(path))
    while stack:
        step = stack.pop()
        if id(step) not in seen:
            seen.add(id(step))
            yield step
            stack.extend(reversed(step.inside))


@dataclass(frozen=True)
class _State:
    """What changes on the way: (side, list) -> how sure it is that the packet's own address was put there."""

    added: Mapping[tuple[str, str], int] = field(default_factory=dict)
    notrack: int = NO

    def with_added(self, key: tuple[str, str], answer: int) -> _State:
        if self.added.get(key, NO) >= answer:
            return self
        return _State({**self.added, key: answer}, self.notrack)

    def with_notrack(self, answer: int) -> _State:
        return self if self.notrack >= answer else _State(self.added, answer)

    def join(self, other: _State | None) -> _State:
        """What is sure whichever of the two ways the packet came."""
        if other is None or other is self:
            return self
        added = {
            key: _either(self.added.get(key, NO), other.added.get(key, NO)) for key in {**self.added, **other.added}
        }
        return _State(added, _either(self.notrack, other.notrack))

    def key(self) -> object:
        return frozenset(self.added.items()), self.notrack


def _either(one: int, other: int) -> int:
    return one if one == other else MAYBE


def _joined(one: _State | None, other: _State | None) -> _State | None:
    return one.join(other) if one is not None else other


@dataclass
class _Result:
    """What may become of a packet in a chain, in which state it may leave it, and the steps."""

    outcomes: int = 0
    fell: _State | None = None
    accepted: _State | None = None
    steps: list[Step] = field(default_factory=list)
    strange: str = ""


class _Walk:
    """One packet; also the scene that matchers look at."""

    def __init__(self, tables: Tables, view: View) -> None:
        self.view = view
        self.lists = tables.lists
        self.interfaces = tables.interfaces
        self.own = tables.own
        self.added: Mapping[tuple[str, str], int] = {}
        self.notrack = NO
        self.additions: dict[int, Addition] = {}
        self._known: dict[object, _Result] = {}
        self._above: list[str] = []

    def table(self, name: str, chains: Chains, chain: str, state: _State, reached: int) -> _Result:
        self._known.clear()
        self._table, self._chains = name, chains
        return self._chain(chain, state, reached)

    def _chain(self, name: str, state: _State, reached: int) -> _Result:
        if name in self._above:
            return _Result(_ANYTHING, state, state, strange="leads back to a chain that it was called from")
        if len(self._above) >= _DEEPEST:
            return _Result(_ANYTHING, state, state, strange=f"is the {_DEEPEST}th jump into each other")
        key = (name, state.key(), reached)
        if key not in self._known:
            self._above.append(name)
            self._known[key] = self._walk(name, state, reached)
            self._above.pop()
        return self._known[key]

    def _walk(self, name: str, state: _State, reached: int) -> _Result:
        result = _Result()
        for rule in self._chains.get(name, ()):
            self.added, self.notrack = state.added, state.notrack
            match = rule.match(self)
            if match == NO:
                continue
            before = state
            inside: tuple[Step, ...] = ()
            strange = ""
            outcome, goes_on = _ENDS.get(rule.action), False
            if rule.action in _ADDS:
                state = self._add(rule, state, match, min(match, reached))
                outcome, goes_on = 0, True
            elif rule.action in _GOES_ON:
                continue
            elif rule.action == "notrack":
                state, outcome, goes_on = state.with_notrack(match), 0, True
            elif rule.action == "jump" and rule.row.get("jump-target"):
                called = self._chain(rule.row["jump-target"], state, min(match, reached))
                inside, outcome, strange = tuple(called.steps), called.outcomes & ~_FALL, called.strange
                result.accepted = _joined(result.accepted, called.accepted)
                goes_on = bool(called.outcomes & _FALL)
                state = called.fell if called.fell is not None else state
            elif rule.action == "fasttrack-connection":
                # Packets that cannot take the fast path go on to the next rules (RouterOS manual, FastTrack).
                outcome, goes_on = _ACCEPT, True
            elif self._table == "nat" and rule.action in _SENT_ELSEWHERE:
                outcome = _OUT_OF_SIGHT
            elif outcome is None:
                # An action of another release, or a jump to nowhere.
                outcome, goes_on = _ANYTHING, True
                strange = f"has the action {rule.action}" + (" without a target" if rule.action == "jump" else "")
            if outcome & _ACCEPT and rule.action != "jump":
                result.accepted = _joined(result.accepted, before)
            if outcome & _FALL:
                result.fell = _joined(result.fell, before)
            result.outcomes |= outcome
            self.added, self.notrack = before.added, before.notrack
            result.steps.append(self._step(rule, match, inside, strange))
            if match == YES and not goes_on:
                return result
            if match == MAYBE:
                # Either what the rule did, or that it was passed by.
                state = before.join(state) if goes_on else before
            if outcome:
                reached = MAYBE
        result.outcomes |= _FALL
        result.fell = _joined(result.fell, state)
        return result

    def _step(self, rule: Rule, match: int, inside: tuple[Step, ...], strange: str) -> Step:
        unsure = rule.unsure(self) if match == MAYBE else ()
        return Step(rule.table, rule.chain, rule, match == YES, unsure, inside, strange, self.lists)

    def _add(self, rule: Rule, state: _State, match: int, certainty: int) -> _State:
        side, name = _ADDS[rule.action], rule.row.get("address-list", "")
        span = self.view.source if side == "src" else self.view.destination
        if not (span[0] == span[1] and self.lists.is_static(name, span[0])):
            timeout = rule.row.get("address-list-timeout", "none-dynamic")
            known = self.additions.get(id(rule))
            certain = certainty == YES or (known is not None and known.certain)
            self.additions[id(rule)] = Addition(name, _text(span, self.view.family), timeout, certain, rule)
        return state.with_added((side, name), match)


def _text(span: Span, family: int) -> str:
    """One address as address lists show it, "" for several."""
    if span[0] != span[1]:
        return ""
    if family == 4:
        return prefix_text(ipaddress.IPv4Network(span[0]), masked=False)
    return prefix_text(ipaddress.IPv6Network(span[0]))


def _before_routing(view: View, chain: str) -> View:
    """The packet as raw prerouting sees it: not bound for an interface yet, and not counted as forwarded yet."""
    ttl = view.ttl
    if chain == "forward" and view.packet.ttl is not None:
        ttl = ttl[0] + 1, ttl[1] + 1
    return replace(view, ttl=ttl, no_out=True, departs=False)


def judge(tables: Tables, chain: str, packet: Packet) -> Verdict:
    """What becomes of the packet in a chain of the filter table, raw rules (and for input dst-nat) before it included.

    For a chain of one's own the end of the chain is no answer: it is unknown what the caller does then.

    :raises BadPacket: the packet and the tables are of different families, or the packet says what cannot be.
    """
    families = {family_of(packet.source), family_of(packet.destination), packet.family} - {0}
    if len(families) > 1:
        raise BadPacket("the packet has addresses of two families")
    view = View.of(packet, tables.family, chain)
    walk = _Walk(tables, view)
    state, reached, steps, outcomes = _State(), YES, list[Step](), 0
    elsewhere: Rule | None = None
    raw = {"input": "prerouting", "forward": "prerouting", "output": "output"}.get(chain)
    if raw is not None and tables.raw:
        walk.view = _before_routing(view, chain) if raw == "prerouting" else view
        found = walk.table("raw", tables.raw_chains, raw, state, reached)
        steps += found.steps
        passed = _joined(found.fell, found.accepted)
        if passed is None:
            return Verdict(DROPPED, tuple(steps), tuple(walk.additions.values()))
        outcomes, state = found.outcomes & ~(_ACCEPT | _FALL), passed
        reached = MAYBE if outcomes else YES
        walk.view = view
    if chain == "input" and tables.nat and packet.state in (None, "new"):
        found = walk.table("nat", tables.nat_chains, "dstnat", state, reached)
        steps += [step for step in found.steps if any(each.sends_elsewhere for each in flat((step,)))]
        if found.outcomes == _OUT_OF_SIGHT:
            elsewhere = [step.rule for step in flat(tuple(found.steps)) if step.sends_elsewhere][-1]
        outcomes |= found.outcomes & ~(_ACCEPT | _FALL)
        reached = MAYBE if outcomes else YES
        state = _joined(found.fell, found.accepted) or state
    found = walk.table("filter", tables.filter_chains, chain, state, reached)
    steps += found.steps
    outcomes |= found.outcomes
    if outcomes & _FALL:
        steps.append(Step("filter", chain, None, True))
        outcomes = outcomes & ~_FALL | (_ACCEPT if chain in BUILT_IN else _OUT_OF_SIGHT)
    answer = {_ACCEPT: ACCEPTED, _DROP: DROPPED}.get(outcomes, UNKNOWN)
    return Verdict(answer, tuple(steps), tuple(walk.additions.values()), elsewhere)
