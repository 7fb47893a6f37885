# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An authority on the controller: made once however many ask, and what it signs verifies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import Authority, Terms, ensure
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import BadPapers, load
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import Made, make, request
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

TERMS = Terms(
    "router.example.net",
    ("DNS:router.example.net", "IP:192.0.2.1", "IP:2001:db8::1"),
    ("digital-signature", "key-encipherment", "tls-server"),
    days_valid=825,
)


def authority_in(folder: Path, passphrase: str = "") -> Authority:
    path, key = folder / "ca.pem", folder / "ca.key"
    ensure(str(path), str(key), "Fleet CA", passphrase)
    return Authority(path.read_text(), key.read_text(), passphrase)


def verify(authority: Authority, pem: str, name: str = "router.example.net") -> None:
    store = Store([load(authority.chain[0])])
    PolicyBuilder().store(store).build_server_verifier(x509.DNSName(name)).verify(load(pem), [])


def test_what_it_signs_verifies_and_says_what_was_agreed(tmp_path: Path) -> None:
    authority = authority_in(tmp_path)
    pem = authority.sign(request("router.example.net"), TERMS)
    verify(authority, pem)
    with pytest.raises(VerificationError):
        verify(authority, pem, "another.example.net")
    leaf = load(pem)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["router.example.net", "192.0.2.1", "2001:db8::1"]
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.SERVER_AUTH
    ]
    assert not leaf.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    identifier = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert identifier is not None
    assert identifier.hex() == authority.key_identifier
    assert authority.signed(pem)
    assert not authority.signed(make("router.example.net").pem)


def test_a_certificate_never_outlives_its_authority() -> None:
    made = make("Short CA", authority=True, days=20)
    pem = Authority(made.pem, made.key_pem()).sign(request("router.example.net"), TERMS)
    assert load(pem).not_valid_after_utc == made.certificate.not_valid_after_utc


def test_a_request_for_another_name_is_not_signed(tmp_path: Path) -> None:
    with pytest.raises(BadPapers, match=r"is for 'evil.example.net', not 'router.example.net'"):
        authority_in(tmp_path).sign(request("evil.example.net"), TERMS)


@pytest.mark.parametrize(
    "text", ["", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"]
)
def test_what_is_no_request_is_not_signed(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadPapers, match="no certificate request"):
        authority_in(tmp_path).sign(text, TERMS)


LEAF = make("leaf.example.net")
EXPIRED = make("Old CA", authority=True, days=-1)


@pytest.mark.parametrize(
    ("made", "message"), [(LEAF, "may not sign"), (EXPIRED, "is expired")], ids=["no authority", "expired"]
)
def test_what_may_not_sign(made: Made, message: str) -> None:
    with pytest.raises(BadPapers, match=message):
        Authority(made.pem, made.key_pem())


def test_many_at_once_make_one_and_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    path, key = tmp_path / "new" / "ca.pem", tmp_path / "new" / "ca.key"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _number: ensure(str(path), str(key), "Fleet CA", "pass phrase"), range(16)))
    assert sum(made) == 1
    assert key.stat().st_mode & 0o777 == 0o600
    assert "ENCRYPTED" in key.read_text()
    Authority(path.read_text(), key.read_text(), "pass phrase")


def test_a_certificate_lost_or_never_written_is_made_again_for_the_same_key(tmp_path: Path) -> None:
    signed = authority_in(tmp_path).sign(request("router.example.net"), TERMS)
    (tmp_path / "ca.pem").unlink()
    again = authority_in(tmp_path)
    verify(again, signed)


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    authority_in(tmp_path)
    (tmp_path / "ca.key").unlink()
    with pytest.raises(BadPapers, match=r"its key .* is not"):
        authority_in(tmp_path)
    assert (tmp_path / "ca.pem").exists()


def test_a_wrong_passphrase_is_told_and_not_shown(tmp_path: Path) -> None:
    authority_in(tmp_path, "right words")
    with pytest.raises(BadPapers, match="the passphrase is wrong") as caught:
        authority_in(tmp_path, "other words")
    assert "other words" not in str(caught.value)


def test_it_is_valid_now_although_clocks_differ(tmp_path: Path) -> None:
    authority = authority_in(tmp_path)
    leaf = load(authority.sign(request("router.example.net"), TERMS))
    assert leaf.not_valid_before_utc < datetime.now(UTC) - timedelta(minutes=5)
