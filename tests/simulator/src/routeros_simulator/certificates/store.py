# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/certificate: templates, signing, the flags and dates of a print (RouterOS manual: Certificates).

`add` makes a template, `sign` turns it into a certificate with another id, `import` and `export-certificate` go through
/file. None of it is part of safe mode (seen on 7.21).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..call import Call
from ..dates import show_moment
from ..durations import format_duration
from ..router import Hooks, Router, Row, Table, Trap
from ..tls import Identity

if TYPE_CHECKING:
    from ..facts import Property

MENU = "/certificate"
#: what may be set once a certificate is signed
ALWAYS_SETTABLE = frozenset({"name", "trusted", "trust-store"})


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class Certificates(Hooks):
    """The certificates of a router; makes itself the behaviour of /certificate.

    A row keeps its PEM texts in ``hidden``: certificate, key, issuer (the fingerprint of the CA on this router).
    """

    def __init__(self, router: Router) -> None:
        self.router = router
        self.table = router.tables[MENU]
        self.table.journaled = False
        self._jobs: set[asyncio.Task[str]] = set()
        self._identities: dict[str, Identity | None] = {}
        # told of every certificate that comes from outside
        self.imported: list[Callable[[Row], None]] = []
        router.changed.append(self._changed)
        router.hook(MENU, self)
        router.register(MENU, "sign", self._sign)

    def _changed(self, path: str) -> None:
        if path == MENU:
            self._identities.clear()

    def identity(self, name: str) -> Identity | None:
        """What a TLS service shows with that certificate; None when it has none that can serve."""
        if name not in self._identities:
            self._identities[name] = self._identity(name)
        return self._identities[name]

    def _identity(self, name: str) -> Identity | None:
        row = self.table.find(name=name) or self.table.get(name)
        if row is None or not self.has_key(row):
            return None
        from . import x509

        # only what is trusted goes into the chain that is shown (manual: trust-store; a field report)
        others = [
            _text(other.hidden.get("certificate"))
            for other in self.table
            if other is not row and other.get("trusted") == "true"
        ]
        links = x509.chain(_text(row.hidden["certificate"]), filter(None, others))
        return Identity("".join(links).encode(), _text(row.hidden["key"]).encode())

    @staticmethod
    def signed(row: Row) -> bool:
        """Whether it is a certificate, and no template any more."""
        return bool(row.hidden.get("certificate"))

    @staticmethod
    def has_key(row: Row) -> bool:
        """Whether it is a certificate with its private key."""
        return bool(row.hidden.get("certificate") and row.hidden.get("key"))

    def usable(self, row: Row) -> bool:
        """Whether other commands can name it yet: a fresh one is refused for a moment."""
        fresh = row.hidden.get("fresh-until", 0.0)
        return self.signed(row) and fresh <= self.router.clock.now()

    def unused_name(self, name: str) -> str:
        """The name, with _1, _2, ... behind it when it is taken."""
        number, candidate = 0, name
        while self.table.find(name=candidate) is not None:
            number += 1
            candidate = f"{name}_{number}"
        return candidate

    def insert(self, name: str, pem: str, *, key: str = "", imported: bool = False, **values: str) -> Row:
        """Put a certificate into the table, as signing and importing do; it is refused as a reference for a moment."""
        shown = {"name": name, **{word.replace("_", "-"): text for word, text in values.items()}}
        return self.table.insert({**self._described(pem, imported), **shown}, hidden=self._kept(pem, key))

    def revoke(self, row: Row) -> None:
        """It is revoked from now on."""
        if "revoked" not in row.values:
            self.table.update(row, {"revoked": show_moment(self.router, self.router.clock.now())})

    def fill(self, row: Row, pem: str, key: str) -> None:
        """Give a row a certificate and its key, in place of those that it may have had."""
        self.table.update(row, self._described(pem, True), hidden=self._kept(pem, key))

    def _kept(self, pem: str, key: str) -> dict[str, object]:
        from . import x509

        fresh = self.router.clock.now() + self.router.switches.fresh_certificate_delay
        kept: dict[str, object] = {"certificate": pem, "fresh-until": fresh, "end": x509.valid_until(pem)}
        kept["authority"] = x509.is_authority(pem)
        if key:
            kept["key"] = key
        return kept

    @staticmethod
    def _described(pem: str, imported: bool) -> dict[str, str]:
        from . import x509

        return x509.describe(pem, imported=imported)

    # --- hooks of the table-driven commands

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Names are unique; a signed certificate keeps everything but name and trust."""
        other = table.find(name=after.get("name", ""))
        if other is not None and other is not row:
            raise Trap("failure: certificate with such name already exists")  # text inferred
        if row is not None and self.signed(row):
            changed = {name for name in {*after, *row.values} if after.get(name) != row.values.get(name)}
            if changed - ALWAYS_SETTABLE:
                raise Trap("failure: can not change signed certificate")  # text inferred
            return
        from . import x509

        try:
            x509.alternative_names(after.get("subject-alt-name", ""))
        except ValueError:
            raise Trap("invalid value for argument subject-alt-name") from None

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """The manual says that what a CA has issued goes with it, a field report that it is refused: a switch."""
        if self.router.switches.ca_removal == "refuse" and any(self._issued_by(row)):
            raise Trap("failure: certificate has issued certificates")  # text inferred
        if self.router.switches.used_certificate == "refuse" and self.router.references.in_use(table, row.get("name")):
            raise Trap("failure: certificate is in use")  # text inferred

    def removed(self, table: Table, row: Row) -> None:
        """The other reading of the same switch."""
        if self.router.switches.ca_removal == "cascade":
            for issued in self._issued_by(row):
                if table.get(issued.id) is not None:
                    table.delete(issued)

    def _issued_by(self, row: Row) -> list[Row]:
        fingerprint = row.get("fingerprint")
        if not fingerprint:
            return []
        return [other for other in self.table if other is not row and other.hidden.get("issuer") == fingerprint]

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Flags, and the time that is left; revoked is a date, and no flag."""
        if "revoked" not in row.values:
            reply.pop("revoked", None)
        if not self.signed(row):
            return
        if self.has_key(row):
            reply["private-key"] = "true"
            if row.hidden.get("authority"):  # a CA without its key can sign nothing (manual: a sample of import)
                reply["authority"] = "true"
        if row.hidden.get("issuer"):
            reply["issued"] = "true"
        end = row.hidden.get("end", 0.0)
        left = (end if isinstance(end, float) else 0.0) - self.router.clock.now()
        if left > 0:
            reply["expires-after"] = format_duration(int(left) * 1000)
        else:
            reply["expired"] = "true"

    def referable(self, table: Table, row: Row, property: Property) -> bool:
        """A service needs one with its key, another end or a chain needs none; a fresh one is not known yet."""
        own = property.name == "certificate" and not property.items
        return self.usable(row) and (self.has_key(row) or not own)

    # --- signing

    async def _sign(self, call: Call) -> None:
        call.expect(tuple(self.table.menu.commands["sign"]))
        row = self._row(call)
        if self.signed(row):
            raise Trap("failure: certificate already signed")  # text inferred
        authority = self._authority(call, row)
        name = call.arguments.get("name") or row.get("name")
        other = self.table.find(name=name)
        if other is not None and other is not row:
            raise Trap("failure: certificate with such name already exists")  # text inferred
        if row.hidden.get("signing"):
            raise Trap("failure: certificate is being signed")  # text inferred
        row.hidden["signing"] = True
        await self.progress(call, self._make(row, name, authority, call.arguments.get("ca-crl-host")))

    async def progress(self, call: Call, work: Coroutine[None, None, str]) -> None:
        """Show a row of progress at the beginning and one at the end, which says what came of the work."""
        call.reply({".section": "0", "progress": "in progress"})
        # the router goes on with it when the session that asked for it is gone
        job = self.start(work)
        call.reply({".section": "1", "progress": await asyncio.shield(job)})

    def start(self, work: Coroutine[None, None, str]) -> asyncio.Task[str]:
        """Have the router do some work by itself."""
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return job

    def _row(self, call: Call) -> Row:
        given = call.arguments.get("number") or call.arguments.get(".id")
        if not given:
            raise Trap("missing =.id=", 0)
        rows = self.table.resolve(given)
        if not rows:
            raise self.router.missing_item()
        return rows[0]

    def _authority(self, call: Call, row: Row) -> Row | None:
        """The CA that signs; None for a certificate that signs itself, which needs key-cert-sign."""
        if "ca" not in call.arguments:
            if "key-cert-sign" not in row.get("key-usage").split(","):
                raise Trap("failure: CA not found")
            return None
        return self.authority(call.arguments["ca"])

    def authority(self, name: str) -> Row:
        """The certificate that a command names as its CA. Raises Trap when it cannot sign."""
        authority = self.table.find(name=name) or self.table.get(name)
        if authority is None or not self.usable(authority):
            raise Trap("input does not match any value of ca", 1)
        if not self.has_key(authority) or not authority.hidden.get("authority"):
            raise Trap("failure: CA not found")
        return authority

    def period(self, days: int) -> tuple[datetime, datetime]:
        """From now, and for so many days.

        A scaled clock runs ahead of the clients' clocks, for which a certificate must not begin in the future.
        """
        now = self.router.clock.now()
        begin = datetime.fromtimestamp(int(min(now, time.time())), UTC)
        return begin, datetime.fromtimestamp(int(now), UTC) + timedelta(days=days)

    async def _make(self, row: Row, name: str, authority: Row | None, crl_host: str | None) -> str:
        from . import x509

        try:
            loop = asyncio.get_running_loop()
            key = await loop.run_in_executor(None, x509.make_key, row.get("key-size") or "2048")
            await self.router.clock.sleep(self.router.switches.sign_delay)
            if self.table.get(row.id) is not row:
                return "canceled"
            begin, end = self.period(int(row.get("days-valid") or 365))
            issuer = None
            if authority is not None:
                issuer = (_text(authority.hidden["certificate"]), _text(authority.hidden["key"]))
            crl = f"http://{crl_host}/crl/{int((authority or row).id[1:], 16)}.crl" if crl_host else ""
            pem = x509.issue(
                row.values, key, issuer, serial=secrets.randbits(63) | 1 << 62, begin=begin, end=end, crl=crl
            )
        except ValueError as error:
            raise Trap(f"failure: {error}") from error
        finally:
            row.hidden.pop("signing", None)
        values = {"trusted": "true", "days_valid": row.get("days-valid")}
        if authority is not None:
            values["ca"] = authority.get("name")
        if crl_host and "ca-crl-host" in self.table.menu.properties:
            values["ca_crl_host"] = crl_host
        if crl_host and "crl" in self.table.menu.properties:
            values["crl"] = "true"
        if "trust-store" in row.values:
            values["trust_store"] = row.get("trust-store")
        self.table.delete(row)
        signed = self.insert(name, pem, key=key, imported=False, **values)
        if authority is not None:
            signed.hidden["issuer"] = authority.get("fingerprint")
        return "done"
