# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doors for the tests, and the errors that they end with."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import (
    ConnectionOptions,
    Door,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    RouterError,
)

PASSWORD = "correct horse battery"


def options(port: int, **settings: Any) -> ConnectionOptions:
    return ConnectionOptions(
        **{"host": "127.0.0.1", "user": "automation", "password": PASSWORD, "port": port, "timeout": 5.0, **settings}
    )


def failure(wanted: ConnectionOptions, family: type[RouterError] = ConnectFailed) -> RouterError:
    """The error that opening this door ends with; no error may tell the password."""
    with pytest.raises(family) as caught:
        Door(wanted).open()
    shown = f"{caught.value} {caught.value!r} {caught.value.message}"
    assert PASSWORD not in shown
    return caught.value
