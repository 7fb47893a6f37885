# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's tunnels, in tunnel and transport mode, with a kernel's ESP, as routers have it.

The role runs here, with real IKE and with ESP in user space. What it leaves at both ends then goes into a virtual
machine whose kernel has ESP: the controller's files unchanged, the router's end as its API shows it. There a packet
alone brings the tunnel up. All tunnels share one machine, which takes long to start; `make packets-full` does it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from ansible_collections.bastion.routeros.tests.packets.conftest import IN_CLEAR
from ansible_collections.bastion.routeros.tests.packets.ipsec import pluto
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API_SSL, ENDS, HIDDEN_BEHIND, House, house
from ansible_collections.bastion.routeros.tests.packets.ipsec.kernel import guest, machine
from ansible_collections.bastion.routeros.tests.packets.ipsec.role import NAME, inventory, play, secret
from ansible_collections.bastion.routeros.tests.packets.ipsec.translation import translate

pytestmark = [
    pytest.mark.real_packets,
    pytest.mark.tunnel,
    pytest.mark.packets_full,
    pytest.mark.skipif(bool(machine.missing()), reason=f"a kernel with ESP needs {machine.missing()}"),
]

NAT = (
    "table ip nat {\nchain out {\ntype nat hook postrouting priority 100;\n"
    'oifname "right" ip saddr 192.0.2.0/24 masquerade\n}\n}\n'
)
# The family of the addresses, whether there is NAT, and the role's variables.
SHAPES: dict[str, tuple[int, bool, Mapping[str, Any]]] = {
    "tunnel by certificates": (4, False, {}),
    "tunnel through NAT": (4, True, secret(ipsec_api_tunnel_encryption="aes-256-cbc")),
    "transport": (4, False, secret(ipsec_api_tunnel_dh_group="modp2048")),
    "transport by certificates, IPv6": (6, False, {}),
}
# In tunnel mode Libreswan was seen not to find a route to the router's address inside.
BY_LIBRESWAN_TOO = ("transport",)
RENDER = """\
- hosts: routers
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: bastion.routeros.ipsec_api_tunnel, tasks_from: render}
"""
# ESP in user space knows tunnel mode only. What is loaded here says so; what the role wrote is left as it is.
IN_USER_SPACE = """\
#!/bin/sh -e
rm -rf "$SWANCTL_DIR.loaded"
cp -r "$SWANCTL_DIR" "$SWANCTL_DIR.loaded"
export SWANCTL_DIR="$SWANCTL_DIR.loaded"
sed -i "s/mode = transport/mode = tunnel/" "$SWANCTL_DIR"/conf.d/*.conf 2>/dev/null || true
exec swanctl "$@"
"""


def configure(home: House, family: int, nat: bool, variables: Mapping[str, Any], transport: bool) -> Stage:
    """Have the role make both ends."""
    stage = inventory(home, family, seen_as=HIDDEN_BEHIND if nat else "", **variables)
    if transport:
        command = home.folder / "swanctl-in-user-space"
        command.write_text(IN_USER_SPACE)
        command.chmod(0o755)
        for end in ("router", "controller"):
            del stage.variables[f"ipsec_api_tunnel_{end}"]["inside"]
        stage.variables |= {
            "ansible_host": ENDS[family].router,
            "ipsec_api_tunnel_mode": "transport",
            "ipsec_api_tunnel_allow_capture": True,
            "ipsec_api_tunnel_swanctl_command": [str(command)],
        }
        home.mirror.transport = "tunnel"
    play(home, stage)
    return stage


def rendered(stage: Stage) -> dict[str, str]:
    """The controller's end for Libreswan, as the role renders it, and the certificates as they are."""
    book = stage.folder / "render.yml"
    book.write_text(RENDER)
    done = stage.play(playbook=str(book))
    assert done.code == 0, done.text
    folder = stage.folder / "ipsec" / "router1"
    found = {path.name: path.read_text() for path in (folder / "libreswan").iterdir()}
    if (folder / "swanctl" / "x509" / f"{NAME}.pem").exists():
        papers = {"certificate": f"x509/{NAME}.pem", "key": f"private/{NAME}.key", "authority": f"x509ca/{NAME}-ca.pem"}
        found |= {name: (folder / "swanctl" / path).read_text() for name, path in papers.items()}
    return found


