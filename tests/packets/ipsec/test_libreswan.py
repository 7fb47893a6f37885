# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that are rendered for Libreswan, as Libreswan itself takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.filter.ipsec_api_tunnel import ipsec_tunnel_files
from ansible_collections.bastion.routeros.tests.packets.ipsec import pluto
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import certificates
from ansible_collections.bastion.routeros.tests.packets.ipsec.pluto import Pluto
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab
from ansible_collections.bastion.routeros.tests.unit.ipsec.tunnels import SECRET, settings

pytestmark = [
    pytest.mark.real_packets,
    pytest.mark.packets_full,
    pytest.mark.skipif(bool(pluto.missing()), reason=f"Libreswan needs {pluto.missing()}"),
]

PSK = {"auth": "psk", "psk": SECRET}
SHAPES: dict[str, dict[str, Any]] = {
    "certificates": {},
    "a secret": PSK,
    "other algorithms, a network, forced UDP": {
        "encryption": "aes-256-cbc",
        "dh_group": "modp2048",
        "force_encapsulation": True,
        "router__subnets": ["172.16.0.0/24"],
        **PSK,
    },
    "GCM with modp2048": {"dh_group": "modp2048", **PSK},
    "transport": {"mode": "transport", "router__inside": None, "allow_capture": True},
    "key ids": {"controller__id": "key-id:abc", "router__id": "me@example.net", **PSK},
    "addresses inside": {
        "controller__inside": ["10.255.0.2", "2001:db8::2"],
        "router__inside": ["10.1.1.1", "fd00::1"],
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_libreswan_takes_its_file(shape: str, tmp_path: Path) -> None:
    tunnel = settings(**SHAPES[shape])
    made = ipsec_tunnel_files(tunnel)
    files = dict(made["libreswan"])
    if tunnel["auth"] == "certificate":
        papers = certificates()
        files |= {
            "certificate": papers["controller"].certificate,  # type: ignore[union-attr]
            "key": papers["controller"].key,  # type: ignore[union-attr]
            "authority": str(papers["controller_ca"]),
        }
    with Lab() as lab:
        controller = lab.namespace("controller")
        controller.address(f"{tunnel['controller']['outside']}/24", "lo")
        controller.run("ip", "route", "add", "default", "dev", "lo")
        end = Pluto(controller, tmp_path / "pluto", made["name"], files)
        assert end.checked() == ""
        end.start()
        try:
            names = [made["name"] + each.removeprefix("api") for each in made["children"]]
            assert end.connections() == sorted(names), end.log()[-3000:]
        finally:
            end.stop()
    assert "failed to add" not in end.log()
