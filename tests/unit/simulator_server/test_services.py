# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners follow /ip/service at once; who is not on its list gets no service."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from librouteros.exceptions import LibRouterosError
from routeros_simulator.testing import Simulator, running


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3") as simulator:
        yield simulator


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def set_service(api: Any, name: str, **values: Any) -> None:
    """Set properties (underscores for hyphens) of a static service row."""
    path = api.path("ip", "service")
    (row,) = [row for row in path if row["name"] == name and not row["dynamic"]]
    path.update(**{".id": row[".id"], **{key.replace("_", "-"): value for key, value in values.items()}})


def service(api: Any, name: str) -> dict[str, Any]:
    (row,) = [row for row in api.path("ip", "service") if row["name"] == name and not row["dynamic"]]
    found: dict[str, Any] = row
    return found


def refused(port: int, source: str = "127.0.0.1") -> bool:
    """Whether nothing listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_chosen_ports_are_what_the_service_table_shows(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    assert service(api, "api")["port"] == sim.api_port
    assert service(api, "api-ssl")["port"] == sim.api_ssl_port


def test_a_disabled_service_does_not_listen_and_open_sessions_live_on(
    sim: Simulator, login: Callable[..., Any], raw: Callable[..., Any]
) -> None:
    api, old = login(sim), raw(sim).login()
    port = sim.api_port
    set_service(api, "api", disabled=True)
    assert refused(port)
    assert sim.call(lambda: sim.server.port("api")) is None
    assert old.talk("/system/identity/print", "=.proplist=name")[-1] == ["!done"]
    set_service(api, "api", disabled=False)
    assert not refused(port)


def test_open_sessions_are_cut_with_the_other_position_of_the_switch(
    login: Callable[..., Any], raw: Callable[..., Any], anonymous: Any
) -> None:
    with running("7.22.3", switches={"open_sessions_on_disable": "cut"}) as sim:
        old = raw(sim).login()
        api = login(sim, port=sim.api_ssl_port, context=anonymous)
        set_service(api, "api", disabled=True)
        with pytest.raises((EOFError, ConnectionError)):
            old.read()


def test_another_port_is_opened_and_the_old_one_closed_at_once(
    sim: Simulator, login: Callable[..., Any], free_port: int
) -> None:
    api, before = login(sim), sim.api_port
    set_service(api, "api", port=free_port)
    assert sim.api_port == free_port
    assert refused(before)
    assert list(login(sim, port=free_port).path("user"))
    assert list(api.path("user"))  # the session on the old port lives on


def test_two_services_on_one_port(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    before, taken = sim.api_ssl_port, sim.api_port
    set_service(api, "api-ssl", port=taken)
    row = service(api, "api-ssl")
    assert row["invalid"] is True
    assert row["comment"] == f"cannot bind to port {taken}: Address in use (12)"
    assert refused(before)
    assert not refused(taken)
    set_service(api, "api-ssl", port=before)
    assert service(api, "api-ssl")["invalid"] is False
    assert not refused(before)


def test_a_port_of_another_program_is_taken_too(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        set_service(api, "api-ssl", port=port)
        assert service(api, "api-ssl")["invalid"] is True
        assert service(api, "api-ssl")["comment"] == f"cannot bind to port {port}: Address in use (12)"


def test_services_may_swap_their_ports(sim: Simulator, login: Callable[..., Any], free_port: int) -> None:
    api, plain, tls = login(sim), sim.api_port, sim.api_ssl_port
    set_service(api, "api", port=free_port)
    set_service(api, "api-ssl", port=plain)
    set_service(api, "api", port=tls)
    assert (sim.api_port, sim.api_ssl_port) == (tls, plain)


@pytest.mark.parametrize(("kind", "seen"), [("close", "closed"), ("reset", "reset"), ("silence", "open")])
def test_a_source_outside_the_address_list(
    kind: str, seen: str, login: Callable[..., Any], raw: Callable[..., Any], outcome: Callable[..., str]
) -> None:
    with running("7.22.3", switches={"refused_source": kind}) as sim:
        api, old = login(sim), raw(sim, "127.0.0.9").login()
        set_service(api, "api", address="127.0.0.1/32,2001:db8::/32")
        assert outcome(sim, "127.0.0.9", 0.2 if seen == "open" else 5) == seen
        with pytest.raises((LibRouterosError, OSError)):
            login(sim, source="127.0.0.9", timeout=0.2)
        assert list(login(sim).path("user"))
        # the list speaks of new connections only
        assert old.talk("/system/identity/print", "=.proplist=name")[-1] == ["!done"]


def test_a_list_of_one_family_refuses_the_other(
    sim: Simulator, login: Callable[..., Any], raw: Callable[..., Any], outcome: Callable[..., str]
) -> None:
    if sim.server.listeners.hosts == ("127.0.0.1",):
        pytest.skip("this machine has no IPv6 on its loopback")
    assert raw(sim, "::1").login()
    set_service(login(sim), "api", address="127.0.0.0/8")
    assert outcome(sim, "::1") == "closed"
    set_service(login(sim), "api", address="127.0.0.0/8,::1/128")
    assert raw(sim, "::1").login()


def test_7_24_calls_the_list_available_from(login: Callable[..., Any], outcome: Callable[..., str]) -> None:
    with running("7.24") as sim:
        api = login(sim)
        set_service(api, "api", address="127.0.0.1")
        row = service(api, "api")
        assert "address" not in row
        assert row["available-from"] == "127.0.0.1/32"
        assert outcome(sim, "127.0.0.9") == "closed"


def test_max_sessions(
    sim: Simulator, login: Callable[..., Any], raw: Callable[..., Any], outcome: Callable[..., str]
) -> None:
    set_service(login(sim), "api", max_sessions=2)
    assert raw(sim).login()
    assert outcome(sim) == "closed"


def test_live_connections_are_dynamic_rows_from_7_19_on(
    sim: Simulator, login: Callable[..., Any], raw: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    api = login(sim)
    client = raw(sim, "127.0.0.8").login()
    remote = f"127.0.0.8:{client.socket.getsockname()[1]}"

    def live() -> list[dict[str, Any]]:
        return [row for row in api.path("ip", "service") if row["dynamic"] and row.get("remote") == remote]

    (row,) = live()
    assert (row["name"], row["local"], row["connection"]) == ("api", f"127.0.0.1:{sim.api_port}", True)
    client.socket.close()
    eventually(lambda: not live())
    with running("7.18.2") as older:
        assert all("remote" not in row for row in login(older).path("ip", "service"))


def test_tracked_connections(sim: Simulator, login: Callable[..., Any], raw: Callable[..., Any]) -> None:
    api = login(sim)
    assert not list(api.path("ip", "firewall", "connection"))  # no rule needs tracking yet
    api.path("ip", "firewall", "filter").add(chain="input", action="accept")
    client = raw(sim, "127.0.0.8").login()
    (row,) = api.path("ip", "firewall", "connection")
    assert row["src-address"] == "127.0.0.8"
    assert row["src-port"] == client.socket.getsockname()[1]
    assert row["dst-port"] == sim.api_port
