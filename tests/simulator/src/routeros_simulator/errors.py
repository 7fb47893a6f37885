# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are errors: the texts a router sends in `!trap` and `!fatal`."""

from __future__ import annotations

from dataclasses import dataclass

# writing to a row that the router keeps for itself, and to one that follows from something else
BUILT_IN = "failure: cannot change builtin"
CONFIGURED_ELSEWHERE = "failure: this is configured elsewhere"


class Trap(Exception):
    """A command failed; sent as `!trap =message=...` (with a category only when one is given) before `!done`."""

    def __init__(self, message: str, category: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.category = category


class Fatal(Exception):
    """The session ends: `!fatal` with the text as a bare word, then the connection is closed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Refused:
    """A login that did not succeed; the text goes into `!trap`, the socket stays open."""

    message: str = "invalid user name or password (6)"
