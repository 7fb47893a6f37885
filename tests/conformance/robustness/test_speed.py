# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty thousand rows, and how fast the command is there."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..raw import RawClient, ret, rows
from .conftest import simulator

LISTS = "/ip/firewall/address-list"
COUNT = 20_000
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc")


def test_twenty_thousand_rows_in_a_few_seconds() -> None:
    with simulator() as process, RawClient(process.api, timeout=120).login() as client:
        begun = process.cpu
        addresses = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(COUNT))
        sentences = ((f"{LISTS}/add", "=list=many", f"=address={address}") for address in addresses)
        added = sum(bool(ret(answer)) for answer in client.many(sentences))
        between = process.cpu
        found = rows(client.talk(f"{LISTS}/print", "=.proplist=.id,address", "?list=many"))
        adding, printing = between - begun, process.cpu - between
    assert (added, len(found)) == (COUNT, COUNT)
    assert len({row["address"] for row in found}) == COUNT
    assert printing < adding
    assert adding < 10


def test_the_command_is_there_at_once(record_property: Callable[[str, object], None]) -> None:
    """In processor time, and compared with what Python itself needs: both grow on a slow machine alike."""
    spent = []
    for _unused in range(3):
        with simulator() as process:
            spent.append(process.cpu)
    ratio = min(spent) / min(bare_python() for _unused in range(3))
    record_property("start", ratio)
    assert ratio < 60, "half a second, where Python alone starts in some 20 ms, is a ratio of 25"


def bare_python() -> float:
    """Seconds of processor time of `python -c pass`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_script_adds_faster_than_sentences_do() -> None:
    with simulator() as process, RawClient(process.api).login() as client:
        lines = "\n".join(f"add list=chunk address=10.8.{n >> 8}.{n & 255}" for n in range(4000))
        answer = client.talk("/execute", f"=script=/ip firewall address-list\n{lines}", "=as-string=yes")
        assert ret(answer) == ""
        assert ret(client.talk(f"{LISTS}/print", "=count-only=", "?list=chunk")) == "4000"
