# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated router and an inventory for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage, settle
from routeros_simulator.testing import Simulator, running


@pytest.fixture
def router() -> Iterator[Simulator]:
    """A router as it comes out of the box."""
    with running("7.22.3", time_scale=5) as simulator:
        yield simulator


@pytest.fixture
def stage(router: Simulator, tmp_path: Path) -> Stage:
    """An inventory for that router, whose controller is trusted."""
    return Stage(
        tmp_path,
        router.api_ssl_port,
        {
            "knock_sequence": ["tcp/41873", "udp/12077", "tcp/28511"],
            "knock_ports": ["{{ ansible_port }}"],
            "knock_trusted_sources": ["127.0.0.1"],
            "knock_settle": settle(),
        },
    )
