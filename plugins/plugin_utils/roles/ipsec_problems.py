# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the variables of the ipsec_api_tunnel role, told all at once, before anything is written. Pure."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import BadPolicy
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.ipsec_tunnel import End, Settings, Tunnel
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

Facts = Mapping[str, Any]
Check = Callable[[Tunnel, Settings, Facts], Iterator[str]]

OLDEST = Version.parse("7.12")
# Whoever records one handshake can try secrets offline: 128 bits of chance, or words that come near it.
SHORTEST_PSK = 20
LEAST_BITS = 80.0
# Some strongSwan and RouterOS interfaces cut longer ones.
LONGEST_PSK = 128


def problems(settings: Settings, router: Facts) -> list[str]:
    """One message for each thing that is wrong; empty when the role may go on.

    :param settings: the role's variables without their prefix, ``host``, the inventory's name of the router,
        ``login``, the user that the inventory logs in as, and ``login_host``, the address that it logs in to
    :param router: the facts of the router; empty when it was not asked
    """
    try:
        tunnel = Tunnel.parse(settings)
    except BadPolicy as error:
        # The secret is judged all the same, since that message needs nothing else.
        return [f"{error}.", *_psk_of(settings)]
    checks: Sequence[Check] = (
        _version,
        _ends,
        _selectors,
        _captures,
        _psk,
        _identities,
        _clear,
        _service,
        _user,
        _others,
        _host,
    )
    return [message for check in checks for message in check(tunnel, settings, router)]


