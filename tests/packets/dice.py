# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random rulesets and packets that have to do with each other."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import Packet
from ansible_collections.bastion.routeros.tests.packets.arena import INTERFACES, NETWORKS, OPEN_PORT
from ansible_collections.bastion.routeros.tests.packets.frames import FLAGS, Frame

Row = dict[str, str]

MEMBERS: Mapping[str, Sequence[str]] = {
    "LAN": ["ether2", "ether3"],
    "WAN": ["ether1"],
    "nothing": [],
    "inside": ["ether2"],
}
"""Interface lists, worked out; INTERFACE_TABLES are the rows that mean the same."""
INTERFACE_TABLES: Mapping[str, Any] = {
    "interface_lists": [
        {"name": "LAN", "include": "", "exclude": ""},
        {"name": "WAN", "include": "", "exclude": ""},
        {"name": "nothing", "include": "", "exclude": ""},
        {"name": "guests", "include": "", "exclude": ""},
        {"name": "inside", "include": "LAN", "exclude": "guests"},
    ],
    "interface_members": [
        {"list": "LAN", "interface": "ether2"},
        {"list": "LAN", "interface": "ether3"},
        {"list": "WAN", "interface": "ether1"},
        {"list": "WAN", "interface": "ether2", "disabled": "true"},
        {"list": "guests", "interface": "ether3"},
    ],
}
LISTS = ("mgmt", "bad guys", "stage1", "stage2")
MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02")
PORTS = (22, 53, 80, 443, 8291, 8728, 8729, OPEN_PORT)

_NEAR = {
    4: ["192.0.2.7", "192.0.2.20", "192.0.2.130", "10.1.2.3", "10.1.2.200", "10.200.0.9", "172.16.5.5"],
    6: ["2001:db8:1::7", "2001:db8:1::20", "2001:db8:1:0:8000::7", "2001:db8:a::3", "2001:db8:a:b::9", "fd00::5"],
}
_AWAY = {
    4: ["198.51.100.77", "198.51.100.200", "203.0.113.50", "203.0.113.66", "100.100.1.1"],
    6: ["2001:db8:2::77", "2001:db8:2::200", "2001:db8:3::50", "2001:db8:c::1"],
}
_GROUPS = {4: ["192.0.2.255", "198.51.100.255", "224.0.0.1", "255.255.255.255"], 6: ["ff02::1"]}
_BLOCKS = {
    4: ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/26", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "172.16.0.0/12",
        "192.0.2.5-192.0.2.140", "10.1.2.100-10.220.0.0", "198.51.100.0/24", "203.0.113.48/29", "0.0.0.0/0"],
    6: ["2001:db8:1::/64", "2001:db8:1::/66", "2001:db8::/32", "2001:db8:a::/48", "fd00::/8", "2001:db8:2::/64",
        "::/0"],
}  # fmt: skip
_TYPES = {
    4: ["unicast", "local", "broadcast", "multicast", "unicast,local", "local,broadcast,multicast", "blackhole"],
    6: ["unicast", "local", "multicast", "unicast,local", "local,anycast,multicast", "unreachable"],
}
_STATES = ["new", "established", "established,related", "invalid", "invalid,new", "untracked,established", "related"]
_FLAGS = ["syn", "syn,!ack", "!syn,ack", "fin,syn", "!fin,!syn,!rst,!ack", "!,syn,!ack", "!,ack", "psh", "!,!psh,syn"]
_ICMP = ["3:0-15", "1:4", "8:0"]
_NAT_STATES = ["srcnat", "dstnat", "srcnat,dstnat"]
_PORT_LISTS = ["1-1023", "1024-65535", "53,22,443", "22,8000-9000", "8291,8728-8729"]
_SIZES = ["0-60", "40-60", "61-200", "52", "60", "0-1500", "100-65535"]
_SHOTS = {"new": 10, "loose": 1, "invalid": 1, "established": 4, "related": 1, "group": 2}
_TTLS = ["equal:64", "not-equal:64", "less-than:64", "greater-than:63", "less-than:11", "equal:255"]


@dataclass(frozen=True)
class Flow:
    """A connection that exists: packets from its source belong to it."""

    chain: str
    source: str
    destination: str
    protocol: str
    source_port: int
    destination_port: int


@dataclass(frozen=True)
class Shot:
    """A packet, as it is sent and as it is described to verdict."""

    chain: str
    interface: str
    frame: Frame
    packet: Packet


