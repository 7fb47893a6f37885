# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router that secure_api has secured, a tunnel to it, and an inventory for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.relay import (
    CONTROLLER,
    INSIDE,
    OUTSIDE,
    Relay,
)
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage, settle
from routeros_simulator.testing import Simulator, running

SECRET = "qW7/zR2+mK9vT4xB8nL1cH6dJ3fG5pYs"


@pytest.fixture
def router(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A router as it comes out of the box; the parameter is another version than the usual one."""
    with running(getattr(request, "param", "7.22.3"), time_scale=5, ipsec=[CONTROLLER]) as simulator:
        yield simulator


@pytest.fixture
def relay(router: Simulator, tmp_path: Path) -> Iterator[Relay]:
    """The tunnel, as soon as both ends agree."""
    made = Relay(router, tmp_path / "swanctl", router.api_ssl_port)
    yield made
    made.stop()


@pytest.fixture
def stage(router: Simulator, relay: Relay, tmp_path: Path) -> Stage:
    """An inventory that describes the way through the tunnel."""
    return Stage(
        tmp_path,
        router.api_ssl_port,
        {
            "ansible_host": INSIDE,
            # As it comes out of the box; one test runs secure_api first.
            "ansible_user": "admin",
            "ansible_password": "",
            "ansible_routeros_tls": "anonymous",
            "ansible_routeros_first_contact": {},
            "ansible_timeout": 5,
            "secure_api_sources": ["127.0.0.1", "127.0.6.0/24"],
            # It is set up before there is a tunnel.
            "secure_api_certificate": {"subject_alt_names": [INSIDE, OUTSIDE]},
            "ipsec_api_tunnel_router": {"outside": OUTSIDE, "inside": INSIDE, "id": "router1.example.net"},
            "ipsec_api_tunnel_controller": {
                "outside": "127.0.5.1",
                "inside": CONTROLLER,
                "id": "controller.example.net",
            },
            "ipsec_api_tunnel_port": "{{ ansible_port }}",
            "ipsec_api_tunnel_auth": "psk",
            "ipsec_api_tunnel_psk": SECRET,
            "ipsec_api_tunnel_swanctl_directory": str(relay.folder),
            "ipsec_api_tunnel_swanctl_command": [str(relay.command)],
            "ipsec_api_tunnel_packages": [],
            "ipsec_api_tunnel_service": "",
            "ipsec_api_tunnel_become": False,
            "ipsec_api_tunnel_settle": settle(),
            "ipsec_api_tunnel_log_command": ["cat", str(relay.log)],
            "ipsec_api_tunnel_patience": 2,
        },
    )
