# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SSH keys of one account. The router shows of a key its type, size and fingerprint, never the key; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row

PATH = "/user/ssh-keys"
# RouterOS refuses ECDSA (RouterOS manual, SSH).
TYPES = {"ssh-rsa": "rsa", "ssh-ed25519": "ed25519", "sk-ssh-ed25519@openssh.com": "ed25519-sk"}


@dataclass(frozen=True)
class Key:
    """A public key in OpenSSH's form, and what tells it apart on a router."""

    text: str
    kind: str
    owner: str
    fingerprints: frozenset[str]


def parse(text: str) -> Key:
    """A line of an ``authorized_keys`` or ``.pub`` file, without options in front.

    :raises ValueError: it is none that RouterOS takes; the message is for the user.
    """
    words = text.split(None, 2)
    if not words or words[0] not in TYPES:
        named = words[0] if words and len(words[0]) < 40 else "something else"
        raise ValueError(f"a public key begins with {', '.join(TYPES)}, and RouterOS takes no other kind; got {named}")
    try:
        data = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error):
        raise ValueError(f"the {words[0]} key is damaged or cut off") from None
    sha256 = hashlib.sha256(data).digest()
    # MD5 names a key here, as older versions show it; nothing is protected by it.
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    forms = {base64.b64encode(sha256).decode().rstrip("="), sha256.hex(), md5}
    return Key(" ".join(words), TYPES[words[0]], words[2].strip() if len(words) > 2 else "", frozenset(forms))


def _shown(row: Mapping[str, str]) -> str:
    """A fingerprint without its colons and the name of its digest."""
    text = row.get("fingerprint", "")
    _digest, colon, rest = text.partition(":")
    if colon and _digest.upper() in ("SHA256", "MD5"):
        text = rest
    return text.replace(":", "").rstrip("=") if not colon or len(text) > 46 else text.rstrip("=")


def same(key: Key, row: Mapping[str, str]) -> bool:
    """Whether a row is that key: by its fingerprint, or, where the version shows none, by type and owner."""
    if row.get("fingerprint"):
        shown = _shown(row)
        return shown in key.fingerprints or shown.lower() in key.fingerprints
    return row.get("key-type", key.kind) == key.kind and row.get("info", row.get("key-owner", "")) == key.owner


def plan(user: str, wanted: Sequence[Key], rows: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
    """Add what is missing, then remove what is not wanted: at no moment without a key that stays."""
    own = [row for row in rows if row.get("user") == user]
    there = [row for row in own if any(same(key, row) for key in wanted)]
    adds = [
        Operation(PATH, "add", properties={"user": user, "key": key.text}, handle=next(handles))
        for key in wanted
        if not any(same(key, row) for row in own)
    ]
    removes = [Operation(PATH, "remove", id=row[".id"], was=row) for row in own if row not in there]
    return adds + removes
