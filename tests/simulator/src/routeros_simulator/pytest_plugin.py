# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for pytest, there as soon as the package is installed.

routeros: a fresh router for one test. routeros_factory: any number of them, of any version and with any switches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import Simulator


def pytest_addoption(parser: pytest.Parser) -> None:
    """--routeros-version, and the same in a configuration file; --routeros-switches."""
    text = "RouterOS version of the fixture routeros"
    parser.addini("routeros_version", text, default="7.22.3")
    parser.addoption("--routeros-version", help=text)
    parser.addoption(
        "--routeros-switches",
        metavar="default|other|random:SEED",
        help="how open questions about RouterOS are decided for every router that does not say so itself",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Processes that tests start learn of the switches, too."""
    from .switches import VARIABLE, mixture

    text = config.getoption("--routeros-switches")
    if text:
        try:
            mixture(text)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
        os.environ[VARIABLE] = text


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the switches were, so that a run can be repeated."""
    from .switches import VARIABLE, mixture

    text = os.environ.get(VARIABLE) or "default"
    if text != "default":
        shown = " ".join(f"{name}={value}" for name, value in mixture(text).items())
        terminalreporter.write_line(f"--routeros-switches {text}: {shown}")


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
