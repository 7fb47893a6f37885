# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tunnels that cannot come up: nothing gets through, nothing is said in clear, and each fault has its own explanation.

The logs are real ones, of both ends; `explain` reads them as the collection does for its users.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.advice import advices, explain
from ansible_collections.bastion.routeros.tests.packets.ipsec.charon import Charon
from ansible_collections.bastion.routeros.tests.packets.ipsec.conftest import Build
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import (
    CHILD,
    Authority,
    Hands,
    certificates,
    install,
)
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API

pytestmark = [pytest.mark.real_packets, pytest.mark.tunnel]

HOST = {"controller": "controller.example.net", "router": "router.example.net"}


def told(**values: str) -> Hands:
    """Hands that tell the controller something else."""
    hands = Hands()
    hands.controller |= values
    return hands


def entered(menu: str, **values: str) -> Hands:
    """Hands that enter something else at the router."""
    hands = Hands()
    hands.router[menu] |= {name.replace("_", "-"): text for name, text in values.items()}
    return hands


def expired(end: str) -> Hands:
    """The certificate of that end ran out a week ago."""
    ours = Authority("tunnels")
    made = {name: ours.issue(host, -7 if name == end else 30) for name, host in HOST.items()}
    return Hands(certificates={**made, "controller_ca": ours.certificate, "router_ca": ours.certificate})


def foreign(end: str) -> Hands:
    """The certificate of that end comes from an authority that the other end does not know."""
    return Hands(certificates=certificates() | {end: Authority("others").issue(HOST[end])})


def defaults(*menus: str) -> Hands:
    """The router uses what it came with."""
    hands = Hands()
    if "profile" in menus:
        hands.router["peer"]["profile"] = "default"
    if "proposal" in menus:
        hands.router["policy"]["proposal"] = "default"
    return hands


def secret_here_certificate_there() -> Hands:
    """The router expects a shared secret."""
    hands = Hands(certificates=certificates())
    hands.router["identity"] = Hands().router["identity"]
    return hands


# The fault, and what the logs of the controller and of the router tell.
FAULTS: dict[str, tuple[Callable[[], Hands], str | None, str | None]] = {
    "wrong secret": (
        lambda: told(secret="not-the-secret-at-all"),
        "authentication_failed",
        "wrong_secret",
    ),
    "controller calls itself otherwise": (
        lambda: told(local_id="somebody.example.net"),
        "authentication_failed",
        "id_mismatch",
    ),
    "router calls itself otherwise": (
        lambda: entered("identity", my_id="fqdn:somebody.example.net"),
        "authentication_failed",
        "id_mismatch",
    ),
    "controller's certificate expired": (lambda: expired("controller"), "authentication_failed", "certificate_expired"),
    "router's certificate expired": (lambda: expired("router"), "certificate_expired", None),
    "controller's certificate foreign": (lambda: foreign("controller"), "authentication_failed", "certificate_foreign"),
    "router's certificate foreign": (lambda: foreign("router"), "certificate_foreign", None),
    "no algorithm for the first phase": (
        lambda: told(proposals="aes128-sha256-modp3072"),
        "no_proposal",
        "no_proposal",
    ),
    "no algorithm for the second phase": (
        lambda: told(esp_proposals="aes128-sha256-ecp256"),
        "no_child_proposal",
        "no_child_proposal",
    ),
    "other packets": (
        lambda: entered("policy", dst_address="10.9.0.0/24"),
        "ts_unacceptable",
        "ts_unacceptable",
    ),
    "another address": (lambda: entered("peer", address="203.0.113.7/32"), "no_proposal", "unknown_peer"),
    "another version": (lambda: entered("peer", exchange_mode="main"), "no_proposal", "unknown_peer"),
    "other proofs": (secret_here_certificate_there, "authentication_failed", "method_mismatch"),
    "RouterOS's own profile": (lambda: defaults("profile"), "no_proposal", "no_proposal"),
    "RouterOS's own proposal": (lambda: defaults("proposal"), "no_child_proposal", "no_child_proposal"),
}


def word(charon: Charon | None) -> str | None:
    assert charon is not None
    found = explain(charon.log())
    return found.failure if found else None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_keeps_the_tunnel_down_and_has_its_own_explanation(fault: str, build: Build) -> None:
    write, controller, router = FAULTS[fault]
    home, hands = build(), write()
    install(home, hands)
    code, said = home.client.ask("--initiate", "--child", CHILD, "--timeout", "5")
    assert code != 0, said
    assert CHILD not in home.client.associations()
    assert home.reaches(hands.target) == "silence"
    assert home.left.in_clear([API]) == 0
    assert (word(home.client), word(home.mirror.charon)) == (controller, router)


def test_a_tunnel_that_is_up_and_carries_nothing_back(build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    home.router.nft(
        'table inet deaf {\nchain way {\ntype filter hook input priority -10;\niifname "ipsec0" drop\n}\n}\n'
    )
    assert home.reaches(hands.target) == "silence"
    home.client.wait(lambda: CHILD in home.client.associations(), "it does not come up")
    assert home.reaches(hands.target) == "silence"
    assert word(home.client) is None
    assert [each.failure for each in advices(home.client.log(), silent=True)] == ["no_traffic"]


def test_a_router_that_does_not_answer(build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    home.router.nft(
        "table inet deaf {\nchain way {\ntype filter hook input priority -10;\nudp dport { 500, 4500 } drop\n}\n}\n"
    )
    home.client.ask("--initiate", "--child", CHILD, "--timeout", "1")
    home.client.wait(lambda: word(home.client) == "no_answer", "it still hopes")
    assert home.left.kinds().keys() == {"ike"}
