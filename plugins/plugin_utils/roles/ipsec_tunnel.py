# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tunnel of the ipsec_api_tunnel role as one value, from which both ends are made. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import BadPolicy, seconds
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes

Settings = Mapping[str, Any]
Pair = tuple[str, str]

# The name is part of the ruleset's, which has 18 characters.
LONGEST_NAME = 12
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)*\.?")
# The controller's other name while its secret is changed: both hold then, each for a name of its own.
INTERIM = "next.bastion-{}"
_ID_TYPES = ("address", "fqdn", "user-fqdn", "key-id")


@dataclass(frozen=True)
class Identity:
    """Who an end says it is: `kind` is address, fqdn, user-fqdn or key-id, RouterOS's words."""

    kind: str
    text: str

    def __str__(self) -> str:
        """As RouterOS writes it: ``fqdn:router.example.net``."""
        return f"{self.kind}:{self.text}"

    @classmethod
    def parse(cls, value: object, where: str) -> Identity:
        """From ``fqdn:NAME`` and its like, or a bare name, mail address or address.

        :raises BadPolicy: it is none; `where` names the variable
        """
        text = str(value or "").strip()
        if not text:
            raise BadPolicy(
                f"{where} is missing: each end has to say who it is, and be expected as nobody else (RouterOS would "
                "accept any peer otherwise). Write a name such as router.example.net"
            )
        kind, colon, rest = text.partition(":")
        if not colon or kind not in _ID_TYPES:
            kind, rest = cls._kind(text), text
        if kind == "address":
            try:
                rest = str(ipaddress.ip_address(rest))
            except ValueError:
                raise BadPolicy(f"{where}: '{rest}' is no address") from None
        elif kind == "fqdn" and not _HOST_NAME.fullmatch(rest):
            raise BadPolicy(f"{where}: '{rest}' is no name; use letters, digits, dots and hyphens")
        elif kind == "user-fqdn" and not re.fullmatch(r"[^\s@\"]+@[^\s@\"]+", rest):
            raise BadPolicy(f"{where}: '{rest}' is no mail address")
        elif not rest or not rest.isprintable() or '"' in rest:
            raise BadPolicy(f"{where}: '{rest}' cannot be used as an identity")
        return cls(kind, rest)

    @staticmethod
    def _kind(text: str) -> str:
        try:
            ipaddress.ip_address(text)
            return "address"
        except ValueError:
            return "user-fqdn" if "@" in text else "fqdn"


@dataclass(frozen=True)
class End:
    """One end. `outside` is the address that the other end sees, `local` the end's own when NAT stands between.

    `inside` are the addresses that talk through the tunnel, `subnets` networks behind it; all as prefixes.
    """

    outside: str
    inside: tuple[str, ...]
    identity: Identity
    subnets: tuple[str, ...] = ()
    local: str = ""

    @property
    def networks(self) -> tuple[str, ...]:
        """Everything of this end that travels through the tunnel."""
        return tuple(dict.fromkeys(self.inside + self.subnets))

    @classmethod
    def parse(cls, value: object, where: str, inside: str = "") -> End:
        """From the role's variable of that end.

        :param inside: what to do without ``inside``: ``outside`` takes that address, else it is required
        :raises BadPolicy: says what is wrong, with the variable's name
        """
        if not isinstance(value, Mapping) or not value:
            raise BadPolicy(f"{where} is missing: expected a dictionary with outside, inside and id")
        unknown = set(value) - {"outside", "inside", "id", "subnets", "local"}
        if unknown:
            raise BadPolicy(
                f"{where} does not know {', '.join(sorted(unknown))}; it takes outside, inside, id, subnets, local"
            )
        outside = _host(value.get("outside"), f"{where}.outside")
        found = _listed(value.get("inside"))
        if not found:
            if inside != "outside":
                raise BadPolicy(
                    f"{where}.inside is missing: the own address that is reached through the tunnel, such as the "
                    "router's address on the LAN"
                )
            found = [value.get("local") or outside]
        return cls(
            outside=outside,
            inside=tuple(_network(each, f"{where}.inside", host=True) for each in found),
            identity=Identity.parse(value.get("id"), f"{where}.id"),
            subnets=tuple(_network(each, f"{where}.subnets") for each in _listed(value.get("subnets"))),
            local=_host(value["local"], f"{where}.local") if value.get("local") else "",
        )


