# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Address lists, connections and their tracking, layer 7 patterns."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    optional,
    status,
    table,
    verbs,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Property as P

_TCP_STATE = "enum none syn-sent syn-recv established fin-wait close-wait last-ack time-wait close listen"


def _address_list(family: str, address: str, timeout: str) -> Menu:
    return Menu(
        f"/{family}/firewall/address-list",
        table(
            P("list", required=True),
            P("address", address, required=True),
            P("timeout", timeout),
            P("dynamic", "bool", "false"),
            optional("comment", "string", ""),
            P("disabled", "bool", "false"),
            status("datetime", "creation-time"),
        ),
        key=("list", "address"),
        timed="timeout",
        commands=verbs("add comment disable enable remove set"),
    )


def _connections(family: str, addresses: str) -> Menu:
    return Menu(
        f"/{family}/firewall/connection",
        table(
            status("protocol", "protocol"),
            status(addresses, "src-address", "dst-address", "reply-src-address", "reply-dst-address"),
            status(
                "int",
                "src-port",
                "dst-port",
                "reply-src-port",
                "reply-dst-port",
                "icmp-type",
                "icmp-code",
                "icmp-id",
                "gre-protocol",
                "gre-version",
                "gre-key",
                "orig-packets",
                "orig-bytes",
                "orig-fasttrack-packets",
                "orig-fasttrack-bytes",
                "repl-packets",
                "repl-bytes",
                "repl-fasttrack-packets",
                "repl-fasttrack-bytes",
                "orig-rate",
                "repl-rate",
            ),
            status(_TCP_STATE, "tcp-state"),
            status("string", "connection-type", "connection-mark"),
            status("duration", "timeout"),
            status(
                "bool",
                "expected",
                "seen-reply",
                "assured",
                "confirmed",
                "dying",
                "fasttrack",
                "hw-offload",
                "srcnat",
                "dstnat",
                "uses-helper",
            ),
        ),
        fixed=True,
        commands=verbs("remove"),
    )


MENUS = (
    _address_list("ip", "ip4-range-or-dns-name", "duration ..35w3d13h13m56s"),
    _address_list("ipv6", "ip6-prefix-or-dns-name", "duration"),
    Menu(
        "/ip/firewall/layer7-protocol",
        table(P("name", required=True), P("regexp", required=True), optional("comment", "string", "")),
        key=("name",),
        commands=verbs("add comment remove set"),
    ),
    _connections("ip", "ip4"),
    _connections("ipv6", "ip6"),
    Menu(
        "/ip/firewall/connection/tracking",
        table(
            P("enabled", "enum auto yes no", "auto"),
            P("tcp-syn-sent-timeout", "duration", "5s"),
            P("tcp-syn-received-timeout", "duration", "5s"),
            P("tcp-established-timeout", "duration", "1d"),
            P("tcp-fin-wait-timeout", "duration", "10s"),
            P("tcp-close-wait-timeout", "duration", "10s"),
            P("tcp-last-ack-timeout", "duration", "10s"),
            P("tcp-time-wait-timeout", "duration", "10s"),
            P("tcp-close-timeout", "duration", "10s"),
            P("tcp-max-retrans-timeout", "duration", "5m"),
            P("tcp-unacked-timeout", "duration", "5m"),
            P("loose-tcp-tracking", "bool", "true"),
            P("liberal-tcp-tracking", "bool", "false", since="7.20"),
            P("udp-timeout", "duration", "10s", defaults_by_version=(("7.15", "30s"),)),
            P("udp-stream-timeout", "duration", "3m"),
            P("icmp-timeout", "duration", "10s"),
            P("generic-timeout", "duration", "10m"),
            status("bool", "active-ipv4", "active-ipv6"),
            status("int", "max-entries", "total-entries", "total-ip4-entries", "total-ip6-entries"),
        ),
        singleton=True,
        commands=verbs("set"),
    ),
)
