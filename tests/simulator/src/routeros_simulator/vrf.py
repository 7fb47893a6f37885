# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routing tables as far as services are bound to them (RouterOS manual: Services, VRF)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .router import Router

MENU = "/ip/vrf"


def vrf_of(router: Router, interface: str) -> str:
    """The VRF that an interface belongs to; main when no other one has it."""
    for row in router.tables[MENU]:
        if not row.disabled and interface in row.get("interfaces").split(","):
            return row.get("name")
    return "main"


def served_in(router: Router, service: str, interface: str) -> bool:
    """Whether a service listens where a connection comes in; ftp of old versions listens everywhere."""
    wanted = router.services.static(service).get("vrf") or "main"
    return wanted == vrf_of(router, interface)
