# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the steps of a knock arrive, and nothing else listens there: what ``verdict_info`` answers about them.

No text names a port of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.listeners import LISTENERS, in_use
from ansible_collections.bastion.routeros.plugins.plugin_utils.task import reachability
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import FIRST_SYN, Packet, Rule, Tables, name_rule
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.arrival import arrivals, taker
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.knock import Step
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import print_sentence

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

# IP and UDP headers.
_HEADERS = {4: 28, 6: 48}
_DOES = {"drop": "drops it", "reject": "rejects it", "tarpit": "holds it in a tarpit", "accept": "accepts it"}


def read(session: Session, steps: Sequence[Step], interface_list: str, family: str) -> list[dict[str, Any]]:
    """One entry for each step and family."""
    wanted = reachability.FAMILIES.values() if family == "both" else [reachability.FAMILIES[family]]
    used = _in_use(session)
    found = []
    for each in wanted:
        tables = reachability.read_tables(session, each)
        found += [judge_step(tables, number, step, interface_list, used) for number, step in enumerate(steps, 1)]
    return found


def _in_use(session: Session) -> dict[tuple[str, int], str]:
    """What listens on the router, by protocol and port. Menus that this router does not have say nothing."""
    answers = session.send_many([print_sentence(path, one.properties) for path, one in LISTENERS.items()])
    pairs = zip(LISTENERS, answers, strict=True)
    return in_use({path: answer.rows for path, answer in pairs if not isinstance(answer, Trap)})


def judge_step(
    tables: Tables,
    number: int,
    step: Step,
    interface_list: str = "",
    used: Mapping[tuple[str, int], str] | None = None,
) -> dict[str, Any]:
    """Whether another rule takes the step before rules at the top of the chain input, on any of the router's addresses.

    :param number: of the step, counted from 1
    :param used: what listens on the router, by protocol and port
    """
    packet = Packet(
        protocol=step.protocol,
        destination_port=step.port,
        destination_type="local",
        state="new",
        nat_state=(),
        fragment=False,
        tcp_flags=FIRST_SYN if step.protocol == "tcp" else (),
        size=step.size + _HEADERS[tables.family] if step.size else None,
        family=tables.family,
    )
    entry: dict[str, Any] = {"step": number, "family": f"ipv{tables.family}", "taken": False, "rule": {}}
    listener = (used or {}).get((step.protocol, step.port))
    if listener is not None:
        why = f"Step {number} (ipv{tables.family}) is a port that {listener} uses, whose peers would knock."
        return entry | {"taken": True, "why": why}
    for arrival in arrivals(tables, packet, interface_list):
        rule = taker(tables, arrival)
        if rule is not None:
            where = f" for {arrival.destination}" if arrival.destination else ""
            why = f"Step {number} (ipv{tables.family}) does not arrive{where}: {name_rule(rule)} {_does(rule)}."
            return entry | {"taken": True, "rule": reachability.shown_rule(rule), "why": why}
    return entry | {"why": f"Nothing is known to take step {number} (ipv{tables.family}) before."}


def _does(rule: Rule) -> str:
    return "sends it to another destination" if rule.table == "nat" else _DOES.get(rule.action, rule.action)
