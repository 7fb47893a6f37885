# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``firewall_filter``: one ruleset in chains of its own, IPv4, IPv6 or both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Placement
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.ruleset import Ruleset, plan_ruleset
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATHS = {"ipv4": "/ip/firewall/filter", "ipv6": "/ipv6/firewall/filter"}
KNOCK = "knock"
INTERFACE_LISTS = "/interface/list"
LIST_MATCHERS = ("in-interface-list", "out-interface-list", "in-bridge-port-list", "out-bridge-port-list")
BUILT_IN_CHAINS = ("input", "forward", "output")
# Matchers and actions that end a packet's way: what stands behind such a rule without any matcher is never reached.
ENDING = frozenset({"accept", "drop", "reject", "tarpit", "return"})
NO_MATCHER = frozenset({"action", "comment", "log", "log-prefix", "disabled", "reject-with", "jump-target"})


class FirewallFilter(Change):
    """The rules of a ruleset and the jump that enters it."""

    name = "firewall_filter"
    paths = tuple(PATHS.values())

    def secrets(self) -> Iterable[object]:
        """The steps of the knock role's ruleset: their rules are known by their comments."""
        yield from super().secrets()
        if self.options.get("ruleset") == KNOCK:
            for rule in self.options.get("rules") or []:
                ports = rule.get("dst_port") or []
                if "step" in str(rule.get("comment", "")).lower():
                    yield from ports if isinstance(ports, list) else [ports]

    def secrets_in(self, view: Mapping[str, Sequence[Row]]) -> Iterable[object]:
        """The steps that the router has now, which may be others than those that are wanted."""
        if self.options.get("ruleset") == KNOCK:
            for row in [row for rows in view.values() for row in rows]:
                if "step" in row.get("comment", "").lower():
                    yield from row.get("dst-port", "").split(",")

    def check(self, version: Version) -> None:
        self._families = list(PATHS) if self.options["family"] == "both" else [self.options["family"]]
        self._placement = self._read_placement(self.options.get("placement") or "top")
        self._rulesets = {family: self._ruleset(family, version) for family in self._families}

    def _read_placement(self, placement: Any) -> Placement:
        if placement in ("foremost", "first", "top", "bottom"):
            return Placement(placement)
        if isinstance(placement, Mapping) and len(placement) == 1:
            where, comment = next(iter(placement.items()))
            if where in ("before", "after") and comment:
                return Placement(where, str(comment))
        raise self.bad("placement", "expected foremost, first, top, bottom, {before: COMMENT} or {after: COMMENT}")

    def _ruleset(self, family: str, version: Version) -> Ruleset:
        target = menu(PATHS[family])
        rules = [
            self._rule(target, rule, f"rules[{number}]", family, version)
            for number, rule in enumerate(self.options.get("rules") or [])
            if rule.get("family") in (None, "both", family)
        ]
        self._warn_shadowed(rules, family)
        entry = self._rule(target, self.options.get("entry") or {}, "entry", family, version)
        return Ruleset(
            name=self.options["ruleset"],
            chain=self.options["chain"],
            rules=rules,
            entry=entry,
            placement=self._placement,
            state=self.options["state"],
        )

    def _rule(self, target: Any, rule: Mapping[str, Any], where: str, family: str, version: Version) -> dict[str, str]:
        texts = self.texts(target, rule, version, where=f"{where}.", leave_out=("family",))
        self._check_coherent(texts, where, target)
        return texts

    def _check_coherent(self, rule: Mapping[str, str], where: str, target: Any) -> None:
        """What the router would refuse in the middle of a change, told before it."""
        ports = [name for name in ("src-port", "dst-port", "port") if name in rule]
        if ports and rule.get("protocol") not in (
            "tcp",
            "udp",
            "udp-lite",
            "dccp",
            "sctp",
            "6",
            "17",
            "33",
            "132",
            "136",
        ):
            raise self.bad(
                f"{where}.{ports[0].replace('-', '_')}",
                "ports can be matched only together with protocol tcp, udp, udp-lite, dccp or sctp",
            )
        if "tcp-flags" in rule and rule.get("protocol") not in ("tcp", "6"):
            raise self.bad(f"{where}.tcp_flags", "tcp_flags can be matched only together with protocol: tcp")
        needs = {
            "jump": "jump-target",
            "add-src-to-address-list": "address-list",
            "add-dst-to-address-list": "address-list",
        }
        needed = needs.get(rule.get("action", "accept"))
        if needed and needed not in rule:
            raise self.bad(where, f"action {rule['action']} needs {needed.replace('-', '_')}")

    def _warn_shadowed(self, rules: Sequence[Mapping[str, str]], family: str) -> None:
        """A rule behind an ending rule that matches everything which it matches can never be reached."""
        for number, rule in enumerate(rules):
            for earlier_number, earlier in enumerate(rules[:number]):
                between = rules[earlier_number + 1 : number]
                if _covers(earlier, rule) and not _listed_between(earlier, between):
                    self.warnings.append(
                        f"firewall_filter: rules[{number}] ({rule.get('comment', 'no comment')}) of the {family} "
                        f"ruleset '{self.options['ruleset']}' can never match: rules[{earlier_number}] "
                        f"({earlier.get('comment', 'no comment')}) takes every packet before it"
                    )
                    break

    def reads(self, version: Version) -> Sequence[Read]:
        named = any(self._named_lists(ruleset) for ruleset in self._rulesets.values())
        return [*(Read(PATHS[family]) for family in self._families), *([Read(INTERFACE_LISTS)] if named else [])]

    @staticmethod
    def _named_lists(ruleset: Ruleset) -> set[str]:
        rules = [*ruleset.rules, ruleset.entry]
        return {rule[name].lstrip("!") for rule in rules for name in LIST_MATCHERS if name in rule}

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        operations: list[Operation] = []
        for family, ruleset in self._rulesets.items():
            missing = self._named_lists(ruleset)
            if missing:
                missing -= {row.get("name", "") for row in state.rows(INTERFACE_LISTS)}
            if missing and ruleset.state == "present":
                raise self.bad(
                    "rules",
                    f"there is no interface list {', '.join(sorted(missing))} on this router; the rule would be "
                    "refused. Make it in /interface/list first (bastion.routeros.menu)",
                )
            target = menu(PATHS[family])
            operations += plan_ruleset(target, state.rows(target.path), ruleset, state.version, handles)
        return operations

    def view(self, state: State) -> dict[str, list[Row]]:
        name = f"bastion-{self.options['ruleset']}"
        chains = {name, f"{name}.a", f"{name}.b"}
        return {
            path: [
                row
                for row in state.rows(path)
                if row.get("chain") in chains or (row.get("jump-target") in chains and row.get("dynamic") != "true")
            ]
            for path in (PATHS[family] for family in self._families)
        }


def _covers(earlier: Mapping[str, str], later: Mapping[str, str]) -> bool:
    """Whether every packet of ``later`` already ended at ``earlier``, whose matchers all stand in ``later`` too.

    Only equal texts count, and no matcher that lets some packets of a kind through (limits): it never claims too much.
    """
    if earlier.get("action", "accept") not in ENDING or earlier.get("disabled") == "true":
        return False
    matchers = {name: text for name, text in earlier.items() if name not in NO_MATCHER}
    if {"limit", "dst-limit", "connection-limit", "random", "nth", "psd", "time"} & set(matchers):
        return False
    return all(later.get(name) == text for name, text in matchers.items())


def _listed_between(earlier: Mapping[str, str], between: Sequence[Mapping[str, str]]) -> bool:
    """Whether a rule in between puts addresses into a list that ``earlier`` looks at: it matches other packets then."""
    lists = {earlier[name].lstrip("!") for name in ("src-address-list", "dst-address-list") if name in earlier}
    return any(rule.get("action", "").startswith("add-") and rule.get("address-list") in lists for rule in between)


CHANGE = FirewallFilter
