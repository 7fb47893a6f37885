# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the roles knock and secure_api leave each other alone on one router."""

from __future__ import annotations

from routeros_simulator.testing import Simulator

Configuration = dict[str, list[tuple[tuple[str, str], ...]]]


def gates(router: Simulator) -> list[str]:
    """The rulesets that the chain input of IPv4 enters, in order."""
    return [
        row["jump-target"]
        for row in router.rows("/ip/firewall/filter")
        if row.get("chain") == "input" and row.get("action") == "jump"
    ]


def by_chain(configuration: Configuration) -> Configuration:
    """The same with the rows of each chain and list together: how these lie among each other means nothing."""

    def chain(row: tuple[tuple[str, str], ...]) -> str:
        return dict(row).get("chain", dict(row).get("list", ""))

    return {
        path: sorted(rows, key=chain) if path.startswith(("/ip/firewall", "/ipv6/firewall")) else rows
        for path, rows in configuration.items()
    }


def without_knock(configuration: Configuration) -> Configuration:
    """A configuration without what belongs to the knock."""
    return {
        path: [row for row in rows if not any(text.startswith("bastion/knock") for _name, text in row)]
        for path, rows in configuration.items()
    }
