# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Port knocking, the client's side: sequences read and derived, steps sent, a closed door told from an open one.

Only plain sockets of the standard library. A sequence is a secret: messages number its steps and never name a port.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import re
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PROBE_SECONDS = 0.8
"""Shorter than the second after which a SYN is sent again: a probe of a closed door is one packet."""
PAUSE = 0.3
"""Seconds between steps, so that they do not overtake each other on their way."""
FEWEST, MOST = 3, 8
DERIVED = 4
FIRST_PORT, LAST_PORT = 10000, 49151
NEIGHBOURS = 16
"""Ports this close to each other count as neighbours: scanners try them one after the other."""
_STEP = re.compile(r"(tcp|udp)/([0-9]{1,5})(?:/([0-9]{1,4}))?")
_SENT = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.ECONNREFUSED})


class BadKnock(ValueError):
    """A sequence that cannot be. The message names no port."""


class KnockFailed(Exception):
    """A step could not be sent; the message says which and why, and names no port."""


@dataclass(frozen=True)
class Step:
    """One packet: `protocol` tcp | udp, `port`, and for udp the bytes that it carries."""

    protocol: str
    port: int
    size: int = 0

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port}" + (f"/{self.size}" if self.size else "")

    def __repr__(self) -> str:
        return "Step(********)"


def parse(value: object) -> tuple[Step, ...]:
    """A sequence from a list such as ``[tcp/41873, udp/12077, tcp/28511]``; ``udp/12077/64`` carries 64 bytes.

    A text with commas is taken too. Nothing gives an empty sequence.

    :raises BadKnock: an item is no step.
    """
    if value is None or value == "" or value is False:
        return ()
    items = [each.strip() for each in value.split(",")] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise BadKnock("expected a list of steps such as tcp/41873 or udp/12077")
    return tuple(_step(number, str(item).strip().lower()) for number, item in enumerate(items, 1))


def _step(number: int, text: str) -> Step:
    found = _STEP.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 65535:
        raise BadKnock(f"step {number} is not of the form tcp/PORT, udp/PORT or udp/PORT/BYTES")
    size = int(found[3] or 0)
    if size and (found[1] == "tcp" or size > 1200):
        raise BadKnock(f"step {number}: only a UDP step carries bytes, and at most 1200")
    return Step(found[1], int(found[2]), size)


def derive(secret: str, name: str, rotation: str = "", steps: int = DERIVED) -> tuple[Step, ...]:
    """The sequence of one router: HMAC-SHA512 of its inventory name under a secret that a fleet may share.

    Nothing else goes in, so that the role, the client and a human all come to the same one.

    :param rotation: any text, for example a date; another text gives another sequence
    :raises BadKnock: no secret worth the name, or an impossible number of steps
    """
    if len(secret) < 16:
        raise BadKnock("the secret has to be at least 16 characters long")
    if not FEWEST <= steps <= MOST:
        raise BadKnock(f"a sequence has {FEWEST} to {MOST} steps")
    for attempt in range(10_000):
        # As JSON, so that no two of them are the same text.
        text = json.dumps(["bastion.routeros.knock", name, rotation, steps, attempt])
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha512).digest()
        numbers = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, 4 * steps, 4)]
        protocols = ["udp" if number & 1 else "tcp" for number in numbers]
        ports = [FIRST_PORT + (number >> 1) % (LAST_PORT - FIRST_PORT + 1) for number in numbers]
        found = tuple(Step(protocol, port) for protocol, port in zip(protocols, ports, strict=True))
        if len(set(protocols)) == 2 and not weaknesses(found):
            return found
    raise BadKnock("no sequence can be derived")  # pragma: no cover - one attempt in three succeeds


