# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate matchers of a firewall rule: `limit` and `dst-limit` (RouterOS manual: Filter)."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from .durations import parse_duration

#: `limit` is refilled every 10 ms
TICK = 0.01
#: flows of one dst-limit that are remembered; forgotten ones start with a full bucket again
MAX_FLOWS = 65536

_MULTIPLES = {"": 1, "k": 1000, "M": 1000000, "G": 1000000000}


def seconds(text: str) -> float:
    """Read a duration. Raises ValueError."""
    milliseconds = parse_duration(text)
    if milliseconds is None:
        raise ValueError(f"{text!r} is no duration")
    return milliseconds / 1000


def rate(text: str) -> float:
    """Read `RATE[/TIME]` as a number per second; TIME is 1s when it is left out. Raises ValueError."""
    match = re.fullmatch(r"(\d+)([kMG]?)(?:/(.+))?", text)
    if not match:
        raise ValueError(f"{text!r} is no rate")
    number, multiple, time = match.groups()
    return int(number) * _MULTIPLES[multiple] / (seconds(time) if time else 1.0)


@dataclass
class Bucket:
    """A token bucket that starts full. tick: seconds between refills, 0 for a steady one."""

    per_second: float
    burst: float
    tick: float = 0.0
    level: float = -1.0
    filled: float = 0.0

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Take tokens when there are enough; an attempt that fails takes nothing."""
        if self.tick:
            now = math.floor(now / self.tick + 1e-6) * self.tick
        if self.level < 0:
            self.level, self.filled = self.burst, now
        self.level = min(self.burst, self.level + max(0.0, now - self.filled) * self.per_second)
        self.filled = max(self.filled, now)
        if self.level + 1e-9 < amount:
            return False
        self.level -= amount
        return True


class Limit:
    """`limit=RATE[/TIME],BURST[:packet|bit]`: one bucket for everything that reaches the rule."""

    def __init__(self, text: str) -> None:
        amount, _unused, mode = text.partition(":")
        per, _unused, burst = amount.partition(",")
        self.bits = mode == "bit"
        self._bucket = Bucket(rate(per), float(burst or 5), TICK)

    def matches(self, now: float, length: int) -> bool:
        """Whether a packet of ``length`` bytes is still within the limit."""
        return self._bucket.take(now, length * 8 if self.bits else 1)


@dataclass
class DstLimit:
    """`dst-limit=RATE[/TIME],BURST,MODE[/EXPIRE]`: one bucket per flow; MODE says what a flow is."""

    text: str
    mode: str = field(init=False)
    expire: float = field(init=False)
    _flows: dict[Hashable, Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        per, burst, rest = self.text.split(",", 2)
        self.mode, _unused, expire = rest.partition("/")
        # the default is not documented; 10 s is what the kernel's hashlimit, which lies below, uses
        self.expire = seconds(expire) if expire else 10.0
        self._rate, self._burst = rate(per), float(burst)

    def matches(self, now: float, flow: Hashable) -> bool:
        """Whether a packet of the flow is still within the limit."""
        bucket = self._flows.get(flow)
        if bucket is None or now - bucket.filled > self.expire:
            if len(self._flows) >= MAX_FLOWS:
                self._flows = {key: kept for key, kept in self._flows.items() if now - kept.filled <= self.expire}
            if len(self._flows) >= MAX_FLOWS:
                return False
            bucket = self._flows[flow] = Bucket(self._rate, self._burst)
        return bucket.take(now)
