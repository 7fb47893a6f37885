# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Legitimate changes that look like lock-outs: each must be carried out."""

from __future__ import annotations

from ansible_collections.bastion.routeros.tests.prove.house import PASSWORD, POLICIES, USER, Case
from ansible_collections.bastion.routeros.tests.prove.tables import (
    BLACKLIST,
    BY_INTERFACE,
    CLOSED,
    DROP,
    FILTER,
    NAT,
    NEIGHBOURS,
    PEER,
    RAW,
    RUNNING,
    STRANGERS,
    US,
    entry,
    members,
    rows,
    rule,
    ruleset,
    values,
)

TCP = {"protocol": "tcp", "dst_port": ["$port"]}
OTHER_PORT = {"protocol": "tcp", "dst_port": ["8291"]}
WINBOX = ("/user/active", {"name": USER, "address": "192.0.2.77", "via": "winbox", "group": "automation"})
LOOKALIKES = [
    # the filter
    Case("drop everything behind what lets us in", [ruleset(DROP, placement="bottom")], rows=CLOSED[:2] + CLOSED[3:4]),
    Case("accept us and drop the rest", [ruleset({"action": "accept", "src_address": US}, DROP, entry=TCP)]),
    Case("drop another port", [ruleset(DROP, entry=OTHER_PORT)]),
    Case("drop new connections of others", [ruleset({**DROP, "connection_state": ["new"], "src_address": STRANGERS})]),
    Case(
        "reject others",
        [ruleset({"action": "reject", "reject_with": "tcp-reset", "protocol": "tcp", "src_address": f"!{US}"})],
    ),
    Case(
        "accept up to a rate and drop the rest",
        [ruleset({"action": "accept", "limit": "100,50:packet", **TCP}, {**DROP, **TCP})],
    ),
    Case(
        "drop what is not in a list that we are in",
        [ruleset({**DROP, "src_address_list": "!lan"})],
        rows=(entry("lan", "127.0.0.0/8"),),
    ),
    Case(
        "drop a list that others are in",
        [ruleset({**DROP, "src_address_list": "lan"})],
        rows=(entry("lan", NEIGHBOURS),),
    ),
    Case(
        "other answers dropped in output", [ruleset({**DROP, "protocol": "tcp", "src_port": ["8291"]}, chain="output")]
    ),
    Case(
        "a chain of its own that drops others",
        [rows(FILTER, {"comment": "to mine", "chain": "input", "action": "jump", "jump_target": "mine"})],
        rows=(rule("drop", "in mine", chain="mine", src_address=STRANGERS),),
    ),
    Case(
        "a chain of its own that returns",
        [rows(FILTER, {"comment": "to mine", "chain": "input", "action": "jump", "jump_target": "mine"})],
        rows=(rule("return", chain="mine", src_address=US), rule("drop", chain="mine")),
    ),
    Case(
        "enable a rule against others",
        [rows(FILTER, {"comment": "panic", "disabled": False})],
        rows=(rule("drop", "panic", disabled="true", src_address_list="bad"), entry("bad", STRANGERS)),
    ),
    Case(
        "disable a rule that lets us in a second time",
        [rows(FILTER, {"comment": "again", "disabled": True})],
        rows=(rule("accept", "again", src_address=US), *CLOSED),
    ),
    Case("remove the rule that drops", [rows(FILTER, {"comment": "the rest"}, state="absent")], rows=CLOSED),
    Case("widen the rule that lets us in", [rows(FILTER, {"comment": "trusted", "protocol": "tcp"})], rows=CLOSED),
    Case(
        "put the rules into the right order",
        [
            rows(
                FILTER,
                {"comment": "trusted", "chain": "input", "action": "accept", "src_address": US},
                {"comment": "others", "chain": "input", "action": "drop", "src_address": STRANGERS},
                ensure_order=True,
            )
        ],
        rows=(rule("drop", "others", src_address=STRANGERS), rule("accept", "trusted", src_address=US)),
    ),
    Case(
        "count attempts and block, but not us",
        [
            ruleset(
                {"action": "accept", "src_address": US},
                {"action": "drop", "src_address_list": "noisy"},
                {
                    "action": "add-src-to-address-list",
                    "address_list": "noisy",
                    "address_list_timeout": "1d",
                    "connection_state": ["new"],
                    **TCP,
                },
            )
        ],
    ),
    Case(
        "accept first and drop later",
        [ruleset({"action": "accept", **TCP}, name="open"), ruleset(DROP, name="shut", placement="bottom")],
    ),
    Case(
        "a few connections at a time",
        [ruleset({**DROP, **TCP, "connection_limit": "20,32", "connection_state": ["new"]})],
        rows=(RUNNING,),
    ),
    # lists
    Case("own source within the new list", [members("trusted", "127.0.0.0/8", state="replaced")], rows=CLOSED),
    Case("another source taken from the list", [members("trusted", NEIGHBOURS, state="absent")], rows=CLOSED),
    Case(
        "a list removed that no rule names",
        [("address_list", {"list": "old", "family": "ipv4", "state": "absent"})],
        rows=(*CLOSED, entry("old", US)),
    ),
    Case("others on the blacklist", [members("blacklist", "203.0.113.0/24", NEIGHBOURS)], rows=BLACKLIST),
    Case("own source on a list that only counts", [members("seen", US)], rows=BLACKLIST),
    Case(
        "somebody in the list for an hour",
        [members("trusted", {"address": "203.0.113.7", "timeout": "1h"})],
        rows=CLOSED,
    ),
    Case("a name beside our address", [members("trusted", "operator.example.net", allow_names=True)], rows=CLOSED),
    # raw, nat, tracking, interfaces, IPsec, addresses
    Case(
        "raw drops strangers",
        [rows(RAW, {"comment": "bogons", "chain": "prerouting", "action": "drop", "src_address": STRANGERS})],
    ),
    Case(
        "raw drops another protocol",
        [rows(RAW, {"comment": "udp", "chain": "prerouting", "action": "drop", "protocol": "udp"})],
    ),
    Case(
        "another port forwarded to another host",
        [
            rows(
                NAT,
                {"comment": "web", "chain": "dstnat", "action": "dst-nat", "to_addresses": "10.0.0.9", **OTHER_PORT},
            )
        ],
    ),
    Case(
        "connection tracking with other times",
        [values("/ip/firewall/connection/tracking", tcp_established_timeout="1h")],
        rows=CLOSED,
    ),
    Case(
        "another interface taken from its list",
        [
            rows(
                "/interface/list/member",
                {"list": "WAN", "interface": "ether2"},
                state="absent",
                key=["list", "interface"],
            )
        ],
        rows=BY_INTERFACE,
    ),
    Case(
        "only from the right interfaces",
        [ruleset({**DROP, "in_interface_list": "!LAN"}, placement="bottom")],
        rows=(RUNNING,),
    ),
    Case(
        "strangers discarded by a policy",
        [
            rows(
                "/ip/ipsec/policy",
                {"comment": "no", "src_address": "0.0.0.0/0", "dst_address": STRANGERS, "action": "discard"},
            )
        ],
    ),
    Case(
        "a tunnel between other networks",
        [
            rows(
                "/ip/ipsec/policy",
                {
                    "comment": "far",
                    "src_address": "10.1.0.0/16",
                    "dst_address": "10.2.0.0/16",
                    "peer": "far",
                    "tunnel": True,
                },
            )
        ],
        rows=(PEER,),
    ),
    Case(
        "strangers discarded by a policy, by its module",
        [("ipsec_policy", {"src_address": "0.0.0.0/0", "dst_address": STRANGERS, "action": "discard"})],
    ),
    Case(
        "a tunnel between other networks, by its module",
        [
            (
                "ipsec_policy",
                {"src_address": "10.1.0.0/16", "dst_address": "10.2.0.0/16", "peer": ["far"], "tunnel": True},
            )
        ],
        rows=(PEER,),
    ),
    Case(
        "other traffic than ours encrypted",
        [
            (
                "ipsec_policy",
                {
                    "src_address": "127.0.0.0/8",
                    "dst_address": "127.0.0.0/8",
                    "protocol": "udp",
                    "src_port": "1701",
                    "peer": ["far"],
                    "tunnel": False,
                },
            )
        ],
        rows=(PEER,),
    ),
    Case("another own address removed", [rows("/ip/address", {"comment": "address 2"}, state="absent")]),
    # IPv6
    Case(
        "IPv6 dropped, we come over IPv4", [("firewall_filter", {"ruleset": "case", "family": "ipv6", "rules": [DROP]})]
    ),
    Case("IPv6 off, we come over IPv4", [values("/ipv6/settings", disable_ipv6=True)]),
    Case("IPv4 dropped, we come over IPv6", [ruleset(DROP)], source="::1"),
    # the service
    Case("own source in the service", [("service", {"name": "api-ssl", "address": ["127.0.0.0/8", NEIGHBOURS]})]),
    Case(
        "own source in the service, WinBox is elsewhere",
        [("service", {"name": "api-ssl", "address": [US]})],
        rows=(WINBOX,),
    ),
    Case("other services off", [("service", {"name": name, "disabled": True}) for name in ("telnet", "ftp", "www")]),
    Case("the plain service off, we use the other", [("service", {"name": "api", "disabled": True})]),
    Case("another service on another port", [("service", {"name": "ssh", "port": 2222})]),
    Case(
        "no certificate for the web",
        [rows("/ip/service", {"name": "www-ssl", "certificate": "none"})],
        changed=(("/ip/service", "www-ssl", {"certificate": "leaf"}),),
    ),
    Case("another certificate of the same authority", [("service", {"name": "api-ssl", "certificate": "spare"})]),
    Case("an unused certificate removed", [("certificate", {"name": "spare", "state": "absent"})]),
    Case("own source in the plain service", [("service", {"name": "api", "address": [US]})], way="plain"),
    # the account
    Case("another user disabled", [("user", {"name": "watcher", "disabled": True})]),
    Case("another user removed", [("user", {"name": "watcher", "state": "absent"})]),
    Case("another user in another group", [("user", {"name": "watcher", "group": "read"})]),
    Case("another user with another password", [("user", {"name": "watcher", "password": "Another-one-8"})]),
    Case("own user with its password", [("user", {"name": USER, "password": PASSWORD, "comment": "runs playbooks"})]),
    Case("own user from here only", [("user", {"name": USER, "address": ["127.0.0.0/8"]})]),
    Case("own group with more rights", [("user_group", {"name": "automation", "policy": [*POLICIES, "test"]})]),
    Case("another group without api", [("user_group", {"name": "watchers", "policy": ["read"]})]),
    # several, and first contact
    Case(
        "several together",
        [
            ("user_group", {"name": "more", "policy": ["read"]}),
            members("friends", US),
            ruleset({"action": "accept", "src_address_list": "friends"}, DROP),
            ("service", {"name": "api-ssl", "address": [US]}),
        ],
    ),
    Case(
        "first contact, the future built",
        [
            ("certificate", {"name": "ca", "common_name": "ca", "key_size": "prime256v1"}),
            ("user_group", {"name": "automation", "policy": POLICIES}),
            ("user", {"name": USER, "group": "automation", "password": PASSWORD}),
        ],
        way="first contact",
    ),
    Case("first contact, other services off", [("service", {"name": "telnet", "disabled": True})], way="first contact"),
    Case(
        "first contact, we and nobody else",
        [
            ("service", {"name": "api-ssl", "address": [US]}),
            ruleset({"action": "accept", "src_address": US}, DROP, entry=TCP),
        ],
        way="first contact",
    ),
    Case("first contact, the plain service off", [("service", {"name": "api", "disabled": True})], way="first contact"),
]
