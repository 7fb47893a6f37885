# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys as users bring them along: PEM texts and PKCS#12 files, checked before a router sees them.

The library ``cryptography`` comes with ansible-core. It is imported when it is needed, so that ansible-doc works
without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    Key = EllipticCurvePrivateKey | RSAPrivateKey

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----", re.DOTALL)


class BadPapers(ValueError):
    """A file or text that was brought along is not what it has to be; the message is complete, and holds no secret."""


@dataclass(frozen=True)
class Papers:
    """A certificate with what belongs to it, as PEM texts.

    ``chain`` are the authorities above it, the nearest one first. ``key`` is the private key, perhaps encrypted with
    ``passphrase``; empty when none was given.
    """

    certificate: str
    chain: tuple[str, ...] = ()
    key: str = ""
    passphrase: str = ""


def content(path: str | None, text: str | None, what: str) -> str:
    """The text of a file on the controller, or the text itself.

    :raises BadPapers: the file cannot be read, or is no text.
    """
    if path is None:
        return text or ""
    try:
        return Path(path).expanduser().read_text(encoding="ascii")
    except OSError as error:
        raise BadPapers(f"the {what} cannot be read: {error.strerror}: {path}") from None
    except UnicodeDecodeError:
        raise BadPapers(f"the {what} in {path} is no PEM text (PKCS#12 files go into the options pkcs12_...)") from None


def from_pem(certificates: str, key: str = "", passphrase: str = "") -> Papers:
    """A certificate, the authorities above it in whatever order, and its private key (which may be in the same text).

    :raises BadPapers: no certificate, more than one leaf, a key that does not fit or cannot be opened.
    """
    key = private_key_of(key) or private_key_of(certificates)
    found = [load(pem) for pem in _BLOCK.findall(certificates)]
    if not found:
        raise BadPapers("there is no certificate (-----BEGIN CERTIFICATE-----) in what was given")
    if key:
        own = open_key(key, passphrase).public_key()
        leaf = next((each for each in found if each.public_key() == own), None)
        if leaf is None:
            raise BadPapers("the private key belongs to none of the certificates that were given")
    else:
        leaf = next((each for each in found if not _signed_another(each, found)), found[0])
    return Papers(pem_of(leaf), tuple(map(pem_of, _above(leaf, found))), key, passphrase)


def from_pkcs12(data: bytes, passphrase: str, transport: str) -> Papers:
    """What a PKCS#12 file holds. The key is encrypted anew with ``transport`` for its way to the router.

    :raises BadPapers: a wrong passphrase, no PKCS#12 file, or no certificate with a key in it.
    """
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs12

    try:
        key, leaf, others = pkcs12.load_key_and_certificates(data, passphrase.encode() if passphrase else None)
    except ValueError:
        raise BadPapers("the PKCS#12 file cannot be opened: the passphrase is wrong, or it is no such file") from None
    if key is None or leaf is None:
        raise BadPapers("the PKCS#12 file holds no certificate with its private key")
    locked = BestAvailableEncryption(transport.encode())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode("ascii")
    return Papers(pem_of(leaf), tuple(map(pem_of, _above(leaf, others))), text, transport)


def to_pkcs12(papers: Papers, name: str) -> bytes:
    """A PKCS#12 file of a certificate and its key, locked with the passphrase of the key.

    :raises BadPapers: the key cannot be opened, or is of a kind that such files do not hold.
    """
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = open_key(papers.key, papers.passphrase)
    chain = [load(pem) for pem in papers.chain]
    lock = BestAvailableEncryption(papers.passphrase.encode())
    return pkcs12.serialize_key_and_certificates(name.encode(), key, load(papers.certificate), chain, lock)


def private_key_of(text: str) -> str:
    """The first private key in a PEM text, encrypted or not; empty when there is none."""
    found = _KEY.search(text)
    return found.group(0) + "\n" if found else ""


def load(pem: str) -> x509.Certificate:
    """The certificate of a PEM text.

    :raises BadPapers: it is none.
    """
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem.encode("ascii"))
    except ValueError:
        raise BadPapers("a certificate that was given is damaged") from None


def open_key(pem: str, passphrase: str = "") -> Key:
    """The private key of a PEM text.

    :raises BadPapers: the passphrase is missing, wrong or too much, or it is no key that signs certificates.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    locked = "ENCRYPTED" in pem
    if locked and not passphrase:
        raise BadPapers("the private key is encrypted, and no passphrase was given")
    try:
        key = load_pem_private_key(pem.encode("ascii"), passphrase.encode() if locked else None)
    except (ValueError, TypeError):
        reason = "the passphrase is wrong" if locked else "it is no private key in PEM form"
        raise BadPapers(f"the private key cannot be opened: {reason}") from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise BadPapers("the private key is neither RSA nor an elliptic curve")
    return key


def pem_of(certificate: x509.Certificate) -> str:
    """A certificate as PEM text."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def days_left(pem: str, now: datetime | None = None) -> float:
    """Days until a certificate expires; negative when it has."""
    return (load(pem).not_valid_after_utc - (now or datetime.now(UTC))).total_seconds() / 86_400


def common_name(certificate: x509.Certificate) -> str:
    """The common name of a certificate's subject; its whole subject when it has none."""
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it says of itself that it may sign others."""
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _signed_another(one: x509.Certificate, others: Sequence[x509.Certificate]) -> bool:
    return any(other is not one and other.issuer == one.subject for other in others)


def _above(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The authorities between a leaf and its root, as far as they were given, the nearest one first."""
    found: list[x509.Certificate] = []
    below = leaf
    while below.issuer != below.subject:
        above = next((each for each in others if each.subject == below.issuer and each not in found), None)
        if above is None:
            break
        found.append(above)
        below = above
    return found
