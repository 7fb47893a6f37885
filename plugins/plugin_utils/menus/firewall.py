# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firewall rules of both families."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    optional,
    status,
    table,
    verbs,
    without,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Property as P

_IPV4_OPTIONS = (
    "enum strict-source-routing loose-source-routing no-source-routing record-route "
    "no-record-route timestamp no-timestamp router-alert no-router-alert any none"
)
_ACTION = "enum accept jump return log passthrough add-src-to-address-list add-dst-to-address-list drop notrack"

_FILTER = table(
    P("chain", required=True),
    P(
        "action",
        (
            "enum accept jump return log passthrough add-src-to-address-list add-dst-to-address-list "
            "drop reject tarpit fasttrack-connection"
        ),
        "accept",
    ),
    optional("jump-target", "reference"),
    optional(
        "reject-with",
        (
            "enum icmp-network-unreachable icmp-host-unreachable icmp-protocol-unreachable "
            "icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited tcp-reset "
            "icmp-admin-prohibited"
        ),
        "icmp-network-unreachable",
    ),
    optional("tcp-flags", "tcp-flags fin syn rst psh ack urg ece cwr"),
    optional(
        "p2p", ("!enum fasttrack gnutella direct-connect edonkey bit-torrent blubster soulseek winmx warez all-p2p")
    ),
    optional("connection-state", "!flagset invalid established related new untracked"),
    optional("connection-nat-state", "!flagset srcnat dstnat ein-snat ein-dnat"),
    optional("tls-host", "!string"),
    optional("connection-limit", "!connection-limit"),
    optional("layer7-protocol", "!reference", ref="/ip/firewall/layer7-protocol"),
    optional("realm", "!int"),
    optional("protocol", "!protocol"),
    optional("src-address", "!ip4-range"),
    optional("dst-address", "!ip4-range"),
    optional("fragment", "bool"),
    optional("psd", "psd"),
    optional("ipv4-options", _IPV4_OPTIONS),
    optional("src-address-type", "!flagset unicast local broadcast multicast blackhole"),
    optional("dst-address-type", "!flagset unicast local broadcast multicast blackhole"),
    optional("src-address-list", "!reference"),
    optional("dst-address-list", "!reference"),
    optional("hotspot", "list !enum from-client auth local-dst to-client http"),
    optional("address-list", "reference"),
    optional("address-list-timeout", "list-timeout", "none-dynamic"),
    optional("ttl", "comparison"),
    optional("connection-mark", "!reference"),
    optional("connection-type", "!enum ftp pptp h323 sip irc quake3 tftp"),
    optional("connection-bytes", "open-range"),
    optional("connection-rate", "!composite"),
    optional("routing-mark", "!reference"),
    optional("in-interface", "!interface", ref="/interface"),
    optional("out-interface", "!interface", ref="/interface"),
    optional("in-interface-list", "!reference", ref="/interface/list"),
    optional("out-interface-list", "!reference", ref="/interface/list"),
    optional("in-bridge-port", "!interface"),
    optional("out-bridge-port", "!interface"),
    optional("in-bridge-port-list", "!reference"),
    optional("out-bridge-port-list", "!reference"),
    optional("packet-mark", "!reference"),
    optional("src-port", "!port-list"),
    optional("dst-port", "!port-list"),
    optional("port", "!port-list"),
    optional("icmp-options", "!icmp-options"),
    optional("src-mac-address", "!mac"),
    optional("content", "!string"),
    optional("ingress-priority", "!int 0..63"),
    optional("priority", "!int 0..63"),
    optional("dscp", "!int 0..63"),
    optional("tos", "!tos", since="7.21"),
    optional("limit", "!limit"),
    optional("dst-limit", "dst-limit"),
    optional("time", "!time"),
    optional("random", "int 1..99"),
    optional("nth", "!nth"),
    optional("tcp-mss", "!range"),
    optional("per-connection-classifier", "!pcc"),
    optional("packet-size", "!range"),
    P("log", "bool", "false"),
    P("log-prefix", "string ..31", ""),
    optional("ipsec-policy", "ipsec-policy"),
    optional("comment", "string", ""),
    P("disabled", "bool", "false"),
    optional("hw-offload", "bool", "true", until="7.20.8"),
    status("bool", "dynamic", "invalid"),
    status("int", "bytes", "packets"),
)

