# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RouterOS versions: parsing, order and spans."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering

_FORM = re.compile(r"\s*v?(\d+(?:\.\d+)*)\s*(?:(alpha|beta|rc|testing)\s*(\d*))?(?:\s.*)?$", re.IGNORECASE | re.DOTALL)
_STAGES = {"alpha": -4, "testing": -3, "beta": -2, "rc": -1}


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """A RouterOS version. `parts` are the numbers, `text` is what the router (or the caller) wrote.

    Pre-releases sort before the release: 7.24beta1 < 7.24rc1 < 7.24 < 7.24.1. Missing numbers count as 0.
    """

    parts: tuple[int, ...]
    text: str = field(default="")
    stage: tuple[int, int] = (0, 0)

    @staticmethod
    def parse(text: str) -> Version:
        """Read "7.22.3", "7.22.3 (stable)", "7.24rc1 (testing)". Raises ValueError for anything else."""
        return _parse(text)

    @property
    def _order(self) -> tuple[tuple[int, ...], tuple[int, int]]:
        parts = self.parts
        while parts and parts[-1] == 0:
            parts = parts[:-1]
        return parts, self.stage

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._order == other._order

    def __hash__(self) -> int:
        return hash(self._order)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._order < other._order

    def __str__(self) -> str:
        """The version without the channel: "7.22.3", "7.24rc1"."""
        number = ".".join(str(part) for part in self.parts)
        for name, rank in _STAGES.items():
            if self.stage[0] == rank:
                return f"{number}{name}{self.stage[1] or ''}"
        return number


@lru_cache(maxsize=256)
def _parse(text: str) -> Version:
    found = _FORM.match(text)
    if not found:
        raise ValueError(f"expected a RouterOS version such as 7.22.3 or 7.24rc1, got {text!r}")
    numbers, stage, count = found.groups()
    rank = (_STAGES[stage.lower()], int(count or 0)) if stage else (0, 0)
    return Version(tuple(int(part) for part in numbers.split(".")), text.strip(), rank)


def within(version: Version, since: str = "", until: str = "") -> bool:
    """Whether `version` lies between `since` and `until`, both included; an empty bound is no bound.

    A pre-release counts for `since` like its release (7.24rc1 already has what came with 7.24). `until` names the last
    release that still had it, so its own patch releases are beyond it unless they are named.
    """
    if since and Version(version.parts) < Version.parse(since):
        return False
    return not (until and version > Version.parse(until))
