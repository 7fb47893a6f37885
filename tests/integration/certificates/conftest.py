# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers of all versions, and what a client sees of their certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import SCALE, door_to, run
from routeros_simulator.testing import Simulator, running

VERSIONS = ["7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24"]
Row = dict[str, str]


@pytest.fixture(params=VERSIONS)
def router(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with running(request.param, time_scale=SCALE) as simulator:
        yield simulator


@pytest.fixture
def modern() -> Iterator[Simulator]:
    with running("7.24", time_scale=SCALE) as simulator:
        yield simulator


def certificate(router: Simulator, name: str = "api", **options: Any) -> Outcome:
    """One call of the module over the plain API."""
    return run(door_to(router.api_port), ("certificate", {"name": name, **options}))[1]


def ask(router: Simulator, *words: str) -> list[Row]:
    """The rows that one command answers with."""
    session = door_to(router.api_port).open()
    try:
        return session.call(*words).rows
    finally:
        session.close()


def read(router: Simulator, path: str = "/certificate") -> list[Row]:
    """A menu as a client sees it."""
    return ask(router, f"{path}/print")


def row(router: Simulator, name: str) -> Row:
    return next((each for each in read(router) if each["name"] == name), {})


def names(router: Simulator) -> list[str]:
    return sorted(each["name"] for each in read(router))


def files(router: Simulator) -> list[str]:
    return sorted(each["name"] for each in read(router, "/file") if each.get("type") != "directory")
