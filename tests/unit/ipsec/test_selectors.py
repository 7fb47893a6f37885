# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two policies overlap when a packet exists that both are for."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.selectors import overlap
from hypothesis import given
from hypothesis import strategies as st

PREFIXES = ["192.0.2.0/30", "192.0.2.1/32", "192.0.2.2/31", "0.0.0.0/0", "2001:db8::/126", "2001:db8::1/128"]
HOSTS = [str(host) for text in ("192.0.2.0/30", "2001:db8::/126") for host in ip_network(text)]
PROTOCOLS = ["tcp", "udp", "icmp"]
PORTS = ["80", "443", "9999"]
POLICY = st.fixed_dictionaries(
    {
        "src-address": st.sampled_from(PREFIXES),
        "dst-address": st.sampled_from(PREFIXES),
        "protocol": st.sampled_from(["all", "tcp", "udp"]),
        "src-port": st.sampled_from(["any", "80", "443"]),
        "dst-port": st.sampled_from(["any", "80"]),
    }
)
PACKETS = [
    (source, destination, protocol, source_port, destination_port)
    for source in HOSTS
    for destination in HOSTS
    for protocol in PROTOCOLS
    for source_port in PORTS
    for destination_port in PORTS
    if ip_address(source).version == ip_address(destination).version
]


def takes(row: dict[str, str], packet: tuple[str, str, str, str, str]) -> bool:
    source, destination, protocol, source_port, destination_port = packet
    return (
        ip_address(source) in ip_network(row["src-address"])
        and ip_address(destination) in ip_network(row["dst-address"])
        and row["protocol"] in ("all", protocol)
        and row["src-port"] in ("any", source_port)
        and row["dst-port"] in ("any", destination_port)
    )


@given(POLICY, POLICY)
def test_overlap_is_a_common_packet(left: dict[str, str], right: dict[str, str]) -> None:
    common = any(takes(left, packet) and takes(right, packet) for packet in PACKETS)
    # A policy from IPv4 to IPv6 is for no packet; that it may still count as overlapping does no harm.
    assert overlap(left, right) >= common
    if len({ip_network(row[side]).version for row in (left, right) for side in ("src-address", "dst-address")}) == 1:
        assert overlap(left, right) == common
    assert overlap(left, right) == overlap(right, left)


def test_what_cannot_be_read_overlaps() -> None:
    assert overlap({"src-address": "*3", "dst-address": "192.0.2.1/32"}, {"dst-address": "192.0.2.1/32"})
    assert overlap({"src-address": "::/0", "dst-address": "::/0"}, {"src-address": "192.0.2.1/32"})
