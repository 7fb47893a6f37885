# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses, prefixes and ranges of both families, and host names.

How routers read them back (RouterOS manual; seen on 7.23): in firewall rules and address lists an IPv4 host has no mask
and a range that is exactly one prefix becomes that prefix; services and IPsec peers keep /32; an IPv6 host has /128
everywhere.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import BadValue, refuse, scalar

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


def shown6(address: ipaddress.IPv6Address) -> str:
    """An IPv6 address as RouterOS prints it: compressed, lower case, IPv4-mapped ones dotted (::ffff:192.0.2.1)."""
    mapped = address.ipv4_mapped
    return f"::ffff:{mapped}" if mapped is not None else str(address).lower()


def network(text: str) -> _Network | None:
    """The network that a host or prefix of either family names, host bits cleared, or None. No hostmasks, no zones."""
    _address, slash, mask = text.partition("/")
    if "%" in text or (slash and not mask):
        return None
    try:
        found: _Network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    # ipaddress reads 0.0.0.255 as a hostmask; for RouterOS masks are netmasks.
    if "." in mask and str(found.netmask) != mask:
        return None
    return None if ":" in mask else found


def host_bits(text: str, found: _Network) -> bool:
    """Whether the prefix `text` has bits set behind its mask."""
    return ipaddress.ip_address(text.partition("/")[0]) != found.network_address


def prefix_text(found: _Network, masked: bool = True) -> str:
    """The prefix as RouterOS prints it; `masked`: IPv4 hosts keep /32 (IPv6 hosts always keep /128)."""
    if isinstance(found, ipaddress.IPv6Network):
        return f"{shown6(found.network_address)}/{found.prefixlen}"
    return str(found) if masked or found.prefixlen < 32 else str(found.network_address)


def ends(text: str) -> tuple[int, int, int] | None:
    """Family, first and last address of a host, prefix or range, or None."""
    first, dash, last = text.partition("-")
    if dash:
        low, high = network(first), network(last)
        if low is None or high is None or low.version != high.version or "/" in text:
            return None
        return low.version, int(low.network_address), int(high.network_address)
    found = network(text)
    if found is None:
        return None
    return found.version, int(found.network_address), int(found.broadcast_address)


def is_name(text: str) -> bool:
    """Whether this can be a DNS name, and cannot be taken for a mistyped address."""
    labels = text.rstrip(".").split(".")
    last = labels[-1]
    return (
        len(text) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not re.fullmatch(r"[0-9-]+|0x[0-9a-fA-F]+", last)
    )


