# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_identity``: who the two ends of a peer are, and how they prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.secretive import Secretive
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import weak_authentication
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import Comparer, untouchable
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import plan_row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/ip/ipsec/identity"
PEER = "/ip/ipsec/peer"
CERTIFICATE = "/certificate"
NONE = "none"
# Option, menu and module of what an identity names.
NAMED = {
    "peer": (PEER, "ipsec_peer"),
    "certificate": (CERTIFICATE, "certificate"),
    "remote-certificate": (CERTIFICATE, "certificate"),
    "mode-config": ("/ip/ipsec/mode-config", "menu"),
    "policy-template-group": ("/ip/ipsec/policy/group", "menu"),
}
# Which methods use which secret: where a row has another method, the secret is not there.
USES = {"secret": frozenset({"pre-shared-key", "pre-shared-key-xauth"})}


class IpsecIdentity(Secretive):
    """A row of ``/ip/ipsec/identity``. It has no name: peer and remote id tell it, as users do."""

    name = "ipsec_identity"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._want = self.texts(menu(PATH), self.options, version, leave_out=("state", "update_secret"))
        key = ["peer", "remote-id"]
        # With these, several identities of one peer and remote id are told apart by what they are matched by.
        if self._want.get("match-by") == "certificate" and "remote-certificate" in self._want:
            key.append("remote-certificate")
        if self._want.get("auth-method") == "pre-shared-key-xauth" and "username" in self._want:
            key.append("username")
        self._key = tuple(key)
        self._absent = self.options["state"] == "absent"

    def reads(self, version: Version) -> Sequence[Read]:
        named = [path for name, (path, _module) in NAMED.items() if name in self._want]
        return [Read(path) for path in dict.fromkeys([PATH, PEER, *named])]

    def _rows(self, state: State) -> list[Row]:
        compare = Comparer(menu(PATH), state.version)
        return [
            row
            for row in state.rows(PATH)
            if not untouchable(row) and all(compare.same(name, row.get(name), self._want[name]) for name in self._key)
        ]

    def row(self, state: State) -> Row | None:
        """The one row that peer and remote id tell.

        :raises BadOption: there are several.
        """
        rows = self._rows(state)
        if len(rows) > 1:
            raise self.bad(
                "remote_id",
                f"peer '{self._want['peer']}' has {len(rows)} identities for {self._want['remote-id']}, and which of "
                "them is meant cannot be told; give them different ones (or, with match_by: certificate, different "
                "values of remote_certificate)",
            )
        return rows[0] if rows else None

    def unset(self, row: Row, name: str) -> bool:
        """A secret that the row's method does not use is not there; a password goes with a name."""
        if name == "password":
            return not row.get("username")
        return name in USES and row.get("auth-method", "pre-shared-key") not in USES[name]

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        row = self.row(state)
        if self._absent:
            return [Operation(PATH, "remove", id=row[".id"], was=self.known(row))] if row else []
        for name in NAMED:
            if name in self._want:
                self._check_there(state, name)
        self._check_certificate(state)
        method = self._want.get("auth-method", (row or {}).get("auth-method", "pre-shared-key"))
        fresh = row is None or self.unset(row, "secret")
        if method == "pre-shared-key" and fresh and not self._want.get("secret"):
            raise self.bad("secret", "needed with auth_method pre-shared-key, which is RouterOS's default")
        self._warn(state, method)
        row, want, always = self.compared(row)
        return plan_row(menu(PATH), row, want, state.version, handles, always)

    def _check_there(self, state: State, name: str) -> None:
        path, module = NAMED[name]
        known = {row.get("name", "") for row in state.rows(path)}
        for word in self._want[name].split(","):
            if word and word not in known and not (word == NONE and name != "peer"):
                raise self.bad(
                    name.replace("-", "_"),
                    f"there is no '{word}' in {path} of this router (it has: {', '.join(sorted(known)) or 'nothing'}); "
                    f"make it first with bastion.routeros.{module}, in the same transaction if you like",
                )

    def _check_certificate(self, state: State) -> None:
        """The first certificate is the own one, the others are its chain (RouterOS manual, IPsec)."""
        own = self._want.get("certificate", "").split(",")[0]
        if not own:
            return
        row: Row = next((row for row in state.rows(CERTIFICATE) if row.get("name") == own), {})
        if row.get("fingerprint") and row.get("private-key", "true") != "true":
            raise self.bad("certificate", f"'{own}' has no private key on this router, so it cannot prove anything")

    def _warn(self, state: State, method: str) -> None:
        peer: Row = next((row for row in state.rows(PEER) if row.get("name") == self._want["peer"]), {})
        reason = weak_authentication(method, peer.get("exchange-mode", "main"))
        text = f"{self.name}: peer '{self._want['peer']}': {reason}"
        if reason and text not in self.warnings:
            self.warnings.append(text)

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: self._rows(state)}


CHANGE = IpsecIdentity
