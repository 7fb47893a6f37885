# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnels as a user writes them: a real ansible-playbook, what it prints, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from routeros_simulator.testing import running

SECRETS = ("canary-of-the-tunnel-42", "canary-of-the-caller-43", "canary-of-the-future-44", "canary-in-the-wrong-45")
PLAIN = {
    "ansible_user": "admin",
    "ansible_password": "",
    "ansible_routeros_tls": "plain",
    "ansible_routeros_first_contact": None,
}
KEYWORDS = {"ignore_errors", "register"}
TUNNEL: list[dict[str, Any]] = [
    {"ipsec_profile": {"name": "api", "hash_algorithm": "sha1", "enc_algorithm": ["aes-256", "3des"]}},
    {"ipsec_peer": {"name": "hub", "address": "192.0.2.10", "profile": "api", "ppk_secret": SECRETS[2]}},
    {"ipsec_identity": {"peer": "hub", "secret": SECRETS[0]}},
    {
        "ipsec_identity": {
            "peer": "hub",
            "remote_id": "fqdn:caller",
            "auth_method": "eap",
            "username": "caller",
            "password": SECRETS[1],
        }
    },
    {"ipsec_policy": {"src_address": "10.255.0.1", "dst_address": "10.255.0.2", "peer": ["hub"], "tunnel": True}},
]


def play(tasks: list[dict[str, Any]]) -> str:
    named = [
        {
            "name": f"Task {number}.",
            **{name if name in KEYWORDS else f"bastion.routeros.{name}": each for name, each in task.items()},
        }
        for number, task in enumerate(tasks)
    ]
    return json.dumps([{"hosts": "routers", "gather_facts": False, "tasks": named}])


def stage_for(folder: Path, port: int) -> Stage:
    return Stage(folder, port, variables=PLAIN)


@pytest.mark.avoided(72)
def test_no_secret_is_printed_and_what_is_weak_is_told(tmp_path: Path) -> None:
    (tmp_path / "tunnel.yml").write_text(play([{"transaction": {"changes": TUNNEL, "settle": 0.1}}]))
    changed = json.loads(json.dumps(TUNNEL).replace("canary", "kanarie"))
    (tmp_path / "changed.yml").write_text(play([{"transaction": {"changes": changed, "settle": 0.1}}]))
    with running("7.22.3", time_scale=20) as router:
        stage = stage_for(tmp_path, router.api_port)
        runs = [
            stage.play("--check", "--diff", "-vvvv", playbook="tunnel.yml"),
            stage.play("--diff", "-vvvv", playbook="tunnel.yml"),
            stage.play("--diff", "-vvvv", playbook="tunnel.yml"),
            stage.play("--diff", "-vvvv", playbook="changed.yml"),
        ]
        rows = router.rows("/ip/ipsec/identity")
    assert [(run.code, run.changed) for run in runs] == [(0, 1), (0, 1), (0, 0), (0, 1)], runs[-1].text
    for run in runs:
        for secret in SECRETS:
            assert secret not in run.text
            assert secret.replace("canary", "kanarie") not in run.text
        assert "'api' allows what is weak: hash_algorithm sha1" in run.flat
        assert "enc_algorithm 3des" in run.flat
        assert "a pre-shared key with exchange mode main (IKEv1) can be guessed at offline" in run.flat
    assert rows[0]["secret"] == SECRETS[0].replace("canary", "kanarie")
    assert "/ip/ipsec/policy" in runs[1].text
    assert "+src-address=10.255.0.1/32" in runs[1].flat.replace(" ", "")


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"ipsec_peer": {"name": "hub", "auth_method": "pre-shared-key", "secret": SECRETS[3]}},
        "auth_method belongs to the identity of the peer (since RouterOS 6.44): use bastion.routeros.ipsec_identity",
    ),
    (
        {"ipsec_peer": {"name": "hub", "secret": SECRETS[3]}},
        "secret belongs to the identity of the peer (since RouterOS 6.44): use bastion.routeros.ipsec_identity",
    ),
    (
        {"transaction": {"changes": [{"ipsec_peer": {"name": "hub", "dh_group": "ecp256", "secret": SECRETS[3]}}]}},
        "dh_group belongs to the profile of the peer (since RouterOS 6.44): use bastion.routeros.ipsec_profile",
    ),
    ({"ipsec_peer": {"name": "hub", "profile": "lost"}}, "there is no profile 'lost' on this router (it has: default)"),
    ({"ipsec_peer": {"name": "hub", "ppk_secret": SECRETS[2]}}, "since RouterOS 7.21; this router runs 7.18.2"),
    ({"ipsec_profile": {"name": "api", "ppk": "psk"}}, "since RouterOS 7.21; this router runs 7.18.2"),
    ({"ipsec_profile": {"name": "api", "dh_group": ["modp2047"]}}, "modp2048"),
    ({"ipsec_proposal": {"name": "api", "pfs_group": "modp2047"}}, "modp2048"),
    ({"ipsec_identity": {"peer": "lost", "secret": SECRETS[3]}}, "there is no 'lost' in /ip/ipsec/peer"),
    ({"ipsec_policy": {"src_address": "10.0.0.1/24", "dst_address": "10.1.0.0/24"}}, "10.0.0.0/24"),
    ({"ipsec_policy": {"src_address": "10.0.0.0/24", "dst_address": "10.1.0.0/24"}}, "needed for a new policy"),
]


