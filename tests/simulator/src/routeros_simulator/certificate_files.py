# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/certificate/import and /certificate/export-certificate (RouterOS manual: Certificates)."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath

from .call import Call
from .certificates import MENU, Certificates
from .router import Row, Trap

_YES = ("yes", "true")


def contents(file: Row) -> bytes:
    """The bytes of a file; binary ones are kept as base64 text."""
    packed = file.hidden.get("binary")
    if isinstance(packed, str):
        return base64.b64decode(packed)
    return file.get("contents").encode("utf-8", "surrogateescape")


class CertificateFiles:
    """Certificates and keys from and to files."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._files = certificates.router.tables["/file"]
        router = certificates.router
        router.register(MENU, "import", self._import)
        router.register(MENU, "export-certificate", self._export)

    def _import(self, call: Call) -> None:
        """Whatever the file holds: certificates, keys, or both; the reply counts them.

        The same certificate again becomes a copy with another name, as on the router.
        """
        from . import x509

        call.expect(tuple(call.table.menu.commands["import"]))
        file_name = call.required("file-name")
        file = self._files.find(name=file_name)
        if file is None:
            raise Trap("input does not match any value of file-name", 1)
        data = contents(file)
        passphrase = call.arguments.get("passphrase", "")
        certificates = x509.certificates_in(data)
        keys: list[x509.Key] = []
        failures = 0
        if not certificates and b"-----BEGIN" not in data:
            try:
                certificates, pems = x509.from_pkcs12(data, passphrase)
                keys = [x509.load_key(pem) for pem in pems]
            except ValueError:
                failures += 1
        for block in x509.keys_in(data):
            try:
                keys.append(x509.load_key(block, passphrase))
            except ValueError:
                failures += 1
        values = {"trusted": "false" if call.arguments.get("trusted", "yes") not in _YES else "true"}
        if "trust-store" in self._certificates.table.menu.properties:
            values["trust_store"] = call.arguments.get("trust-store", "all")
        name = call.arguments.get("name")
        for number, pem in enumerate(certificates):
            base = name or f"{PurePosixPath(file_name).name}_{number}"
            self._certificates.insert(self._certificates.unused_name(base), pem, **values)
        matched = [self._give_key(key) for key in keys]
        call.reply(
            {
                "certificates-imported": str(len(certificates)),
                "private-keys-imported": str(sum(matched)),
                "files-imported": str(int(bool(certificates or any(matched)))),
                "decryption-failures": str(failures),
                "keys-with-no-certificate": str(len(matched) - sum(matched)),
            }
        )

    def _give_key(self, key: object) -> bool:
        """Give a private key to the certificates that it belongs to."""
        from . import x509

        assert isinstance(key, x509.Key)
        found = False
        for row in self._certificates.table:
            pem = row.hidden.get("certificate")
            if isinstance(pem, str) and not row.hidden.get("key") and x509.same_key(pem, key):
                self._certificates.table.update(row, {}, hidden={"key": x509.key_pem(key)})
                found = True
        return found

    def _export(self, call: Call) -> None:
        """PEM (certificate, and the key when there is a passphrase) or PKCS #12."""
        from . import x509

        call.expect(tuple(call.table.menu.commands["export-certificate"]))
        passphrase = call.arguments.get("export-passphrase", "")
        if passphrase and len(passphrase) < 8:
            raise Trap("failure: passphrase must be at least 8 characters long")  # text inferred
        for one in (call.arguments.get("numbers") or call.required(".id")).split(","):
            rows = self._certificates.table.resolve(one)
            if not rows:
                raise call.router.missing_item()
            for row in rows:
                pem, key = row.hidden.get("certificate"), row.hidden.get("key")
                if not isinstance(pem, str):
                    raise Trap("failure: can not export template")  # text inferred
                private = key if isinstance(key, str) else ""
                base = call.arguments.get("file-name") or f"cert_export_{row.get('name')}"
                if call.arguments.get("type", "pem") == "pkcs12":
                    self._write(f"{base}.p12", x509.to_pkcs12(row.get("name"), pem, private, passphrase))
                    continue
                self._write(f"{base}.crt", pem.encode())
                if passphrase and private:
                    encrypted = x509.key_pem(x509.load_key(private), passphrase)
                    self._write(f"{base}.key", encrypted.encode())

    def _write(self, name: str, data: bytes) -> None:
        """Make or replace a file; an export is no part of safe mode."""
        old = self._files.find(name=name)
        if old is not None:
            self._files.delete(old)
        values = {"name": name, "type": f"{PurePosixPath(name).suffix} file"}
        if data.startswith(b"-----BEGIN"):
            self._files.insert({**values, "contents": data.decode("ascii")})
        else:
            row = self._files.insert(values, hidden={"binary": base64.b64encode(data).decode()})
            row.values["size"] = str(len(data))
