# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate of the controller's own, with its key, signed by the authority on the controller.

RSA, because RouterOS authenticates IKE by RSA certificates (RouterOS manual, IPsec, digital-signature).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import (
    Authority,
    Terms,
    ensure,
    write_key,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import save
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import (
    BadPapers,
    common_name,
    content,
    days_left,
    load,
    open_key,
)

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import Key

BITS = 2048
AUTHORITY_BITS = 3072


@dataclass(frozen=True)
class Signers:
    """The authority's files on the controller; `create` makes them when there are none.

    `rsa_bits`: the size of a key that is made; 0 for an elliptic curve.
    """

    path: str
    key_path: str
    passphrase: str = ""
    create: bool = False
    rsa_bits: int = AUTHORITY_BITS

    def there(self) -> bool:
        """Whether its certificate is there."""
        return Path(self.path).expanduser().exists()

    def open(self, name: str) -> Authority:
        """The authority, made now when it is to be.

        :raises BadPapers: it is not there, or cannot be used.
        """
        if self.create:
            ensure(self.path, self.key_path, name, self.passphrase, rsa_bits=self.rsa_bits)
        certificate = content(self.path, None, "authority's certificate")
        return Authority(certificate, content(self.key_path, None, "authority's private key"), self.passphrase)


@dataclass(frozen=True)
class Own:
    """The two files of a certificate of the controller's own."""

    path: str
    key_path: str

    def reason(self, terms: Terms, authority: Authority | None, renew_before: int) -> str:
        """Why the certificate that is there cannot stay; empty when it can.

        :param authority: None when it is not made yet
        :raises BadPapers: a file holds something else
        """
        certificate, key = Path(self.path).expanduser(), Path(self.key_path).expanduser()
        if not certificate.exists() or not key.exists():
            return "there is none"
        pem = content(self.path, None, "certificate")
        found = load(pem)
        if open_key(content(self.key_path, None, "private key")).public_key() != found.public_key():
            return "its private key is another one"
        if authority is None or not authority.signed(pem):
            return "the authority has not signed it"
        if common_name(found) != terms.common_name or _names(pem) != set(terms.subject_alt_names):
            return "it is for other names"
        left = days_left(pem)
        if left < min(renew_before, days_left(authority.chain[0]) / 2):
            return f"it expires in {max(0, int(left))} days"
        return ""

    def make(self, terms: Terms, authority: Authority) -> str:
        """A new key and its certificate; the key is replaced last, so that a cut leaves a pair that is made anew.

        :returns: the certificate
        :raises BadPapers: the files cannot be written
        """
        key = _new_key()
        pem = authority.sign(_request(key, terms.common_name), terms)
        try:
            Path(self.key_path).expanduser().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            save(pem, self.path)
            write_key(Path(self.key_path).expanduser(), _text(key))
        except OSError as error:
            raise BadPapers(f"the certificate cannot be written: {error.strerror}: {error.filename}") from None
        return pem


def _names(pem: str) -> set[str]:
    """The alternative names of a certificate, in RouterOS's form."""
    from cryptography import x509

    try:
        names = load(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    kinds = (("DNS", x509.DNSName), ("IP", x509.IPAddress), ("email", x509.RFC822Name))
    return {f"{word}:{name.value}" for word, kind in kinds for name in names if isinstance(name, kind)}


def _new_key() -> Key:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, BITS)


def _request(key: Key, name: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode("ascii")


def _text(key: Key) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
