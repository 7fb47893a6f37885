# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our modules work with every position of the switches: all as they are, all the other way, and mixtures."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import LoginFailed
from routeros_simulator.switches import PARTS, WORDS, Switches, mixture, positions
from routeros_simulator.testing import running

from ..traps.conftest import door_to, ours

DOCS = Path(__file__).resolve().parents[3] / "docs" / "simulator.md"
MIXTURES = int(os.environ.get("SWITCH_MIXTURES", "4"))
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("user_group", {"name": "automation", "policy": ["api", "read", "write", "policy", "sensitive", "ftp", "test"]}),
    ("user", {"name": "ann", "group": "automation", "password": "Correct-horse-1", "address": ["127.0.0.1", "::1"]}),
    ("certificate", {"name": "ca", "common_name": "ca", "key_size": "prime256v1"}),
    ("certificate", {"name": "api", "common_name": "api", "ca": "ca", "key_size": "prime256v1"}),
    ("service", {"name": "api-ssl", "certificate": "api", "tls_version": "only-1.2"}),
    ("service", {"name": "api", "address": ["127.0.0.0/8", "::1/128"]}),
    ("service", {"name": "telnet", "disabled": True}),
    ("address_list", {"list": "mine", "entries": ["127.0.0.0/8", "192.0.2.1", "192.0.2.128/25"], "state": "replaced"}),
    (
        "firewall_filter",
        {
            "ruleset": "mine",
            "family": "ipv4",
            "rules": [
                {"action": "accept", "connection_state": ["established", "related"]},
                {"action": "accept", "src_address_list": "mine"},
                {"action": "drop", "protocol": "tcp", "dst_port": [8728, 8729]},
            ],
        },
    ),
    ("logging", {"topics": ["firewall", "info"], "action": "memory"}),
    ("user_settings", {"minimum_password_length": 8}),
    ("menu", {"path": "/system/identity", "values": {"name": "mixed"}}),
]


@pytest.mark.parametrize("version", ["7.16.2", "7.22.3"])
@pytest.mark.parametrize("mixed", ["default", "other", *(f"random:{number}" for number in range(MIXTURES))])
def test_modules_with_any_switches(mixed: str, version: str) -> None:
    switches = mixture(mixed)
    with running(version, time_scale=50, switches=switches) as sim:
        for module, options in CALLS:
            assert ours(sim, module, options).changed, (module, switches)
        for module, options in CALLS:
            again = ours(sim, module, options)
            assert not again.changed, (module, again.plans, switches)
        with pytest.raises(LoginFailed):
            door_to(sim, "ann", "wrong").open()


def test_the_manual_has_every_switch_with_its_positions() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(table) == {*positions(), *PARTS}
    for name, values in positions().items():
        assert values[0] == getattr(Switches(), name)
        (default,) = re.findall(r"\*\*(.*?)\*\*", table[name])
        if name in WORDS:
            assert tuple(table[name].replace("*", "").split(", ")) == values
        elif isinstance(values[0], bool):
            assert default == ("yes" if values[0] else "no")
        else:
            assert float(default) == values[0]
