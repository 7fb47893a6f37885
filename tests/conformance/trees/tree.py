# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command trees of real routers: which menus, commands, arguments and words a version has.

The folder that ROUTEROS_FACTS names holds inspect/VERSION.json, trimmed from the trees that tikoci/restraml has
captured on CHR (public domain): menus as "ip/service", each with commands and their arguments; 7.22.3 also has the
completions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

VERSIONS = ("7.12.2", "7.16.2", "7.18.2", "7.20.8", "7.22.3", "7.24")
#: the one tree that lists the words of enumerations
WORDS = "7.22.3"


@dataclass(frozen=True)
class Tree:
    """One version. menus: "/ip/service" -> command -> arguments; words: (menu, command, argument) -> completions."""

    version: str
    menus: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    words: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)


def _completions(argument: Any) -> frozenset[str]:
    """Words stand alone or, with a description, as the key of an object."""
    found = argument.get("completion", ()) if isinstance(argument, dict) else ()
    return frozenset(word if isinstance(word, str) else next(iter(word)) for word in found)


@cache
def tree_of(folder: Path, version: str) -> Tree:
    """The tree of a version; raises OSError when the folder has none."""
    tree = Tree(version)
    data = json.loads((folder / "inspect" / f"{version}.json").read_text(encoding="utf-8"))
    for name, node in data.items():
        if name == "_meta":
            continue
        path = f"/{name}"
        commands = {verb: (path, command) for verb, command in node.get("commands", {}).items()}
        if node.get("kind") == "command":  # such as /system/reset-configuration
            parent, _unused, verb = path.rpartition("/")
            commands = {verb: (parent, node)}
        for verb, (menu, command) in commands.items():
            arguments = command.get("args") or {}
            tree.menus.setdefault(menu, {})[verb] = frozenset(arguments)
            if isinstance(arguments, dict):
                for argument, facts in arguments.items():
                    if completions := _completions(facts):
                        tree.words[menu, verb, argument] = completions
        if node.get("kind") != "command":
            tree.menus.setdefault(path, {})
    return tree
