# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ping: rows, ends, and who answers."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router


@pytest.fixture
def quick() -> LocalSession:
    """The admin of a router whose seconds fly."""
    return LocalSession(Router("7.22.3", time_scale=1000))


@pytest.mark.parametrize("command", ["/ping", "/tool/ping"])
def test_a_row_for_each_packet(command: str, quick: LocalSession) -> None:
    rows = quick.call(command, "=address=127.0.0.9", "=count=3").rows
    assert [(row["seq"], row["host"], row["sent"], row["received"], row["packet-loss"]) for row in rows] == [
        (str(number), "127.0.0.9", str(number + 1), str(number + 1), "0") for number in range(3)
    ]
    assert {row["size"] for row in rows} == {"56"}
    assert {row["ttl"] for row in rows} == {"64"}
    assert all(row["time"] and row["min-rtt"] and row["avg-rtt"] and row["max-rtt"] for row in rows)


def test_who_does_not_answer(quick: LocalSession) -> None:
    (row,) = quick.call("/ping", "=address=192.0.2.7", "=count=1").rows
    assert row["status"] == "no route to host"
    quick.add("/ip/address", address="192.0.2.1/24", interface="ether1")
    rows = quick.call("/ping", "=address=192.0.2.7", "=count=2").rows
    assert [(row["status"], row["received"], row["packet-loss"]) for row in rows] == [("timeout", "0", "100")] * 2
    assert not {"ttl", "time", "size", "avg-rtt"} & rows[0].keys()
    (own,) = quick.call("/ping", "=address=192.0.2.1", "=count=1").rows
    assert own["received"] == "1"
    quick.router.answers_ping = lambda address: address == "192.0.2.7"
    assert quick.call("/ping", "=address=192.0.2.7", "=count=1").rows[0]["received"] == "1"


def test_an_address_whose_interface_is_down_is_nobodys(quick: LocalSession) -> None:
    quick.add("/ip/address", address="192.0.2.1/24", interface="ether1")
    quick.call("/interface/disable", "=numbers=ether1")
    assert quick.call("/ping", "=address=192.0.2.1", "=count=1").rows[0]["status"] == "no route to host"


def test_names_are_resolved(quick: LocalSession) -> None:
    assert "while resolving" in quick.error("/ping", "=address=router.example.net", "=count=1")
    quick.router.resolver = lambda name, version: ["127.0.0.9"] if version == 4 else []
    assert quick.call("/ping", "=address=router.example.net", "=count=1").rows[0]["host"] == "127.0.0.9"


def test_what_is_refused(quick: LocalSession) -> None:
    assert quick.error("/ping", "=count=1") == "missing =address="
    assert quick.error("/ping", "=address=127.0.0.1", "=host=x") == "unknown parameter host"
    for word in ("=size=20", "=ttl=300", "=interval=1m"):
        assert "out of range" in quick.error("/ping", "=address=127.0.0.1", "=count=1", word)
    quick.add("/user/group", name="g", policy="read,write,api")
    quick.add("/user", name="u", group="g", password="x")
    assert "not enough permissions" in LocalSession(quick.router, "u", "x").error("/ping", "=address=127.0.0.1")


def test_in_a_script_it_is_worth_the_answers(quick: LocalSession) -> None:
    quick.add("/system/script", name="s", source=":if ([/ping 127.0.0.9 count=3] = 3) do={:log info alive}")
    quick.call("/system/script/run", "=number=s")
    assert "alive" in [row["message"] for row in quick.rows("/log")]
