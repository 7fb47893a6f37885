# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role ipsec_api_tunnel, met by real IKE and ESP: what it leaves on the router, and its own files, unchanged.

The role runs in the controller's namespace and begins in clear. While it runs, strongSwan and nftables follow what the
router's API shows, so its own proofs and its second transaction go through a tunnel that is really there.
"""

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import snapshot
from ansible_collections.bastion.routeros.tests.packets.ipsec.conftest import Build
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API_SSL, ENDS, HIDDEN_BEHIND
from ansible_collections.bastion.routeros.tests.packets.ipsec.role import (
    NAME,
    PORTS,
    assert_the_api_is_in_the_tunnel_only,
    files,
    in_clear,
    inventory,
    play,
    secret,
)

pytestmark = [pytest.mark.real_packets, pytest.mark.tunnel]


@pytest.mark.long
def test_installed_in_clear_closed_from_inside_and_unchanged(build: Build) -> None:
    home = build()
    stage = inventory(home)
    assert play(home, stage).changed > 0
    assert in_clear(home) > 1000
    assert_the_api_is_in_the_tunnel_only(home)
    assert home.client.associations() == {NAME: 1, "api": 1}
    before = files(home)
    assert play(home, stage).changed == 0
    assert files(home) == before
    assert home.left.in_clear(PORTS) == 0


@pytest.mark.packets_full
def test_taken_down_over_the_way_outside(build: Build) -> None:
    home = build()
    stage = inventory(home)
    before, empty = snapshot(home.simulator), files(home)
    play(home, stage)
    play(home, stage, extra={"ipsec_api_tunnel_state": "absent"})
    assert snapshot(home.simulator) == before
    assert home.client.associations() == {}
    assert files(home) == empty
    in_clear(home)
    assert home.reaches(ENDS[4].router, API_SSL) == "open"


@pytest.mark.packets_full
def test_through_nat_with_a_shared_secret(build: Build) -> None:
    home = build(nat=True)
    play(home, inventory(home, seen_as=HIDDEN_BEHIND, **secret()))
    assert in_clear(home) > 0
    assert_the_api_is_in_the_tunnel_only(home)
    for charon in (home.client, home.mirror.charon):
        assert charon is not None
        before = charon.spis("api" if charon is home.client else "policy1")
        child = "api" if charon is home.client else "policy1"
        charon.tell("--rekey", "--child", child)
        charon.wait(lambda: charon.spis(child) - before, "the second phase is not renewed")  # noqa: B023
    assert_the_api_is_in_the_tunnel_only(home)


@pytest.mark.packets_full
def test_over_ipv6(build: Build) -> None:
    home = build()
    play(home, inventory(home, family=6, **secret(ipsec_api_tunnel_encryption="aes-256-cbc")))
    assert in_clear(home) > 0
    assert_the_api_is_in_the_tunnel_only(home, family=6)


@pytest.mark.long
def test_a_tunnel_that_captures_the_session_that_makes_it(build: Build) -> None:
    home = build(ipsec=("127.0.0.1", ENDS[4].controller))
    stage = inventory(home, **secret(ipsec_api_tunnel_allow_capture=True, ansible_host=ENDS[4].router))
    stage.variables["ipsec_api_tunnel_router"]["inside"] = ENDS[4].router
    stage.variables["ipsec_api_tunnel_controller"]["inside"] = ENDS[4].controller
    play(home, stage)
    assert in_clear(home) > 0
    with contextlib.closing(home.session(ENDS[4].router, API_SSL, tls="anonymous")) as session:
        assert session.read("/system/identity")
    assert home.client.associations()[NAME] == 1
    assert home.left.foreign() == []


@pytest.mark.packets_full
def test_a_network_behind_the_router(build: Build) -> None:
    """Site to host: the network has an association of its own."""
    home = build(behind=["172.16.0.1"])
    stage = inventory(home, **secret())
    stage.variables["ipsec_api_tunnel_router"]["subnets"] = ["172.16.0.0/24"]
    play(home, stage)
    in_clear(home)
    assert home.reaches("172.16.0.1", API_SSL) == "open"
    assert_the_api_is_in_the_tunnel_only(home)
    assert home.client.associations() == {NAME: 1, "api": 1, "api-2": 1}


@pytest.mark.packets_full
def test_a_router_that_was_switched_off_is_found_again(build: Build) -> None:
    """Dead peer detection: the controller notices by itself, and the next packet brings the tunnel up."""
    home = build()
    play(home, inventory(home, **secret(ipsec_api_tunnel_dpd_interval="5s", ipsec_api_tunnel_dpd_failures=2)))
    in_clear(home)
    home.mirror.power_cut()
    home.client.wait(lambda: NAME not in home.client.associations(), "it does not notice", patience=90)
    assert home.client.trapped() == ["api"]
    home.mirror.apply()
    assert_the_api_is_in_the_tunnel_only(home)
