# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After every sentence that a router carries out: who would get in now? Judged by verdict, both families."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import ACCEPTED, FIRST_SYN, Packet, Tables, judge
from routeros_simulator.router import Router
from routeros_simulator.testing import Simulator

Rows = tuple[tuple[tuple[str, str], ...], ...]
_FAMILIES = {4: "/ip/firewall", 6: "/ipv6/firewall"}
# States that were judged already, in this process: most trials pass through the same ones.
_KNOWN: dict[tuple[int, str, str, Rows, Rows], bool] = {}


class Watch:
    """Looks at a router after each command, rollback and timer, and remembers what was wrong.

    :param trusted: sources that must get in, from the first state in which they do.
    :param strangers: sources that must stay out, from the first state in which they are; none where a rollback may open
        the door again.
    """

    def __init__(self, router: Simulator, trusted: Sequence[str], strangers: Sequence[str]) -> None:
        self.judged = 0
        self.wrong: list[str] = []
        self._trusted, self._strangers = tuple(trusted), tuple(strangers)
        self._in: set[str] = set()
        self._out: set[str] = set()
        self._router = router.router
        self._last: object = None
        router.call(self._begin)

    def _begin(self) -> None:
        router = self._router

        def changed(path: str) -> None:
            if path.startswith(tuple(_FAMILIES.values())) or path == "/ip/service":
                self.look(f"a change of {path}")

        router.changed.append(changed)
        self.look("the start")

    def look(self, when: str) -> None:
        """Judge the state as it is now, if it is another one than before."""
        found = {family: _tables(self._router, base) for family, base in _FAMILIES.items()}
        if found == self._last:
            return
        self._last = found
        self.judged += 1
        for source in (*self._trusted, *self._strangers):
            inside = _gets_in(found[ip_address(source).version], source, _port(self._router))
            if source in self._trusted:
                if inside:
                    self._in.add(source)
                elif source in self._in:
                    self.wrong.append(f"after {when}: {source} is shut out")
            elif not inside:
                self._out.add(source)
            elif source in self._out:
                self.wrong.append(f"after {when}: {source} is let in")


def _tables(router: Router, base: str) -> tuple[Rows, Rows]:
    filters, lists = (
        tuple(tuple(sorted(row.values.items())) for row in router.tables[f"{base}/{name}"])
        for name in ("filter", "address-list")
    )
    return filters, lists


def _port(router: Router) -> str:
    return next(row.get("port") for row in router.tables["/ip/service"] if row.get("name") == "api-ssl")


def _gets_in(tables: tuple[Rows, Rows], source: str, port: str) -> bool:
    """Whether a source that stays below every limit gets a new connection to the API."""
    family = ip_address(source).version
    key = (family, source, port, *tables)
    if key not in _KNOWN:
        rows = [{name: text for name, text in row if name not in ("limit", "dst-limit")} for row in tables[0]]
        packet = Packet(
            source=source,
            protocol="tcp",
            destination_port=int(port),
            state="new",
            tcp_flags=FIRST_SYN,
            fragment=False,
            family=family,
        )
        answer = judge(
            Tables(filter=rows, address_lists=[dict(row) for row in tables[1]], family=family), "input", packet
        )
        _KNOWN[key] = answer.answer == ACCEPTED
    return _KNOWN[key]
