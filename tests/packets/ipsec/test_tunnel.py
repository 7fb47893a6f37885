# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API inside IPsec: real IKE and ESP between two strongSwans, and what an eavesdropper sees of it.

These tunnels are written by hand, at both ends. `build` fails every scenario in which the API was seen in clear.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.advice import explain
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from ansible_collections.bastion.routeros.tests.packets.ipsec.conftest import Build
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import (
    CHILD,
    CONNECTION,
    MARK,
    Hands,
    certificates,
    install,
    talk,
)
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API, API_SSL, ENDS, HIDDEN_BEHIND, reach

pytestmark = [pytest.mark.real_packets, pytest.mark.tunnel]

SHAPES: dict[str, tuple[Callable[[], Hands], dict[str, Any]]] = {
    "shared secret": (Hands, {}),
    "certificates": (lambda: Hands(certificates=certificates()), {}),
    "IPv6 in IPv6": (lambda: Hands(outside=6, inside=6), {}),
    "IPv6 in IPv4": (lambda: Hands(outside=4, inside=6), {}),
    "IPv4 in IPv6": (lambda: Hands(outside=6, inside=4), {}),
    "NAT between": (lambda: Hands(seen_as=HIDDEN_BEHIND), {"nat": True}),
    "host to host": (lambda: Hands(host_to_host=True), {"ipsec": ("127.0.0.1", ENDS[4].controller)}),
    "host to host, IPv6": (
        lambda: Hands(outside=6, inside=6, host_to_host=True),
        {"ipsec": ("127.0.0.1", ENDS[6].controller)},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_session_brings_the_tunnel_up_and_nothing_else_goes_over_the_wire(shape: str, build: Build) -> None:
    write, options = SHAPES[shape]
    home, hands = build(**options), write()
    install(home, hands)
    assert home.client.associations() == {}
    talk(home, hands)
    assert home.client.associations() == {CONNECTION: 1, CHILD: 1}
    for tap in (home.left, home.right):
        assert tap.foreign() == []
        assert tap.kinds()["esp"] > 5
        assert not any(MARK.encode() in each.data for each in tap.seen())
    if not hands.host_to_host:
        assert home.reaches(ENDS[hands.outside].router) == "rejected"
        assert home.reaches(ENDS[hands.outside].router, API_SSL) == "rejected"


def test_the_api_is_rejected_in_clear_before_there_is_a_tunnel(build: Build) -> None:
    home, hands = build(), Hands()
    hands.enter(home.keyhole)
    home.mirror.apply()
    for family in ENDS:
        for port in (API, API_SSL):
            assert home.reaches(ENDS[family].router, port) == "rejected"
    assert home.left.in_clear((API, API_SSL)) == 0


def test_whoever_claims_the_inside_address_stays_outside(build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    talk(home, hands)
    home.internet.address("10.8.0.2/32", "lo")
    home.internet.run("ip", "route", "add", "10.7.0.1/32", "via", ENDS[4].router, "dev", "right")
    with home.internet.inside():
        assert reach(hands.target, API, "10.8.0.2") != "open"
    counted = home.router.run("nft", "list", "table", "ip", "routeros")
    (rejecting,) = [line for line in counted.splitlines() if "reject" in line]
    assert "packets 0" not in rejecting
    assert home.left.foreign() == []


def test_both_phases_are_renewed_under_a_session(build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    with contextlib.closing(home.session(hands.target)) as session:
        for charon, child, connection in (
            (home.client, CHILD, CONNECTION),
            (home.mirror.charon, "policy1", "controller"),
        ):
            assert charon is not None
            before = charon.spis(child)
            charon.tell("--rekey", "--child", child)
            charon.wait(lambda: charon.spis(child) - before, "the second phase is not renewed")  # noqa: B023
            assert session.read("/system/identity")
            charon.tell("--rekey", "--ike", connection)
            charon.wait(lambda: "IKE_SA " in charon.log() and "rekeyed" in charon.log(), "the first neither")  # noqa: B023
            assert session.read("/system/identity")
    assert home.left.foreign() == []


def test_control_a_mismatch_of_pfs_shows_at_the_first_renewal_only(build: Build) -> None:
    home, hands = build(), Hands()
    hands.controller["esp_proposals"] = "aes256gcm16-modp2048"
    install(home, hands)
    talk(home, hands)
    before = home.client.spis(CHILD)
    home.client.ask("--rekey", "--child", CHILD)
    home.client.wait(lambda: "NO_PROPOSAL_CHOSEN" in home.client.log(), "the renewal went well")
    assert home.client.spis(CHILD) <= before
    advice = explain(home.client.log())
    assert advice is not None
    assert advice.failure == "no_child_proposal"


@pytest.mark.long
def test_a_whole_run_of_secure_api_goes_through_it(build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    variables = {
        "ansible_host": hands.target,
        "secure_api_sources": ["10.8.0.2"],
        "secure_api_settle": 1,
    }
    stage = Stage(home.folder / "stage", API_SSL, variables)
    stage.folder.mkdir()
    with home.controller.inside(), home.mirror.following(home.simulator):
        done = stage.play()
    assert done.changed > 0, done.text
    assert home.left.foreign() == []
    assert home.left.kinds()["esp"] > 100
    assert home.reaches(ENDS[4].router, API_SSL) != "open"
