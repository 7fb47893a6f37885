# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's end of the tunnel, as options of modules. Pure.

Every value is written out: RouterOS's own are sha1, 3des and modp1024, and they differ between releases (RouterOS
manual, IPsec; exports of 7.14 to 7.24). What ships with a router, named ``default``, is never used nor changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.ipsec_tunnel import Identity, Tunnel

Changes = list[dict[str, dict[str, Any]]]

GROUP = "/ip/ipsec/policy/group"
PSK_METHOD, CERTIFICATE_METHOD = "pre-shared-key", "digital-signature"


def negotiation(tunnel: Tunnel) -> Changes:
    """What is negotiated: profile (IKE), proposal (ESP), and a group of our own, without templates."""
    name = tunnel.owner
    aead = tunnel.encryption == "aes-256-gcm"
    return [
        {
            "ipsec_profile": {
                "name": name,
                "hash_algorithm": "sha256",
                "prf_algorithm": "sha256",
                "enc_algorithm": ["aes-256"],
                "dh_group": [tunnel.group],
                "lifetime": f"{tunnel.ike_lifetime}s",
                "proposal_check": "obey",
                "nat_traversal": True,
                # Without it RouterOS would not renew phase 1 (RouterOS manual, IPsec).
                "dpd_interval": f"{tunnel.dpd_interval}s",
                "dpd_maximum_failures": tunnel.dpd_failures,
            }
        },
        {
            "ipsec_proposal": {
                "name": name,
                # GCM authenticates by itself.
                "auth_algorithms": [] if aead else ["sha256"],
                "enc_algorithms": [tunnel.encryption],
                "lifetime": f"{tunnel.lifetime}s",
                "pfs_group": tunnel.group,
                "comment": _comment(tunnel, "what is negotiated for packets"),
            }
        },
        {"menu": {"path": GROUP, "entries": [{"name": name, "comment": _comment(tunnel, "no templates")}]}},
    ]


def peer(tunnel: Tunnel) -> Changes:
    """Who the router talks to, and from which address.

    It waits for the controller, whose traffic brings the tunnel up; but a policy that captures the session which
    writes it has to be filled by the router.
    """
    return [
        {
            "ipsec_peer": {
                "name": tunnel.owner,
                "address": tunnel.controller.outside,
                **({"local_address": tunnel.router.local} if tunnel.router.local else {}),
                "profile": tunnel.owner,
                "exchange_mode": "ike2",
                "passive": not tunnel.captures,
                "send_initial_contact": True,
                "comment": _comment(tunnel, "the controller"),
            }
        }
    ]


def identity(tunnel: Tunnel, update_secret: str = "compare") -> Changes:
    """How both prove who they are; the controller by nothing else than its own name.

    :param update_secret: when the secret of a tunnel that exists is written: compare, always or on_create
    """
    proof: dict[str, Any] = {"auth_method": CERTIFICATE_METHOD, "certificate": [certificate_name(tunnel)]}
    if tunnel.auth == "psk":
        proof = {"auth_method": PSK_METHOD, "secret": tunnel.psk, "update_secret": update_secret}
    return [
        {
            "ipsec_identity": {
                "peer": tunnel.owner,
                "my_id": str(tunnel.router.identity),
                "remote_id": str(tunnel.controller.identity),
                **proof,
                "match_by": "remote-id",
                "generate_policy": "no",
                "policy_template_group": tunnel.owner,
                "comment": _comment(tunnel, "the controller"),
            }
        }
    ]


def no_interim(tunnel: Tunnel) -> Changes:
    """The controller's other name goes, by which it was known while its secret was changed."""
    return [{"ipsec_identity": {"peer": tunnel.owner, "remote_id": str(tunnel.interim), "state": "absent"}}]


AUTHORITY = "bastion-ipsec-ca"
_SUBJECT = {"address": "IP", "fqdn": "DNS", "user-fqdn": "email"}


def certificate_name(tunnel: Tunnel) -> str:
    """The name of the router's certificate on the router."""
    return f"bastion-ipsec-{tunnel.name}"


def subject(identity: Identity) -> dict[str, Any]:
    """What a certificate has to say for an end to be believed who it is."""
    return {"common_name": identity.text, "subject_alt_name": [f"{_SUBJECT[identity.kind]}:{identity.text}"]}


