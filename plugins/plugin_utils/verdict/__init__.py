# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a router's firewall does with a packet: accepted, dropped, or cannot be told. Pure.

    tables = Tables(filter=rows, address_lists=rows, family=4)
    packet = Packet(source="192.0.2.7", protocol="tcp", destination_port=8729, state="new")
    verdict = judge(tables, "input", packet)
    verdict.answer, verdict.rule, explain(verdict)

Whatever is unknown, about the packet or about the router, leaves the answer open unless every possibility leads to the
same end. So an answer that is certain stays true when more gets known. Rules are those of RouterOS's manual: the first
rule that matches and has an ending action decides; the end of an own chain returns to the caller; the end of a built-in
chain accepts, and `return` there too; an addition to an address list holds for the very next rule.
"""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.packet import FIRST_SYN, BadPacket, Packet
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.reach import reach
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.tables import Rule, Tables
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.types import interface_towards
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.walk import (
    ACCEPTED,
    DROPPED,
    UNKNOWN,
    Addition,
    Step,
    Verdict,
    judge,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.words import explain, name_rule, show_rule

__all__ = [
    "ACCEPTED",
    "DROPPED",
    "FIRST_SYN",
    "UNKNOWN",
    "Addition",
    "BadPacket",
    "Packet",
    "Rule",
    "Step",
    "Tables",
    "Verdict",
    "explain",
    "interface_towards",
    "judge",
    "name_rule",
    "reach",
    "show_rule",
]
