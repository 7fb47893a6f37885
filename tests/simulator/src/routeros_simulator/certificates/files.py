# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/certificate/import and /certificate/export-certificate (RouterOS manual: Certificates)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ..call import Call
from ..errors import Trap
from ..file_table import contents, find_file, write_file
from .store import MENU, Certificates

if TYPE_CHECKING:
    from .x509 import Key

_YES = ("yes", "true")


class CertificateFiles:
    """Certificates and keys from and to files."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._router = certificates.router
        self._router.register(MENU, "import", self._import)
        self._router.register(MENU, "export-certificate", self._export)

    def _import(self, call: Call) -> None:
        """Whatever the file holds: certificates, keys, or both; the reply counts them.

        The same certificate again becomes a copy with another name, as on the router. A key belongs to the certificates
        that are there; one that fits none is not kept.
        """
        call.expect(tuple(call.table.menu.commands["import"]))
        file_name = call.required("file-name")
        file = find_file(self._router, file_name)
        if file is None:
            raise Trap("input does not match any value of file-name", 1)
        certificates, keys, failures, decrypted = _read(contents(file), call.arguments.get("passphrase", ""))
        values = {"trusted": "false" if call.arguments.get("trusted", "yes") not in _YES else "true"}
        if "trust-store" in self._certificates.table.menu.properties:
            values["trust_store"] = call.arguments.get("trust-store", "all")
        name = call.arguments.get("name")
        for number, pem in enumerate(certificates):
            base = name or f"{PurePosixPath(file_name).name}_{number}"
            row = self._certificates.insert(self._certificates.unused_name(base), pem, imported=True, **values)
            for told in self._certificates.imported:
                told(row)
        locked = call.arguments.get("no-key-export", "no") in _YES
        matched = [self._give_key(key, locked) for key in keys]
        if any(matched) and not certificates and self._router.switches.imported_key_file == "removed":
            self._router.tables["/file"].delete(file)
        call.reply(
            {
                "certificates-imported": str(len(certificates)),
                "private-keys-imported": str(sum(matched)),
                "files-imported": str(int(bool(certificates or any(matched)))),
                "decryption-failures": str(failures),
                "keys-with-no-certificate": str(len(matched) - sum(matched)),
                **({"keys-decrypted": str(decrypted)} if decrypted else {}),
            }
        )

    def _give_key(self, key: Key, locked: bool) -> bool:
        """Give a private key to the certificates that it belongs to; locked: it is never exported."""
        from . import x509

        found = False
        for row in self._certificates.table:
            pem = row.hidden.get("certificate")
            if isinstance(pem, str) and not row.hidden.get("key") and x509.same_key(pem, key):
                kept = {"key": x509.key_pem(key), "key-locked": locked}
                self._certificates.table.update(row, {}, hidden=kept)
                found = True
        return found

    def _export(self, call: Call) -> None:
        """PEM (certificate, and the key when there is a passphrase) or PKCS #12."""
        from . import x509

        call.expect((*call.table.menu.commands["export-certificate"], ".id"))
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
                private = key if isinstance(key, str) and not row.hidden.get("key-locked") else ""
                base = call.arguments.get("file-name") or f"cert_export_{row.get('name')}"
                if call.arguments.get("type", "pem") == "pkcs12":
                    self._write(f"{base}.p12", x509.to_pkcs12(row.get("name"), pem, private, passphrase))
                    continue
                self._write(f"{base}.crt", pem.encode())
                if passphrase and private:
                    encrypted = x509.key_pem(x509.load_key(private), passphrase)
                    self._write(f"{base}.key", encrypted.encode())

    def _write(self, name: str, data: bytes) -> None:
        kind = f"{PurePosixPath(name).suffix} file"
        write_file(self._router, name, data, kind, delay=self._router.switches.file_delay)


def _read(data: bytes, passphrase: str) -> tuple[list[str], list[Key], int, int]:
    """Certificates (PEM), keys, and how many blocks could not and could be decrypted; of PEM, DER and PKCS #12."""
    from . import x509

    certificates, keys, failures, decrypted = x509.certificates_in(data), [], 0, 0
    if not certificates and b"-----BEGIN" not in data:
        try:
            certificates, pems = x509.from_pkcs12(data, passphrase)
            keys = [x509.load_key(pem) for pem in pems]
        except ValueError:
            failures += 1
    for block in x509.keys_in(data):
        try:
            keys.append(x509.load_key(block, passphrase))
            decrypted += b"ENCRYPTED" in block
        except ValueError:
            failures += 1
    return certificates, keys, failures, decrypted
