# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is cut: the role's two transactions, updates of a ruleset, a change of the own user."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.facts import gather
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import safe_mode
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD, POLICIES
from ansible_collections.bastion.routeros.tests.prove.role_lists import Call, role_changes
from routeros_simulator.state import dump
from routeros_simulator.testing import Simulator, running

#: simulated seconds run this much faster than ours while something is waited for in earnest (signing a certificate)
SCALE = 20.0
#: where a dead-man switch may be armed: a minute of it must be longer than a run takes on a busy machine
DEAD_MAN_SCALE = 1.5
#: signing takes a moment, and what is signed is refused for a moment: both as short as real sockets allow
SWITCHES = {"sign_delay": 0.1, "fresh_certificate_delay": 0.1}
NEW_PASSWORD = "staple-battery-9"
TRUSTED, STRANGERS = ("127.0.0.1",), ("127.0.9.9", "203.0.113.66")


@dataclass
class Place:
    """A router, the ports that it is reached through, and a folder of the controller."""

    router: Simulator
    folder: Path
    ports: dict[str, int]

    @property
    def ca(self) -> Path:
        """Where the role keeps the router's authority."""
        return self.folder / "router1.pem"


@dataclass(frozen=True)
class Scenario:
    """One thing to do to a router, and what was done to it before.

    doors: how the inventory may log in, the one that makes the change first, the one that works after it last.
    """

    name: str
    calls: Callable[[Place], Sequence[Call]]
    doors: Sequence[Callable[[Place], Door]]
    settings: dict[str, Any] = field(default_factory=dict)
    before: Sequence[Scenario] = ()
    #: strangers are kept out before the change already
    guarded: bool = False
    #: actions that safe mode is trusted with
    budget: int = safe_mode.BUDGET

    def changes(self, place: Place) -> list[Change]:
        """The changes, for a router that is in the state that the scenario starts from."""
        key = (place.router.version, self.name)
        marks = {
            str(place.router.api_port): "<api>",
            str(place.router.api_ssl_port): "<api-ssl>",
            str(place.folder): "<folder>",
        }
        if key not in _CALLS:
            _CALLS[key] = _replaced(json.dumps(self.calls(place)), marks)
        return changes_of(json.loads(_replaced(_CALLS[key], {mark: text for text, mark in marks.items()})))


@dataclass
class Saved:
    """A router that is switched off, and the files of its controller."""

    state: str
    files: dict[str, bytes]
    ports: dict[str, int]


_CALLS: dict[tuple[str, str], str] = {}
_SAVED: dict[tuple[str, str], Saved] = {}


def _replaced(text: str, words: dict[str, str]) -> str:
    for word, other in words.items():
        text = (
            re.sub(rf"(?<![\w.]){re.escape(word)}(?![\w.])", other, text)
            if word.isdigit()
            else text.replace(word, other)
        )
    return text


def saved(version: str, scenario: Scenario, *, after: bool = False) -> Saved:
    """The router that a scenario starts from, or ends with, as made by uncut transactions."""
    key = (version, f"{scenario.name} {'after' if after else 'before'}")
    if key not in _SAVED:
        with place_of(version, saved(version, scenario) if after else None) as place:
            for step in [scenario] if after else scenario.before:
                Transaction(step.doors[0](place), step.changes(place), Settings(settle=0.01, **step.settings)).run()
            _SAVED[key] = save(place)
    return _SAVED[key]


def save(place: Place) -> Saved:
    """The router and the files of the controller as they are."""
    state = json.dumps(place.router.call(lambda: dump(place.router.router)))
    return Saved(state, {file.name: file.read_bytes() for file in place.folder.glob("*.pem")}, place.ports)


@contextmanager
def place_of(version: str, start: Saved | None = None) -> Iterator[Place]:
    """A running router, out of the box or as it was saved, on ports of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        state = None
        if start is not None:
            state = folder / "router.json"
            state.write_text(start.state)
            for file, content in start.files.items():
                (folder / file).write_bytes(content)
        scale = SCALE if safe_mode.available(Version.parse(version)) else DEAD_MAN_SCALE
        with running(version, time_scale=scale, switches=SWITCHES, state=state) as router:
            place = Place(router, folder, {name: _port(router, name) for name in ("api", "api-ssl")})
            if start is not None:
                _renumber(router, {str(start.ports[name]): str(port) for name, port in place.ports.items()})
            yield place


def _renumber(router: Simulator, ports: dict[str, str]) -> None:
    """Rules that name the ports of the API name those of this router."""

    def renumber() -> None:
        for path in ("/ip/firewall/filter", "/ipv6/firewall/filter"):
            for row in router.router.tables[path]:
                if "dst-port" in row.values:
                    numbers = row.values["dst-port"].split(",")
                    row.values["dst-port"] = ",".join(ports.get(number, number) for number in numbers)
            router.router.touched(path)

    router.call(renumber)


def _port(router: Simulator, service: str) -> int:
    return router.call(lambda: router.server.port(service)) or 0


def changes_of(calls: Sequence[Call]) -> list[Change]:
    """Changes as the action makes them: options validated against the documentation."""
    own = set(Settings.__dataclass_fields__)
    made = []
    for module, options in calls:
        checked = validate(module, options)
        made.append(change_class(module)({name: value for name, value in checked.items() if name not in own}))
    return made


def _verified(place: Place) -> Door:
    """The inventory of the role's documentation: the future path, and first contact without a certificate."""
    port = place.ports["api-ssl"]
    return Door(
        ConnectionOptions(
            host="127.0.0.1",
            port=port,
            user="automation",
            password=PASSWORD,
            ca_path=str(place.ca),
            first_contact=FirstContact(method="anonymous", port=port, user="admin", password=""),
        )
    )


