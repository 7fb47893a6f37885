# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The translation of IPsec menus: whatever is changed in a row changes what strongSwan is told, or is refused."""

from __future__ import annotations

import copy
import re

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.tests.packets.frames import Frame
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import Authority
from ansible_collections.bastion.routeros.tests.packets.ipsec.rows import Inexpressible
from ansible_collections.bastion.routeros.tests.packets.ipsec.translation import MENUS, Credentials, translate
from ansible_collections.bastion.routeros.tests.packets.ipsec.wiretap import sort

Rows = dict[str, list[dict[str, str]]]
OURS = Authority("tests")
PAIR = OURS.issue("router.example.net")
CERTIFICATES = {
    "router": Credentials(PAIR.certificate, PAIR.key, subject_alt_names=("DNS:router.example.net",), trusted=True),
    "ca": Credentials(OURS.certificate, authority=True, trusted=True),
    "unused": Credentials(OURS.certificate, authority=True),
}
ROWS: Rows = {
    "/ip/ipsec/profile": [
        {
            ".id": "*1",
            "name": "p",
            "hash-algorithm": "sha256",
            "enc-algorithm": "aes-256",
            "dh-group": "ecp256",
            "lifetime": "8h",
            "dpd-interval": "30s",
            "dpd-maximum-failures": "4",
        }
    ],
    "/ip/ipsec/peer": [{".id": "*1", "name": "c", "address": "192.0.2.2/32", "exchange-mode": "ike2", "profile": "p"}],
    "/ip/ipsec/identity": [
        {
            ".id": "*1",
            "peer": "c",
            "auth-method": "digital-signature",
            "certificate": "router",
            "remote-id": "fqdn:c.example",
        }
    ],
    "/ip/ipsec/proposal": [
        {".id": "*1", "name": "q", "auth-algorithms": "sha256", "enc-algorithms": "aes-256-cbc", "pfs-group": "ecp256"}
    ],
    "/ip/ipsec/policy": [
        {".id": "*0", "template": "true", "src-address": "::/0", "dst-address": "::/0", "default": "true"},
        {
            ".id": "*1",
            "peer": "c",
            "src-address": "10.7.0.1/32",
            "dst-address": "10.8.0.2/32",
            "protocol": "tcp",
            "tunnel": "true",
            "level": "require",
            "proposal": "q",
        },
    ],
}
# What says nothing about packets, and why.
SILENT = {
    "comment": "for people",
    "default": "shipped with the router",
    "responder": "a status",
    "current-address": "a status",
    "ph2-count": "a status",
    "ph2-state": "a status",
    "active": "a status",
    "active-interface": "a status",
    "backup": "a status",
    "sa-src-address": "the router fills it in from the peer",
    "sa-dst-address": "the router fills it in from the peer",
    "eap-methods": "for EAP only, which is refused",
    "policy-template-group": "for generated policies only, which are refused",
    "group": "for templates only",
    "level=unique": "like require, with associations of its own",
    "secret": "for shared secrets only; the row has a certificate",
    "dynamic=false": "what it is",
    "invalid=false": "what it is",
}
ODD = "something-odd"


def values(path: str, name: str) -> list[str]:
    """Other values of a property: the words of its type, or something that it cannot be."""
    kind = menu(path).properties[name].type
    words = kind.split()[1:] if kind.startswith(("enum", "flagset")) else []
    if kind == "bool":
        words = ["true", "false"]
    current = ROWS[path][-1].get(name, menu(path).properties[name].default or "")
    return [word for word in words or [ODD, "7", "9m"] if word != current]


def changed(path: str, name: str, value: str) -> Rows:
    rows = copy.deepcopy(ROWS)
    rows[path][-1][name] = value
    return rows


CASES = [(path, name) for path in MENUS for name in menu(path).properties]


