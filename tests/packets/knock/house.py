# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router with a door behind a knock, and those who come to it: our client, knock(1), nmap, hping3, a browser.

Rules are those that the role leaves on a simulated router, read back over the API, translated to nftables and loaded
into the router's namespace. A matcher that cannot be translated ends the test.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab, LabError, Namespace
from ansible_collections.bastion.routeros.tests.packets.nft import TABLES, Script, translate
from routeros_simulator.testing import running

Rows = Sequence[Mapping[str, str]]

FULL = bool(os.environ.get("PACKETS_FULL"))
PORT = 8729
STEP, OPEN, PENALTY = 3, 4, 5
"""Seconds for a next step, that the door is open, and that a wrong port costs."""
SEQUENCES = {
    "mixed": ["tcp/21873", "udp/12077", "tcp/18511"],
    # The weakest that the role takes: a scan of one protocol meets every step of it.
    "tcp": ["tcp/21873", "tcp/12077", "tcp/18511"],
    "udp": ["udp/21873", "udp/12077", "udp/18511"],
    "listed": ["tcp/21873", "udp/12077", "tcp/18511"],
    "patient": ["tcp/21873", "udp/12077/64", "tcp/18511"],
    **({"browser": ["tcp/21873", "tcp/12077", "tcp/18511"]} if FULL else {}),
}
# Programs of others take their time: a browser to start, and nc waits a second for an answer.
_PATIENT = {"knock_step_timeout": "30s", "knock_penalty": "40s", "knock_open_for": "30s"}
MORE = {"listed": {"knock_interface_list": "WAN"}, "patient": _PATIENT, "browser": _PATIENT}
ROUTER = {4: "192.0.2.1", 6: "2001:db8::1"}
INSIDE = {4: "198.51.100.1", 6: "2001:db8:2::1"}
BROADCAST = {4: "192.0.2.255", 6: "ff02::1%eth0"}
TRUSTED = "192.0.2.99"
MEMBERS = {"WAN": ["wire"], "LAN": ["lan"]}
CALM = {
    # Tens of thousands of packets are forgotten soon.
    "net.netfilter.nf_conntrack_tcp_timeout_close": 1,
    "net.netfilter.nf_conntrack_udp_timeout": 2,
    # However many packets are refused, whoever scans is told of each one.
    "net.ipv4.icmp_ratelimit": 0,
    "net.ipv4.icmp_msgs_per_sec": 1_000_000,
    "net.ipv6.icmp.ratelimit": 0,
}


def need(tool: str) -> str:
    """The path of a program of others; without it the test is skipped."""
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found


