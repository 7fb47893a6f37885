# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which peer a row or a line of the log belongs to: by address, the narrowest prefix first, or by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Row = Mapping[str, str]
Address = IPv4Address | IPv6Address
# What may be an address within a message; whether it is one is asked afterwards.
_TOKEN = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)|(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:.])"
)
# From here on, what was told before is settled.
SETTLED = re.compile(r"\bestablished\b|peer authorized", re.IGNORECASE)
# They show keys and whole packets.
NOT_SHOWN = frozenset({"debug", "packet"})


def host(text: str) -> Address | None:
    """The address in ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT or ADDRESS/BITS; IPv4 within IPv6 as IPv4. Else None."""
    text = text.split("/")[0].split("%")[0].strip()
    if text.startswith("["):
        text = text[1:].split("]")[0]
    elif text.count(":") == 1:
        text = text.split(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def hosts(message: str) -> list[Address]:
    """The addresses that a message speaks of, in its order."""
    return [found for match in _TOKEN.finditer(message) if (found := host(match[0])) is not None]


class Peers:
    """The peers of a router by the addresses of their other ends. Disabled ones come last."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._spans = []
        for row in rows:
            # Where the address is a name, the router shows which address it stands for.
            text = row.get("address") or ""
            for each in (text, row.get("current-address", "")):
                try:
                    self._spans.append((ip_network(each, strict=False), row))
                except ValueError:
                    continue
            if not text:
                self._spans += [(ip_network(everywhere), row) for everywhere in ("0.0.0.0/0", "::/0")]
        self._spans.sort(key=lambda each: (each[1].get("disabled") == "true", -each[0].prefixlen))

    def at(self, *found: Address | None) -> str:
        """The name of the peer at one of these addresses, the one with the narrowest prefix; "" for none."""
        for network, row in self._spans:
            if any(each is not None and each.version == network.version and each in network for each in found):
                return row.get("name", "")
        return ""

    def only(self) -> str:
        """The name of the one peer that is not disabled; "" when there are several, or none."""
        names = [row.get("name", "") for row in self._rows if row.get("disabled") != "true"]
        return names[0] if len(names) == 1 else ""

    def named(self, message: str) -> str:
        """The name of a peer that stands in a message as a word; "" for none."""
        words = set(message.split())
        return next((name for row in self._rows if (name := row.get("name", "")) and name in words), "")


def lines(log: Sequence[Row], peers: Peers, own: frozenset[Address]) -> Iterator[tuple[str, Row]]:
    """The rows of the topic ipsec with the peer that each is about ("": nobody's), in their order.

    Many messages name nobody; they belong to the one that was named last, or next, or to the only one that there is.
    """
    told = [row for row in log if _is_told(row.get("topics", ""))]
    owners = [_owner(row.get("message", ""), peers, own) for row in told]
    following = ""
    backwards = []
    for owner in reversed(owners):
        following = owner or following
        backwards.append(following)
    last = ""
    for row, owner, upcoming in zip(told, owners, reversed(backwards), strict=True):
        last = owner or last
        yield last or upcoming or peers.only(), row


def _is_told(topics: str) -> bool:
    words = set(topics.split(","))
    return "ipsec" in words and not words & NOT_SHOWN


def _owner(message: str, peers: Peers, own: frozenset[Address]) -> str:
    return peers.named(message) or peers.at(*(each for each in hosts(message) if each not in own))


def since_settled(rows: Sequence[Row]) -> list[Row]:
    """The rows after the last one that tells of a success."""
    last = max((at for at, row in enumerate(rows) if SETTLED.search(row.get("message", ""))), default=-1)
    return list(rows[last + 1 :])
