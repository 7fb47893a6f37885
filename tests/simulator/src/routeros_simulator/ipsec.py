# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IPsec menus: generated names, what a policy needs, the entries that ship with a router."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap
from .names import NamedHooks
from .packets import Packet
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router


class PeerHooks(NamedHooks):
    """A peer without a name is called peer1, peer2, ..."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        number = 1
        while not after.get("name"):
            if table.find(name=f"peer{number}") is None:
                after["name"] = f"peer{number}"
            number += 1
        super().check(call, table, row, after)


class IdentityHooks(Hooks):
    """A pre-shared key needs its secret."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        if after.get("auth-method") == "pre-shared-key" and not after.get("secret"):
            raise Trap("failure: secret is not set", 4)  # refused for certain, stand-in text


class PolicyHooks(Hooks):
    """Order, templates, peers."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """An encrypting policy that is no template needs a peer."""
        if after.get("template") != "true" and after.get("action") == "encrypt" and not after.get("peer"):
            raise Trap("Peer not set!", 4)

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """The default template stays."""
        if row.values.get("default") == "true":
            raise Trap("failure: cannot remove default template", 4)  # stand-in text

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """The second policy with the same addresses is invalid."""
        if row.get("template") == "true":
            return
        key = [row.get(name) for name in ("src-address", "dst-address", "src-port", "dst-port", "protocol")]
        for other in table:
            if other is row:
                break
            if key == [other.get(name) for name in ("src-address", "dst-address", "src-port", "dst-port", "protocol")]:
                reply["invalid"] = "true"


def lets_pass(router: Router, answer: Packet) -> bool:
    """Whether IPsec lets an answer go: the first policy for its addresses, protocol and ports decides.

    RouterOS manual, IPsec: `none` lets it go plain, `discard` drops it, `encrypt` needs security associations, which a
    connection has here when it came through a tunnel; level `use` sends it plain without them.
    """
    for row in router.tables["/ip/ipsec/policy"]:
        if row.disabled or row.get("template") == "true" or row.dynamic or not _is_for(row, answer):
            continue
        action = row.get("action") or "encrypt"
        return action == "none" or (action == "encrypt" and (answer.ipsec or row.get("level") == "use"))
    return True


def _is_for(row: Row, packet: Packet) -> bool:
    if row.get("protocol") not in ("", "all", "tcp", "6"):
        return False
    ends = (("src", packet.source, packet.source_port), ("dst", packet.destination, packet.destination_port))
    for side, address, port in ends:
        if row.get(f"{side}-port") not in ("", "any", "0", str(port)):
            return False
        text = row.get(f"{side}-address")
        if not text:
            continue
        prefix = ipaddress.ip_network(text, strict=False)
        if prefix.version != address.version or address not in prefix:
            return False
    return True


def attach(router: Router) -> None:
    """Behaviour of the IPsec menus."""
    router.hook("/ip/ipsec/peer", PeerHooks())
    router.hook("/ip/ipsec/identity", IdentityHooks())
    router.hook("/ip/ipsec/policy", PolicyHooks())


def fill(router: Router) -> None:
    """The entries of a new router (read from exports of 7.17.2 to 7.24.4)."""
    tables = router.tables
    for name in ("profile", "proposal", "policy/group", "mode-config"):
        tables[f"/ip/ipsec/{name}"].next_id = 0
    for name in ("profile", "proposal", "policy/group"):
        tables[f"/ip/ipsec/{name}"].insert({"name": "default", "default": "true"})
    tables["/ip/ipsec/mode-config"].insert(
        {"name": "request-only", "responder": "false", "use-responder-dns": "exclusively", "default": "true"}
    )
    policies = tables["/ip/ipsec/policy"]
    policies.next_id = 0x1000001
    policies.insert(
        {
            "src-address": "::/0",
            "dst-address": "::/0",
            "protocol": "all",
            "template": "true",
            "group": "default",
            "default": "true",
        }
    )
    policies.next_id = 1