class Rulesets:
    """What the role leaves on a router, by the name of its sequence; made once for all processes of a run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[int, tuple[Rows, Rows]]] = {}

    def of(self, name: str) -> dict[int, tuple[Rows, Rows]]:
        """The rows of the filter and of the address lists, by family."""
        if not self._known:
            path = self._folder / "rulesets.json"
            with (self._folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not path.exists():
                    path.write_text(json.dumps(self._made()), encoding="utf-8")
            for each, families in json.loads(path.read_text(encoding="utf-8")).items():
                self._known[each] = {int(family): tuple(rows) for family, rows in families.items()}
        return self._known[name]

    def _made(self) -> dict[str, dict[int, tuple[Rows, Rows]]]:
        """One play for all of them, each on a router of its own."""
        start = self._folder / "router.rsc"
        start.write_text("/interface list\nadd name=WAN\nadd name=LAN\n", encoding="ascii")
        with contextlib.ExitStack() as stack:
            ports = {
                name: stack.enter_context(running("7.22.3", time_scale=5, load=start)).api_ssl_port
                for name in SEQUENCES
            }
            variables = {
                "knock_ports": [PORT],
                "knock_step_timeout": f"{STEP}s",
                "knock_open_for": f"{OPEN}s",
                "knock_penalty": f"{PENALTY}s",
                "knock_trusted_sources": ["127.0.0.1", TRUSTED],
                "knock_settle": 0.1,
            }
            hosts = {
                name: {"ansible_port": ports[name], "knock_sequence": steps, **MORE.get(name, {})}
                for name, steps in SEQUENCES.items()
            }
            done = Stage(self._folder, 0, variables, hosts).play(playbook="bastion.routeros.knock")
            assert done.changes == dict.fromkeys(SEQUENCES, 1), done.text
            return {name: read_rules(port) for name, port in ports.items()}


def read_rules(port: int, host: str = "127.0.0.1") -> dict[int, tuple[Rows, Rows]]:
    """The filter and the address lists of each family of a router without a certificate, over the API."""
    way = ConnectionOptions(host=host, port=port, user="admin", tls="anonymous")
    with contextlib.closing(Door(way).open()) as session:
        return {
            family: (session.read(f"{menu}/filter"), session.read(f"{menu}/address-list"))
            for family, menu in ((4, "/ip/firewall"), (6, "/ipv6/firewall"))
        }


@dataclass
class Network:
    """A router; clients of the outside (client, other, and neighbours behind a NAT), and one of the LAN (inside)."""

    router: Namespace
    client: Namespace
    other: Namespace
    inside: Namespace
    honest: Namespace
    scanner: Namespace


def build(lab: Lab) -> Network:
    """The namespaces with their addresses; nobody listens yet."""
    names = ("router", "client", "other", "inside", "honest", "scanner")
    router, client, other, inside, honest, scanner = (lab.namespace(name) for name in names)
    gateway = lab.namespace("gateway")
    for bridge in MEMBERS["WAN"] + MEMBERS["LAN"]:
        router.run("ip", "link", "add", bridge, "type", "bridge")
        router.run("ip", "link", "set", bridge, "up")
    plugs = ((client, "wire", 7), (other, "wire", 8), (gateway, "wire", 9), (inside, "lan", 7))
    for number, (who, bridge, last) in enumerate(plugs):
        lab.cable(router, f"port{number}", who, "eth0")
        router.run("ip", "link", "set", f"port{number}", "master", bridge)
        outside = bridge == "wire"
        who.address(f"192.0.2.{last}/24" if outside else f"198.51.100.{last}/24", "eth0")
        who.address(f"2001:db8::{last}/64" if outside else f"2001:db8:2::{last}/64", "eth0")
    client.address(f"{TRUSTED}/24", "eth0")
    for family, length in ((4, 24), (6, 64)):
        router.address(f"{ROUTER[family]}/{length}", "wire")
        router.address(f"{INSIDE[family]}/{length}", "lan")
    for name, value in CALM.items():
        router.setting(name, value)
    _translate(lab, gateway, honest, scanner)
    return Network(router, client, other, inside, honest, scanner)


def _translate(lab: Lab, gateway: Namespace, *behind: Namespace) -> None:
    """Put namespaces behind one address of the gateway."""
    for number, who in enumerate(behind, 1):
        lab.cable(gateway, f"home{number}", who, "eth0")
        gateway.address(f"10.0.{number}.1/24", f"home{number}")
        gateway.address(f"fd00:{number}::1/64", f"home{number}")
        who.address(f"10.0.{number}.2/24", "eth0")
        who.address(f"fd00:{number}::2/64", "eth0")
        who.run("ip", "route", "add", "default", "via", f"10.0.{number}.1")
        who.run("ip", "-6", "route", "add", "default", "via", f"fd00:{number}::1")
    gateway.setting("net.ipv4.ip_forward", 1)
    gateway.setting("net.ipv6.conf.all.forwarding", 1)
    gateway.nft(
        'table inet home {\nchain out {\ntype nat hook postrouting priority 100;\noifname "eth0" masquerade\n}\n}\n'
    )


@contextlib.contextmanager
def echo(router: Namespace, *ports: int) -> Iterator[None]:
    """Answer on these TCP ports of the router with what comes in."""
    with router.inside():
        listeners = [
            socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
            for port in ports
        ]

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(100):
                connection.sendall(data)

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=listener.accept()[:1], daemon=True).start()

    for listener in listeners:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
    try:
        yield
    finally:
        for listener in listeners:
            # A thread that waits in accept keeps the port until it is woken.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


@dataclass
class House:
    """The router with rules in force, and who comes to it; by default over the outside."""

    network: Network
    family: int
    rulesets: Rulesets
    steps: tuple[knock.Step, ...] = ()
    script: Script = field(default_factory=lambda: Script("", {}))

    @property
    def host(self) -> str:
        """The router's address."""
        return ROUTER[self.family]

    def use(self, name: str) -> None:
        """Put the rules of the role for this sequence in force."""
        self.steps = knock.parse(SEQUENCES[name])
        self.load(*self.rulesets.of(name)[self.family])

    def forget(self) -> None:
        """Forget who did what, as if everything had run out."""
        self.network.router.nft(self.script.text)

    def load(self, filters: Rows, lists: Rows = ()) -> None:
        """Put these rules in force; all that the ones before remembered is forgotten."""
        self.script = translate(
            self.family, filter=filters, address_lists=lists, interface_members=MEMBERS, approximate=True
        )
        self.forget()

    def open(self, who: Namespace | None = None, source: str = "", host: str = "") -> bool:
        """Whether a connection gets in."""
        with (who or self.network.client).inside():
            return knock.is_open(host or self.host, PORT, source, 0.3)

    def knock(self, *steps: knock.Step, who: Namespace | None = None, pause: float = 0.02) -> None:
        """Send these steps, by default the right ones, with our client."""
        with (who or self.network.client).inside():
            knock.play(self.host, steps or self.steps, pause=pause)

    def nmap(self, *options: str, who: Namespace | None = None) -> str:
        """nmap, as fast as that goes."""
        six = ["-6"] if self.family == 6 else []
        words = [need("nmap"), *six, "-n", "-T5", *options, self.host]
        return (who or self.network.client).run(*words)

    def backwards(self, protocol: str, last: int = 65535, first: int = 1) -> None:
        """A packet to each port from the last one down: by hping3's script language, which speaks IPv4 only."""
        if self.family == 6:
            self.knock(*(knock.Step(protocol, port) for port in range(last, first - 1, -1)), pause=0)
            return
        layer = "tcp(sport=40000,dport=$port,flags=s)" if protocol == "tcp" else "udp(sport=40000,dport=$port)"
        send = f'hping send "ip(saddr=192.0.2.7,daddr={self.host},ttl=64)+{layer}"'
        self.hping(f"for {{set port {last}}} {{$port >= {first}}} {{incr port -1}} {{ {send} }}")

    def hping(self, script: str) -> None:
        """Run a script of hping3."""
        path = Path(os.environ.get("TMPDIR", "/tmp")) / f"bastion-{os.getpid()}.htcl"
        path.write_text(script, encoding="ascii")
        try:
            self.network.client.run(need("hping3"), "exec", str(path))
        finally:
            path.unlink()

    def listed(self, name: str) -> list[str]:
        """The addresses that are in an address list now."""
        shown = json.loads(
            self.network.router.run(
                "nft", "-j", "list", "set", *TABLES[self.family].split(), f"{self.script.lists[name]}_dynamic"
            )
        )
        (found,) = (part["set"] for part in shown["nftables"] if "set" in part)
        return [str(each["elem"]["val"]) for each in found.get("elem", ())]

    def added(self, name: str) -> int:
        """How many packets were let into an address list so far, whether that has run out or not."""
        text = self.network.router.run("nft", "list", "table", *TABLES[self.family].split())
        pattern = rf"counter packets (\d+) bytes \d+ (?:add|update) @{self.script.lists[name]}_dynamic\b"
        return sum(int(packets) for packets in re.findall(pattern, text))

    def until_added(self, name: str) -> None:
        """Wait until somebody is in this list."""
        end = time.monotonic() + 60
        while not self.added(name):
            if time.monotonic() > end:
                raise TimeoutError(f"nobody came into {name}")
            time.sleep(0.1)

    def pardoned(self, name: str = "bastion-knock-penalty") -> None:
        """Wait until nobody is in this list."""
        end = time.monotonic() + 60
        while self.listed(name):
            if time.monotonic() > end:
                raise TimeoutError(f"{name} still holds {self.listed(name)}")
            time.sleep(0.1)


def naive(sequence: Sequence[str]) -> list[dict[str, str]]:
    """The recipe of the guides: a list for each step, in order, and nothing against wrong ones."""
    found = []
    for number, step in enumerate(knock.parse(list(sequence)), 1):
        rule = {"chain": "input", "protocol": step.protocol, "dst-port": str(step.port)}
        rule |= {"action": "add-src-to-address-list", "address-list": f"knock{number}", "address-list-timeout": "1m"}
        found.append(rule | ({"src-address-list": f"knock{number - 1}"} if number > 1 else {}))
    door = {"chain": "input", "protocol": "tcp", "dst-port": str(PORT)}
    established = {"chain": "input", "connection-state": "established", "action": "accept"}
    last = {"src-address-list": f"knock{len(found)}", "action": "accept"}
    return [established, *found, door | last, door | {"action": "drop"}]


__all__ = ["House", "LabError", "Network", "Rulesets", "build", "echo", "naive", "need", "read_rules"]
