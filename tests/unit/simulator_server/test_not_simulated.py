# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands without behaviour are those that the documentation names, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

from routeros_simulator.facts import tree_versions
from routeros_simulator.router import Router, _not_simulated
from routeros_simulator.server import Server

DOCS = Path(__file__).parents[3] / "docs" / "simulator.md"


def without_behaviour() -> set[str]:
    found = set()
    for version in tree_versions():
        router = Server(Router(version)).router
        for path, menu in router.menus.items():
            for verb in menu.commands:
                if router.handler(path, verb) is _not_simulated:
                    found.add(f"{path}/{verb}")
    return found


def named() -> set[str]:
    """The words in the first column of the table."""
    text = DOCS.read_text(encoding="utf-8").split("Commands that exist and have no behaviour", 1)[1].split("\n\n")[1]
    cells = [line.split("|")[1] for line in text.splitlines()[2:]]
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def covers(name: str, command: str) -> bool:
    if name.endswith("/..."):
        return command.startswith(name.removesuffix("..."))
    return command == name if name.startswith("/") else command.endswith(f"/{name}")


def test_the_documentation_names_what_is_not_simulated() -> None:
    commands, names = without_behaviour(), named()
    assert not {command for command in commands if not any(covers(name, command) for name in names)}
    assert not {name for name in names if not any(covers(name, command) for command in commands)}
