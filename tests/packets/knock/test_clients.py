# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Knocks by programs of others: what the module knock_info writes for them is run, and the door is open."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import knock_lines
from ansible_collections.bastion.routeros.tests.packets.knock.house import House, LabError, need

pytestmark = pytest.mark.real_packets


def by_hand(house: House, program: str) -> None:
    """Run the lines of knock_info for this program, one after the other."""
    need(program)
    lines, _notes = knock_lines.lines(house.host, house.steps)
    assert lines[program]
    for line in lines[program]:
        # Programs that knock may say that nobody answered.
        with contextlib.suppress(LabError):
            house.network.client.run("sh", "-c", line)


def test_knock_1(house: House) -> None:
    by_hand(house, "knock")
    assert house.open()


@pytest.mark.parametrize("program", ["nmap", "nc"])
def test_programs_that_send_sizes_too(house: House, program: str) -> None:
    house.use("patient")
    by_hand(house, program)
    assert house.open()


def test_hping3(house4: House) -> None:
    house4.use("patient")
    for step in house4.steps:
        kind = ["--udp"] if step.protocol == "udp" else ["--syn"]
        options = [*kind, "-c", "1", "-i", "u1", "-d", str(step.size), "-p", str(step.port)]
        with contextlib.suppress(LabError):  # it fails when nobody answers
            house4.network.client.run(need("hping3"), *options, house4.host)
    assert house4.open()


@pytest.mark.packets_full
def test_a_browser_with_a_page_for_each_port(house: House, tmp_path: Path) -> None:
    """As the guides tell: one page after the other. The browser tries each of them several times, and gives up."""
    chromium = need("chromium")
    house.use("browser")
    lines, _notes = knock_lines.lines(house.host, house.steps)
    for number, page in enumerate(lines["browser"], 1):
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        process = house.network.client.start(
            [chromium, *options, f"--user-data-dir={tmp_path}", "--dump-dom", page],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        name = "bastion-knock-open" if number == len(house.steps) else f"bastion-knock-{number}"
        try:
            house.until_added(name)
        finally:
            process.terminate()
            process.wait(20)
    assert house.added("bastion-knock-penalty") == 0
    assert house.open()
