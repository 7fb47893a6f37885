# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IPsec menus of RouterOS as swanctl.conf, for the strongSwan that plays the router.

Written from RouterOS's manual (IPsec) and swanctl.conf's, independent of what the roles generate. Every property of
every row that has a say is either expressed, or has the one value that changes nothing, or raises Inexpressible:
nothing is left out silently. Rows that RouterOS does not use have no say: disabled ones, peers without an identity,
templates as long as no identity generates policies.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.tests.packets.ipsec.rows import Inexpressible, Reader, Row

MENUS = tuple(f"/ip/ipsec/{name}" for name in ("profile", "peer", "identity", "proposal", "policy"))


@dataclass(frozen=True)
class Credentials:
    """A certificate of the router's, exported. `key` is PEM without a passphrase, "" for those of others."""

    certificate: str
    key: str = ""
    authority: bool = False
    trusted: bool = False
    subject_alt_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Configuration:
    """A translation: swanctl.conf, the names of its connections, and the files beside it (folder/name -> text)."""

    text: str
    connections: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    """Of the daemon itself."""
    demand: bool = True
    """Whether the router starts connections by itself; a passive peer waits."""


_ENCRYPTION = {"aes-256": "aes256", "aes-192": "aes192", "aes-128": "aes128", "3des": "3des"}
_HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")
_GROUPS = {
    "x25519": "x25519",
    **{name: name for name in ("ecp256", "ecp384", "ecp521")},
    **{f"modp{bits}": f"modp{bits}" for bits in (8192, 6144, 4096, 3072, 2048, 1536, 1024, 768)},
}
_AEAD = {f"aes-{bits}-gcm": f"aes{bits}gcm16" for bits in (256, 192, 128)} | {"chacha20poly1305": "chacha20poly1305"}
_CIPHERS = {
    **{f"aes-{bits}-cbc": f"aes{bits}" for bits in (256, 192, 128)},
    **{f"aes-{bits}-ctr": f"aes{bits}ctr" for bits in (256, 192, 128)},
    **{f"camellia-{bits}": f"camellia{bits}" for bits in (256, 192, 128)},
    "3des": "3des",
}
# When a router renews what it has, before it ends for good; RouterOS does not say when exactly.
_RENEWED_AFTER = 0.8


def _on(rows: Sequence[Row]) -> Iterator[Row]:
    return (row for row in rows if row.get("disabled") not in ("true", "yes"))


def _named(rows: Sequence[Row], name: str, what: str) -> Row:
    for row in _on(rows):
        if row.get("name") == name:
            return row
    raise Inexpressible(f"{what}: there is none called {name}, or it is disabled")


def _address(text: str) -> str:
    """A host or a prefix; a host has no mask."""
    network = ipaddress.ip_network(text, strict=False)
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _profile(row: Row) -> tuple[list[str], dict[str, str]]:
    """What a profile says about the connection, and about the daemon."""
    read = Reader("profile", row)
    read.telling("name", "default", "comment", "disabled")
    hashes = {name: name for name in _HASHES}
    parts = read.words("enc-algorithm", _ENCRYPTION, "aes-128,3des")
    parts.append(read.word("hash-algorithm", hashes, "sha1"))
    # auto: the same as the hash, which is what strongSwan does by itself.
    if prf := read.word("prf-algorithm", {"auto": "", **{name: f"prf{name}" for name in _HASHES[1:]}}, "auto"):
        parts.append(prf)
    parts += read.words("dh-group", _GROUPS, "modp2048,modp1024")
    lifetime = read.seconds("lifetime", "1d")
    renewed = int(lifetime * _RENEWED_AFTER)
    lines = [f"proposals = {'-'.join(parts)}", f"rekey_time = {renewed}s", f"over_time = {lifetime - renewed}s"]
    options = {}
    if read.get("dpd-interval") == "disable-dpd":
        read.telling("dpd-maximum-failures")
    else:
        delay = read.seconds("dpd-interval", "8s")
        lines.append(f"dpd_delay = {delay}s")
        tries = read.get("dpd-maximum-failures", "4")
        # A question without an answer is asked again at the same pace, this many times.
        options = {"retransmit_timeout": str(delay), "retransmit_base": "1", "retransmit_tries": tries}
    # proposal-check looks at lifetimes of phase 2, which IKEv2 does not negotiate.
    read.only(lifebytes=("0",), proposal_check=("obey",), nat_traversal=("true", "yes"), ppk=("no",))
    read.finish()
    return lines, options


def _peer(row: Row) -> list[str]:
    read = Reader("peer", row)
    read.telling("name", "comment", "disabled", "profile", "passive", "responder", "current-address", "dynamic")
    if read.yes("dynamic"):
        raise read.refuse("dynamic")
    version = read.word("exchange-mode", {"main": "1", "aggressive": "1", "ike2": "2"}, "main")
    lines = [f"version = {version}"]
    if row.get("exchange-mode") == "aggressive":
        lines.append("aggressive = yes")
    remote = read.get("address")
    anywhere = remote in ("", "0.0.0.0/0", "::/0")
    lines.append(f"remote_addrs = {'%any' if anywhere else _address(remote)}")
    local = read.get("local-address", "0.0.0.0")
    if local not in ("", "0.0.0.0", "::"):
        lines.append(f"local_addrs = {_address(local)}")
    port = read.get("port", "500")
    if port != "500":
        lines.append(f"remote_port = {int(port)}")
    lines.append(f"unique = {'no' if read.yes('send-initial-contact', 'true') else 'never'}")
    read.only(ppk_secret=("",))
    read.finish()
    return lines


