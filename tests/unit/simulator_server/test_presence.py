# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the router is heard: addresses that come and go, those that routers share, interfaces that go down."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from routeros_simulator.testing import Simulator, running

from .conftest import RawClient

HOST = "127.0.0.77"
ADDRESS = "/ip/address"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3") as simulator:
        yield simulator


@pytest.fixture
def at() -> Iterator[Callable[..., RawClient]]:
    """Connect to an address of the router."""
    opened: list[socket.socket] = []

    def connect(sim: Simulator, host: str = HOST) -> RawClient:
        opened.append(socket.create_connection((host, sim.api_port), 5))
        return RawClient(opened[-1]).login()

    yield connect
    for one in opened:
        one.close()


def deaf(sim: Simulator, host: str = HOST) -> bool:
    """Whether nothing listens at an address."""
    try:
        socket.create_connection((host, sim.api_port), 5).close()
    except ConnectionRefusedError:
        return True
    return False


def add(api: Any, address: str = f"{HOST}/32", interface: str = "ether1") -> str:
    id: str = api.path("ip", "address").add(address=address, interface=interface)
    return id


def test_an_address_is_served_from_the_moment_that_it_is_there(
    sim: Simulator, login: Callable[..., Any], at: Callable[..., RawClient]
) -> None:
    api = login(sim)
    assert deaf(sim)
    id = add(api)
    at(sim)
    (api_row,) = [row for row in api.path("ip", "service") if row["name"] == "api" and not row["dynamic"]]
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    api.path("ip", "service").update(**{".id": api_row[".id"], "port": free})
    at(sim)
    api.path("ip", "address").update(**{".id": id, "disabled": True})
    assert deaf(sim)
    api.path("ip", "address").update(**{".id": id, "disabled": False})
    at(sim)
    api.path("ip", "address").remove(id)
    assert deaf(sim)
    assert not deaf(sim, "127.0.0.1")


def test_addresses_of_other_networks_are_not_opened_on_this_machine(sim: Simulator, login: Callable[..., Any]) -> None:
    add(login(sim), "0.0.0.0/0")
    add(login(sim), "192.0.2.1/24")
    hosts = sim.call(lambda: {one.getsockname()[0] for one in sim.server.listeners._open["api"].sockets})
    assert hosts <= {"127.0.0.1", "::1"}


def test_a_session_to_an_address_that_goes_is_not_heard_until_it_is_back(
    sim: Simulator, login: Callable[..., Any], at: Callable[..., RawClient]
) -> None:
    api = login(sim)
    id = add(api)
    session = at(sim)
    api.path("ip", "address").update(**{".id": id, "disabled": True})
    session.send("/system/identity/print")
    assert session.silent()
    assert list(api.path("system", "identity"))
    api.path("ip", "address").update(**{".id": id, "disabled": False})
    assert session.read() == ["!re", "=name=MikroTik"]


def test_a_virtual_address_is_the_masters(
    sim: Simulator, login: Callable[..., Any], at: Callable[..., RawClient]
) -> None:
    api = login(sim)
    api.path("interface", "vrrp").add(interface="ether1", vrid=7, name="gateway")
    add(api, interface="gateway")
    session = at(sim)
    sim.call(lambda: sim.router.vrrp.heard(7, 200))
    session.send("/system/identity/print")
    assert session.silent()
    assert deaf(sim)
    sim.call(lambda: sim.router.vrrp.heard(7, 0))
    assert session.read()[0] == "!re"


def test_nobody_is_heard_through_an_interface_that_is_down(
    login: Callable[..., Any], raw: Callable[..., RawClient]
) -> None:
    with running("7.22.3", interfaces={"127.0.2.0/24": "ether2"}) as sim:
        api, other = login(sim), raw(sim, "127.0.2.1").login()
        tuple(api("/interface/disable", numbers="ether2"))
        other.send("/system/identity/print")
        assert other.silent()
        assert raw(sim, "127.0.2.2").silent()
        tuple(api("/interface/enable", numbers="ether2"))
        assert other.read()[0] == "!re"


def test_addresses_of_a_configuration_are_served_from_the_start(tmp_path: Path, at: Callable[..., RawClient]) -> None:
    file = tmp_path / "router.rsc"
    file.write_text(
        "/interface vrrp\nadd interface=ether1 name=gateway vrid=9\n"
        f"/ip address\nadd address={HOST}/32 interface=gateway\nadd address=127.0.0.78/8 interface=ether1\n"
    )
    with running("7.22.3", load=file) as sim:
        at(sim)
        at(sim, "127.0.0.78")


def test_a_connection_is_listed_for_a_moment_after_its_removal(sim: Simulator, login: Callable[..., Any]) -> None:
    api, other = login(sim), login(sim, source="127.0.0.9")
    api.path("ip", "firewall", "connection", "tracking").update(enabled="yes")
    third = login(sim, source="127.0.0.10")
    table = api.path("ip", "firewall", "connection")
    (row,) = [row for row in table if row["src-address"] == "127.0.0.10"]
    sim.call(lambda: setattr(sim.router.tables["/ip/firewall/connection"], "lingering", 600.0))
    table.remove(row[".id"])
    assert row[".id"] in [one[".id"] for one in table]
    sim.advance(601)
    assert row[".id"] not in [one[".id"] for one in table]
    assert tuple(third.path("system", "identity")) == tuple(other.path("system", "identity"))
