# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pure planner: from the rows that a router has to the rows that are wanted, in the fewest operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


class PlanError(ValueError):
    """What is wanted cannot be planned (no such anchor, no such entry in a fixed table). The message is complete."""


@dataclass(frozen=True)
class Want:
    """What a keyed menu or a singleton shall hold.

    `rows`: canonical text by property; None = must be unset; properties not named are left alone. `absent`: key values of
    rows that must not be there. `purge`: says of a row whether it goes when it is not among `rows`. `always`: properties
    that cannot be compared (passwords) and are sent to existing rows all the same.
    """

    rows: Sequence[Mapping[str, str | None]] = ()
    absent: Sequence[Mapping[str, str]] = ()
    purge: Callable[[Row], bool] | None = None
    always: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Placement:
    """Where rows stand within their chain: "top", "bottom", or "before"/"after" the row with `comment`."""

    where: str = "top"
    comment: str = ""


def plan(
    menu: Menu, have: Sequence[Row], want: Want, version: Version, handles: Iterator[str] | None = None
) -> list[Operation]:
    """Plan a keyed list menu or a singleton. Dynamic and builtin rows are never touched; adds come before removes."""
    raise NotImplementedError


def plan_ordered(
    menu: Menu,
    have: Sequence[Row],
    wanted: Sequence[Mapping[str, str]],
    owned: Callable[[Row], bool],
    placement: Placement,
    version: Version,
    handles: Iterator[str] | None = None,
) -> list[Operation]:
    """Plan an ordered table: the owned rows become exactly `wanted`, in that order and place, with the fewest moves."""
    raise NotImplementedError
