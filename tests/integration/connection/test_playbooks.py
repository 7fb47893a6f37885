# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user reads: real playbooks, a router for each reason to fail, and all that is refused on a good one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.tests.unit.wire.certificates import authority, leaf
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import Peer, Server, accepting, full_backlog
from routeros_simulator.testing import running

PASSWORD = "correct-horse-7"
FACTORY = "factory-horse-8"
RESULT = re.compile(
    r"^(?P<state>\w+): \[(?P<host>\w+)(?: -> [^\]]*)?\](?::| =>)(?: \(item=\d+\) =>)? (?:\w+! => )?(?P<result>\{.*\})$",
    re.M,
)
BASE: dict[str, Any] = {
    "ansible_connection": "bastion.routeros.api",
    "ansible_host": "127.0.0.1",
    "ansible_user": "automation",
    "ansible_password": PASSWORD,
    "ansible_timeout": 5,
}


def play(
    folder: Path, hosts: Mapping[str, dict[str, Any]], tasks: list[dict[str, Any]], **settings: Any
) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Run a play; its output, and the results of each host in order."""
    environment = settings.pop("environment", {})
    inventory = folder / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"routers": {"hosts": dict(hosts), "vars": BASE}}))
    book = folder / "play.yml"
    book.write_text(yaml.safe_dump([{"hosts": "routers", "gather_facts": False, "tasks": tasks, **settings}]))
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-v", "-i", inventory, book, "--forks", "4"],
        cwd=folder,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PYTHON_INTERPRETER": sys.executable, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    results: dict[str, list[dict[str, Any]]] = {}
    for found in RESULT.finditer(done.stdout):
        results.setdefault(found["host"], []).append({"state": found["state"], **json.loads(found["result"])})
    return done.stdout, results


def _close(peer: Peer) -> None:
    peer.sock.close()


def _refuses(text: str) -> Any:
    def script(peer: Peer) -> None:
        peer.read()
        peer.say("!trap", f"=message={text}")
        peer.say("!done")
        peer.read()

    return script


@contextlib.contextmanager
def _failing(folder: Path) -> Iterator[dict[str, tuple[dict[str, Any], tuple[str, ...]]]]:
    """For each reason, the variables of a host that fails for it, and what its message must say."""
    ca = authority("router-ca")
    ca_path = ca.save(folder / "ca.pem")
    other = authority("router-ca").save(folder / "other.pem")
    good = leaf(ca, folder / "good.pem", "127.0.0.1")
    named = leaf(ca, folder / "named.pem", "router.example")
    old = leaf(ca, folder / "old.pem", "127.0.0.1", begin=-9, end=-5)
    early = leaf(ca, folder / "early.pem", "127.0.0.1", begin=5)
    with contextlib.ExitStack() as stack:
        serve = stack.enter_context
        router = serve(running("7.22.3"))
        verified = serve(Server(accepting, good.context())).port
        refusing = serve(Server(_refuses("invalid user name or password (6)"), good.context())).port
        shut = serve(socket.create_server(("127.0.0.1", 0)))
        shut_port = shut.getsockname()[1]
        shut.close()
        known = {"ansible_routeros_ca_path": ca_path}
        plain = {"ansible_routeros_tls": "plain"}
        first = {"ansible_routeros_first_contact": {"method": "anonymous", "port": verified, "password": FACTORY}}
        yield {
            "refused": ({"ansible_port": shut_port, **known}, ("refuses the connection", "ansible_port")),
            "silent": (
                {"ansible_port": serve(full_backlog()), "ansible_timeout": 1, **known},
                ("No answer from 127.0.0.1", "within 1 seconds", "knock"),
            ),
            "unknown": ({"ansible_host": "no-such-router.invalid"}, ("cannot be resolved", "ansible_host")),
            "closing": (
                {"ansible_port": serve(Server(_close)).port, **known},
                ("closed it during the TLS handshake", "/ip/service address"),
            ),
            "bare": (
                {"ansible_port": router.api_ssl_port, **known},
                ("has no certificate", "ansible_routeros_first_contact"),
            ),
            "stranger": (
                {"ansible_port": verified, "ansible_routeros_ca_path": other},
                ("was not issued by the CA in", "other.pem"),
            ),
            "storeless": ({"ansible_port": verified}, ("ansible_routeros_ca_path is not set",)),
            "renamed": (
                {"ansible_port": serve(Server(accepting, named.context())).port, **known},
                ("not for 127.0.0.1", "made out to: router.example", "ansible_routeros_tls_hostname"),
            ),
            "old": ({"ansible_port": serve(Server(accepting, old.context())).port, **known}, ("has expired",)),
            "early": (
                {"ansible_port": serve(Server(accepting, early.context())).port, **known},
                ("not valid yet", "clock"),
            ),
            "pinned": (
                {"ansible_port": verified, "ansible_routeros_tls_pins": [named.pin]},
                ("none of ansible_routeros_tls_pins", good.pin),
            ),
            "wrong": (
                {"ansible_port": refusing, **known},
                ("invalid user name or password (6)", "disabled", "policy api", "/user address"),
            ),
            "deaf": (
                {"ansible_port": serve(Server(_refuses("not allowed (9)"), good.context())).port, **known},
                ("lacks the policy api",),
            ),
            "mute": (
                {"ansible_port": router.api_ssl_port, **plain},
                ("speaks TLS, but ansible_routeros_tls is plain",),
            ),
            "open": (
                {"ansible_port": router.api_port, "ansible_timeout": 1, **known},
                ("does not speak TLS", "api-ssl (8729)"),
            ),
            "lost": (
                {"ansible_port": verified, "ansible_routeros_ca_path": str(folder / "lost.pem")},
                ("lost.pem", "does not exist", "ansible_routeros_first_contact"),
            ),
            "twice": (
                {"ansible_port": refusing, **known, **first},
                ("First contact (anonymous) failed", "refuses the login of admin", "refuses the login of automation"),
            ),
            "local": (
                {"ansible_connection": "ansible.builtin.local"},
                ("over the connection 'local'", "ansible_connection: bastion.routeros.api", "delegate_to"),
            ),
            "pinless": ({"ansible_routeros_tls_pins": ["sha256:abc"]}, ("is not a pin", "openssl x509")),
            "misspelt": (
                {"ansible_routeros_first_contact": {"method": "anonymous", "pasword": FACTORY}},
                ("does not know pasword",),
            ),
            "worded": (
                {"ansible_routeros_tls": "off"},
                ("must be one of verify, unverified, anonymous, plain", "'off'"),
            ),
        }


def test_every_reason_has_its_text(tmp_path: Path) -> None:
    with _failing(tmp_path) as hosts:
        output, results = play(
            tmp_path,
            {name: variables for name, (variables, _parts) in hosts.items()},
            [{"bastion.routeros.facts": {}, "ignore_errors": True, "ignore_unreachable": True}],
        )
    assert set(results) == set(hosts), output
    for name, (_variables, parts) in hosts.items():
        (result,) = results[name]
        assert result["state"] == "fatal", name
        for part in parts:
            assert part in result["msg"], (name, result["msg"])
    texts = [results[name][0]["msg"] for name in hosts]
    assert len(set(texts)) == len(texts)
    for secret in (PASSWORD, FACTORY):
        assert secret not in output


@pytest.fixture
def good() -> Iterator[dict[str, Any]]:
    """The variables of a router that lets us in."""
    with running("7.22.3") as router:
        yield {
            "ansible_port": router.api_port,
            "ansible_routeros_tls": "plain",
            "ansible_user": "admin",
            "ansible_password": "",
        }


def test_what_is_refused_on_a_router(good: dict[str, Any], tmp_path: Path) -> None:
    transferred = tmp_path / "transferred"
    tasks: dict[str, dict[str, Any]] = {
        "command": {"ansible.builtin.command": {"cmd": f"touch {transferred}"}},
        "raw": {"ansible.builtin.raw": f"touch {transferred}"},
        "copy": {"ansible.builtin.copy": {"content": "x", "dest": str(transferred), "mode": "0600"}},
        "setup": {"ansible.builtin.setup": {}},
        "async command": {"ansible.builtin.command": {"cmd": "id"}, "async": 5, "poll": 1},
        "async": {"bastion.routeros.facts": {}, "async": 5, "poll": 0},
        "wait": {"ansible.builtin.wait_for_connection": {"timeout": 2}},
    }
    output, results = play(tmp_path, {"r1": good}, [{**task, "ignore_errors": True} for task in tasks.values()])
    assert [result["state"] for result in results["r1"]] == ["fatal"] * len(tasks), output
    for name, result in zip(tasks, results["r1"], strict=True):
        if name == "async":
            assert "bastion.routeros.facts cannot run with async" in result["msg"]
        else:
            for part in ("nothing can be run on a router", "gather_facts: false", "bastion.routeros.wait"):
                assert part in result["msg"], (name, result["msg"])
    assert "wait_for_connection runs the ping module" in " ".join(output.split())
    assert not transferred.exists()


def test_fact_gathering_is_told_what_to_say(good: dict[str, Any], tmp_path: Path) -> None:
    output, results = play(tmp_path, {"r1": good}, [], gather_facts=True)
    (result,) = results["r1"]
    assert result["state"] == "fatal", output
    assert "gather_facts: false" in result["msg"]


def test_become_loops_reset_and_other_routers_work(good: dict[str, Any], tmp_path: Path) -> None:
    facts: dict[str, Any] = {"bastion.routeros.facts": {}}
    tasks: list[dict[str, Any]] = [
        facts,
        {"ansible.builtin.meta": "reset_connection"},
        {**facts, "loop": [1, 2]},
        {**facts, "delegate_to": "r2", "when": "inventory_hostname == 'r1'"},
    ]
    output, results = play(tmp_path, {"r1": good, "r2": good}, tasks, become=True)
    assert "failed=0" in output
    assert [result["state"] for result in results["r1"]] == ["ok"] * 4, output


def test_a_missing_library_names_the_interpreter(good: dict[str, Any], tmp_path: Path) -> None:
    shadow = tmp_path / "shadow" / "librouteros"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise ImportError('it is not here')\n")
    path = os.pathsep.join([str(shadow.parent), os.environ.get("PYTHONPATH", "")])
    _output, results = play(tmp_path, {"r1": good}, [{"bastion.routeros.facts": {}}], environment={"PYTHONPATH": path})
    (result,) = results["r1"]
    assert "librouteros is missing" in result["msg"]
    # The interpreter of ansible-playbook has several names in its folder.
    assert f"{Path(sys.executable).parent}{os.sep}python" in result["msg"]
    assert "-m pip install librouteros" in result["msg"]
