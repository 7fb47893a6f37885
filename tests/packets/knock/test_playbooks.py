# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks through the door: a simulated router in a namespace, with its own rules in force in that kernel.

Whatever changes its filter or its lists is translated and loaded at once, so that the login by which the role proves
its change already stands before the real door. The simulator's own judgement is left out: netfilter does it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.tests.integration.knock.together import by_chain, gates, without_knock
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Run, Stage, snapshot
from ansible_collections.bastion.routeros.tests.packets.knock.house import FULL, ROUTER, Network, echo
from ansible_collections.bastion.routeros.tests.packets.namespaces import Namespace
from ansible_collections.bastion.routeros.tests.packets.nft import TABLES, translate
from routeros_simulator.firewall import ACCEPT
from routeros_simulator.testing import Simulator, running

pytestmark = pytest.mark.real_packets

KNOCK, SECURE = "bastion.routeros.knock", "bastion.routeros.secure_api"
SEQUENCE = ["tcp/41873", "udp/12077", "tcp/28511"]
OTHER_DOOR = 2222
# Thirty tasks over two minutes, or a tenth of that, with the times of the rules likewise.
SCALE = 10 if FULL else 1
TASKS, PAUSE = 30, 4 if FULL else 0
RULES = {4: "/ip/firewall", 6: "/ipv6/firewall"}


class Live:
    """A simulated router whose rules are in force in its namespace."""

    def __init__(self, network: Network, simulator: Simulator, folder: Path) -> None:
        self.network = network
        self.simulator = simulator
        self.failure = ""
        self._loaded: dict[int, str] = {}
        self._waiting = False
        self.lists: dict[int, dict[str, str]] = {}
        self._stages = 0
        self._folder = folder
        simulator.call(self._take_part)

    def _take_part(self) -> None:
        server: Any = self.simulator.server
        server.firewall.judge = lambda packet: ACCEPT
        self.simulator.router.changed.append(self._changed)

    def _changed(self, path: str) -> None:
        if path.startswith(tuple(RULES.values())) and not self._waiting:
            self._waiting = True
            asyncio.get_running_loop().call_later(0.05, self._load)

    def _load(self) -> None:
        self._waiting = False
        tables = self.simulator.router.tables
        try:
            for family, menu in RULES.items():
                filters, lists = (
                    [dict(row.values) for row in tables[f"{menu}/{name}"] if not row.dynamic]
                    for name in ("filter", "address-list")
                )
                script = translate(family, filter=filters, address_lists=lists, approximate=True)
                if self._loaded.get(family) != script.text:
                    self.network.router.nft(script.text)
                    self._loaded[family] = script.text
                    self.lists[family] = dict(script.lists)
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"

    def forget(self) -> None:
        """Forget who knocked, as if everything had run out."""
        for text in self._loaded.values():
            self.network.router.nft(text)

    def added(self, name: str) -> bool:
        """Whether anybody came into an address list since the rules were loaded."""
        text = self.network.router.run("nft", "list", "table", *TABLES[4].split())
        set_name = f"@{self.lists[4][name]}_dynamic"
        adding = [line for line in text.splitlines() if set_name in line and "update" in line]
        assert adding, f"no rule adds to {name}"
        return any("counter packets 0 " not in line for line in adding)

    def open(self, who: Namespace) -> bool:
        """Whether the API can be connected to."""
        with who.inside():
            return knock.is_open(ROUTER[4], self.simulator.api_ssl_port, "", 0.3)

    def stage(self, variables: dict[str, Any]) -> Stage:
        """An inventory, in a folder of its own."""
        self._stages += 1
        folder = self._folder / f"stage{self._stages}"
        folder.mkdir()
        return Stage(
            folder,
            self.simulator.api_ssl_port,
            {
                "ansible_host": ROUTER[4],
                "ansible_timeout": 5,
                "knock_sequence": SEQUENCE,
                "knock_ports": ["{{ ansible_port }}", OTHER_DOOR],
                "knock_settle": 1,
                "secure_api_settle": 1,
                **variables,
            },
        )


def play(who: Namespace, stage: Stage, *options: str, playbook: str, extra: dict[str, Any] | None = None) -> Run:
    """A real ansible-playbook, started inside a namespace: what this thread starts lives where the thread lives."""
    with who.inside():
        return stage.play(*options, playbook=playbook, extra=extra)


def book(folder: Path, *tasks: dict[str, Any]) -> str:
    """A playbook of these tasks."""
    path = folder / f"tasks{len(list(folder.glob('tasks*.yml')))}.yml"
    named = [{"name": f"Task {number}", **task} for number, task in enumerate(tasks)]
    path.write_text(yaml.safe_dump([{"hosts": "routers", "gather_facts": False, "tasks": named}]), encoding="utf-8")
    return str(path)


