# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors to simulated routers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import ConnectionOptions, Door
from routeros_simulator.testing import Simulator, running

VERSIONS = ["7.12.2", "7.18.2", "7.24"]


def door_to(port: int, **options: Any) -> Door:
    """A door to the plain API as admin out of the box, unless the options say otherwise."""
    settings: dict[str, Any] = {"host": "127.0.0.1", "user": "admin", "port": port, "tls": "plain", **options}
    return Door(ConnectionOptions(**settings))


@pytest.fixture(params=VERSIONS)
def router(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A router out of the box whose seconds are short."""
    with running(str(request.param), time_scale=50.0) as simulator:
        yield simulator
