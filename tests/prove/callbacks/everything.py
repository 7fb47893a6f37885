# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every result down as callbacks get it, one JSON line each; what JSON callbacks of others would show."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: everything
type: notification
short_description: Every result as JSON
description: Every result as JSON, into the file that CANARY_RESULTS names.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """See the module."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "everything"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, event: str, result: Any) -> None:
        line = {
            "event": event,
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "result": dict(result._result),
        }
        with open(os.environ["CANARY_RESULTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task succeeded."""
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A router was not reached."""
        self._write("unreachable", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """An item succeeded."""
        self._write("item ok", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """An item failed."""
        self._write("item failed", result)
