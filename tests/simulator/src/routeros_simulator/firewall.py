# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall of both families, alive for the simulator's own API ports: raw prerouting, dstnat, filter input.

The answer goes through raw output, filter output and IPsec's policies; when it is lost there, so is the connection.

RouterOS manual: Filter, Packet flow. First match wins, the end of an own chain returns to the caller, the end of a
built-in chain accepts; accept in raw only ends raw. A change acts after the switch `rule_delay`: up to 2 s were seen on
a CHR.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import ipsec
from .address_sets import AddressSets, interface_in_list
from .filter_matchers import Matcher, compile_matchers
from .packets import Address, Packet
from .presence import PATHS
from .router import Router
from .table import Row

Block = ipaddress.IPv4Network | ipaddress.IPv6Network
FAMILIES = ("ip", "ipv6")
#: the tables that a packet for the router meets, in their order, and the chain that it enters
STATIONS = (("raw", "prerouting"), ("filter", "input"))
#: and those that its answer meets
WAY_BACK = (("raw", "output"), ("filter", "output"))
_TABLES = frozenset(f"/{family}/firewall/{name}" for family in FAMILIES for name in ("raw", "nat", "filter"))
_TRACKING = "/ip/firewall/connection/tracking"
#: actions of nat rules that send a new connection elsewhere
_ELSEWHERE = frozenset({"dst-nat", "redirect", "netmap", "same", "socksify"})
_INTERFACE_LISTS = frozenset({"/interface/list", "/interface/list/member"})
#: how deep chains may call each other; RouterOS documents no number
MAX_DEPTH = 16


@dataclass(frozen=True)
class Verdict:
    """What becomes of a packet: accept, drop, reject or tarpit, and the rule that said so (None: the chain's end)."""

    action: str
    rule: Row | None = None

    @property
    def accepted(self) -> bool:
        """Whether the packet reaches the router."""
        return self.action == "accept"


ACCEPT = Verdict("accept")


@dataclass
class Rule:
    """A filter rule made ready; it keeps its rate buckets as long as its row stays as it is."""

    row: Row
    values: dict[str, str]
    matchers: list[Matcher]
    unknown: list[str]

    def matches(self, packet: Packet) -> bool:
        """Whether every matcher agrees; the last ones count what comes this far."""
        return all(matcher(packet) for matcher in self.matchers)


