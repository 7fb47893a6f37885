# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller, a router and the internet between them, each in a namespace, with a real strongSwan at both ends.

    controller 10.8.0.2 -- 192.0.2.2 === 192.0.2.1 internet 198.51.100.1 === 198.51.100.2 ether1 -- 10.7.0.1 router

The router is a simulator for its API, and for its packets what `Mirror` makes of the configuration that the
simulator shows: a strongSwan for the IPsec menus, nftables for the filter. The simulator listens in the router's
namespace, so what reaches it has gone through both.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.packets.ipsec.charon import Charon, Demand
from ansible_collections.bastion.routeros.tests.packets.ipsec.mirror import Mirror
from ansible_collections.bastion.routeros.tests.packets.ipsec.wiretap import Wiretap
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab, Namespace
from routeros_simulator.testing import Simulator, running

API, API_SSL = 8728, 8729
WITNESS = "witness"


@dataclass(frozen=True)
class Ends:
    """The addresses of one family, without and within the tunnel."""

    controller: str
    controller_way_out: str
    controller_inside: str
    router: str
    router_way_out: str
    router_inside: str
    prefix: int
    everywhere: str


ENDS = {
    4: Ends("192.0.2.2", "192.0.2.1", "10.8.0.2", "198.51.100.2", "198.51.100.1", "10.7.0.1", 24, "0.0.0.0/0"),
    6: Ends("2001:db8:a::2", "2001:db8:a::1", "fd00:8::2", "2001:db8:b::2", "2001:db8:b::1", "fd00:7::1", 64, "::/0"),
}
HIDDEN_BEHIND = ENDS[4].router_way_out
"""Where the controller seems to be when there is NAT."""


class House:
    """Everything together; made by `house()`."""

    def __init__(self, lab: Lab, folder: Path, nat: bool) -> None:
        self.folder = folder
        self.controller, self.internet, self.router = (
            lab.namespace(name) for name in ("controller", "internet", "router")
        )
        for who in (self.controller, self.internet, self.router):
            # Nobody else has these addresses, and no packet shall wait until that is found out.
            for name in ("accept_dad", "dad_transmits", "router_solicitations", "accept_ra"):
                who.setting(f"net.ipv6.conf.default.{name}", 0)
        lab.cable(self.controller, "eth0", self.internet, "left")
        lab.cable(self.router, "ether1", self.internet, "right")
        self._addresses()
        if nat:
            self.internet.nft(
                "table ip nat {\nchain out {\ntype nat hook postrouting priority 100;\n"
                'oifname "right" ip saddr 192.0.2.0/24 masquerade\n}\n}\n'
            )
        self.left, self.right = Wiretap(self.internet, "left"), Wiretap(self.internet, "right")
        self.client = Charon(self.controller, folder / "controller")
        self.simulator: Simulator
        self.keyhole: Session
        self.mirror: Mirror

    def _addresses(self) -> None:
        self.internet.setting("net.ipv4.ip_forward", 1)
        self.internet.setting("net.ipv6.conf.all.forwarding", 1)
        for family, ends in ENDS.items():
            for who, interface, own, way_out, inside in (
                (self.controller, "eth0", ends.controller, ends.controller_way_out, ends.controller_inside),
                (self.router, "ether1", ends.router, ends.router_way_out, ends.router_inside),
            ):
                who.address(f"{own}/{ends.prefix}", interface)
                who.address(f"{inside}/{32 if family == 4 else 128}", "lo")
                who.run("ip", f"-{family}", "route", "add", "default", "via", way_out, "dev", interface)
            self.internet.address(f"{ends.controller_way_out}/{ends.prefix}", "left")
            self.internet.address(f"{ends.router_way_out}/{ends.prefix}", "right")

    def session(self, host: str, port: int = API, tls: str = "plain") -> Session:
        """A session of the controller with the router, by default in the API's plain form: the wire could tell."""
        with self.controller.inside():
            return Door(ConnectionOptions(host=host, user="admin", port=port, tls=tls, timeout=3)).open()

    def reaches(self, host: str, port: int = API, source: str = "", who: Namespace | None = None) -> str:
        """What becomes of a connection: open, rejected, or silence."""
        with (who or self.controller).inside():
            return reach(host, port, source)


def reach(host: str, port: int, source: str = "", timeout: float = 1.5) -> str:
    """Try a connection from where this thread is: open, rejected, or silence."""
    try:
        with socket.create_connection((host, port), timeout, (source, 0) if source else None):
            return "open"
    except TimeoutError:
        return "silence"
    except OSError:
        return "rejected"


def _own_sessions() -> list[Session]:
    """Two sessions of a user whom nobody else takes for the controller's."""
    way = ConnectionOptions(host="127.0.0.1", user="admin", port=API, tls="plain")
    with contextlib.closing(Door(way).open()) as session:
        session.call("/user/add", f"=name={WITNESS}", "=group=full", f"=password={WITNESS}-of-this-house")
    way = replace(way, user=WITNESS, password=f"{WITNESS}-of-this-house")
    return [Door(way).open(), Door(way).open()]


@contextlib.contextmanager
def house(folder: Path, *, nat: bool = False, behind: Sequence[str] = (), **simulation: Any) -> Iterator[House]:
    """A house in which nothing is configured yet: the router as out of the box, strongSwan without connections.

    :param behind: more addresses of the router, in networks behind it
    :param simulation: what `running` takes, for another router
    """
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        made = House(lab, folder, nat)
        stack.enter_context(made.left)
        stack.enter_context(made.right)
        ends = ENDS.values()
        for address in behind:
            made.router.address(address, "lo")
        options: dict[str, Any] = {
            "hosts": ("127.0.0.1", *(end.router for end in ends), *(end.router_inside for end in ends), *behind),
            "ports": {"api": API, "api-ssl": API_SSL},
            # The tests' own way in counts as a tunnel: what the rules do to others is not its business.
            "ipsec": ("127.0.0.1", *(end.controller_inside for end in ends)),
            "switches": {"sign_delay": 0.1, "fresh_certificate_delay": 0.0},
            **simulation,
        }
        with made.router.inside():
            made.simulator = stack.enter_context(running(**options))
            made.keyhole, seen = (stack.enter_context(contextlib.closing(each)) for each in _own_sessions())
        made.mirror = Mirror(seen, made.router, folder / "router")
        stack.callback(made.mirror.close)
        made.client.start()
        stack.callback(made.client.stop)
        stack.enter_context(contextlib.closing(Demand(made.client)))
        yield made