@dataclass(frozen=True)
class Prefix:
    """A host or prefix. `family` 4 or 6 (0: either); `ranges`: IPv4 ranges too; `names`: DNS names too."""

    family: int = 0
    masked: bool = True
    ranges: bool = False
    names: bool = False
    keywords: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What error messages ask for."""
        kind = {4: "an IPv4 address, prefix", 6: "an IPv6 address or prefix", 0: "an IP address or prefix"}[self.family]
        example = {4: "192.0.2.0/24", 6: "2001:db8::/32", 0: "192.0.2.0/24 or 2001:db8::/32"}[self.family]
        if self.family == 4:
            kind += " or range" if self.ranges else ""
            kind = kind if self.ranges else kind.replace(", prefix", " or prefix")
        more = " or a DNS name" if self.names else ""
        more += f" or {' or '.join(self.keywords)}" if self.keywords else ""
        return f"{kind}{more} such as {example}"

    def write(self, value: object) -> str:
        """The canonical text. Refuses host bits, naming the right network, and what only looks like an address."""
        text = scalar(value, self.expected)
        if text.lower() in self.keywords:
            return text.lower()
        if self.ranges and "-" in text and (written := self._range(text)):
            return written
        found = network(text)
        if found is not None:
            self._fits(found, text)
            return prefix_text(found, self.masked)
        if self.names and is_name(text):
            return text.rstrip(".")
        refuse(self.expected, value, self._hint(text))

    def _fits(self, found: _Network, text: str) -> None:
        if self.family and found.version != self.family:
            refuse(self.expected, text, f"that is IPv{found.version}")
        if host_bits(text, found):
            right = prefix_text(found)
            raise BadValue(f"{text} has host bits set; the network is {right} (or name the host alone, without a mask)")

    def _range(self, text: str) -> str | None:
        low, _dash, high = text.partition("-")
        try:
            first, last = ipaddress.IPv4Address(low.strip()), ipaddress.IPv4Address(high.strip())
        except ValueError:
            return None
        if last < first:
            raise BadValue(f"the range {text} ends before it starts")
        whole = list(ipaddress.summarize_address_range(first, last))
        return prefix_text(whole[0], self.masked) if len(whole) == 1 else f"{first}-{last}"

    def _hint(self, text: str) -> str:
        low, dash, high = text.partition("-")
        start = network(low)
        if dash and start is not None:
            if not self.ranges:
                return "ranges are not taken here; name prefixes"
            if start.version == 4 and high.isdigit() and int(high) < 256:
                return f"write the range in full: {low}-{low.rpartition('.')[0]}.{high}"
        if ":" in text and "%" in text:
            return "interface names (%) are not taken here"
        return "names are not taken here" if not self.names and is_name(text) else ""

    def key(self, text: str) -> Hashable:
        """Family, first and last address; names in lower case; else the text."""
        return ends(text) or text.lower().rstrip(".")

    def show(self, text: str) -> Any:
        """The text."""
        return text


@dataclass(frozen=True)
class Address:
    """One address without a mask. `names`: or a DNS name; `keywords`: or one of these words."""

    family: int = 0
    names: bool = False
    keywords: tuple[str, ...] = ()

    def write(self, value: object) -> str:
        """The canonical text."""
        version = f"IPv{self.family}" if self.family else "IP"
        more = " or a DNS name" if self.names else ""
        more += f" or {' or '.join(self.keywords)}" if self.keywords else ""
        expected = f"an {version} address{more}"
        text = scalar(value, expected)
        if text.lower() in self.keywords:
            return text.lower()
        literal, percent, zone = text.partition("%")
        try:
            address = ipaddress.ip_address(literal)
        except ValueError:
            if self.names and is_name(text):
                return text
            refuse(expected, value, "no mask is taken here" if network(text) else "")
        if self.family and address.version != self.family:
            refuse(expected, value, f"that is IPv{address.version}")
        if isinstance(address, ipaddress.IPv6Address):
            return shown6(address) + percent + zone
        if percent:
            refuse(expected, value)
        return str(address)

    def key(self, text: str) -> Hashable:
        """The address as (family, number, zone), or the text in lower case."""
        literal, _percent, zone = text.partition("%")
        try:
            address = ipaddress.ip_address(literal)
        except ValueError:
            return text.lower()
        return address.version, int(address), zone

    def show(self, text: str) -> Any:
        """The text."""
        return text


class InterfaceAddress:
    """An address with the mask of its network, as /ip/address has it: host bits belong there."""

    def write(self, value: object) -> str:
        """ADDRESS/BITS; a bare host gets /32 or /128."""
        expected = "an address with its prefix length such as 192.0.2.1/24"
        text = scalar(value, expected)
        try:
            found = ipaddress.ip_interface(text)
        except ValueError:
            refuse(expected, value)
        address = found.ip
        plain = shown6(address) if isinstance(address, ipaddress.IPv6Address) else str(address)
        return f"{plain}/{found.network.prefixlen}"

    def key(self, text: str) -> Hashable:
        """Address and prefix length, or the text."""
        try:
            found = ipaddress.ip_interface(text)
        except ValueError:
            return text
        return found.version, int(found.ip), found.network.prefixlen

    def show(self, text: str) -> Any:
        """The text."""
        return text
