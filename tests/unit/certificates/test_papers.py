# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users bring along is recognised, put in order, and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates import papers
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import BadPapers
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = make("Root", authority=True)
MIDDLE = make("Middle", ROOT, authority=True)
LEAF = make("router.example.net", MIDDLE)
OTHER = make("other.example.net", MIDDLE)


@settings(max_examples=30, deadline=None)
@given(st.permutations([ROOT.pem, MIDDLE.pem, LEAF.pem, LEAF.key_pem(), "Bag Attributes: noise\n"]))
def test_the_order_of_a_file_does_not_matter(blocks: list[str]) -> None:
    found = papers.from_pem("".join(blocks))
    assert found.certificate == LEAF.pem
    assert found.chain == (MIDDLE.pem, ROOT.pem)
    assert found.key.strip() == LEAF.key_pem().strip()


@settings(max_examples=10, deadline=None)
@given(st.permutations([ROOT.pem, MIDDLE.pem, LEAF.pem]))
def test_without_a_key_the_leaf_is_what_signed_no_other(blocks: list[str]) -> None:
    assert papers.from_pem("".join(blocks)).certificate == LEAF.pem


def test_a_key_tells_which_one_is_meant() -> None:
    assert papers.from_pem(OTHER.pem + LEAF.pem, LEAF.key_pem()).certificate == LEAF.pem


def test_a_locked_key_stays_locked() -> None:
    found = papers.from_pem(LEAF.pem, LEAF.key_pem("correct horse"), "correct horse")
    assert "ENCRYPTED" in found.key
    assert found.passphrase == "correct horse"


@pytest.mark.parametrize(
    ("certificates", "key", "passphrase", "message"),
    [
        ("", "", "", "there is no certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "", "", "damaged"),
        (LEAF.pem, OTHER.key_pem(), "", "belongs to none"),
        (LEAF.pem, LEAF.key_pem("secret word"), "", "no passphrase was given"),
        (LEAF.pem, LEAF.key_pem("secret word"), "wrong words", "the passphrase is wrong"),
        (LEAF.pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "", "no private key in PEM form"),
    ],
)
def test_what_cannot_be_used_is_refused(certificates: str, key: str, passphrase: str, message: str) -> None:
    with pytest.raises(BadPapers, match=message) as caught:
        papers.from_pem(certificates, key, passphrase)
    assert "secret word" not in str(caught.value)
    assert "wrong words" not in str(caught.value)


def test_pkcs12_there_and_back() -> None:
    found = papers.from_pkcs12(LEAF.p12("correct horse", ROOT, MIDDLE), "correct horse", transport="only once")
    assert (found.certificate, found.chain) == (LEAF.pem, (MIDDLE.pem, ROOT.pem))
    assert papers.open_key(found.key, "only once").public_key() == LEAF.key.public_key()
    again = papers.from_pkcs12(papers.to_pkcs12(found, "leaf"), "only once", transport="twice")
    assert (again.certificate, again.chain) == (found.certificate, found.chain)


@pytest.mark.parametrize("data", [LEAF.p12("correct horse"), b"no such file", b""])
def test_pkcs12_that_does_not_open(data: bytes) -> None:
    with pytest.raises(BadPapers, match="cannot be opened"):
        papers.from_pkcs12(data, "wrong", transport="once")


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(BadPapers, match="No such file"):
        papers.content(str(tmp_path / "missing.pem"), None, "certificate")
    binary = tmp_path / "leaf.p12"
    binary.write_bytes(LEAF.p12("correct horse"))
    with pytest.raises(BadPapers, match="pkcs12"):
        papers.content(str(binary), None, "certificate")
