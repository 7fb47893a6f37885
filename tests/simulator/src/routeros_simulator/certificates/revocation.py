# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revoked certificates: issued-revoke, and the lists that authorities publish (/certificate/crl).

An imported certificate that names a list brings a dynamic row (RouterOS manual: Certificates). What is downloaded is
in `Router.published`: address of a list -> its bytes, PEM or DER; a list that is not there stays invalid.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..call import Call
from ..dates import show_moment
from ..table import Hooks, Row, Table
from .store import MENU, Certificates

CRL = "/certificate/crl"
_DOWNLOADED = ("num", "revoked", "last-update", "next-update", "akid", "fingerprint", "signature", "expired")


class Revocation(Hooks):
    """See the module."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._router = certificates.router
        self._lists = self._router.tables[CRL]
        self._lists.journaled = False
        self._router.hook(CRL, self)
        self._router.register(MENU, "issued-revoke", self._revoke)
        self._router.register(CRL, "download", self._download)
        self._router.register(CRL, "flush", self._flush)
        self._certificates.imported.append(self._imported)

    def _revoke(self, call: Call) -> None:
        """The date is shown; what this router has not issued cannot be revoked here."""
        call.expect(("numbers", ".id"))
        for one in (call.arguments.get("numbers") or call.required(".id")).split(","):
            rows = self._certificates.table.resolve(one)
            if not rows:
                raise self._router.missing_item()
            for row in rows:
                self._certificates.revoke(row)

    def added(self, table: Table, row: Row) -> None:
        """A list is unknown until it is downloaded, which happens at once when the settings say so."""
        row.values.setdefault("invalid", "true")
        if self._setting("crl-download"):
            self._fetch(row)

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """Another address is another list."""
        if before.get("url") != row.values.get("url"):
            self._forget(row)

    def _setting(self, name: str) -> bool:
        return self._router.tables["/certificate/settings"].only.get(name) == "true"

    def _imported(self, row: Row) -> None:
        from .x509_requests import distribution_points

        for url in distribution_points(str(row.hidden["certificate"])):
            if self._lists.find(url=url) is None:
                values = {"url": url, "cert": row.get("name"), "dynamic": "true"}
                self._lists.insert(values, dynamic=True)

    def _download(self, call: Call) -> None:
        call.expect(())
        for row in list(self._lists):
            self._fetch(row)

    def _flush(self, call: Call) -> None:
        call.expect(())
        for row in list(self._lists):
            self._forget(row)

    def _forget(self, row: Row) -> None:
        self._lists.update(row, {**dict.fromkeys(_DOWNLOADED), "invalid": "true"})

    def _fetch(self, row: Row) -> None:
        from .x509_requests import issuer_and_serial, read_list

        try:
            found = read_list(self._router.published[row.get("url")])
        except (KeyError, ValueError):
            self._forget(row)
            return
        now = self._router.clock.now()
        self._lists.update(
            row,
            {
                "num": str(found.number),
                "revoked": str(len(found.serials)),
                "last-update": show_moment(self._router, found.last),
                "next-update": show_moment(self._router, found.next) if found.next else None,
                "akid": found.authority,
                "fingerprint": found.fingerprint,
                "signature": found.signature,
                "expired": "true" if found.next and found.next < now else "false",
                "invalid": "false",
            },
        )
        if not self._setting("crl-use"):
            return
        for certificate in list(self._certificates.table):
            pem = certificate.hidden.get("certificate")
            if isinstance(pem, str):
                issuer, serial = issuer_and_serial(pem)
                if issuer == found.issuer and serial in found.serials:
                    self._certificates.revoke(certificate)
