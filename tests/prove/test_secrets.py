# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that exist nowhere else go through every module, role and playbook, and are looked for everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils import menus
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.tests.prove import secret_tasks
from ansible_collections.bastion.routeros.tests.prove.canaries import Canaries
from ansible_collections.bastion.routeros.tests.prove.secret_project import Secrets, everything_of, told_in_log
from ansible_collections.bastion.routeros.tests.prove.secret_tasks import BAD, GOOD, ORDER, REVEALS, of
from routeros_simulator.testing import Simulator, running

ROOT = Path(__file__).resolve().parents[2]
ROUTER = {"time_scale": 50, "switches": {"fresh_certificate_delay": 0.0, "sign_delay": 0.0}}


def test_every_module_is_here() -> None:
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py")}
    assert modules == set(GOOD), "a new module needs its secrets in tests/prove/secret_tasks.py"
    assert set(REVEALS) <= modules


def test_every_secret_property_of_a_menu_is_here() -> None:
    written: dict[str, set[str]] = {"/user": {"password"}}
    for options in [*GOOD["menu"], *BAD["menu"]]:
        rows = [*options.get("entries", ()), options.get("values", {})]
        names = {name for row in rows if isinstance(row, dict) for name in row}
        written.setdefault(str(options["path"]), set()).update(name.replace("_", "-") for name in names)
    written["/ip/ipsec/identity"] |= {name for options in GOOD["ipsec_identity"] for name in options}
    # nobody can add these, or they name a row of another menu
    unwritten = {("/system/script/environment", "value"), ("/ip/ipsec/identity", "key")}
    for path in menus.paths():
        target = menu(path)
        secret = {name for name, one in target.properties.items() if target.is_secret(name) and not one.read_only}
        assert {(path, name) for name in secret - written.get(path, set())} <= unwritten


@pytest.fixture
def secrets(tmp_path: Path, record_property: Callable[[str, object], None]) -> Secrets:
    """A project for one test."""
    return Secrets(tmp_path, record_property)


def furnish(router: Simulator, canaries: Canaries) -> None:
    """Users with canaries for passwords."""
    tables = router.router.tables
    tables["/ip/ipsec/peer"].insert({"name": "hub"})
    tables["/user/group"].insert({"name": "lesser", "policy": "api,read"})
    tables["/user"].insert({"name": "rotated", "group": "read"}, hidden={"password": "old"})
    full = ("automation", "crash_login", "crash_wire", "crash_plan")
    for name in (*full, "lesser"):
        password = str(canaries.values["lesser" if name == "lesser" else "automation"])
        group = "lesser" if name == "lesser" else "full"
        tables["/user"].insert({"name": name, "group": group}, hidden={"password": password})


def inventory(secrets: Secrets, port: int, closed: int) -> None:
    """One router, met in every way that there is."""
    common = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_routeros_tls": "plain",
        "ansible_routeros_first_contact": {"method": "plain", "port": closed, "password": of("first_contact")},
        "ansible_routeros_knock": of("way_in_steps"),
        "ansible_user": "{{ inventory_hostname }}",
        "ansible_password": of("automation"),
    }
    hosts: dict[str, dict[str, Any]] = {name: {} for name in ("automation", "crash_login", "crash_wire", "crash_plan")}
    hosts["lesser"] = {"ansible_password": of("lesser")}
    hosts["wrong"] = {"ansible_user": "automation", "ansible_password": of("wrong")}
    hosts["closed"] = {"ansible_user": "automation", "ansible_port": closed, "ansible_routeros_knock": []}
    odd: dict[str, dict[str, Any]] = {
        "knocked_in_vain": {"ansible_port": closed},
        "odd_password": {"ansible_password": [of("wrong")]},
        "odd_password_2": {"ansible_password": {"x": of("wrong")}},
        "odd_contact": {"ansible_routeros_first_contact": of("wrong")},
        "odd_contact_2": {"ansible_routeros_first_contact": {"method": "plain", "pasword": of("wrong")}},
        "odd_contact_3": {"ansible_routeros_first_contact": {"method": "plain", "password": [of("wrong")]}},
        "odd_knock": {"ansible_routeros_knock": ["tcp/1", of("wrong")]},
        "odd_knock_2": {"ansible_routeros_knock": {"x": of("wrong")}},
        "odd_knock_3": {"ansible_routeros_knock": "{{ canary.way_in_steps + [99999] }}"},
    }
    groups = {"routers": {"hosts": hosts, "vars": common}, "odd": {"hosts": odd, "vars": common}}
    secrets.desk.write("hosts.yml", {"all": {"children": groups}})


