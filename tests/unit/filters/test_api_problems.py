# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input of the secure_api role: each mistake has a message that names the variable and what to write."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.filter.secure_api import FilterModule

problems = FilterModule().filters()["api_problems"]

ROUTER: dict[str, Any] = {
    "version": "7.22.3",
    "seen_from": ["192.0.2.10"],
    "services": {
        "api": {"port": 8728, "disabled": False},
        "api-ssl": {"port": 8729, "disabled": False},
        "www": {"port": 80, "disabled": False},
        "www-ssl": {"port": 443, "disabled": True},
    },
    "users": {"admin": {"group": "full"}},
}
GOOD: dict[str, Any] = {
    "sources": ["192.0.2.0/24", "2001:db8::/32"],
    "trusted_sources": None,
    "blocked_sources": ["198.51.100.0/24"],
    "allow_everyone": False,
    "port": 8729,
    "users": [{"name": "automation", "password": "correct-horse-7"}],
    "brute_force": {"attempts": 3, "window": "1m", "block_for": "1d"},
    "rate_limit": {"rate": 5, "per": "1s", "burst": 10},
    "log_prefix": "API Drop: ",
    "ca": "router",
    "ca_directory": "/home/operator/ca",
    "login": "automation",
    "password": "correct-horse-7",
}


def user(**changes: Any) -> list[dict[str, Any]]:
    return [{**GOOD["users"][0], **changes}]


def test_good_input_passes() -> None:
    assert problems(GOOD, ROUTER) == []
    assert problems({**GOOD, "brute_force": False, "rate_limit": False, "users": [], "login": "admin"}, ROUTER) == []
    assert problems({**GOOD, "port": 443}, ROUTER) == []
    assert problems({**GOOD, "ca": "/etc/site.pem", "ca_directory": ""}, ROUTER) == []


@pytest.mark.avoided("51b")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ca_directory": ""}, ["secure_api_ca_directory is empty", "(router)", "Name a folder"]),
        ({"ca_directory": "", "ca": "controller"}, ["secure_api_ca_directory is empty", "(controller)"]),
        ({"sources": []}, ["secure_api_sources is empty", "192.0.2.10"]),
        (
            {"sources": ["192.0.2.0/24", "0.0.0.0/0"]},
            ["secure_api_sources lets everybody in", "secure_api_allow_everyone"],
        ),
        ({"sources": ["::/0", "192.0.2.0/24"]}, ["lets everybody in"]),
        ({"sources": ["0.0.0.0/1", "128.0.0.0/1"]}, ["lets everybody in: 0.0.0.0/1, 128.0.0.0/1"]),
        (
            {"trusted_sources": []},
            ["secure_api_trusted_sources does not hold 192.0.2.10", "would block the automation"],
        ),
        ({"trusted_sources": ["198.51.100.0/24"]}, ["secure_api_trusted_sources does not hold 192.0.2.10"]),
        ({"trusted_sources": ["198.51.100.0/24"], "brute_force": False}, []),
        ({"trusted_sources": ["0.0.0.0/0"]}, ["secure_api_trusted_sources lets everybody in"]),
        ({"sources": ["198.51.100.0/24"]}, ["secure_api_sources does not hold 192.0.2.10", "lock itself out"]),
        ({"sources": ["192.0.2.10/24"]}, ["secure_api_sources: '192.0.2.10/24' has host bits", "192.0.2.0/24"]),
        ({"sources": ["noc.example.net"]}, ["'noc.example.net' is a name", "addresses only"]),
        ({"trusted_sources": ["192.0.2.300"]}, ["secure_api_trusted_sources: '192.0.2.300'"]),
        ({"blocked_sources": ["192.0.2.0/24"]}, ["secure_api_blocked_sources holds 192.0.2.10"]),
        ({"blocked_sources": ["192.0.2.1/24"]}, ["secure_api_blocked_sources: '192.0.2.1/24' has host bits"]),
        ({"port": 0}, ["secure_api_port: expected a TCP port from 1 to 65535, got 0"]),
        ({"port": 65536}, ["got 65536"]),
        ({"port": True}, ["got True"]),
        ({"port": 80}, ["the service 'www' of this router already listens on port 80"]),
        ({"port": 8728}, ["the service 'api'"]),
        ({"log_prefix": "x" * 32}, ["secure_api_log_prefix", "31 characters"]),
        ({"brute_force": True}, ["secure_api_brute_force: expected a dictionary with attempts, window, block_for"]),
        ({"brute_force": {"attemps": 3}}, ["secure_api_brute_force: expected a dictionary"]),
        ({"brute_force": {"attempts": 3, "window": "1m"}}, ["secure_api_brute_force.block_for: expected a duration"]),
        ({"rate_limit": {"rate": 5, "per": "x", "burst": 1}}, ["secure_api_rate_limit.per: expected a duration"]),
        ({"users": [], "login": "automation"}, ["logs in as 'automation'", "secure_api_users does not make it"]),
        (
            {"users": user(policies=["read", "api"])},
            ["'automation' is the user that the inventory logs in as", "write"],
        ),
        (
            {"users": user(policies=["write", "api"])},
            ["'automation' is the user that the inventory logs in as", "read"],
        ),
        ({"users": user(policies=["read", "write", "api", "!api"]), "password": None}, []),
        ({"users": user(password="another-horse-7")}, ["is another one than ansible_password"]),
        ({"users": user(password="short1!"), "password": None}, ["too weak: it has 7 of at least 12 characters"]),
        ({"users": user(password="no-digits-here"), "password": None}, ["too weak: it has no digit"]),
        ({"users": user(password="NoSpecial12345"), "password": None}, ["has no special character"]),
        ({"users": user(name="-bad"), "login": "admin"}, ["'-bad' is no name for a RouterOS user"]),
        ({"users": user(name="bad."), "login": "admin"}, ["'bad.' is no name"]),
        ({"users": user() + user()}, ["secure_api_users names 'automation' more than once"]),
        ({"users": user(sources=["198.51.100.0/24"])}, ["sources of 'automation'", "do not hold 192.0.2.10"]),
        ({"users": user(sources=["0.0.0.0/0"])}, ["sources of 'automation' let everybody try"]),
        ({"users": user(sources=["192.0.2.1/24"])}, ["sources of 'automation'", "has host bits"]),
    ],
)
def test_each_mistake_is_told(changes: dict[str, Any], told: list[str]) -> None:
    messages = problems({**GOOD, **changes}, ROUTER)
    assert len(messages) == (1 if told else 0), messages
    for text in told:
        assert text in messages[0]
    assert "correct-horse-7" not in " ".join(messages)


def test_an_old_router_is_refused() -> None:
    assert "RouterOS 7.11.3 is too old" in problems(GOOD, {**ROUTER, "version": "7.11.3"})[0]
    assert problems(GOOD, {**ROUTER, "version": "7.12"}) == []


def test_everything_is_told_at_once() -> None:
    changes = {
        "sources": ["10.0.0.1/8"],
        "port": 80,
        "log_prefix": "x" * 40,
        "users": user(password="weak"),
        "password": None,
    }
    assert len(problems({**GOOD, **changes}, ROUTER)) == 4


def test_everyone_may_be_let_in_on_purpose() -> None:
    assert problems({**GOOD, "sources": ["0.0.0.0/0", "::/0"], "allow_everyone": True}, ROUTER) == []


def test_a_trusted_controller_is_in() -> None:
    assert problems({**GOOD, "sources": ["198.51.100.0/25"], "trusted_sources": ["192.0.2.10"]}, ROUTER) == []
