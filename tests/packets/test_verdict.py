# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdict against netfilter: random tables, random packets, really sent, and the kernel is right."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import (
    ACCEPTED,
    DROPPED,
    UNKNOWN,
    Tables,
    Verdict,
    explain,
    judge,
)
from ansible_collections.bastion.routeros.tests.packets.arena import NETWORKS, Arena
from ansible_collections.bastion.routeros.tests.packets.dice import INTERFACE_TABLES, MEMBERS, Dice, Flow, Row, Shot
from ansible_collections.bastion.routeros.tests.packets.frames import Frame
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab
from ansible_collections.bastion.routeros.tests.packets.nft import Script, translate
from ansible_collections.bastion.routeros.tests.packets.tally import Tally

pytestmark = pytest.mark.real_packets

# How many rulesets of each kind and family, and where the random numbers start; more of them by hand.
RULESETS = int(os.environ.get("PACKETS_RULESETS", "30"))
SEED = int(os.environ.get("PACKETS_SEED", "1"))
SHOTS = 40
BLURS = 3
MOST_UNKNOWN = 0.05


@dataclass
class Judged:
    """A packet that was sent, and what verdict says: of the packet, and of the same with less known about it."""

    shot: Shot
    verdict: Verdict
    blurred: list[Verdict]


class Field:
    """The arena, with connections that exist."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.number = 0
        self.flows: dict[int, list[Flow]] = {}
        for family in (4, 6):
            self.flows[family] = Dice(family, SEED).flows(24)
            for flow in self.flows[family]:
                self._send(flow, "syn")
                if flow.chain == "forward":
                    self._send(flow, "syn", "ack", back=True)
            arena.settle(family)
            arena.answer()
        arena.silence()
        for family, flows in self.flows.items():
            for flow in flows:
                if flow.protocol == "tcp":
                    self._send(flow, "ack")
            arena.settle(family)

    def next(self) -> int:
        """A number for a packet."""
        self.number += 1
        return self.number

    def _send(self, flow: Flow, *flags: str, back: bool = False) -> None:
        ends = (flow.source, flow.destination), (flow.source_port, flow.destination_port)
        (source, destination), ports = (ends[0][::-1], ends[1][::-1]) if back else ends
        frame = Frame(self.next(), source, destination, flow.protocol, *ports, flags if flow.protocol == "tcp" else ())
        self.arena.send(frame, "ether2" if back else "ether1")


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    """The arena, for all tests of this file."""
    with Lab() as lab:
        arena = Arena(lab)
        try:
            yield Field(arena)
        finally:
            arena.close()


class Match:
    """One pair of tables, loaded into the kernel and known to verdict."""

    def __init__(self, field: Field, dice: Dice, open_ones: float) -> None:
        self.field, self.dice = field, dice
        filters = dice.filter(dice.random.randint(10, 60), open_ones)
        raw = dice.raw(dice.random.choice([0, 0, 3, 8]))
        self.rows: list[Row] = dice.address_lists()
        self.before = list(self.rows)
        self.script: Script = translate(
            dice.family,
            filter=filters,
            raw=raw,
            address_lists=self.rows,
            interface_members=MEMBERS,
            approximate=bool(open_ones),
        )
        addresses = [{"address": text, "interface": name} for name, text in NETWORKS[dice.family].items()]
        self.tables = Tables(filters, raw=raw, addresses=addresses, family=dice.family, **INTERFACE_TABLES)
        self.certain_lists = True
        field.arena.load(self.script)

    def play(self) -> list[Judged]:
        """Send packets, and judge each with the lists as the ones before it left them."""
        judged = []
        for _unused in range(SHOTS):
            shot = self.dice.shot(self.field.next(), self.field.flows[self.dice.family])
            self.tables = self.tables.replaced(address_lists=self.rows)
            verdict = judge(self.tables, shot.chain, shot.packet)
            blurred = [judge(self.tables, shot.chain, self.dice.blur(shot.packet)) for _unused in range(BLURS)]
            judged.append(Judged(shot, verdict, blurred))
            self._remember(verdict)
            self.field.arena.send(shot.frame, shot.interface)
        self.field.arena.settle(self.dice.family)
        return judged

    def _remember(self, verdict: Verdict) -> None:
        added = []
        for each in verdict.may_add:
            assert each.address, "the packet's addresses are known"
            row = each.row()
            if not each.certain:
                # From here on nobody knows whether it is in the list: just like an entry that is a name.
                self.certain_lists = False
                row = {"list": each.list, "address": "perhaps.example.net"}
            if row not in self.rows:
                added.append(row)
        self.rows = [*self.rows, *added]

    def check_lists(self) -> None:
        """The kernel's lists are what verdict said that rules would add, no more and no less."""
        if not self.certain_lists:
            return
        for name, kernel in self.field.arena.listed(self.script, self.dice.family).items():
            said = {row["address"].removesuffix("/128") for row in self.rows if _holds(row, name)}
            static = {row["address"].removesuffix("/128") for row in self.before if _holds(row, name)}
            assert kernel - static == said - static, f"address list {name}"

    def story(self, judged: Judged, kernel: str) -> str:
        """Everything about a disagreement."""
        rules = "\n".join(f"  {at}: {row}" for at, row in enumerate([*self.tables.raw, *self.tables.filter]))
        return (
            f"chain {judged.shot.chain}, {judged.shot.packet}\nkernel: {kernel}, verdict: {judged.verdict.answer}\n"
            f"{explain(judged.verdict)}\nrules (raw, then filter):\n{rules}\nlists: {self.rows}\n{self.script.text}"
        )