def certificates(tunnel: Tunnel, papers: Mapping[str, Any]) -> Changes:
    """The router's certificate, and the authority by which it knows the controller's.

    :param papers: ``authority``, ``authority_key``, ``authority_passphrase``, ``days_valid``, ``renew_before``,
        ``key_size``; or ``router_certificate``, ``router_key`` and ``router_key_passphrase``, or ``router_pkcs12`` and
        ``router_pkcs12_passphrase`` of one that was brought along
    """
    made: dict[str, Any] = {"name": certificate_name(tunnel), "renew_before": int(papers["renew_before"])}
    brought = {
        "pkcs12_path": papers.get("router_pkcs12"),
        "pkcs12_passphrase": papers.get("router_pkcs12_passphrase"),
        "certificate_path": papers.get("router_certificate"),
        "privatekey_path": papers.get("router_key"),
        "privatekey_passphrase": papers.get("router_key_passphrase"),
    }
    if brought["pkcs12_path"] or brought["certificate_path"]:
        made |= {name: value for name, value in brought.items() if value}
    else:
        made |= {
            **subject(tunnel.router.identity),
            "key_size": str(papers["key_size"]),
            "key_usage": ["digital-signature", "key-encipherment", "tls-server"],
            "days_valid": int(papers["days_valid"]),
            "ownca_path": papers["authority"],
            "ownca_privatekey_path": papers["authority_key"],
        }
        if papers.get("authority_passphrase"):
            made["ownca_privatekey_passphrase"] = papers["authority_passphrase"]
    authority = {"name": AUTHORITY, "certificate_path": papers["authority"], "renew_before": 0, "trusted": True}
    return [{"certificate": authority}, {"certificate": made}]


def no_certificates(tunnel: Tunnel) -> Changes:
    """The router's certificate goes."""
    return [{"certificate": {"name": certificate_name(tunnel), "state": "absent"}}]


def no_authority() -> Changes:
    """The authority goes, when no tunnel needs it any more."""
    return [{"certificate": {"name": AUTHORITY, "state": "absent"}}]


def policies(tunnel: Tunnel) -> Changes:
    """What has to travel encrypted, each pair of networks with security associations of its own."""
    narrowed = {"protocol": "tcp", "src_port": str(tunnel.port), "dst_port": "any"} if tunnel.captures else {}
    return [
        {
            "ipsec_policy": {
                "peer": [tunnel.owner],
                "src_address": ours,
                "dst_address": theirs,
                "protocol": "all",
                **narrowed,
                "tunnel": tunnel.mode == "tunnel",
                "action": "encrypt",
                # Without security associations nothing leaves; "use" would send it in clear.
                "level": "unique",
                "ipsec_protocols": "esp",
                "proposal": tunnel.owner,
                "comment": _comment(tunnel, "through the tunnel"),
                # Before those of others for some of the same packets.
                "placement": "top",
            }
        }
        for ours, theirs in tunnel.pairs
    ]


def removal(tunnel: Tunnel) -> Changes:
    """The way back: what refers to something goes before it."""
    name = tunnel.owner
    wanted = [*reversed(policies(tunnel)), *identity(tunnel)]
    keys = ("peer", "src_address", "dst_address", "protocol", "src_port", "dst_port", "remote_id")
    return [
        *(
            {module: {**{key: value for key, value in options.items() if key in keys}, "state": "absent"}}
            for change in wanted
            for module, options in change.items()
        ),
        *no_interim(tunnel),
        {"ipsec_peer": {"name": name, "state": "absent"}},
        {"menu": {"path": GROUP, "entries": [{"name": name}], "state": "absent"}},
        {"ipsec_proposal": {"name": name, "state": "absent"}},
        {"ipsec_profile": {"name": name, "state": "absent"}},
    ]


# -- the filter -------------------------------------------------------------------------------------------------------