def _plain(user: str, password: str) -> Callable[[Place], Door]:
    def door(place: Place) -> Door:
        return Door(
            ConnectionOptions(host="127.0.0.1", port=place.ports["api"], user=user, password=password, tls="plain")
        )

    return door


def _inventory(place: Place) -> dict[str, Any]:
    return {
        "inventory_hostname": "router1",
        "inventory_dir": str(place.folder),
        "ansible_host": "127.0.0.1",
        "ansible_user": "automation",
        "ansible_password": PASSWORD,
        "ansible_routeros_first_contact": {"method": "anonymous", "user": "admin", "password": ""},
        "secure_api_port": place.router.api_ssl_port,
        "secure_api_ca_directory": str(place.folder),
        "secure_api_certificate": {"key_size": "prime256v1"},
        "secure_api_sources": ["127.0.0.1", "127.0.5.0/24"],
        "secure_api_blocked_sources": ["127.0.5.66"],
        "secure_api_users": [{"name": "automation", "password": "{{ ansible_password }}", "policies": POLICIES}],
    }


def _role(name: str) -> Callable[[Place], Sequence[Call]]:
    def calls(place: Place) -> Sequence[Call]:
        session = _verified(place).open()
        try:
            facts, warnings = gather(session, [])
            assert not warnings, warnings
            return role_changes(facts, name, _inventory(place))
        finally:
            session.close()

    return calls


def _rules(*ports: str, accept: str = "friends", count: int = 0) -> list[dict[str, Any]]:
    many = [{"action": "drop", "protocol": "tcp", "dst_port": [str(2000 + number)]} for number in range(count)]
    return [
        {"action": "accept", "connection_state": ["established"], "comment": "running"},
        *many,
        *({"action": "drop", "protocol": "tcp", "dst_port": [port], "src_address_list": "foes"} for port in ports),
        {"action": "accept", "src_address_list": accept, "comment": "friends"},
        {"action": "drop", "comment": "everybody else"},
    ]


def _ruleset(*ports: str, accept: str, entries: Sequence[str], count: int = 0) -> list[Call]:
    return [
        ("address_list", {"list": accept, "entries": list(entries), "state": "replaced"}),
        (
            "firewall_filter",
            {
                "ruleset": "door",
                "entry": {"protocol": "tcp"},
                "rules": _rules(*ports, accept=accept, count=count),
            },
        ),
    ]


OLD = _ruleset("22", accept="friends", entries=["127.0.0.1"])
NEW = _ruleset("22", "23", "8291", accept="family", entries=["127.0.0.1", "192.0.2.0/24"])
MANY = _ruleset("22", accept="family", entries=["127.0.0.1"], count=3)
# What a dead-man switch needs as well.
RIGHTS = ["read", "write", "api", "policy", "test", "ftp", "reboot"]
OWN_GROUP: list[Call] = [("user_group", {"name": "robots", "policy": RIGHTS})]
OWN_USER: list[Call] = [
    ("user_group", {"name": "machines", "policy": [*RIGHTS, "sensitive"]}),
    ("user", {"name": "robot", "group": "machines", "password": NEW_PASSWORD, "comment": "moved"}),
    ("user_group", {"name": "robots", "state": "absent"}),
]


_ADMIN = _plain("admin", "")


def _fixed(*calls: Call) -> Callable[[Place], Sequence[Call]]:
    return lambda _place: calls


OPENING = Scenario("the role opens", _role("opening"), [_verified], {"prove_as": {"user": "automation"}})
CLOSING = Scenario("the role closes", _role("closing"), [_verified], before=[OPENING], guarded=True)
_OLD_RULES = Scenario("old rules", _fixed(*OLD), [_ADMIN])
RULESET = Scenario("a ruleset changes", _fixed(*NEW), [_ADMIN], before=[_OLD_RULES], guarded=True)
# What another controller wants of the same ruleset.
OTHER = _ruleset("22", "2222", accept="others", entries=["127.0.0.1", "198.51.100.0/24"])
# As if these were more than safe mode holds: built ahead of it, switched inside, cleared behind.
MANY_RULES = Scenario("a ruleset grows", _fixed(*MANY), [_ADMIN], before=[_OLD_RULES], guarded=True, budget=10)
_ROBOT = Scenario(
    "a robot", _fixed(*OWN_GROUP, ("user", {"name": "robot", "group": "robots", "password": PASSWORD})), [_ADMIN]
)
OWN_ACCOUNT = Scenario(
    "the own user changes",
    _fixed(*OWN_USER),
    [_plain("robot", PASSWORD), _plain("robot", NEW_PASSWORD)],
    {"prove_as": {"password": NEW_PASSWORD}},
    before=[_ROBOT],
)
SCENARIOS = [OPENING, CLOSING, RULESET, MANY_RULES, OWN_ACCOUNT]
