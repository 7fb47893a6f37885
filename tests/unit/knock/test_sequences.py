# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sequences: read, derived, judged, and never shown."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import knock_policy
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from hypothesis import given
from hypothesis import strategies as st

ROUTER: dict[str, Any] = {"services": {"winbox": {"port": 8291}, "api-ssl": {"port": 8729}}, "seen_from": []}
GOOD: dict[str, Any] = {
    "ports": [8729, 22],
    "step_timeout": "15s",
    "open_for": "30m",
    "penalty": "1m",
    "families": ["ipv4", "ipv6"],
    "trusted_sources": [],
    "client": True,
}
PINNED = ["udp/11791", "tcp/20917", "udp/44157", "udp/32486"]
SECRET = "one-vaulted-secret-for-the-fleet"


def test_a_sequence_is_read_from_a_list_or_a_text() -> None:
    wanted = (knock.Step("tcp", 41873), knock.Step("udp", 12077, 64))
    assert knock.parse(["tcp/41873", "UDP/12077/64"]) == wanted
    assert knock.parse("tcp/41873, udp/12077/64") == wanted
    assert knock.parse(None) == knock.parse([]) == ()


@pytest.mark.parametrize("bad", ["tcp/99999", "icmp/41873", "41873", "tcp/41873/64", "udp/41873/9999", "tcp/0"])
def test_a_bad_step_is_numbered_and_not_shown(bad: str) -> None:
    with pytest.raises(knock.BadKnock, match="step 2") as caught:
        knock.parse(["tcp/28511", bad])
    assert "41873" not in str(caught.value)
    assert "99999" not in str(caught.value)


def test_steps_are_not_shown_by_accident() -> None:
    assert "41873" not in repr(knock.parse(["tcp/41873"]))


@given(st.text(min_size=1, max_size=40), st.integers(3, 8), st.dates())
def test_derived_sequences_are_strong_and_stay_the_same(name: str, steps: int, date: object) -> None:
    found = knock.derive(SECRET, name, str(date), steps)
    assert found == knock.derive(SECRET, name, str(date), steps)
    assert len(found) == steps
    assert not knock.weaknesses(found)
    assert {step.protocol for step in found} == {"tcp", "udp"}


# Text of any kind, control characters and what separates fields elsewhere included.
NAMES = st.text(min_size=1, max_size=20)


@given(st.lists(st.tuples(NAMES, st.text(max_size=20)), min_size=2, max_size=12, unique=True))
def test_no_two_routers_or_dates_share_a_sequence(routers: list[tuple[str, str]]) -> None:
    assert len({knock.derive(SECRET, *router) for router in routers}) == len(routers)


@given(st.lists(st.text(min_size=16, max_size=40), min_size=2, max_size=5, unique=True))
def test_no_two_secrets_give_the_same(secrets: list[str]) -> None:
    assert len({knock.derive(secret, "router1") for secret in secrets}) == len(secrets)


@given(NAMES, st.text(max_size=20))
def test_the_role_takes_every_derived_sequence(name: str, rotation: str) -> None:
    settings = GOOD | {"sequence": [], "secret": SECRET, "name": name, "rotation": rotation}
    assert knock_policy.problems(settings, ROUTER) == []


def test_a_fleet_of_thousands_has_as_many_sequences() -> None:
    assert len({knock.derive(SECRET, f"router{number}") for number in range(3000)}) == 3000


def test_the_derivation_stays_what_it_is() -> None:
    """Another one would lock out everybody whose router was set up before."""
    assert [str(step) for step in knock.derive(SECRET, "router1", "2026-11")] == PINNED


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(knock.BadKnock, match="16 characters"):
        knock.derive("short", "router1")


@pytest.mark.parametrize(
    ("sequence", "reason"),
    [
        (["tcp/41873", "udp/12077"], "too few"),
        (["tcp/12077", "udp/28511", "tcp/41873"], "ascend"),
        (["tcp/41873", "udp/28511", "tcp/12077"], "descend"),
        (["tcp/41873", "udp/41874", "tcp/12077"], "neighbour"),
        (["tcp/41873", "udp/12077", "tcp/41873"], "same port"),
        (["tcp/41873", "udp/8000", "tcp/12077"], "well-known"),
        (["tcp/41873", "udp/443", "tcp/12077"], "well-known"),
        (["tcp/9000", "tcp/8000"], "too few"),
    ],
)
def test_what_makes_a_sequence_weak(sequence: list[str], reason: str) -> None:
    found = knock.weaknesses(knock.parse(sequence))
    assert reason in " ".join(found)


def test_the_example_of_the_documentation_is_strong() -> None:
    assert knock.weaknesses(knock.parse(["tcp/41873", "udp/12077", "tcp/28511"])) == []
