# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations, dates and times of day."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import refuse, scalar

_UNITS = (("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000))
_SMALL = (("ms", 1_000), ("us", 1))
_CLOCK = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?\s*(\d{1,3}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?")
_COMPACT = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)us)?")


def microseconds(text: str) -> int | None:
    """The length of a duration in any form that RouterOS writes or takes, or None."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text) * 1_000_000
    if found := _CLOCK.fullmatch(text):
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:5])
        whole = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
        return whole * 1_000_000 + int((found[6] or "").ljust(6, "0"))
    if text and (found := _COMPACT.fullmatch(text)):
        sizes = [size for _unit, size in _UNITS + _SMALL]
        return sum(int(part or 0) * size for part, size in zip(found.groups(), sizes, strict=True))
    return None


def compact(length: int) -> str:
    """Microseconds as RouterOS prints them: "1w2d3h", "1m30s", "100ms", "0s"."""
    parts = []
    for unit, size in _UNITS + _SMALL:
        count, length = divmod(length, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


@dataclass(frozen=True)
class Duration:
    """A span of time: 1w2d3h4m5s on read; also HH:MM:SS, 1d00:00:00 and bare seconds on write."""

    low: str = ""
    high: str = ""
    keywords: tuple[str, ...] = ()
    zero_is: str = ""

    @property
    def expected(self) -> str:
        """What error messages ask for."""
        low, high = (self._bound(self.low), self._bound(self.high))
        bounds = (f" from {low}" if low else "") + (f" {'to' if low else 'up to'} {high}" if high else "")
        words = f", or {' or '.join(self.keywords)}" if self.keywords else ""
        return f"a duration such as 30s, 1h30m or 00:01:00{bounds}{words}"

    @staticmethod
    def _bound(text: str) -> str:
        length = microseconds(text) if text else None
        return "" if length is None else compact(length)

    def write(self, value: object) -> str:
        """The compact form, or a keyword."""
        text = scalar(value, self.expected).lower()
        if text in self.keywords:
            return text
        length = microseconds(text)
        if length is None:
            refuse(self.expected, value)
        low, high = microseconds(self.low), microseconds(self.high)
        if (low is not None and length < low) or (high is not None and length > high):
            refuse(self.expected, value)
        if length == 0 and self.zero_is:
            return self.zero_is
        return compact(length)

    def key(self, text: str) -> Hashable:
        """The length in microseconds, or the text."""
        length = microseconds(text)
        if length is None:
            return text
        return self.zero_is if length == 0 and self.zero_is else length

    def show(self, text: str) -> Any:
        """The text."""
        return text


_MONTHS = {name: at + 1 for at, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun"))}
_MONTHS |= {name: at + 7 for at, name in enumerate(("jul", "aug", "sep", "oct", "nov", "dec"))}
_OLD_DATE = re.compile(r"([a-z]{3})/(\d{1,2})/(\d{4})", re.IGNORECASE)
_NEW_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})")


@dataclass(frozen=True)
class Moment:
    """A date, a time of day, or both: 2033-03-10 17:57:09 from 7.10, mar/10/2033 17:57:09 before."""

    keywords: tuple[str, ...] = ()

    def write(self, value: object) -> str:
        """ISO style (which 7.x takes everywhere), or a keyword."""
        words = f", or {' or '.join(self.keywords)}" if self.keywords else ""
        expected = f"a date and time such as 2033-03-10 17:57:09, or one of the two{words}"
        text = scalar(value, expected)
        if text in self.keywords:
            return text
        parts = _moment(text)
        if parts is None:
            refuse(expected, value)
        return " ".join(part for part in parts if part)

    def key(self, text: str) -> Hashable:
        """Date and time in one style, or the text."""
        return _moment(text) or text

    def show(self, text: str) -> Any:
        """The text."""
        return text


def _moment(text: str) -> tuple[str, str] | None:
    date = time = ""
    for part in text.split():
        if (found := _NEW_DATE.fullmatch(part)) and not date:
            year, month, day = (int(each) for each in found.groups())
        elif (found := _OLD_DATE.fullmatch(part)) and not date:
            year, month, day = int(found[3]), _MONTHS.get(found[1].lower(), 0), int(found[2])
        elif (found := _TIME.fullmatch(part)) and not time:
            hour, minute, second = (int(each) for each in found.groups())
            if hour > 23 or minute > 59 or second > 59:
                return None
            time = f"{hour:02}:{minute:02}:{second:02}"
            continue
        else:
            return None
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        date = f"{year:04}-{month:02}-{day:02}"
    return (date, time) if date or time else None
