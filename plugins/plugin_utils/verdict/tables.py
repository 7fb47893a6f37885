# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of a router as verdict needs them, made ready once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.lists import (
    AddressLists,
    InterfaceLists,
    Row,
    is_set,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.matchers import (
    NO_MATCHERS,
    Matcher,
    invalid,
    matcher,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.questions import Scene
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import NO, YES
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.types import OwnAddresses

PATHS = {4: "/ip/firewall", 6: "/ipv6/firewall"}


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule made ready. `table`: filter, raw or nat; `position`: its place in the whole table, counted from 0."""

    row: Row
    table: str
    position: int
    chain: str
    action: str
    matchers: tuple[Matcher, ...]

    @property
    def comment(self) -> str:
        """The comment, "" without one."""
        return self.row.get("comment", "")

    def match(self, scene: Scene) -> int:
        """Whether every matcher agrees."""
        answer = YES
        for each in self.matchers:
            found = each.test(scene)
            if found < answer:
                if found == NO:
                    return NO
                answer = found
        return answer

    def unsure(self, scene: Scene) -> tuple[Matcher, ...]:
        """The matchers that cannot tell."""
        return tuple(each for each in self.matchers if each.test(scene) not in (NO, YES))


Chains = Mapping[str, Sequence[Rule]]


@dataclass(frozen=True, eq=False)
class Tables:
    """What is judged: rows as they were read over the API, or as they will be.

    Needed are the rules of `filter` and the `address_lists` that they name (more do no harm), of one family. What else
    is given makes answers more certain, or more true: `raw` rules; `nat` rules, which may send a packet elsewhere;
    `interface_lists` and `interface_members` (/interface/list and /interface/list/member); `addresses` (/ip/address or
    /ipv6/address) for address types. None: not read, and then nothing is concluded from it, except that raw and nat
    rules are taken to be none.
    """

    filter: Sequence[Row]
    address_lists: Sequence[Row] = ()
    raw: Sequence[Row] = ()
    nat: Sequence[Row] = ()
    interface_lists: Sequence[Row] | None = None
    interface_members: Sequence[Row] | None = None
    addresses: Sequence[Row] | None = None
    family: int = 4

    @cached_property
    def lists(self) -> AddressLists:
        """The address lists, indexed."""
        return AddressLists(self.family, self.address_lists)

    @cached_property
    def interfaces(self) -> InterfaceLists:
        """The interface lists."""
        return InterfaceLists(self.interface_lists, self.interface_members)

    @cached_property
    def own(self) -> OwnAddresses:
        """The router's addresses."""
        return OwnAddresses(self.family, self.addresses)

    @cached_property
    def filter_chains(self) -> Chains:
        """The filter rules in use, by chain."""
        return self._chains("filter", self.filter)

    @cached_property
    def raw_chains(self) -> Chains:
        """The raw rules in use, by chain."""
        return self._chains("raw", self.raw)

    @cached_property
    def nat_chains(self) -> Chains:
        """The nat rules in use, by chain."""
        return self._chains("nat", self.nat)

    def _chains(self, table: str, rows: Sequence[Row]) -> Chains:
        path = f"{PATHS[self.family]}/{table}"
        default = menu(path).properties["action"].default or "accept"
        chains: dict[str, list[Rule]] = {}
        for position, row in enumerate(rows):
            if is_set(row, "disabled"):
                continue
            chain = row.get("chain", "")
            found = [
                matcher(path, name, text)
                for name, text in row.items()
                if name not in NO_MATCHERS and not name.startswith(".")
            ]
            if is_set(row, "invalid"):
                found.append(invalid())
            rule = Rule(row, table, position, chain, row.get("action", default), tuple(found))
            chains.setdefault(chain, []).append(rule)
        return chains

    _DERIVED = {
        "lists": {"address_lists"},
        "interfaces": {"interface_lists", "interface_members"},
        "own": {"addresses"},
        "filter_chains": {"filter"},
        "raw_chains": {"raw"},
        "nat_chains": {"nat"},
    }

    def replaced(self, **changes: Any) -> Tables:
        """These tables with other rows here and there; what was made ready from the rest is kept."""
        values = {each.name: getattr(self, each.name) for each in fields(self)} | changes
        made = Tables(**values)
        for name, sources in self._DERIVED.items():
            if name in self.__dict__ and "family" not in changes and not sources & set(changes):
                made.__dict__[name] = self.__dict__[name]
        return made
