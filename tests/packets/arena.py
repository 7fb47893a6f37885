# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router made of a network namespace, and everybody else in another one: who gets in is read from the kernel.

Tables of its own, before and behind the ones under test, note the number of every packet that arrives, of every one
that gets through, and how connection tracking sees it.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.tests.packets.frames import Frame, mac
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab
from ansible_collections.bastion.routeros.tests.packets.nft import TABLES, Script

INTERFACES = ("ether1", "ether2", "ether3")
NETWORKS = {
    4: {"ether1": "192.0.2.1/24", "ether2": "198.51.100.1/24", "ether3": "203.0.113.1/24"},
    6: {"ether1": "2001:db8:1::1/64", "ether2": "2001:db8:2::1/64", "ether3": "2001:db8:3::1/64"},
}
"""The router's addresses."""
STATES = ("new", "established", "related", "invalid", "untracked")
STRANGER = {4: "100.64.0.1", 6: "2001:db8:ffff::1"}
"""Where the packet comes from that ends a series; it does not get as far as the tables under test."""
OPEN_PORT = 7000
"""Where the router answers, so that connections get established: UDP and TCP."""

_WAIT = 10.0
_KEYS = {4: "ip id", 6: "ip6 flowlabel"}


def _watchers() -> str:
    """The tables that take notes. Numbers are kept in sets, one for each question and family."""
    sets, arrive, states, pass_on = [], [], [], []
    for family, key in _KEYS.items():
        only = f"meta nfproto ipv{family}"
        for name in ("arrived", "passed", *STATES):
            sets.append(f"set {name}{family} {{ typeof {key}; size 65535; flags dynamic; }}")
        arrive.append(f"{only} add @arrived{family} {{ {key} }}")
        arrive.append(f"{key.split()[0]} saddr {STRANGER[family]} drop")
        pass_on.append(f"{only} add @passed{family} {{ {key} }}")
        states += [f"{only} ct state {state} add @{state}{family} {{ {key} }}" for state in STATES]
    hooks = {
        "arrive": ("prerouting priority -400", arrive),
        "see_input": ("input priority -10", states),
        "see_forward": ("forward priority -10", states),
        "pass_input": ("input priority 10", pass_on),
        "pass_forward": ("forward priority 10", pass_on),
    }
    lines = ["table inet watch {", *sets]
    for name, (hook, rules) in hooks.items():
        lines += [f"chain {name} {{", f"type filter hook {hook}; policy accept;", *rules, "}"]
    return "\n".join([*lines, "}", ""])


@dataclass(frozen=True)
class Notes:
    """Numbers of packets of one family: those that met the tables, those that got through, and their states."""

    arrived: Collection[int]
    passed: Collection[int]
    states: Mapping[int, str]


