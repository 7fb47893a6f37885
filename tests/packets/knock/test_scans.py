# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scans of every kind by scanners of others: none opens the role's door, and each opens the recipe of the guides.

Doors behind three steps of one protocol are the weakest that the role takes: a scan meets every step. The recipe of
the guides with the same steps, loaded as a control, shows that the scans do send what would open it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.tests.packets.knock.house import (
    FULL,
    PENALTY,
    SEQUENCES,
    STEP,
    House,
    naive,
)
from ansible_collections.bastion.routeros.tests.packets.tally import Doors

pytestmark = pytest.mark.real_packets

KINDS = {
    "tcp": ["-sS", "-Pn", "--max-retries", "1"],
    # Faster ones take longer: the more answers nmap waits for, the more it computes.
    "udp": ["-sU", "-Pn", "--max-retries", "0", "--min-rate", "8000"],
}
NEAR = ",".join(str(knock.parse([step])[0].port + off) for step in SEQUENCES["tcp"] for off in (-1, 0, 1))
EVERY = (1, 65535)
AROUND = (11500, 22500)
Ports = tuple[int, int]
Scan = Callable[[House, str, Ports], None]


def sequential(house: House, protocol: str, ports: Ports) -> None:
    """The ports in rising order."""
    house.nmap(*KINDS[protocol], "-r", "-p", f"{ports[0]}-{ports[1]}")


def shuffled(house: House, protocol: str, ports: Ports) -> None:
    """The ports in random order."""
    house.nmap(*KINDS[protocol], "-p", f"{ports[0]}-{ports[1]}")


def reverse(house: House, protocol: str, ports: Ports) -> None:
    """The ports in falling order: by hping3; for IPv6, which it does not speak, by sockets of our own."""
    if house.family == 6 and protocol == "tcp" and not FULL:
        ports = AROUND
    house.backwards(protocol, ports[1], ports[0])


def to_and_fro(house: House, protocol: str, ports: Ports) -> None:
    """The ports around the steps up and down."""
    near = sorted({step.port + off for step in house.steps for off in range(-5, 6)})
    house.knock(*(knock.Step(protocol, port) for port in near + near[::-1]), pause=0)


def slow(house: House, protocol: str, ports: Ports) -> None:
    """The steps and their neighbours only, with pauses, so that a rule that counts packets a second sees nothing."""
    house.nmap("-Pn", "--max-retries", "0", KINDS[protocol][0], "-r", "--scan-delay", "150ms", "-p", NEAR)


SCANS: dict[str, Scan] = {
    "sequential": sequential,
    "random": shuffled,
    "reverse": reverse,
    "to and fro": to_and_fro,
    "slow": slow,
}
ROUNDS = 2
MOST_ROUNDS = 25


def run(house: House, name: str, protocol: str, ports: Ports, doors: Doors) -> None:
    """One scan of the role's door. Whether that ever opened is asked of the rule that opens it, too."""
    SCANS[name](house, protocol, ports)
    opened = house.open() or house.added("bastion-knock-open") > 0
    doors.scan(opened)
    assert not opened
    assert house.added("bastion-knock-penalty") > 0, "the scan met no step at all"


@pytest.mark.parametrize("protocol", KINDS)
@pytest.mark.parametrize("name", ["sequential", "random", "reverse"])
def test_a_scan_of_every_port_does_not_open(house: House, doors: Doors, name: str, protocol: str) -> None:
    house.use(protocol)
    run(house, name, protocol, EVERY, doors)


@pytest.mark.parametrize("protocol", KINDS)
@pytest.mark.parametrize("name", ["sequential", "slow"])
def test_repeated_scans_do_not_open(house: House, doors: Doors, name: str, protocol: str) -> None:
    house.use(protocol)
    for _round in range(ROUNDS):
        run(house, name, protocol, AROUND, doors)


@pytest.mark.parametrize("protocol", KINDS)
@pytest.mark.parametrize("name", ["random", "reverse", "to and fro"])
def test_scans_that_are_repeated_in_other_orders_do_not_open(
    house4: House, doors: Doors, name: str, protocol: str
) -> None:
    house4.use(protocol)
    for _round in range(ROUNDS):
        run(house4, name, protocol, AROUND, doors)