def entrance(tunnel: Tunnel, others: str) -> Changes:
    """The rules that let the tunnel itself in, and the API that comes out of it.

    :param others: ``drop`` refuses IKE and ESP of everybody else, ``leave`` leaves that to the rules behind
    """
    controller = tunnel.controller.outside
    ike = {"protocol": "udp", "dst_port": ["500", "4500"]}
    esp = {"protocol": "ipsec-esp"}
    family = _family(controller)
    rules: list[dict[str, Any]] = [
        {"comment": "IKE of the controller", **ike, "family": family, "src_address": controller, "action": "accept"},
        {"comment": "ESP of the controller", **esp, "family": family, "src_address": controller, "action": "accept"},
    ]
    rules += [
        {
            "comment": "The API, out of the tunnel",
            "family": _family(source),
            "protocol": "tcp",
            "dst_port": [str(tunnel.port)],
            "src_address": _bare(source),
            "ipsec_policy": "in,ipsec",
            "action": "accept",
        }
        for source in tunnel.controller.inside
    ]
    if others == "drop":
        rules += [
            {"comment": "IKE of others", **ike, "action": "drop"},
            {"comment": "ESP of others", **esp, "action": "drop"},
        ]
    ruleset = {"ruleset": f"ipsec-{tunnel.name}"}
    used = {rule["family"] for rule in rules if "family" in rule}
    if others == "drop" or len(used) > 1:
        return [{"firewall_filter": {**ruleset, "placement": "foremost", "rules": rules}}]
    # No way in to an empty chain in the other family, nor one that is left of earlier rules.
    (family,) = used
    other = "ipv4" if family == "ipv6" else "ipv6"
    return [
        {"firewall_filter": {**ruleset, "family": family, "placement": "foremost", "rules": rules}},
        {"firewall_filter": {**ruleset, "family": other, "state": "absent"}},
    ]


def gate(ports: Sequence[int]) -> Changes:
    """The rules that refuse the API outside of every tunnel, running connections included, in both directions.

    They have to stand before every rule that accepts established connections: a session would go on in clear when its
    security association is gone.
    """
    wanted = [str(port) for port in ports]
    incoming = {"protocol": "tcp", "dst_port": wanted}
    answers = {"protocol": "tcp", "src_port": wanted}
    return [
        {
            "firewall_filter": {
                "ruleset": IN,
                "placement": "foremost",
                "entry": incoming,
                "rules": [
                    {
                        "comment": "Break the glass",
                        "src_address_list": GLASS,
                        "action": "return",
                    },
                    {
                        "comment": "The API in clear",
                        "protocol": "tcp",
                        "ipsec_policy": "in,none",
                        "action": "reject",
                        "reject_with": "tcp-reset",
                    },
                ],
            }
        },
        {
            "firewall_filter": {
                "ruleset": OUT,
                "chain": "output",
                "placement": "foremost",
                "entry": answers,
                "rules": [
                    {
                        "comment": "Break the glass",
                        "dst_address_list": GLASS,
                        "action": "return",
                    },
                    # What the rule before refuses is told so, by a packet without a byte of the API.
                    {
                        "comment": "Answers of the API in clear",
                        "protocol": "tcp",
                        "tcp_flags": ["!rst"],
                        "ipsec_policy": "out,none",
                        "action": "drop",
                    },
                ],
            }
        },
    ]


IN, OUT = "ipsec-gate", "ipsec-gate-out"
GLASS = "bastion-ipsec-clear"


def glass(sources: Sequence[str]) -> Changes:
    """The list of those who may use the API in clear."""
    return [
        {
            "address_list": {
                "list": GLASS,
                "entries": list(sources),
                "state": "replaced",
                "comment": f"bastion/{IN}: ipsec_api_tunnel_clear_sources",
            }
        }
    ]


def no_glass() -> Changes:
    """The list goes, when no tunnel needs it any more."""
    return [{"address_list": {"list": GLASS, "state": "absent"}}]


def opening_again() -> Changes:
    """The API may be reached in clear again, as far as the other rules let it."""
    return [
        {"firewall_filter": {"ruleset": IN, "state": "absent"}},
        {"firewall_filter": {"ruleset": OUT, "chain": "output", "state": "absent"}},
    ]


def shutting(tunnel: Tunnel) -> Changes:
    """The way for the tunnel itself goes."""
    return [{"firewall_filter": {"ruleset": f"ipsec-{tunnel.name}", "state": "absent"}}]


def _comment(tunnel: Tunnel, text: str) -> str:
    return f"bastion/ipsec-{tunnel.name}: {text}"


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ipv4"


def _bare(prefix: str) -> str:
    return prefix.partition("/")[0]
