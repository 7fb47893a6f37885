# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to lock oneself out. Each is what somebody could write in a playbook, believing it to be right."""

from __future__ import annotations

from ansible_collections.bastion.routeros.tests.prove.house import USER, Case
from ansible_collections.bastion.routeros.tests.prove.tables import (
    BLACKLIST,
    BY_INTERFACE,
    CLOSED,
    DROP,
    FILTER,
    LIST,
    NAT,
    NEIGHBOURS,
    PEER,
    RAW,
    RUNNING,
    STRANGERS,
    US,
    V6_CLOSED,
    entry,
    members,
    rows,
    rule,
    ruleset,
    values,
)

TCP = {"protocol": "tcp", "dst_port": ["$port"]}
LOCKOUTS = [
    # the filter
    Case("drop everything in front", [ruleset(DROP)], why="drop"),
    Case(
        "accept others and drop the rest", [ruleset({"action": "accept", "src_address": NEIGHBOURS}, DROP, entry=TCP)]
    ),
    Case("drop new connections only", [ruleset({**DROP, "connection_state": ["new"]})], rows=(RUNNING,)),
    Case("reject instead of drop", [ruleset({"action": "reject", "reject_with": "tcp-reset", "protocol": "tcp"})]),
    Case("drop while below a rate", [ruleset({**TCP, **DROP, "limit": "10,5:packet"})]),
    Case("drop what is not in a list that nobody filled", [ruleset({**DROP, "src_address_list": "!nobody"})]),
    Case(
        "drop a list that we have long been in",
        [ruleset({**DROP, "src_address_list": "lan"})],
        rows=(entry("lan", US),),
    ),
    Case("answers dropped in output", [ruleset({**DROP, "protocol": "tcp"}, chain="output")]),
    Case(
        "a chain of its own that drops",
        [rows(FILTER, {"comment": "to mine", "chain": "input", "action": "jump", "jump_target": "mine"})],
        rows=(rule("drop", "in mine", chain="mine"),),
    ),
    Case(
        "enable the rule for emergencies",
        [rows(FILTER, {"comment": "panic", "disabled": False})],
        rows=(rule("drop", "panic", disabled="true"),),
    ),
    Case("disable the rule that lets us in", [rows(FILTER, {"comment": "trusted", "disabled": True})], rows=CLOSED),
    Case("remove the rule that lets us in", [rows(FILTER, {"comment": "trusted"}, state="absent")], rows=CLOSED),
    Case(
        "narrow the rule that lets us in",
        [rows(FILTER, {"comment": "trusted", "src_address": NEIGHBOURS})],
        rows=CLOSED,
    ),
    Case(
        "put the rules into the wrong order",
        [
            rows(
                FILTER,
                {"comment": "the rest", "chain": "input", "action": "drop"},
                {"comment": "trusted", "chain": "input", "action": "accept", "src_address_list": "trusted"},
                ensure_order=True,
            )
        ],
        rows=CLOSED,
    ),
    Case(
        "count attempts and block, ourselves as well",
        [
            ruleset(
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
        why="connection 2",
    ),
    Case(
        "drop first and accept later",
        [rows(FILTER, {"comment": "shut", "chain": "input", "action": "drop"}), ruleset({"action": "accept"})],
        why="on the way",
    ),
    Case(
        "one connection at a time",
        [ruleset({**DROP, **TCP, "connection_limit": "1,32", "connection_state": ["new"]})],
        rows=(RUNNING,),
    ),
    # lists
    Case("own source not in the new list", [members("trusted", NEIGHBOURS, state="replaced")], rows=CLOSED),
    Case("own source taken from the list", [members("trusted", US, state="absent")], rows=CLOSED),
    Case(
        "the whole list removed",
        [("address_list", {"list": "trusted", "family": "ipv4", "state": "absent"})],
        rows=CLOSED,
    ),
    Case(
        "own entry disabled",
        [rows(LIST, {"list": "trusted", "address": US, "disabled": True}, key=["list", "address"])],
        rows=CLOSED,
    ),
    Case("own network on the blacklist", [members("blacklist", "127.0.0.0/8")], rows=BLACKLIST),
    Case(
        "own source on a blacklist in raw",
        [members("blacklist", US)],
        rows=(rule("drop", "blocked", chain="prerouting", table=RAW, src_address_list="blacklist"),),
    ),
    Case(
        "own source in the list for an hour only",
        [members("trusted", US, state="absent"), members("trusted", {"address": US, "timeout": "1h"})],
        rows=CLOSED,
        why="timeout",
    ),
    Case(
        "a name instead of an address",
        [members("trusted", "operator.example.net", state="replaced", allow_names=True)],
        rows=CLOSED,
    ),
    # raw, nat, tracking, interfaces, IPsec, addresses
    Case(
        "raw drops the own network",
        [rows(RAW, {"comment": "bogons", "chain": "prerouting", "action": "drop", "src_address": "127.0.0.0/8"})],
    ),
    Case("raw drops the port", [rows(RAW, {"comment": "scan", "chain": "prerouting", "action": "drop", **TCP})]),
    Case("raw drops answers", [rows(RAW, {"comment": "out", "chain": "output", "action": "drop", "protocol": "tcp"})]),
    Case(
        "the port forwarded to another host",
        [rows(NAT, {"comment": "web", "chain": "dstnat", "action": "dst-nat", "to_addresses": "10.0.0.9", **TCP})],
    ),
    Case(
        "connection tracking off",
        [values("/ip/firewall/connection/tracking", enabled="no")],
        rows=(rule("accept", connection_state="established,related,new"), rule("drop")),
    ),
    Case(
        "the interface list emptied",
        [
            rows(
                "/interface/list/member",
                {"list": "LAN", "interface": "ether1"},
                state="absent",
                key=["list", "interface"],
            )
        ],
        rows=BY_INTERFACE,
    ),
    Case("only from the wrong interfaces", [ruleset({**DROP, "in_interface_list": "!WAN"})], rows=(RUNNING,)),
    Case(
        "a policy that discards",
        [
            rows(
                "/ip/ipsec/policy",
                {"comment": "no", "src_address": "0.0.0.0/0", "dst_address": "127.0.0.0/8", "action": "discard"},
            )
        ],
    ),
    Case(
        "a tunnel that nobody answers",
        [
            rows(
                "/ip/ipsec/policy",
                {
                    "comment": "far",
                    "src_address": "127.0.0.0/8",
                    "dst_address": "127.0.0.0/8",
                    "peer": "far",
                    "tunnel": True,
                },
            )
        ],
        rows=(PEER,),
    ),
    Case(
        "a policy that discards, by its module",
        [
            (
                "ipsec_policy",
                {"src_address": "0.0.0.0/0", "dst_address": "127.0.0.0/8", "action": "discard", "comment": "no"},
            )
        ],
        why="discard",
    ),
    Case(
        "a policy that discards put before the one that lets through",
        [
            (
                "ipsec_policy",
                {
                    "src_address": "0.0.0.0/0",
                    "dst_address": US,
                    "action": "discard",
                    "comment": "no",
                    "placement": "top",
                },
            )
        ],
        rows=(
            (
                "/ip/ipsec/policy",
                {"src-address": "0.0.0.0/0", "dst-address": "127.0.0.0/8", "action": "none", "comment": "plain"},
            ),
        ),
        why="discard",
    ),
    Case(
        "a tunnel that nobody answers, by its module",
        [
            (
                "ipsec_policy",
                {
                    "src_address": "127.0.0.0/8",
                    "dst_address": "127.0.0.0/8",
                    "peer": ["far"],
                    "tunnel": True,
                    "action": "encrypt",
                    "level": "require",
                },
            )
        ],
        rows=(PEER,),
    ),
    Case("the own address removed", [rows("/ip/address", {"comment": "address 1"}, state="absent")]),
    # IPv6
    Case(
        "IPv6 only, dropped",
        [("firewall_filter", {"ruleset": "case", "family": "ipv6", "rules": [DROP]})],
        source="::1",
    ),
    Case(
        "IPv6 only, list emptied",
        [("address_list", {"list": "trusted", "family": "ipv6", "state": "absent"})],
        rows=V6_CLOSED,
        source="::1",
    ),
    Case("IPv6 off", [values("/ipv6/settings", disable_ipv6=True)], source="::1"),
    Case("a service for IPv4 only", [("service", {"name": "api-ssl", "address": ["127.0.0.0/8"]})], source="::1"),
    # the service
    Case("own source not in the service", [("service", {"name": "api-ssl", "address": [NEIGHBOURS]})], why="admit"),
    Case(
        "own source not in the service, by its menu", [rows("/ip/service", {"name": "api-ssl", "address": STRANGERS})]
    ),
    Case("the service off", [("service", {"name": "api-ssl", "disabled": True})], why="off"),
    Case("the service off, by its menu", [rows("/ip/service", {"name": "api-ssl", "disabled": True})]),
    Case("the service on another port", [("service", {"name": "api-ssl", "port": 64999})], why="port"),
    Case("no certificate", [rows("/ip/service", {"name": "api-ssl", "certificate": "none"})], why="certificate"),
    Case("a stranger's certificate", [("service", {"name": "api-ssl", "certificate": "strange"})]),
    Case("the certificate in use removed", [("certificate", {"name": "leaf", "state": "absent"})], why="leaf"),
    Case("its authority removed", [("certificate", {"name": "ca", "state": "absent"})], why="ca"),
    Case(
        "its authority removed with others",
        [("certificate", {"name": name, "state": "absent"}) for name in ("strange", "ca")],
    ),
    Case("the plain service off", [("service", {"name": "api", "disabled": True})], way="plain"),
    Case("own source not in the plain service", [("service", {"name": "api", "address": [NEIGHBOURS]})], way="plain"),
    # the account
    Case("own user disabled", [("user", {"name": USER, "disabled": True})], why="disabled"),
    Case("own user removed", [("user", {"name": USER, "state": "absent"})], why="gone"),
    Case("own user in a lesser group", [("user", {"name": USER, "group": "watchers"})], why="write"),
    Case(
        "own user with another password",
        [("user", {"name": USER, "password": "Another-one-8", "update_password": "always"})],
        why="password",
    ),
    Case("own user from elsewhere only", [("user", {"name": USER, "address": [NEIGHBOURS]})], why="from"),
    Case(
        "own group without api",
        [("user_group", {"name": "automation", "policy": ["read", "write", "policy"]})],
        why="api",
    ),
    Case(
        "own group without write, by its menu",
        [rows("/user/group", {"name": "automation", "policy": ["read", "api", "!write", "!policy"]})],
    ),
    # several, and first contact
    Case(
        "the last of several",
        [
            ("user_group", {"name": "more", "policy": ["read"]}),
            ruleset(DROP, entry={"protocol": "udp"}),
            members("friends", NEIGHBOURS),
            ("service", {"name": "api-ssl", "address": [NEIGHBOURS]}),
        ],
    ),
    Case("first contact, the service off", [("service", {"name": "api-ssl", "disabled": True})], way="first contact"),
    Case("first contact, everything dropped", [ruleset(DROP)], way="first contact"),
    Case(
        "first contact, own source left out",
        [("service", {"name": "api-ssl", "address": [NEIGHBOURS]})],
        way="first contact",
    ),
    Case(
        "first contact, a new password for admin",
        [("user", {"name": "admin", "password": "Another-one-8", "update_password": "always"})],
        way="first contact",
    ),
]
