# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is open to whom: the services of a router in words, for the summaries of roles. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes

Services = Mapping[str, Mapping[str, Any]]

# How sessions of a service call themselves in /user/active. The API tells neither its ports nor TLS apart there.
_VIA = {
    "api": "api",
    "telnet": "telnet",
    "ftp": "ftp",
    "www": "web",
    "www-ssl": "web",
    "ssh": "ssh",
    "winbox": "winbox",
}


def open_to_everyone(services: Services, leave_out: Sequence[str] = ()) -> list[str]:
    """The names of the services that are on and answer to everybody."""
    return [
        name
        for name, service in sorted(services.items())
        if name not in leave_out and not service.get("disabled") and _everyone(service)
    ]


def _everyone(service: Mapping[str, Any]) -> bool:
    addresses = service.get("address") or []
    try:
        return not addresses or prefixes.covers_everyone(addresses)
    except prefixes.BadPrefix:
        return False


def closing(services: Services, names: Sequence[str]) -> list[dict[str, dict[str, Any]]]:
    """Changes that switch services off; names that this router has no service of are passed over."""
    return [{"service": {"name": name, "disabled": True}} for name in names if name in services]


def after(services: Services, changes: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The services as they will be after the changes of a transaction, for check mode."""
    result = {name: dict(service) for name, service in services.items()}
    for change in changes:
        options = dict(change.get("service") or {})
        name = options.pop("name", None)
        if name in result:
            result[name] |= options
    return result


def report(services: Services, closed_by_rules: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """One line for each service that is on, and one for all that are off.

    :param closed_by_rules: by service, whom the firewall lets through to it; named beside the service's own list.
    """
    lines = []
    for name, service in sorted(services.items()):
        if service.get("disabled"):
            continue
        sources = ", ".join(service.get("address") or []) or "everybody"
        line = f"{name}, port {service.get('port')}{_secured(service)}: open to {sources}"
        behind = (closed_by_rules or {}).get(name)
        if behind is not None:
            line += f"; the firewall lets in {', '.join(behind) or 'nobody'}"
        lines.append(line)
    off = [name for name, service in sorted(services.items()) if service.get("disabled")]
    return [*lines, f"closed: {', '.join(off) or 'none'}"]


def _secured(service: Mapping[str, Any]) -> str:
    certificate = service.get("certificate")
    if certificate is None:
        return ""
    if certificate in ("", "none"):
        return " (no certificate)"
    oldest = "TLS 1.2 only" if service.get("tls_version") == "only-1.2" else "TLS 1.0 to 1.2"
    return f" ({oldest}, certificate {certificate})"


def sessions(
    rows: Sequence[Mapping[str, Any]], services: Sequence[str], own_addresses: Sequence[str] = ()
) -> list[str]:
    """The sessions that may live on one of the services, in words.

    :param own_addresses: where the router sees the own user come from; one session of the API from there, the last that
        is listed, is the one that asks, and is left out.
    """
    names = {_VIA[service] for service in services if service in _VIA}
    mine = [row for row in rows if row.get("via") == "api" and row.get("address") in own_addresses][-1:]
    return [
        f"{row.get('name', 'somebody')} from {row.get('address') or 'the console'} via {row['via']}"
        for row in rows
        if row.get("via") in names and not any(row is one for one in mine)
    ]
