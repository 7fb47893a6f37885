# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of /ip/firewall and /ipv6/firewall as configuration: what a rule must not look like, and its flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .call import Call
from .errors import BUILT_IN, Trap
from .facts import Property
from .table import Hooks, Row, Table
from .types import canonical

if TYPE_CHECKING:
    from .router import Router

_PORTS = ("src-port", "dst-port", "port")
_WITH_PORTS = {"tcp", "udp", "udp-lite", "dccp", "sctp"}
_DUMMY = "special dummy rule to show fasttrack counters"
TABLES = tuple(f"/{family}/firewall/{name}" for family in ("ip", "ipv6") for name in ("filter", "raw", "nat"))
# counters that are always there and always change
_COUNTERS = ("bytes", "packets")
#: seconds for which a connection is still listed after it was removed: a router was seen to show one 58 ms later
LINGERING = 0.1


class RuleHooks(Hooks):
    """One table of rules."""

    parsed = frozenset({"tcp-flags"})

    def __init__(self, router: Router) -> None:
        self.router = router
        # rules per chain, for the invalid flag of jumps to nowhere
        self._chains: Counter[str] = Counter()
        self._fasttracks = 0

    def parse(self, call: Call, table: Table, row: Row | None, property: Property, text: str) -> str:
        """tcp-flags: a set replaces only the half, plain or negated, that the text names; also after an unset."""
        new = canonical(property, text, call.router)
        old = (row.hidden.get("tcp-flags") or "") if row is not None else ""
        if not old or not new or "!," in (old[:2], new[:2]):
            return new
        plain, negated = _halves(new)
        old_plain, old_negated = _halves(old)
        words = [*(plain or old_plain), *(negated or old_negated)]
        return canonical(property, ",".join(words), call.router)

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Matchers that need a protocol (texts seen on 7.16)."""
        protocol = after.get("protocol", "")
        if protocol not in _WITH_PORTS and any(after.get(name) for name in _PORTS):
            raise Trap("failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp", 4)
        if after.get("tcp-flags") and protocol != "tcp":
            raise Trap("failure: tcp-flags works only with tcp", 4)
        if after.get("icmp-options") and protocol not in ("icmp", "icmpv6"):
            raise Trap("failure: icmp-options can be specified if proto is icmp", 4)

    def added(self, table: Table, row: Row) -> None:
        """Count the chain's rules; the first fasttrack rule brings a dummy row."""
        self._chains[row.get("chain")] += 1
        self._masks(row)
        if row.get("action") == "fasttrack-connection":
            self._fasttrack(table, 1)

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """The same for a rule that changes."""
        if before.get("chain") != row.values.get("chain"):
            self._chains[before.get("chain", "")] -= 1
            self._chains[row.get("chain")] += 1
        self._masks(row)
        was, now = before.get("action") == "fasttrack-connection", row.get("action") == "fasttrack-connection"
        if was != now:
            self._fasttrack(table, 1 if now else -1)

    def removed(self, table: Table, row: Row) -> None:
        """And for one that goes."""
        self._chains[row.get("chain")] -= 1
        if row.get("action") == "fasttrack-connection":
            self._fasttrack(table, -1)

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Counters, and invalid for a jump to a chain without rules."""
        for name in _COUNTERS:
            reply[name] = str(row.hidden.get(name, 0))
        reply["dynamic"] = "true" if row.dynamic else "false"
        reply["invalid"] = "false"
        if row.values.get("action") == "jump" and not self._chains[row.get("jump-target")]:
            reply["invalid"] = "true"

    @staticmethod
    def _masks(row: Row) -> None:
        if "tcp-flags" in row.values:
            row.hidden["tcp-flags"] = row.values["tcp-flags"]

    def _fasttrack(self, table: Table, step: int) -> None:
        """The dummy row leads filter and raw of the family as long as there is a fasttrack rule."""
        self._fasttracks += step
        for path in (table.path, table.path.replace("/filter", "/raw")):
            other = self.router.tables[path]
            dummy = other.find(comment=_DUMMY)
            if self._fasttracks and dummy is None:
                first = next(iter(other), None)
                chain = "forward" if path == table.path else "prerouting"
                values = {"chain": chain, "action": "passthrough", "comment": _DUMMY}
                other.insert(values, dynamic=True, before=first.id if first else "", locked=BUILT_IN)
            elif not self._fasttracks and dummy is not None:
                other.delete(dummy)


def _halves(text: str) -> tuple[list[str], list[str]]:
    words = text.split(",")
    return [word for word in words if not word.startswith("!")], [word for word in words if word.startswith("!")]


def reset_counters(call: Call) -> None:
    """reset-counters of single rules."""
    call.expect(("numbers",))
    words = call.arguments.get(".id", call.arguments.get("numbers"))
    if words is None:
        raise Trap("missing =.id=", 0)
    for word in words.split(","):
        rows = call.table.resolve(word, call.session.printed.get(call.path))
        if not rows:
            raise call.router.missing_item()
        for row in rows:
            row.hidden.update(dict.fromkeys(_COUNTERS, 0))


def reset_all_counters(call: Call) -> None:
    """reset-counters-all."""
    call.expect(())
    for row in call.table:
        row.hidden.update(dict.fromkeys(_COUNTERS, 0))


def attach(router: Router) -> None:
    """Give the rule tables their behaviour."""
    for path in TABLES:
        router.hook(path, RuleHooks(router))
        router.register(path, "reset-counters", reset_counters)
        router.register(path, "reset-counters-all", reset_all_counters)
    for path in ("/ip/firewall/connection", "/ipv6/firewall/connection"):
        router.tables[path].journaled = False
        router.tables[path].lingering = LINGERING
