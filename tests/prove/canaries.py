# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that exist nowhere else, and the search for them: as they are, and as encodings would leave them."""

from __future__ import annotations

import base64
import re
import secrets
import string
from collections.abc import Iterator

LETTERS = string.ascii_letters + string.digits
#: above the ports that the machine gives out by itself, so that no client's port looks like a step
FIRST_STEP, LAST_STEP = 61_001, 65_499
#: what breaks quoting, escaping and replacing, with letters of the canary on both sides
AWKWARD = "'\"\\%é &<{ "


#: what every canary begins with, so that a search needs to look for little
START = "Qz7Xk9V"


def _word(length: int = 10) -> str:
    return START + "".join(secrets.choice(LETTERS) for _unused in range(length))


def encodings(mark: str) -> Iterator[str]:
    """A mark as it is, in hex, and in base64 wherever in a longer text it begins."""
    data = mark.encode()
    yield mark
    yield data.hex()
    yield data.hex().upper()
    for ahead in range(3):
        coded = base64.b64encode(bytes(ahead) + data).decode()
        # the first and last characters also carry what stands beside the mark
        inner = coded[(0, 2, 3)[ahead] : len(data) * 8 // 6 - 1]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


class Canaries:
    """One run's secrets by name: `values` is what the play gets, `found_in` looks for them."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self._owners: dict[bytes, str] = {}
        self._others: set[bytes] = set()
        self._ports: dict[str, str] = {}

    def _keep(self, name: str, value: object, *marks: str) -> None:
        assert name not in self.values, f"{name} twice"
        self.values[name] = value
        for mark in marks:
            found = [text.encode() for text in encodings(mark)]
            self._owners.update(dict.fromkeys(found, name))
            if not mark.startswith(START):
                self._others.update(found)

    def password(self, name: str) -> str:
        """A password with everything in it that quoting has trouble with; either half gives it away."""
        first, second = _word(), _word()
        text = f"{first}{AWKWARD}{second}-7"
        self._keep(name, text, first, second)
        return text

    def plain(self, name: str) -> str:
        """Letters and digits only."""
        text = _word(17)
        self._keep(name, text, text)
        return text

    def weak(self, name: str) -> str:
        """A password that no rule accepts."""
        text = "W" + _word(4)[-4:] + "q9Z"
        self._keep(name, text, text)
        return text

    def digits(self, name: str) -> int:
        """A password that YAML takes for a number."""
        number = 10**11 + secrets.randbelow(9 * 10**11)
        self._keep(name, number, str(number))
        return number

    def steps(self, name: str, count: int = 3) -> list[str]:
        """A knock sequence."""
        ports: list[int] = []
        while len(ports) < count:
            port = FIRST_STEP + secrets.randbelow(LAST_STEP - FIRST_STEP)
            if all(abs(port - other) > 40 for other in ports) and str(port) not in self._ports:
                ports.append(port)
        if ports == sorted(ports) or ports == sorted(ports, reverse=True):
            ports[0], ports[1] = ports[1], ports[0]
        self.values[name] = [f"{'udp' if number == 1 else 'tcp'}/{port}" for number, port in enumerate(ports)]
        self._ports.update({str(port): name for port in ports})
        return list(map(str, self.values[name]))  # type: ignore[call-overload]

    def text(self, name: str, value: str) -> str:
        """A longer secret such as a PEM key: each of its lines gives it away."""
        self._keep(name, value, *(line for line in value.splitlines() if len(line) >= 32 and "-----" not in line))
        return value

    def found_in(self, data: bytes) -> set[str]:
        """The names of the secrets that are in there."""
        found = set()
        if any(start in data for start in _STARTS) or any(other in data for other in self._others):
            found = {name for text, name in self._owners.items() if text in data}
        for port, name in self._ports.items():
            if port.encode() in data and re.search(rb"(?<![\w.-])%b(?![\w.-])" % port.encode(), data):
                found.add(name)
        return found


_STARTS = [text.encode() for text in encodings(START)]