@dataclass(frozen=True)
class Tunnel:
    """Everything that both ends have to agree about. Durations are seconds.

    `name` is the tunnel's, `host` the router's in the inventory. `mode`: tunnel or transport; `auth`: certificate or
    psk; `encryption`: aes-256-gcm or aes-256-cbc; `group`: ecp256 or modp2048.
    """

    name: str
    host: str
    router: End
    controller: End
    auth: str = "certificate"
    mode: str = "tunnel"
    port: int = 8729
    encryption: str = "aes-256-gcm"
    group: str = "ecp256"
    ike_lifetime: int = 28800
    lifetime: int = 3600
    dpd_interval: int = 30
    dpd_failures: int = 4
    encapsulation: bool = False
    psk: str = field(default="", repr=False)

    @property
    def interim(self) -> Identity:
        """The controller's other name, for the time in which its secret is changed."""
        return Identity("fqdn", INTERIM.format(self.name))

    @property
    def owner(self) -> str:
        """The name of everything of this tunnel on the router."""
        return f"bastion-{self.name}"

    @property
    def connection(self) -> str:
        """The name of everything of this tunnel on the controller, which may have tunnels to many routers."""
        return f"bastion-{re.sub(r'[^A-Za-z0-9]+', '-', self.host).strip('-')}-{self.name}"

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The selectors, (router's, controller's): every network of the one end with every one of the other."""
        return tuple(
            (ours, theirs)
            for ours in self.router.networks
            for theirs in self.controller.networks
            if ipaddress.ip_network(ours).version == ipaddress.ip_network(theirs).version
        )

    @property
    def captures(self) -> bool:
        """Whether packets between the outside addresses themselves are for the tunnel: those of the session that
        makes it. Then the selectors are narrowed to the port of the API."""
        return self.mode == "transport" or any(self._holds_outside(*pair) for pair in self.pairs)

    def _holds_outside(self, ours: str, theirs: str) -> bool:
        here, there = (self.router.outside, self.router.local), (self.controller.outside, self.controller.local)
        return any(prefixes.contains([ours], each) for each in here if each) and any(
            prefixes.contains([theirs], each) for each in there if each
        )

    @classmethod
    def parse(cls, settings: Settings) -> Tunnel:
        """From the role's variables, without their prefix, and ``host``, the router's name in the inventory.

        With ``interim`` the controller has its other name.

        :raises BadPolicy: says what is wrong, with the variable's name
        """
        mode = _choice(settings, "mode", ("tunnel", "transport"))
        name = str(settings.get("name") or "")
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise BadPolicy(
                f"ipsec_api_tunnel_name: expected letters, digits and hyphens, at most {LONGEST_NAME}, got {name!r}"
            )
        everywhere = "outside" if mode == "transport" else ""
        made = cls(
            name=name,
            host=str(settings.get("host") or ""),
            router=End.parse(settings.get("router"), "ipsec_api_tunnel_router", everywhere),
            controller=End.parse(settings.get("controller"), "ipsec_api_tunnel_controller", "outside"),
            auth=_choice(settings, "auth", ("certificate", "psk")),
            mode=mode,
            port=_port(settings.get("port")),
            encryption=_choice(settings, "encryption", ("aes-256-gcm", "aes-256-cbc")),
            group=_choice(settings, "dh_group", ("ecp256", "modp2048")),
            ike_lifetime=_seconds(settings, "ike_lifetime", 600, 7 * 86400),
            lifetime=_seconds(settings, "lifetime", 300, 86400),
            dpd_interval=_seconds(settings, "dpd_interval", 5, 3600),
            dpd_failures=_whole(settings.get("dpd_failures"), "dpd_failures", 1, 100),
            encapsulation=settings.get("force_encapsulation") is True,
            psk=str(settings.get("psk") or ""),
        )
        if settings.get("interim"):
            return replace(made, controller=replace(made.controller, identity=made.interim))
        return made


def _listed(value: object) -> Sequence[Any]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def _choice(settings: Settings, name: str, words: Sequence[str]) -> str:
    value = str(settings.get(name) or "")
    if value not in words:
        raise BadPolicy(f"ipsec_api_tunnel_{name} is {' or '.join(words)}, not {value!r}")
    return value


def _port(value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or not 1 <= int(str(value)) <= 65535:
        raise BadPolicy(f"ipsec_api_tunnel_port: expected a TCP port from 1 to 65535, got {value!r}")
    return int(str(value))


def _whole(value: object, name: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or not low <= int(str(value)) <= high:
        raise BadPolicy(f"ipsec_api_tunnel_{name}: expected {low} to {high}, got {value!r}")
    return int(str(value))


def _seconds(settings: Settings, name: str, low: int, high: int) -> int:
    where = f"ipsec_api_tunnel_{name}"
    value = seconds(settings.get(name), where)
    if not low <= value <= high or value % 1:
        raise BadPolicy(f"{where}: expected whole seconds, {low} to {high}, got {settings.get(name)!r}")
    return int(value)


def _host(value: object, where: str) -> str:
    if isinstance(value, str) and not value.replace(".", "").isdecimal() and _HOST_NAME.fullmatch(value):
        raise BadPolicy(f"{where}: '{value}' is a name; write the address, which nobody else can answer for")
    try:
        network = prefixes.parse(value)
    except prefixes.BadPrefix as error:
        raise BadPolicy(f"{where}: {error}") from None
    if network.prefixlen != network.max_prefixlen:
        raise BadPolicy(f"{where}: '{value}' is a network; one address is needed")
    if network.is_unspecified or network.is_multicast:
        raise BadPolicy(f"{where}: '{value}' is no address that a host can have")
    return str(network.network_address)


def _network(value: object, where: str, host: bool = False) -> str:
    if host:
        address = ipaddress.ip_address(_host(value, where))
        return f"{address}/{address.max_prefixlen}"
    try:
        network = prefixes.parse(value)
    except prefixes.BadPrefix as error:
        raise BadPolicy(f"{where}: {error}") from None
    if prefixes.covers_everyone([str(value)]):
        raise BadPolicy(
            f"{where}: '{value}' is everything, so that all traffic, the session at work included, would have to go "
            "through the tunnel. Name the networks that are behind this end"
        )
    return str(network)
