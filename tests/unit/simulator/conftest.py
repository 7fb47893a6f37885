# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers without sockets."""

from __future__ import annotations

import pytest
from routeros_simulator.clock import Clock
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router


class StillClock(Clock):
    """A clock that only moves when a test advances it."""

    def __init__(self) -> None:
        super().__init__(start=1_760_000_000.0, monotonic=lambda: 0.0)


def make_router(version: str) -> Router:
    """A router whose time stands still."""
    return Router(version, clock=StillClock())


@pytest.fixture
def router() -> Router:
    """A router of a version between the extremes."""
    return make_router("7.22.3")


@pytest.fixture
def admin(router: Router) -> LocalSession:
    """Its admin."""
    return LocalSession(router)


@pytest.fixture(params=["7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24"])
def any_router(request: pytest.FixtureRequest) -> Router:
    """A router of every version."""
    return make_router(request.param)


@pytest.fixture
def any_admin(any_router: Router) -> LocalSession:
    """The admin of every version."""
    return LocalSession(any_router)
