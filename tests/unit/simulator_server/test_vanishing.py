# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the holder of safe mode ends, and when the router notices."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from routeros_simulator.testing import running

OUTSIDE, OTHER = "127.0.0.66", "127.0.0.67"

Raw = Callable[..., Any]


@pytest.mark.parametrize("speaks", [False, True])
def test_an_end_that_is_dropped_is_noticed_after_nine_minutes(
    speaks: bool, raw: Raw, login: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    """The holder of safe mode locks itself out: its close cannot be heard, so nothing is rolled back for a while."""
    with running("7.22.3", switches={"syn_retransmits": False}) as sim:
        watcher = login(sim)
        holder = raw(sim, OUTSIDE).login()
        assert holder.talk("/safe-mode/take") == [["!done"]]
        assert holder.talk("/ip/firewall/filter/add", "=chain=input", "=action=drop", f"=src-address={OUTSIDE}")
        if speaks:
            holder.send("/safe-mode/release")
            assert holder.silent()
        holder.socket.close()
        time.sleep(0.1)
        sim.advance(300)
        assert [row["address"] for row in watcher.path("user", "active")].count(OUTSIDE) == 1
        assert len(list(watcher.path("ip", "firewall", "filter"))) == 1
        sim.advance(250)
        sim.advance(3)
        eventually(lambda: not list(watcher.path("ip", "firewall", "filter")))
        assert raw(sim, OUTSIDE).login()


def test_a_heard_end_rolls_back_after_two_seconds(
    raw: Raw, login: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    with running("7.22.3") as sim:
        watcher = login(sim)
        holder = raw(sim, OUTSIDE).login()
        holder.talk("/safe-mode/take")
        holder.talk("/ip/firewall/filter/add", "=chain=input", "=action=drop", f"=src-address={OTHER}")
        holder.socket.close()
        eventually(lambda: all(row["address"] != OUTSIDE for row in watcher.path("user", "active")))
        assert list(watcher.path("ip", "firewall", "filter"))
        sim.advance(2.1)
        assert not list(watcher.path("ip", "firewall", "filter"))
