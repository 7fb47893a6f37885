# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each IPsec connection of a router is doing: a peer with what belongs to it, and a verdict.

Secrets and keys are in no result, whatever was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.advice import Advice, advice, explain
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import AEAD
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.whose import Peers, host, lines, since_settled
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report

Row = Mapping[str, str]
PEER, IDENTITY, POLICY = "/ip/ipsec/peer", "/ip/ipsec/identity", "/ip/ipsec/policy"
ACTIVE, SA, CERTIFICATE, LOG = "/ip/ipsec/active-peers", "/ip/ipsec/installed-sa", "/certificate", "/log"
PATHS = (PEER, IDENTITY, POLICY, ACTIVE, SA, CERTIFICATE, LOG)
BY_CERTIFICATE = frozenset({"digital-signature", "eap", "rsa-signature-hybrid"})
LINES = 20


@dataclass(frozen=True)
class Verdict:
    """`up`, `one_way`, `idle`, `waiting`, `off`, `incomplete` or `failed`; and the word of the failure."""

    word: str
    why: str
    failure: str = ""
    check: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _failed(found: Advice, word: str = "failed") -> Verdict:
    return Verdict(word, str(found), found.failure, found.check)


@dataclass
class Connection:
    """What belongs to one peer."""

    peer: Row
    identities: list[Row] = field(default_factory=list)
    policies: list[Row] = field(default_factory=list)
    active: list[Row] = field(default_factory=list)
    sas: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)
    certificates: Mapping[str, Row] = field(default_factory=dict)

    @property
    def established(self) -> bool:
        """Whether the first phase stands."""
        return any(row.get("state") == "established" for row in self.active)

    @property
    def tunnels(self) -> list[Row]:
        """The policies that send packets to this peer."""
        return [
            row
            for row in _on(self.policies)
            if row.get("template") != "true" and row.get("action", "encrypt") == "encrypt"
        ]

    @property
    def _generates(self) -> bool:
        """Whether the router makes policies as the other end asks for them."""
        return any(row.get("generate-policy", "no") != "no" for row in _on(self.identities))

    def verdict(self) -> Verdict:
        """See Verdict."""
        if self.peer.get("disabled") == "true":
            return Verdict("off", "The peer is disabled")
        if not _on(self.identities):
            return _incomplete("No identity names the peer, so neither end can prove anything", "ipsec_identity")
        return self._standing() if self.established else self._down()

    def _standing(self) -> Verdict:
        invalid = [row for row in self.tunnels if row.get("invalid") == "true"]
        if invalid:
            names = ", ".join(_selectors(row) for row in invalid)
            text = f"The policy {names} is invalid: another one for the same packets stands before it"
            return Verdict("failed", text, "policy_invalid", ("the order and the addresses of /ip/ipsec/policy",))
        mature = [row for row in self.sas if row.get("state", "mature") in ("mature", "dying")]
        if mature or any(row.get("ph2-state") == "established" for row in self.tunnels):
            return self._traffic(mature)
        if found := explain(_text(since_settled(self.log))):
            return _failed(found)
        if not self.tunnels and not self._generates:
            return _incomplete("The first phase stands, but no policy names the peer", "ipsec_policy")
        return Verdict("idle", "The first phase stands; nothing has asked for the second one yet")

    def _traffic(self, mature: Sequence[Row]) -> Verdict:
        own = {host(row.get("local-address", "")) for row in self.active}
        coming = [row for row in mature if host(row.get("dst-address", "")) in own]
        going = [row for row in mature if host(row.get("src-address", "")) in own]
        if _packets(going) and coming and not _packets(coming):
            wrong = [row for row in mature if row.get("hw-aead") == "true" and not _is_aead(row)]
            hint = "hw-aead is on for an algorithm that is none: aes-256-gcm works there, aes-256-cbc does not"
            found = advice("no_traffic")
            return _failed(replace(found, check=(hint, *found.check)) if wrong else found, "one_way")
        notes = tuple(self._certificate_notes())
        count = f"{_packets(coming)} packets in, {_packets(going)} out" if mature else "no SA is shown"
        return Verdict("up", f"Both phases stand; {count}", notes=notes)

    def _down(self) -> Verdict:
        recent = since_settled(self.log)
        found = explain(_text(recent))
        # What can be seen here tells more than what the other end makes of it.
        if broken := next(self._broken_certificates(), None):
            return _failed(broken)
        if found:
            return _failed(found)
        under_way = [row.get("state", "") for row in self.active]
        if under_way:
            told = advice("no_answer")
            return _failed(replace(told, problem=f"{told.problem} (the state is {', '.join(under_way)})"))
        if not self.tunnels and not self._generates:
            return _incomplete("No policy names the peer, so nothing asks for a connection", "ipsec_policy")
        if self.peer.get("passive") == "true" or not self.peer.get("address", "").endswith(("/32", "/128")):
            return Verdict("waiting", "The other end has to begin, and has not been heard of")
        return Verdict("waiting", "No connection, no attempt under way, and no line in the log about it")

    def _own_certificates(self) -> Iterator[tuple[str, Row]]:
        for row in _on(self.identities):
            if row.get("auth-method") in BY_CERTIFICATE and row.get("certificate"):
                name = row["certificate"].split(",")[0]
                if name in self.certificates:
                    yield name, self.certificates[name]

    def _broken_certificates(self) -> Iterator[Advice]:
        for name, row in self._own_certificates():
            if row.get("expired") == "true":
                text = f"The router's own certificate '{name}' is expired"
                yield replace(advice("certificate_expired"), problem=text)
            if row.get("fingerprint") and row.get("private-key", "true") != "true":
                text = f"The router's own certificate '{name}' has no private key"
                yield replace(advice("no_private_key"), problem=text)

    def _certificate_notes(self) -> Iterator[str]:
        for name, row in self._own_certificates():
            if row.get("expired") == "true":
                yield f"the router's own certificate '{name}' is expired: the next connection will fail"
            elif "expires-after" in row and "w" not in row["expires-after"]:
                yield f"the router's own certificate '{name}' expires in {row['expires-after']}"


