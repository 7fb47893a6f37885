# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role against a simulated router: installed over the way outside, closed from inside, unchanged, taken down."""

from __future__ import annotations

import base64
import contextlib

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.conftest import SECRET
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.relay import OUTSIDE, Relay
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import PASSWORD, Stage, snapshot
from routeros_simulator.testing import Simulator

TUNNEL = "bastion.routeros.ipsec_api_tunnel"


@pytest.fixture
def secured(stage: Stage) -> Stage:
    """The same inventory, over a way that secure_api made while there was no tunnel."""
    stage.variables |= {
        "ansible_user": "automation",
        "ansible_password": PASSWORD,
        "ansible_routeros_tls": "verify",
        "ansible_routeros_first_contact": {"method": "anonymous", "port": "{{ ansible_port }}", "user": "admin"},
    }
    made = stage.play(extra={"ansible_host": OUTSIDE})
    assert made.changed > 0, made.text
    return stage


def session(router: Simulator) -> Session:
    """A session of the automation over the way outside."""
    way = ConnectionOptions(
        host=OUTSIDE, port=router.api_ssl_port, user="automation", password=PASSWORD, tls="unverified", timeout=3
    )
    return Door(way).open()


def test_installed_closed_unchanged_renewed_and_taken_down(router: Simulator, relay: Relay, stage: Stage) -> None:
    stage.variables["ipsec_api_tunnel_auth"] = "certificate"
    del stage.variables["ipsec_api_tunnel_psk"]
    before = snapshot(router)
    checked = stage.play("--check", "--diff", playbook=TUNNEL)
    assert checked.changed > 0, checked.text
    assert snapshot(router) == before
    assert not (stage.folder / "ipsec").exists()
    first = stage.play("--diff", "-vvvv", playbook=TUNNEL)
    assert first.changed > 0, first.text
    assert relay.disagreement() == ""
    assert "PRIVATE KEY" not in first.text
    # All of this is IPv4, so the other table has the gate alone.
    doors = {row["jump-target"] for row in router.rows("/ipv6/firewall/filter") if row["action"] == "jump"}
    assert {each.partition(".")[0] for each in doors} == {"bastion-ipsec-gate", "bastion-ipsec-gate-out"}
    carried, calls = relay.carried, relay.calls()
    again = stage.play("--diff", playbook=TUNNEL)
    assert again.changed == 0, again.text
    assert relay.carried > carried
    assert relay.calls()[len(calls) :] == ["--list-conns"]
    own = (stage.folder / "ipsec" / "bastion-router1-api.pem").read_text()
    longer = {"ipsec_api_tunnel_certificates": {"days_valid": 900, "renew_before": 850}}
    renewed = stage.play(playbook=TUNNEL, extra=longer)
    assert renewed.changed > 0, renewed.text
    assert relay.disagreement() == ""
    assert (stage.folder / "ipsec" / "bastion-router1-api.pem").read_text() != own
    names = [row["name"] for row in router.rows("/certificate")]
    assert sorted(names) == ["bastion-ipsec-api", "bastion-ipsec-ca"]
    gone = stage.play("--diff", playbook=TUNNEL, extra={"ipsec_api_tunnel_state": "absent"})
    assert gone.changed > 0, gone.text
    assert snapshot(router) == before
    left = [path.name for name in ("conf.d", "x509", "x509ca", "private") for path in (relay.folder / name).iterdir()]
    assert left == []


@pytest.mark.slow
def test_a_secret_is_changed_on_both_ends(router: Simulator, relay: Relay, stage: Stage) -> None:
    for secret in (SECRET, SECRET[::-1]):
        stage.variables["ipsec_api_tunnel_psk"] = secret
        changed = stage.play("-vvvv", "--diff", playbook=TUNNEL)
        assert changed.changed > 0, changed.text
        assert relay.disagreement() == ""
        assert [row["secret"] for row in router.rows("/ip/ipsec/identity")] == [secret]
        assert secret not in changed.text
        assert base64.b64encode(secret.encode()).decode() not in changed.text
    again = stage.play(playbook=TUNNEL)
    assert again.changed == 0, again.text
    # A new association does not come up with the other name: neither end keeps anything of the third secret.
    before, files = snapshot(router), (relay.folder / "conf.d" / "bastion-router1-api.conf").read_text()
    relay.refuse()
    stage.variables["ipsec_api_tunnel_psk"] = SECRET.swapcase()
    failed = stage.play("-vvvv", "--diff", playbook=TUNNEL)
    assert failed.changed == -1
    assert "would not agree anew" in failed.flat
    assert "AUTHENTICATION_FAILED" in failed.flat
    assert SECRET.swapcase() not in failed.text
    assert snapshot(router) == before
    assert [path.name for path in (relay.folder / "conf.d").iterdir()] == ["bastion-router1-api.conf"]
    assert (relay.folder / "conf.d" / "bastion-router1-api.conf").read_text() == files
    assert relay.disagreement() == ""
    # The way is lost as well: what stays is told, and the next run makes an end of it.
    relay.fragile = True
    failed = stage.play("-vvvv", playbook=TUNNEL)
    assert "Not undone on the router is the second name of the controller" in failed.flat
    assert SECRET.swapcase() not in failed.text
    assert len(router.rows("/ip/ipsec/identity")) == 2
    relay.fragile, relay.wrong = False, ""
    relay.refuse(False)
    finished = stage.play(playbook=TUNNEL)
    assert finished.changed > 0, finished.text
    assert [row["secret"] for row in router.rows("/ip/ipsec/identity")] == [SECRET.swapcase()]
    assert relay.disagreement() == ""


