# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command, and the router in a file."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import librouteros
import pytest
from routeros_simulator.cli import main
from routeros_simulator.router import Router
from routeros_simulator.state import BadState, dump, load, load_file, save_file
from routeros_simulator.testing import running


@contextmanager
def command(*words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command as a process of its own, and what its first line says."""
    process = subprocess.Popen(
        [sys.executable, "-m", "routeros_simulator.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


def test_one_line_says_where_and_sigterm_ends_it() -> None:
    with command("--version", "7.18.2", "--ssh-port", "0") as (process, ready):
        assert set(ready) == {"api", "api_ssl", "ssh", "pid"}
        assert ready["pid"] == process.pid
        with socket.create_connection(("127.0.0.1", ready["ssh"]), 10) as ssh:
            assert ssh.recv(64).startswith(b"SSH-2.0-")
        api = librouteros.connect("127.0.0.1", "admin", "", port=ready["api"])
        (resource,) = api.path("system", "resource")
        assert resource["version"].startswith("7.18.2")
        socket.create_connection(("127.0.0.1", ready["api_ssl"])).close()
    assert process.returncode == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ready["api"]))


def test_a_router_without_a_battery() -> None:
    with command("--clock", "1970-01-02") as (_process, ready):
        api = librouteros.connect("127.0.0.1", "admin", "", port=ready["api"])
        (clock,) = api.path("system", "clock")
        assert clock["date"] == "1970-01-02"


def test_switches_scale_and_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    options = ["--switch", "missing-item-number=yes", "--switch", "rollback_delay=1.5", "--time-scale", "10"]
    with command(*options, "--api-port", str(port), "--rtt", "5") as (_unused, ready):
        assert ready["api"] == port
        api = librouteros.connect("127.0.0.1", "admin", "", port=port)
        with pytest.raises(librouteros.exceptions.TrapError, match=r"no such item \(4\)"):
            api.path("ip", "firewall", "filter").remove("*77")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--switch", "nonsense=1"], "there is no switch 'nonsense'"),
        (["--switch", "categories=maybe"], "categories is yes or no"),
        (["--switch", "rollback_delay=soon"], "rollback_delay is a number"),
        (["--interface", "ether2"], "expected NAME=VALUE"),
    ],
)
def test_bad_options_are_named(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert message in capsys.readouterr().err


def test_a_router_that_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--version", "new"]) == 1
    assert "not a RouterOS version" in capsys.readouterr().err
    (tmp_path / "junk").write_text("{}")
    assert main(["--state", str(tmp_path / "junk")]) == 1
    assert "no state of a simulated router" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert main(["--api-port", str(server.getsockname()[1])]) == 1
    assert "in use" in capsys.readouterr().err


def test_the_state_survives_with_certificates_passwords_and_ids(tmp_path: Path) -> None:
    state = tmp_path / "router.json"
    with command("--state", str(state), "--time-scale", "100") as (_unused, ready):
        api = librouteros.connect("127.0.0.1", "admin", "", port=ready["api"], encoding="utf-8")
        api.path("user").add(name="ann", group="full", password="s3cret ü")
        rules = api.path("ip", "firewall", "filter")
        first = rules.add(chain="input", action="accept", comment="one")
        second = rules.add(chain="input", action="accept", comment="two", **{"place-before": first})
        lists = api.path("ip", "firewall", "address-list")
        lists.add(list="kept", address="192.0.2.0/24")
        lists.add(list="lost", address="192.0.2.1", timeout="1h")
        template = api.path("certificate").add(name="ca", **{"common-name": "ca", "key-size": "prime256v1"})
        tuple(api("/certificate/sign", number=template))
        fingerprint = next(iter(api.path("certificate")))["fingerprint"]
    assert state.stat().st_mode & 0o077 == 0
    with command("--state", str(state)) as (_unused, again):
        assert (again["api"], again["api_ssl"]) == (ready["api"], ready["api_ssl"])
        api = librouteros.connect("127.0.0.1", "ann", "s3cret ü", port=again["api"], encoding="utf-8")
        assert [row[".id"] for row in api.path("ip", "firewall", "filter")] == [second, first]
        assert [row["list"] for row in api.path("ip", "firewall", "address-list")] == ["kept"]
        (row,) = api.path("certificate")
        assert (row["fingerprint"], row["private-key"]) == (fingerprint, True)
        (service,) = [row for row in api.path("ip", "service") if row["name"] == "api-ssl" and not row["dynamic"]]
        api.path("ip", "service").update(**{".id": service[".id"], "certificate": "ca"})


@pytest.mark.parametrize("version", ["7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24"])
def test_a_state_loaded_is_the_state_saved(version: str, tmp_path: Path) -> None:
    router = Router(version)
    router.tables["/ip/firewall/filter"].insert({"chain": "input", "action": "drop", "comment": "x"})
    before = json.loads(json.dumps(dump(router)))
    save_file(router, tmp_path / "state")
    other = Router(version)
    other.tables["/user/group"].insert({"name": "gone", "policy": "read"})
    load_file(other, tmp_path / "state")
    assert json.loads(json.dumps(dump(other))) == before


def test_an_upgrade_leaves_out_what_the_new_version_lacks() -> None:
    router = Router("7.22.3")
    load(router, dump(Router("7.12.2")))
    assert {row.get("name") for row in router.tables["/user"]} == {"admin"}
    with pytest.raises(BadState):
        load(router, {"format": 77})


def test_running_keeps_a_state_too(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running("7.22.3", state=state) as sim:
        sim.call(lambda: sim.router.tables["/ip/firewall/address-list"].insert({"list": "l", "address": "192.0.2.9"}))
    with running("7.22.3", state=state) as sim:
        assert [row["address"] for row in sim.rows("/ip/firewall/address-list")] == ["192.0.2.9"]
        sim.stop()
        sim.stop()


def test_what_safe_mode_has_not_released_is_not_saved(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running("7.22.3", state=state) as sim:
        api = librouteros.connect("127.0.0.1", "admin", "", port=sim.api_port)
        api.path("system", "identity").update(name="kept")
        tuple(api("/safe-mode/take"))
        api.path("system", "identity").update(name="lost")
    with running("7.22.3", state=state) as sim:
        assert [row["name"] for row in sim.rows("/system/identity")] == ["kept"]


def test_running_reports_what_goes_wrong() -> None:
    with pytest.raises(ValueError, match="not a RouterOS version"), running("new"):
        pass
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match="in use"), running(ports={"api": port}):
            pass


def test_two_routers_live_side_by_side(login: Callable[..., Any]) -> None:
    with running("7.22.3") as one, running("7.24") as two:
        assert {one.api_port, one.api_ssl_port}.isdisjoint({two.api_port, two.api_ssl_port})
        login(one).path("system", "identity").update(name="one")
        assert next(iter(login(two).path("system", "identity")))["name"] == "MikroTik"
