# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Composite matchers of firewall rules, and other values of several parts."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.addresses import ends
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import BadValue, nearest, refuse, scalar
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.times import compact, microseconds

_SECOND = 1_000_000
_RATE = re.compile(r"(\d+)([kMG]?)(?:/([^,]+))?")
_SCALE = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


class Plain:
    """What the composite kinds share: the text is shown as it is."""

    def show(self, text: str) -> Any:
        """The text."""
        return text


def _rate(text: str) -> tuple[int, int] | None:
    found = _RATE.fullmatch(text.strip())
    if not found:
        return None
    per = microseconds(found[3]) if found[3] else _SECOND
    return (int(found[1]) * _SCALE[found[2]], per) if per else None


def _rate_text(rate: tuple[int, int]) -> str:
    # The time is shown only when it is not one second (verbose exports).
    return str(rate[0]) if rate[1] == _SECOND else f"{rate[0]}/{compact(rate[1])}"


class Limit(Plain):
    """`rate[/time],burst:packet|bit`: one bucket for the whole rule. Reads back like 5,10:packet or 50/5s,2:packet."""

    expected = "a limit such as 5,10:packet or 50/5s,2:packet (rate[/time],burst:packet or bit)"

    @staticmethod
    def _parts(text: str) -> tuple[tuple[int, int], int, str] | None:
        found = re.fullmatch(r"([^,]+),\s*(\d+)(?::(packet|bit))?", text.strip())
        rate = _rate(found[1]) if found else None
        return (rate, int(found[2]), found[3] or "packet") if found and rate else None

    def write(self, value: object) -> str:
        """The mode is always named, because the router always shows it."""
        parts = self._parts(scalar(value, self.expected))
        if parts is None:
            refuse(self.expected, value)
        (rate, per), burst, mode = parts
        if not 1 <= rate <= 32_000_000_000 or burst > 2_000_000_000:
            raise BadValue(f"{value}: the rate is from 1 to 32000000000 and the burst from 0 to 2000000000")
        if burst * 100 * per < rate * _SECOND:
            raise BadValue(
                f"{value}: the bucket is refilled every 10 ms, so a burst below a hundredth of the rate per second "
                "would starve the limit"
            )
        return f"{_rate_text((rate, per))},{burst}:{mode}"

    def key(self, text: str) -> Hashable:
        """Rate, time, burst and mode, or the text."""
        return self._parts(text) or text


class DstLimit(Plain):
    """`rate[/time],burst,mode[/expire]`: one bucket per flow. Reads back like 2/1m,5,src-address/1m40s."""

    modes = ("dst-address", "dst-address-and-port", "src-address", "src-and-dst-addresses", "addresses-and-dst-port")
    expected = "a dst-limit such as 5,10,src-address/1m40s (rate[/time],burst,mode[/expire])"

    def _parts(self, text: str) -> tuple[tuple[int, int], int, str, int | None] | None:
        found = re.fullmatch(r"([^,]+),\s*(\d+),\s*([a-z-]+)(?:/(\S+))?", text.strip())
        rate = _rate(found[1]) if found else None
        expire = microseconds(found[4]) if found and found[4] else None
        if not found or not rate or (found[4] and expire is None):
            return None
        return rate, int(found[2]), found[3], expire

    def write(self, value: object) -> str:
        """Durations compact, one second left out."""
        parts = self._parts(scalar(value, self.expected))
        if parts is None:
            refuse(self.expected, value)
        rate, burst, mode, expire = parts
        if mode not in self.modes:
            refuse(f"a mode out of {', '.join(self.modes)}", mode, nearest(mode, self.modes))
        if rate[0] < 1:
            raise BadValue(f"{value}: the rate must be at least 1")
        return f"{_rate_text(rate)},{burst},{mode}" + ("" if expire is None else f"/{compact(expire)}")

    def key(self, text: str) -> Hashable:
        """Rate, time, burst, mode and expiry, or the text."""
        return self._parts(text) or text


_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class TimeOfWeek(Plain):
    """`start-end,days`: 8h-17h,mon,tue; the whole day is 0s-1d; days always from sun to sat."""

    expected = "a time such as 8h-17h,mon,tue,wed,thu,fri (start-end,days)"

    @staticmethod
    def _parts(text: str) -> tuple[int, int, frozenset[str]] | None:
        hours, *days = [part.strip().lower() for part in text.split(",")]
        low, _dash, high = hours.partition("-")
        start, end = microseconds(low), microseconds(high)
        if start is None or end is None or not set(days) <= set(_DAYS):
            return None
        return start, end, frozenset(days or _DAYS)

    def write(self, value: object) -> str:
        """Times of day as durations; no days means all of them."""
        text = ",".join(str(part) for part in value) if isinstance(value, (list, tuple)) else value
        parts = self._parts(scalar(text, self.expected))
        if parts is None:
            refuse(self.expected, value)
        start, end, days = parts
        if start > 86_400 * _SECOND or end > 86_400 * _SECOND:
            raise BadValue(f"{value}: times of day lie between 0s and 1d")
        return ",".join([f"{compact(start)}-{compact(end)}", *(day for day in _DAYS if day in days)])

    def key(self, text: str) -> Hashable:
        """Start, end and the set of days, or the text."""
        return self._parts(text) or text


