# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to write tables, rules and packets."""

from __future__ import annotations

from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import (
    ACCEPTED,
    DROPPED,
    Packet,
    Tables,
    Verdict,
    judge,
)

Row = dict[str, str]


def rule(action: str = "drop", chain: str = "input", **matchers: str) -> Row:
    """A rule; underscores of names stand for hyphens."""
    return {"chain": chain, "action": action} | {name.replace("_", "-"): text for name, text in matchers.items()}


def entry(name: str, address: str, **more: str) -> Row:
    """A row of an address list."""
    return {"list": name, "address": address, **more}


def verdict(rules: list[Row], packet: Packet | None = None, chain: str = "input", **tables: Any) -> Verdict:
    """Judge a packet (by default one of which nothing is known)."""
    return judge(Tables(filter=rules, **tables), chain, packet or Packet())


def answer(rules: list[Row], packet: Packet | None = None, chain: str = "input", **tables: Any) -> str:
    """The answer alone."""
    return verdict(rules, packet, chain, **tables).answer


def matches(matchers: Row, packet: Packet, chain: str = "input", **tables: Any) -> str:
    """Whether a rule with these matchers takes the packet: yes, no or maybe."""
    found = answer([{"chain": chain, "action": "drop", **matchers}], packet, chain, **tables)
    return {DROPPED: "yes", ACCEPTED: "no"}.get(found, "maybe")
