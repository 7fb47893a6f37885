# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates as a router of the version writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .router import Router

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def show_date(router: Router, seconds: float) -> str:
    """2023-03-10, or mar/10/2023 before 7.10."""
    moment = datetime.fromtimestamp(seconds, UTC)
    if router.at_least("7.10"):
        return moment.strftime("%Y-%m-%d")
    return f"{_MONTHS[moment.month - 1]}/{moment.day:02}/{moment.year}"


def show_time(seconds: float) -> str:
    """HH:MM:SS."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")


def show_moment(router: Router, seconds: float) -> str:
    """Date and time."""
    return f"{show_date(router, seconds)} {show_time(seconds)}"
