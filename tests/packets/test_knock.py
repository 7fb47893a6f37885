# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules that the knock role leaves on a router, met by real packets: our client, knock(1), nmap and hping3.

The role runs on a simulated router; its rules are read back over the API, translated to nftables, and loaded into a
network namespace. A matcher that cannot be translated ends the test. Times are short, in seconds: a step 2, the open
door 4, the penalty 3.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab, Namespace
from ansible_collections.bastion.routeros.tests.packets.nft import translate
from routeros_simulator.testing import running

pytestmark = pytest.mark.real_packets

SEQUENCE = ["tcp/21873", "udp/12077", "tcp/18511"]
STEPS = knock.parse(SEQUENCE)
PORT = 8729
STEP, OPEN, PENALTY = 2, 4, 3
SCANNED = "11000-22500"
ROUTER = {4: "192.0.2.1", 6: "2001:db8::1"}
Rows = Sequence[Mapping[str, str]]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Rows, Rows]]:
    """What the role leaves: the filter and the lists of each family."""
    with running("7.22.3", time_scale=5) as simulator:
        stage = Stage(
            tmp_path_factory.mktemp("knock"),
            simulator.api_ssl_port,
            {
                "knock_sequence": SEQUENCE,
                "knock_ports": [PORT],
                "knock_step_timeout": f"{STEP}s",
                "knock_open_for": f"{OPEN}s",
                "knock_penalty": f"{PENALTY}s",
                "knock_trusted_sources": ["127.0.0.1", "192.0.2.99"],
                "knock_settle": 0.1,
            },
        )
        done = stage.play(playbook="bastion.routeros.knock")
        assert done.changed == 1, done.text
        way = ConnectionOptions(host="127.0.0.1", port=simulator.api_ssl_port, user="admin", tls="anonymous")
        with contextlib.closing(Door(way).open()) as session:
            found: dict[int, tuple[Rows, Rows]] = {
                family: (session.read(f"{menu}/filter"), session.read(f"{menu}/address-list"))
                for family, menu in ((4, "/ip/firewall"), (6, "/ipv6/firewall"))
            }
    return found


