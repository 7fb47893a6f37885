# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Right knocks and wrong ones, and what happens around them: the rules of the role, met by real packets."""

from __future__ import annotations

import itertools
import socket
import time

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.tests.packets.knock.house import (
    BROADCAST,
    INSIDE,
    OPEN,
    PENALTY,
    PORT,
    STEP,
    TRUSTED,
    House,
    Rulesets,
)

pytestmark = pytest.mark.real_packets

WRONG = knock.Step("tcp", 15000)
ORDERS = [order for length in (1, 2, 3) for order in itertools.permutations(range(3), length) if order != (0, 1, 2)]


def test_without_a_knock_the_door_is_closed(house: House) -> None:
    assert not house.open()


def test_the_right_knock_opens_for_its_sender_only(house: House) -> None:
    house.knock()
    assert house.open()
    assert not house.open(house.network.other)


@pytest.mark.parametrize("name", ["tcp", "udp"])
def test_sequences_of_one_protocol(house: House, name: str) -> None:
    house.use(name)
    house.knock()
    assert house.open()


def test_trying_the_door_between_steps_does_no_harm(house: House) -> None:
    for step in house.steps:
        assert not house.open()
        house.knock(step)
    assert house.open()


def test_a_repeated_step_does_no_harm(house: House) -> None:
    for step in house.steps:
        house.knock(step, step, step)
    assert house.open()


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(str(number + 1) for number in order))
def test_wrong_orders_and_left_out_steps_stay_outside(house: House, order: tuple[int, ...]) -> None:
    house.knock(*(house.steps[number] for number in order))
    assert not house.open()
    assert house.added("bastion-knock-open") == 0


@pytest.mark.parametrize("after", [1, 2])
def test_a_wrong_port_ends_the_attempt(house: House, after: int) -> None:
    house.knock(*house.steps[:after], WRONG, *house.steps[after:])
    assert not house.open()
    assert house.added("bastion-knock-penalty") == 1
    assert house.added("bastion-knock-open") == 0


def test_a_penalty_lasts_as_long_as_it_should_and_is_not_made_longer(house: House) -> None:
    house.knock(house.steps[0], WRONG)
    began = time.monotonic()
    house.knock()
    assert not house.open()
    house.knock(WRONG, *house.steps)
    assert house.added("bastion-knock-penalty") == 1
    assert house.added("bastion-knock-open") == 0
    house.pardoned()
    assert time.monotonic() - began > PENALTY - 1
    house.knock()
    assert house.open()


@pytest.mark.parametrize("late", [1, 2])
def test_a_late_step_is_none(house: House, late: int) -> None:
    house.knock(*house.steps[:late])
    time.sleep(STEP + 0.3)
    house.knock(*house.steps[late:])
    assert not house.open()


def test_the_open_door_closes_and_a_session_goes_on(house: House) -> None:
    house.knock()
    with house.network.client.inside():
        session = socket.create_connection((house.host, PORT), 1)
    with session:
        time.sleep(OPEN + 0.3)
        assert not house.open()
        session.settimeout(5)
        session.sendall(b"still here")
        assert session.recv(100) == b"still here"


def test_two_at_once_do_not_disturb_each_other(house: House) -> None:
    for step in house.steps:
        house.knock(step)
        house.knock(step, who=house.network.other)
    assert house.open()
    assert house.open(house.network.other)


def test_a_scanner_beside_does_not_disturb(house: House) -> None:
    house.use("patient")
    house.knock(house.steps[0])
    house.nmap("-Pn", "-p", "14000-14100", who=house.network.other)
    house.knock(*house.steps[1:])
    assert house.open()


def test_neighbours_behind_one_translated_address_share_the_door_and_the_penalty(house: House) -> None:
    house.use("patient")
    honest, scanner = house.network.honest, house.network.scanner
    house.knock(who=honest)
    assert house.open(honest)
    assert house.open(scanner)
    house.forget()
    house.knock(house.steps[0], who=honest)
    house.nmap("-Pn", "-p", "14000-14100", who=scanner)
    house.knock(*house.steps[1:], who=honest)
    assert not house.open(honest)


