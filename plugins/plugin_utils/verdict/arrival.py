# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a packet for the router arrive at rules that stand first in the chain input, or does another rule take it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.lists import Row, is_set
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.packet import Packet
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import NO
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.tables import Rule, Tables
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.walk import UNKNOWN, judge

_GATE: Row = {"chain": "input", "action": "drop", "comment": "what stands first"}


def taker(tables: Tables, packet: Packet) -> Rule | None:
    """The rule that takes a new packet before what stands first in the chain input could see it; None: it may arrive.

    That is a raw rule that drops it, a nat rule that sends it elsewhere, or a dynamic rule at the very top, before
    which nothing can be placed. Only what is certain counts, whoever sends the packet.
    """
    at = next((at for at, row in enumerate(tables.filter) if _is_static_input(row)), len(tables.filter))
    rows = list(tables.filter)
    rows.insert(at, _GATE)
    verdict = judge(tables.replaced(filter=rows), "input", packet)
    if verdict.elsewhere is not None:
        return verdict.elsewhere
    rule = verdict.rule
    return None if verdict.answer == UNKNOWN or rule is None or rule.row is _GATE else rule


def arrivals(tables: Tables, packet: Packet, interface_list: str = "") -> Iterator[Packet]:
    """The ways in which such a packet can come: one for each of the router's addresses, with the interface it is on.

    :param interface_list: only addresses on interfaces that may be in it.
    """
    found = False
    for row in tables.addresses or ():
        address = row.get("address", "").partition("/")[0]
        interface = row.get("actual-interface") or row.get("interface", "")
        if not address or is_set(row, "disabled") or is_set(row, "invalid"):
            continue
        if interface_list and tables.interfaces.match(interface_list, interface) == NO:
            continue
        found = True
        yield replace(packet, destination=address, in_interface=interface or None)
    if not found:
        yield packet


def _is_static_input(row: Row) -> bool:
    return row.get("chain") == "input" and not is_set(row, "dynamic")
