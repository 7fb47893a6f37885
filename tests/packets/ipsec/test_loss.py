# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of an open session when its tunnel goes: it stalls, and neither end says a word in clear.

The controls show that this is no matter of course: it takes a rule before everything established, and one for answers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.packets.ipsec.conftest import Build
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import CONNECTION, Hands, install
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API, ENDS, House

pytestmark = [pytest.mark.real_packets, pytest.mark.tunnel]


@contextlib.contextmanager
def lost(home: House, *, only: str = "") -> Iterator[None]:
    """The internet loses what would go out at this interface of its, or everything."""
    match = f'oifname "{only}" ' if only else ""
    home.internet.nft(
        f"table inet lost {{\nchain way {{\ntype filter hook forward priority 0;\n{match}drop\n}}\n}}\n",
    )
    yield
    home.internet.run("nft", "delete", "table", "inet", "lost")


def disable(home: House) -> None:
    """The administrator switches the peer off."""
    (peer,) = home.keyhole.read("/ip/ipsec/peer")
    home.keyhole.call("/ip/ipsec/peer/set", f"=.id={peer['.id']}", "=disabled=yes")
    home.mirror.apply()


def end_at_the_controller(home: House) -> None:
    home.client.ask("--terminate", "--ike", CONNECTION, "--force", "--timeout", "1")
    home.client.wait(lambda: not home.client.associations(), "it does not end")


def end_at_the_router(home: House) -> None:
    assert home.mirror.charon is not None
    home.mirror.charon.ask("--terminate", "--ike", "controller", "--force", "--timeout", "1")


ENDINGS = {"at the controller": end_at_the_controller, "at the router": end_at_the_router, "the peer": disable}


def says(session: Session, timeout: float = 2.0) -> str:
    """What becomes of a question."""
    try:
        return "answered" if session.call("/system/identity/print", timeout=timeout).rows else "empty"
    except RouterError as error:
        return error.kind


def spoken(home: House) -> int:
    """The bytes of the API in clear so far, which are forgiven herewith."""
    return sum(len(each.data) for tap in (home.left, home.right) for each in tap.forget() if each.kind == "tcp")


@pytest.mark.parametrize("ending", ENDINGS)
def test_without_its_tunnel_a_session_stalls_and_says_nothing(ending: str, build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    with contextlib.closing(home.session(hands.target)) as session:
        assert says(session) == "answered"
        # Neither end hears what the other says of it, and an answer is on its way.
        with lost(home):
            ENDINGS[ending](home)
            assert says(session) == "timed_out"
        home.router.nft(
            "table inet deaf {\nchain way {\ntype filter hook input priority -10;\nudp dport { 500, 4500 } drop\n}\n}\n"
        )
        assert says(session) == "timed_out"
    assert home.left.foreign() == []


def test_a_session_goes_on_when_its_tunnel_is_back(build: Build) -> None:
    home, hands = build(), Hands()
    install(home, hands)
    with contextlib.closing(home.session(hands.target)) as session:
        assert says(session) == "answered"
        with lost(home):
            end_at_the_controller(home)
        assert says(session, 15) == "answered"
    assert home.left.foreign() == []


@pytest.mark.parametrize("sealed", [True, False])
def test_an_answer_under_way_stays_in_when_the_peer_is_switched_off(sealed: bool, build: Build) -> None:
    """Control: without a rule for answers the router sends it again, in clear."""
    home, hands = build(), Hands(sealed=sealed)
    install(home, hands)
    with contextlib.closing(home.session(hands.target)) as session:
        assert says(session) == "answered"
        with lost(home, only="left"):
            assert says(session, 1) == "timed_out"
            disable(home)
        says(session, 2)
    if sealed:
        assert home.right.in_clear([API]) == 0
    else:
        assert spoken(home) > 0


@pytest.mark.parametrize("established_first", [False, True])
def test_both_ends_without_ipsec_end_the_session(established_first: bool, build: Build) -> None:
    """Control: with the usual first rule the session goes on in clear, as if nothing were amiss."""
    home = build(ipsec=("127.0.0.1", ENDS[4].controller))
    hands = Hands(host_to_host=True, established_first=established_first, sealed=not established_first)
    install(home, hands)
    with contextlib.closing(home.session(hands.target)) as session:
        assert says(session) == "answered"
        assert spoken(home) == 0
        home.client.stop()
        disable(home)
        said = says(session, 3)
        # Whoever takes its own IPsec away talks in clear; that the router does not listen is all that it can do.
        in_clear = home.left.forget()
        home.right.forget()
    assert said == ("answered" if established_first else "closed")
    answers = [each for each in in_clear if each.kind == "tcp" and each.data and each.source == ENDS[4].router]
    assert bool(answers) == established_first
