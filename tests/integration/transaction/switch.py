# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the dead-man switch share: changes that need it or do not, a run, and what it leaves."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import (
    Outcome,
    Transaction,
)
from routeros_simulator.testing import Simulator

from .conftest import changes_of, door_to

WITHOUT = ["7.12.2", "7.16.2"]
# Slow enough for a run to end before its switch fires, fast enough to see it fire.
SCALE = 20.0
FIRES = 2 * deadman.duration(2.0, 30.0, 10)
JOBS, FILES = "/system/scheduler", "/file"
# Nobody can tell beforehand what comes of it: the own account.
DOUBTFUL: list[tuple[str, dict[str, Any]]] = [
    ("user_group", {"name": "watchers", "policy": ["read", "api"]}),
    ("user", {"name": "admin", "address": ["127.0.0.0/8"], "update_password": "on_create"}),
]
HARMLESS: tuple[str, dict[str, Any]] = ("logging", {"topics": ["firewall"], "action": "memory", "prefix": "fw"})
LOCKED_OUT: tuple[str, dict[str, Any]] = ("service", {"name": "api", "address": ["192.0.2.0/24"]})


def run(
    port: int,
    *calls: tuple[str, dict[str, Any]],
    sleep: Callable[[float], None] = time.sleep,
    user: str = "admin",
    password: str = "",
    **settings: Any,
) -> Outcome:
    values = {"settle": 0.05, "safe_mode_wait": 0.5, **settings}
    door = door_to(port, user, password, timeout=2.0)
    return Transaction(door, changes_of(*calls), Settings(**values), sleep=sleep).run()


def ours(router: Simulator) -> tuple[list[str], list[str]]:
    """The names of our jobs and of our backups."""
    jobs = [row["name"] for row in router.rows(JOBS) if row["name"].startswith(deadman.NAME)]
    files = [row["name"] for row in router.rows(FILES) if deadman.NAME in row["name"]]
    return jobs, files
