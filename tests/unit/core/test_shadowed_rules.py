# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule that can never match is named; one whose list is filled in between is none of these."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.firewall_filter import FirewallFilter
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

LISTED = {"action": "drop", "src_address_list": "blocked"}
FILL = {"action": "add-src-to-address-list", "address_list": "blocked", "address_list_timeout": "1d"}


@pytest.mark.parametrize(
    ("rules", "shadowed"),
    [
        ([{"action": "drop"}, {"action": "accept"}], 1),
        ([LISTED, LISTED], 1),
        ([LISTED, FILL, LISTED], 0),
        ([LISTED, {**FILL, "address_list": "others"}, LISTED], 1),
        ([{"action": "drop", "protocol": "tcp"}, {"action": "accept", "protocol": "udp"}], 0),
        ([{"action": "accept", "limit": "5,10:packet"}, {"action": "drop"}], 0),
    ],
)
def test_shadowed_rules_are_named(rules: list[dict[str, Any]], shadowed: int) -> None:
    change = FirewallFilter(
        {"ruleset": "x", "chain": "input", "family": "ipv4", "rules": rules, "state": "present", "placement": "top"}
    )
    change.check(Version.parse("7.22.3"))
    assert len([warning for warning in change.warnings if "can never match" in warning]) == shadowed
