# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not happen is refused with a clear message, and nothing was written before it.

Every case is a host of one inventory, all of them the same router, so that one run of a playbook tells all the errors.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import (
    PASSWORD,
    Run,
    Stage,
    snapshot,
)
from routeros_simulator.testing import running

AUTOMATION = {"name": "automation", "password": PASSWORD}
# By case: the variables that are wrong, and what the error has to say.
ROLE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no_sources": ({"secure_api_sources": []}, ["secure_api_sources is empty", "at least 127.0.0.1"]),
    "everyone": ({"secure_api_sources": ["0.0.0.0/0"]}, ["lets everybody in", "secure_api_allow_everyone"]),
    "everyone_v6": ({"secure_api_sources": ["127.0.0.1", "::/0"]}, ["lets everybody in"]),
    "everyone_in_halves": ({"secure_api_sources": ["0.0.0.0/1", "128.0.0.0/1"]}, ["0.0.0.0/1, 128.0.0.0/1 together"]),
    "not_the_controller": ({"secure_api_sources": ["192.0.2.0/24"]}, ["does not hold 127.0.0.1", "lock itself out"]),
    "blocks_the_controller": ({"secure_api_blocked_sources": ["127.0.0.0/8"]}, ["blocked_sources holds 127.0.0.1"]),
    "host_bits": ({"secure_api_sources": ["127.0.0.1/8"]}, ["has host bits set", "127.0.0.0/8"]),
    "a_name": ({"secure_api_sources": ["noc.example.net"]}, ["'noc.example.net' is a name", "addresses only"]),
    "port_zero": ({"secure_api_port": 0}, ["TCP port from 1 to 65535"]),
    "port_too_high": ({"secure_api_port": 70000}, ["TCP port from 1 to 65535"]),
    "port_taken": ({"secure_api_port": 80}, ["'www' of this router already listens on port 80"]),
    "weak_password": (
        {"secure_api_users": [{"name": "guest", "password": "secret-hunter"}, AUTOMATION]},
        ["password of 'guest' is too weak: it has no digit"],
    ),
    "short_password": (
        {"secure_api_users": [{"name": "guest", "password": "hunter-2"}, AUTOMATION]},
        ["has 8 of at least 12 characters"],
    ),
    "no_account": ({"secure_api_users": []}, ["logs in as 'automation'", "secure_api_users does not make it"]),
    "too_few_rights": (
        {"secure_api_users": [{**AUTOMATION, "policies": ["read", "api"]}]},
        ["its policies need write as well"],
    ),
    "sources_of_the_account": (
        {"secure_api_users": [{**AUTOMATION, "sources": ["192.0.2.1"]}]},
        ["do not hold 127.0.0.1"],
    ),
    "unknown_policy": (
        {"secure_api_users": [{**AUTOMATION, "policies": ["read", "write", "api", "omnipotent"]}]},
        ["user_group", "policy", "omnipotent"],
    ),
    "long_prefix": ({"secure_api_log_prefix": "x" * 32}, ["31 characters"]),
    "brute_force_typo": ({"secure_api_brute_force": {"attemps": 3}}, ["secure_api_brute_force", "attempts"]),
    "rate_limit_time": ({"secure_api_rate_limit": {"per": "soon"}}, ["secure_api_rate_limit.per", "duration"]),
    "certificate_typo": ({"secure_api_certificate": {"key_sice": 2048}}, ["key_sice"]),
    "authority_of_the_site": (
        {"secure_api_certificate": {"ca": "/nonexistent/site-ca.pem"}},
        ["the authority's certificate cannot be read", "/nonexistent/site-ca.pem"],
    ),
    "no_authority_at_all": ({"secure_api_certificate": {"ca": "-----BEGIN NONSENSE"}}, ["there is no certificate"]),
    "closes_itself": ({"secure_api_disabled_services": ["api-ssl"]}, ["secure_api_disabled_services", "api-ssl"]),
    "state": ({"secure_api_state": "gone"}, ["secure_api_state", "gone"]),
    "subject_alt_name": (
        {"secure_api_certificate": {"subject_alt_names": ["IP:not-an-address"]}},
        ["subject_alt_name"],
    ),
}
ACCEPT = {"action": "accept"}
# By case: one change of a transaction, and what the error has to say.
CHANGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no_such_certificate": (
        {"service": {"name": "api-ssl", "certificate": "absent-ca"}},
        ["there is no certificate 'absent-ca' on this router"],
    ),
    "port_out_of_range": ({"service": {"name": "www", "port": 65536}}, ["port", "65535"]),
    "two_on_one_port": ({"service": {"name": "ssh", "port": 80}}, ["port 80 is already used by the service 'www'"]),
    "service_name_as_source": ({"service": {"name": "ssh", "address": ["noc.example.net"]}}, ["noc.example.net"]),
    "service_host_bits": ({"service": {"name": "ssh", "address": ["192.0.2.1/24"]}}, ["192.0.2.0/24"]),
    "ports_without_protocol": (
        {"firewall_filter": {"ruleset": "x", "rules": [{**ACCEPT, "dst_port": [22]}]}},
        ["ports can be matched only together with protocol"],
    ),
    "no_such_interface_list": (
        {"firewall_filter": {"ruleset": "x", "rules": [{**ACCEPT, "in_interface_list": "WAN"}]}},
        ["there is no interface list WAN on this router"],
    ),
    "no_such_action": (
        {"firewall_filter": {"ruleset": "x", "rules": [{"action": "obliterate"}]}},
        ["obliterate"],
    ),
    "no_such_property": (
        {"firewall_filter": {"ruleset": "x", "rules": [{**ACCEPT, "source_adress": "192.0.2.1"}]}},
        ["source_adress"],
    ),
    "newer_property": (
        {"firewall_filter": {"ruleset": "x", "rules": [{**ACCEPT, "tos": "0x10"}]}},
        ["tos", "7.21", "7.18.2"],
    ),
    "no_such_policy": ({"user_group": {"name": "x", "policy": ["omnipotent"]}}, ["omnipotent"]),
    "no_such_group": (
        {"user": {"name": "x", "group": "nowhere", "password": PASSWORD}},
        ["there is no group 'nowhere' on this router"],
    ),
}
FATAL = re.compile(r"^fatal: \[(\w+)\]: \w+!? ?=> (\{.*\})$", re.MULTILINE)


