# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the data file leaves open and the simulator has to decide: menus of its own, references, words by version.

Same keys as in data/menus.json; besides: enum_since and enum_until (word -> version), type_by_version, label (the word
that errors use).
"""

from __future__ import annotations

from typing import Any

# the router's own order of policies, seen in every print of /user/group
POLICIES = (
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
    "rest-api",
)
# what a script can be given
_SCRIPT_POLICIES = (
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "password",
    "sniff",
    "sensitive",
    "romon",
)


def _every(arguments: str) -> dict[str, Any]:
    """A command with the same arguments in every version."""
    return {"in": 63, "args": {"63": arguments}}


# the commands of a list that take the same everywhere
_COMMON = {
    **dict.fromkeys(("remove", "enable", "disable"), _every("numbers")),
    "comment": _every("comment numbers"),
    "print": _every("as-value brief count-only detail follow follow-only proplist terse value-list where"),
    "get": _every("number value-name"),
    "find": _every("where"),
    "export": _every("compact file hide-sensitive show-sensitive terse verbose where"),
}

_VRRP = (
    "arp arp-timeout authentication comment disabled group-master interface interval mtu name on-backup on-fail "
    "on-master password preemption-mode priority remote-address sync-connection-tracking v3-protocol version vrid"
)
_ARP = ["disabled", "enabled", "local-proxy-arp", "proxy-arp", "reply-only"]

MENUS: dict[str, dict[str, Any]] = {
    "/interface": {
        "kind": "list",
        "flags": ["disabled", "running", "dynamic"],
        "properties": {
            "name": {"type": "string"},
            "type": {"type": "string", "readonly": True},
            "mtu": {"type": "int", "default": "1500"},
            "actual-mtu": {"type": "int", "readonly": True},
            "l2mtu": {"type": "int", "absent": True},
            "mac-address": {"type": "mac", "readonly": True},
            "running": {"type": "bool", "readonly": True},
            "dynamic": {"type": "bool", "readonly": True},
            "disabled": {"type": "bool", "default": "false"},
            "comment": {"type": "string", "absent": True},
        },
    },
    # in no tree that is at hand; names and meaning are those of the RouterOS manual: IPv6 addressing
    "/ipv6/address": {
        "kind": "list",
        "commands": {
            "add": _every("address advertise comment copy-from disabled eui-64 from-pool interface no-dad"),
            "set": _every("address advertise comment disabled eui-64 from-pool interface no-dad numbers"),
            **_COMMON,
        },
        "flags": ["disabled", "invalid", "dynamic", "slave"],
        "properties": {
            "address": {"type": "interface-address6", "required": True},
            "from-pool": {"type": "string", "default": ""},
            "interface": {"type": "interface", "required": True},
            "advertise": {"type": "bool", "default": "true"},
            "eui-64": {"type": "bool", "default": "false"},
            "no-dad": {"type": "bool", "default": "false"},
            "disabled": {"type": "bool", "default": "false"},
            "comment": {"type": "string", "absent": True},
            "actual-interface": {"type": "string", "readonly": True},
            "global": {"type": "bool", "readonly": True},
            "link-local": {"type": "bool", "readonly": True},
            "invalid": {"type": "bool", "readonly": True},
            "dynamic": {"type": "bool", "readonly": True},
            "slave": {"type": "bool", "readonly": True},
        },
    },
    # likewise (RouterOS manual: VRF)
    "/ip/vrf": {
        "kind": "list",
        "flags": ["disabled"],
        "ordered": True,
        "commands": {
            "add": _every("comment copy-from disabled interfaces name place-before"),
            "set": _every("comment disabled interfaces name numbers"),
            "move": _every("destination numbers"),
            **_COMMON,
        },
        "properties": {
            "name": {"type": "string", "required": True},
            "interfaces": {"type": "list", "items": "interface", "default": ""},
            "disabled": {"type": "bool", "default": "false"},
            "comment": {"type": "string", "absent": True},
        },
    },
    # likewise (RouterOS manual: VRRP); forms as providers show them of devices
    "/interface/vrrp": {
        "kind": "list",
        "flags": ["disabled", "running", "invalid", "master", "backup"],
        "commands": {
            "add": _every(f"{_VRRP} copy-from"),
            "set": _every(f"{_VRRP} numbers"),
            **_COMMON,
        },
        "properties": {
            "name": {"type": "string"},
            "mtu": {"type": "int", "default": "1500"},
            "mac-address": {"type": "mac", "readonly": True},
            "arp": {"type": "enum", "enum": _ARP, "default": "enabled"},
            "arp-timeout": {"type": "string", "default": "auto"},
            "interface": {"type": "interface", "required": True},
            "vrid": {"type": "int", "range": ["1", "255"], "default": "1"},
            "priority": {"type": "int", "range": ["1", "254"], "default": "100"},
            "interval": {"type": "duration", "range": ["10ms", "4m15s"], "default": "1s"},
            "preemption-mode": {"type": "bool", "default": "true"},
            "authentication": {"type": "enum", "enum": ["ah", "none", "simple"], "default": "none"},
            "password": {"type": "string", "default": "", "secret": True},
            "on-master": {"type": "string", "default": ""},
            "on-backup": {"type": "string", "default": ""},
            "on-fail": {"type": "string", "default": ""},
            "version": {"type": "int", "range": ["2", "3"], "default": "3"},
            "v3-protocol": {"type": "enum", "enum": ["ipv4", "ipv6"], "default": "ipv4"},
            "group-master": {"type": "string", "default": ""},
            "sync-connection-tracking": {"type": "bool", "default": "false"},
            "remote-address": {"type": "host", "absent": True},
            "disabled": {"type": "bool", "default": "false"},
            "comment": {"type": "string", "absent": True},
            "running": {"type": "bool", "readonly": True},
            "invalid": {"type": "bool", "readonly": True},
            "master": {"type": "bool", "readonly": True},
            "backup": {"type": "bool", "readonly": True},
        },
    },
    "/system/license": {
        "kind": "singleton",
        "properties": {
            "system-id": {"type": "string", "readonly": True},
            "level": {"type": "string", "readonly": True},
        },
    },
}

# RouterOS manual: Ping
PING = (
    *("address", "arp-ping", "count", "do-not-fragment", "dscp", "interface", "interval", "size", "src-address"),
    *("ttl", "vrf", "as-value", "proplist", "without-paging"),
)
# commands that are in no tree of the data file: (menu, verb) -> arguments
COMMANDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("/system", "reboot"): (),
    ("/system", "shutdown"): (),
    ("", "ping"): PING,
    ("/tool", "ping"): PING,
}

_VRF = {"type": "reference", "ref": "/ip/vrf name", "keywords": ["main"]}
_TIMEOUT = {"range": [None, "21474836"]}
_STATE = {"label": "state"}
# what a rule may name instead of one interface (completions of 7.22.3)
_INTERFACE = {"keywords": ["all-ethernet", "all-ppp", "all-vlan", "all-wireless"]}
_MATCHERS = dict.fromkeys(("in-interface", "out-interface", "in-bridge-port", "out-bridge-port"), _INTERFACE)

PROPERTIES: dict[str, dict[str, dict[str, Any]]] = {
    "/ip/service": {"vrf": _VRF},
    "/interface/list": {"include": {"ref": "/interface/list name"}, "exclude": {"ref": "/interface/list name"}},
    "/ip/firewall/filter": {**_MATCHERS, "connection-state": _STATE},
    "/ip/firewall/raw": _MATCHERS,
    "/ip/firewall/nat": {**_MATCHERS, "action": {"enum_since": {"socksify": "7.20"}}},
    "/ipv6/firewall/raw": _MATCHERS,
    "/ipv6/firewall/filter": {
        **_MATCHERS,
        "connection-state": _STATE,
        "action": {"enum_since": {"fasttrack-connection": "7.18"}},
    },
    "/ipv6/firewall/nat": {**_MATCHERS, "connection-state": _STATE},
    "/ip/firewall/address-list": {"timeout": _TIMEOUT},
    "/ipv6/firewall/address-list": {"timeout": _TIMEOUT},
    "/ipv6/settings": {
        "min-neighbor-entries": {"default": "4096"},
        "soft-max-neighbor-entries": {"default": "8192"},
        "max-neighbor-entries": {"default": "16384"},
    },
    "/ip/settings": {"max-neighbor-entries": {"default": "8192"}, "route-cache": {"default": "true"}},
    "/user/group": {"policy": {"enum": list(POLICIES)}, "skin": {"enum": ["default"]}},
    "/user/aaa": {"exclude-groups": {"ref": "/user/group name"}},
    "/user/ssh-keys": {"user": {"ref": "/user name"}},
    "/certificate": {
        "trusted": {"default": "false"},
        "subject-alt-name": {"default": ""},
        "common-name": {"default": ""},
        "organization": {"default": ""},
        "unit": {"default": ""},
        "locality": {"default": ""},
        "state": {"default": ""},
        "country": {"default": ""},
    },
    "/certificate/settings": {"current-defaults": {"readonly": True, "since": "7.22.1"}},
    "/certificate/scep-server": {
        "ca-cert": {"ref": "/certificate name"},
        "next-ca-cert": {"ref": "/certificate name", "keywords": ["none"]},
        "disabled": {"default": "false"},
    },
    "/certificate/scep-server/ra": {"template": {"ref": "/certificate name"}, "disabled": {"default": "false"}},
    # exports of upgraded routers show the old values as no longer the default from these versions on
    "/ip/firewall/connection/tracking": {"udp-timeout": {"default_by_version": {"7.9": "10s", "7.15": "30s"}}},
    "/ip/ipsec/profile": {
        "dpd-interval": {"default_by_version": {"7.9": "2m", "7.16": "8s"}},
        "dpd-maximum-failures": {"default_by_version": {"7.9": "5", "7.16": "4"}},
    },
    "/ip/ipsec/identity": {
        "key": {"ref": "/ip/ipsec/key/rsa name"},
        "remote-key": {"ref": "/ip/ipsec/key/rsa name"},
        "remote-certificate": {"keywords": ["none"]},
        "certificate": {"keywords": ["none"]},
        "mode-config": {"keywords": ["none"]},
    },
    "/ip/ipsec/policy": {
        "peer": {"ref": "/ip/ipsec/peer name"},
        "src-address": {"default": "::/0"},
        "dst-address": {"default": "::/0"},
        # protocol=all is what fits everything
        "protocol": {"keywords": ["all"]},
    },
    "/ip/ipsec/peer": {"address": {"type": "peer-address"}},
    "/ip/ipsec/key/psk": {"peer": {"ref": "/ip/ipsec/peer name"}},
    "/system/logging/action": {
        "target": {"enum_since": {"script": "7.22", "cmr": "7.23"}},
        "remote-protocol": {"enum_since": {"tls": "7.23"}},
        # exports of upgraded routers show remote=0.0.0.0 from 7.19 on, so it is no longer the default there
        "remote": {"default_by_version": {"7.9": "0.0.0.0", "7.19": ""}},
        "script": {"ref": "/system/script name"},
        "vrf": _VRF,
    },
    "/system/script": {
        "policy": {"type": "flagset", "enum": list(_SCRIPT_POLICIES)},
    },
    "/system/scheduler": {
        "policy": {"type": "flagset", "enum": list(POLICIES)},
        "start-time": {"type": "time-of-day"},
        "start-date": {"type": "date"},
    },
    "/system/clock": {"time": {"type": "string"}, "date": {"type": "string"}},
    "/system/ntp/client": {"vrf": _VRF},
    "/snmp": {"vrf": _VRF, "trap-community": {"ref": "/snmp/community name"}, "trap-generators": {"type": "flagset"}},
    "/tool/e-mail": {"vrf": _VRF},
    "/ip/dns": {"vrf": _VRF},
    "/ip/socks": {"vrf": _VRF},
    "/ip/cloud": {"ddns-enabled": {"type_by_version": {"7.9": "bool", "7.17": "enum"}}},
    "/ip/address": {"address": {"type": "interface-address"}},
}
