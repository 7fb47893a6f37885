# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Houses for the scenarios, which are searched for the API in clear when a scenario is over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.packets.conftest import IN_CLEAR
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API, API_SSL, House, house

Build = Callable[..., House]


@pytest.fixture
def build(tmp_path: Path, record_property: Callable[[str, object], None]) -> Iterator[Build]:
    """Make houses: `build(nat=True)`. What a scenario expects in clear it has to take away from the wire first."""
    with contextlib.ExitStack() as stack:
        houses: list[House] = []

        def make(**options: Any) -> House:
            houses.append(stack.enter_context(house(tmp_path / str(len(houses)), **options)))
            return houses[-1]

        yield make
        leaked = sum(tap.in_clear((API, API_SSL)) for each in houses for tap in (each.left, each.right))
        record_property(IN_CLEAR, leaked)
        told = [each for home in houses for tap in (home.left, home.right) for each in tap.foreign() if each.data]
        assert leaked == 0, f"{leaked} bytes of the API went over the wire in clear, the first in {told[0]}"
