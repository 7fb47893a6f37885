# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.tables import Rule
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.walk import (
    ACCEPTED,
    BUILT_IN,
    DROPPED,
    Step,
    Verdict,
    flat,
)

_DOES = {
    "accept": "accepts it",
    "drop": "drops it",
    "reject": "rejects it",
    "tarpit": "holds it in a tarpit",
    "fasttrack-connection": "may accept it at once (fasttrack)",
}
_MOST = 4


def name_rule(rule: Rule) -> str:
    """How people find a rule: its number in the table, its chain, its comment; counted from 0, as routers do."""
    table = "" if rule.table == "filter" else f" of the {rule.table} table"
    comment = f', "{rule.comment}"' if rule.comment else ""
    return f"rule {rule.position}{table} (chain {rule.chain}{comment})"


def show_rule(rule: Rule) -> str:
    """The rule's matchers and its action, as one line."""
    target = rule.row.get("jump-target", "") if rule.action == "jump" else ""
    words = [str(each) for each in rule.matchers if each.name != "invalid"]
    return " ".join([*words, f"action={rule.action}", *([f"jump-target={target}"] if target else [])])


def explain(verdict: Verdict) -> str:
    """What becomes of the packet, which rule decides, how the packet gets there, and what the answer hangs on."""
    decisions = list(_decisions(verdict.path))
    if verdict.answer in (ACCEPTED, DROPPED):
        return f"{verdict.answer.capitalize()}: {_certain(decisions)}."
    shown = [_possible(way, step) for way, step in decisions]
    if len(shown) > _MOST:
        shown[_MOST - 1 : -1] = [f"{len(shown) - _MOST} more rules may decide"]
    strange = _strange(verdict.path)
    return "Cannot tell: " + "; otherwise ".join([*shown, *strange] or ["nothing is known about the way"]) + "."


def _decisions(path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Step]]:
    """The steps that (may) end the way, each with the jumps that lead there. Chains met twice are walked once."""
    seen: set[int] = set()

    def walk(steps: tuple[Step, ...], way: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Step]]:
        for step in steps:
            if id(step) in seen:
                continue
            seen.add(id(step))
            if step.decides:
                yield way, step
            yield from walk(step.inside, (*way, step))

    return walk(path, ())


def _certain(decisions: list[tuple[tuple[Step, ...], Step]]) -> str:
    way, step = decisions[-1]
    others = len(decisions) - 1
    before = f" ({others} rules before it may decide too, the same way)" if others > 1 else ""
    before = " (one rule before it may decide too, the same way)" if others == 1 else before
    return _decides(way, step) + before


def _decides(way: tuple[Step, ...], step: Step) -> str:
    if step.rule is None:
        if step.chain in BUILT_IN:
            return f"no rule of chain {step.chain} stops it, and the end of a built-in chain accepts"
        return f"the end of chain {step.chain} is reached, and what follows depends on where it was called from"
    does = "sends it to another destination" if step.sends_elsewhere else _DOES.get(step.action, step.action)
    jumps = ", ".join(name_rule(each.rule) for each in way if each.rule is not None)
    by = f", reached through {jumps}" if jumps else ""
    return f"{name_rule(step.rule)} {does}: {show_rule(step.rule)}{by}"


def _possible(way: tuple[Step, ...], step: Step) -> str:
    doubts = list(dict.fromkeys(doubt for each in (*way, step) for doubt in each.doubts))
    return _decides(way, step) + (f" - depending on {', and on '.join(doubts)}" if doubts else "")


def _strange(path: tuple[Step, ...]) -> list[str]:
    """Rules of which nobody knows what they do."""
    found = [(step.rule, step.strange) for step in flat(path) if step.strange]
    return [f"{name_rule(rule)} {why}, and what that does is not known" for rule, why in found if rule][:_MOST]
