# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates between this router and others: create-certificate-request and sign-certificate-request.

A request is made from a template and goes into two files of fixed names: the request, and its private key, which is
imported again after the certificate (published how-tos of several versions). The template is gone afterwards (RouterOS
manual: Certificates), or is not: a switch. Signing a request puts the certificate into the table under the common name
that the request holds (a published guide).
"""

from __future__ import annotations

import asyncio
import secrets

from ..call import Call
from ..errors import Trap
from ..file_table import contents, find_file, write_file
from ..table import Row
from .store import MENU, Certificates

REQUEST = "certificate-request.pem"
REQUEST_KEY = "certificate-request_key.pem"


class CertificateRequests:
    """See the module."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._router = certificates.router
        self._router.register(MENU, "create-certificate-request", self._create)
        self._router.register(MENU, "sign-certificate-request", self._sign)

    async def _create(self, call: Call) -> None:
        call.expect(tuple(call.table.menu.commands[call.verb]))
        found = call.table.resolve(call.required("template"))
        if not found or self._certificates.signed(found[0]):
            raise Trap("input does not match any value of template", 1)
        words = call.arguments
        await self._certificates.progress(
            call,
            self._make(
                found[0],
                words.get("key-passphrase", ""),
                words.get("challenge-passphrase", ""),
                words.get("unstructured-address", ""),
            ),
        )

    async def _make(self, row: Row, passphrase: str, challenge: str, address: str) -> str:
        from . import x509
        from .x509_requests import make_request

        router = self._router
        try:
            loop = asyncio.get_running_loop()
            key = await loop.run_in_executor(None, x509.make_key, row.get("key-size") or "2048")
            await router.clock.sleep(router.switches.sign_delay)
            if not row.linked:
                return "canceled"
            request = make_request(row.values, key, challenge=challenge, address=address)
        except ValueError as error:
            raise Trap(f"failure: {error}") from error
        delay = router.switches.file_delay
        write_file(router, REQUEST, request.encode(), ".pem file", delay=delay)
        written = x509.key_pem(x509.load_key(key), passphrase)
        write_file(router, REQUEST_KEY, written.encode(), ".pem file", delay=delay)
        if router.switches.request_template == "removed":
            self._certificates.table.delete(row)
        return "done"

    def _sign(self, call: Call) -> None:
        from .x509_requests import sign_request

        call.expect(tuple(call.table.menu.commands[call.verb]))
        authority = self._certificates.authority(call.required("ca"))
        file = find_file(self._router, call.required("file-name"))
        if file is None:
            raise Trap("input does not match any value of file-name", 1)
        digest = call.arguments.get("digest-algorithm", "sha256")
        if digest not in call.table.menu.properties["digest-algorithm"].enum:
            raise Trap("input does not match any value of digest-algorithm", 1)
        days = call.arguments.get("days-valid", "365")
        if not (days.isascii() and days.isdigit()):
            raise Trap("invalid value for argument days-valid", 1)
        begin, end = self._certificates.period(int(days))
        pair = str(authority.hidden["certificate"]), str(authority.hidden["key"])
        serial = secrets.randbits(63) | 1 << 62
        try:
            name, pem = sign_request(contents(file), pair, serial=serial, begin=begin, end=end, digest=digest)
        except ValueError as error:
            raise Trap(f"failure: {error}") from error  # text inferred
        name = self._certificates.unused_name(name or str(file.get("name")))
        row = self._certificates.insert(name, pem, trusted="false", days_valid=days, ca=authority.get("name"))
        row.hidden["issuer"] = authority.get("fingerprint")
