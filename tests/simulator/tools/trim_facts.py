# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make src/routeros_simulator/data/menus.json out of a folder of RouterOS facts.

    python tools/trim_facts.py FACTS_FOLDER

The folder holds menus.json (properties, types, defaults, version spans) and inspect/VERSION.json (command trees of
real routers, after tikoci/restraml, public domain). Only names, types and spans are taken over. For every command of
every menu the result says in which of the versions it exists and which arguments it takes there, as bit masks over
"versions".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "src" / "routeros_simulator" / "data" / "menus.json"
KEPT = (
    "type",
    "items",
    "enum",
    "range",
    "default",
    "default_by_version",
    "since",
    "until",
    "keywords",
    "ref",
)
KEPT_FLAGS = {
    "readonly": "readonly",
    "absent_when_unset": "absent",
    "invertible": "invertible",
    "item_invertible": "item_invertible",
    "required_on_add": "required",
    "secret": "secret",
    "write_only": "write_only",
}
# menus that only the trees know and that the simulator needs: interfaces are what rules refer to, the rest are commands
EXTRA = ("interface", "undo", "redo", "execute", "export", "import", "system/license")


def trim_property(facts: dict[str, Any]) -> dict[str, Any]:
    """The part of a property's facts that decides how it behaves."""
    kept: dict[str, Any] = {name: facts[name] for name in KEPT if name in facts}
    for old, new in KEPT_FLAGS.items():
        if facts.get(old):
            kept[new] = True
    if facts.get("absent_when") in ("never written", "empty", "unset"):
        kept["absent"] = True
    # a list of words that is open in the grammar, but whose completions are all the words there are
    open_words = facts.get("items") in ("enum", "reference") and "ref" not in facts
    if "enum" not in kept and open_words and "values_seen" in facts:
        kept["enum"] = facts["values_seen"]
    return kept


def arguments(command: dict[str, Any]) -> list[str]:
    """The argument names of one command of a tree."""
    return sorted(command.get("args") or ())


def merge_commands(path: str, trees: list[dict[str, Any]]) -> dict[str, Any]:
    """Commands of a menu over all trees: name -> {in: mask, args: {mask: names}}."""
    merged: dict[str, dict[str, Any]] = {}
    for bit, tree in enumerate(trees):
        node = tree.get(path)
        if node is None:
            continue
        commands = node.get("commands", {})
        if node.get("kind") == "command":
            commands = {"": node}
        for name, command in commands.items():
            entry = merged.setdefault(name, {"in": 0, "masks": {}})
            entry["in"] |= 1 << bit
            for argument in arguments(command):
                entry["masks"][argument] = entry["masks"].get(argument, 0) | 1 << bit
    result = {}
    for name, entry in sorted(merged.items()):
        by_mask: dict[int, list[str]] = {}
        for argument, mask in entry["masks"].items():
            by_mask.setdefault(mask, []).append(argument)
        names = {str(mask): " ".join(sorted(arguments)) for mask, arguments in by_mask.items()}
        result[name] = {"in": entry["in"], "args": names}
    return result


def main(folder: str) -> None:
    """Write the package's data file."""
    facts = json.loads(Path(folder, "menus.json").read_text())
    files = sorted(Path(folder, "inspect").glob("*.json"), key=lambda file: [int(x) for x in file.stem.split(".")])
    trees = [json.loads(file.read_text()) for file in files]
    menus: dict[str, Any] = {}
    for path in [*(name for name in facts if name != "_meta"), *EXTRA]:
        menu = facts.get(path, {})
        properties = {name: trim_property(one) for name, one in menu.get("properties", {}).items()}
        entry: dict[str, Any] = {"kind": menu.get("kind", "list"), "commands": merge_commands(path, trees)}
        entry.update({key: menu[key] for key in ("since", "until", "command_versions") if key in menu})
        if menu.get("ordered"):
            entry["ordered"] = True
        entry["flags"] = [flag["property"] for flag in menu.get("flags", ())]
        entry["properties"] = properties
        menus["/" + path] = entry
    data = {"versions": [file.stem for file in files], "menus": menus}
    TARGET.write_text(json.dumps(data, separators=(",", ":"), sort_keys=False).replace('},"/', '},\n"/') + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