class Arena:
    """The router's namespace "router" with three interfaces, and the namespace "outside" that sends."""

    def __init__(self, lab: Lab) -> None:
        self.router, self.outside = lab.namespace("router"), lab.namespace("outside")
        # Whatever comes from there is made here: no neighbours, no announcements.
        self.outside.setting("net.ipv6.conf.all.disable_ipv6", 1)
        self.outside.setting("net.ipv6.conf.default.disable_ipv6", 1)
        self._senders: dict[str, tuple[socket.socket, bytes]] = {}
        self._datagrams: list[socket.socket] = []
        self._listeners: list[socket.socket] = []
        self._marks = 0
        for interface in INTERFACES:
            lab.cable(self.router, interface, self.outside, f"to_{interface}")
        self._prepare()
        for interface in INTERFACES:
            with self.outside.inside():
                sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                sender.bind((f"to_{interface}", 0))
            shown = json.loads(self.router.run("ip", "-j", "link", "show", interface))
            self._senders[interface] = (sender, mac(shown[0]["address"]))
        self.router.nft(_watchers())
        # Packets of one sender stay in order as long as they stay on one processor.
        self._processors = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(self._processors)})

    def _prepare(self) -> None:
        settings = {
            "net.ipv4.ip_forward": 1,
            "net.ipv6.conf.all.forwarding": 1,
            "net.netfilter.nf_conntrack_tcp_be_liberal": 1,
            # A rule that rejects with a reset closes the connection, which then is forgotten soon.
            "net.netfilter.nf_conntrack_tcp_timeout_close": 600,
            "net.netfilter.nf_conntrack_tcp_timeout_syn_recv": 600,
            "net.netfilter.nf_conntrack_udp_timeout": 600,
            "net.netfilter.nf_conntrack_udp_timeout_stream": 600,
            "net.ipv4.icmp_ratelimit": 0,
        }
        for name in ("all", "default", *INTERFACES):
            settings |= {f"net.ipv4.conf.{name}.{key}": 0 for key in ("rp_filter", "send_redirects")}
            settings[f"net.ipv4.conf.{name}.accept_local"] = 1
        for family, addresses in NETWORKS.items():
            for interface, address in addresses.items():
                self.router.address(address, interface)
            gateway = str(ipaddress.ip_interface(addresses["ether1"]).network[2])
            self.router.run("ip", f"-{family}", "route", "add", "default", "via", gateway, "dev", "ether1")
        for name, value in settings.items():
            # Some of them come into being with the first use of connection tracking.
            path = Path("/proc/sys", *name.split("."))
            if path.exists():
                self.router.setting(name, value)
        with self.router.inside():
            for family, kind in ((4, socket.AF_INET), (6, socket.AF_INET6)):
                for text in NETWORKS[family].values():
                    # One for each address, so that answers come from the address that was asked.
                    own = str(ipaddress.ip_interface(text).ip)
                    datagrams = socket.socket(kind, socket.SOCK_DGRAM)
                    datagrams.bind((own, OPEN_PORT))
                    datagrams.setblocking(False)
                    self._datagrams.append(datagrams)
                    listener = socket.socket(kind, socket.SOCK_STREAM)
                    listener.bind((own, OPEN_PORT))
                    listener.listen(64)
                    self._listeners.append(listener)

    def close(self) -> None:
        """Close the sockets; the namespaces belong to the lab."""
        os.sched_setaffinity(0, self._processors)
        for each in (*(sender for sender, _mac in self._senders.values()), *self._datagrams, *self._listeners):
            each.close()

    def send(self, frame: Frame, interface: str) -> None:
        """Send a frame to one of the router's interfaces."""
        sender, address = self._senders[interface]
        sender.send(frame.on_wire(address))

    def answer(self) -> None:
        """Let the router answer what came to its open UDP port, to the sender of each packet."""
        for datagrams in self._datagrams:
            while True:
                try:
                    _data, peer = datagrams.recvfrom(2048)
                except BlockingIOError:
                    break
                datagrams.sendto(b"answer", peer)

    def load(self, script: Script) -> None:
        """Put tables under test in place of those before."""
        self.router.nft(script.text)

    def silence(self) -> None:
        """From now on the router sends nothing; connection tracking does not see what it would have answered either."""
        self.router.nft(
            "table inet silence {\nchain output {\ntype filter hook output priority -400; policy drop;\n}\n}\n"
        )

    def settle(self, family: int) -> None:
        """Wait until everything that was sent has been dealt with: packets are handled in the order they came."""
        self._marks += 1
        number = 0xFFFF - self._marks
        address = str(ipaddress.ip_interface(NETWORKS[family]["ether1"]).ip)
        self.send(Frame(number, STRANGER[family], address, "udp", 9, 9), "ether1")
        end = time.monotonic() + _WAIT
        name = f"arrived{family}"
        while str(number) not in self._sets("inet watch", name)[name]:
            if time.monotonic() > end:
                raise TimeoutError(f"packet {number} never arrived")

    def notes(self, family: int) -> Notes:
        """What was seen so far."""
        sets = self._sets("inet watch")
        found = {name: {int(number) for number in sets[f"{name}{family}"]} for name in ("arrived", "passed", *STATES)}
        states = {number: state for state in STATES for number in found[state]}
        return Notes(found["arrived"], found["passed"], states)

    def listed(self, script: Script, family: int) -> dict[str, set[str]]:
        """The addresses in each address list of the tables under test that single addresses were added to."""
        sets = self._sets(TABLES[family]) if script.lists else {}
        return {name: set(sets[f"{shown}_dynamic"]) for name, shown in script.lists.items()}

    def _sets(self, *names: str) -> dict[str, list[str]]:
        """The elements of one set, or of all sets of a table."""
        table = names[0].split()
        what = ["set", *table, names[1]] if len(names) > 1 else ["table", *table]
        shown = json.loads(self.router.run("nft", "-j", "list", *what))
        found: dict[str, list[str]] = {}
        for part in shown["nftables"]:
            if "set" in part:
                found[part["set"]["name"]] = [_value(element) for element in part["set"].get("elem", ())]
        return found


def _value(element: Any) -> str:
    return str(element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element)
