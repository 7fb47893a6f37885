# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a router listens beside its static services, so that no step of a knock is a port in use. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, str]
_YES = frozenset({"true", "yes"})
_BOTH = ("tcp", "udp")


@dataclass(frozen=True)
class Listener:
    """A menu of something that listens: on a port of its own choice, or always on the same ones.

    `switch`: the property that turns it on; rows without it are on unless they are disabled.
    """

    protocols: tuple[str, ...]
    port: str = ""
    ports: tuple[int, ...] = ()
    switch: str = "enabled"

    @property
    def properties(self) -> tuple[str, ...]:
        """What has to be read."""
        asked = ("name", self.port, self.switch, "disabled", "proto", "connection")
        return tuple(name for name in asked if name)


# RouterOS manual. Since 7.19 most of them are dynamic rows of /ip/service, too.
LISTENERS: Mapping[str, Listener] = {
    "/ip/service": Listener(_BOTH, "port", switch=""),
    "/interface/wireguard": Listener(("udp",), "listen-port", switch=""),
    "/interface/ovpn-server/server": Listener(_BOTH, "port"),
    "/interface/sstp-server/server": Listener(("tcp",), "port"),
    "/interface/pptp-server/server": Listener(("tcp",), ports=(1723,)),
    "/interface/l2tp-server/server": Listener(("udp",), ports=(1701,)),
    "/ip/ipsec/peer": Listener(("udp",), ports=(500, 4500), switch=""),
    "/ip/dns": Listener(_BOTH, ports=(53,), switch="allow-remote-requests"),
    "/ip/socks": Listener(("tcp",), "port"),
    "/ip/proxy": Listener(("tcp",), "port"),
    "/snmp": Listener(("udp",), ports=(161,)),
    "/system/ntp/server": Listener(("udp",), ports=(123,)),
    "/tool/bandwidth-server": Listener(("tcp",), ports=(2000,)),
}


def in_use(tables: Mapping[str, Sequence[Row]]) -> dict[tuple[str, int], str]:
    """What listens on a port: (protocol, port) -> its menu and its name.

    :param tables: the rows of these menus; what a router does not have, or does not show, is left out
    """
    found: dict[tuple[str, int], str] = {}
    for menu, rows in tables.items():
        listener = LISTENERS[menu]
        for row in rows:
            # Rows of single connections are no services.
            off = row.get("disabled") in _YES or row.get("connection") in _YES
            if off or (listener.switch in row and row[listener.switch] not in _YES):
                continue
            protocols = (row["proto"],) if row.get("proto") in _BOTH else listener.protocols
            own = row.get(listener.port, "")
            ports = (int(own),) if own.isdecimal() else listener.ports
            name = f"{menu} {row['name']}" if row.get("name") else menu
            found |= {(protocol, port): name for protocol in protocols for port in ports}
    return found