@pytest.mark.parametrize(("path", "name"), CASES, ids=[f"{path.rpartition('/')[2]} {name}" for path, name in CASES])
def test_every_property_is_expressed_or_refused(path: str, name: str) -> None:
    before = translate(ROWS, CERTIFICATES)
    for value in values(path, name):
        try:
            after = translate(changed(path, name, value), CERTIFICATES)
        except (Inexpressible, ValueError):
            continue
        silent = name in SILENT or f"{name}={value}" in SILENT
        assert (after == before) == silent, f"{path} {name}={value}"


@pytest.mark.parametrize("path", MENUS)
def test_what_nobody_knows_is_refused(path: str) -> None:
    with pytest.raises(Inexpressible, match="quantum"):
        translate(changed(path, "quantum", "yes"), CERTIFICATES)


def test_what_is_disabled_or_incomplete_has_no_say() -> None:
    for path in ("/ip/ipsec/identity", "/ip/ipsec/peer"):
        assert translate(changed(path, "disabled", "true"), CERTIFICATES).connections == ()
    assert "esp_proposals" not in translate(changed("/ip/ipsec/policy", "disabled", "true"), CERTIFICATES).text


def test_only_trusted_authorities_vouch() -> None:
    assert [name for name in translate(ROWS, CERTIFICATES).files if "ca" in name.partition("/")[0]] == ["x509ca/ca.pem"]


def test_the_certificate_says_who_the_router_is() -> None:
    assert 'id = "fqdn:router.example.net"' in translate(ROWS, CERTIFICATES).text


@pytest.mark.parametrize(
    ("ciphers", "hashes", "group", "wanted"),
    [
        ("aes-256-gcm", "", "ecp256", "aes256gcm16-ecp256"),
        ("aes-256-cbc,aes-128-cbc", "sha512,sha256", "none", "aes256-aes128-sha512-sha256"),
        ("aes-256-gcm,aes-256-cbc", "sha256", "modp2048", "aes256gcm16-modp2048, aes256-sha256-modp2048"),
        ("aes-256-gcm", "sha256", "ecp256", None),
        ("aes-256-cbc", "", "ecp256", None),
        ("twofish", "sha1", "none", None),
        ("", "sha1", "none", None),
    ],
)
def test_proposals(ciphers: str, hashes: str, group: str, wanted: str | None) -> None:
    rows = copy.deepcopy(ROWS)
    rows["/ip/ipsec/proposal"][0] |= {"enc-algorithms": ciphers, "auth-algorithms": hashes, "pfs-group": group}
    if wanted is None:
        with pytest.raises(Inexpressible):
            translate(rows, CERTIFICATES)
    else:
        found = re.search(r"esp_proposals = (.*)", translate(rows, CERTIFICATES).text)
        assert found is not None
        assert found.group(1) == wanted


@pytest.mark.parametrize(
    ("ports", "payload", "kind"),
    [
        ((500, 500), bytes(28), "ike"),
        ((4500, 31234), bytes(4) + b"x" * 28, "ike"),
        ((31234, 4500), b"\0\0\0\1" + b"x" * 28, "esp"),
        ((4500, 4500), b"\xff", "keepalive"),
        ((4500, 4500), b"hello", "udp"),
        ((53, 31234), b"x" * 28, "udp"),
    ],
)
@pytest.mark.parametrize("family", [4, 6])
def test_the_wiretap_knows_a_tunnel_when_it_sees_one(
    ports: tuple[int, int], payload: bytes, kind: str, family: int
) -> None:
    source, target = ("192.0.2.1", "192.0.2.2") if family == 4 else ("2001:db8::1", "2001:db8::2")
    seen = sort(Frame(1, source, target, "udp", *ports, payload=payload).on_wire(bytes(6)))
    assert (seen.kind, seen.ports, seen.data, seen.source) == (kind, ports, payload, source)


def test_the_wiretap_reads_what_is_in_clear() -> None:
    seen = sort(
        Frame(1, "192.0.2.1", "192.0.2.2", "tcp", 40000, 8728, flags=("ack",), payload=b"/login").on_wire(bytes(6))
    )
    assert (seen.kind, seen.data) == ("tcp", b"/login")