_KINDS = {"address": "", "fqdn": "fqdn:", "user-fqdn": "email:", "key-id": "keyid:"}


def _identifier(read: Reader, name: str) -> str:
    """An id in strongSwan's form; "" for auto."""
    text = read.get(name, "auto")
    if text == "auto":
        return ""
    kind, colon, value = text.partition(":")
    if not colon or kind not in _KINDS or not value or '"' in value:
        raise read.refuse(name)
    return f"{_KINDS[kind]}{_address(value) if kind == 'address' else value}"


def _alt_name(text: str) -> str:
    kind, _colon, value = text.partition(":")
    return {"DNS": "fqdn:", "IP": "", "email": "email:"}[kind] + value


@dataclass
class _Identity:
    """What one identity adds: the two ends of the connection, its secret, its files."""

    local: list[str]
    remote: list[str]
    secret: str = ""
    ids: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


def _identity(row: Row, known: Mapping[str, Credentials]) -> _Identity:
    read = Reader(f"identity of {row.get('peer', '')}", row)
    read.telling("comment", "disabled", "peer", "eap-methods", "policy-template-group")
    method = read.word("auth-method", {"pre-shared-key": "psk", "digital-signature": "pubkey"}, "pre-shared-key")
    read.only(
        generate_policy=("no",),
        mode_config=("none", ""),
        notrack_chain=("",),
        match_by=("remote-id",),
        username=("",),
        password=("",),
        key=("", "none"),
        remote_key=("", "none"),
        dynamic=("false", "no"),
    )
    own, other = _identifier(read, "my-id"), _identifier(read, "remote-id")
    made = _Identity([f"auth = {method}"], [f"auth = {method}", f'id = "{other or "%any"}"'])
    certificates = [each for each in read.get("certificate").split(",") if each not in ("", "none")]
    theirs = read.get("remote-certificate", "none")
    if not {*certificates, theirs} <= {*known, "none", ""}:
        raise read.refuse("certificate")
    if method == "psk":
        if certificates or theirs not in ("", "none"):
            raise read.refuse("certificate")
        made.secret = read.get("secret")
        if not made.secret or '"' in made.secret or "\n" in made.secret:
            raise Inexpressible("identity: a secret that is empty or has quotes")
        made.ids = tuple(each for each in (own, other) if each)
    else:
        read.telling("secret")
        if not certificates or not known[certificates[0]].key:
            raise read.refuse("certificate")
        for number, name in enumerate(certificates):
            made.files[f"x509/{_file(name)}.pem"] = known[name].certificate
            if number == 0:
                made.files[f"private/{_file(name)}.pem"] = known[name].key
        made.local.append("certs = " + ", ".join(f"{_file(name)}.pem" for name in certificates))
        alternatives = known[certificates[0]].subject_alt_names
        own = own or (_alt_name(alternatives[0]) if alternatives else "")
        if theirs not in ("", "none"):
            made.files[f"x509/{_file(theirs)}.pem"] = known[theirs].certificate
            made.remote.append(f"certs = {_file(theirs)}.pem")
    if own:
        made.local.append(f'id = "{own}"')
    read.finish()
    return made


