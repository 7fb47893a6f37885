# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others changed: told from what is ours, from counters, and from what the router does by itself."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman, others
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

SERVICE, FILTER = "/ip/service", "/ip/firewall/filter"
Rows = list[dict[str, str]]
BEFORE: Rows = [
    {".id": "*1", "name": "telnet", "disabled": "false"},
    {".id": "*2", "name": "ftp", "disabled": "false"},
    {".id": "*9", "name": "api", "dynamic": "true", "remote": "192.0.2.1"},
]


def state(path: str, rows: Rows) -> State:
    return State(Version.parse("7.16.2"), "admin", (), {path: rows})


def test_rows_that_we_did_not_touch_are_told() -> None:
    after = [{**BEFORE[0], "disabled": "true"}, {**BEFORE[1], "disabled": "true"}]
    assert others.by_rows(state(SERVICE, BEFORE), state(SERVICE, after), {SERVICE: {"*1"}}) == ["/ip/service: ftp"]


def test_rows_that_come_and_go_are_told_once() -> None:
    after = [BEFORE[0], {".id": "*A", "name": "www", "disabled": "false"}]
    assert others.by_rows(state(SERVICE, BEFORE), state(SERVICE, after), {}) == ["/ip/service: ftp", "/ip/service: www"]


def test_counters_and_flags_are_no_news() -> None:
    rule = {".id": "*1", "chain": "input", "action": "drop", "comment": "mine"}
    before, after = (
        {**rule, "bytes": count, "packets": count, "invalid": flag} for count, flag in (("1", "false"), ("2", "true"))
    )
    assert others.by_rows(state(FILTER, [before]), state(FILTER, [after]), {}) == []
    assert others.differing(state(FILTER, [before]), state(FILTER, [after])) == []


def test_after_a_restart_ids_do_not_count_but_order_does() -> None:
    one, two = ({"chain": "input", "action": action} for action in ("accept", "drop"))
    before = [{".id": "*1", **one}, {".id": "*2", **two}]
    assert others.differing(state(FILTER, before), state(FILTER, [{".id": "*7", **one}, {".id": "*8", **two}])) == []
    assert others.differing(state(FILTER, before), state(FILTER, [{".id": "*7", **two}, {".id": "*8", **one}])) == [
        FILTER
    ]


def test_the_time_until_it_fires_covers_the_work() -> None:
    assert deadman.duration(2, 5, 1) == deadman.SHORTEST
    assert deadman.duration(2, 30, 1) > 2 + 3 * 30
    assert deadman.duration(2, 5, 5000) > 500
