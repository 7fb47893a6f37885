# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a filter table does with a packet: jumps, returns, first match (RouterOS manual, Filter), as far as needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row

SOURCES = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
PORTS = ("8728", "8729")
Trace = tuple[str, tuple[str, ...]]


def _matches(row: Row, source: str, port: str) -> bool:
    return (
        row.get("disabled") != "true"
        and row.get("src-address", source) == source
        and port in row.get("dst-port", port).split(",")
    )


def _walk(rows: Sequence[Row], chain: str, source: str, port: str, logged: list[str]) -> str:
    for row in rows:
        if row["chain"] != chain or not _matches(row, source, port):
            continue
        action = row.get("action", "accept")
        if action in ("accept", "drop"):
            return action
        if action == "return":
            return ""
        if action == "log":
            logged.append(row["log-prefix"])
        if action == "jump" and (verdict := _walk(rows, row["jump-target"], source, port, logged)):
            return verdict
    return ""


def behaviour(rows: Iterable[Row], chain: str = "input") -> dict[tuple[str, str], Trace]:
    """For each packet: what becomes of it, and what was logged on its way."""
    table = list(rows)
    found: dict[tuple[str, str], Trace] = {}
    for source in SOURCES:
        for port in PORTS:
            logged: list[str] = []
            found[source, port] = (_walk(table, chain, source, port, logged) or "accept", tuple(logged))
    return found
