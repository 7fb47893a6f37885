# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``facts`` reads: version, identity, services, users, certificates, sessions, addresses, IPsec peers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

SUBSETS = ("system", "services", "users", "certificates", "sessions", "network", "ipsec")
# Properties that every RouterOS 7 returns with `read`; the rest comes with the subsets.
SERVICE = (
    "port",
    "address",
    "available-from",
    "certificate",
    "tls-version",
    "vrf",
    "max-sessions",
    "disabled",
    "invalid",
)
CERTIFICATE = (
    "common-name", "subject-alt-name", "key-size", "key-usage", "ca", "issuer", "fingerprint", "serial-number",
    "invalid-before", "invalid-after", "expires-after", "private-key", "authority", "trusted", "expired", "revoked",
)  # fmt: skip


def wanted_subsets(words: Sequence[str]) -> set[str]:
    """The subsets that ``gather_subset`` asks for; ``!word`` takes one out, ``system`` is always there."""
    out = {word[1:] for word in words if word.startswith("!")}
    named = {word for word in words if not word.startswith("!")}
    everything = not named or "all" in named
    return ((set(SUBSETS) if everything else named) - out) | {"system"}


def gather(session: Session, subset: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The facts, and warnings about what the user's policies do not let it read."""
    facts: dict[str, Any] = {}
    warnings: list[str] = []
    wanted = wanted_subsets(subset)
    readers: dict[str, Callable[[Session], dict[str, Any]]] = {
        "system": _system,
        "services": _services,
        "users": _users,
        "certificates": _certificates,
        "sessions": _sessions,
        "network": _network,
        "ipsec": _ipsec,
    }
    for name in SUBSETS:
        if name not in wanted:
            continue
        try:
            facts |= readers[name](session)
        except Trap as trap:
            if not trap.is_permission:
                raise
            warnings.append(f"facts: {name} is left out, the user may not read it: {trap.text}")
    return facts, warnings


def _system(session: Session) -> dict[str, Any]:
    resource = _first(session, "/system/resource", ("version", "board-name", "architecture-name", "uptime"))
    return {
        "version": str(session.version),
        "identity": _first(session, "/system/identity", ("name",)).get("name", ""),
        "model": resource.get("board-name", ""),
        "architecture": resource.get("architecture-name", ""),
        "uptime": resource.get("uptime", ""),
    }


def _first(session: Session, path: str, names: Sequence[str]) -> Row:
    return next(iter(session.read(path, names)), {})


def _named(session: Session, path: str, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Rows of a menu by name, friendly values, without dynamic rows."""
    return _by_name(path, session.read(path, ("name", *names, "dynamic")))


def _by_name(path: str, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    found = {}
    for row in rows:
        if row.get("dynamic") == "true" or "name" not in row:
            continue
        texts = {name: text for name, text in row.items() if name not in ("name", "dynamic", ".id")}
        found[row["name"]] = report.shown_row(menu(path), texts)
        if "expires-after" in row:
            found[row["name"]]["expires_after"] = row["expires-after"]
    return found


def _services(session: Session) -> dict[str, Any]:
    services = _named(session, "/ip/service", SERVICE)
    for service in services.values():
        if "available_from" in service:
            service["address"] = service.pop("available_from")
    return {"services": services}


def _users(session: Session) -> dict[str, Any]:
    properties = ("name", "group", "address", "disabled", "comment", "expired", "last-logged-in", "dynamic")
    rows = session.read("/user", properties)
    groups = _named(session, "/user/group", ("policy", "comment"))
    for group in groups.values():
        group["policy"] = [word for word in group.get("policy", []) if not word.startswith("!")]
    settings = _first(session, "/user/settings", ("minimum-password-length", "minimum-categories"))
    return {
        "users": _by_name("/user", rows),
        "groups": groups,
        "user_settings": report.shown_row(menu("/user/settings"), settings),
        "last_logins": {row["name"]: row.get("last-logged-in", "") for row in rows if "name" in row},
    }


def _certificates(session: Session) -> dict[str, Any]:
    return {"certificates": _named(session, "/certificate", CERTIFICATE)}


def _sessions(session: Session) -> dict[str, Any]:
    target = menu("/user/active")
    rows = session.read("/user/active", ("when", "name", "address", "via", "group"))
    seen = {row["address"] for row in rows if row.get("name") == session.user and row.get("address")}
    return {"sessions": [report.shown_row(target, row) for row in rows], "seen_from": sorted(seen)}


def _network(session: Session) -> dict[str, Any]:
    rows = [
        row
        for path in ("/ip/address", "/ipv6/address")
        for row in session.read(path, ("address", "interface", "disabled", "invalid"))
        if row.get("address") and row.get("disabled") != "true"
    ]
    return {"addresses": [row["address"] for row in rows]}


def _ipsec(session: Session) -> dict[str, Any]:
    return {"ipsec_peers": _named(session, "/ip/ipsec/peer", ("address", "exchange-mode", "passive", "disabled"))}