def _version(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    version = str(router.get("version", ""))
    if version and Version.parse(version) < OLDEST:
        yield f"RouterOS {version} is too old: nothing is written below {OLDEST}. Upgrade the router first."


def _ends(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    here, there = tunnel.router, tunnel.controller
    if here.outside == there.outside:
        yield (
            f"ipsec_api_tunnel_router.outside and ipsec_api_tunnel_controller.outside are both {here.outside}: a "
            "tunnel needs two ends. Write the address of each as the other one sees it."
        )
    if ipaddress.ip_address(here.outside).version != ipaddress.ip_address(there.outside).version:
        yield "The outside addresses of router and controller have to be of one family, IPv4 or IPv6."
    if set(here.inside) & set(there.inside):
        yield (
            f"ipsec_api_tunnel_router.inside and ipsec_api_tunnel_controller.inside are both {', '.join(here.inside)}: "
            "they have to differ."
        )
    for name, end in (("router", here), ("controller", there)):
        versions = [ipaddress.ip_network(each).version for each in end.inside]
        if len(versions) > len(set(versions)):
            yield f"ipsec_api_tunnel_{name}.inside: one address of each family at most; networks go to subnets."
    unmatched = {ipaddress.ip_network(each).version for each in here.inside}
    unmatched ^= {ipaddress.ip_network(each).version for each in there.inside}
    for version in sorted(unmatched):
        yield (
            f"Only one end has an IPv{version} address in inside, so that nothing could travel there over "
            f"IPv{version}. Add one to the other end, or leave it out."
        )
    if tunnel.mode == "transport" and (_changed(here) or _changed(there) or here.subnets or there.subnets):
        yield (
            "ipsec_api_tunnel_mode transport protects the packets between the outside addresses themselves: leave out "
            "inside and subnets, or take mode tunnel."
        )
    if tunnel.mode == "transport" and (here.local not in ("", here.outside) or there.local not in ("", there.outside)):
        yield "ipsec_api_tunnel_mode transport does not work through address translation (local): take mode tunnel."


def _changed(end: End) -> bool:
    return [each.partition("/")[0] for each in end.inside] not in ([end.outside], [end.local])


def _selectors(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    for ours in tunnel.router.networks:
        for theirs in tunnel.controller.networks:
            first, second = ipaddress.ip_network(ours), ipaddress.ip_network(theirs)
            if ours != theirs and first.overlaps(second):
                yield (
                    f"{ours} of the router and {theirs} of the controller overlap, so that it cannot be told which end "
                    "an address is at."
                )
    for name, end in (("router", tunnel.router), ("controller", tunnel.controller)):
        if prefixes.covers_everyone(end.networks):
            yield (
                f"ipsec_api_tunnel_{name}: {', '.join(end.networks)} together are a whole address family, so that all "
                "traffic would have to go through the tunnel."
            )


def _captures(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    if not tunnel.captures or settings.get("allow_capture"):
        return
    yield (
        f"This tunnel would take the packets between {tunnel.router.outside} and {tunnel.controller.outside} "
        "themselves, those of the very session that writes it: if it does not come up, the API is cut off on the way "
        "that made it. Better give the router's end another address of the router (ipsec_api_tunnel_router.inside, "
        "such as its address on the LAN), which leaves the present way alone. Or set ipsec_api_tunnel_allow_capture: "
        f"true; then only TCP port {tunnel.port} is captured, safe mode or the dead-man switch is the way back, and "
        "SSH or WinBox the second one."
    )


def _psk(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    yield from _psk_of(settings)


def _psk_of(settings: Settings) -> Iterator[str]:
    if settings.get("auth") != "psk":
        if settings.get("psk"):
            yield "ipsec_api_tunnel_psk is set, but ipsec_api_tunnel_auth is certificate: leave out one of them."
        return
    secret = settings.get("psk")
    if not isinstance(secret, str) or not secret:
        yield "ipsec_api_tunnel_psk is missing, the secret of both ends. Make one with: openssl rand -base64 33"
        return
    weak = psk_weaknesses(secret)
    if weak:
        yield (
            f"ipsec_api_tunnel_psk is too weak: it {', '.join(weak)}. Whoever records one handshake can try secrets "
            "offline for ever. Make one with: openssl rand -base64 33"
        )


def psk_weaknesses(secret: str) -> list[str]:
    """What is too weak about a shared secret, or would be read differently by the two ends; it is never quoted."""
    found = []
    if len(secret) < SHORTEST_PSK:
        found.append(f"has {len(secret)} of at least {SHORTEST_PSK} characters")
    elif len(secret) > LONGEST_PSK:
        found.append(f"has more than {LONGEST_PSK} characters")
    if secret != secret.strip() or not secret.isascii() or not secret.isprintable():
        found.append("holds spaces at an end or characters outside of ASCII, which the ends may read differently")
    if len(secret) >= SHORTEST_PSK and _bits(secret) < LEAST_BITS:
        found.append("repeats itself too much")
    return found


def _bits(secret: str) -> float:
    """How much chance there is in it at most: by its different characters and by how often it repeats them."""
    counts = [secret.count(letter) for letter in set(secret)]
    entropy = sum(-count * math.log2(count / len(secret)) for count in counts)
    runs = sum(1 for one, two in pairwise(secret) if abs(ord(one) - ord(two)) <= 1)
    return entropy * (1 - runs / len(secret))


def _identities(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    if str(tunnel.router.identity) == str(tunnel.controller.identity):
        yield "ipsec_api_tunnel_router.id and ipsec_api_tunnel_controller.id are the same: each end needs its own."
    for name, end in (("router", tunnel.router), ("controller", tunnel.controller)):
        if tunnel.auth == "certificate" and end.identity.kind == "key-id":
            yield f"ipsec_api_tunnel_{name}.id: a certificate cannot hold a key-id; take a name or an address."
        if tunnel.auth == "certificate" and "*" in end.identity.text:
            yield f"ipsec_api_tunnel_{name}.id: a name with * would be everybody's."


def _clear(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    sources = settings.get("clear_sources") or []
    if not isinstance(sources, list):
        yield f"ipsec_api_tunnel_clear_sources: expected a list of addresses and prefixes, got {sources!r}."
        return
    bad = prefixes.problems(sources)
    yield from (f"ipsec_api_tunnel_clear_sources: {message}." for message in bad)
    if not bad and sources and prefixes.covers_everyone(sources):
        yield "ipsec_api_tunnel_clear_sources lets everybody use the API outside of the tunnel: name single addresses."


def _service(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    service = (router.get("services") or {}).get("api-ssl")
    if not service:
        return
    if service.get("disabled"):
        yield "The service api-ssl of this router is off. Run bastion.routeros.secure_api first, or switch it on."
    if str(service.get("port")) != str(tunnel.port):
        port = service.get("port")
        yield f"ipsec_api_tunnel_port is {tunnel.port}, but api-ssl of this router listens on port {port}."
    allowed = service.get("address") or []
    missing = [_bare(each) for each in tunnel.controller.inside if allowed and not prefixes.contains(allowed, each)]
    if missing:
        yield (
            f"api-ssl of this router answers {', '.join(map(str, allowed))} only, and not {', '.join(missing)}, from "
            "where the controller comes out of the tunnel. Add it to secure_api_sources (and to the sources of the "
            "user), and run bastion.routeros.secure_api first."
        )


def _user(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    """The account of the inventory may be limited to addresses, too."""
    login = str(settings.get("login") or "")
    allowed = ((router.get("users") or {}).get(login) or {}).get("address") or []
    missing = [_bare(each) for each in tunnel.controller.inside if allowed and not prefixes.contains(allowed, each)]
    if missing:
        yield (
            f"The user '{login}' of this router may log in from {', '.join(map(str, allowed))} only, and not from "
            f"{', '.join(missing)}, where the controller comes out of the tunnel."
        )


def _others(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    peers = (router.get("ipsec_peers") or {}).items()
    others = {name: row for name, row in peers if name != tunnel.owner and not row.get("disabled")}
    strangers = sorted(name for name in others if not name.startswith("bastion-"))
    if strangers and settings.get("ike_from_others") == "drop":
        yield (
            f"This router has other IPsec peers ({', '.join(strangers)}), which ipsec_api_tunnel_ike_from_others: drop "
            "would cut off. Take leave, which leaves their IKE and ESP to your own rules."
        )
    for name, row in sorted(others.items()):
        address = str(row.get("address") or "").partition("/")[0]
        if address == tunnel.controller.outside and str(row.get("exchange_mode", "ike2")) == "ike2":
            yield (
                f"The peer '{name}' of this router has the address {address} of this controller as well; RouterOS "
                "takes two only with different exchange modes. Remove one, or give this tunnel the same name."
            )
    own = [str(each).partition("/")[0] for each in router.get("addresses") or []]
    for each in tunnel.router.inside:
        if own and _bare(each) not in own:
            yield (
                f"ipsec_api_tunnel_router.inside: {_bare(each)} is no address of this router, which has "
                f"{', '.join(own[:8])}."
            )


def _host(tunnel: Tunnel, settings: Settings, router: Facts) -> Iterator[str]:
    """The inventory describes the way in as it will be: through the tunnel."""
    host = str(settings.get("login_host") or "")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if host not in [_bare(each) for each in tunnel.router.inside]:
        yield (
            f"The inventory logs in to {host} (ansible_host), which does not go through the tunnel: the inventory "
            f"describes the way in as it will be, so set ansible_host to {_bare(tunnel.router.inside[0])}, "
            "ipsec_api_tunnel_router.inside. Until the tunnel is there, the role uses ipsec_api_tunnel_router.outside."
        )


def _bare(prefix: str) -> str:
    return prefix.partition("/")[0]


def warnings(settings: Settings) -> list[str]:
    """What the operator should know although the role goes on; the variables have no problems."""
    tunnel = Tunnel.parse(settings)
    found = []
    if tunnel.auth == "psk":
        found.append(
            "ipsec_api_tunnel_auth is psk. MikroTik's manual warns of offline attacks on shared secrets, in IKEv2 too, "
            "and recommends against them. Certificates are the default."
        )
    if settings.get("clear_sources"):
        sources = ", ".join(map(str, settings["clear_sources"]))
        found.append(f"the API can be used outside of the tunnel by {sources} (ipsec_api_tunnel_clear_sources).")
    if tunnel.captures:
        found.append(
            f"the tunnel takes over TCP port {tunnel.port} between {tunnel.controller.outside} and "
            f"{tunnel.router.outside}: keep SSH or WinBox at hand until it has come up."
        )
    return found