def weaknesses(steps: Sequence[Step]) -> list[str]:
    """Why a sequence is weak, one reason each; what ``knock_allow_weak`` accepts."""
    found = []
    ports = [step.port for step in steps]
    if len(steps) < FEWEST:
        found.append(f"{len(steps)} steps are too few: a scanner that meets them by chance gets in; take at least 3.")
    if len(ports) > 1 and ports == sorted(ports):
        found.append(
            "The ports ascend: a single scan from the lowest port to the highest one sends these packets in this "
            "very order."
        )
    elif len(ports) > 1 and ports == sorted(ports, reverse=True):
        found.append("The ports descend: a few scans one after the other, or one in reverse, walk through them.")
    for number, port in enumerate(ports, 1):
        near = [other for other, its in enumerate(ports[: number - 1], 1) if abs(its - port) <= NEIGHBOURS]
        if near:
            found.append(
                f"Step {number} is the neighbour of step {near[0]}, or the same port: scanners try them together."
            )
        if port < 1024 or port in _WELL_KNOWN:
            found.append(f"Step {number} is a well-known port, which every scan tries first.")
    return found


# What nmap's short lists and RouterOS's own guides hold above 1023.
_WELL_KNOWN = frozenset(
    {1080, 1194, 1433, 1434, 1521, 1701, 1723, 1883, 1900, 2000, 2049, 2222, 3128, 3306, 3389, 4500, 5000, 5060, 5061}
    | {5353, 5432, 5555, 5678, 5900, 6379, 7000, 8000, 8008, 8080, 8081, 8291, 8443, 8728, 8729, 8888, 9000, 9090, 9100}
    | {9200, 9999, 10000, 11211, 13231, 27017, 32768, 49152, 51820}
)


def secrets(steps: Sequence[Step]) -> Iterator[str]:
    """The texts that must not be shown: the steps and their ports."""
    for step in steps:
        yield from (str(step), f"{step.protocol}/{step.port}", str(step.port))


def addresses(host: str, port: int, source: str = "") -> list[tuple[socket.AddressFamily, str, int]]:
    """The router's addresses as (family, address, scope), each once, of the source's family where there is one.

    :raises OSError: (socket.gaierror) the name cannot be resolved
    """
    family = socket.AF_UNSPEC
    if source:
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
    found: list[tuple[socket.AddressFamily, str, int]] = []
    for kind, _type, _protocol, _name, where in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM):
        entry = (kind, str(where[0]), int(where[3]) if len(where) == 4 else 0)
        if entry not in found:
            found.append(entry)
    return found


def is_open(host: str, port: int, source: str = "", seconds: float = PROBE_SECONDS) -> bool:
    """Whether a TCP connection gets through now. A closed door sees one packet of it for each address.

    :raises OSError: (socket.gaierror) the name cannot be resolved
    """
    for family, address, scope in addresses(host, port, source):
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(seconds)
            try:
                _bind(sock, source)
                sock.connect(_target(family, address, scope, port))
            except OSError:
                continue
            return True
    return False


def play(host: str, steps: Sequence[Step], source: str = "", pause: float | None = None) -> None:
    """Send the steps to each address of the router, in order, each as one packet.

    :raises KnockFailed: a step could not be sent to any address
    :raises OSError: (socket.gaierror) the name cannot be resolved
    """
    failures = []
    where = addresses(host, steps[0].port, source)
    for family, address, scope in where:
        for number, step in enumerate(steps, 1):
            try:
                _send(family, _target(family, address, scope, step.port), step, source)
            except OSError as error:
                failures.append(
                    f"step {number} of {len(steps)} ({step.protocol}) could not be sent to {address}: "
                    f"{error.strerror or error}"
                )
                break
            time.sleep(PAUSE if pause is None else pause)
    if len(failures) == len(where):
        raise KnockFailed("; ".join(failures))


def _bind(sock: socket.socket, source: str) -> None:
    if source:
        sock.bind((source, 0))


def _target(family: socket.AddressFamily, address: str, scope: int, port: int) -> tuple[str | int, ...]:
    return (address, port, 0, scope) if family == socket.AF_INET6 else (address, port)


def _send(family: socket.AddressFamily, target: tuple[str | int, ...], step: Step, source: str) -> None:
    kind = socket.SOCK_STREAM if step.protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as sock:
        sock.setblocking(False)
        _bind(sock, source)
        if step.protocol == "udp":
            sock.sendto(b"\0" * step.size, target)
            return
        # Closed at once: a SYN that is sent again would be one more packet at a wrong moment.
        failed = sock.connect_ex(target)
        if failed not in _SENT:
            raise OSError(failed, errno.errorcode.get(failed, "unknown error"))
