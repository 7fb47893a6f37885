# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters behind the ipsec_api_tunnel role: both ends of the tunnel from the same variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import ipsec_files, ipsec_problems, ipsec_router
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import BadPolicy
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.ipsec_tunnel import Tunnel

PARTS = (
    "certificates",
    "entrance",
    "gate",
    "glass",
    "identity",
    "negotiation",
    "no_authority",
    "no_certificates",
    "no_glass",
    "no_interim",
    "opening_again",
    "peer",
    "policies",
    "removal",
    "shutting",
)


def _tunnel(settings: Mapping[str, Any], filter_name: str) -> Tunnel:
    try:
        return Tunnel.parse(settings)
    except BadPolicy as error:
        raise AnsibleFilterError(f"bastion.routeros.{filter_name}: {error}") from error


def ipsec_tunnel_router(settings: Mapping[str, Any], parts: Sequence[str]) -> ipsec_router.Changes:
    """The changes of the router's end, those parts of it, in their order.

    :raises AnsibleFilterError: the variables describe no tunnel, or there is no such part.
    """
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise AnsibleFilterError(
            f"bastion.routeros.ipsec_tunnel_router: {', '.join(unknown)}: the parts are {', '.join(PARTS)}"
        )
    tunnel = _tunnel(settings, "ipsec_tunnel_router")
    made: dict[str, Callable[[], ipsec_router.Changes]] = {
        "entrance": lambda: ipsec_router.entrance(tunnel, str(settings.get("ike_from_others") or "leave")),
        "gate": lambda: ipsec_router.gate(settings.get("gate_ports") or [tunnel.port]),
        "glass": lambda: ipsec_router.glass(settings.get("clear_sources") or []),
        "certificates": lambda: ipsec_router.certificates(tunnel, settings["certificates"]),
        "identity": lambda: ipsec_router.identity(tunnel, str(settings.get("update_psk") or "compare")),
        "negotiation": lambda: ipsec_router.negotiation(tunnel),
        "no_authority": ipsec_router.no_authority,
        "no_certificates": lambda: ipsec_router.no_certificates(tunnel),
        "no_glass": ipsec_router.no_glass,
        "no_interim": lambda: ipsec_router.no_interim(tunnel),
        "opening_again": ipsec_router.opening_again,
        "peer": lambda: ipsec_router.peer(tunnel),
        "policies": lambda: ipsec_router.policies(tunnel),
        "removal": lambda: ipsec_router.removal(tunnel),
        "shutting": lambda: ipsec_router.shutting(tunnel),
    }
    return [change for part in parts for change in made[part]()]


def ipsec_tunnel_files(settings: Mapping[str, Any], start: str = "trap") -> dict[str, Any]:
    """The controller's end: names and files.

    :raises AnsibleFilterError: the variables describe no tunnel.
    """
    tunnel = _tunnel(settings, "ipsec_tunnel_files")
    return {
        "name": tunnel.connection,
        "children": ipsec_files.children(tunnel),
        "captures": tunnel.captures,
        "swanctl": ipsec_files.swanctl(tunnel, ipsec_files.Options(start=start)),
        "probe": {
            "name": ipsec_files.probe(tunnel),
            "swanctl": ipsec_files.swanctl(tunnel, ipsec_files.Options(start="none", probe=True)),
        },
        "libreswan": ipsec_files.libreswan(tunnel),
        "subject": ipsec_router.subject(tunnel.controller.identity) if tunnel.auth == "certificate" else {},
        "papers": ipsec_files.Options.files(tunnel) if tunnel.auth == "certificate" else {},
    }


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "ipsec_tunnel_files": ipsec_tunnel_files,
            "ipsec_tunnel_problems": ipsec_problems.problems,
            "ipsec_tunnel_router": ipsec_tunnel_router,
            "ipsec_tunnel_warnings": ipsec_problems.warnings,
        }
