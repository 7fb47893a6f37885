# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RouterOS version numbers as tuples that compare."""

from __future__ import annotations

import re
from functools import lru_cache

# a release candidate sorts before its release
_STAGES = {"alpha": -3, "beta": -2, "rc": -1}
_PATTERN = re.compile(r"(\d+(?:\.\d+)*)(?:(alpha|beta|rc)(\d+))?")


@lru_cache(maxsize=512)
def parse_version(text: str) -> tuple[int, ...]:
    """Take 7.22.3, 7.24rc1 or "7.22.3 (stable)" apart; raises ValueError for anything else."""
    match = _PATTERN.fullmatch(text.split(" ")[0])
    if match is None:
        raise ValueError(f"not a RouterOS version: {text!r} (expected something like 7.22.3)")
    numbers = [int(part) for part in match[1].split(".")]
    numbers += [0] * (3 - len(numbers))
    stage = (_STAGES[match[2]], int(match[3])) if match[2] else (0, 0)
    return (*numbers, *stage)


def within(version: tuple[int, ...], since: str | None, until: str | None) -> bool:
    """Whether a version lies in a span; both ends belong to it."""
    return (since is None or version >= parse_version(since)) and (until is None or version <= parse_version(until))
