# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared menus of RouterOS 7.12 to 7.24, loaded group by group when first asked for.

Names, types and spans come from the command trees of 7.9 to 7.24 and the CLI reference of 2026; defaults also from
exports of real routers. `check_supported` refuses what a version does not have, before anything is sent.
"""

from __future__ import annotations

import importlib
from functools import cache

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    Property,
    UnknownMenu,
    Unsupported,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.support import check_command, check_supported
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import nearest
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within

__all__ = [
    "Menu",
    "Property",
    "UnknownMenu",
    "Unsupported",
    "check_command",
    "check_supported",
    "menu",
    "paths",
    "referrers",
]

# Where the menus live, by the longest prefix of their path.
_GROUPS = {
    "/certificate": "certificates",
    "/file": "system",
    "/interface": "network",
    "/interface/pptp-server": "services",
    "/ip": "network",
    "/ip/cloud": "services",
    "/ip/firewall": "firewall",
    "/ip/firewall/address-list": "firewall_lists",
    "/ip/firewall/connection": "firewall_lists",
    "/ip/firewall/layer7-protocol": "firewall_lists",
    "/ip/ipsec": "ipsec",
    "/ip/nat-pmp": "services",
    "/ip/proxy": "services",
    "/ip/service": "services",
    "/ip/socks": "services",
    "/ip/ssh": "services",
    "/ip/upnp": "services",
    "/ipv6": "network",
    "/ipv6/firewall": "firewall",
    "/ipv6/firewall/address-list": "firewall_lists",
    "/ipv6/firewall/connection": "firewall_lists",
    "/log": "logs",
    "/password": "users",
    "/safe-mode": "system",
    "/snmp": "services",
    "/system": "system",
    "/system/logging": "logs",
    "/system/scheduler": "scripts",
    "/system/script": "scripts",
    "/tool": "services",
    "/tool/e-mail": "system",
    "/user": "users",
}


@cache
def _load(group: str) -> dict[str, Menu]:
    module = importlib.import_module(f"{__name__}.{group}")
    return {each.path: each for each in module.MENUS}


def menu(path: str) -> Menu:
    """The declaration of a menu: "/ip/service", with or without the leading slash. Raises UnknownMenu."""
    path = "/" + path.strip("/ ")
    prefix = path
    while prefix and prefix not in _GROUPS:
        prefix = prefix.rpartition("/")[0]
    found = _load(_GROUPS[prefix]).get(path) if prefix else None
    if found is None:
        hint = nearest(path, paths())
        raise UnknownMenu(f"the menu {path} is not known to this collection" + (f"; {hint}" if hint else ""))
    return found


def paths() -> tuple[str, ...]:
    """The paths of all declared menus, sorted."""
    return tuple(sorted(path for group in sorted(set(_GROUPS.values())) for path in _load(group)))


def referrers(path: str, version: Version) -> dict[str, tuple[str, ...]]:
    """The menus whose rows may name rows of ``path`` on this version, and by which properties, as they are declared."""
    found: dict[str, tuple[str, ...]] = {}
    for each, names in _referrers(path).items():
        target = menu(each)
        known = tuple(name for name in names if target.properties[name].supported(version))
        if known and within(version, target.since, target.until):
            found[each] = known
    return found


@cache
def _referrers(path: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in paths():
        properties = menu(each).properties.values()
        names = tuple(one.name for one in properties if one.ref == path and not one.read_only)
        if names:
            found[each] = names
    return found
