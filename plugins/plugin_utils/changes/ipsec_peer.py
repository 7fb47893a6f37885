# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_peer``: whom to talk IKE with, and how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.named import Named
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.secretive import Secretive
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import weak_authentication
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/ip/ipsec/peer"
PROFILE = "/ip/ipsec/profile"
IDENTITY = "/ip/ipsec/identity"


class IpsecPeer(Named, Secretive):
    """A row of ``/ip/ipsec/peer``."""

    name = "ipsec_peer"
    paths = (PATH,)
    not_properties = ("state", "update_secret")
    # They were here until RouterOS 6.44, and are in most guides.
    elsewhere = dict.fromkeys(
        (
            "auth_method",
            "secret",
            "my_id",
            "remote_id",
            "certificate",
            "remote_certificate",
            "generate_policy",
            "mode_config",
            "policy_template_group",
            "notrack_chain",
        ),
        "the identity of the peer (since RouterOS 6.44): use bastion.routeros.ipsec_identity",
    ) | dict.fromkeys(
        (
            "hash_algorithm",
            "enc_algorithm",
            "dh_group",
            "lifetime",
            "lifebytes",
            "proposal_check",
            "nat_traversal",
            "dpd_interval",
            "dpd_maximum_failures",
        ),
        "the profile of the peer (since RouterOS 6.44): use bastion.routeros.ipsec_profile",
    )

    def reads(self, version: Version) -> Sequence[Read]:
        return [*super().reads(version), *([Read(PROFILE)] if "profile" in self._want else [])]

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        if self._absent:
            return super().plan(state, handles)
        profile = self._want.get("profile")
        known = {row.get("name", "") for row in state.rows(PROFILE)} if profile else set()
        if profile and profile not in known:
            raise self.bad(
                "profile",
                f"there is no profile '{profile}' on this router (it has: {', '.join(sorted(known))}); make it first "
                "with bastion.routeros.ipsec_profile, in the same transaction if you like",
            )
        self._warn(state)
        row, want, always = self.compared(self.row(state))
        rows = [row if row and each.get(".id") == row[".id"] else each for each in state.rows(PATH)]
        return plan(menu(PATH), rows, Want(rows=[want], always=always), state.version, handles)

    def _warn(self, state: State) -> None:
        for identity in state.rows(IDENTITY):
            if identity.get("peer") == self._want["name"] and "exchange-mode" in self._want:
                method = identity.get("auth-method", "pre-shared-key")
                reason = weak_authentication(method, self._want["exchange-mode"])
                text = f"{self.name}: '{self._want['name']}': {reason}"
                if reason and text not in self.warnings:
                    self.warnings.append(text)


CHANGE = IpsecPeer
