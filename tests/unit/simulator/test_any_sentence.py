# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is sent, the router answers in sentences and goes on."""

from __future__ import annotations

import asyncio
import random

import pytest
from routeros_simulator.router import Router, Session

from .conftest import make_router

TEXTS = [
    *(
        "",
        "!",
        "!x",
        "a,b",
        ",",
        "!,",
        "-",
        "/",
        "*",
        ":",
        "\x00\n",
        "é",
        "yes",
        "no",
        "none",
        "all",
        "default",
        "full",
    ),
    *("1", "-1", "99999999999", "1.5", "0x10", "1-", "1-2-3", "1/99", "1d", "00:01:00", "startup", "192.0.2.1"),
    *("10.0.0.1-10.0.0.9", "2001:db8::1/64", "1,2:packet", "1/0,2", "1,5,src-address/", "syn,!ack", "!,a,!b"),
    *("*1", "*0", "*FF", "admin", "ether1", "read,!write", "tcp", "address:x", "DNS:", "aa:bb:cc:dd:ee:ff"),
]
QUERIES = ["?", "?#", "?#!", "?#&", "?#9", "?#1.", "?#i", "?<", "?name", "?-name", "?name=x", "?>port=1", "?<x="]
IDS = ["*1", "*2", "admin", "x", "*1,*2", "", "0"]
# what would end the session, never ends, or waits minutes for a button (device-mode)
LEFT_OUT = {"reboot", "shutdown", "listen", "apply-changes", "install", "update", "monitor", "monitor-traffic"}


def sentence(router: Router, chance: random.Random) -> list[str]:
    path = chance.choice(list(router.menus))
    commands = router.menus[path].commands
    verb = chance.choice(sorted(set(commands) - LEFT_OUT) or ["print"])
    names = sorted(commands.get(verb, frozenset()) - {"follow", "follow-only"})
    words = [f"{path}/{verb}"]
    for name in chance.sample(names, min(len(names), chance.randint(0, 4))):
        words.append(f"={chance.choice(['', '', '!'])}{name}={chance.choice(TEXTS)}")
    if chance.random() < 0.6:
        words.append(f"=.id={chance.choice(IDS)}")
    if chance.random() < 0.3:
        words += [chance.choice(QUERIES), f"=.proplist={chance.choice(TEXTS)}"]
    return words


@pytest.mark.parametrize("version", ["7.12.2", "7.18.2", "7.24"])
def test_any_sentence_is_answered(version: str) -> None:
    chance = random.Random(version)

    async def play(router: Router, session: Session) -> None:
        for _unused in range(300):
            answer: list[list[str]] = []
            words = sentence(router, chance)
            await router.execute(session, words, answer.append)
            assert [one[0] for one in answer].count("!done") == 1, words
            assert answer[-1][0] == "!done", words

    for _unused in range(3):
        router = make_router(version)
        session = router.login("admin", "", "127.0.0.1")
        assert isinstance(session, Session)
        asyncio.run(play(router, session))