def _incomplete(text: str, module: str) -> Verdict:
    return Verdict("incomplete", text, "incomplete", (f"bastion.routeros.{module}",))


def _on(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.get("disabled") != "true"]


def _selectors(row: Row) -> str:
    return f"{row.get('src-address', 'all')} to {row.get('dst-address', 'all')}"


def _packets(rows: Iterable[Row]) -> int:
    counts = [row.get("current-packets") or row.get("current-bytes") or "0" for row in rows]
    return sum(int(text) for text in counts if text.isdigit())


def _is_aead(row: Row) -> bool:
    name = row.get("enc-algorithm", "")
    return name in AEAD or "gcm" in name


def _text(rows: Sequence[Row]) -> str:
    return "\n".join(row.get("message", "") for row in rows)


def collect(tables: Mapping[str, Sequence[Row]]) -> list[Connection]:
    """The connections, one for each peer, from the rows of PATHS (a menu that is missing counts as empty)."""
    peers = Peers(tables.get(PEER, ()))
    certificates = {row.get("name", ""): row for row in tables.get(CERTIFICATE, ())}
    found = {row.get("name", ""): Connection(row, certificates=certificates) for row in tables.get(PEER, ())}
    for row in tables.get(IDENTITY, ()):
        if (name := row.get("peer", "")) in found:
            found[name].identities.append(row)
    for row in tables.get(POLICY, ()):
        for name in row.get("peer", "").split(","):
            if name in found:
                found[name].policies.append(row)
    for row in tables.get(ACTIVE, ()):
        if name := peers.at(host(row.get("remote-address", ""))):
            found[name].active.append(row)
    own = frozenset(each for row in _ends(tables) if (each := host(row.get("local-address", ""))) is not None)
    for row in tables.get(SA, ()):
        ends = [host(row.get(side, "")) for side in ("src-address", "dst-address")]
        if name := peers.at(*(each for each in ends if each not in own)):
            found[name].sas.append(row)
    for name, row in lines(tables.get(LOG, ()), peers, own):
        if name:
            found[name].log.append(row)
    return list(found.values())


def _ends(tables: Mapping[str, Sequence[Row]]) -> list[Row]:
    return [*tables.get(PEER, ()), *tables.get(ACTIVE, ())]


def shown(connection: Connection) -> dict[str, Any]:
    """A connection with its verdict as plain data, without secrets."""
    verdict = connection.verdict()
    return {
        **_shown(PEER, connection.peer),
        "verdict": verdict.word,
        "why": verdict.why,
        "failure": verdict.failure,
        "check": list(verdict.check),
        "notes": list(verdict.notes),
        "identities": [_shown(IDENTITY, row) for row in connection.identities],
        "policies": [_shown(POLICY, row) for row in connection.policies],
        "active": [_shown(ACTIVE, row) for row in connection.active],
        "sas": [_shown(SA, row) for row in connection.sas],
        "log": [f"{row.get('time', '')} {row.get('message', '')}".strip() for row in connection.log[-LINES:]],
    }


def _shown(path: str, row: Row) -> dict[str, Any]:
    target = menu(path)
    return report.shown_row(target, {name: text for name, text in row.items() if not target.is_secret(name)})
