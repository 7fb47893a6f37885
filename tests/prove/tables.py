# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to lock oneself out, and changes that look like them and are what somebody wanted: tables to both build upon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.bastion.routeros.tests.prove.house import Call

FILTER, RAW, NAT = "/ip/firewall/filter", "/ip/firewall/raw", "/ip/firewall/nat"
LIST = "/ip/firewall/address-list"
US, NEIGHBOURS, STRANGERS = "127.0.0.1", "192.0.2.0/24", "198.51.100.0/24"
Row = tuple[str, dict[str, str]]


def rule(action: str, comment: str = "", chain: str = "input", table: str = FILTER, **matchers: str) -> Row:
    """A rule that is there before."""
    texts = {name.replace("_", "-"): text for name, text in matchers.items()}
    return table, {"chain": chain, "action": action, **texts, **({"comment": comment} if comment else {})}


def entry(name: str, address: str, **more: str) -> Row:
    """An entry of an address list that is there before."""
    return LIST, {"list": name, "address": address, **more}


def ruleset(*rules: Mapping[str, Any], name: str = "case", **options: Any) -> Call:
    """A ruleset for IPv4, in front of all others unless told otherwise."""
    return "firewall_filter", {"ruleset": name, "family": "ipv4", "rules": list(rules), **options}


def rows(path: str, *entries: Mapping[str, Any], **options: Any) -> Call:
    """Rows of any menu, told apart by their comments where they have nothing else."""
    keyed = {} if path in ("/ip/service", "/user/group") else {"key": ["comment"]}
    return "menu", {"path": path, "entries": list(entries), **keyed, **options}


def values(path: str, **settings: Any) -> Call:
    """Settings of any menu."""
    return "menu", {"path": path, "values": settings}


def members(name: str, *addresses: str | Mapping[str, Any], **options: Any) -> Call:
    """Entries of an address list."""
    return "address_list", {"list": name, "entries": list(addresses), "family": "ipv4", **options}


DROP = {"action": "drop", "comment": "everybody else"}
RUNNING = rule("accept", "running", connection_state="established,related")
# A firewall as it is found in many places: who is trusted may come, nobody else.
CLOSED = (
    RUNNING,
    rule("accept", "trusted", src_address_list="trusted"),
    rule("drop", "the rest"),
    entry("trusted", US),
    entry("trusted", NEIGHBOURS),
)
BY_INTERFACE = (
    RUNNING,
    rule("accept", "inside", in_interface_list="LAN"),
    rule("drop", "the rest"),
)
BLACKLIST = (rule("drop", "blocked", src_address_list="blacklist"), RUNNING, entry("blacklist", STRANGERS))
PEER: Row = ("/ip/ipsec/peer", {"name": "far", "address": "203.0.113.9/32"})
V6_CLOSED: tuple[Row, ...] = (
    ("/ipv6/firewall/filter", {"chain": "input", "action": "accept", "connection-state": "established,related"}),
    ("/ipv6/firewall/filter", {"chain": "input", "action": "accept", "src-address-list": "trusted"}),
    ("/ipv6/firewall/filter", {"chain": "input", "action": "drop"}),
    ("/ipv6/firewall/address-list", {"list": "trusted", "address": "::1/128"}),
)
