# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What really goes over a wire: every frame that passes an interface, sorted by what an eavesdropper can tell."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from types import TracebackType

from ansible_collections.bastion.routeros.tests.packets.frames import PROTOCOLS
from ansible_collections.bastion.routeros.tests.packets.namespaces import LabError, Namespace

_ALL, _SOL_PACKET, _STATISTICS = 3, 263, 6
_IKE, _NAT_T = 500, 4500
_ROOM = 64 * 1024 * 1024
_NAMES = {number: name for name, number in PROTOCOLS.items()} | {50: "esp", 51: "ah"}
ENCRYPTED = frozenset({"ike", "esp", "keepalive"})
"""What a tunnel consists of, seen from outside."""
NEIGHBOURS = frozenset({"arp", "icmp", "icmpv6"})
"""What a wire carries besides, and what tells nothing about the API."""


@dataclass(frozen=True)
class Seen:
    """One packet. `kind`: ike, esp, keepalive, arp, tcp, ...; `data`: what TCP or UDP carries, else all of it."""

    kind: str
    source: str = ""
    destination: str = ""
    ports: tuple[int, int] = (0, 0)
    data: bytes = b""


def sort(frame: bytes) -> Seen:
    """What a frame is."""
    (kind,) = struct.unpack_from("!H", frame, 12)
    packet = frame[14:]
    if kind == 0x0800:
        length, protocol = (packet[0] & 15) * 4, packet[9]
        source, destination = packet[12:16], packet[16:20]
        # Frames are filled up to 60 bytes; offloaded ones have no length.
        packet = packet[: struct.unpack_from("!H", packet, 2)[0] or len(packet)]
        fragment = struct.unpack_from("!H", packet, 6)[0] & 0x1FFF
    elif kind == 0x86DD:
        length, protocol, fragment = 40, packet[6], 0
        source, destination = packet[8:24], packet[24:40]
        if protocol == 0:  # hop by hop: listeners of multicast groups
            protocol, length = packet[40], 48 + packet[41] * 8
        packet = packet[: 40 + (struct.unpack_from("!H", packet, 4)[0] or len(packet))]
    else:
        return Seen("arp" if kind == 0x0806 else f"ethertype {kind:#06x}", data=packet)
    ends = str(ipaddress.ip_address(source)), str(ipaddress.ip_address(destination))
    name, inner = _NAMES.get(protocol, f"protocol {protocol}"), packet[length:]
    if fragment or name not in ("tcp", "udp"):
        return Seen("fragment" if fragment else name, *ends, data=inner)
    ports = struct.unpack_from("!HH", inner)
    data = inner[8:] if name == "udp" else inner[(inner[12] >> 4) * 4 :]
    if name == "udp" and _NAT_T in ports:
        if data == b"\xff":
            name = "keepalive"
        elif len(data) > 8:
            name = "ike" if data[:4] == bytes(4) else "esp"
    elif name == "udp" and _IKE in ports:
        name = "ike"
    return Seen(name, *ends, (ports[0], ports[1]), data)


class Wiretap:
    """Takes in everything that passes one interface while the block runs."""

    def __init__(self, namespace: Namespace, interface: str) -> None:
        with namespace.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, 33, _ROOM)  # SO_RCVBUFFORCE
        self._socket.bind((interface, _ALL))
        self._socket.setblocking(False)
        self._seen: list[Seen] = []

    def __enter__(self) -> Wiretap:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def seen(self) -> list[Seen]:
        """Everything so far.

        :raises LabError: packets were lost, so that nothing can be said for certain
        """
        while True:
            try:
                self._seen.append(sort(self._socket.recv(262144)))
            except BlockingIOError:
                break
        _taken, lost = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8))
        if lost:
            raise LabError(f"the wiretap lost {lost} packets")
        return self._seen

    def forget(self) -> list[Seen]:
        """Hand out what was seen, and begin anew: for what a scenario expects to see in clear."""
        seen, self._seen = self.seen(), []
        return seen

    def kinds(self) -> Counter[str]:
        """How many packets of each kind, neighbours' talk left out."""
        return Counter(each.kind for each in self.seen() if each.kind not in NEIGHBOURS)

    def in_clear(self, ports: Collection[int]) -> int:
        """The bytes that TCP carried from and to these ports, for everybody to read."""
        return sum(len(each.data) for each in self.seen() if each.kind == "tcp" and set(each.ports) & set(ports))

    def foreign(self) -> list[Seen]:
        """Packets that are neither the tunnel's nor neighbours' talk."""
        return [each for each in self.seen() if each.kind not in ENCRYPTED | NEIGHBOURS]