def test_trusted_sources_never_knock(house4: House) -> None:
    assert house4.open(source=TRUSTED)


def test_a_ping_and_a_neighbour_are_answered_under_penalty(house: House) -> None:
    house.knock(house.steps[0], WRONG)
    house.network.client.run("ip", "neighbour", "flush", "all")
    assert "1 host up" in house.nmap("-sn", "-PE", "--disable-arp-ping")


def shout(house: House) -> None:
    """A datagram to everybody on the wire, as hosts of a LAN send them all the time."""
    with house.network.client.inside():
        kind = socket.AF_INET if house.family == 4 else socket.AF_INET6
        where = socket.getaddrinfo(BROADCAST[house.family], 137, kind, socket.SOCK_DGRAM)[0][4]
        with socket.socket(kind, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.sendto(b"who is there?", where)


def test_broadcasts_between_steps_punish_nobody(house: House) -> None:
    for step in house.steps:
        house.knock(step)
        shout(house)
    assert house.open()
    assert house.added("bastion-knock-penalty") == 0


def test_with_an_interface_list_the_lan_need_not_knock_and_is_never_punished(house: House) -> None:
    house.use("listed")
    inside = house.network.inside
    assert not house.open()
    assert house.open(inside, host=INSIDE[house.family])
    with inside.inside():
        knock.play(INSIDE[house.family], [house.steps[0], WRONG], pause=0.02)
    assert house.added("bastion-knock-1") == house.added("bastion-knock-penalty") == 0
    house.knock()
    assert house.open()


def test_a_step_with_a_size_takes_no_other(house: House) -> None:
    house.use("patient")
    first, second, third = house.steps
    house.knock(first, knock.Step("udp", second.port), third)
    assert not house.open()
    house.forget()
    house.knock(first, knock.Step("udp", second.port, second.size + 1), third)
    assert not house.open()
    house.forget()
    house.knock()
    assert house.open()


def test_forged_sources_fill_no_more_than_the_limit(house4: House) -> None:
    """Two thousand sources take the first step within a second or two; 20 a second, and 40 at once, enter the stage."""
    house = house4
    step = house.steps[0]
    began = time.monotonic()
    house.hping(
        f"for {{set n 0}} {{$n < 2000}} {{incr n}} {{ hping send "
        f'"ip(saddr=10.9.[expr $n / 250].[expr $n % 250 + 1],daddr={house.host},ttl=64)'
        f'+tcp(sport=40000,dport={step.port},flags=s)" }}'
    )
    took = time.monotonic() - began
    assert 40 <= house.added("bastion-knock-1") <= 41 + 20 * (took + 1)
    assert not house.open()


def test_the_rules_are_the_roles(rulesets: Rulesets) -> None:
    for filters, lists in rulesets.of("mixed").values():
        assert sum(row["chain"].startswith("bastion-knock.") for row in filters) > 20
        assert all(row["list"].startswith("bastion-knock-") for row in lists)


@pytest.mark.long
@pytest.mark.packets_full
@pytest.mark.parametrize("name", ["mixed", "tcp", "udp"])
def test_every_place_of_a_wrong_packet_and_of_a_repeated_step(house: House, name: str) -> None:
    """All rows of up to five packets out of the steps, a wrong port and the door: what opens, and what does not."""
    house.use(name)
    door = knock.Step("tcp", PORT)
    alphabet = {"1": house.steps[0], "2": house.steps[1], "3": house.steps[2], "x": WRONG, "d": door}
    for length in range(1, 6):
        for word in itertools.product(alphabet, repeat=length):
            house.use(name)
            house.knock(*(alphabet[letter] for letter in word), pause=0)
            assert (house.added("bastion-knock-open") > 0) is opens("".join(word)), word


def opens(word: str) -> bool:
    """What the policy promises: repeats of the step just made and the door are neutral, anything else ends it."""
    stage = 0
    for letter in word:
        if letter == "d" or letter == str(stage):
            continue
        if letter == str(stage + 1):
            stage += 1
            if stage == 3:
                return True
        elif stage:
            return False
    return False
