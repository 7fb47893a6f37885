# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ping: a row for each packet (names and forms as captured by a client library; RouterOS manual: Ping).

The router's own addresses and those of this machine answer; who else does says Router.answers_ping. A neighbour that
does not is a timeout, and there is no way to anybody else.
"""

from __future__ import annotations

import ipaddress
import itertools
from typing import TYPE_CHECKING

from .call import Call
from .durations import parse_duration
from .errors import Trap
from .overlay import PING

if TYPE_CHECKING:
    from .router import Router

_LOW, _HIGH = 10, 5000  # milliseconds between packets
#: how long an answer takes: from the router itself, and from elsewhere
_OWN, _AWAY = 50, 350


def _target(router: Router, text: str) -> str:
    """The address that is meant; a name is resolved."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        found = [*router.resolver(text, 4), *router.resolver(text, 6)]
    if not found:
        reason = "while resolving ip-address: could not get answer from dns server"  # the last of a console's lines
        raise Trap(f"invalid value for argument address: {reason}", 1)
    return found[0]


def _fate(router: Router, target: str) -> str:
    """Empty when an answer comes, else the status."""
    address = ipaddress.ip_address(target)
    if address.is_loopback or router.presence.has(target) or router.answers_ping(target):
        return ""
    networks = [
        ipaddress.ip_interface(row.get("address")).network
        for path in ("/ip/address", "/ipv6/address")
        for row in router.tables[path]
        if row.get("address").partition("/")[0] in router.presence.addresses
    ]
    return "timeout" if any(address in network for network in networks) else "no route to host"


async def _ping(call: Call) -> str | None:
    call.expect(PING)
    target = _target(call.router, call.required("address"))
    count = call.number("count", 0, 0, 4294967295)
    size, ttl = call.number("size", 56, 28, 65535), call.number("ttl", 64, 1, 255)
    interval = parse_duration(call.arguments.get("interval", "1s"))
    if interval is None or not _LOW <= interval <= _HIGH:
        raise Trap("value of interval is out of range (00:00:00.010 .. 00:00:05)", 1)
    wanted = call.arguments.get(".proplist", call.arguments.get("proplist", ""))
    names = {".section", *filter(None, wanted.split(","))}
    received = 0
    for number in range(count) if count else itertools.count():
        status = _fate(call.router, target)
        row = {".section": str(number), "seq": str(number), "host": target}
        if status:
            row["status"] = status
        else:
            time = f"{_OWN if call.router.presence.has(target) else _AWAY}us"
            row |= {"size": str(size), "ttl": str(min(ttl, 64)), "time": time}
            received += 1
        row |= {"sent": str(number + 1), "received": str(received)}
        row["packet-loss"] = str(100 - 100 * received // (number + 1))
        if received:
            took = f"{_OWN if call.router.presence.has(target) else _AWAY}us"
            row |= dict.fromkeys(("min-rtt", "avg-rtt", "max-rtt"), took)
        call.reply({name: text for name, text in row.items() if not wanted or name in names})
        if status or number + 1 != count:
            await call.router.clock.sleep(interval / 1000)
    # to a script and at the console the command is worth the number of answers
    return None if call.session.via == "api" else str(received)


def attach(router: Router) -> None:
    """Both names of the command."""
    router.register("", "ping", _ping)
    router.register("/tool", "ping", _ping)