def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(play([{**task, "ignore_errors": True} for task, _message in REFUSED]))
    with running("7.18.2") as router:
        stage = stage_for(tmp_path, router.api_port)
        before = router.rows("/ip/ipsec/peer"), router.rows("/ip/ipsec/identity")
        for check in (["--check"], []):
            run = stage.play(*check, "-vvvv", playbook="bad.yml")
            assert run.code == 0, run.text
            told = run.flat.split("TASK [Task ")[1:]
            for (task, message), text in zip(REFUSED, told, strict=True):
                assert message in text, (task, text)
            assert not any(secret in run.text for secret in SECRETS)
        assert (router.rows("/ip/ipsec/peer"), router.rows("/ip/ipsec/identity")) == before


def test_connections_are_shown_with_what_is_wrong_and_without_keys(tmp_path: Path) -> None:
    show = {"connection_info": {}, "register": "found"}
    tunnel = {"transaction": {"changes": TUNNEL, "settle": 0.1}}
    (tmp_path / "show.yml").write_text(play([tunnel, show]))
    (tmp_path / "look.yml").write_text(play([show]))
    (tmp_path / "typo.yml").write_text(play([{"connection_info": {"peers": ["hob"]}}]))

    def live() -> None:
        tables = router.router.tables
        tables["/ip/ipsec/active-peers"].insert(
            {"local-address": "192.0.2.1", "remote-address": "192.0.2.10", "state": "established", "uptime": "5m"}
        )
        for ends in (("192.0.2.1", "192.0.2.10"), ("192.0.2.10", "192.0.2.1")):
            tables["/ip/ipsec/installed-sa"].insert(
                {
                    "src-address": ends[0],
                    "dst-address": ends[1],
                    "state": "mature",
                    "current-packets": "7",
                    "enc-key": SECRETS[3],
                    "auth-key": SECRETS[3],
                }
            )

    with running("7.22.3", time_scale=20) as router:
        stage = stage_for(tmp_path, router.api_port)
        first = stage.play("-vvvv", playbook="show.yml")
        assert first.code == 0, first.text
        assert '"verdict": "waiting"' in first.text
        router.call(lambda: router.router.log("ipsec,error", "got fatal error: AUTHENTICATION_FAILED"))
        failed = stage.play("-vvvv", playbook="look.yml")
        assert '"verdict": "failed"' in failed.text
        assert '"failure": "authentication_failed"' in failed.text
        assert "only its own log says why" in failed.flat
        router.call(live)
        up = stage.play("-vvvv", playbook="look.yml")
        assert '"verdict": "up"' in up.text, up.text
        assert "7 packets in, 7 out" in up.flat
        typo = stage.play(playbook="typo.yml")
        assert "this router has no peer 'hob'; it has: hub" in typo.flat
    for run in (first, failed, up):
        assert not any(secret in run.text for secret in SECRETS)
