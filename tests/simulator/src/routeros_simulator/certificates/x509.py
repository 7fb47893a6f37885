# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys as RouterOS makes and reads them: PEM in, PEM out, and the properties of a print.

Certificates carry a subject key identifier and no authority key identifier: nothing shows that RouterOS writes one, so
clients must not need it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CURVES: Mapping[str, type[ec.EllipticCurve]] = {
    "prime256v1": ec.SECP256R1,
    "secp384r1": ec.SECP384R1,
    "secp521r1": ec.SECP521R1,
}
_CURVE_NAMES = {"secp256r1": "prime256v1"}
DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
#: property of a template -> part of the subject, in the order in which the name is built
SUBJECT: Mapping[str, ObjectIdentifier] = {
    "country": NameOID.COUNTRY_NAME,
    "state": NameOID.STATE_OR_PROVINCE_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "unit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "common-name": NameOID.COMMON_NAME,
}
_SHORT = {
    NameOID.COUNTRY_NAME: "C",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.LOCALITY_NAME: "L",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.COMMON_NAME: "CN",
}
#: word of key-usage -> argument of the KeyUsage extension
USAGES = {
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
EXTENDED_USAGES: Mapping[str, ObjectIdentifier] = {
    "tls-server": ExtendedKeyUsageOID.SERVER_AUTH,
    "tls-client": ExtendedKeyUsageOID.CLIENT_AUTH,
    "code-sign": ExtendedKeyUsageOID.CODE_SIGNING,
    "email-protect": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "timestamp": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp-sign": ExtendedKeyUsageOID.OCSP_SIGNING,
    "dvcs": ObjectIdentifier("1.3.6.1.5.5.7.3.10"),
}


def make_key(key_size: str) -> str:
    """A fresh private key as PEM; ``key_size`` is a number of bits (RSA) or the name of a curve."""
    key: Key
    if key_size in CURVES:
        key = ec.generate_private_key(CURVES[key_size]())
    else:
        key = rsa.generate_private_key(65537, int(key_size))
    return key_pem(key)


def key_pem(key: Key, passphrase: str = "") -> str:
    """A private key as PEM, encrypted when there is a passphrase."""
    encryption: KeySerializationEncryption = NoEncryption()
    if passphrase:
        encryption = BestAvailableEncryption(passphrase.encode("utf-8", "surrogateescape"))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def load_key(pem: str | bytes, passphrase: str = "") -> Key:
    """The key of a PEM text or of DER bytes. Raises ValueError when it cannot be read (or decrypted)."""
    data = pem.encode() if isinstance(pem, str) else pem
    load = load_pem_private_key if b"-----BEGIN" in data else load_der_private_key
    try:
        key = load(data, passphrase.encode("utf-8", "surrogateescape") if passphrase and b"ENCRYPTED" in data else None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("only RSA and EC keys can be used")
    return key


def alternative_names(text: str) -> list[x509.GeneralName]:
    """Read `DNS:name,IP:addr,email:addr`. Raises ValueError for anything else."""
    names: list[x509.GeneralName] = []
    for part in filter(None, text.split(",")):
        kind, _unused, value = part.partition(":")
        if kind == "DNS" and value:
            names.append(x509.DNSName(value))
        elif kind == "IP":
            names.append(x509.IPAddress(ipaddress.ip_address(value)))
        elif kind == "email" and value:
            names.append(x509.RFC822Name(value))
        else:
            raise ValueError(f"{part!r} is no alternative name")
    return names


def _words(usage: str) -> set[str]:
    return set(filter(None, usage.split(",")))


def issue(
    template: Mapping[str, str],
    key: str,
    ca: tuple[str, str] | None,
    *,
    serial: int,
    begin: datetime,
    end: datetime,
    crl: str = "",
) -> str:
    """Make the certificate that a template describes, as PEM.

    key: the private key of the subject, PEM. ca: certificate and key of the issuer, PEM; None for a self-signed one.
    crl: where the issuer's list of revoked certificates is to be had, left out when empty.
    Raises ValueError when a property cannot go into a certificate.
    """
    subject = name_of(template)
    own = load_key(key)
    signer = load_key(ca[1]) if ca else own
    issuer = load_certificate(ca[0]).subject if ca else subject
    builder = x509.CertificateBuilder(issuer, subject, own.public_key(), serial, begin, end)
    for extension, critical in requested_extensions(template):
        builder = builder.add_extension(extension, critical=critical)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return sign_builder(builder, signer, template.get("digest-algorithm") or "sha256")


def name_of(template: Mapping[str, str]) -> x509.Name:
    """The subject that a template describes."""
    return x509.Name([x509.NameAttribute(oid, template[name]) for name, oid in SUBJECT.items() if template.get(name)])


def requested_extensions(template: Mapping[str, str]) -> list[tuple[x509.ExtensionType, bool]]:
    """What a template asks for beside its subject, and whether it is critical. Raises ValueError."""
    found: list[tuple[x509.ExtensionType, bool]] = []
    usages = _words(template.get("key-usage", ""))
    if "key-cert-sign" in usages:
        found.append((x509.BasicConstraints(ca=True, path_length=None), True))
    if usages & USAGES.keys():
        chosen = {argument: word in usages for word, argument in USAGES.items()}
        if not chosen["key_agreement"]:
            chosen["encipher_only"] = chosen["decipher_only"] = False  # X.509 gives them no meaning then
        found.append((x509.KeyUsage(**chosen), True))
    if extended := [oid for word, oid in EXTENDED_USAGES.items() if word in usages]:
        found.append((x509.ExtendedKeyUsage(extended), False))
    if names := alternative_names(template.get("subject-alt-name", "")):
        found.append((x509.SubjectAlternativeName(names), False))
    return found


def sign_builder(builder: x509.CertificateBuilder, key: Key, digest: str) -> str:
    """Sign what is built, as PEM. Raises ValueError when key and digest do not go together."""
    try:
        certificate = builder.sign(key, DIGESTS[digest]())  # type: ignore[arg-type]
    except (UnsupportedAlgorithm, TypeError) as error:
        raise ValueError(str(error)) from error
    return certificate.public_bytes(Encoding.PEM).decode()


def load_certificate(pem: str) -> x509.Certificate:
    """The certificate of a PEM text."""
    return x509.load_pem_x509_certificate(pem.encode())


def certificates_in(data: bytes) -> list[str]:
    """Every certificate in a PEM file or a DER file, as PEM; an empty list when there is none."""
    try:
        if b"-----BEGIN CERTIFICATE" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError:
        return []
    return [certificate.public_bytes(Encoding.PEM).decode() for certificate in found]


def keys_in(data: bytes) -> list[bytes]:
    """Every private key block of a PEM file, as it stands there."""
    blocks = []
    for part in data.split(b"-----BEGIN ")[1:]:
        if b"PRIVATE KEY-----" in part.split(b"\n", 1)[0]:
            blocks.append(b"-----BEGIN " + part)
    return blocks


def from_pkcs12(data: bytes, passphrase: str) -> tuple[list[str], list[str]]:
    """Certificates and keys of a PKCS #12 file as PEM texts. Raises ValueError when it cannot be read."""
    key, certificate, others = pkcs12.load_key_and_certificates(
        data, passphrase.encode("utf-8", "surrogateescape") or None
    )
    found = [one for one in (certificate, *others) if one is not None]
    keys = [key_pem(key)] if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else []
    return [one.public_bytes(Encoding.PEM).decode() for one in found], keys


def to_pkcs12(name: str, certificate: str, key: str, passphrase: str) -> bytes:
    """A PKCS #12 file with one certificate and, when there is a passphrase, its key."""
    private = load_key(key) if key and passphrase else None
    encryption: KeySerializationEncryption = NoEncryption()
    if passphrase:
        encryption = BestAvailableEncryption(passphrase.encode("utf-8", "surrogateescape"))
    return pkcs12.serialize_key_and_certificates(
        name.encode(), private, load_certificate(certificate), None, encryption
    )


def same_key(certificate: str, key: Key) -> bool:
    """Whether a private key belongs to a certificate."""
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return load_certificate(certificate).public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def chain(leaf: str, others: Iterable[str]) -> list[str]:
    """The leaf and its issuers among the others, without a self-signed root."""
    pool = [load_certificate(pem) for pem in others]
    links = [load_certificate(leaf)]
    while links[-1].issuer != links[-1].subject and len(links) < 8:
        issuer = next((one for one in pool if one.subject == links[-1].issuer and _signed_by(links[-1], one)), None)
        if issuer is None or issuer.issuer == issuer.subject:
            break
        links.append(issuer)
    return [one.public_bytes(Encoding.PEM).decode() for one in links]


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # whatever it is, it is no signature of that issuer
        return False
    return True


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")  # the form since 7.10


def _name(name: x509.Name) -> str:
    return ",".join(f"{_SHORT.get(part.oid, part.oid.dotted_string)}={part.value!s}" for part in name)


def describe(pem: str, *, imported: bool = False) -> dict[str, str]:
    """The properties that a print shows of a certificate's own content; absent ones are not shown.

    A certificate that signed itself shows its issuer only when it was imported (seen on a 7.22 CHR).
    """
    certificate = load_certificate(pem)
    shown = {
        name: str(found[0].value)
        for name, oid in SUBJECT.items()
        if (found := certificate.subject.get_attributes_for_oid(oid))
    }
    public = certificate.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        shown["key-type"], shown["key-size"] = "ec", _CURVE_NAMES.get(public.curve.name, public.curve.name)
    elif isinstance(public, rsa.RSAPublicKey):
        shown["key-type"], shown["key-size"] = "rsa", str(public.key_size)
    digest = certificate.signature_hash_algorithm
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    shown |= {
        "digest-algorithm": digest.name if digest else "",
        "days-valid": str(round((end - begin).total_seconds() / 86400)),
        "key-usage": ",".join(_usages(certificate)),
        "subject-alt-name": ",".join(_alternatives(certificate)),
        "serial-number": f"{certificate.serial_number:016X}",
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(),
        "invalid-before": _date(begin),
        "invalid-after": _date(end),
        "akid": "",
        "skid": "",
    }
    if imported or certificate.issuer != certificate.subject:
        shown["issuer"] = _name(certificate.issuer)
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectKeyIdentifier):
            shown["skid"] = extension.value.digest.hex().upper()  # seen on a 7.22 CHR
        elif isinstance(extension.value, x509.AuthorityKeyIdentifier) and extension.value.key_identifier:
            shown["akid"] = extension.value.key_identifier.hex().upper()
    return shown


def is_authority(pem: str) -> bool:
    """Whether a certificate may sign others."""
    return "key-cert-sign" in _usages(load_certificate(pem))


def valid_until(pem: str) -> float:
    """The end of a certificate in seconds since the epoch."""
    return load_certificate(pem).not_valid_after_utc.astimezone(UTC).timestamp()


def _usages(certificate: x509.Certificate) -> list[str]:
    words: list[str] = []
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage):
            only = {"encipher_only", "decipher_only"} if not value.key_agreement else set()
            words += [word for word, argument in USAGES.items() if argument not in only and getattr(value, argument)]
        elif isinstance(value, x509.ExtendedKeyUsage):
            words += [word for word, oid in EXTENDED_USAGES.items() if oid in value]
    return [word for word in (*USAGES, *EXTENDED_USAGES) if word in words]


def _alternatives(certificate: x509.Certificate) -> list[str]:
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            kinds = ((x509.DNSName, "DNS"), (x509.IPAddress, "IP"), (x509.RFC822Name, "email"))
            return [
                f"{word}:{name.value!s}" for name in extension.value for kind, word in kinds if isinstance(name, kind)
            ]
    return []
