# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority on the controller: signs the requests of routers, whose keys never leave them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import save
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import (
    BadPapers,
    common_name,
    days_left,
    from_pem,
    is_authority,
    load,
    open_key,
    pem_of,
)

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import Key
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

# Clocks of routers and controllers differ by some minutes.
SLACK = timedelta(minutes=10)
_USAGES = {
    "digital-signature": "digital_signature",
    "content-commitment": "content_commitment",
    "key-encipherment": "key_encipherment",
    "data-encipherment": "data_encipherment",
    "key-agreement": "key_agreement",
    "key-cert-sign": "key_cert_sign",
    "crl-sign": "crl_sign",
    "encipher-only": "encipher_only",
    "decipher-only": "decipher_only",
}
_PURPOSES = {
    "tls-server": "SERVER_AUTH",
    "tls-client": "CLIENT_AUTH",
    "code-sign": "CODE_SIGNING",
    "email-protect": "EMAIL_PROTECTION",
    "timestamp": "TIME_STAMPING",
    "ocsp-sign": "OCSP_SIGNING",
}


@dataclass(frozen=True)
class Terms:
    """What a certificate shall say: names in RouterOS's form (``DNS:``, ``IP:``, ``email:``), usages in its words."""

    common_name: str
    subject_alt_names: tuple[str, ...] = ()
    key_usage: tuple[str, ...] = ()
    days_valid: int = 365
    digest: str = "sha256"


class Authority:
    """A certificate and the private key that signs in its name."""

    def __init__(self, certificate: str, key: str, passphrase: str = "") -> None:
        """:raises BadPapers: it is no authority, it is expired, or the key does not fit or cannot be opened."""
        papers = from_pem(certificate, key, passphrase)
        if not papers.key:
            raise BadPapers("an authority needs its private key to sign with, and none was given")
        self._certificate = load(papers.certificate)
        self._key: Key = open_key(papers.key, passphrase)
        self.chain = (papers.certificate, *papers.chain)
        self.name = common_name(self._certificate)
        if not is_authority(self._certificate):
            raise BadPapers(f"'{self.name}' may not sign: it is no authority (basic constraints: CA)")
        if days_left(papers.certificate) <= 0:
            raise BadPapers(f"the authority '{self.name}' is expired")

    @property
    def key_identifier(self) -> str:
        """Its subject key identifier, lower-case hexadecimal: the ``akid`` of what it has signed."""
        return _identifier(self._certificate).digest.hex()

    def signed(self, pem: str) -> bool:
        """Whether it has signed that certificate."""
        from cryptography.exceptions import InvalidSignature

        try:
            load(pem).verify_directly_issued_by(self._certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def sign(self, request: str, terms: Terms, now: datetime | None = None) -> str:
        """The certificate for a request, as PEM. It says what ``terms`` say, whatever the request asks for.

        :raises BadPapers: the request is none, its signature is wrong, or it is for another name.
        """
        from cryptography import x509

        try:
            found = x509.load_pem_x509_csr(request.encode("ascii"))
        except ValueError:
            raise BadPapers("what the router made is no certificate request") from None
        if not found.is_signature_valid:
            raise BadPapers("the signature of the router's certificate request is wrong")
        name = subject_name(request)
        if name != terms.common_name:
            raise BadPapers(f"the router's certificate request is for '{name}', not '{terms.common_name}'")
        start = (now or datetime.now(UTC)) - SLACK
        end = min(start + timedelta(days=terms.days_valid), self._certificate.not_valid_after_utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(found.subject)
            .issuer_name(self._certificate.subject)
            .public_key(found.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(terms.key_usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(found.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(_identifier(self._certificate)),
                critical=False,
            )
        )
        if purposes := _purposes(terms.key_usage):
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if terms.subject_alt_names:
            names = x509.SubjectAlternativeName([_general_name(name) for name in terms.subject_alt_names])
            builder = builder.add_extension(names, critical=False)
        return pem_of(builder.sign(self._key, _digest(terms.digest)))


def subject_name(request: str) -> str:
    """The common name that a certificate request is for; empty when it is no request or names nobody."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        names = x509.load_pem_x509_csr(request.encode("ascii", "replace")).subject
    except ValueError:
        return ""
    found = names.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def ensure(
    path: str, key_path: str, name: str, passphrase: str = "", days_valid: int = 7300, rsa_bits: int = 0
) -> bool:
    """Make an authority in two files on the controller unless it is there; many tasks at once make one.

    A key whose certificate is missing (lost, or never written because of a cut) gets one anew, which verifies whatever
    that key has signed.

    :param rsa_bits: the size of an RSA key; 0 for an elliptic curve.
    :returns: whether it was made.
    :raises BadPapers: the certificate is there without its key, or they cannot be written.
    """
    certificate, key = Path(path).expanduser(), Path(key_path).expanduser()
    try:
        key.parent.mkdir(parents=True, exist_ok=True)
        with open(key.parent / f".{key.name}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if certificate.exists():
                if key.exists():
                    return False
                raise BadPapers(f"{certificate} is there and its key {key} is not: bring it back, or move both away")
            if not key.exists():
                write_key(key, _new_key(passphrase, rsa_bits))
            save(
                _self_signed(name, open_key(key.read_text(encoding="ascii"), passphrase), days_valid), str(certificate)
            )
    except OSError as error:
        raise BadPapers(f"the authority cannot be written: {error.strerror}: {error.filename}") from None
    return True


def write_key(path: Path, text: str) -> None:
    """Readable by its owner alone from its first byte on, and whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
    os.replace(temporary, path)


def _new_key(passphrase: str, rsa_bits: int) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
    )

    lock: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    key: Key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode("ascii")


def _self_signed(name: str, key: Key, days_valid: int) -> str:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - SLACK
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days_valid))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(("key-cert-sign", "crl-sign")), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, _digest("sha256"))
    )
    return pem_of(certificate)


def _identifier(certificate: x509.Certificate) -> x509.SubjectKeyIdentifier:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())


def _usage(words: Sequence[str]) -> x509.KeyUsage:
    from cryptography import x509

    wanted = {_USAGES[word] for word in words if word in _USAGES}
    if "key_agreement" not in wanted:
        # Undefined without it (RFC 5280, 4.2.1.3).
        wanted -= {"encipher_only", "decipher_only"}
    return x509.KeyUsage(**{name: name in wanted for name in _USAGES.values()})


def _purposes(words: Sequence[str]) -> list[x509.ObjectIdentifier]:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    return [getattr(ExtendedKeyUsageOID, _PURPOSES[word]) for word in words if word in _PURPOSES]


def _general_name(text: str) -> x509.GeneralName:
    from cryptography import x509

    what, _colon, value = text.partition(":")
    if what == "IP":
        return x509.IPAddress(ip_address(value))
    return x509.RFC822Name(value) if what == "email" else x509.DNSName(value)


def _digest(name: str) -> SHA256 | SHA384 | SHA512:
    from cryptography.hazmat.primitives import hashes

    if name == "sha384":
        return hashes.SHA384()
    return hashes.SHA512() if name == "sha512" else hashes.SHA256()
