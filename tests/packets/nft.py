# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter and raw tables of RouterOS as nftables scripts: the same chains, rules and lists, met by real packets.

Written from RouterOS's manual, not from the collection's own evaluator, which is judged by it. A matcher, a value or an
action that nftables cannot express raises Untranslatable; nothing is left out silently. Some can be expressed nearly
(limits, fasttrack, tarpit), for those who ask for it. An address list is two sets, NAME_static and NAME_dynamic,
because a set of prefixes takes no additions from rules.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.times import microseconds
from ansible_collections.bastion.routeros.tests.packets.nft_matchers import (
    Row,
    Tunnel,
    Untranslatable,
    choice,
    last,
)

__all__ = ["TABLES", "Script", "Tunnel", "Untranslatable", "translate"]

TABLES = {4: "ip routeros", 6: "ip6 routeros"}
"""The nftables table that a translation lives in, by family."""

_HOOKS = {
    ("filter", "input"): "input priority 0",
    ("filter", "forward"): "forward priority 0",
    ("filter", "output"): "output priority 0",
    ("raw", "prerouting"): "prerouting priority -300",
    ("raw", "output"): "output priority -300",
}
_NO_MATCHERS = frozenset(
    {
        *("chain", "action", "comment", "disabled", "dynamic", "log", "log-prefix", "jump-target", "reject-with"),
        *("address-list", "address-list-timeout", "hw-offload", "bytes", "packets", "invalid"),
    }
)
_REJECT = {
    4: {
        "icmp-network-unreachable": "icmp type net-unreachable",
        "icmp-host-unreachable": "icmp type host-unreachable",
        "icmp-protocol-unreachable": "icmp type prot-unreachable",
        "icmp-port-unreachable": "icmp type port-unreachable",
        "icmp-net-prohibited": "icmp type net-prohibited",
        "icmp-host-prohibited": "icmp type host-prohibited",
        "icmp-admin-prohibited": "icmp type admin-prohibited",
        "tcp-reset": "tcp reset",
    },
    6: {
        "icmp-no-route": "icmpv6 type no-route",
        "icmp-admin-prohibited": "icmpv6 type admin-prohibited",
        "icmp-address-unreachable": "icmpv6 type addr-unreachable",
        "icmp-port-unreachable": "icmpv6 type port-unreachable",
        "tcp-reset": "tcp reset",
    },
}
# Longer than any test. Without a timeout of its own an entry that had one would end with the next update of it.
_FOR_EVER = "365d"
_USUAL_REJECT = {4: "icmp-network-unreachable", 6: "icmp-no-route"}


@dataclass(frozen=True)
class Script:
    """A translation. `text` replaces what was loaded before; `lists` names the sets of each address list."""

    text: str
    lists: Mapping[str, str]


@dataclass
class _Translation:
    """What the rules of one family have in common while they are written."""

    family: int
    members: Mapping[str, Sequence[str]]
    approximate: bool
    log_group: int | None
    tunnel: Tunnel | None
    lists: dict[str, str] = field(default_factory=dict)
    chains: dict[tuple[str, str], str] = field(default_factory=dict)
    meters: list[str] = field(default_factory=list)

    def list_name(self, name: str) -> str:
        return self.lists.setdefault(name, f"list{len(self.lists)}_{_plain(name)}")

    def chain_name(self, table: str, name: str) -> str:
        return self.chains.setdefault((table, name), f"{table}{len(self.chains)}_{_plain(name)}")

    def meter(self, key: str, timeout: str) -> str:
        name = f"meter{len(self.meters)}"
        flags = f"dynamic,timeout; timeout {timeout}" if timeout else "dynamic"
        self.meters.append(f"set {name} {{ typeof {key}; size 65535; flags {flags}; }}")
        return name

    def rule(self, table: str, row: Row) -> list[str]:
        """The lines of one rule: none when it can never match."""
        if _is(row, "invalid"):
            raise Untranslatable(f"a rule that the router flags as invalid: {dict(row)}")
        plain: list[str] = []
        counting: list[str] = []
        before: list[list[str]] = []
        names = [name for name in row if name not in _NO_MATCHERS and not name.startswith(".")]
        for name in sorted(names, key=lambda name: (last(name), name != "protocol")):
            found = choice(self, row, name, row[name])
            if not found.expressions and not found.negated:
                return []
            if len(found.expressions) == 1 and not found.negated:
                (counting if last(name) else plain).extend(found.expressions)
                continue
            # One rule cannot say "or", nor "none of": that is worked out before it, into a bit of the packet's mark.
            bit = 1 << len(before)
            before.append([f"meta mark set meta mark & {~bit & 0xFFFFFFFF:#x}"])
            before[-1] += [f"{each} meta mark set meta mark | {bit:#x}" for each in found.expressions]
            plain.append(f"meta mark & {bit:#x} == {0 if found.negated else bit:#x}")
        actions = self.actions(table, row)
        lines = [line for group in before for line in group]
        return [*lines, " ".join(part for part in (*plain, *counting, *actions) if part)]

    def actions(self, table: str, row: Row) -> list[str]:
        """The statements behind the matchers."""
        action = row.get("action", "accept")
        found = ["counter"]
        if self.log_group is not None and (_is(row, "log") or action == "log"):
            prefix = row.get("log-prefix", "").replace('"', "'")
            found.append(f'log prefix "{prefix}" group {self.log_group}' if prefix else f"log group {self.log_group}")
        if action in ("accept", "drop", "return"):
            found.append(action)
        elif action in ("log", "passthrough"):
            pass
        elif action == "reject" and table == "filter":
            found.append(self._reject(row))
        elif action == "jump" and row.get("jump-target"):
            found.append(f"jump {self.chain_name(table, row['jump-target'])}")
        elif action in ("add-src-to-address-list", "add-dst-to-address-list"):
            found.append(self._addition(row, action[4]))
        elif action == "notrack" and table == "raw":
            found.append("notrack")
        elif action in ("fasttrack-connection", "tarpit") and self.approximate:
            found.append("accept" if action == "fasttrack-connection" else "drop")
        else:
            raise Untranslatable(f"action={action}")
        return found

    def _reject(self, row: Row) -> str:
        word = row.get("reject-with", _USUAL_REJECT[self.family])
        if word not in _REJECT[self.family] or (word == "tcp-reset" and row.get("protocol") not in ("tcp", "6")):
            raise Untranslatable(f"reject-with={word}")
        return f"reject with {_REJECT[self.family][word]}"

    def _addition(self, row: Row, side: str) -> str:
        if not row.get("address-list"):
            raise Untranslatable(f"action={row['action']} without a list")
        address = f"{'ip' if self.family == 4 else 'ip6'} {side}addr"
        timeout = row.get("address-list-timeout", "none-dynamic")
        time = _FOR_EVER if timeout in ("none-dynamic", "none-static", "0s") else f"{_milliseconds(timeout)}ms"
        return f"update @{self.list_name(row['address-list'])}_dynamic {{ {address} timeout {time} }}"

    def sets(self, rows: Sequence[Row]) -> Iterable[str]:
        """The sets of all address lists that the rules name."""
        kind = f"ipv{self.family}_addr"
        for name, shown in self.lists.items():
            static, dynamic = [], []
            for row in rows:
                if row.get("list") != name or _is(row, "disabled"):
                    continue
                element, single = _element(row.get("address", ""), self.family)
                if _is(row, "dynamic") and single:
                    time = f"{_milliseconds(row['timeout'])}ms" if "timeout" in row else _FOR_EVER
                    dynamic.append(f"{element} timeout {time}")
                else:
                    static.append(element)
            yield f"set {shown}_static {{ type {kind}; flags interval; auto-merge; {_elements(static)} }}"
            yield f"set {shown}_dynamic {{ type {kind}; size 65535; flags dynamic,timeout; {_elements(dynamic)} }}"


