# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role, when the tunnel does not come up: both ends are as before, and it says why, from a real log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot
from ansible_collections.bastion.routeros.tests.packets.ipsec.conftest import Build
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import ROUTER_ID, Authority
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API_SSL, ENDS, House
from ansible_collections.bastion.routeros.tests.packets.ipsec.role import files, in_clear, inventory, run, secret

pytestmark = [pytest.mark.real_packets, pytest.mark.tunnel, pytest.mark.packets_full]


def blocked(home: House) -> dict[str, Any]:
    """Something on the way drops IKE."""
    rule = "udp dport { 500, 4500 } drop"
    home.internet.nft(f"table inet deaf {{\nchain way {{\ntype filter hook forward priority 0;\n{rule}\n}}\n}}\n")
    return secret()


def swallowed(home: House) -> dict[str, Any]:
    """Something at the router drops what comes out of the tunnel."""
    rule = 'iifname "ipsec0" drop'
    home.router.nft(f"table inet deaf {{\nchain way {{\ntype filter hook input priority -10;\n{rule}\n}}\n}}\n")
    return secret()


def brought(home: House, name: str, days: int) -> dict[str, Any]:
    """A certificate for the router that was brought along: of another authority, or expired."""
    ours = Authority("tunnels")
    papers = {
        "router": (ours if days < 0 else Authority(name)).issue(ROUTER_ID, days),
        "controller": ours.issue("controller.example.net"),
    }
    folder = home.folder / "papers"
    folder.mkdir()
    told = {"authority": folder / "ca.pem"}
    told["authority"].write_text(ours.certificate)
    for end, pair in papers.items():
        for what, text in (("certificate", pair.certificate), ("key", pair.key)):
            told[f"{end}_{what}"] = folder / f"{end}.{what}"
            told[f"{end}_{what}"].write_text(text)
    return {"ipsec_api_tunnel_certificates": {key: str(path) for key, path in told.items()} | {"renew_before": 0}}


FAULTS: dict[str, tuple[Callable[[House], dict[str, Any]], str]] = {
    "IKE is blocked": (blocked, "The other end does not answer"),
    "what comes out is dropped": (swallowed, "packets go in, and none come back"),
    "a foreign certificate": (lambda home: brought(home, "others", 30), "from a CA that the other end does not trust"),
    "an expired certificate": (lambda home: brought(home, "", -7), "expired"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_both_ends_are_as_before_and_the_reason_is_told(fault: str, build: Build) -> None:
    write, reason = FAULTS[fault]
    home = build()
    stage = inventory(home, **write(home))
    stage.variables["ipsec_api_tunnel_log_command"] = ["cat", str(Path(home.client.folder, "log"))]
    before, own = snapshot(home.simulator), files(home)
    done = run(home, stage)
    assert done.code != 0
    assert reason in done.flat, done.text
    assert (snapshot(home.simulator), files(home)) == (before, own)
    assert home.client.associations() == {}
    in_clear(home)
    assert home.reaches(ENDS[4].router, API_SSL) == "open"