def _file(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _proposal(row: Row) -> list[str]:
    read = Reader("proposal", row)
    read.telling("name", "comment", "disabled", "default")
    groups = {"none": "", **{name: f"-{text}" for name, text in _GROUPS.items() if name != "x25519"}}
    group = read.word("pfs-group", groups, "modp1024")
    ciphers = read.words("enc-algorithms", _AEAD | _CIPHERS, "aes-256-cbc,aes-192-cbc,aes-128-cbc")
    hashes = read.words("auth-algorithms", {name: name for name in _HASHES}, "sha1")
    combined = [each for each in ciphers if each in _AEAD.values()]
    others = [each for each in ciphers if each not in combined]
    # What RouterOS makes of a hash beside a cipher that needs none, and of none beside one that does, is not known.
    if not ciphers or bool(others) != bool(hashes):
        raise read.refuse("auth-algorithms")
    found = [f"{'-'.join(combined)}{group}"] if combined else []
    found += [f"{'-'.join((*others, *hashes))}{group}"] if others else []
    life = read.seconds("lifetime", "30m")
    lines = [f"esp_proposals = {', '.join(found)}", f"life_time = {life}s"]
    lines.append(f"rekey_time = {int(life * _RENEWED_AFTER)}s")
    read.finish()
    return lines


def _selector(read: Reader, side: str) -> str:
    protocol = read.get("protocol", "all")
    port = read.get(f"{side}-port", "any")
    text = str(ipaddress.ip_network(read.get(f"{side}-address"), strict=False))
    if port in ("any", "0"):
        return text if protocol == "all" else f"{text}[{protocol}]"
    if protocol == "all":
        raise read.refuse(f"{side}-port")
    return f"{text}[{protocol}/{int(port)}]"


def _policy(row: Row, rows: Mapping[str, Sequence[Row]]) -> tuple[str, list[str]]:
    """The peer of a policy, "" when it needs none; and the child."""
    read = Reader("policy", row)
    read.telling("comment", "disabled", "template", "peer", "ph2-count", "ph2-state", "active", "default", "group")
    read.telling("active-interface", "backup", "sa-src-address", "sa-dst-address", "proposal", "level")
    read.only(dynamic=("false", "no"), invalid=("false", "no"), ipsec_protocols=("esp",))
    selectors = [f"local_ts = {_selector(read, 'src')}", f"remote_ts = {_selector(read, 'dst')}"]
    action = read.word("action", {"encrypt": "", "none": "pass", "discard": "drop"}, "encrypt")
    if action:
        read.telling("tunnel")
        read.finish()
        return "", [*selectors, f"mode = {action}", "start_action = trap"]
    # `use` would send in clear when there is no tunnel; require and unique hold packets until there is one.
    read.word("level", {"require": "", "unique": ""}, "require")
    mode = "tunnel" if read.yes("tunnel") else "transport"
    peer = read.get("peer")
    if not peer or "," in peer:
        raise read.refuse("peer")
    proposal = _named(rows["/ip/ipsec/proposal"], read.get("proposal", "default"), "proposal")
    read.finish()
    return peer, [*selectors, f"mode = {mode}", *_proposal(proposal), "start_action = trap"]


def translate(rows: Mapping[str, Sequence[Row]], certificates: Mapping[str, Credentials]) -> Configuration:
    """The router's IPsec as a strongSwan's.

    :param rows: what each of MENUS shows
    :param certificates: the router's certificates by name, with the keys that it has
    :raises Inexpressible: something that matters has no counterpart
    """
    children: dict[str, list[tuple[str, list[str]]]] = {}
    for number, row in enumerate(_on(rows["/ip/ipsec/policy"])):
        if row.get("template") not in ("true", "yes"):
            peer, lines = _policy(row, rows)
            children.setdefault(peer, []).append((f"policy{number}", lines))
    out = ["connections {"]
    secrets: list[str] = []
    anchors = {key: each for key, each in certificates.items() if each.trusted and each.authority}
    files = {f"x509ca/{_file(key)}.pem": each.certificate for key, each in anchors.items()}
    options: list[dict[str, str]] = []
    names: list[str] = []
    demand = True
    for row in _on(rows["/ip/ipsec/peer"]):
        name = row["name"]
        identities = [each for each in _on(rows["/ip/ipsec/identity"]) if each.get("peer") == name]
        if not identities:
            continue
        profile, own = _profile(_named(rows["/ip/ipsec/profile"], row.get("profile", "default"), "profile"))
        options.append(own)
        demand &= row.get("passive") not in ("true", "yes")
        known_ids = {each.get("remote-id", "auto") for each in identities} - {"auto"}
        if 1 < len(identities) != len(known_ids):
            raise Inexpressible(f"peer {name}: several identities that the other end's id does not tell apart")
        policies = children.pop(name, [])
        for number, each in enumerate(identities):
            # Only the first one begins by itself; the others are for those who come by that name.
            known_as = _file(name) + (f"_{number}" if number else "")
            names.append(known_as)
            identity = _identity(each, certificates)
            if identity.secret:
                ids = [f'id{at} = "{text}"' for at, text in enumerate(identity.ids)]
                secrets += _section(f"ike_{known_as}", [f'secret = "{identity.secret}"', *ids])
            files |= identity.files
            begins = f"start_action = {'none' if number else 'trap'}"
            mine = [(child, [*lines[:-1], begins], ()) for child, lines in policies]
            out += _section(
                known_as,
                [*_peer(row), *profile],
                ("local", identity.local, ()),
                ("remote", identity.remote, ()),
                ("children", [], mine),
            )
    if unknown := set(children) - {"", *(row["name"] for row in rows["/ip/ipsec/peer"])}:
        raise Inexpressible(f"policies for peers that are not there: {', '.join(sorted(unknown))}")
    shunts = children.pop("", [])
    if shunts:
        out += _section("shunts", ["remote_addrs = 127.0.0.1"], ("children", [], [(*each, ()) for each in shunts]))
    if any(each != options[0] for each in options):
        raise Inexpressible("peers whose profiles differ in dpd-interval or dpd-maximum-failures")
    text = "\n".join([*out, "}", "secrets {", *secrets, "}", ""])
    return Configuration(text, tuple(names), files, options[0] if options else {}, demand)


_Section = tuple[str, list[str], Sequence["_Section"]]


def _section(name: str, lines: Sequence[str], *inner: _Section) -> list[str]:
    body = list(lines)
    for each, its_lines, its_inner in inner:
        body += _section(each, its_lines, *its_inner)
    return [f"{name} {{", *(f"  {line}" for line in body), "}"]