_FILTER6 = table(
    without(_FILTER, "p2p layer7-protocol realm fragment psd ipv4-options hotspot ttl hw-offload"),
    P(
        "action",
        (
            "enum accept jump return log passthrough add-src-to-address-list add-dst-to-address-list "
            "drop reject fasttrack-connection"
        ),
        "accept",
        word_spans={"fasttrack-connection": ("7.18", "")},
    ),
    optional(
        "reject-with",
        (
            "enum icmp-no-route icmp-admin-prohibited icmp-not-neighbour icmp-address-unreachable "
            "icmp-port-unreachable tcp-reset icmp-err-src-routing-header icmp-headers-too-long"
        ),
        "icmp-no-route",
    ),
    optional("connection-nat-state", "!flagset srcnat dstnat"),
    optional("src-address", "!ip6-prefix"),
    optional("dst-address", "!ip6-prefix"),
    optional("src-address-type", "!flagset unicast local anycast multicast unreachable"),
    optional("dst-address-type", "!flagset unicast local anycast multicast unreachable"),
    optional("headers", "!flagset hop dst route frag ah esp none proto :exact :contains"),
    optional("hop-limit", "comparison"),
)

MENUS = (
    Menu(
        "/ip/firewall/filter",
        table(_FILTER.values()),
        ordered=True,
        commands=verbs("add comment disable enable move remove reset-counters reset-counters-all set unset"),
    ),
    Menu(
        "/ip/firewall/raw",
        table(
            without(
                _FILTER,
                (
                    "reject-with p2p connection-state connection-nat-state connection-limit layer7-protocol "
                    "realm connection-mark connection-type connection-bytes connection-rate routing-mark "
                    "hw-offload"
                ),
            ),
            P("action", _ACTION, "accept"),
        ),
        ordered=True,
        commands=verbs("add comment disable enable move remove reset-counters reset-counters-all set unset"),
    ),
    Menu(
        "/ip/firewall/nat",
        table(
            without(_FILTER, "reject-with tcp-flags p2p connection-state connection-nat-state hw-offload"),
            P(
                "action",
                (
                    "enum accept jump return log passthrough add-src-to-address-list add-dst-to-address-list "
                    "src-nat masquerade dst-nat redirect same netmap endpoint-independent-nat socksify"
                ),
                "accept",
                word_spans={"socksify": ("7.20", "")},
            ),
            optional("to-addresses", "ip4-range"),
            optional("to-ports", "range ..65535"),
            optional("same-not-by-dst", "bool"),
            optional("randomise-ports", "bool", since="7.10.2"),
            optional("socksify-service", "reference", since="7.20"),
            optional("socks5-server", "ip4", since="7.20"),
            optional("socks5-port", "int", since="7.20"),
            optional("tls-host", until="7.15.3"),
        ),
        ordered=True,
        commands=verbs("add comment disable enable move remove reset-counters reset-counters-all set unset"),
    ),
    Menu(
        "/ipv6/firewall/filter",
        table(_FILTER6.values()),
        ordered=True,
        commands=verbs("add comment disable enable move remove reset-counters reset-counters-all set unset"),
    ),
    Menu(
        "/ipv6/firewall/raw",
        table(
            without(
                _FILTER6,
                (
                    "reject-with connection-nat-state connection-state connection-limit connection-mark "
                    "connection-type connection-bytes connection-rate routing-mark"
                ),
            ),
            P("action", _ACTION, "accept"),
        ),
        ordered=True,
        commands=verbs("add comment disable enable move remove reset-counters reset-counters-all set unset"),
    ),
    Menu(
        "/ipv6/firewall/nat",
        table(
            without(_FILTER6, "reject-with connection-nat-state"),
            P(
                "action",
                (
                    "enum accept jump return log passthrough add-src-to-address-list add-dst-to-address-list "
                    "src-nat masquerade dst-nat redirect netmap"
                ),
                "accept",
            ),
            optional("to-address", "ip6-prefix"),
            optional("to-ports", "range ..65535"),
            optional("tls-host", until="7.15.3"),
        ),
        ordered=True,
        commands=verbs("add comment disable enable move remove reset-counters reset-counters-all set unset"),
    ),
)
