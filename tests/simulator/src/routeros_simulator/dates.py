# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates as a router of the version writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .router import Router

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@lru_cache(maxsize=16)
def _texts(seconds: int, iso: bool) -> tuple[str, str]:
    moment = datetime.fromtimestamp(seconds, UTC)
    day = f"{moment:%Y-%m-%d}" if iso else f"{_MONTHS[moment.month - 1]}/{moment.day:02}/{moment.year}"
    return day, f"{moment:%H:%M:%S}"


def show_date(router: Router, seconds: float) -> str:
    """2023-03-10, or mar/10/2023 before 7.10."""
    return _texts(int(seconds), router.at_least("7.10"))[0]


def show_time(seconds: float) -> str:
    """HH:MM:SS."""
    return _texts(int(seconds), True)[1]


def show_moment(router: Router, seconds: float) -> str:
    """Date and time."""
    return " ".join(_texts(int(seconds), router.at_least("7.10")))
