# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time as RouterOS writes and reads them, in milliseconds."""

from __future__ import annotations

import re

_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "us": 0, "ns": 0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|w|d|h|m|s)")
_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3}))?)?")


def parse_duration(text: str) -> int | None:
    """Milliseconds of 1d2h, 100ms, HH:MM:SS, 1d00:00:00, 1w3d13:13:56 or bare seconds; None for anything else."""
    if text.isascii() and text.isdigit():
        return int(text) * 1000
    total = 0.0
    position = 0
    found = False
    while match := _PART.match(text, position):
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
        found = True
    if position < len(text):
        match = _CLOCK.fullmatch(text, position)
        if match is None:
            if not found and re.fullmatch(r"\d+\.\d+", text):
                return round(float(text) * 1000)
            return None
        total += int(match[1]) * 3_600_000 + int(match[2]) * 60_000 + int(match[3] or 0) * 1000
        total += int((match[4] or "0").ljust(3, "0"))
        found = True
    return round(total) if found else None


def format_duration(milliseconds: int) -> str:
    """The compact form on read: 1w2d3h, 30s, 100ms; zero is 0s."""
    parts = []
    for unit in ("w", "d", "h", "m", "s", "ms"):
        count, milliseconds = divmod(milliseconds, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def format_bound(milliseconds: int) -> str:
    """The form in out of range errors: 00:00:10, 1d00:00:00, 35w3d13:13:56."""
    seconds = milliseconds // 1000
    weeks, seconds = divmod(seconds, 604_800)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return (f"{weeks}w" if weeks else "") + (f"{days}d" if days else "") + clock
