# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Menus whose rows are known by a unique name, and rows that ship with the router."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .addresses import ip4_prefix
from .call import Call
from .errors import BUILT_IN, Trap
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

# menus with unique names; no text of the refusal was captured but for users and groups
_NAMED = (
    "/certificate",
    "/certificate/scep-server/ra",
    "/ip/firewall/layer7-protocol",
    "/ip/ipsec/profile",
    "/ip/ipsec/proposal",
    "/ip/ipsec/policy/group",
    "/ip/ipsec/mode-config",
    "/ip/ipsec/key/rsa",
    "/interface",
    "/interface/list",
    "/snmp/community",
)
_TEXTS = {
    "/certificate": "failure: certificate with such name already exists",
    "/interface": "failure: already have interface with such name",
}


class NamedHooks(Hooks):
    """Refuses a second row of the same name, and the removal of rows that ship with the router."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        other = table.find(name=after.get("name", ""))
        if other is not None and other is not row:
            raise Trap(_TEXTS.get(table.path, "failure: already have such name"), 4)

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """See the class."""
        if row.values.get("default") == "true":
            raise Trap("failure: cannot remove default item", 4)  # refused for certain, stand-in text


class MemberHooks(Hooks):
    """/interface/list/member: a pair once."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        other = table.find(list=after["list"], interface=after["interface"])
        if other is not None and other is not row:
            raise Trap("failure: already have such entry", 4)


class AddressHooks(Hooks):
    """/ip/address: an address once; the network follows from it."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        other = table.find(address=after["address"], interface=after["interface"])
        if other is not None and other is not row:
            raise Trap("failure: already have such address", 4)
        if row is None or row.get("address") != after["address"]:
            network = ip4_prefix(after["address"], host_mask=True) or ""
            after["network"] = network.partition("/")[0]

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """See the class."""
        reply["actual-interface"] = row.get("interface")
        if "vrf" in table.menu.properties:
            reply["vrf"] = "main"


class Address6Hooks(Hooks):
    """/ipv6/address: an address once; what it is for follows from it (RouterOS manual: IPv6 addressing)."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        other = table.find(address=after["address"], interface=after["interface"])
        if other is not None and other is not row:
            raise Trap("failure: already have such address", 4)

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """See the class."""
        local = row.get("address").startswith("fe80:")
        reply["actual-interface"] = row.get("interface")
        reply["link-local"], reply["global"] = ("true", "false") if local else ("false", "true")


class NtpServerHooks(Hooks):
    """/system/ntp/client/servers: an address once."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        other = table.find(address=after["address"])
        if other is not None and other is not row:
            raise Trap("failure: already have such address", 4)


def attach(router: Router) -> None:
    """Behaviour of the menus with names."""
    for path in _NAMED:
        if path in router.tables:
            router.hook(path, NamedHooks())
    router.hook("/interface/list/member", MemberHooks())
    router.hook("/system/ntp/client/servers", NtpServerHooks())
    router.hook("/ip/address", AddressHooks())
    router.hook("/ipv6/address", Address6Hooks())


def fill(router: Router) -> None:
    """Interfaces, interface lists and the SNMP community of a new router (a CHR)."""
    interfaces = router.tables["/interface"]
    for number in (1, 2):
        interfaces.insert(
            {
                "name": f"ether{number}",
                "type": "ether",
                "actual-mtu": "1500",
                "mac-address": f"52:54:00:12:34:{number:02X}",
                "running": "true",
            }
        )
    if router.at_least("7.14"):
        interfaces.insert({"name": "lo", "type": "loopback", "mtu": "65536", "actual-mtu": "65536", "running": "true"})
    lists = router.tables["/interface/list"]
    lists.next_id = 0x2000000
    for name in ("all", "none", "dynamic", "static"):
        comment = f"contains {'no' if name == 'none' else name} interfaces"
        lists.insert({"name": name, "builtin": "true", "comment": comment}).locked = BUILT_IN
    lists.next_id = 0x2000010
    router.tables["/snmp/community"].next_id = 0
    router.tables["/snmp/community"].insert({"name": "public", "default": "true"})
