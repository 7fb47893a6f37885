# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage of the proofs: a secured router as it would be found, its operator, and one change to it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot
from ansible_collections.bastion.routeros.tests.prove.edge import Edge, edge_of
from routeros_simulator import state as saved
from routeros_simulator.testing import Simulator, running

VERSIONS = ("7.12.2", "7.18.2", "7.22.3", "7.24")
# Simulated seconds run this much faster than ours; a dead-man switch of some 60 s must not fire early.
SCALE, DEAD_MAN_SCALE = 200.0, 1.5
USER, PASSWORD = "automation", "correct-horse-7"
POLICIES = ["read", "write", "api", "policy", "sensitive", "ftp"]
Call = tuple[str, Mapping[str, Any]]
Rows = Sequence[tuple[str, Mapping[str, str]]]

# What the facts leave open. Every pair of positions occurs together in one of the mixtures.
POSITIONS: dict[str, tuple[Any, ...]] = {
    "refused_source": ("close", "reset", "silence"),
    "open_sessions_on_disable": ("keep", "cut"),
    "missing_item_number": (False, True),
    "categories": (False, True),
    "foreign_release": ("refuse", "release"),
    "quit_while_holding": ("unroll", "release"),
    "rollback_delay": (2.0, 0.1),
    "row_is_action": (True, False),
    "bare_host_mask": (True, False),
    "hide_secrets": (False, True),
    "rule_delay": (0.0, 2.0),
    "ca_removal": ("cascade", "refuse", "keep"),
    "used_certificate": ("remove", "refuse"),
    "unknown_matcher": ("no-match", "match"),
    "syn_retransmits": (True, False),
    "request_clamp": (False, True),
}


