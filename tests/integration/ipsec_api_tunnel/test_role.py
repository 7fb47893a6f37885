# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role against a simulated router: installed over the way outside, closed from inside, unchanged, taken down."""

from __future__ import annotations

import pytest
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.conftest import SECRET
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.relay import OUTSIDE, Relay
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Run, Stage, snapshot
from routeros_simulator.testing import Simulator

TUNNEL = "bastion.routeros.ipsec_api_tunnel"


@pytest.fixture
def secured(stage: Stage) -> Stage:
    """The same inventory, over a way that secure_api made while there was no tunnel."""
    made = stage.play(extra={"ansible_host": OUTSIDE})
    assert made.changed > 0, made.text
    return stage


def outside(stage: Stage) -> Run:
    """A look at the router over the way outside, with the name that the certificate has."""
    return stage.play("-v", playbook="look.yml", extra={"ansible_host": OUTSIDE, "ansible_timeout": 2})


@pytest.mark.parametrize("auth", ["certificate", "psk"])
def test_installed_closed_unchanged_and_taken_down(router: Simulator, relay: Relay, secured: Stage, auth: str) -> None:
    secured.variables["ipsec_api_tunnel_auth"] = auth
    if auth == "certificate":
        del secured.variables["ipsec_api_tunnel_psk"]
    before = snapshot(router)
    checked = secured.play("--check", "--diff", playbook=TUNNEL)
    assert checked.changed > 0, checked.text
    assert snapshot(router) == before
    first = secured.play("--diff", "-vvvv", playbook=TUNNEL)
    assert first.changed > 0, first.text
    assert relay.disagreement() == ""
    assert SECRET not in checked.text + first.text
    carried, calls = relay.carried, relay.calls()
    again = secured.play("--diff", playbook=TUNNEL)
    assert again.changed == 0, again.text
    assert relay.carried > carried
    assert relay.calls()[len(calls) :] == ["--list-conns"]
    gone = secured.play("--diff", "-vvvv", playbook=TUNNEL, extra={"ipsec_api_tunnel_state": "absent"})
    assert gone.changed > 0, gone.text
    assert snapshot(router) == before
    assert not list((relay.folder / "conf.d").iterdir())
    assert SECRET not in gone.text