@pytest.mark.slow
@pytest.mark.parametrize("router", ["7.12.2", "7.24"], indirect=True)
def test_on_the_oldest_and_the_newest_version(relay: Relay, stage: Stage) -> None:
    """Without safe mode, under a dead-man switch, and where services say available-from."""
    first = stage.play(playbook=TUNNEL)
    assert first.changed > 0, first.text
    assert relay.disagreement() == ""


@pytest.mark.slow
def test_closed_for_everybody_else_and_open_for_the_glass(router: Simulator, relay: Relay, secured: Stage) -> None:
    """Running sessions in clear end, new ones are refused; who may break the glass goes on."""
    with contextlib.closing(session(router)) as before:
        assert before.read("/system/identity")
        first = secured.play(playbook=TUNNEL)
        assert first.changed > 0, first.text
        with pytest.raises(RouterError):
            before.read("/system/identity")
    with pytest.raises(RouterError):
        session(router)
    glass = secured.play(playbook=TUNNEL, extra={"ipsec_api_tunnel_clear_sources": ["127.0.0.1"]})
    assert glass.changed == 1, glass.text
    assert "can be used outside of the tunnel by 127.0.0.1" in glass.flat
    session(router).close()
    # The rules of secure_api come behind, and hold.
    again = secured.play()
    assert again.changed > 0, again.text
    gates = [
        row["jump-target"]
        for row in router.rows("/ip/firewall/filter")
        if row["chain"] == "input" and row["action"] == "jump"
    ]
    assert gates[-1] == "bastion-secure-api"
    assert set(gates[:2]) == {"bastion-ipsec-api", "bastion-ipsec-gate"}


def test_a_tunnel_that_does_not_come_up_leaves_nothing_behind(router: Simulator, relay: Relay, stage: Stage) -> None:
    before = snapshot(router)
    relay.wrong = "AUTHENTICATION_FAILED"
    failed = stage.play("-vvvv", playbook=TUNNEL)
    assert failed.changed == -1
    assert "Everything was undone" in failed.flat
    # What the other end is told is translated.
    assert "Look at:" in failed.flat
    assert SECRET not in failed.text
    assert snapshot(router) == before
    assert not list((relay.folder / "conf.d").iterdir())
    assert relay.calls()[-2:] == ["--load-all --noprompt", "--terminate --force --ike bastion-router1-api"]


def test_everything_wrong_is_told_before_anything_is_written(router: Simulator, relay: Relay, stage: Stage) -> None:
    before = snapshot(router)
    controller = {"outside": "127.0.5.1", "inside": "127.0.7.7", "id": "controller", "subnets": ["127.0.0.0/24"]}
    refused = stage.play(
        playbook=TUNNEL, extra={"ipsec_api_tunnel_controller": controller, "ipsec_api_tunnel_psk": "too short"}
    )
    assert refused.changed == -1
    assert "is too weak" in refused.flat
    assert "overlap" in refused.flat
    assert "TASK [bastion.routeros.ipsec_api_tunnel : Try the way" not in refused.text
    assert snapshot(router) == before
    assert relay.calls() == []


@pytest.mark.parametrize("auth", ["certificate", pytest.param("psk", marks=pytest.mark.slow)])
def test_the_controllers_end_alone(relay: Relay, stage: Stage, auth: str) -> None:
    """Rendered for somebody else, and configured for itself: the same file, and the router is not asked."""
    stage.variables |= {"ansible_host": "127.0.0.99", "ipsec_api_tunnel_auth": auth}
    if auth == "certificate":
        del stage.variables["ipsec_api_tunnel_psk"]
        own = ("x509ca/bastion-router1-api-ca.pem", "x509/bastion-router1-api.pem", "private/bastion-router1-api.key")
        (stage.folder / "ipsec").mkdir()
        for name in ("ca.pem", "bastion-router1-api.pem", "bastion-router1-api.key"):
            (stage.folder / "ipsec" / name).write_text(name)
    book = stage.folder / "alone.yml"
    book.write_text(ALONE)
    made = stage.play("-vvvv", playbook=str(book))
    assert made.changed > 0, made.text
    assert SECRET not in made.text
    written = relay.folder / "conf.d" / "bastion-router1-api.conf"
    rendered = stage.folder / "ipsec" / "router1"
    assert (rendered / "swanctl" / "conf.d" / written.name).read_text() == written.read_text()
    assert (rendered / "libreswan" / "bastion-router1-api.conf").exists()
    assert written.stat().st_mode & 0o777 == 0o600
    if auth == "certificate":
        assert [(relay.folder / name).read_text() for name in own] == [
            (rendered / "swanctl" / name).read_text() for name in own
        ]
        assert (relay.folder / own[2]).stat().st_mode & 0o777 == 0o600
    if auth == "certificate":
        return
    assert stage.play(playbook=str(book)).changed == 0
    gone = stage.play("--tags", "alone", playbook=str(book), extra={"ipsec_api_tunnel_state": "absent"})
    assert gone.changed > 0, gone.text
    assert not written.exists()


ALONE = """\
- hosts: routers
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: bastion.routeros.ipsec_api_tunnel, tasks_from: render}
    - ansible.builtin.include_role:
        name: bastion.routeros.ipsec_api_tunnel
        tasks_from: controller
        apply: {tags: [alone]}
      tags: [alone]
"""
