# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/ipsec/key: made here, sent there, and those for IKEv2."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_public_key,
)
from routeros_simulator.local import LocalSession

from .conftest import make_router

RSA, PSK = "/ip/ipsec/key/rsa", "/ip/ipsec/key/psk"


def file(admin: LocalSession, name: str) -> str:
    admin.router.clock.advance(1)
    return next(row["contents"] for row in admin.rows("/file") if row["name"] == name)


@pytest.mark.parametrize("version", ["7.20.8", "7.22.3", "7.24"])
def test_a_public_key_for_the_other_end(version: str) -> None:
    here, there = LocalSession(make_router(version)), LocalSession(make_router(version))
    here.call(f"{RSA}/generate-key", "=name=mine")
    (row,) = here.rows(RSA)
    assert (row["name"], row["key-size"], row["private-key"], row["rsa"]) == ("mine", "2048", "true", "true")
    assert "BEGIN" not in str(row)
    here.call(f"{RSA}/export-pub-key", "=key=mine", "=file-name=mine.pub")
    pem = file(here, "mine.pub")
    assert isinstance(load_pem_public_key(pem.encode()), rsa.RSAPublicKey)
    there.add("/file", name="mine.pub", contents=pem)
    there.call(f"{RSA}/import", "=file-name=mine.pub", "=name=hub", "=passphrase=")
    (row,) = there.rows(RSA)
    assert (row["name"], row["key-size"], row["private-key"]) == ("hub", "2048", "false")
    there.add("/ip/ipsec/peer", name="hub", address="192.0.2.1")
    there.add("/ip/ipsec/identity", **{"peer": "hub", "auth-method": "rsa-key", "remote-key": "hub"})
    there.set(RSA, row[".id"], name="renamed")
    assert there.column("/ip/ipsec/identity", "remote-key") == ["renamed"]


def test_a_private_key_is_imported_with_its_passphrase(admin: LocalSession) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")).decode()
    admin.add("/file", name="k.pem", contents=pem)
    for words in (("=passphrase=wrong",), ()):
        assert "bad passphrase" in admin.error(f"{RSA}/import", "=file-name=k.pem", "=name=k", *words)
    admin.call(f"{RSA}/import", "=file-name=k.pem", "=name=k", "=passphrase=open sesame")
    assert admin.column(RSA, "private-key") == ["true"]


def test_what_is_refused(admin: LocalSession) -> None:
    assert admin.error(f"{RSA}/generate-key") == "missing =name="
    assert "key-size" in admin.error(f"{RSA}/generate-key", "=name=k", "=key-size=1024")
    assert "file-name" in admin.error(f"{RSA}/import", "=file-name=none", "=name=k")
    curve = ec.generate_private_key(ec.SECP256R1())
    numbers = {"text": "nothing", "curve": curve.public_key().public_bytes(Encoding.PEM, _spki()).decode()}
    for name, contents in numbers.items():
        admin.add("/file", name=name, contents=contents)
        assert "wrong format" in admin.error(f"{RSA}/import", f"=file-name={name}", "=name=k")
    assert "key" in admin.error(f"{RSA}/export-pub-key", "=key=none", "=file-name=x")
    assert admin.rows(RSA) == []


def _spki() -> object:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    return PublicFormat.SubjectPublicKeyInfo


def test_keys_for_ikev2(admin: LocalSession) -> None:
    assert "peer" in admin.error(f"{PSK}/generate", "=peer=hub")
    admin.add("/ip/ipsec/peer", name="hub", address="192.0.2.1")
    admin.call(f"{PSK}/generate", "=peer=hub", "=count=3", "=size=80")
    rows = admin.rows(PSK)
    assert [row["peer"] for row in rows] == ["hub"] * 3
    assert {len(row["key"]) for row in rows} == {160}
    assert len({row["id"] for row in rows}) == 3
    assert all(len(row["id"]) >= 16 for row in rows)
    admin.call("/undo")
    assert admin.rows(PSK) == []
