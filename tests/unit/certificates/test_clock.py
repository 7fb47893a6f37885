# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router that lives in 1970 makes no certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.certificate import clock_problem

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("date", ["1970-01-02", "jan/02/1970", "2026-11-19", "2026-11-25", "2036-11-22"])
def test_a_wrong_clock_is_told(date: str) -> None:
    assert date in clock_problem({"date": date}, NOW)
    assert "2026-11-22" in clock_problem({"date": date}, NOW)


@pytest.mark.parametrize("clock", [{"date": "2026-11-22"}, {"date": "nov/22/2026"}, {}, {"date": "Yesterday"}])
def test_a_right_clock_and_an_unknown_one_are_no_problem(clock: dict[str, str]) -> None:
    assert clock_problem(clock, NOW) == ""


@pytest.mark.parametrize("hour", range(0, 24, 3))
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_time_zones_are_no_problem(hour: int, days: int) -> None:
    now = NOW.replace(hour=hour)
    assert clock_problem({"date": f"{now + timedelta(days=days):%Y-%m-%d}"}, now) == ""
