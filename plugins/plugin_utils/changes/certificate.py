# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``certificate``: a certificate made and signed on the router, renewed in time.

Only the name and the trust of a signed certificate can be changed, so any other difference means a new one. The old one
steps aside under another name and what is bound to it moves over; it is removed after the change was proved. RouterOS
does not undo certificates in safe mode, so they are made before it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import saved_fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, Router
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/certificate"
SERVICE = "/ip/service"
# In the unit that durations are compared in: microseconds.
DAY = 86_400_000_000
# RouterOS has a property named state (a part of the subject); Ansible's own state comes first.
RENAMED = {"province": "state"}
NOT_PROPERTIES = ("state", "ca", "renew_before", "save_to", "trusted")
# What makes a signed certificate another one; validity is renewed by renew_before, not by comparing days.
COMPARED = (
    "common-name", "subject-alt-name", "key-size", "key-usage", "organization", "unit", "locality", "state", "country",
    "digest-algorithm",
)  # fmt: skip
# Without it a template may sign others, so a leaf gets explicit usages (RouterOS's default contains key-cert-sign).
LEAF_USAGE = ["digital-signature", "key-encipherment", "tls-server"]
CA_USAGE = ["key-cert-sign", "crl-sign"]


class Certificate(Change):
    """A CA of the router's own, or a leaf that such a CA signed."""

    name = "certificate"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._absent = self.options["state"] == "absent"
        self._saved = saved_fingerprint(self.options.get("save_to"))
        options = {RENAMED.get(name, name): value for name, value in self.options.items() if name not in NOT_PROPERTIES}
        if not self._absent:
            if not options.get("common_name"):
                raise self.bad("common_name", "a certificate needs a common name")
            if not options.get("key_usage"):
                options["key_usage"] = LEAF_USAGE if self.options.get("ca") else CA_USAGE
            if not self.options.get("ca") and "key-cert-sign" not in options["key_usage"]:
                raise self.bad(
                    "key_usage", "a certificate without ca signs itself, which needs key-cert-sign in key_usage"
                )
            if (self.options.get("renew_before") or 0) >= (options.get("days_valid") or 365):
                raise self.bad(
                    "renew_before", "must be less than days_valid, or every run would make a new certificate"
                )
        self._want = self.texts(menu(PATH), options, version)

    def reads(self, version: Version) -> Sequence[Read]:
        return [Read(PATH), Read(SERVICE)]

    def observe(self, state: State, router: Router) -> None:
        self._saved = saved_fingerprint(self.options.get("save_to"))

    def settled_certificates(self) -> None:
        self._saved = saved_fingerprint(self.options.get("save_to"))

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        name = self.options["name"]
        row = next((each for each in state.rows(PATH) if each.get("name") == name), None)
        if self._absent:
            return self._remove(state, row) if row else []
        ca = self.options.get("ca")
        if ca and not any(each.get("name") == ca for each in state.rows(PATH)):
            raise self.bad("ca", f"there is no certificate '{ca}' on this router to sign with; make the CA first")
        operations: list[Operation] = []
        if row is None or not row.get("fingerprint"):
            operations += self._issue(row, handles)
        elif reason := self._reason(row):
            self.warnings.append(f"certificate: '{name}' is made anew: {reason}")
            aside = f"{name}.{row['fingerprint'][:8]}"
            operations.append(Operation(PATH, "set", id=row[".id"], properties={"name": aside}, was=row))
            operations += self._issue(None, handles)
            operations += self._rebind(state, name)
            operations += self._remove_old(row)
        else:
            operations += self._trust(row)
            operations += self._leftovers(state)
        if self.options.get("save_to") and self._stale(row, operations):
            properties = {"name": name, "save-to": str(self.options["save_to"])}
            operations.append(Operation(PATH, "export-certificate", id=name, properties=properties, inert=True))
        return operations

    def _stale(self, row: Row | None, operations: Sequence[Operation]) -> bool:
        """Whether the copy on the controller is missing, or not the certificate that the router has (or will have)."""
        signed = any(operation.verb == "sign" for operation in operations)
        return signed or row is None or row.get("fingerprint", "").lower() != self._saved

    def _issue(self, template: Row | None, handles: Iterator[str]) -> list[Operation]:
        """Template, signature, trust. A template that an earlier run left unsigned is brought up to date and signed."""
        if template is None:
            handle = next(handles)
            first = Operation(PATH, "add", properties=self._want, handle=handle, inert=True)
        else:
            handle = template[".id"]
            first = Operation(PATH, "set", id=handle, properties=self._want, was=template, inert=True)
        sign = {"name": self.options["name"], **({"ca": self.options["ca"]} if self.options.get("ca") else {})}
        return [first, Operation(PATH, "sign", id=handle, properties=sign, inert=True)]

    def _trust(self, row: Row) -> list[Operation]:
        wanted = self.options.get("trusted")
        if wanted is None or wanted == (row.get("trusted") == "true"):
            return []
        text = "yes" if wanted else "no"
        return [Operation(PATH, "set", id=row[".id"], properties={"trusted": text}, was=row)]

    def _reason(self, row: Row) -> str:
        """Why the signed certificate cannot stay; empty when it can."""
        if row.get("expired") == "true" or "revoked" in row:
            return "it is expired" if row.get("expired") == "true" else "it is revoked"
        if row.get("private-key", "true") != "true":
            return "its private key is not on this router"
        left = kind("duration").show(row["expires-after"]) if "expires-after" in row else None
        days = _days(row.get("expires-after"))
        if days is not None and days < (self.options.get("renew_before") or 0):
            return f"it expires in {left}, less than {self.options['renew_before']} days"
        if self.options.get("ca") and row.get("ca") != self.options["ca"]:
            return f"it was signed by {row.get('ca') or 'itself'}, not by {self.options['ca']}"
        for name in COMPARED:
            if name in self._want and not _same(name, self._want[name], row.get(name)):
                return f"{name} is {row.get(name) or 'empty'}, wanted is {self._want[name]}"
        return ""

    def _rebind(self, state: State, name: str) -> list[Operation]:
        """A service keeps its certificate when that is renamed: move it over to the new one."""
        return [
            Operation(SERVICE, "set", id=row[".id"], properties={"certificate": self.options["name"]}, was=row)
            for row in state.rows(SERVICE)
            if row.get("certificate") == name and row.get("dynamic") != "true"
        ]

    def _remove_old(self, row: Mapping[str, str]) -> list[Operation]:
        """A CA stays: the router would take everything that it signed along (RouterOS manual, Certificates)."""
        if row.get("authority") == "true" or not row.get("ca"):
            return []
        return [Operation(PATH, "remove", id=row[".id"], was=row)]

    def _leftovers(self, state: State) -> list[Operation]:
        """What an interrupted renewal left: services on the old certificate, and the old certificate itself."""
        pattern = re.compile(re.escape(self.options["name"]) + r"\.[0-9a-f]{8}$")
        operations: list[Operation] = []
        for row in state.rows(PATH):
            if pattern.match(row.get("name", "")) and row.get("fingerprint", "")[:8] == row["name"][-8:]:
                operations += self._rebind(state, row["name"])
                operations += self._remove_old(row)
        return operations

    def _remove(self, state: State, row: Row) -> list[Operation]:
        users = [each["name"] for each in state.rows(SERVICE) if each.get("certificate") == row.get("name")]
        if users:
            raise self.bad(
                "state", f"'{row['name']}' is used by the service {', '.join(users)}; bind another one first"
            )
        issued = [each["name"] for each in state.rows(PATH) if each.get("ca") == row.get("name")]
        if issued:
            raise self.bad(
                "state",
                f"'{row['name']}' has signed {', '.join(issued)}, and the router would remove them with it; remove "
                "them first",
            )
        return [Operation(PATH, "remove", id=row[".id"], was=row)]

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: [row for row in state.rows(PATH) if row.get("name") == self.options["name"]]}


def _days(text: str | None) -> float | None:
    if text is None:
        return None
    microseconds = kind("duration").key(text)
    return microseconds / DAY if isinstance(microseconds, int) else None


def _same(name: str, wanted: str, have: str | None) -> bool:
    if have is None:
        return wanted == ""
    compare = menu(PATH).properties[name].kind
    return compare.key(wanted) == compare.key(have)


CHANGE = Certificate
