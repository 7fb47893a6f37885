# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packets a policy is for, as far as two policies may be for the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

EVERYTHING = {"protocol": ("", "all", "255"), "src-port": ("", "any", "0"), "dst-port": ("", "any", "0")}


def overlap(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether there may be a packet that both policies are for; only then does their order matter.

    Rows of ``/ip/ipsec/policy``. What cannot be read counts as the same.
    """
    for name, words in EVERYTHING.items():
        left, right = one.get(name, ""), other.get(name, "")
        if left not in words and right not in words and left != right:
            return False
    return all(_meet(one.get(name, ""), other.get(name, "")) for name in ("src-address", "dst-address"))


def _meet(one: str, other: str) -> bool:
    try:
        left, right = ip_network(one, strict=False), ip_network(other, strict=False)
    except ValueError:
        return True
    # ::/0 is what RouterOS has for everything, IPv4 too, in its own template.
    if "::/0" in (str(left), str(right)):
        return True
    return left.version == right.version and left.overlaps(right)