def control(house: House, name: str, protocol: str, doors: Doors) -> None:
    """Scan the recipe of the guides with the same steps until it opens."""
    house.use(protocol)
    house.load(naive(SEQUENCES[protocol]))
    opened = False
    assert not house.open()
    for _round in range(MOST_ROUNDS):
        SCANS[name](house, protocol, AROUND)
        opened = house.open()
        if opened:
            break
    doors.control(opened)
    assert opened


@pytest.mark.parametrize("protocol", KINDS)
@pytest.mark.parametrize("name", SCANS)
def test_control_the_same_scans_open_the_same_steps_without_a_penalty(
    house4: House, doors: Doors, name: str, protocol: str
) -> None:
    control(house4, name, protocol, doors)


@pytest.mark.packets_full
@pytest.mark.parametrize("protocol", KINDS)
@pytest.mark.parametrize("name", SCANS)
def test_control_in_both_families(house: House, doors: Doors, name: str, protocol: str) -> None:
    control(house, name, protocol, doors)


def test_a_scan_of_both_protocols_does_not_open_mixed_steps(house: House, doors: Doors) -> None:
    house.nmap("-sS", "-sU", "-Pn", "--max-retries", "0", "--min-rate", "5000", "-p", f"{AROUND[0]}-{AROUND[1]}")
    opened = house.open() or house.added("bastion-knock-open") > 0
    doors.scan(opened)
    assert not opened


@pytest.mark.parametrize("kind", ["-sA", "-sF", "-sX", "-sN", "-sM", "-sT"])
def test_scans_of_other_kinds_do_not_open(house: House, doors: Doors, kind: str) -> None:
    house.use("tcp")
    house.nmap("-Pn", "--max-retries", "0", kind, "-r", "-p", NEAR)
    opened = house.open() or house.added("bastion-knock-open") > 0
    doors.scan(opened)
    assert not opened


def test_control_one_sequential_scan_opens_two_ascending_ports(house: House, doors: Doors) -> None:
    house.load(naive(["tcp/7000", "tcp/8000"]))
    assert not house.open()
    sequential(house, "tcp", (6900, 8100))
    doors.control(house.open())
    assert house.open()


def test_control_three_sequential_scans_open_the_descending_example(house: House, doors: Doors) -> None:
    house.load(naive(["tcp/888", "tcp/555", "tcp/222"]))
    for _scan in range(3):
        assert not house.open()
        sequential(house, "tcp", (100, 1000))
    doors.control(house.open())
    assert house.open()


@pytest.mark.long
@pytest.mark.packets_full
@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("protocol", KINDS)
def test_scans_that_go_on_for_long_do_not_open(house: House, doors: Doors, name: str, protocol: str) -> None:
    """Long enough for several penalties to end while the scan goes on."""
    house.use(protocol)
    end = time.monotonic() + 6 * PENALTY
    while time.monotonic() < end:
        run(house, name, protocol, AROUND, doors)


@pytest.mark.packets_full
@pytest.mark.parametrize("name", ["sequential", "random", "reverse"])
def test_scans_of_every_port_do_not_open_mixed_steps(house: House, doors: Doors, name: str) -> None:
    for protocol in ("tcp", "udp", "tcp"):
        run(house, name, protocol, EVERY, doors)


@pytest.mark.long
@pytest.mark.packets_full
@pytest.mark.parametrize("delay", [f"{STEP}200ms", "900ms"])
def test_very_slow_scans_do_not_open(house: House, doors: Doors, delay: str) -> None:
    """A pause longer than a step may take, and one shorter than that."""
    house.use("tcp")
    for _round in range(3):
        house.nmap("-Pn", "--max-retries", "0", "-sS", "-r", "--scan-delay", delay, "-p", NEAR)
        opened = house.open() or house.added("bastion-knock-open") > 0
        doors.scan(opened)
        assert not opened
