# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's own certificate: made when it has to be, for whom it says, readable by its owner alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import Terms
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.own import Own, Signers
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import (
    BadPapers,
    common_name,
    days_left,
    is_authority,
    load,
    open_key,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

TERMS = Terms("controller.example.net", ("DNS:controller.example.net", "IP:198.51.100.7"), ("digital-signature",), 100)


@pytest.fixture(scope="module")
def signers(tmp_path_factory: pytest.TempPathFactory) -> Signers:
    """An authority that was made once; RSA keys take their time."""
    folder = tmp_path_factory.mktemp("authority")
    made = Signers(str(folder / "ca.pem"), str(folder / "ca.key"), "locked with this", create=True)
    assert not made.there()
    made.open("the CA")
    assert made.there()
    return made


@pytest.fixture
def own(tmp_path: Path, signers: Signers) -> Own:
    """A certificate that is good."""
    made = Own(str(tmp_path / "own" / "a.pem"), str(tmp_path / "own" / "a.key"))
    assert made.reason(TERMS, signers.open("the CA"), 10) == "there is none"
    made.make(TERMS, signers.open("the CA"))
    return made


def test_it_says_what_was_asked_for_and_stays(own: Own, signers: Signers) -> None:
    authority = signers.open("another name, too late")
    assert authority.name == "the CA"
    assert own.reason(TERMS, authority, 10) == ""
    found = load(Path(own.path).read_text())
    assert common_name(found) == TERMS.common_name
    assert not is_authority(found)
    assert 99 < days_left(Path(own.path).read_text()) < 100.1
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["controller.example.net"]
    key = open_key(Path(own.key_path).read_text())
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.public_key() == found.public_key()
    assert Path(own.key_path).stat().st_mode & 0o777 == 0o600
    assert Path(signers.key_path).stat().st_mode & 0o777 == 0o600


def test_every_reason_to_make_it_anew(own: Own, signers: Signers, tmp_path: Path) -> None:
    authority = signers.open("the CA")
    assert own.reason(TERMS, authority, 101) == "it expires in 99 days"
    assert own.reason(dataclasses.replace(TERMS, common_name="b"), authority, 1) == "it is for other names"
    fewer = dataclasses.replace(TERMS, subject_alt_names=TERMS.subject_alt_names[:1])
    assert own.reason(fewer, authority, 1) == "it is for other names"
    foreign = Signers(str(tmp_path / "b.pem"), str(tmp_path / "b.key"), create=True).open("the CA")
    assert own.reason(TERMS, foreign, 1) == "the authority has not signed it"
    Path(own.key_path).write_text(Path(tmp_path / "b.key").read_text())
    assert own.reason(TERMS, authority, 1) == "its private key is another one"
    Path(own.key_path).unlink()
    assert own.reason(TERMS, authority, 1) == "there is none"


def test_a_damaged_file_is_told(own: Own, signers: Signers) -> None:
    Path(own.path).write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(BadPapers, match="damaged"):
        own.reason(TERMS, signers.open("the CA"), 1)


def test_a_missing_authority_is_not_made_unasked(signers: Signers, tmp_path: Path) -> None:
    with pytest.raises(BadPapers, match="cannot be read"):
        Signers(str(tmp_path / "none.pem"), str(tmp_path / "none.key")).open("x")
    with pytest.raises(BadPapers, match="passphrase is wrong"):
        Signers(signers.path, signers.key_path, "wrong").open("x")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_told(signers: Signers, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadPapers, match="cannot be written"):
        Own(str(tmp_path / "file" / "a.pem"), str(tmp_path / "file" / "a.key")).make(TERMS, signers.open("x"))
