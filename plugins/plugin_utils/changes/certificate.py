# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``certificate``: a certificate from one of several sources, renewed in time.

Only the name and the trust of a signed certificate can be changed, so any other difference means a new one. The old one
steps aside under another name and what is bound to it moves over; it is removed after the change was proved. RouterOS
does not undo certificates in safe mode, so they are made before it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates import acme, bundle
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.carrier import (
    Carrier,
    CertificateFailed,
    left_behind,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import fingerprint, saved_fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import BadPapers
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.sources import (
    REMOVE_FILES,
    SAVE_AUTHORITY,
    AtHome,
    FromAcme,
    OnRouter,
    Source,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, Router
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.certificate_options import (
    NOT_PROPERTIES,
    Wanted,
    secret_texts,
    wanted,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import references
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

PATH = "/certificate"
SERVICE = "/ip/service"
CLOCK = "/system/clock"
# In the unit that durations are compared in: microseconds.
DAY = 86_400_000_000
# RouterOS has a property named state (a part of the subject); Ansible's own state comes first.
RENAMED = {"province": "state"}
# A certificate that begins tomorrow is refused today, so the clocks may differ by less than that.
CLOCK_SLACK = 1.0


class Certificate(Change):
    """A CA of the router's own, or a leaf: signed there, signed at home, brought along, or fetched by ACME."""

    name = "certificate"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._absent = self.options["state"] == "absent"
        self._look_at_home()
        options = {RENAMED.get(name, name): value for name, value in self.options.items() if name not in NOT_PROPERTIES}
        self._wanted: Wanted | None = None
        self._left: list[str] = []
        if not self._absent:
            self._wanted = wanted(self, options, version)

    def _look_at_home(self) -> None:
        self._saved = saved_fingerprint(self.options.get("save_to"))
        try:
            self._bundled = bundle.saved_fingerprint(
                self.options.get("save_bundle_to"), self.options.get("save_passphrase") or ""
            )
        except BadPapers as error:
            raise self.bad("save_bundle_to", error) from None

    def secrets(self) -> Iterable[object]:
        yield from super().secrets()
        yield from secret_texts(self.options)

    def reads(self, version: Version) -> Sequence[Read]:
        clock = [] if self.options["state"] == "absent" else [Read(CLOCK)]
        return [Read(PATH), *references.reads(PATH, version), *clock]

    def observe(self, state: State, router: Router) -> None:
        self._look_at_home()
        if self._wanted is not None and self._source.by_files:
            self._left = left_behind(router.read, self.options["name"], self._source.requested)

    def settled_certificates(self) -> None:
        self._look_at_home()
        self._left = []

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        name = self.options["name"]
        row = next((each for each in state.rows(PATH) if each.get("name") == name), None)
        if self._wanted is None:
            return self._remove(state, row) if row else []
        self._check_state(state)
        operations: list[Operation] = []
        if row is None or not row.get("fingerprint"):
            operations += self._issue(state, handles)
        elif reason := self._reason(row):
            self.warnings.append(f"certificate: '{name}' is made anew: {reason}")
            aside = f"{name}.{row['fingerprint'][:8]}"
            operations.append(Operation(PATH, "set", id=row[".id"], properties={"name": aside}, was=row))
            operations += self._issue(state, handles)
            operations += self._rebind(state, name)
            operations += self._remove_old(row)
        else:
            operations += self._trust(row)
            operations += self._leftovers(state)
        operations += self._exports(row, operations)
        if self._left:
            properties = {"name": name, "files": ",".join(self._left)}
            operations.append(Operation(PATH, REMOVE_FILES, id=name, properties=properties, inert=True))
        return operations

    def _check_state(self, state: State) -> None:
        ca = self.options.get("ca")
        if ca and not any(each.get("name") == ca for each in state.rows(PATH)):
            raise self.bad("ca", f"there is no certificate '{ca}' on this router to sign with; make the CA first")

    def _issue(self, state: State, handles: Iterator[str]) -> list[Operation]:
        """A new one; refused while the router's clock is wrong, for whatever it then makes or trusts is wrong, too."""
        source = self._source
        if problem := clock_problem(next(iter(state.rows(CLOCK)), {})):
            raise self.bad("name", problem)
        if isinstance(source, FromAcme) and (problem := acme.problem(source.acme, state.rows(SERVICE), state.version)):
            raise self.bad("acme_domains", problem)
        name = self.options["name"]
        row = next((each for each in state.rows(PATH) if each.get("name") == name), None)
        if row is not None and not row.get("fingerprint") and not isinstance(source, OnRouter):
            raise self.bad("name", f"there is a template '{name}' on this router, which nobody has signed; remove it")
        return source.issue(state.rows(PATH), handles)

    @property
    def _source(self) -> Source:
        if self._wanted is None:
            raise self.bad("state", "nothing is made of what shall be absent")
        return self._wanted.source

    def _exports(self, row: Row | None, operations: Sequence[Operation]) -> list[Operation]:
        """Copies on the controller that are missing, or are not the certificate that the router has or will have."""
        new = any(operation.verb not in ("set", "remove") for operation in operations) or row is None
        have = "" if new or row is None else row.get("fingerprint", "").lower()
        exports = []
        source = self._source
        if self.options.get("save_ca_to") and isinstance(source, AtHome):
            path = str(self.options["save_ca_to"])
            known = fingerprint(source.authority.chain[0]) if source.authority else ""
            if not known or known != saved_fingerprint(path):
                properties = {"name": self.options["name"], "save-to": path}
                exports.append(Operation(PATH, SAVE_AUTHORITY, properties=properties, inert=True))
        for option, saved in (("save_to", self._saved), ("save_bundle_to", self._bundled)):
            if self.options.get(option) and (not have or have != saved):
                verb = "export-certificate" if option == "save_to" else "export-bundle"
                properties = {"name": self.options["name"], "save-to": str(self.options[option])}
                exports.append(Operation(PATH, verb, id=self.options["name"], properties=properties, inert=True))
        return exports

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
        source = self._source
        if source.own_key and row.get("private-key", "true") != "true":
            return "its private key is not on this router"
        if reason := source.reason(row):
            return reason
        left = kind("duration").show(row["expires-after"]) if "expires-after" in row else None
        days = _days(row.get("expires-after"))
        if days is not None and self._wanted is not None and days < self._wanted.renew_before:
            return f"it expires in {left}, less than {self._wanted.renew_before} days"
        return ""

    def _rebind(self, state: State, name: str) -> list[Operation]:
        """Whoever names a certificate keeps it when that is renamed (a service, an IPsec identity): move them over."""
        return [
            Operation(
                path,
                "set",
                id=row[".id"],
                properties={one: references.renamed(row[one], name, self.options["name"]) for one in properties},
                was=row,
            )
            for path, row, properties in references.naming(state, PATH, name)
        ]

    def _remove_old(self, row: Mapping[str, str]) -> list[Operation]:
        """A CA stays: the router would take everything that it signed along (RouterOS manual, Certificates)."""
        if row.get("authority") == "true" or (isinstance(self._source, OnRouter) and not row.get("ca")):
            return []
        return [Operation(PATH, "remove", id=row[".id"], was=row)]

    def _leftovers(self, state: State) -> list[Operation]:
        """What an interrupted renewal left: others on the old certificate, the old certificate, a template."""
        pattern = re.compile(re.escape(self.options["name"]) + r"\.[0-9a-f]{8}$")
        operations: list[Operation] = []
        for row in state.rows(PATH):
            name, signed = row.get("name", ""), row.get("fingerprint", "")
            if pattern.match(name) and signed[:8] == name[-8:]:
                operations += self._rebind(state, name)
                operations += self._remove_old(row)
            elif not signed and name == getattr(self._source, "request", ""):
                operations.append(Operation(PATH, "remove", id=row[".id"], was=row))
        return operations

    def _remove(self, state: State, row: Row) -> list[Operation]:
        users = [references.spoken(path, each) for path, each, _names in references.naming(state, PATH, row["name"])]
        if users:
            raise self.bad("state", f"'{row['name']}' is used by {', '.join(users)}; have them use another one first")
        issued = [each["name"] for each in state.rows(PATH) if each.get("ca") == row.get("name")]
        if issued:
            raise self.bad(
                "state",
                f"'{row['name']}' has signed {', '.join(issued)}, and the router would remove them with it; remove "
                "them first",
            )
        return [Operation(PATH, "remove", id=row[".id"], was=row)]

    def carry(self, operation: Operation, session: Session, sleep: Callable[[float], None]) -> bool:
        own = operation.properties.get("name", "")
        if own != self.options["name"] and not own.startswith(f"{self.options['name']}.chain"):
            return False
        try:
            if operation.verb == "export-bundle":
                target, passphrase = str(self.options["save_bundle_to"]), str(self.options["save_passphrase"])
                bundle.save(session, own, target, passphrase, sleep)
            elif operation.verb == REMOVE_FILES:
                Carrier(session, sleep).clear(operation.properties["files"].split(","))
            else:
                self._source.carry(operation, session, sleep)
        except BadPapers as error:
            raise CertificateFailed(f"certificate '{self.options['name']}': {error}") from error
        return True

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: [row for row in state.rows(PATH) if row.get("name") == self.options["name"]]}


def clock_problem(clock: Mapping[str, str], now: datetime | None = None) -> str:
    """What is wrong with the date of ``/system/clock`` (``2026-11-22``; ``nov/22/2026`` before 7.10), or nothing.

    A router without a battery starts in 1970, and what it signs then is not valid now.
    """
    text = clock.get("date", "")
    for form in ("%Y-%m-%d", "%b/%d/%Y"):
        try:
            date = datetime.strptime(text, form).replace(tzinfo=UTC, hour=12)
            break
        except ValueError:
            continue
    else:
        return ""
    apart = abs((date - (now or datetime.now(UTC))).total_seconds()) / 86_400
    if apart <= CLOCK_SLACK + 0.5:
        return ""
    return (
        f"the router's clock says {text}, the controller's {now or datetime.now(UTC):%Y-%m-%d}; a certificate "
        "of the wrong time is refused everywhere. Set the time first: /system/ntp/client on the router"
    )


def _days(text: str | None) -> float | None:
    if text is None:
        return None
    microseconds = kind("duration").key(text)
    return microseconds / DAY if isinstance(microseconds, int) else None


CHANGE = Certificate
