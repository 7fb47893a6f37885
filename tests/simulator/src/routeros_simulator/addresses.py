# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, prefixes and ranges in the forms that RouterOS reads back; None for anything else."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, summarize_address_range


def _ip4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def _ip6(text: str) -> IPv6Address | None:
    if ":" not in text or "%" in text:
        return None
    try:
        return IPv6Address(text)
    except AddressValueError:
        return None


def show_ip6(number: int) -> str:
    """Compressed, lower case; IPv4-mapped addresses with dots (::ffff:0.0.0.0, seen on routers)."""
    if number >> 32 == 0xFFFF:
        return f"::ffff:{IPv4Address(number & 0xFFFFFFFF)}"
    return str(IPv6Address(number))


def address(text: str) -> str | None:
    """One host of either family."""
    return ip4_address(text) or ip6_address(text)


def ip4_address(text: str) -> str | None:
    """One IPv4 host."""
    found = _ip4(text)
    return None if found is None else str(found)


def ip6_address(text: str) -> str | None:
    """One IPv6 host."""
    found = _ip6(text)
    return None if found is None else show_ip6(int(found))


def _split(text: str, bits: int) -> tuple[str, int] | None:
    host, slash, length = text.partition("/")
    if not slash:
        return host, bits
    if not (length.isascii() and length.isdigit() and int(length) <= bits):
        return None
    return host, int(length)


def ip4_prefix(text: str, *, host_mask: bool) -> str | None:
    """An IPv4 prefix with its host bits cleared; a single host with /32 or without."""
    parts = _split(text, 32)
    found = _ip4(parts[0]) if parts else None
    if parts is None or found is None:
        return None
    length = parts[1]
    network = IPv4Address(int(found) >> 32 - length << 32 - length)
    return str(network) if length == 32 and not host_mask else f"{network}/{length}"


@lru_cache(maxsize=1024)
def ip6_prefix(text: str) -> str | None:
    """An IPv6 prefix with its host bits cleared; a single host has /128."""
    parts = _split(text, 128)
    found = _ip6(parts[0]) if parts else None
    if parts is None or found is None:
        return None
    length = parts[1]
    return f"{show_ip6(int(found) >> 128 - length << 128 - length)}/{length}"


@lru_cache(maxsize=1024)
def ip4_range(text: str) -> str | None:
    """Host, prefix or range; /32 is dropped, a range that is exactly one prefix turns into it."""
    if "-" not in text:
        return ip4_prefix(text, host_mask=False)
    first_text, _unused, last_text = text.partition("-")
    first, last = _ip4(first_text), _ip4(last_text)
    if first is None or last is None or first > last:
        return None
    networks = list(summarize_address_range(first, last))
    if len(networks) == 1:
        return str(first) if first == last else str(networks[0])
    return f"{first}-{last}"


def contains(prefix: str, number: int, version: int) -> bool:
    """Whether a host (as a number of that IP version) lies in a prefix or range as written by the functions above."""
    if (":" in prefix) != (version == 6):
        return False
    if "-" in prefix:
        first, _unused, last = prefix.partition("-")
        return int(IPv4Address(first)) <= number <= int(IPv4Address(last))
    host, slash, length = prefix.partition("/")
    bits = 32 if version == 4 else 128
    base = int(IPv4Address(host)) if version == 4 else int(IPv6Address(host))
    shift = bits - int(length) if slash else 0
    return base >> shift == number >> shift
