# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public keys are known again in whatever form a version shows them."""

from __future__ import annotations

import base64
import hashlib

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.user_keys import Key, parse, plan, same
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import handles
from hypothesis import given
from hypothesis import strategies as st

blobs = st.binary(min_size=20, max_size=60)


def line(blob: bytes, kind: str = "ssh-ed25519", owner: str = "jdoe@example.net") -> str:
    return f"{kind} {base64.b64encode(blob).decode()} {owner}"


def forms(blob: bytes) -> list[str]:
    sha256, md5 = hashlib.sha256(blob).digest(), hashlib.md5(blob, usedforsecurity=False).hexdigest()
    text = base64.b64encode(sha256).decode()
    pairs = ":".join(md5[place : place + 2] for place in range(0, len(md5), 2))
    return [
        f"SHA256:{text.rstrip('=')}",
        f"SHA256:{text}",
        text,
        sha256.hex(),
        md5,
        f"MD5:{pairs}",
        pairs,
        pairs.upper(),
    ]


@given(blobs)
def test_any_form_of_a_fingerprint_is_known_again(blob: bytes) -> None:
    for form in forms(blob):
        assert same(parse(line(blob)), {"fingerprint": form, "key-type": "ed25519"}), form


@given(blobs, blobs)
def test_another_key_is_another_key(one: bytes, other: bytes) -> None:
    for form in forms(other):
        assert same(parse(line(one)), {"fingerprint": form}) == (one == other)


def test_without_a_fingerprint_type_and_owner_tell() -> None:
    key = parse(line(b"x" * 32))
    assert same(key, {"key-type": "ed25519", "key-owner": "jdoe@example.net"})
    assert not same(key, {"key-type": "ed25519", "key-owner": "other"})
    assert not same(key, {"key-type": "rsa", "info": "jdoe@example.net"})


@given(st.lists(blobs, unique=True, max_size=5), st.lists(blobs, unique=True, max_size=5))
def test_a_plan_leads_to_the_whole_list_and_adds_first(wanted: list[bytes], there: list[bytes]) -> None:
    rows = [
        {".id": f"*{number}", "user": user, "fingerprint": forms(blob)[0]}
        for number, (user, blob) in enumerate([("jdoe", blob) for blob in there] + [("other", b"y" * 32)])
    ]
    keys: list[Key] = [parse(line(blob)) for blob in wanted]
    steps = plan("jdoe", keys, rows, handles())
    verbs = [step.verb for step in steps]
    assert verbs == sorted(verbs)
    assert {step.properties["key"] for step in steps if step.verb == "add"} == {
        line(blob) for blob in wanted if blob not in there
    }
    assert {step.id for step in steps if step.verb == "remove"} == {
        f"*{number}" for number, blob in enumerate(there) if blob not in wanted
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "something else"),
        ("ecdsa-sha2-nistp256 AAAA x", "got ecdsa-sha2-nistp256"),
        ("ssh-ed25519", "damaged"),
        ("ssh-ed25519 not!base64", "damaged"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "public key"),
    ],
)
def test_what_is_no_key_is_told(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)