def mixtures(positions: Mapping[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Few mixtures in which every two positions of different switches meet; greedy, the same in every run."""
    names = list(positions)
    left = {
        (one, first, other, second)
        for one, other in itertools.combinations(names, 2)
        for first in positions[one]
        for second in positions[other]
    }
    found: list[dict[str, Any]] = []
    while left:
        one, first, other, second = min(left, key=repr)
        mixture = {one: first, other: second}
        for name in names:
            if name not in mixture:
                scores = [(_met(mixture, name, value, left), -at) for at, value in enumerate(positions[name])]
                mixture[name] = positions[name][-max(scores)[1]]
        left = {pair for pair in left if not (mixture[pair[0]] == pair[1] and mixture[pair[2]] == pair[3])}
        found.append(mixture)
    return found


def _met(mixture: Mapping[str, Any], name: str, value: Any, left: set[tuple[str, Any, str, Any]]) -> int:
    pairs = ((other, text, name, value) for other, text in mixture.items())
    return sum(pair in left or (pair[2], pair[3], pair[0], pair[1]) in left for pair in pairs)


MIXTURES = mixtures(POSITIONS)


@dataclass(frozen=True)
class Case:
    """A change to a router: what it looked like before, and module calls as in a playbook.

    `rows` are added to the secured router and `settings` changed beforehand. `$port`, `$plain` and `$free` stand for
    the ports of api-ssl, api and of nobody. `way`: verified | plain | first contact; `source`: where the operator
    comes from. `why` is what the refusal says, when one is given. `armed`: the operator has the policies that a
    dead-man switch needs.
    """

    name: str
    calls: Sequence[Call]
    rows: Rows = ()
    changed: Sequence[tuple[str, str, Mapping[str, str]]] = ()
    way: str = "verified"
    source: str = "127.0.0.1"
    settings: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    armed: bool = False

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


@dataclass
class Stage:
    """A router in front of which a case is played."""

    router: Simulator
    case: Case
    ca: Path
    ports: dict[str, str]
    edge: Edge

    def door(self) -> Door:
        """The operator's own way in, as the inventory tells it."""
        way, first = self.case.way, None
        if way == "first contact":
            first = FirstContact("anonymous", port=int(self.ports["$port"]))
        plain = way == "plain"
        return Door(
            ConnectionOptions(
                host=self.case.source,
                port=int(self.ports["$plain" if plain else "$port"]),
                user=USER,
                password=PASSWORD,
                tls="plain" if plain else "verify",
                ca_path="" if plain else str(self.ca),
                first_contact=first,
            )
        )

    def get_in(self) -> str:
        """Log in over the operator's way and work; returns the way. Raises RouterError when that does not go."""
        door = self.door()
        session = door.open()
        try:
            session.read("/system/identity")
        finally:
            session.close()
        return door.way

    def play(self, *, check_mode: bool = False) -> Outcome:
        """Carry the calls out as one transaction."""
        settings = Settings(**self.filled(dict(self.case.settings)))
        changes = changes_of(self.filled(list(self.case.calls)))
        return Transaction(self.door(), changes, settings, check_mode=check_mode, sleep=self.edge.pass_time).run()

    def filled(self, value: Any) -> Any:
        """With the ports of this router in place of their names."""
        if isinstance(value, str):
            for name, port in self.ports.items():
                value = value.replace(name, port)
            return value
        if isinstance(value, Mapping):
            return {key: self.filled(item) for key, item in value.items()}
        return type(value)(self.filled(item) for item in value) if isinstance(value, (list, tuple)) else value

    def look(self) -> Any:
        """The configuration. The order of address lists means nothing."""
        found = snapshot(self.router)
        return {path: sorted(rows) if path.endswith("/address-list") else rows for path, rows in found.items()}

    def writes(self) -> int:
        """How many actions the router has carried out so far."""
        return self.router.call(lambda: self.router.router.history._number)

    def settle(self, wanted: Any) -> Any:
        """Let the router notice dead sessions; the configuration as soon as it is the wanted one, or as it stays."""
        deadline = time.monotonic() + 10
        while (found := self.look()) != wanted and time.monotonic() < deadline:
            self.router.advance(30)
            time.sleep(0.02)
        return found


def changes_of(calls: Sequence[Call]) -> list[Change]:
    """Changes as the action makes them: options validated against the documentation."""
    protection = Settings.__dataclass_fields__
    made = []
    for module, options in calls:
        checked = validate(module, options)
        made.append(change_class(module)({name: value for name, value in checked.items() if name not in protection}))
    return made


@dataclass(frozen=True)
class House:
    """A secured router, once for each release; every case gets a copy of its own."""

    version: str
    state: Mapping[str, Any]
    ca: Path

    @contextmanager
    def stage(self, case: Case, mixture: Mapping[str, Any]) -> Iterator[Stage]:
        """A router as the case finds it."""
        # Before 7.18 a dead-man switch is armed for those who have the policies; the operator normally has them not.
        armed = self.version == VERSIONS[0] and (case.way == "first contact" or case.armed)
        scale = DEAD_MAN_SCALE if armed else SCALE
        with running(self.version, time_scale=scale, switches=mixture) as router, edge_of(router) as edge:
            ports = {"$port": str(router.api_ssl_port), "$plain": str(router.api_port), "$free": "1"}
            if case.way != "first contact":
                router.call(lambda: self._furnish(router))
            stage = Stage(router, case, self.ca, ports, edge)
            router.call(lambda: self._prepare(router, stage))
            yield stage

    def _furnish(self, router: Simulator) -> None:
        services = router.router.tables["/ip/service"]
        held = {row.get("name"): row.get("port") for row in services}
        with router.router.batch():  # nobody looks before everything is there
            saved.load(router.router, self.state)
            for row in [row for row in services if not row.dynamic]:
                services.update(row, {"port": held[row.get("name")]})

    def _prepare(self, router: Simulator, stage: Stage) -> None:
        tables = router.router.tables
        for path, values in stage.case.rows:
            tables[path].insert(stage.filled(dict(values)))
            router.router.touched(path)
        for path, name, values in stage.case.changed:
            for row in [row for row in tables[path] if not row.dynamic and (not name or row.get("name") == name)]:
                tables[path].update(row, stage.filled(dict(values)))
            router.router.touched(path)


def build(version: str, folder: Path) -> House:
    """Secure a router as the role does, over first contact, and keep what became of it."""
    ca = folder / "ca.pem"
    case = Case("house", HOUSE, way="first contact")
    # The router's own user may arm a dead-man switch.
    scale = DEAD_MAN_SCALE if version == VERSIONS[0] else SCALE
    with running(version, time_scale=scale) as router, edge_of(router) as edge:
        ports = {"$port": str(router.api_ssl_port), "$plain": str(router.api_port), "$ca": str(ca)}
        stage = Stage(router, case, ca, ports, edge)
        stage.play()
        for number, (network, interface) in enumerate(OWN, start=1):
            path = "/ip/address"
            row = {"address": network, "interface": interface, "comment": f"address {number}"}
            router.call(lambda path=path, row=row: router.router.tables[path].insert(row))
        for name, member in (("LAN", "ether1"), ("WAN", "ether2")):
            router.call(lambda name=name, member=member: _interface_list(router, name, member))
        state = router.call(lambda: saved.dump(router.router))
    return House(version, state, ca)


def _interface_list(router: Simulator, name: str, member: str) -> None:
    tables = router.router.tables
    if tables["/interface"].find(name=member) is None:
        tables["/interface"].insert({"name": member})
    tables["/interface/list"].insert({"name": name})
    tables["/interface/list/member"].insert({"list": name, "interface": member})


OWN = (("127.0.0.1/8", "ether1"), ("192.0.2.1/24", "ether2"))
KEY = {"key_size": "prime256v1", "renew_before": 0}
LEAF = {"subject_alt_name": ["IP:127.0.0.1", "IP:::1"], "common_name": "router1", **KEY}
HOUSE: list[Call] = [
    ("certificate", {"name": "ca", "common_name": "house", "save_to": "$ca", **KEY}),
    ("certificate", {"name": "leaf", "ca": "ca", **LEAF}),
    ("certificate", {"name": "spare", "ca": "ca", **LEAF}),
    ("certificate", {"name": "strange-ca", "common_name": "stranger", **KEY}),
    ("certificate", {"name": "strange", "ca": "strange-ca", **LEAF}),
    ("user_group", {"name": "automation", "policy": POLICIES}),
    ("user_group", {"name": "watchers", "policy": ["read", "api"]}),
    ("user", {"name": USER, "group": "automation", "password": PASSWORD}),
    ("user", {"name": "watcher", "group": "watchers", "password": "Look-only-9"}),
    ("service", {"name": "api-ssl", "certificate": "leaf"}),
]

__all__ = ["MIXTURES", "VERSIONS", "Case", "House", "Stage", "build"]