@dataclass(frozen=True)
class NumberRange(Plain):
    """`LOW[-HIGH]`, both within bounds. HIGH 0 is "no upper bound" where `open_end` says so (connection-bytes)."""

    highest: int | None = None
    open_end: bool = False

    @staticmethod
    def _ends(text: str) -> tuple[int, int] | None:
        found = re.fullmatch(r"(\d+)(?:\s*-\s*(\d+))?", text.strip())
        return (int(found[1]), int(found[2] or found[1])) if found else None

    def write(self, value: object) -> str:
        """LOW or LOW-HIGH."""
        bound = f" from 0 to {self.highest}" if self.highest is not None else ""
        expected = f"a number or a range of numbers{bound} such as 100 or 100-200"
        found = self._ends(scalar(value, expected))
        if found is None or (self.highest is not None and max(found) > self.highest):
            refuse(expected, value)
        low, high = found
        if low > high and not (self.open_end and high == 0):
            raise BadValue(f"the range {value} ends before it starts")
        return f"{low}-{high}" if high != low or self.open_end else str(low)

    def key(self, text: str) -> Hashable:
        """The two ends, or the text."""
        return self._ends(text) or text


@dataclass(frozen=True)
class IcmpOptions(Plain):
    """`type[:code[-code]]`, read back like 8:0."""

    @staticmethod
    def _parts(text: str) -> tuple[int, int, int] | None:
        found = re.fullmatch(r"(\d{1,3})(?::(\d{1,3})(?:-(\d{1,3}))?)?", text.strip())
        if not found or any(int(part or 0) > 255 for part in found.groups()):
            return None
        if found[2] is None:
            return int(found[1]), 0, 255
        return int(found[1]), int(found[2]), int(found[3] or found[2])

    def write(self, value: object) -> str:
        """TYPE:CODE or TYPE:LOW-HIGH; all codes are 0-255."""
        expected = "an ICMP type and code such as 8:0 or 3:0-15"
        parts = self._parts(scalar(value, expected))
        if parts is None:
            refuse(expected, value)
        kind, low, high = parts
        if low > high:
            raise BadValue(f"the range of codes in {value} ends before it starts")
        return f"{kind}:{low}" if low == high else f"{kind}:{low}-{high}"

    def key(self, text: str) -> Hashable:
        """Type, first and last code, or the text."""
        return self._parts(text) or text


class Psd(Plain):
    """Port scan detection: `weight,delay,low-port-weight,high-port-weight`, read back like 21,3s,3,1."""

    expected = "a port scan detection such as 21,3s,3,1 (weight,delay,low-port-weight,high-port-weight)"

    @staticmethod
    def _parts(text: str) -> tuple[int, int, int, int] | None:
        parts = [part.strip() for part in text.split(",")]
        delay = microseconds(parts[1]) if len(parts) == 4 else None
        if delay is None or not all(parts[at].isdigit() for at in (0, 2, 3)):
            return None
        return int(parts[0]), delay, int(parts[2]), int(parts[3])

    def write(self, value: object) -> str:
        """The delay compact."""
        parts = self._parts(scalar(value, self.expected))
        if parts is None:
            refuse(self.expected, value)
        return f"{parts[0]},{compact(parts[1])},{parts[2]},{parts[3]}"

    def key(self, text: str) -> Hashable:
        """The four numbers, or the text."""
        return self._parts(text) or text


def _is_host(text: str) -> bool:
    """Whether this is one address, without a mask."""
    span = ends(text)
    return span is not None and span[1] == span[2] and not re.search(r"[/-]", text)


class AltName(Plain):
    """One subject alternative name: DNS:name, IP:address or email:address, the type spelt exactly so."""

    def write(self, value: object) -> str:
        """TYPE:VALUE."""
        expected = "a subject alternative name such as DNS:router.example.net, IP:192.0.2.1 or email:noc@example.net"
        text = scalar(value, expected)
        found = re.fullmatch(r"(dns|ip|email):(\S+)", text, re.IGNORECASE)
        if not found or (found[1].lower() == "ip" and not _is_host(found[2])):
            refuse(expected, value)
        kind = {"dns": "DNS", "ip": "IP", "email": "email"}[found[1].lower()]
        return f"{kind}:{found[2]}"

    def key(self, text: str) -> Hashable:
        """The type, and the value in lower case (IPv6 addresses compressed)."""
        kind, _colon, rest = text.partition(":")
        return kind.lower(), (ends(rest) if kind.lower() == "ip" else None) or rest.lower()


@dataclass(frozen=True)
class PeerId(Plain):
    """An IPsec identity: a word, or TYPE:VALUE."""

    words: tuple[str, ...]

    def write(self, value: object) -> str:
        """The word, or TYPE:VALUE."""
        expected = f"{', '.join(self.words)}, address:IP, fqdn:TEXT, user-fqdn:TEXT or key-id:TEXT"
        text = scalar(value, expected)
        if text in self.words or re.fullmatch(r"(address|fqdn|user-fqdn|key-id):.+", text):
            return text
        refuse(expected, value)

    def key(self, text: str) -> Hashable:
        """The text."""
        return text
