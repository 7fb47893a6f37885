# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Never locked out: every way to do it is refused or undone, and what only looks like one is carried out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import RolledBack
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.prove.house import MIXTURES, VERSIONS, Case, House, Stage
from ansible_collections.bastion.routeros.tests.prove.lockouts import LOCKOUTS
from ansible_collections.bastion.routeros.tests.prove.lookalikes import LOOKALIKES

Record = Callable[[str, object], None]


def mixture_of(cases: list[Case], case: Case, version: str) -> Mapping[str, Any]:
    """Another mixture of switches for each case and release, so that all of them are met often."""
    return MIXTURES[(cases.index(case) * len(VERSIONS) + VERSIONS.index(version)) % len(MIXTURES)]


def test_forty_of_each() -> None:
    for cases in (LOCKOUTS, LOOKALIKES):
        assert len({case.name for case in cases}) == len(cases) >= 40
        met = [mixture_of(cases, case, version) for case in cases for version in VERSIONS]
        assert all(mixture in met for mixture in MIXTURES)


@pytest.mark.parametrize("case", LOCKOUTS, ids=str)
def test_a_lockout_is_refused_or_undone(secured: House, case: Case, record_property: Record) -> None:
    record_property("tried", "lock-outs tried")
    record_property("bad", "lock-outs succeeded")
    with secured.stage(case, mixture_of(LOCKOUTS, case, secured.version)) as stage:
        assert stage.get_in()
        before, written = stage.look(), stage.writes()
        text = failure(stage)
        if text.rolled_back:
            assert stage.settle(before) == before, text
        else:
            assert stage.writes() == written, text
        assert stage.look() == before, text
        stage.router.advance(5)  # rules act a moment later
        assert stage.get_in()
        assert re.search(case.why, str(text)), text


@pytest.mark.parametrize("name", ["a tunnel that nobody answers", "only from the wrong interfaces"])
def test_where_the_session_is_cut_a_dead_man_switch_fires(
    houses: Callable[[str], House], name: str, record_property: Record
) -> None:
    """Before 7.18, for a user that may have one."""
    record_property("tried", "lock-outs tried")
    record_property("bad", "lock-outs succeeded")
    (case,) = [case for case in LOCKOUTS if case.name == name]
    rights = {"policy": "read,write,api,policy,sensitive,ftp,reboot,test"}
    case = dataclasses.replace(case, armed=True, changed=(("/user/group", "automation", rights),))
    with houses(VERSIONS[0]).stage(case, {}) as stage:
        before = stage.look()
        text = failure(stage)
        assert text.rolled_back
        assert "dead-man switch has fired" in text
        assert stage.look() == before
        assert stage.get_in()


class Failure(str):
    """What a transaction failed with."""

    rolled_back = False


def failure(stage: Stage) -> Failure:
    """What comes of playing the case; it must fail, and in check mode it must write nothing."""
    written = stage.writes()
    checked = None
    try:
        stage.play(check_mode=True)
    except (BadOption, RouterError) as error:
        checked = error
    assert stage.writes() == written
    with pytest.raises((BadOption, RouterError)) as caught:
        stage.play()
    text = Failure(caught.value)
    text.rolled_back = isinstance(caught.value, RolledBack)
    # What is refused is refused in check mode too.
    assert text.rolled_back == (checked is None), (str(text), checked)
    return text


@pytest.mark.parametrize("case", LOOKALIKES, ids=str)
def test_what_is_legitimate_is_carried_out(secured: House, case: Case, record_property: Record) -> None:
    record_property("tried", "legitimate changes tried")
    record_property("bad", "legitimate changes refused")
    with secured.stage(case, mixture_of(LOOKALIKES, case, secured.version)) as stage:
        assert stage.get_in()
        assert stage.play().changed
        after = stage.look()
        assert stage.get_in()
        assert not stage.play().changed
        assert stage.look() == after
