# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the ipsec_api_tunnel role, and a reader of swanctl.conf that knows nothing of how it is written."""

from __future__ import annotations

import copy
import re
from typing import Any

GOOD: dict[str, Any] = {
    "host": "router1",
    "name": "api",
    "router": {"outside": "203.0.113.1", "inside": "192.168.88.1", "id": "router1.example.net"},
    "controller": {"outside": "198.51.100.7", "id": "controller.example.net"},
    "auth": "certificate",
    "mode": "tunnel",
    "port": 8729,
    "encryption": "aes-256-gcm",
    "dh_group": "ecp256",
    "ike_lifetime": "8h",
    "lifetime": "1h",
    "dpd_interval": "30s",
    "dpd_failures": 4,
    "ike_from_others": "leave",
    "clear_sources": [],
    "allow_capture": False,
    "force_encapsulation": False,
    "psk": "",
}
SECRET = "qW7/zR2+mK9vT4xB8nL1cH6dJ3fG5pYs"


def settings(**changes: Any) -> dict[str, Any]:
    """The variables with changes; ``router__inside=x`` changes one key of a dictionary, None takes it out."""
    made = copy.deepcopy(GOOD)
    for name, value in changes.items():
        outer, _both, inner = name.partition("__")
        if not inner:
            made[outer] = value
        elif value is None:
            del made[outer][inner]
        else:
            made[outer][inner] = value
    return made


def swanctl(text: str) -> dict[str, Any]:
    """A swanctl.conf as nested dictionaries (strongSwan's manual, strongswan.conf syntax: sections, # and quotes)."""
    root: dict[str, Any] = {}
    stack = [root]
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if not plain or plain.startswith("#"):
            continue
        if section := re.fullmatch(r"([\w.-]+) \{", plain):
            stack.append(stack[-1].setdefault(section[1], {}))
        elif plain == "}":
            stack.pop()
        elif setting := re.fullmatch(r"(\w+(?:-\d)?) = (?:\"([^\"\\]*)\"|([^\"{}#]+))", plain):
            assert setting[1] not in stack[-1], f"line {number}: twice"
            stack[-1][setting[1]] = setting[2] if setting[2] is not None else setting[3].strip()
        else:
            raise AssertionError(f"line {number}: {line}")
        assert stack, f"line {number}: one brace too many"
    assert len(stack) == 1, "a brace is missing"
    return root
