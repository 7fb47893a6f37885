# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restart takes its time: nobody is served meanwhile, and the router comes back as its configuration says."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import librouteros
import pytest
from routeros_simulator.testing import Simulator, running

LONG = 1000.0  # simulated seconds that no test waits for


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", switches={"reboot_time": LONG}) as simulator:
        yield simulator


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_nothing_listens_while_it_restarts(
    sim: Simulator, raw: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    ports = sim.api_port, sim.api_ssl_port
    holder, bystander, stranger = raw(sim).login(), raw(sim).login(), raw(sim)
    holder.talk("/safe-mode/take")
    holder.talk("/system/identity/set", "=name=changed")
    bystander.send("/system/reboot")
    assert {holder.state(), stranger.state()} <= {"reset", "closed"}
    eventually(lambda: refused(ports[0]) and refused(ports[1]))
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert other.getsockname()[1] not in ports, "the ports stay the router's own"
    sim.advance(LONG)
    assert (sim.api_port, sim.api_ssl_port) == ports
    back = raw(sim).login()
    assert back.talk("/system/identity/print")[0] == ["!re", "=name=MikroTik"], "safe mode was rolled back"
    (uptime,) = [word for word in back.talk("/system/resource/print")[0] if word.startswith("=uptime=")]
    assert uptime in ("=uptime=0s", "=uptime=1s", "=uptime=2s")


def test_what_is_to_run_at_the_start_runs_when_it_is_up(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    api.path("system", "scheduler").add(
        name="start", **{"start-time": "startup", "on-event": "/system/identity/set name=started"}
    )
    api.path("system", "scheduler").add(name="often", interval="10s", **{"on-event": ":log info often"})
    with pytest.raises((librouteros.exceptions.ConnectionClosed, OSError)):
        tuple(api("/system/reboot"))
    sim.advance(LONG / 2)
    assert sim.rows("/system/identity")[0]["name"] == "MikroTik"
    assert not any("often" in row["message"] for row in sim.rows("/log")), "no job runs while it is off"
    sim.advance(LONG / 2)
    again = login(sim)
    assert next(iter(again.path("system", "identity")))["name"] == "started"
    sim.advance(11)
    assert any("often" in row["message"] for row in again.path("log"))


def test_a_router_that_is_shut_down_stays_off(
    sim: Simulator, raw: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    port = sim.api_port
    raw(sim).login().send("/system/shutdown")
    eventually(lambda: refused(port))
    sim.advance(10 * LONG)
    assert refused(port)
    sim.call(sim.router.power.start)
    assert raw(sim).login()


def test_it_is_back_after_a_while(login: Callable[..., Any], eventually: Callable[..., None]) -> None:
    with running("7.22.3", time_scale=20, switches={"reboot_time": 4.0}) as sim:
        port = sim.api_port
        with pytest.raises((librouteros.exceptions.ConnectionClosed, OSError)):
            tuple(login(sim)("/system/reboot"))
        eventually(lambda: not refused(port))
        assert login(sim)


def test_a_router_that_restarts_with_another_configuration(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    tuple(api("/system/backup/save", name="b", **{"dont-encrypt": "yes"}))
    api.path("system", "identity").update(name="changed")
    with pytest.raises((librouteros.exceptions.ConnectionClosed, OSError)):
        tuple(api("/system/backup/load", name="b", password=""))
    sim.advance(LONG)
    assert next(iter(login(sim).path("system", "identity")))["name"] == "MikroTik"


def test_a_timer_that_is_set_after_a_jump_runs(sim: Simulator, eventually: Callable[..., None]) -> None:
    ran: list[int] = []
    sim.call(lambda: sim.router.clock.call_later(500.0, lambda: ran.append(1)))
    sim.advance(600.0)
    sim.call(lambda: sim.router.clock.call_later(0.1, lambda: ran.append(2)))
    eventually(lambda: ran == [1, 2])
