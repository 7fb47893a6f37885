# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is weak among algorithms and ways to authenticate, and why. Warned of, never refused: policy is the user's."""

from __future__ import annotations

from collections.abc import Mapping

REASONS = {
    "des": "its keys can be tried out one by one",
    "3des": "its blocks are too small for long sessions",
    "blowfish": "its blocks are too small for long sessions",
    "md5": "it is broken",
    "sha1": "it is outdated",
    "modp768": "its numbers are small enough to be solved",
    "modp1024": "its numbers are small enough to be solved by those with means",
}
# These check what they decrypt themselves, so that no other algorithm has to (RouterOS manual, IPsec).
AEAD = frozenset({"aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "chacha20poly1305"})
ALGORITHMS = (
    "hash-algorithm", "prf-algorithm", "enc-algorithm", "dh-group", "auth-algorithms", "enc-algorithms", "pfs-group",
)  # fmt: skip
# The manual warns of attacks on the pre-shared key without a connection in all modes; in these nothing more is needed
# than to have overheard (aggressive) or to have been talked to (main, base).
IKEV1 = frozenset({"main", "base", "aggressive"})
WITH_SECRET = frozenset({"pre-shared-key", "pre-shared-key-xauth"})


def weak(texts: Mapping[str, str]) -> list[str]:
    """What is weak in a profile or proposal, each as "property word (reason)"; texts by property, as a router has them.

    RouterOS takes whatever the other end prefers, so one weak word is enough.
    """
    found = []
    for name in ALGORITHMS:
        for word in texts.get(name, "").split(","):
            reason = REASONS.get(word) or _nothing(name, word, texts)
            if reason:
                found.append(f"{name.replace('-', '_')} {word} ({reason})")
    return found


def _nothing(name: str, word: str, texts: Mapping[str, str]) -> str:
    if (name, word) == ("pfs-group", "none"):
        return "who learns one key can read all sessions that came from it"
    if (name, word) == ("enc-algorithms", "null"):
        return "nothing is encrypted"
    if (name, word) == ("auth-algorithms", "null") and not set(texts.get("enc-algorithms", "").split(",")) <= AEAD:
        return "packets can be changed on their way"
    return ""


def weak_authentication(method: str, exchange_mode: str) -> str:
    """Why this way to authenticate is weak with this exchange mode; empty when it is not.

    With IKEv2 a pre-shared key can be guessed at, too, by whoever has the other end talk to them (RouterOS manual,
    IPsec). How strong it has to be is for others to say.
    """
    if method not in WITH_SECRET or exchange_mode not in IKEV1:
        return ""
    if exchange_mode == "aggressive":
        return "exchange mode aggressive shows a hash of the pre-shared key to everybody, to be guessed at offline"
    return f"a pre-shared key with exchange mode {exchange_mode} (IKEv1) can be guessed at offline; ike2 is better"
