# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated router holds, in a form that can be compared: before, after, and what is inert."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from routeros_simulator.testing import Simulator

Rows = list[dict[str, str]]
State = dict[str, Rows]

# What happens, not what is configured.
_HAPPENING = (
    "/log",
    "/user/active",
    "/system/history",
    "/system/resource",
    "/safe-mode",
    "/ip/firewall/connection",
    "/ipv6/firewall/connection",
    "/system/clock",
)
# What a router counts or keeps by itself.
_COUNTED = {"bytes", "packets", "last-logged-in", "expired", "invalid", "creation-time", "last-modified", "uptime"}
# What is another one each time a certificate is made.
_UNIQUE = {"fingerprint", "serial-number", "akid", "skid", "invalid-before", "invalid-after", "expires-after"}
_TABLES = ("/ip/firewall/filter", "/ipv6/firewall/filter")
_LISTS = ("src-address-list", "dst-address-list", "address-list")


def state_of(router: Simulator) -> State:
    """Every static row of every menu, in order, without ids, counters and what belongs to this one router."""

    def take() -> State:
        ports = {str(port): name for name in ("api", "api-ssl") if (port := row_port(name))}
        found: State = {}
        for path, table in router.router.tables.items():
            if path.startswith(_HAPPENING):
                continue
            dropped = _COUNTED | (_UNIQUE if path == "/certificate" else set())
            rows = []
            for row in table:
                if row.dynamic:
                    continue
                values = {name: text for name, text in row.values.items() if name not in dropped}
                for name in ("port", "dst-port"):
                    if name in values:
                        # The role sorts them by number.
                        values[name] = ",".join(sorted(ports.get(part, part) for part in values[name].split(",")))
                if "password" in row.hidden:
                    values["password"] = str(row.hidden["password"])
                rows.append(values)
            if rows:
                found[path] = rows
        return found

    def row_port(name: str) -> str:
        return next((row.get("port") for row in router.router.tables["/ip/service"] if row.get("name") == name), "")

    return router.call(take)


def without_inert(state: State) -> State:
    """Without what a cut may leave behind: unbound certificates, unreferenced chains, unused lists, own files."""
    left = dict(state)
    left["/file"] = [row for row in state.get("/file", ()) if not row["name"].startswith("bastion-")]
    bound = {row.get("certificate") for row in state.get("/ip/service", ())}
    left["/certificate"] = [row for row in state.get("/certificate", ()) if row.get("name") in bound]
    for path in _TABLES:
        left[path] = _entered(state.get(path, []))
    for family in ("/ip", "/ipv6"):
        rules = [
            row for table in ("filter", "raw", "nat", "mangle") for row in left.get(f"{family}/firewall/{table}", ())
        ]
        used = {row[name].removeprefix("!") for row in rules for name in _LISTS if name in row}
        path = f"{family}/firewall/address-list"
        left[path] = [row for row in state.get(path, ()) if row.get("list") in used]
    return {path: rows for path, rows in left.items() if rows}


def without_twins(state: State) -> State:
    """Without what is inert, and without telling which of its two chains a ruleset is in."""
    left = without_inert(state)
    for path in _TABLES:
        rows = [
            {name: re.sub(r"^(bastion-.*)\.[ab]$", r"\1.twin", text) for name, text in row.items()}
            for row in left.get(path, ())
        ]
        left[path] = sorted(rows, key=lambda row: row["chain"])
    return left


def _entered(rows: Rows) -> Rows:
    """The rules of chains that packets can come to."""
    reached = {"input", "forward", "output"}
    while True:
        more = {
            row["jump-target"]
            for row in rows
            if row.get("action") == "jump" and row["chain"] in reached and row.get("disabled") != "true"
        }
        if more <= reached:
            return [row for row in rows if row["chain"] in reached]
        reached |= more


def digest(state: State, *more: object) -> str:
    """A text that is the same for the same state."""
    return repr((sorted((path, rows) for path, rows in state.items()), more))


def differences(found: State, wanted: State) -> str:
    """What differs, for a message."""
    lines = []
    for path in sorted({*found, *wanted}):
        here, there = found.get(path, []), wanted.get(path, [])
        if here != there:
            lines.append(f"{path}: too much {_beyond(here, there)}, missing {_beyond(there, here)}")
    return "; ".join(lines)


def _beyond(rows: Iterable[Any], others: list[Any]) -> list[Any]:
    return [row for row in rows if row not in others]