def told(run: Run) -> dict[str, str]:
    """By host: the message of its failure."""
    return {host: json.dumps(json.loads(result), ensure_ascii=False) for host, result in FATAL.findall(run.text)}


def refusals(folder: Path, port: int, cases: dict[str, Any], playbook: str) -> dict[str, str]:
    """Run the playbook once with every case as a host."""
    return told(Stage(folder, port, hosts=cases).play(playbook=playbook))


def test_bad_variables_of_the_role(tmp_path: Path) -> None:
    with running("7.22.3") as router:
        fresh = snapshot(router)
        found = refusals(
            tmp_path,
            router.api_ssl_port,
            {name: variables for name, (variables, _told) in ROLE.items()},
            "bastion.routeros.secure_api",
        )
        assert snapshot(router) == fresh
    assert not list(tmp_path.glob("ca/*.pem"))
    for name, (_variables, texts) in ROLE.items():
        assert name in found, f"{name} was not refused"
        for text in texts:
            assert text in found[name], f"{name}: {found[name]}"
    assert PASSWORD not in "".join(found.values())


@pytest.mark.parametrize("mode", ["--check", "--diff"])
def test_bad_options_of_modules(tmp_path: Path, mode: str) -> None:
    """In check mode as well: nothing else would find them."""
    play = {
        "hosts": "routers",
        "gather_facts": False,
        "tasks": [{"name": "Change", "bastion.routeros.transaction": {"changes": ["{{ change }}"]}}],
    }
    playbook = tmp_path / "play.yml"
    playbook.write_text(yaml.safe_dump([play]))
    with running("7.18.2") as router:
        fresh = snapshot(router)
        cases = {name: {"change": change} for name, (change, _told) in CHANGES.items()}
        found = refusals(tmp_path, router.api_ssl_port, cases, str(playbook))
        assert snapshot(router) == fresh
    for name, (_change, texts) in CHANGES.items():
        assert name in found, f"{name} was not refused"
        for text in texts:
            assert text in found[name], f"{name}: {found[name]}"
