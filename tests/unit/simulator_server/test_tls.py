# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as api-ssl speaks it, and the certificates that it shows."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509 as cx509
from routeros_simulator.certificates import x509
from routeros_simulator.tls import Identity, Tls, server_context

BEGIN = datetime.now(UTC).replace(microsecond=0)
CA_USAGE = "key-cert-sign,crl-sign"
LEAF_USAGE = "digital-signature,key-encipherment,tls-server"


@cache
def authority() -> tuple[str, str]:
    """A CA: certificate and key."""
    key = x509.make_key("2048")
    template = {"common-name": "Test CA", "organization": "Example", "key-usage": CA_USAGE}
    return x509.issue(template, key, None, serial=1 << 62, begin=BEGIN, end=BEGIN + timedelta(days=10)), key


@cache
def leaf(key_size: str = "2048", digest: str = "sha256") -> tuple[str, str]:
    """A server certificate of that CA and its key."""
    key = x509.make_key(key_size)
    template = {
        "common-name": "router",
        "subject-alt-name": "DNS:router.example,IP:192.0.2.1,email:noc@example.org",
        "key-usage": LEAF_USAGE,
        "digest-algorithm": digest,
    }
    return x509.issue(template, key, authority(), serial=0x6A5B, begin=BEGIN, end=BEGIN + timedelta(days=5)), key


def shake(server: ssl.SSLContext, client: ssl.SSLContext, name: str = "router.example") -> tuple[str, str]:
    """A handshake without sockets: (protocol, cipher). Raises ssl.SSLError as the client sees it."""
    there = Tls(server)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(incoming, outgoing, server_hostname=name)
    failure: ssl.SSLError | None = None
    for _unused in range(10):
        try:
            here.do_handshake()
        except ssl.SSLWantReadError:
            pass
        else:
            there.receive(outgoing.read())
            cipher = here.cipher()
            assert cipher
            return str(here.version()), cipher[0]
        if failure is not None:
            raise failure
        try:
            there.receive(outgoing.read())
        except ssl.SSLError as error:
            failure = error  # the alert still has to reach the client
        incoming.write(there.pending())
    raise AssertionError("the handshake did not end")


def client(ca: str | None = None, ciphers: str = "") -> ssl.SSLContext:
    """A client that verifies by a CA, or one that does not verify."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        context.load_verify_locations(cadata=ca)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def identity(pair: tuple[str, str]) -> Identity:
    return Identity(pair[0].encode(), pair[1].encode())


def test_without_a_certificate_only_anonymous_diffie_hellman_is_offered() -> None:
    protocol, cipher = shake(server_context(None), client(ciphers="ADH:@SECLEVEL=0"))
    assert protocol == "TLSv1.2"
    assert cipher.startswith("ADH-")
    with pytest.raises(ssl.SSLError, match=r"(?i)handshake failure"):
        shake(server_context(None), client())


@pytest.mark.parametrize("key_size", ["2048", "prime256v1"])
def test_a_leaf_without_authority_key_identifier_verifies_by_its_ca(key_size: str) -> None:
    pair = leaf(key_size)
    with pytest.raises(cx509.ExtensionNotFound):
        x509.load_certificate(pair[0]).extensions.get_extension_for_class(cx509.AuthorityKeyIdentifier)
    protocol, _unused = shake(server_context(identity(pair)), client(authority()[0]))
    assert protocol == "TLSv1.2"


def test_another_name_or_another_ca_is_refused_by_the_client() -> None:
    server = server_context(identity(leaf()))
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake(server, client(authority()[0]), "elsewhere.example")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|self-signed"):
        shake(server, client(leaf("prime256v1")[0]))


def test_there_is_no_tls_13() -> None:
    newest = client()
    newest.minimum_version = ssl.TLSVersion.TLSv1_3
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol version|unsupported protocol"):
        shake(server_context(identity(leaf())), newest)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_old_protocols_only_with_tls_version_any() -> None:
    old = client(ciphers="DEFAULT:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    assert shake(server_context(identity(leaf())), old)[0] == "TLSv1"
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol version|unsupported protocol"):
        shake(server_context(identity(leaf()), "only-1.2"), old)


def test_a_print_describes_what_the_certificate_holds() -> None:
    shown = x509.describe(leaf()[0])
    assert shown["common-name"] == "router"
    assert shown["subject-alt-name"] == "DNS:router.example,IP:192.0.2.1,email:noc@example.org"
    assert shown["key-usage"] == LEAF_USAGE
    assert shown["key-type"] == "rsa"
    assert shown["key-size"] == "2048"
    assert shown["days-valid"] == "5"
    assert shown["serial-number"] == "0000000000006A5B"
    assert shown["issuer"] == "O=Example,CN=Test CA"
    assert shown["akid"] == ""
    assert len(shown["skid"]) == 40
    assert shown["invalid-before"] == BEGIN.strftime("%Y-%m-%d %H:%M:%S")
    assert len(shown["fingerprint"]) == 64
    assert shown["fingerprint"] == shown["fingerprint"].lower()
    assert "issuer" not in x509.describe(authority()[0])


def test_a_ca_is_an_authority_and_a_leaf_is_not() -> None:
    assert x509.is_authority(authority()[0])
    assert not x509.is_authority(leaf()[0])
    constraints = x509.load_certificate(authority()[0]).extensions.get_extension_for_class(cx509.BasicConstraints)
    assert constraints.critical
    assert constraints.value.ca


@pytest.mark.parametrize("digest", ["sha384", "sha512"])
def test_digests(digest: str) -> None:
    assert x509.describe(leaf(digest=digest)[0])["digest-algorithm"] == digest


def test_every_usage_word_reaches_the_certificate() -> None:
    usage = ",".join([*x509.USAGES, *x509.EXTENDED_USAGES])
    key = x509.make_key("prime256v1")
    pem = x509.issue(
        {"common-name": "x", "key-usage": usage}, key, None, serial=5, begin=BEGIN, end=BEGIN + timedelta(1)
    )
    assert x509.describe(pem)["key-usage"] == usage


def test_alternative_names_need_their_kind() -> None:
    for text in ("router.example", "dns:router.example", "IP:router", "DNS:"):
        with pytest.raises(ValueError, match=r"."):
            x509.alternative_names(text)


def test_keys_files_and_chains() -> None:
    certificate, key = leaf()
    encrypted = x509.key_pem(x509.load_key(key), "open sesame")
    data = (encrypted + certificate + authority()[0]).encode()
    assert x509.certificates_in(data) == [certificate, authority()[0]]
    (block,) = x509.keys_in(data)
    assert x509.same_key(certificate, x509.load_key(block, "open sesame"))
    assert not x509.same_key(authority()[0], x509.load_key(key))
    with pytest.raises(ValueError, match=r"."):
        x509.load_key(block, "wrong")
    packed = x509.to_pkcs12("leaf", certificate, key, "open sesame")
    assert x509.from_pkcs12(packed, "open sesame")[0] == [certificate]
    assert x509.chain(certificate, [authority()[0]]) == [certificate]  # a root is not sent
    assert x509.certificates_in(b"no certificate") == []
