# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as others get it: installed with pip, fed with an export of a router, used by their pytest."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..raw import RawClient, rows

ROOT = Path(__file__).resolve().parents[3]
EXPORT = Path(__file__).with_name("router.rsc")


@contextmanager
def started(*command: str) -> Iterator[tuple[dict[str, int], subprocess.Popen[str]]]:
    """A running command, and what its first line says."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline()), process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def simulator(*options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "routeros_simulator.cli", *options)


def test_pip_installs_it_where_nothing_else_is(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    folder = tmp_path / "venv" / "bin"
    command = [str(folder / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, str(ROOT / "tests" / "simulator")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with started(str(folder / "routeros-simulator"), "--version", "7.18.2") as (ready, process):
        assert set(ready) == {"api", "api_ssl", "ssh", "pid"}
        with RawClient(ready["api"]).login() as client:
            (resource,) = rows(client.talk("/system/resource/print"))
        assert resource["version"] == "7.18.2 (stable)"
    assert process.returncode == 0


def test_an_export_is_taken_over_and_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    command = simulator("--load", str(EXPORT), "--state", str(state))
    with started(*command) as (ready, process):
        with RawClient(ready["api"]).login() as client:
            (identity,) = rows(client.talk("/system/identity/print"))
            lists = rows(client.talk("/ip/firewall/address-list/print"))
            rules = rows(client.talk("/ip/firewall/filter/print"))
            (script,) = rows(client.talk("/system/script/print"))
            services = {
                row["name"]: row
                for row in rows(client.talk("/ip/service/print"))
                if row.get("dynamic", "false") == "false"
            }
            output = client.talk("/system/script/run", "=number=hello")
    assert process.stderr is not None
    said = process.stderr.read()
    assert identity == {"name": "gateway"}
    assert [row["address"] for row in lists] == ["192.0.2.0/24", "198.51.100.7"]
    assert lists[1]["comment"] == 'a "quoted" word, a $ and a \\ and ü'
    assert [row["connection-state"] for row in rules[:2]] == ["established,related,untracked", "invalid"]
    assert rules[2]["in-interface-list"] == "!LAN"
    assert services["telnet"]["disabled"] == "true"
    assert services["www"]["address"] == "192.168.88.0/24"
    assert script["source"] == ':foreach i in={1;2} do={\r\n  :put "line $i"\r\n}'
    assert [sentence for sentence in output if sentence[0] == "!re"] == [("!re",), ("!re",)]
    for menu in ("/interface bridge", "/ip pool", "/ip dhcp-server"):
        assert f"{menu}: this menu is not simulated" in said
    assert "does not match any value of interface" in said
    assert "17 statements taken over, 4 skipped" in said
    with started(*simulator("--state", str(state))) as (again, _unused):
        with RawClient(again["api"]).login() as client:
            assert rows(client.talk("/system/identity/print")) == [{"name": "gateway"}]


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.rsc").write_text('/ip firewall filter\nadd comment="open\n')
    done = subprocess.run(
        simulator("--load", str(tmp_path / "bad.rsc")), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "closing quote" in done.stderr
    assert "line" in done.stderr


@pytest.mark.parametrize("version", ["7.16.2", "7.24"])
def test_the_fixtures_of_pytest(version: str, tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import librouteros\n"
        "def version(router):\n"
        "    api = librouteros.connect('127.0.0.1', 'admin', '', port=router.api_port)\n"
        "    return next(iter(api.path('system', 'resource')))['version']\n"
        "def test_one(routeros):\n"
        f"    assert version(routeros) == '{version} (stable)'\n"
        "def test_two(routeros_factory):\n"
        "    assert version(routeros_factory('7.12.2')) != version(routeros_factory('7.22.3', time_scale=9))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--routeros-version={version}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
