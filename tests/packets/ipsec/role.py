# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role ipsec_api_tunnel in a house: its inventory, its run, and what has to hold when it is done."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Run, Stage
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import SECRET
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API, API_SSL, ENDS, House

ROLE = "bastion.routeros.ipsec_api_tunnel"
NAME = "bastion-router1-api"
PORTS = (API, API_SSL)


def inventory(home: House, family: int = 4, seen_as: str = "", **more: Any) -> Stage:
    """An inventory for the tunnel. Whose router it is nobody proves yet: what matters here is the wire below TLS."""
    ends = ENDS[family]
    folder = home.folder / "stage"
    folder.mkdir()
    variables: dict[str, Any] = {
        "ansible_host": ends.router_inside,
        "ansible_port": API_SSL,
        "ansible_user": "admin",
        "ansible_password": "",
        "ansible_routeros_tls": "anonymous",
        "ansible_timeout": 5,
        "ipsec_api_tunnel_router": {
            "outside": ends.router,
            "inside": ends.router_inside,
            "id": "router.example.net",
        },
        "ipsec_api_tunnel_controller": {
            "outside": seen_as or ends.controller,
            "inside": ends.controller_inside,
            "id": "controller.example.net",
            **({"local": ends.controller} if seen_as else {}),
        },
        "ipsec_api_tunnel_port": API_SSL,
        "ipsec_api_tunnel_packages": [],
        "ipsec_api_tunnel_service": "",
        "ipsec_api_tunnel_become": False,
        "ipsec_api_tunnel_swanctl_directory": str(home.client.swanctl_folder),
        "ipsec_api_tunnel_swanctl_arguments": ["--uri", f"unix://{home.client.folder}/vici"],
        # The packets follow within a fraction of that.
        "ipsec_api_tunnel_settle": 1,
        "ipsec_api_tunnel_patience": 2,
        **more,
    }
    stage = Stage(folder, API_SSL, variables)
    del stage.variables["ansible_routeros_first_contact"], stage.variables["ansible_routeros_ca_path"]
    return stage


def play(home: House, stage: Stage, *options: str, extra: Mapping[str, Any] | None = None) -> Run:
    """The role, in the controller's place, while the packets follow."""
    done = run(home, stage, *options, extra=extra)
    assert done.code == 0, done.text
    return done


def run(home: House, stage: Stage, *options: str, extra: Mapping[str, Any] | None = None) -> Run:
    """The same, whatever becomes of it."""
    with home.controller.inside(), home.mirror.following(home.simulator):
        return stage.play("--diff", *options, playbook=ROLE, extra=extra)


def in_clear(home: House) -> int:
    """What was said in clear so far, which was before there was a tunnel, and is forgiven herewith."""
    said = home.left.in_clear(PORTS)
    home.left.forget()
    home.right.forget()
    return said


def secret(**more: Any) -> dict[str, Any]:
    return {"ipsec_api_tunnel_auth": "psk", "ipsec_api_tunnel_psk": SECRET, **more}


def assert_the_api_is_in_the_tunnel_only(home: House, family: int = 4) -> None:
    ends = ENDS[family]
    with contextlib.closing(home.session(ends.router_inside, API_SSL, tls="anonymous")) as session:
        assert session.read("/system/identity")
    assert home.client.associations()[NAME] == 1
    assert home.reaches(ends.router, API_SSL) == "rejected"
    for tap in (home.left, home.right):
        assert tap.in_clear(PORTS) == 0
        assert tap.kinds()["esp"] > 5


def files(home: House) -> dict[Path, bytes]:
    """What the controller's strongSwan reads."""
    return {path: path.read_bytes() for path in home.client.swanctl_folder.rglob("*") if path.is_file()}
