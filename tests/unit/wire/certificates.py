# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real certificates, made as a RouterOS router makes them: without an authority key identifier."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

# Diffie-Hellman parameters for api-ssl without a certificate: RFC 3526, group 14.
_DH_PARAMETERS = """\
-----BEGIN X9.42 DH PARAMETERS-----
MIICDAKCAQEA///////////JD9qiIWjCNMTGYouA3BzRKQJOCIpnzHQCC76mOxOb
IlFKCHmONATd75UZs806QxswKwpt8l8UN0/hNW1tUcJF5IW1dmJefsb0TELppjft
awv/XLb0Brft7jhr+1qJn6WunyQRfEsf5kkoZlHs5Fs9wgB8uKFjvwWY2kg2HFXT
mmkWP6j9JM9fg2VdI9yjrZYcYvNWIIVSu57VKQdwlpZtZww1Tkq8mATxdGwIyhgh
fDKQXkYuNs474553LBgOhgObJ4Oi7Aeij7XFXfBvTFLJ3ivL9pVYFxg5lUl86pVq
5RXSJhiY+gUQFXKOWoqsqmj//////////wIBAgKCAQB//////////+SH7VEQtGEa
YmMxRcBuDmiUgScERTPmOgEF31Mdic2RKKUEPMcaAm73yozZ5p0hjZgVhTb5L4ob
p/Catrao4SLyQtq7MS8/Y3omIXTTG/a1hf+uW3oDW/b3HDX9rUTP0tdPkgi+JY/z
JJQzKPZyLZ7hAD5cULHfgsxtJBsOKunNNIsf1H6SZ6/Bsq6R7lHWyw4xeasQQqld
z2qUg7hLSzazhhqnJV5MAni6NgRlDBC+GUgvIxcbZx3xzzuWDAdDAc2TwdF2A9FH
2uKu+DemKWTvFeX7SqwLjBzKpL51SrVyiukTDEx9AogKuUctRVZVNH//////////
-----END X9.42 DH PARAMETERS-----
"""


@dataclass(frozen=True)
class Authority:
    """A CA of our own."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def save(self, path: Path) -> str:
        """Write the certificate as PEM and return the path."""
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return str(path)


@dataclass(frozen=True)
class Leaf:
    """A server's certificate and key, in one PEM file."""

    certificate: x509.Certificate
    path: Path

    def context(self) -> ssl.SSLContext:
        """A server's context, TLS 1.2 at most, as RouterOS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.path)
        return context

    @property
    def digest(self) -> bytes:
        """SHA-256 of the public key."""
        key = self.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(key).digest()

    @property
    def pin(self) -> str:
        return f"sha256:{base64.b64encode(self.digest).decode()}"


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, begin: int, end: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begin))
        .not_valid_after(now + timedelta(days=end))
    )


def authority(name: str) -> Authority:
    """A new CA, valid now."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(name, name, key, -1, 30)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def leaf(ca: Authority, path: Path, *names: str, begin: int = -1, end: int = 30) -> Leaf:
    """A certificate for DNS names and IP addresses; begin and end in days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives: list[x509.GeneralName] = []
    for name in names:
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            alternatives.append(x509.DNSName(name))
    issuer = str(ca.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    certificate = (
        _builder(names[0], issuer, key, begin, end)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(ca.key, hashes.SHA256())
    )
    path.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return Leaf(certificate, path)


def anonymous_context(folder: Path) -> ssl.SSLContext:
    """What api-ssl offers without a certificate: anonymous Diffie-Hellman only."""
    path = folder / "dh.pem"
    path.write_text(_DH_PARAMETERS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ADH:@SECLEVEL=0")
    context.load_dh_params(str(path))
    return context