def bundle(name: str, folder: Path) -> dict[str, Any]:
    """Everything that the virtual machine needs for one tunnel, as the role left it."""
    family, nat, variables = SHAPES[name]
    transport, ends = name.startswith("transport"), ENDS[family]
    own = {"ipsec": ("127.0.0.1", ends.controller)} if transport else {}
    with house(folder, nat=nat, **own) as home:
        stage = configure(home, family, nat, variables, transport)
        libreswan = rendered(stage) if name in BY_LIBRESWAN_TOO else {}
        made = translate(home.mirror.rows(), home.mirror.certificates())
        root = home.client.swanctl_folder
        controller = {
            str(path.relative_to(root)): path.read_text()
            for path in root.rglob("*")
            if path.is_file() and path.name != "swanctl.conf"
        }
        scripts = [home.mirror.filter(each) for each in ENDS]
    assert f"mode = {'transport' if transport else 'tunnel'}" in controller[f"conf.d/{NAME}.conf"]
    return {
        "name": name,
        "ends": [asdict(each) for each in ENDS.values()],
        "nat": NAT if nat else "",
        "filter": scripts,
        "router": {**made.files, "conf.d/router.conf": made.text},
        "options": dict(made.options),
        "controller": controller,
        "libreswan": libreswan,
        "port": API_SSL,
        "target": ends.router if transport else ends.router_inside,
        # With both ends their own networks there is no other way to the router.
        "elsewhere": "" if transport else ends.router,
        "child": "api",
        "connection": NAME,
        "peer": made.connections[0],
    }


def tried(folder: Path) -> dict[str, dict[str, Any]]:
    """What became of each of them."""
    pluto.unpacked()
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    for number, name in enumerate(SHAPES):
        (scenarios / f"{number}.json").write_text(json.dumps(bundle(name, folder / str(number))))
    said = machine.run(
        f"export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONPATH={machine.ROOT}/build/dev; "
        f"exec {machine.ROOT}/.venv/bin/python {Path(guest.__file__)} {scenarios}",
        folder,
    )
    lines = [json.loads(line.partition(guest.LINE)[2]) for line in said.splitlines() if line.startswith(guest.LINE)]
    return {each["name"]: each for each in lines}


def expected(name: str) -> dict[str, Any]:
    """What has to be seen of each."""
    transport = name.startswith("transport")
    if name.endswith(guest.WITH_LIBRESWAN):
        said = {"session": "answered", "renewed": "answered"}
        return {"name": name, "before": [], **said, "in_clear": 0, "heard": False}
    return {
        "name": name,
        "elsewhere": "" if transport else "rejected",
        "before": [],
        "session": "answered",
        "up": sorted(["api", NAME]),
        "mode": "TRANSPORT" if transport else "TUNNEL",
        "renewed": "answered",
        "without": "silence",
        "in_clear": 0,
        "heard": False,
    }


def test_with_a_kernels_esp(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """One test, so that there is one machine, however many processes run the tests."""
    seen = tried(tmp_path)
    assert sorted(seen) == sorted([*SHAPES, *(f"{name}{guest.WITH_LIBRESWAN}" for name in BY_LIBRESWAN_TOO)])
    record_property(IN_CLEAR, sum(each.get("in_clear", 0) for each in seen.values()))
    for name, found in seen.items():
        kinds = found.pop("kinds", {})
        assert found == expected(name)
        assert kinds["esp"] > 5
        # What was tried elsewhere, or before Libreswan had a policy: a question without content, and its rejection.
        assert set(kinds) <= (
            {"ike", "esp"} if name in SHAPES and name.startswith("transport") else {"ike", "esp", "tcp"}
        )
