# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate requests (PKCS #10) as RouterOS makes and signs them, and lists of revoked certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID, ObjectIdentifier

from .x509 import DIGESTS, load_certificate, load_key, name_of, requested_extensions, sign_builder

_UNSTRUCTURED_ADDRESS = ObjectIdentifier("1.2.840.113549.1.9.8")


def make_request(template: Mapping[str, str], key: str, *, challenge: str = "", address: str = "") -> str:
    """The request that a template describes, signed with its private key; PEM.

    challenge, address: the attributes challengePassword and unstructuredAddress, left out when empty.
    Raises ValueError when a property cannot go into a request.
    """
    builder = x509.CertificateSigningRequestBuilder(name_of(template))
    for extension, critical in requested_extensions(template):
        builder = builder.add_extension(extension, critical=critical)
    if challenge:
        builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
    if address:
        builder = builder.add_attribute(_UNSTRUCTURED_ADDRESS, address.encode())
    try:
        request = builder.sign(load_key(key), DIGESTS[template.get("digest-algorithm") or "sha256"]())  # type: ignore[arg-type]
    except (UnsupportedAlgorithm, TypeError) as error:
        raise ValueError(str(error)) from error
    return request.public_bytes(Encoding.PEM).decode()


def sign_request(
    data: bytes, ca: tuple[str, str], *, serial: int, begin: datetime, end: datetime, digest: str = "sha256"
) -> tuple[str, str]:
    """Sign somebody's request; its common name and the certificate as PEM.

    ca: certificate and key of the issuer, PEM. The extensions that the request asks for are granted.
    Raises ValueError for what is no request, or one whose signature is wrong.
    """
    load = x509.load_pem_x509_csr if b"-----BEGIN" in data else x509.load_der_x509_csr
    request = load(data)
    if not request.is_signature_valid:
        raise ValueError("the signature of the request is wrong")
    issuer = load_certificate(ca[0])
    builder = x509.CertificateBuilder(issuer.subject, request.subject, request.public_key(), serial, begin, end)
    for extension in request.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    names = request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else "", sign_builder(builder, load_key(ca[1]), digest)


@dataclass(frozen=True)
class RevocationList:
    """What RouterOS shows of a list: how many it names, its number, dates (seconds since the epoch) and identity."""

    issuer: str
    serials: frozenset[int]
    number: int
    last: float
    next: float | None
    authority: str
    fingerprint: str
    signature: str


def read_list(data: bytes) -> RevocationList:
    """A list of revoked certificates, PEM or DER. Raises ValueError."""
    load = x509.load_pem_x509_crl if b"-----BEGIN" in data else x509.load_der_x509_crl
    found = load(data)
    number, authority = 0, b""
    for extension in found.extensions:
        if isinstance(extension.value, x509.CRLNumber):
            number = extension.value.crl_number
        elif isinstance(extension.value, x509.AuthorityKeyIdentifier):
            authority = extension.value.key_identifier or b""
    following = found.next_update_utc
    return RevocationList(
        issuer=found.issuer.rfc4514_string(),
        serials=frozenset(one.serial_number for one in found),
        number=number,
        last=found.last_update_utc.astimezone(UTC).timestamp(),
        next=following.astimezone(UTC).timestamp() if following else None,
        authority=authority.hex(),
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
        signature=found.signature.hex(),
    )


def issuer_and_serial(pem: str) -> tuple[str, int]:
    """What a list of revoked certificates knows a certificate by."""
    certificate = load_certificate(pem)
    return certificate.issuer.rfc4514_string(), certificate.serial_number


def distribution_points(pem: str) -> list[str]:
    """The addresses where a certificate says that its authority's list is to be had."""
    found = []
    for extension in load_certificate(pem).extensions:
        if isinstance(extension.value, x509.CRLDistributionPoints):
            for point in extension.value:
                found += [one.value for one in point.full_name or () if isinstance(one, x509.UniformResourceIdentifier)]
    return found
