# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ethernet frames made by hand: any source, any flags, any size."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ece": 64, "cwr": 128}


@dataclass(frozen=True)
class Frame:
    """One packet. `number` goes into the IPv4 identification or the IPv6 flow label, so that it is known again."""

    number: int
    source: str
    destination: str
    protocol: str = "tcp"
    source_port: int = 0
    destination_port: int = 0
    flags: tuple[str, ...] = ()
    payload: bytes = b""
    ttl: int = 64
    dscp: int = 0
    icmp: tuple[int, int] = (0, 0)
    source_mac: str = "02:00:00:00:00:01"

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.source else 4

    @property
    def size(self) -> int:
        """Bytes with the IP header."""
        return len(self.packet())

    def on_wire(self, destination_mac: bytes) -> bytes:
        """The frame on the wire."""
        kind = 0x0800 if self.family == 4 else 0x86DD
        return destination_mac + mac(self.source_mac) + struct.pack("!H", kind) + self.packet()

    def packet(self) -> bytes:
        """The IP packet."""
        source = ipaddress.ip_address(self.source).packed
        destination = ipaddress.ip_address(self.destination).packed
        protocol = PROTOCOLS[self.protocol]
        segment = self._segment()
        if self.family == 4:
            pseudo = source + destination + struct.pack("!BBH", 0, protocol, len(segment))
        else:
            pseudo = source + destination + struct.pack("!IHBB", len(segment), 0, 0, protocol)
        if self.protocol == "icmp":
            pseudo = b""
        at = {"tcp": 16, "udp": 6}.get(self.protocol, 2)
        checksum = _checksum(pseudo + segment)
        segment = segment[:at] + struct.pack("!H", checksum) + segment[at + 2 :]
        if self.family == 6:
            first = 6 << 28 | self.dscp << 22 | self.number
            return struct.pack("!IHBB", first, len(segment), protocol, self.ttl) + source + destination + segment
        header = struct.pack(
            "!BBHHHBBH", 0x45, self.dscp << 2, 20 + len(segment), self.number, 0, self.ttl, protocol, 0
        )
        header += source + destination
        return header[:10] + struct.pack("!H", _checksum(header)) + header[12:] + segment

    def _segment(self) -> bytes:
        ports = struct.pack("!HH", self.source_port, self.destination_port)
        if self.protocol == "udp":
            return ports + struct.pack("!HH", 8 + len(self.payload), 0) + self.payload
        if self.protocol == "tcp":
            flags = sum(FLAGS[flag] for flag in self.flags)
            return ports + struct.pack("!IIBBHHH", 1000, 1000, 5 << 4, flags, 65535, 0, 0) + self.payload
        return struct.pack("!BBHI", *self.icmp, 0, 0) + self.payload


def mac(text: str) -> bytes:
    """A MAC address as bytes."""
    return bytes.fromhex(text.replace(":", ""))


def _checksum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
