# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and prefixes as users write them into a policy: who may connect. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from contextlib import suppress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# All of IPv6 that is routed on the Internet: as good as ::/0 for "who may connect".
_EVERYONE: tuple[Network, ...] = (
    ipaddress.IPv4Network("0.0.0.0/0"),
    ipaddress.IPv6Network("::/0"),
    ipaddress.IPv6Network("2000::/3"),
)


class BadPrefix(ValueError):
    """Not an address or prefix that a service, a user and an address list take alike. The message is complete."""


def parse(value: object) -> Network:
    """An address (as a prefix of full length) or a prefix.

    Names are refused although address lists take them: /ip/service and /user take addresses only (RouterOS manual,
    Services and User). Ranges are refused for the same reason, host bits because the router silently drops them.

    :raises BadPrefix: says what is wrong and what to write instead.
    """
    if not isinstance(value, str) or not value.strip():
        raise BadPrefix(f"expected an address or a prefix such as 192.0.2.7 or 2001:db8::/32, got {value!r}")
    text = value.strip()
    address, slash, length = text.partition("/")
    if slash and not length.isdecimal():
        raise BadPrefix(f"'{text}': write the length of the prefix behind the slash, as in 192.0.2.0/24")
    if "%" in address:
        raise BadPrefix(f"'{text}': leave out the interface behind the %; the router knows addresses only")
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        raise BadPrefix(_no_address(text, address)) from None
    if slash and int(length) > host.max_prefixlen:
        raise BadPrefix(f"'{text}': an IPv{host.version} prefix has at most {host.max_prefixlen} bits")
    network = ipaddress.ip_network(text, strict=False)
    if network.network_address != host:
        raise BadPrefix(f"'{text}' has host bits set: write {network} for the network or {host} for that one host")
    return network


def _no_address(text: str, address: str) -> str:
    first, dash, last = text.partition("-")
    if dash:
        try:
            networks = ipaddress.summarize_address_range(ipaddress.ip_address(first), ipaddress.ip_address(last))
            return f"'{text}' is a range, which services and users do not take: write {', '.join(map(str, networks))}"
        except (ValueError, TypeError):
            pass
    if any(letter.isalpha() for letter in address) and ":" not in address:
        return f"'{text}' is a name; services and users of RouterOS take addresses only, so write its addresses"
    return f"'{text}' is neither an IPv4 nor an IPv6 address or prefix"


def problems(values: Iterable[object]) -> list[str]:
    """What is wrong with the values: one message each, in their order; empty when all are good."""
    found = []
    for value in values:
        try:
            parse(value)
        except BadPrefix as error:
            found.append(str(error))
    return found


def canonical(values: Iterable[object]) -> list[str]:
    """The values in one form each, hosts without a length, every network once, in the order they came.

    :raises BadPrefix: one of them is no address or prefix.
    """
    return [_text(network) for network in dict.fromkeys(parse(value) for value in values)]


def _text(network: Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def covers_everyone(values: Iterable[object]) -> bool:
    """Whether the values together hold all of IPv4, all of IPv6, or all of the IPv6 Internet (2000::/3).

    :raises BadPrefix: one of them is no address or prefix.
    """
    networks = [parse(value) for value in values]
    joined: list[Network] = [
        *ipaddress.collapse_addresses(network for network in networks if isinstance(network, ipaddress.IPv4Network)),
        *ipaddress.collapse_addresses(network for network in networks if isinstance(network, ipaddress.IPv6Network)),
    ]
    return any(_within(everyone, joined) for everyone in _EVERYONE)


def contains(values: Iterable[object], inner: object) -> bool:
    """Whether one address or a whole prefix lies within the values taken together.

    :raises BadPrefix: one of them is no address or prefix.
    """
    wanted = parse(inner)
    same = [network for network in map(parse, values) if network.version == wanted.version]
    return _within(wanted, list(ipaddress.collapse_addresses(same)))  # type: ignore[type-var]


def outside(inner: Iterable[str], values: Sequence[object]) -> list[str]:
    """Those of ``inner`` that do not lie within ``values``, in their order.

    :raises BadPrefix: one of them is no address or prefix.
    """
    return [text for text in inner if not contains(values, text)]


def admits(printed: str, address: str) -> bool:
    """Whether the address list of a service or a user, as a router prints it, lets an address in. "" lets everybody in.

    As lenient as a reader has to be: a zone behind the address is left out, and what is no prefix lets nobody in.

    :raises ValueError: ``address`` is none.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    return not printed or any(found in each for each in _printed(printed) if each.version == found.version)


def admits_everyone(printed: str) -> bool:
    """Whether such a list lets in all of IPv4, or all of IPv6 that is routed on the Internet."""
    return not printed or covers_everyone(map(str, _printed(printed)))


def _printed(text: str) -> list[Network]:
    found = []
    for part in text.split(","):
        with suppress(ValueError):
            found.append(ipaddress.ip_network(part.strip(), strict=False))
    return found


def _within(inner: Network, joined: Sequence[Network]) -> bool:
    return any(
        network.version == inner.version and inner.subnet_of(network)  # type: ignore[arg-type]
        for network in joined
    )


def subject_alt_name(text: str) -> str:
    """A name or address as a certificate holds it: ``IP:192.0.2.1``, ``DNS:router.example.net``; idempotent."""
    kind, colon, rest = text.partition(":")
    if colon and kind.lower() in ("dns", "ip", "email"):
        return f"{'email' if kind.lower() == 'email' else kind.upper()}:{rest}"
    try:
        return f"IP:{ipaddress.ip_address(text)}"
    except ValueError:
        return f"DNS:{text}"
