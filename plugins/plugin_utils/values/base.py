# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every type of value offers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol


class BadValue(ValueError):
    """A value that a user gave cannot be used. The message is complete in itself: what was expected, what came."""


class Kind(Protocol):
    """A type of RouterOS value."""

    def write(self, value: object) -> str:
        """The text to send for what a user gave (str, int, bool, list), as the router reads it back. Raises BadValue."""

    def key(self, text: str) -> Hashable:
        """A comparison key of a router's text. Never raises; forms that are not known compare as text."""

    def show(self, text: str) -> Any:
        """A router's text as a friendly value for results: list, int, bool, else str. Never raises."""
