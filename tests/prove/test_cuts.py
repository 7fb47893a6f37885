# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cut: whatever happens at whichever sentence, the router is as before or as after, and its operator gets in."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.prove.cutting import COMMON, KINDS, Told, Trial, trial_of
from ansible_collections.bastion.routeros.tests.prove.filters import Watch
from ansible_collections.bastion.routeros.tests.prove.scenarios import (
    CLOSING,
    OPENING,
    OWN_ACCOUNT,
    RULESET,
    SCENARIOS,
    Scenario,
    saved,
)
from ansible_collections.bastion.routeros.tests.prove.states import (
    State,
    differences,
    digest,
    state_of,
    without_inert,
)

TRUSTED = ("127.0.0.1",)
STRANGERS = ("127.0.9.9", "203.0.113.66", "2001:db8::9")
_ENDS: dict[tuple[str, str], tuple[State, State, int]] = {}
_PROVED: set[str] = set()


def uncut(version: str, scenario: Scenario) -> tuple[State, State, int]:
    """The router before and after the scenario, and its number of sentences, when nothing happens."""
    key = (version, scenario.name)
    if key not in _ENDS:
        with trial_of(scenario, version, saved(version, scenario)) as trial:
            before = state_of(trial.place.router)
            told = trial.run()
            assert told.outcome is not None, told.text
            sentences = trial.sentences
            trial.settle()
            _ENDS[key] = (before, state_of(trial.place.router), sentences)
    return _ENDS[key]


def _name(value: object) -> str:
    return (value.name if isinstance(value, Scenario) else str(value)).replace(" ", "-")


OLD = ("7.12.2", "7.16.2")
# "make test-full" sets this: every sentence of every case. Otherwise some cases, and some sentences of each.
FULL = os.environ.get("PROVE_CUTS") == "all"
# Everything on the newest release; on the first one with safe mode, and on those with a dead-man switch instead of it,
# what there must be everywhere.
CASES = [
    *((scenario, "7.24", kind) for scenario in SCENARIOS for kind in KINDS),
    *((scenario, "7.18.2", kind) for scenario in SCENARIOS for kind in COMMON),
    *((scenario, version, kind) for scenario in (RULESET, OWN_ACCOUNT) for version in OLD for kind in COMMON),
]
# What every run proves, and that it cuts at every so manieth sentence.
SOME = {
    (OPENING.name, "7.24"): 3,
    (CLOSING.name, "7.24"): 2,
    (RULESET.name, "7.24"): 2,
    (OWN_ACCOUNT.name, "7.24"): 2,
    (RULESET.name, "7.12.2"): 4,
}


def cases() -> list[tuple[Scenario, str, str]]:
    """All of them, or those of every run."""
    return [case for case in CASES if FULL or (case[2] in COMMON and (case[0].name, case[1]) in SOME)]


@pytest.mark.parametrize(("scenario", "version", "kind"), cases(), ids=_name)
def test_every_cut(scenario: Scenario, version: str, kind: str, record_property: Callable[[str, object], None]) -> None:
    before, after, sentences = uncut(version, scenario)
    tried = judged = 0
    between: list[str] = []
    wrong: list[str] = []
    step = 1 if FULL else SOME[scenario.name, version]
    # Each kind begins at another sentence, so that together they miss none or few.
    chosen = range((0 if FULL else COMMON.index(kind)) % step, sentences, step)
    for sentence in chosen:
        with trial_of(scenario, version, saved(version, scenario)) as trial:
            watch = Watch(trial.place.router, TRUSTED, STRANGERS if scenario.guarded else ())
            happened = trial.interrupt(sentence, kind)
            told = trial.run()
            trial.settle()
            tried += happened()
            judged += watch.judged
            where = f"{kind} at sentence {sentence}"
            wrong += [f"{where}: {each}" for each in watch.wrong]
            fault = fault_of(trial, told, before, after) or aftermath(trial, after)
            if fault:
                between.append(f"{where}: {fault} (told: {told.text})")
    record_property("count: cuts tried", tried)
    record_property("count: states in between", len(between))
    record_property("count: intermediate rulesets judged", judged)
    record_property("count: intermediate rulesets wrong", len(wrong))
    # One sentence more or less is sent while a certificate is waited for.
    assert tried >= len(chosen) - 3
    assert tried
    assert not between, "\n".join(between[:5])
    assert not wrong, "\n".join(wrong[:5])


def fault_of(trial: Trial, told: Told, before: State, after: State) -> str:
    """What is wrong with the router, or with what was said about it."""
    found = without_inert(state_of(trial.place.router))
    if found == without_inert(after):
        if told.error is not None and "Everything was undone" in told.text:
            return "it is changed, though all was said to be undone"
        return ""
    if found != without_inert(before):
        return f"between before and after: {differences(found, without_inert(before))}"
    return "it was said to be changed, and is not" if told.outcome is not None else ""


def aftermath(trial: Trial, after: State) -> str:
    """Whether the operator gets in, and the next run ends in what is wanted; each state that is left is tried once."""
    place = trial.place
    key = digest(state_of(place.router), place.router.version, trial.scenario.name, place.ca.exists())
    if key in _PROVED:
        return ""
    trial.rest()
    for door in trial.scenario.doors:
        try:
            door(place).open().close()
        except RouterError as error:
            refused = error.message
        else:
            break
    else:
        return f"the operator does not get in: {refused}"
    told = trial.run(door(place), anew=True)
    if told.outcome is None:
        return f"the next run fails: {told.text}"
    trial.settle()
    found = state_of(place.router)
    left = differences(found, {"/file": [], **after})
    if left:
        return f"the next run ends elsewhere: {left}"
    try:
        trial.scenario.doors[-1](place).open().close()
    except RouterError as error:
        return f"the operator does not get in after the next run: {error.message}"
    _PROVED.add(key)
    return ""
