# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's clock: wall time by a scale, and timers that run out on it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime


def moment(text: str) -> float:
    """Seconds since the epoch of "1970-01-02 00:00:00" or "1970-01-02" (UTC). Raises ValueError."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


class Timer:
    """A call that is due at a simulated moment; cancel() makes it never happen."""

    __slots__ = ("action", "cancelled", "when")

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Never run the action."""
        self.cancelled = True


class Clock:
    """Simulated seconds since the epoch.

    `scale` is simulated seconds per real second. Timers run through the running asyncio loop when there is one, and in
    any case at the next run_due() (the router calls it before every command), so that the engine also works without a
    loop. advance() jumps ahead (for tests).
    """

    def __init__(
        self, scale: float = 1.0, *, start: float | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        if scale <= 0:
            raise ValueError(f"the time scale must be above 0, got {scale}")
        self.scale = scale
        self._monotonic = monotonic
        self._real_start = monotonic()
        self._start = time.time() if start is None else start
        self._timers: list[tuple[float, int, Timer]] = []
        self._counter = itertools.count()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.TimerHandle, float] | None = None
        self.boot = self._start

    def now(self) -> float:
        """Simulated seconds since the epoch."""
        return self._start + (self._monotonic() - self._real_start) * self.scale

    def moment(self) -> datetime:
        """The same as a date and time (UTC)."""
        return datetime.fromtimestamp(self.now(), UTC)

    def set(self, when: float) -> None:
        """Put the clock right (or wrong); timers keep their distance."""
        shift = when - self.now()
        self._start += shift
        self.boot += shift
        self._timers = [(moment + shift, number, timer) for moment, number, timer in self._timers]
        self._forget()
        self._arm()

    def advance(self, seconds: float) -> None:
        """Jump ahead by simulated seconds and run what falls due."""
        self._start += seconds
        self.run_due()
        self._forget()
        self._arm()

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run the action after simulated seconds."""
        timer = Timer(self.now() + seconds, action)
        heapq.heappush(self._timers, (timer.when, next(self._counter), timer))
        self._arm()
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait for simulated seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.scale)

    def run_due(self) -> None:
        """Run every timer whose moment has come, oldest first."""
        while self._timers and self._timers[0][0] <= self.now():
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                timer.action()

    def _arm(self) -> None:
        """Have the running loop wake us at the next due moment; one wake-up serves any number of timers."""
        if not self._timers:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        due = self._timers[0][0]
        if self._wake is not None:
            known_loop, handle, when = self._wake
            if known_loop is loop and when <= due and not handle.cancelled():
                return
            handle.cancel()
        delay = max(0.0, due - self.now()) / self.scale
        self._wake = (loop, loop.call_later(delay, self._woken), due)

    def _forget(self) -> None:
        """The wake-up was for a clock that has jumped."""
        if self._wake is not None:
            self._wake[1].cancel()
            self._wake = None

    def _woken(self) -> None:
        self._wake = None
        self.run_due()
        self._arm()
