# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door knocks when it is closed, and only then; its errors name steps by number."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    parse_knock,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import ConnectFailed, SetupFailed


@dataclass
class House:
    """A port that starts to listen when the last of some UDP steps was heard."""

    port: int
    steps: list[knock.Step]
    heard: list[int] = field(default_factory=list)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(knock, "PAUSE", 0.02)
    ears = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _each in range(3)]
    door = socket.socket()
    for each in (*ears, door):
        each.bind(("127.0.0.1", 0))
    built = House(door.getsockname()[1], [knock.Step("udp", ear.getsockname()[1], 8) for ear in ears])

    def listen() -> None:
        with contextlib.suppress(OSError):
            for number, ear in enumerate(ears, 1):
                ear.recv(100)
                built.heard.append(number)
            door.listen()

    threading.Thread(target=listen, daemon=True).start()
    yield built
    for each in (*ears, door):
        each.close()


def options(house: House, steps: list[knock.Step]) -> ConnectionOptions:
    return ConnectionOptions(host="127.0.0.1", user="automation", port=house.port, timeout=3, knock=tuple(steps))


def test_a_closed_door_is_knocked_at(house: House) -> None:
    Door(options(house, house.steps))._connect(options(house, house.steps)).close()
    assert house.heard == [1, 2, 3]


def test_an_open_door_is_not(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wanted = ConnectionOptions(
            host="127.0.0.1", user="automation", port=listener.getsockname()[1], knock=tuple(house.steps)
        )
        Door(wanted)._connect(wanted).close()
    assert house.heard == []


def test_a_knock_in_vain_says_what_was_sent_and_no_port(house: House) -> None:
    wanted = options(house, house.steps[1:])
    with pytest.raises(ConnectFailed, match="all 2 steps of ansible_routeros_knock were sent, twice") as caught:
        Door(wanted)._connect(wanted)
    assert caught.value.kind == "refused"
    assert not any(str(step.port) in str(caught.value) for step in house.steps)


def test_the_step_that_cannot_be_sent_is_named_by_number(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    send = knock._send

    def broken(family: socket.AddressFamily, target: tuple[str | int, ...], step: knock.Step, source: str) -> None:
        if step == house.steps[1]:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        send(family, target, step, source)

    monkeypatch.setattr(knock, "_send", broken)
    wanted = options(house, house.steps)
    with pytest.raises(ConnectFailed, match=r"step 2 of 3 \(udp\) could not be sent") as caught:
        Door(wanted)._connect(wanted)
    assert str(house.steps[1].port) not in str(caught.value)


def test_without_a_sequence_the_error_names_the_option() -> None:
    wanted = ConnectionOptions(host="127.0.0.1", user="automation", port=1)
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import reasons

    assert "ansible_routeros_knock" in reasons.from_connect(wanted, TimeoutError()).message


def test_a_bad_sequence_is_a_bad_option() -> None:
    with pytest.raises(SetupFailed, match="ansible_routeros_knock: step 1") as caught:
        parse_knock(["tpc/41873"])
    assert "41873" not in caught.value.message


def test_options_do_not_show_the_sequence() -> None:
    wanted = ConnectionOptions(host="192.0.2.1", user="automation", knock=knock.parse(["tcp/41873"]))
    assert "41873" not in repr(wanted)