def need(tool: str) -> None:
    """Skip the test when this program of others is not installed."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")


@dataclass
class House:
    """The router with its door, and who comes to it."""

    router: Namespace
    client: Namespace
    other: Namespace
    family: int
    load: Callable[[Rows, Rows], None]

    @property
    def host(self) -> str:
        return ROUTER[self.family]

    def open(self, who: Namespace | None = None, source: str = "") -> bool:
        """Whether a connection gets in."""
        with (who or self.client).inside():
            return knock.is_open(self.host, PORT, source, 0.3)

    def knock(self, *steps: knock.Step, who: Namespace | None = None, pause: float = 0.02) -> None:
        """Send these steps, by default the right ones, with our client."""
        with (who or self.client).inside():
            knock.play(self.host, steps or STEPS, pause=pause)

    def nmap(self, *options: str, who: Namespace | None = None, pinging: bool = False) -> str:
        """Scan as fast as that goes."""
        need("nmap")
        words = [
            *(["-6"] if self.family == 6 else []),
            *([] if pinging else ["-Pn"]),
            "-n",
            "-T5",
            "--max-retries",
            "1",
        ]
        return (who or self.client).run("nmap", *words, *options, self.host)


@pytest.fixture(scope="module")
def network() -> Iterator[tuple[Namespace, Namespace, Namespace]]:
    """A router and two clients on one wire each; the door answers with an echo."""
    with Lab() as lab:
        router, client, other = (lab.namespace(name) for name in ("router", "client", "other"))
        router.run("ip", "link", "add", "wire", "type", "bridge")
        router.run("ip", "link", "set", "wire", "up")
        for name, (who, last) in {"port1": (client, 7), "port2": (other, 8)}.items():
            lab.cable(router, name, who, "eth0")
            router.run("ip", "link", "set", name, "master", "wire")
            who.address(f"192.0.2.{last}/24", "eth0")
            who.address(f"2001:db8::{last}/64", "eth0")
        client.address("192.0.2.99/24", "eth0")
        router.address("192.0.2.1/24", "wire")
        router.address("2001:db8::1/64", "wire")
        for name in ("icmp_ratelimit", "icmp_msgs_per_sec"):
            router.setting(f"net.ipv4.{name}", 0 if name == "icmp_ratelimit" else 1_000_000)
        with router.inside():
            listener = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True)

        def echo(connection: socket.socket) -> None:
            with contextlib.suppress(OSError), connection:
                while data := connection.recv(100):
                    connection.sendall(data)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=echo, args=listener.accept()[:1], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield router, client, other
        listener.close()


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def house(
    request: pytest.FixtureRequest,
    network: tuple[Namespace, Namespace, Namespace],
    rules: dict[int, tuple[Rows, Rows]],
) -> House:
    router, client, other = network

    def load(filters: Rows, lists: Rows) -> None:
        router.nft(translate(request.param, filter=filters, address_lists=lists, approximate=True).text)

    load(*rules[request.param])
    return House(router, client, other, request.param, load)


def test_without_a_knock_the_door_is_closed(house: House) -> None:
    assert not house.open()


def test_the_right_knock_opens_for_its_sender_only(house: House) -> None:
    house.knock()
    assert house.open()
    assert not house.open(house.other)


def test_trying_the_door_between_steps_does_no_harm(house: House) -> None:
    for step in STEPS:
        assert not house.open()
        house.knock(step)
    assert house.open()


def test_a_repeated_step_does_no_harm(house: House) -> None:
    for step in STEPS:
        house.knock(step, step, step)
    assert house.open()


@pytest.mark.parametrize("order", [(0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 2), (1, 2), (0, 1)])
def test_wrong_orders_and_left_out_steps_stay_outside(house: House, order: tuple[int, ...]) -> None:
    house.knock(*(STEPS[number] for number in order))
    assert not house.open()


def test_a_wrong_port_ends_the_attempt_until_the_penalty_is_over(house: House) -> None:
    house.knock(STEPS[0], knock.Step("tcp", 15000), *STEPS[1:])
    assert not house.open()
    house.knock()
    assert not house.open()
    time.sleep(PENALTY + 0.3)
    house.knock()
    assert house.open()


def test_a_late_step_is_none(house: House) -> None:
    house.knock(*STEPS[:2])
    time.sleep(STEP + 0.3)
    house.knock(STEPS[2])
    assert not house.open()


def test_a_session_outlives_the_open_door(house: House) -> None:
    house.knock()
    with house.client.inside():
        session = socket.create_connection((house.host, PORT), 1)
    with session:
        time.sleep(OPEN + 0.3)
        assert not house.open()
        session.settimeout(2)
        session.sendall(b"still here")
        assert session.recv(100) == b"still here"


def test_two_at_once_do_not_disturb_each_other(house: House) -> None:
    for step in STEPS:
        house.knock(step)
        house.knock(step, who=house.other)
    assert house.open()
    assert house.open(house.other)


def test_a_scanner_beside_does_not_disturb(house: House) -> None:
    house.knock(STEPS[0])
    house.nmap("-p", "14000-14100", who=house.other)
    house.knock(*STEPS[1:])
    assert house.open()


def test_knock_1_opens(house: House) -> None:
    need("knock")
    six = ["-6"] if house.family == 6 else ["-4"]
    ports = [f"{step.port}:{step.protocol}" for step in STEPS]
    house.client.run("knock", *six, "-d", "50", house.host, *ports)
    assert house.open()


def test_nmap_opens(house: House) -> None:
    for step in STEPS:
        house.nmap("-sU" if step.protocol == "udp" else "-sS", "-p", str(step.port))
    assert house.open()


def test_hping3_opens(house: House) -> None:
    need("hping3")
    if house.family == 6:
        pytest.skip("hping3 knows IPv4 only")
    for step in STEPS:
        kind = "--udp" if step.protocol == "udp" else "--syn"
        with contextlib.suppress(Exception):  # it fails when nobody answers
            house.client.run("hping3", kind, "-c", "1", "-i", "u1", "-p", str(step.port), house.host)
    assert house.open()


def test_trusted_sources_never_knock(house: House) -> None:
    if house.family == 6:
        pytest.skip("the trusted source is of IPv4")
    assert house.open(source="192.0.2.99")


def test_a_ping_and_a_neighbour_are_answered_under_penalty(house: House) -> None:
    house.knock(STEPS[0], knock.Step("tcp", 15000))
    house.client.run("ip", "neighbour", "flush", "all")
    assert "1 host up" in house.nmap("-sn", "-PE", "--disable-arp-ping", pinging=True)


@pytest.mark.parametrize(
    "options",
    [["-sS", "-r"], ["-sS"], ["-sU", "-r", "--min-rate", "5000"], ["-sA", "-r"]],
    ids=["sequential", "random", "udp", "ack"],
)
def test_scans_do_not_open(house: House, options: list[str]) -> None:
    house.nmap(*options, "-p", SCANNED)
    assert not house.open()


def test_repeated_and_reverse_scans_do_not_open(house: House) -> None:
    low = min(step.port for step in STEPS) - 30
    ports = [port for step in STEPS for port in range(step.port - 30, step.port + 30)]
    house.nmap("-sS", "-r", "-p", f"{low}-{low + 60}")
    for order in (sorted(ports), sorted(ports, reverse=True), sorted(ports), sorted(ports, reverse=True)):
        house.knock(*(knock.Step(kind, port) for port in order for kind in ("tcp", "udp")), pause=0)
        assert not house.open()


def naive(sequence: Sequence[int]) -> list[dict[str, str]]:
    """The recipe of the guides: a list for each port, in order, and nothing against wrong ones."""
    found = []
    for number, port in enumerate(sequence, 1):
        rule = {"chain": "input", "protocol": "tcp", "dst-port": str(port), "action": "add-src-to-address-list"}
        rule |= {"address-list": f"knock{number}", "address-list-timeout": "30s"}
        found.append(rule | ({"src-address-list": f"knock{number - 1}"} if number > 1 else {}))
    door = {"chain": "input", "protocol": "tcp", "dst-port": str(PORT)}
    established = {"chain": "input", "connection-state": "established", "action": "accept"}
    last = {"src-address-list": f"knock{len(sequence)}", "action": "accept"}
    return [established, *found, door | last, door | {"action": "drop"}]


def test_control_one_sequential_scan_opens_two_ascending_ports(house: House) -> None:
    house.load(naive([7000, 8000]), [])
    assert not house.open()
    house.nmap("-sS", "-r", "-p", "6900-8100")
    assert house.open()


def test_control_three_sequential_scans_open_the_descending_example(house: House) -> None:
    house.load(naive([888, 555, 222]), [])
    for _scan in range(3):
        assert not house.open()
        house.nmap("-sS", "-r", "-p", "200-900")
    assert house.open()


def test_the_rules_are_the_roles(rules: dict[int, tuple[Rows, Rows]]) -> None:
    for filters, lists in rules.values():
        assert sum(row["chain"].startswith("bastion-knock.") for row in filters) > 20
        assert all(row["list"].startswith("bastion-knock-") for row in lists)
