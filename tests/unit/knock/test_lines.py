# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines for people: right for each program, or none at all."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import knock_lines
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from hypothesis import given
from hypothesis import strategies as st

MIXED = knock.parse(["tcp/41873", "udp/12077", "tcp/28511"])
TCP = knock.parse(["tcp/41873", "tcp/12077", "tcp/28511"])
STEPS = st.builds(
    lambda kind, port, size: knock.Step(kind, port, size if kind == "udp" else 0),
    st.sampled_from(["tcp", "udp"]),
    st.integers(1024, 65535),
    st.integers(0, 1200),
)


def test_mixed_steps() -> None:
    found, notes = knock_lines.lines("192.0.2.1", MIXED)
    assert found["knock"] == ["knock -d 300 192.0.2.1 41873:tcp 12077:udp 28511:tcp"]
    assert found["nmap"][1] == "nmap -n -Pn --max-retries 0 -sU -p 12077 192.0.2.1"
    assert found["nc"] == [
        "nc -z -w 1 192.0.2.1 41873",
        "head -c 1 /dev/zero | nc -u -w 1 192.0.2.1 12077",
        "nc -z -w 1 192.0.2.1 28511",
    ]
    assert found["winbox"] == found["browser"] == []
    assert notes == ["winbox: it sends TCP only (step 2).", "browser: it sends TCP only (step 2)."]


def test_tcp_steps_are_good_for_winbox_and_browsers() -> None:
    found, notes = knock_lines.lines("2001:db8::1", TCP)
    assert found["winbox"][0] == "[2001:db8::1]:41873"
    assert found["browser"][2] == "http://[2001:db8::1]:28511/"
    assert found["knock"][0].startswith("knock -6 ")
    assert "InterNetworkV6" in found["powershell"][0]
    assert notes == []


def test_a_size_is_sent_or_the_program_is_left_out() -> None:
    found, notes = knock_lines.lines("192.0.2.1", knock.parse(["tcp/41873", "udp/12077/64"]))
    assert found["knock"] == []
    assert "--data-length 64" in found["nmap"][1]
    assert found["nc"][1].startswith("head -c 64 ")
    assert "[byte[]]::new(64), 64" in found["powershell"][1]
    assert "knock: it sends no datagram of a given size (step 2)." in notes


def test_a_page_that_browsers_refuse() -> None:
    found, notes = knock_lines.lines("192.0.2.1", knock.parse(["tcp/41873", "tcp/10080", "tcp/28511"]))
    assert found["browser"] == []
    assert "browser: browsers refuse that port (step 2)." in notes


@given(st.lists(STEPS, min_size=1, max_size=8), st.sampled_from(["192.0.2.1", "2001:db8::1", "router.example.net"]))
def test_every_program_sends_every_step_or_has_no_lines(steps: list[knock.Step], host: str) -> None:
    found, notes = knock_lines.lines(host, steps)
    for name, lines in found.items():
        assert bool(lines) != any(note.startswith(f"{name}:") for note in notes)
        text = "\n".join(lines)
        for step in steps if lines else ():
            assert str(step.port) in text
        if name in ("knock", "nmap", "nc"):
            assert all(shlex.split(line) for line in lines)


@pytest.mark.parametrize("name", ["nmap", "nc", "powershell"])
def test_one_line_for_each_step(name: str) -> None:
    assert len(knock_lines.lines("192.0.2.1", MIXED)[0][name]) == len(MIXED)