def out_interface(family: int, destination: str) -> str:
    """Where the router's routes send a packet."""
    for interface, address in NETWORKS[family].items():
        if ipaddress.ip_address(destination) in ipaddress.ip_interface(address).network:
            return interface
    return "ether1"


class Dice:
    """Everything random, for one family; the same seed throws the same."""

    def __init__(self, family: int, seed: int) -> None:
        self.family = family
        self.random = random.Random(f"{family}/{seed}")
        self.own = [str(ipaddress.ip_interface(each).ip) for each in NETWORKS[family].values()]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # --- tables

    def address_lists(self) -> list[Row]:
        """Some entries of every list, in all their forms."""
        rows = []
        for _unused in range(self.random.randint(2, 12)):
            row = {"list": self.random.choice(LISTS), "address": self._entry()}
            if self.chance(0.15):
                row["disabled"] = "true"
            if self.chance(0.25):
                row |= {"dynamic": "true", "timeout": "2h3m"}
            rows.append(row)
        return rows

    def _entry(self) -> str:
        if self.chance(0.5):
            address = self.random.choice(_NEAR[self.family] + _AWAY[self.family])
            return address if self.family == 4 else f"{address}/128"
        return self.random.choice(_BLOCKS[self.family][:-1])

    def filter(self, rules: int, open_ones: float = 0.0) -> list[Row]:
        """A filter table for packets to the router and through it. `open_ones`: share of rules that count or guess."""
        rows = []
        for _unused in range(rules):
            way = self.random.choice(["input", "forward"])
            rows.append(self._rule(self._chains(way), way, open_ones))
        # Every other table drops what is left, as people do.
        return rows + [{"chain": way, "action": "drop"} for way in ("input", "forward") if self.chance(0.5)]

    def raw(self, rules: int) -> list[Row]:
        """A raw table."""
        return [self._rule(self._chains("prerouting"), "raw", 0.0) for _unused in range(rules)]

    @staticmethod
    def _chains(way: str) -> list[str]:
        """A built-in chain and those of one's own behind it; jumps lead to later ones only, so never in a circle."""
        return [way, *(f"{way}-{number} own" for number in range(3))]

    def _rule(self, chains: list[str], way: str, open_ones: float) -> Row:
        at = self.random.choices(range(4), [4, 2, 2, 1])[0]
        row = {"chain": chains[at], "action": self._action(way, open_ones)}
        if row["action"] == "jump":
            row["jump-target"] = self.random.choice([*chains[at + 1 :], "empty chain"])
        if row["action"].startswith("add-"):
            row["address-list"] = self.random.choice(LISTS)
            row |= self.random.choice([{}, {"address-list-timeout": "1h"}, {"address-list-timeout": "none-static"}])
        # What ends the way needs more matchers than what does not, or nothing would get far.
        least = 1 if row["action"] in ("accept", "drop", "reject", "tarpit", "fasttrack-connection", "return") else 0
        for _unused in range(self.random.choice([least, 1, 1, 2, 3])):
            row |= self._matcher(row, way)
        if open_ones and self.chance(open_ones):
            row |= self.random.choice(
                [
                    {"limit": self.random.choice(["1/1h,3:packet", "!1/1h,3:packet", "1000,100:packet"])},
                    {"dst-limit": "2/1m,2,src-address/1m40s"},
                    {"random": "50"},
                    {"nth": "3,1"},
                ]
            )
        if row["action"] == "reject" and row.get("protocol") == "tcp" and self.chance(0.5):
            row["reject-with"] = "tcp-reset"
        if self.chance(0.06):
            row["disabled"] = "true"
        if self.chance(0.1):
            row |= {"log": "true", "comment": "any"}
        return row

    def _action(self, way: str, open_ones: float) -> str:
        actions = {"accept": 6, "drop": 5, "jump": 5, "return": 2, "log": 1, "passthrough": 1}
        actions |= {"add-src-to-address-list": 2, "add-dst-to-address-list": 1}
        actions |= {"notrack": 3} if way == "raw" else {"reject": 2}
        if open_ones:
            actions |= {"fasttrack-connection": 1, "tarpit": 1}
        return self.random.choices(list(actions), list(actions.values()))[0]

    def _matcher(self, row: Row, way: str) -> Row:
        kinds: list[Callable[[], Row]] = [
            lambda: {"protocol": self._maybe_not(self.random.choice(["tcp", "tcp", "udp", self._icmp]))},
            lambda: {"src-address": self._maybe_not(self._block())},
            lambda: {"dst-address": self._maybe_not(self._block())},
            lambda: {"src-address-list": self._maybe_not(self.random.choice(LISTS))},
            lambda: {"src-address-list": self._maybe_not(self.random.choice(LISTS))},
            lambda: {"dst-address-list": self._maybe_not(self.random.choice([*LISTS, "of nobody"]))},
            lambda: self._ports(row),
            lambda: self._ports(row),
            lambda: self._flags(row),
            lambda: {"in-interface": self._maybe_not(self.random.choice(INTERFACES))},
            lambda: {"in-interface-list": self._maybe_not(self.random.choice([*MEMBERS, "all", "none"]))},
            lambda: {"src-address-type": self._maybe_not(self.random.choice(_TYPES[self.family]))},
            lambda: {"dst-address-type": self._maybe_not(self.random.choice(_TYPES[self.family]))},
            lambda: {"packet-size": self._maybe_not(self.random.choice(_SIZES))},
            lambda: {"ttl" if self.family == 4 else "hop-limit": self.random.choice(_TTLS)},
            lambda: {"dscp": self._maybe_not(self.random.choice(["0", "46", "10"]))},
            lambda: {"src-mac-address": self._maybe_not(self.random.choice(MACS).upper())},
            lambda: {"ipsec-policy": self.random.choice(["in,none", "in,none", "in,ipsec"])},
            lambda: {
                "icmp-options": self._maybe_not(self.random.choice(["3:0-15", "1:4", "8:0"])),
                "protocol": self._icmp,
            },
        ]
        if self.family == 4:
            kinds.append(lambda: {"fragment": self.random.choice(["true", "false"])})
        if way != "raw":
            kinds += [lambda: {"connection-state": self._maybe_not(self.random.choice(_STATES))}] * 3
            kinds.append(
                lambda: {"connection-nat-state": self._maybe_not(self.random.choice(["srcnat", "srcnat,dstnat"]))}
            )
        if way == "forward":
            kinds.append(lambda: {"out-interface": self._maybe_not(self.random.choice(INTERFACES))})
            kinds.append(lambda: {"out-interface-list": self._maybe_not(self.random.choice([*MEMBERS, "all"]))})
        found = self.random.choice(kinds)()
        # Ports, flags and ICMP types need the protocol that the rule has already.
        return {} if "protocol" in row and found.get("protocol", row["protocol"]) != row["protocol"] else found

    @property
    def _icmp(self) -> str:
        return "icmp" if self.family == 4 else "icmpv6"

    def _maybe_not(self, text: str) -> str:
        return f"!{text}" if self.chance(0.3) else text

    def _block(self) -> str:
        if self.chance(0.7):
            return self.random.choice(_BLOCKS[self.family])
        address = self.random.choice(_NEAR[self.family] + _AWAY[self.family] + self.own)
        return address if self.family == 4 else f"{address}/128"

    def _ports(self, row: Row) -> Row:
        low = self.random.choice(PORTS)
        text = self.random.choice([str(low), f"{low}-{low + 400}", *_PORT_LISTS])
        name = self.random.choice(["dst-port", "dst-port", "src-port", "port"])
        protocol = row["protocol"] if row.get("protocol") in ("tcp", "udp") else self.random.choice(["tcp", "udp"])
        return {"protocol": protocol, name: self._maybe_not(text)}

    def _flags(self, row: Row) -> Row:
        return {"protocol": "tcp", "tcp-flags": self.random.choice(_FLAGS)}

    # --- packets

    def flows(self, count: int) -> list[Flow]:
        """Connections to make before the tables are there, half of them to the router, half through it."""
        found = []
        for number in range(count):
            chain = "input" if number % 2 else "forward"
            destination = self.random.choice(self.own if chain == "input" else _AWAY[self.family][:3])
            port = OPEN_PORT if chain == "input" else self.random.choice(PORTS)
            protocol = "tcp" if number % 4 < 2 else "udp"
            source = self.random.choice(_NEAR[self.family])
            found.append(Flow(chain, source, destination, protocol, 20000 + number, port))
        return found

    def shot(self, number: int, flows: Sequence[Flow]) -> Shot:
        """A packet, most often the first of a connection."""
        kind = self.random.choices(["new", "loose", "invalid", "established", "related", "group"], [10, 1, 1, 4, 1, 2])[
            0
        ]
        if kind in ("established", "related"):
            return self._of_flow(number, self.random.choice(flows), kind)
        chain = "input" if kind == "group" or self.chance(0.6) else "forward"
        protocol = "udp" if kind == "group" else "tcp" if kind in ("loose", "invalid") else self._protocol()
        if kind == "group":
            destination = self.random.choice(_GROUPS[self.family])
        else:
            destination = self.random.choice(self.own if chain == "input" else _AWAY[self.family])
        flags: tuple[str, ...] = ("syn",) if kind == "new" else ("ack",)
        if kind == "invalid":
            flags = self.random.choice([("syn", "fin"), ("syn", "rst"), ()])
        source = self.random.choice(self.own) if self.chance(0.05) else self.random.choice(_NEAR[self.family])
        # Every one a connection of its own: what another one did before does not matter then.
        source_port = 53 if protocol == "udp" and self.chance(0.15) else 21000 + number
        frame = Frame(
            number,
            source,
            destination,
            protocol,
            source_port,
            self.random.choice(PORTS),
            flags if protocol == "tcp" else (),
        )
        return self._shot(chain, frame, "invalid" if kind == "invalid" else "new")

    def _protocol(self) -> str:
        return "tcp" if self.chance(0.6) else "udp"

    def _of_flow(self, number: int, flow: Flow, state: str) -> Shot:
        if state == "established":
            flags = self.random.choice([("ack",), ("ack", "psh")]) if flow.protocol == "tcp" else ()
            frame = Frame(
                number, flow.source, flow.destination, flow.protocol, flow.source_port, flow.destination_port, flags
            )
            return self._shot(flow.chain, frame, state)
        # An error message about a packet that went the other way.
        quoted = Frame(
            0, flow.destination, flow.source, flow.protocol, flow.destination_port, flow.source_port, ("ack",)
        )
        icmp = (3, 3) if self.family == 4 else (1, 4)
        payload = quoted.packet()
        frame = Frame(number, flow.source, flow.destination, self._icmp, icmp=icmp, payload=payload)
        return self._shot(flow.chain, frame, state)

    def _shot(self, chain: str, frame: Frame, state: str) -> Shot:
        interface = self.random.choice(INTERFACES)
        more: dict[str, Any] = {
            "ttl": self.random.choice([64, 63, 128, 10]),
            "dscp": self.random.choice([0, 0, 10, 46]),
            "source_mac": self.random.choice(MACS),
        }
        if frame.protocol in ("tcp", "udp"):
            more["payload"] = b"x" * self.random.choice([0, 12, 64, 400])
        frame = replace(frame, **more)
        return Shot(chain, interface, frame, self._known(chain, interface, frame, state))

    def _known(self, chain: str, interface: str, frame: Frame, state: str) -> Packet:
        ports: dict[str, Any] = {}
        if frame.protocol in ("tcp", "udp"):
            ports = {"source_port": frame.source_port, "destination_port": frame.destination_port}
        elif frame.protocol == self._icmp:
            ports = {"icmp": frame.icmp}
        if frame.protocol == "tcp":
            ports["tcp_flags"] = frozenset(flag if flag in frame.flags else f"!{flag}" for flag in FLAGS)
        if chain == "forward":
            ports |= {"out_interface": out_interface(self.family, frame.destination), "destination_type": "unicast"}
        return Packet(
            source=frame.source,
            destination=frame.destination,
            protocol=frame.protocol,
            state=state,
            in_interface=interface,
            nat_state=(),
            ipsec_in=False,
            source_type="local" if frame.source in self.own else "unicast",
            size=frame.size,
            # The router counts a hop before the chain forward.
            ttl=frame.ttl - (chain == "forward"),
            dscp=frame.dscp,
            source_mac=frame.source_mac,
            fragment=False,
            **ports,
        )

    def blur(self, packet: Packet) -> Packet:
        """The same packet with less known about it."""
        changes: dict[str, Any] = {}
        for name in ("source", "destination"):
            if self.chance(0.4):
                length = self.random.choice([0, 8, 24, 25] if self.family == 4 else [0, 16, 32, 64])
                changes[name] = str(ipaddress.ip_network((str(getattr(packet, name)), length), strict=False))
        for name in ("source_port", "destination_port", "size"):
            value = getattr(packet, name)
            if value is not None and self.chance(0.3):
                changes[name] = self.random.choice([None, (max(0, value - 100), min(65535, value + 100))])
        unknown = ("protocol", "state", "in_interface", "out_interface", "nat_state", "ipsec_in", "source_type", "icmp")
        for name in (*unknown, "destination_type", "ttl", "dscp", "source_mac", "fragment"):
            if self.chance(0.2):
                changes[name] = None
        if self.chance(0.2):
            changes["tcp_flags"] = frozenset(flag for flag in packet.tcp_flags if self.chance(0.5))
        return replace(packet, family=self.family, **changes)