class Firewall:
    """Judges packets for the router itself.

    connections: gives the number of tracked connections whose source is in a block.
    """

    def __init__(
        self,
        router: Router,
        *,
        connections: Callable[[Block], int],
    ) -> None:
        self.router = router
        self.connections = connections
        self._lists = {family: AddressSets(router.tables[f"/{family}/firewall/address-list"]) for family in FAMILIES}
        # by table
        self._chains: dict[str, dict[str, list[Rule]]] = {}
        self._rules: dict[str, dict[str, Rule]] = {path: {} for path in _TABLES}
        self._waiting: set[str] = set()
        self.listeners: list[Callable[[], None]] = []  # told when packets may meet another answer than before
        router.changed.append(self._changed)

    # --- the world a rule looks at

    def now(self) -> float:
        """Simulated seconds since the epoch."""
        return self.router.clock.now()

    def listed(self, name: str, address: Address) -> bool:
        """Whether an address list of the address's family holds it."""
        return self._lists["ip" if address.version == 4 else "ipv6"].contains(name, address)

    def in_list(self, name: str, interface: str) -> bool:
        """Whether an interface list holds the interface."""
        tables = self.router.tables
        return interface_in_list(name, interface, tables.get("/interface/list"), tables.get("/interface/list/member"))

    # --- changes

    def _changed(self, path: str) -> None:
        if path in _INTERFACE_LISTS or path in PATHS:
            self._tell()
        if path not in _TABLES:
            return
        delay = self.router.switches.rule_delay
        if not delay:
            self._act(path)
        elif path not in self._waiting:
            self._waiting.add(path)
            self._chains_of(path)  # what acts until then
            self.router.clock.call_later(delay, lambda: self._act(path))

    def _act(self, path: str) -> None:
        self._waiting.discard(path)
        self._chains.pop(path, None)
        self._tell()

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()

    def _chains_of(self, path: str) -> dict[str, list[Rule]]:
        if path not in self._chains:
            before, rules = self._rules[path], {}
            chains: dict[str, list[Rule]] = {}
            for row in self.router.tables[path]:
                if row.disabled or row.dynamic:
                    continue
                known = before.get(row.id)
                rule = known if known is not None and known.values == row.values else self._compile(row)
                rules[row.id] = rule
                chains.setdefault(row.get("chain"), []).append(rule)
            self._rules[path], self._chains[path] = rules, chains
        return self._chains[path]

    def _compile(self, row: Row) -> Rule:
        matchers, unknown = compile_matchers(row.values, self)
        if unknown:
            matches = self.router.switches.unknown_matcher == "match"
            if not matches:
                matchers.insert(0, lambda packet: False)
            names = ", ".join(unknown)
            self.router.log("firewall,warning", f"simulator: rule {row.id} has {names}, which cannot be simulated")
        return Rule(row, dict(row.values), matchers, unknown)

    # --- packets

    def judge(self, packet: Packet) -> Verdict:
        """Send a packet on its way to the router, and its answer back, with everything that rules do to them there."""
        tables = self.router.tables
        if not self.router.presence.hears(packet):
            return Verdict("drop")
        if packet.family == "ipv6" and tables["/ipv6/settings"].only.get("disable-ipv6") in ("true", "yes"):
            return Verdict("drop")
        if tables[_TRACKING].only.get("enabled") == "no":
            packet = replace(packet, state="untracked")
        verdict = self._through(STATIONS[:1], packet)
        if verdict.accepted and packet.state == "new":
            verdict = self._translated(packet)
        if verdict.accepted:
            verdict = self._through(STATIONS[1:], packet)
        if not verdict.accepted:
            return verdict
        answer = packet.answer()
        back = self._through(WAY_BACK, answer)
        if not back.accepted or not ipsec.lets_pass(self.router, answer):
            return Verdict("drop", back.rule)
        return verdict

    def _through(self, stations: tuple[tuple[str, str], ...], packet: Packet) -> Verdict:
        verdict = None
        for name, chain in stations:
            verdict = self._walk(self._chains_of(f"/{packet.family}/firewall/{name}"), chain, packet, 0)
            if verdict is not None and not verdict.accepted:
                return verdict
        return verdict or ACCEPT

    def _translated(self, packet: Packet) -> Verdict:
        """What dstnat makes of a new connection: sent to another host or port it does not arrive here."""
        verdict = self._walk(self._chains_of(f"/{packet.family}/firewall/nat"), "dstnat", packet, 0)
        if verdict is None or verdict.rule is None or verdict.action not in _ELSEWHERE:
            return ACCEPT
        same = verdict.rule.get("to-ports") in ("", str(packet.destination_port))
        return ACCEPT if verdict.action == "redirect" and same else Verdict("drop", verdict.rule)

    def _walk(self, chains: dict[str, list[Rule]], chain: str, packet: Packet, depth: int) -> Verdict | None:
        if depth > MAX_DEPTH:
            return None
        for rule in chains.get(chain, ()):
            if not rule.matches(packet):
                continue
            row, action = rule.row, rule.values.get("action", "accept")
            self._count(row, packet)
            if action == "log" or rule.values.get("log") == "true":
                self._log(rule, chain, packet)
            if action in ("accept", "drop", "reject", "tarpit") or action in _ELSEWHERE:
                return Verdict(action, row)
            if action == "return":
                return None
            if action == "jump":
                verdict = self._walk(chains, rule.values.get("jump-target", ""), packet, depth + 1)
                if verdict is not None:
                    return verdict
            elif action in ("add-src-to-address-list", "add-dst-to-address-list"):
                address = packet.source if action == "add-src-to-address-list" else packet.destination
                timeout = rule.values.get("address-list-timeout", "none-dynamic")
                name = rule.values.get("address-list", "")
                self.router.address_lists.remember(address.version, name, str(address), timeout)
        return None

    @staticmethod
    def _count(row: Row, packet: Packet) -> None:
        for name, amount in (("packets", 1), ("bytes", packet.length)):
            count = row.hidden.get(name, 0)
            row.hidden[name] = (count if isinstance(count, int) else 0) + amount

    def _log(self, rule: Rule, chain: str, packet: Packet) -> None:
        prefix = rule.values.get("log-prefix", "")
        nowhere = "(unknown 0)"
        into, out = (nowhere, packet.interface) if packet.outgoing else (packet.interface, nowhere)
        line = f"{chain}: in:{into} out:{out}, {packet}"
        self.router.log("firewall,info", f"{prefix} {line}" if prefix else line)