def test_modules(secrets: Secrets) -> None:
    """Each module, with what is right and what is wrong, on routers that take it and routers that do not."""
    few = {module: calls[:1] for module, calls in GOOD.items()}
    failing = secret_tasks.play("routers:!automation", few, ORDER)
    good = secret_tasks.play("automation", GOOD, ORDER)
    bad = secret_tasks.play("automation", BAD, sorted(BAD))
    odd = secret_tasks.play("odd", {"facts": [{}], "user": GOOD["user"][:1]}, ["facts", "user"])
    looped = secret_tasks.task(
        "user",
        {
            "name": "{{ item }}",
            "group": "{{ 'lost' if item == 'wrong' else 'read' }}",
            "password": "{{ canary[item] }}",
        },
        loop=["people", "first", "wrong"],
        loop_control={"label": "{{ item }}"},
        register="looped",
    )
    show = {"name": "Show it", "ansible.builtin.debug": {"var": "looped"}}
    loops = {"hosts": "automation:lesser", "gather_facts": False, "tasks": [looped, show]}
    secrets.desk.write("checked.yml", [good, bad])
    secrets.desk.write("done.yml", [failing, good, odd, loops])
    with running("7.22.3", **ROUTER) as router:
        router.call(lambda: furnish(router, secrets.canaries))
        inventory(secrets, router.api_port, closed=1)
        checked = secrets.judge(secrets.desk.play("checked.yml", "--check", "--diff", "-vvvv"))
        done = secrets.judge(secrets.desk.play("done.yml", "--diff", "-vvvv", by_runner=True))
        secrets.leaked |= told_in_log(router, secrets.canaries)
        arrived = secrets.canaries.found_in(everything_of(router).encode())
    # nothing was found: so it has to have been there
    right = sum(len(GOOD[module]) for module in ORDER)
    wrong = sum(map(len, BAD.values()))
    assert [one for one in checked.outcome("automation")[:right] if one[1] != "ok"] == []
    refused = [one for one in checked.outcome("automation")[right + 2 : right + 2 + wrong] if one[1] == "failed"]
    assert {one[0] for one in refused} == set(BAD)
    assert [one for one in done.outcome("automation")[:right] if one[1] != "ok"] == []
    for host in ("wrong", "closed", "crash_login", "crash_plan", "crash_wire", "lesser"):
        assert [one for one in done.outcome(host) if one[1] != "ok"], host
    told = " ".join(one[2] for one in done.outcome("crash_wire") + done.outcome("crash_plan"))
    assert "a mistake of its own" in told
    assert arrived >= ARRIVING, ARRIVING - arrived
    assert done.processes > 3
    assert {"revealed_steps"} <= {leak[0] for leak in done.leaks}
    secrets.close()


#: secrets that are on the router in the end
ARRIVING = {"automation", "community", "eap", "first", "mail_in_transaction", "people", "ppk", "ppk_by_menu", "psk_key"}
ARRIVING |= {"psk_in_transaction", "romon", "romon_old", "second", "snmp_auth", "third_as_a_number"}


def test_the_search_finds_what_is_given_away(secrets: Secrets) -> None:
    """Every place that is searched, with something in it."""
    name = "people"
    shown = [
        {"name": "Show it", "ansible.builtin.debug": {"msg": of(name)}},
        {"name": "Keep it", "ansible.builtin.set_fact": {"kept": of(name), "cacheable": True}},
        {
            "name": "Pass it on",
            "ansible.builtin.command": {"argv": [sys.executable, "-c", "import time; time.sleep(2)", of("psk")]},
            "ignore_errors": True,
        },
        {"name": "Write it", "ansible.builtin.copy": {"content": of("ppk"), "dest": "{{ inventory_dir }}/x"}},
    ]
    plays = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": shown}]
    secrets.desk.write("shown.yml", plays)
    secrets.desk.write("hosts.yml", {"all": {"hosts": {"localhost": {"ansible_python_interpreter": sys.executable}}}})
    run = secrets.desk.play("shown.yml", "-vvvv", by_runner=True)
    places = {where for found, where in run.leaks if found == name}
    assert {"output", "file ansible.log", "file stdout"} <= places, run.text[-2000:]
    assert any(where.endswith("localhost") for where in places)
    assert any(where.startswith("file results-") for where in places)
    assert any(where.endswith(".json") and not where.startswith("file results-") for where in places)
    assert any(where.endswith(".xml") for where in places)
    assert ("psk", "/proc cmdline") in run.leaks
    assert ("ppk", "file x") in run.leaks
