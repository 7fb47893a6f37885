# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router without sockets for what a table shows, one with sockets for the rest, and our own modules on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router
from routeros_simulator.testing import Simulator

VERSION = "7.22.3"
Call = tuple[str, Mapping[str, Any]]


@pytest.fixture
def admin() -> LocalSession:
    """The admin of a fresh router."""
    return LocalSession(Router(VERSION))


def door_to(sim: Simulator, user: str = "admin", password: str = "", timeout: float = 10.0) -> Door:
    """Our own way in, over the plain API."""
    way = ConnectionOptions(
        host="127.0.0.1", port=sim.api_port, user=user, password=password, tls="plain", timeout=timeout
    )
    return Door(way)


def ours(
    sim: Simulator, module: str, options: Mapping[str, Any], *more: Call, timeout: float = 10.0, **settings: Any
) -> Outcome:
    """Run one of our modules as its action would, or several as one transaction; settings: of the transaction."""
    changes = []
    protection = Settings.__dataclass_fields__
    for name, given in ((module, options), *more):
        checked = validate(name, given)
        changes.append(change_class(name)({key: value for key, value in checked.items() if key not in protection}))
    door = door_to(sim, timeout=timeout)
    return Transaction(door, changes, Settings(**{"settle": 0.05, "safe_mode_wait": 0.5, **settings})).run()


@pytest.fixture
def once() -> Callable[[Simulator, str, Mapping[str, Any]], None]:
    """Assert that a module changes something, and nothing when it runs again."""

    def run(sim: Simulator, module: str, options: Mapping[str, Any]) -> None:
        assert ours(sim, module, options).changed
        again = ours(sim, module, options)
        assert not again.changed, again.plans

    return run
