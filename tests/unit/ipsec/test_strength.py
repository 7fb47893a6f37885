# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weak algorithms and ways to authenticate are named, with the reason; strong ones are not."""

from __future__ import annotations

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import (
    AEAD,
    ALGORITHMS,
    REASONS,
    weak,
    weak_authentication,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu

PROFILE, PROPOSAL = menu("/ip/ipsec/profile"), menu("/ip/ipsec/proposal")


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        ({"hash-algorithm": "sha256", "enc-algorithm": "aes-256,aes-128", "dh-group": "ecp256,modp2048"}, []),
        ({"hash-algorithm": "sha1"}, ["hash_algorithm sha1"]),
        ({"prf-algorithm": "auto", "hash-algorithm": "md5"}, ["hash_algorithm md5"]),
        ({"enc-algorithm": "aes-256,3des,des"}, ["enc_algorithm 3des", "enc_algorithm des"]),
        ({"dh-group": "modp2048,modp1024,modp768"}, ["dh_group modp1024", "dh_group modp768"]),
        ({"auth-algorithms": "", "enc-algorithms": "aes-256-gcm", "pfs-group": "ecp256"}, []),
        ({"auth-algorithms": "null", "enc-algorithms": "aes-256-gcm,chacha20poly1305"}, []),
        ({"auth-algorithms": "null", "enc-algorithms": "aes-256-gcm,aes-256-cbc"}, ["auth_algorithms null"]),
        ({"auth-algorithms": "sha256", "enc-algorithms": "null"}, ["enc_algorithms null"]),
        ({"pfs-group": "none"}, ["pfs_group none"]),
        ({}, []),
    ],
)
def test_weak_words(texts: dict[str, str], names: list[str]) -> None:
    assert [each.partition(" (")[0] for each in weak(texts)] == names
    assert all(each.endswith(")") and " (" in each for each in weak(texts))


def test_what_a_router_ships_with_is_weak() -> None:
    """Profile and proposal `default` (exports of 7.17.2 to 7.24.4)."""
    shipped = {name: each.default or "" for name, each in (PROFILE.properties | PROPOSAL.properties).items()}
    told = " ".join(weak(shipped))
    assert {"3des", "sha1", "modp1024"} <= set(told.replace("(", " ").split())


def test_every_word_is_one_of_the_router() -> None:
    words = {
        word
        for each in (PROFILE, PROPOSAL)
        for name in ALGORITHMS
        if name in each.properties
        for word in each.properties[name].type.split()[1:]
    }
    assert set(REASONS) | AEAD <= words


@pytest.mark.parametrize("mode", ["main", "base", "aggressive", "ike2"])
@pytest.mark.parametrize("method", ["pre-shared-key", "digital-signature", "eap", "pre-shared-key-xauth"])
def test_authentication(method: str, mode: str) -> None:
    reason = weak_authentication(method, mode)
    assert bool(reason) == (method.startswith("pre-shared-key") and mode != "ike2")
    assert not reason or mode in reason