def translate(
    family: int,
    *,
    filter: Sequence[Row],
    raw: Sequence[Row] = (),
    address_lists: Sequence[Row] = (),
    interface_members: Mapping[str, Sequence[str]] | None = None,
    approximate: bool = False,
    log_group: int | None = None,
    tunnel: Tunnel | None = None,
) -> Script:
    """The tables of one family as an nftables script.

    :param interface_members: interface lists by name with the interfaces in them, includes and excludes worked out
    :param approximate: take what can be expressed nearly only (limits, fasttrack, tarpit)
    :param log_group: the netlink group that log rules write to; None leaves logging out, which decides nothing
    :param tunnel: IPsec that is not the kernel's, so that ipsec-policy has to look at an interface
    :raises Untranslatable: something has no counterpart
    """
    work = _Translation(family, interface_members or {}, approximate, log_group, tunnel)
    bodies: dict[str, list[str]] = {}
    for table, rows in (("filter", filter), ("raw", raw)):
        for row in rows:
            if not _is(row, "disabled"):
                bodies.setdefault(work.chain_name(table, row["chain"]), []).extend(work.rule(table, row))
    lines = [f"table {TABLES[family]} {{ }}", f"delete table {TABLES[family]}", f"table {TABLES[family]} {{"]
    lines += [f"  {each}" for each in (*work.sets(address_lists), *work.meters)]
    for name in work.chains.values():
        lines += [f"  chain {name} {{", *(f"    {line}" for line in bodies.get(name, ())), "  }"]
    for (table, chain), hook in _HOOKS.items():
        if (table, chain) in work.chains:
            lines += [f"  chain hook_{table}_{chain} {{", f"    type filter hook {hook}; policy accept;"]
            lines += [f"    jump {work.chains[table, chain]}", "  }"]
    return Script("\n".join([*lines, "}", ""]), dict(work.lists))


def _plain(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _is(row: Row, name: str) -> bool:
    return row.get(name) in ("true", "yes")


def _milliseconds(text: str) -> int:
    found = microseconds(text)
    if not found:
        raise Untranslatable(f"the time {text}")
    return max(1, found // 1000)


def _element(address: str, family: int) -> tuple[str, bool]:
    """An entry of a list as an element of a set, and whether it is a single address."""
    low, dash, high = address.partition("-")
    try:
        if dash:
            first, last_one = ipaddress.ip_address(low), ipaddress.ip_address(high)
            version, text, single = first.version, f"{first}-{last_one}", False
        else:
            network = ipaddress.ip_network(address, strict=False)
            version, single = network.version, network.num_addresses == 1
            text = str(network.network_address) if single else str(network)
    except ValueError:
        raise Untranslatable(f"the entry {address} of an address list") from None
    if version != family:
        raise Untranslatable(f"the entry {address} among IPv{family} addresses")
    return text, single


def _elements(elements: list[str]) -> str:
    return f"elements = {{ {', '.join(dict.fromkeys(elements))} }};" if elements else ""