@pytest.fixture
def live(network: Network, tmp_path: Path) -> Iterator[Live]:
    with contextlib.ExitStack() as stack:
        for family, table in TABLES.items():
            stack.callback(network.router.run, "nft", "delete", "table", *table.split())
            network.router.nft(f"table {table} {{\n}}\nflush table {table}\n")
            assert family
        stack.enter_context(echo(network.router, OTHER_DOOR))
        # The thread of the simulator is born inside, so that all of its sockets are there too.
        with network.router.inside():
            simulator = stack.enter_context(running("7.22.3", time_scale=5, hosts=(ROUTER[4],)))
        made = Live(network, simulator, tmp_path)
        yield made
        assert made.failure == ""


@pytest.mark.long
def test_the_way_of_a_user(live: Live) -> None:
    """Role, again, in with the knock, an error that names the option without it, a second door, self-test, gone."""
    client, other = live.network.client, live.network.other
    knocking = live.stage({"ansible_routeros_knock": SEQUENCE, "knock_open_for": "5m"})

    first = play(client, knocking, playbook=KNOCK)
    assert first.changed == 1, first.text
    live.forget()
    again = play(client, knocking, playbook=KNOCK)
    assert again.changed == 0, again.text
    assert live.added("bastion-knock-open")

    look = book(knocking.folder, {"bastion.routeros.facts": {"gather_subset": ["system"]}})
    outside = play(other, live.stage({"ansible_timeout": 2}), "-vvvv", playbook=look)
    assert outside.changed == -1
    assert "ansible_routeros_knock" in outside.flat

    live.forget()
    door = {"bastion.routeros.knock": {"port": OTHER_DOOR}, "register": "door"}
    opened = {"ansible.builtin.assert": {"that": ["not door.was_open", "door.open", "door.attempts == 1"]}}
    second = play(client, knocking, "-vvvv", playbook=book(knocking.folder, door, opened))
    assert second.changed == 1, second.text
    assert not [step for step in SEQUENCE if step.split("/")[1] in second.text]

    live.forget()
    tested = play(client, knocking, "--tags", "self_test", playbook=KNOCK)
    assert tested.changed == 0, tested.text
    assert "is closed without a knock and open with it" in tested.flat

    assert not live.open(other)
    gone = play(client, knocking, playbook=KNOCK, extra={"knock_state": "absent"})
    assert gone.changed == 1, gone.text
    assert live.open(other)


@pytest.mark.long
def test_thirty_tasks_in_two_minutes_never_blacklist_who_knocked(live: Live) -> None:
    """Beside secure_api, that counts connections; the open door closes meanwhile and is knocked at again."""
    administrator, operator = live.network.other, live.network.client
    stage = live.stage(
        {
            "ansible_routeros_knock": SEQUENCE,
            "knock_open_for": f"{5 * SCALE}s",
            "knock_step_timeout": f"{3 * SCALE}s",
            "knock_penalty": f"{6 * SCALE}s",
            "secure_api_sources": ["192.0.2.0/24"],
            "secure_api_trusted_sources": ["192.0.2.8"],
            "secure_api_brute_force": {"attempts": 3, "window": f"{6 * SCALE}s", "block_for": "1h"},
        }
    )
    assert play(administrator, stage, playbook=KNOCK).changed == 1
    secured = play(administrator, stage, playbook=SECURE)
    assert secured.changed > 0, secured.text
    both = by_chain(snapshot(live.simulator))
    assert gates(live.simulator)[:2] == ["bastion-knock", "bastion-secure-api"]
    live.forget()
    tasks = [{"bastion.routeros.wait": {"delay": PAUSE, "timeout": 1}}] * TASKS
    done = play(operator, stage, playbook=book(stage.folder, *tasks))
    assert done.changed == 0, done.text
    assert done.text.count("ok: [router1]") == TASKS
    assert live.added("bastion-knock-open")
    assert not live.added("bastion-api-blacklist")
    assert not live.added("bastion-knock-penalty")

    # Without the knock before it, the same tasks are too many.
    gone = play(administrator, stage, playbook=KNOCK, extra={"knock_state": "absent"})
    assert gone.changed == 1, gone.text
    assert by_chain(snapshot(live.simulator)) == without_knock(both)
    control = play(operator, stage, playbook=book(stage.folder, *tasks[:6]))
    assert control.changed == -1, control.text
    assert live.added("bastion-api-blacklist")
