# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for pytest, there as soon as the package is installed.

routeros: a fresh router for one test. routeros_factory: any number of them, of any version and with any switches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import Simulator


def pytest_addoption(parser: pytest.Parser) -> None:
    """--routeros-version, and the same in a configuration file."""
    text = "RouterOS version of the fixture routeros"
    parser.addini("routeros_version", text, default="7.22.3")
    parser.addoption("--routeros-version", help=text)


@pytest.fixture
def routeros_factory() -> Iterator[Callable[..., Simulator]]:
    """Start a router: version and options as in routeros_simulator.testing.running; all end with the test."""
    from .testing import running

    with ExitStack() as stack:

        def start(version: str = "7.22.3", **options: Any) -> Simulator:
            return stack.enter_context(running(version, **options))

        yield start


@pytest.fixture
def routeros(request: pytest.FixtureRequest, routeros_factory: Callable[..., Simulator]) -> Simulator:
    """A router as it comes out of the box: user admin without a password, on .api_port and .api_ssl_port."""
    version = request.config.getoption("--routeros-version") or request.config.getini("routeros_version")
    return routeros_factory(version)
