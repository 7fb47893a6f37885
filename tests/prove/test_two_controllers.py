# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two controllers at once, and sessions that write meanwhile: what is said to be kept was proved, and is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.prove.cutting import Trial, trial_of
from ansible_collections.bastion.routeros.tests.prove.filters import Watch
from ansible_collections.bastion.routeros.tests.prove.role_lists import Call
from ansible_collections.bastion.routeros.tests.prove.scenarios import (
    MANY_RULES,
    OTHER,
    RULESET,
    SCENARIOS,
    Scenario,
    changes_of,
    saved,
)
from ansible_collections.bastion.routeros.tests.prove.states import differences, state_of, without_inert, without_twins
from ansible_collections.bastion.routeros.tests.prove.test_cuts import FULL, STRANGERS, TRUSTED, uncut

Record = Callable[[str, object], None]


def other_controller(trial: Trial, calls: Sequence[Call], wait: float = 0.0) -> str:
    """A whole transaction of somebody else, over connections of its own; "done", or why not."""
    place = trial.place
    transaction = Transaction(
        RULESET.doors[0](place), changes_of(calls), Settings(safe_mode_wait=wait), sleep=trial.network.pass_time
    )
    try:
        transaction.run()
    except RouterError as error:
        return error.kind
    return "done"


# As in test_cuts: every sentence with "make test-full", else every so manieth of some.
STEP = 1 if FULL else 4
SHARED = [(RULESET, "7.24"), *([(RULESET, "7.18.2"), (MANY_RULES, "7.24")] if FULL else [])]


def _name(value: object) -> str:
    return (value.name if isinstance(value, Scenario) else str(value)).replace(" ", "-")


def _has_kept(sent: Sequence[str]) -> bool:
    """Whether these sentences hold a proof and the release after it."""
    proof = "/system/identity/print"
    return proof in sent and "/safe-mode/release" in sent[sent.index(proof) :]


@pytest.mark.parametrize(("scenario", "version"), SHARED, ids=_name)
def test_another_controller_at_every_sentence(scenario: Scenario, version: str, record_property: Record) -> None:
    """Both want the same ruleset, each in its own way; the second comes in between, at every sentence of the first."""
    before, after, sentences = uncut(version, scenario)
    with trial_of(scenario, version, saved(version, scenario)) as trial:
        assert other_controller(trial, OTHER) == "done"
        others = state_of(trial.place.router)
    faults: list[str] = []
    wrong: list[str] = []
    judged = 0
    chosen = range(0, sentences, STEP)
    for sentence in chosen:
        with trial_of(scenario, version, saved(version, scenario)) as trial:
            watch = Watch(trial.place.router, TRUSTED, STRANGERS)
            said: list[str] = []
            trial.at(sentence, lambda trial=trial, said=said: said.append(other_controller(trial, OTHER)))  # type: ignore[misc]
            told = trial.run()
            judged += watch.judged
            wrong += [f"at sentence {sentence}: {each}" for each in watch.wrong]
            trial.settle()
            found = without_twins(state_of(trial.place.router))
            # The last one who kept a change is right; when nobody did, nothing has changed.
            first_came_first = _has_kept(trial.sent[:sentence])
            wanted = after if told.outcome is not None else before
            if said == ["done"] and (told.outcome is None or first_came_first):
                wanted = others
            if found != without_twins(wanted):
                faults.append(
                    f"at sentence {sentence}: one was told {told.text}, the other {said}: "
                    f"{differences(found, without_twins(wanted))}"
                )
    record_property("count: turns tried", len(chosen))
    record_property("count: turns belied", len(faults))
    record_property("count: intermediate rulesets judged", judged)
    record_property("count: intermediate rulesets wrong", len(wrong))
    assert not faults, "\n".join(faults[:3])
    assert not wrong, "\n".join(wrong[:3])


def a_writer(trial: Trial, writer: Session, actions: int, held: list[bool], written: list[int]) -> Callable[[], None]:
    """A session that writes so many times; it notes whether safe mode was held then, and after how many commands."""
    router = trial.place.router

    def write() -> None:
        written.append(len(trial.sent))
        held.append(router.call(lambda: router.router.safe_mode.holder is not None))
        for number in range(actions):
            writer.call("/system/note/set", f"=note=number {number}")

    return write


@pytest.mark.parametrize("actions", [1, 101])
@pytest.mark.parametrize("scenario", SCENARIOS[2:] if FULL else [RULESET], ids=_name)
def test_a_session_that_writes_at_every_sentence(scenario: Scenario, actions: int, record_property: Record) -> None:
    """One action, or so many that safe mode is gone: then nothing is said to be kept, and ours is undone."""
    version = "7.24"
    before, after, sentences = uncut(version, scenario)
    faults: list[str] = []
    chosen = range(0, sentences, STEP)
    for sentence in chosen:
        with trial_of(scenario, version, saved(version, scenario)) as trial:
            router = trial.place.router
            writer = RULESET.doors[0](trial.place).open()
            held: list[bool] = []
            written: list[int] = []
            trial.at(sentence, a_writer(trial, writer, actions, held, written))
            told = trial.run()
            gone = actions > 100 and held == [True]
            with suppress(RouterError):
                writer.close()
            trial.settle()
            found, wanted = (
                {path: rows for path, rows in without_inert(state).items() if path != "/system/note"}
                for state in (state_of(router), after if told.outcome is not None else before)
            )
            if found != wanted:
                faults.append(f"at sentence {sentence}: told {told.text}: {differences(found, wanted)}")
            # What is idle is cleared under a hold of its own, after the change was proved and kept.
            proved = "/safe-mode/take" in trial.sent[written[-1] :] or _has_kept(trial.sent[: written[-1]])
            if gone and told.outcome is not None and not proved:
                faults.append(f"at sentence {sentence}: kept, though safe mode was gone before the proof")
    record_property("count: turns tried", len(chosen))
    record_property("count: turns belied", len(faults))
    assert not faults, "\n".join(faults[:3])