def _holds(row: Row, name: str) -> bool:
    return row["list"] == name and row.get("disabled") != "true" and "-" not in row["address"]


def compete(field: Field, family: int, seed: int, open_ones: float, tally: Tally) -> None:
    """One pair of tables and its packets; disagreements fail, what verdict does not know is counted."""
    match = Match(field, Dice(family, seed), open_ones)
    judged = match.play()
    notes = field.arena.notes(family)
    for each in judged:
        number = each.shot.frame.number
        assert number in notes.arrived, f"packet {number} was lost on the way: {each.shot}"
        state = notes.states.get(number, "untracked")
        assert state in (each.shot.packet.state, "untracked"), f"{each.shot} is {state} to connection tracking"
        kernel = ACCEPTED if number in notes.passed else DROPPED
        tally.count(each.verdict.answer, kernel)
        assert each.verdict.answer in (kernel, UNKNOWN), match.story(each, kernel)
        for less in each.blurred:
            tally.count_blurred(less.answer, kernel)
            assert less.answer in (kernel, UNKNOWN), match.story(Judged(each.shot, less, []), kernel)
    match.check_lists()


@pytest.mark.parametrize("family", [4, 6])
def test_what_translates_exactly(field: Field, family: int, tallies: dict[str, Tally]) -> None:
    """Verdict knows nearly all, and the kernel agrees."""
    tally = Tally()
    for seed in range(SEED, SEED + RULESETS):
        compete(field, family, seed, 0.0, tally)
    tallies["exact"] += tally
    assert tally.compared == RULESETS * SHOTS
    assert tally.accepted > tally.compared / 5
    assert tally.dropped > tally.compared / 5
    assert tally.unknown <= tally.compared * MOST_UNKNOWN
    assert tally.blurred_known > tally.blurred / 5


@pytest.mark.parametrize("family", [4, 6])
def test_rules_that_count_or_guess(field: Field, family: int, tallies: dict[str, Tally]) -> None:
    """Verdict may not know, but what it claims to know is so."""
    tally = Tally()
    rulesets = max(1, RULESETS // 4)
    for seed in range(SEED, SEED + rulesets):
        compete(field, family, seed + 1_000_000, 0.2, tally)
    tallies["open"] += tally
    assert tally.unknown > 0
    assert tally.unknown < tally.compared * 0.9
