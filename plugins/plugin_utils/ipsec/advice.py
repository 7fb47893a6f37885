# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log of an IPsec end means, in words, and what to look at: RouterOS's topic ipsec, strongSwan's charon.

    advice = explain(text)
    advice.failure, advice.problem, advice.check, str(advice)

Texts of RouterOS are those of its manual (IPsec, Troubleshooting) and of logs that users have shown (7.23.3 for IKEv2);
numbers behind certificate errors are OpenSSL's. Those of charon are the ones in strongSwan 5.9. Nothing hangs on
addresses, times or the order of lines: whoever looks at one connection passes its lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

LONGEST = 300


@dataclass(frozen=True)
class Advice:
    """One failure: a word for it, what happened, what to look at (first things first), and the line that told it."""

    failure: str
    problem: str
    check: tuple[str, ...]
    line: str = ""

    def __str__(self) -> str:
        told = f' The log says: "{self.line}".' if self.line else ""
        return f"{self.problem}. Look at: {'; '.join(self.check)}.{told}"


@dataclass(frozen=True)
class _Failure:
    failure: str
    problem: str
    check: tuple[str, ...]
    patterns: tuple[str, ...]


# What tells more stands first: an end that refuses a certificate as expired says afterwards that it trusts no key, and
# the other end hears AUTHENTICATION_FAILED and no more.
_FAILURES = (
    _Failure(
        "certificate_expired",
        "A certificate is expired, or not valid yet",
        (
            "the clocks of both ends, before anything else (/system/clock, /system/ntp/client)",
            "the dates of the certificates of both ends and of their CA (/certificate, swanctl --list-certs)",
            "renew it on the end that it belongs to",
        ),
        (
            r"certificate has expired",
            r"certificate is not yet valid",
            r"certificate invalid \(valid from",
            r"certificate expired",
        ),
    ),
    _Failure(
        "certificate_revoked",
        "A certificate is revoked",
        ("the CRL of the CA, and whether the right certificate is in use",),
        (r"certificate revoked\(23\)", r"certificate was revoked", r"certificate .* revoked on"),
    ),
    _Failure(
        "certificate_foreign",
        "A certificate comes from a CA that the other end does not trust",
        (
            "the CA of each end has to be on the other one: in /certificate with trusted=yes (and, from 7.21 on, ipsec "
            "in its trust-store), in x509ca of swanctl",
            "intermediate CAs, which have to be sent or to be there",
            "whether an older CA of the same name is still there",
        ),
        (
            r"unable to get (local )?issuer certificate",
            r"certificate signature failure",
            r"self.signed certificate( in certificate chain)?\(1[89]\)",
            r"no issuer certificate found for",
            r"self-signed certificate .* is not trusted",
            r"reached end of incomplete trust chain",
            r"peer not authenticated by CA",
            r"peer not authenticated with peer cert",
        ),
    ),
    _Failure(
        "method_mismatch",
        "The two ends want to prove themselves in different ways",
        ("auth_method of the identity against auth of swanctl's local and remote (psk, pubkey, eap)",),
        (
            r"constraint requires .* but .* was used",
            r"peer requested EAP, config (unacceptable|inacceptable)",
        ),
    ),
    _Failure(
        "id_mismatch",
        "One end calls itself otherwise than the other one expects",
        (
            "my_id of each end against remote_id of the other, with their kind (fqdn:, address:, user-fqdn:, key-id:); "
            "in swanctl id of local and remote",
            "whether the id is among the subject alternative names of the certificate",
            "behind NAT an address is no good id: it is another one on each side",
        ),
        (
            r"peer's ID does not match certificate",
            r"identity not found",
            r"IDir '.*' does not match to '.*'",
            r"identity '.*' required",
            r"no matching peer config found",
            r"no peer config found",
        ),
    ),
    _Failure(
        "certificate_unknown",
        "A certificate of the other end could not be used: it is not trusted, or does not hold the id that was said",
        (
            "whether the id is among the subject alternative names of the certificate",
            "whether the CA of the other end is there and trusted",
            "whether the other end sends its certificate at all (certificate of its identity, certs of its connection)",
        ),
        (r"can't verify peer's certificate from store", r"no trusted .*public key found for"),
    ),
    _Failure(
        "wrong_secret",
        "The pre-shared keys of the two ends are not the same",
        (
            "the secret of both ends, character by character (swanctl takes 0x... and 0s... for encoded ones)",
            "that there is one identity (one secrets section) for these ids, and no other that comes first",
        ),
        (
            r"tried \d+ shared keys? for .* MAC mismatched",
            r"possible cause: wrong password",
            r"HASH does not match HASH payload",
            r"received HASH payload does not match",
        ),
    ),
    _Failure(
        "no_secret",
        "An end has no pre-shared key for the ids of this connection",
        ("the ids in its secrets section (or its identity) against those of the connection",),
        (r"no shared key found for",),
    ),
    _Failure(
        "no_private_key",
        "An end has no private key for its own certificate",
        (
            "whether the key was imported with the certificate (private-key in /certificate)",
            "the folder private of swanctl, and whether swanctl --load-creds was run since",
        ),
        (r"no private key found for", r"can't get private key", r"unable to get private key"),
    ),
    _Failure(
        "eap_failed",
        "The user name or password was refused (EAP)",
        (
            "username and password of the identity",
            "the eap-methods of both ends, and the RADIUS server if there is one",
        ),
        (r"EAP method \S+ failed for peer", r"received EAP_FAILURE", r"EAP authentication failed"),
    ),
    _Failure(
        "no_child_proposal",
        "The second phase has no algorithm that both ends accept",
        (
            "auth_algorithms, enc_algorithms and pfs_group of the proposal against esp_proposals of the other end",
            "aes-256-gcm needs auth_algorithms: [] on the router and no hash in esp_proposals",
            "a difference in pfs_group shows only at the first new key, since the first one comes with the connection",
        ),
        (
            r"received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built",
            r"no acceptable proposal found",
            r"failed to pre-process ph2 packet",
            r"(create child|CREATE_CHILD_SA).*NO_PROPOSAL_CHOSEN",
        ),
    ),
    _Failure(
        "unknown_peer",
        "An end has no connection for these addresses",
        (
            "address and local_address of the peer, local_addrs and remote_addrs of swanctl; behind NAT the other end "
            "sees another address",
            "exchange_mode of the peer: ike2 is version 2, the others are version 1",
            "that the peer is not disabled",
        ),
        (r"no IKE config found for", r"no suitable peer", r"peer config not found", r"no peer matches"),
    ),
    _Failure(
        "no_proposal",
        "The first phase has no algorithm that both ends accept",
        (
            "enc_algorithm, hash_algorithm, prf_algorithm, dh_group of the profile against proposals of the other end",
            "that the peer names the profile which is meant",
            "exchange_mode of the peer: ike2 is version 2, the others are version 1",
            "an end that has no connection for the address which it sees says the same",
        ),
        (
            r"received proposals unacceptable",
            r"no suitable proposal found",
            r"failed to get valid proposal",
            r"failed to pre-process ph1 packet",
            r"no proposal chosen",
            r"NO[_-]PROPOSAL[_-]CHOSEN",
        ),
    ),
    _Failure(
        "ts_unacceptable",
        "The two ends do not mean the same packets",
        (
            "src_address and dst_address of the policy against remote_ts and local_ts of the other end: the same "
            "prefixes with their lengths, mirrored, whatever NAT makes of the addresses",
            "protocol and ports of the policy against those behind the prefixes ([tcp/8729])",
            "tunnel: true is mode = tunnel, false is mode = transport",
            "generate_policy and its templates, where the router has no policy of its own",
        ),
        (
            r"TS_UNACCEPTABLE",
            r"traffic selectors .* unacceptable",
            r"no acceptable traffic selectors found",
            r"no policy found/generated",
        ),
    ),
    _Failure(
        "authentication_failed",
        "The other end does not take our proof of who we are, and only its own log says why",
        (
            "the log of the other end",
            "the secret of both ends, or whether each one has and trusts the CA of the other",
            "my_id of each end against remote_id of the other",
            "the dates of the certificates, and the clocks",
        ),
        (r"AUTHENTICATION[_-]FAILED", r"authentication of '.*' failed", r"peer not authorized"),
    ),
    _Failure(
        "invalid_ke",
        "The first guess of a key exchange group was refused, and the second was not taken either",
        ("dh_group of the profile (pfs_group of the proposal) against the groups of the other end: one in common",),
        (
            r"requested (DH group|key exchange method) .* not (contained|supported)",
            r"already retried with",
            r"INVALID[_-]KE",
        ),
    ),
    _Failure(
        "packets_refused",
        "Packets arrive and cannot be decrypted",
        (
            "the algorithms of the second phase: with sha256 some systems cut the hash to 96 bits instead of 128, so "
            "take aes-256-gcm on both ends",
            "on the router in-state-protocol-errors of /ip/ipsec/statistics",
        ),
        (r"ICV verification failed", r"in-state-protocol-errors", r"integrity check failed"),
    ),
    _Failure(
        "no_traffic",
        "The tunnel is up, packets go in, and none come back",
        (
            "the algorithms of the second phase: with sha256 some systems cut the hash to 96 bits instead of 128, so "
            "take aes-256-gcm on both ends",
            "source NAT: masquerade must leave out what goes into a tunnel (ipsec-policy=out,none)",
            "fasttrack, which takes packets past IPsec, and filters of both ends",
            "whether the other end is there at all, and whether it sends its answers into the tunnel",
        ),
        (),
    ),
    _Failure(
        "unknown_name",
        "The name of the other end has no address",
        ("the name, and the DNS servers of this end",),
        (r"unable to resolve", r"could not resolve", r"dns name does not exist"),
    ),
    _Failure(
        "no_answer",
        "The other end does not answer",
        (
            "the addresses of both ends, and local_address of the peer",
            "firewalls on the way and on both ends: UDP 500 and 4500, and protocol ESP where there is no NAT",
            "that the service of the other end runs and has the connection loaded (swanctl --list-conns)",
        ),
        (
            r"negotiation failed due to time up",
            r"giving up after \d+ retransmits",
            r"peer not responding",
            r"Network is unreachable",
            r"No route to host",
        ),
    ),
)
# What means something only where nothing came through: a tunnel that came up, and a first message that was sent again
# (strongSwan gives up after 165 s, and whoever waits for the tunnel sooner).
_SILENT = (
    ("no_traffic", re.compile(r"CHILD_SA \S+ established")),
    ("no_answer", re.compile(r"retransmit \d+ of request with message ID 0\b")),
)
FAILURES = tuple(each.failure for each in _FAILURES)
_COMPILED = tuple((each, [re.compile(pattern, re.IGNORECASE) for pattern in each.patterns]) for each in _FAILURES)


def advices(text: str, silent: bool = False) -> list[Advice]:
    """Every failure that the lines tell of, the one that tells most first; each once, with its last line.

    :param text: lines of a log, of one end or of both; any other lines are passed over.
    :param silent: nothing is said to have come through, so that a tunnel which came up is a failure, too, when
        nothing else is told, and so is a first message that was not answered yet
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = []
    for each, patterns in _COMPILED:
        line = next((line for line in reversed(lines) if any(pattern.search(line) for pattern in patterns)), None)
        if line is not None:
            found.append(Advice(each.failure, each.problem, each.check, line[:LONGEST]))
    if silent and not found:
        told = ((failure, next(filter(pattern.search, reversed(lines)), None)) for failure, pattern in _SILENT)
        found += [replace(advice(failure), line=line[:LONGEST]) for failure, line in told if line is not None][:1]
    return found


def explain(text: str) -> Advice | None:
    """What the lines tell, in the words of what tells most; None when they tell of no failure that is known here."""
    return next(iter(advices(text)), None)


def advice(failure: str) -> Advice:
    """The advice for a failure by its word. Raises KeyError for a word that is none of FAILURES."""
    return next(Advice(each.failure, each.problem, each.check) for each in _FAILURES if each.failure == failure)
