# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions for everything the facts call unknown or conflicting. Clients have to work with every one of them."""

from __future__ import annotations

import dataclasses
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: the words that a switch may have
WORDS = {
    "refused_source": ("close", "reset", "silence"),
    "open_sessions_on_disable": ("keep", "cut"),
    "foreign_release": ("refuse", "release"),
    "take_conflict": ("refuse", "hijack-unroll", "hijack-release"),
    "on_error": ("holder_end", "conflict"),
    "quit_while_holding": ("unroll", "release"),
    "ca_removal": ("cascade", "refuse", "keep"),
    "used_certificate": ("remove", "refuse"),
    "unknown_matcher": ("no-match", "match"),
    "login_without_api": ("not-allowed", "invalid"),
    "dead_word": ("true", "yes"),
    "request_template": ("removed", "kept"),
    "imported_key_file": ("kept", "removed"),
    "acme": ("checked", "issued", "refused"),
    "acme_failure": ("progress", "trap"),
    "exec_status": ("zero", "one"),
    "exec_expired": ("run", "ask", "insist"),
}
#: of switches that are numbers: the default, and another position to try
NUMBERS: dict[str, tuple[float, float]] = {
    "rollback_delay": (2.0, 8.0),
    "reboot_time": (20.0, 90.0),
    "rule_delay": (0.0, 2.0),
    "fresh_certificate_delay": (1.0, 4.0),
    "sign_delay": (1.0, 5.0),
    "file_delay": (0.2, 1.0),
}
#: what is no question about routers, but a part that the world around them plays
PARTS = frozenset({"acme"})
#: where tests say how the switches of every router stand: default, other or random:SEED
VARIABLE = "ROUTEROS_SWITCHES"


@dataclass
class Switches:
    """One field per open question about RouterOS; the defaults are the likeliest readings."""

    # a client outside the service's address list, after the TCP handshake: close, reset or silence
    refused_source: str = "close"
    # sessions already open when their service is disabled or moved to another port: keep or cut
    open_sessions_on_disable: str = "keep"
    # `no such item` or `no such item (4)`
    missing_item_number: bool = False
    # category words in traps: many real traps carry none
    categories: bool = False
    # /safe-mode/release or unroll by a session that does not hold it: refuse or release
    foreign_release: str = "refuse"
    # /safe-mode/take while another session holds it: refuse (trap with the text of the console), hijack-unroll or
    # hijack-release
    take_conflict: str = "refuse"
    # what /safe-mode/take =on-error= chooses: holder_end (what an unclean end of this session does: release keeps the
    # changes) or conflict (what to do with another holder: unroll, release or abort)
    on_error: str = "holder_end"
    # /quit by the holder of safe mode: unroll or release
    quit_while_holding: str = "unroll"
    # seconds between the close of the holder's socket and the rollback
    rollback_delay: float = 2.0
    # seconds that a restart takes, during which nothing listens
    reboot_time: float = 20.0
    # every row of a set, remove or move with several ids is an action of its own (safe mode has 100), or all are one
    row_is_action: bool = True
    # a host without a mask in the address list of a service or user reads back with /32 or /128, or as it was written
    bare_host_mask: bool = True
    # from 7.21 print leaves secrets out unless it is asked for them with show-sensitive
    hide_secrets: bool = False
    # a password that is refused as too short or too weak is stored all the same (seen once)
    refused_password_applied: bool = False
    # seconds until a firewall rule acts
    rule_delay: float = 0.0
    # seconds that a freshly signed or imported certificate is refused as a reference
    fresh_certificate_delay: float = 1.0
    # seconds that signing a certificate takes, besides the making of its key
    sign_delay: float = 1.0
    # removal of a CA whose certificates are still there: cascade (they go too), refuse or keep
    ca_removal: str = "cascade"
    # removal of a certificate that a service or an IPsec identity names: remove (the name dangles) or refuse
    used_certificate: str = "remove"
    # a template after create-certificate-request: removed (manual) or kept (scripts remove it themselves)
    request_template: str = "removed"
    # what becomes of the file that a private key was imported from: kept or removed (manual: may be)
    imported_key_file: str = "kept"
    # a file name that is the beginning of another one is answered with `ambiguous value of file-name` (seen once)
    ambiguous_file_names: bool = False
    # seconds until a file that the router has written can be read
    file_delay: float = 0.2
    # whether an ACME authority issues: checked (name, port 80, firewall and clock decide), issued or refused always
    acme: str = "checked"
    # how enable-ssl-certificate says that nothing came of it: a last row of progress, or a trap
    acme_failure: str = "progress"
    # a firewall rule with a matcher that cannot be simulated (payload, port scans, ...): no-match or match
    unknown_matcher: str = "no-match"
    # a dropped connection attempt is judged again when its client would send the SYN again (1 s, 3 s, 7 s, ...)
    syn_retransmits: bool = True
    # the answer to a login of a user who lacks the policy api: not-allowed (9), or as for a wrong password
    login_without_api: str = "not-allowed"
    # what /listen sends as .dead for a row that is gone: true (seen) or yes (manual)
    dead_word: str = "true"
    # exit status of a single command over SSH that failed: zero (seen on 7.x) or one
    exec_status: str = "zero"
    # a single command over SSH of a user whose password is expired: run, ask (for a new one; Ctrl-C puts it off) or
    # insist (asked for too, but nothing is run before there is one)
    exec_expired: str = "run"
    # a user without a password is let in over SSH without being asked for one (seen on 7.24.4), or has to send it
    empty_password_unasked: bool = True
    # a CHR was seen to slow down to 20 ms a request after some 170 requests, until it rests for 5 s
    request_clamp: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a word that a switch does not have."""
        for name, words in WORDS.items():
            if getattr(self, name) not in words:
                raise ValueError(f"the switch {name} is {', '.join(words)}, not {getattr(self, name)!r}")


def positions() -> dict[str, tuple[Any, ...]]:
    """Every open question with its positions, the default first."""
    found: dict[str, tuple[Any, ...]] = {}
    for one in dataclasses.fields(Switches):
        if one.name in PARTS:
            continue
        if isinstance(one.default, bool):
            found[one.name] = (one.default, not one.default)
        else:
            found[one.name] = WORDS.get(one.name) or NUMBERS[one.name]
    return found


def mixture(text: str) -> dict[str, Any]:
    """The positions that "default", "other" (each switch the other way) or "random:SEED" stands for.

    A seed is anything; the same one always means the same mixture. Raises ValueError for any other text.
    """
    kind, _unused, seed = text.partition(":")
    if text == "default":
        return {}
    if text == "other":
        return {name: values[-1] for name, values in positions().items()}
    if kind == "random" and seed:
        dice = random.Random(seed)
        return {name: dice.choice(values) for name, values in positions().items()}
    raise ValueError(f"switches stand as default, other or random:SEED, not {text!r}")


def made(chosen: Mapping[str, Any]) -> Switches:
    """Switches as the environment's mixture has them (VARIABLE), but for what is chosen. Raises ValueError."""
    return Switches(**{**mixture(os.environ.get(VARIABLE) or "default"), **chosen})
