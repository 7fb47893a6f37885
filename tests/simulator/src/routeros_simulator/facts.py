# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The menus of one RouterOS version: properties, commands and their arguments, out of the package's data file.

data/menus.json is made from command trees of real routers (tikoci/restraml, public domain) for six versions and from
documented types and defaults. Any other version gets the tree of the nearest older one of the six, corrected by the
spans that are known for single properties and commands; a menu that came after that tree is taken from the next one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .overlay import COMMANDS, MENUS, PROPERTIES
from .version import parse_version, within

_FILE = Path(__file__).parent / "data" / "menus.json"


@dataclass(frozen=True, slots=True)
class Property:
    """How one property of a menu behaves.

    absent: it is missing in replies until it is set, and can be unset. label: the word that errors call it by, when
    that is not its name. low and high: the range as text, numbers or durations.
    """

    name: str
    type: str
    items: str = ""
    enum: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    default: str | None = None
    readonly: bool = False
    absent: bool = False
    invertible: bool = False
    item_invertible: bool = False
    required: bool = False
    secret: bool = False
    write_only: bool = False
    ref: str = ""
    keywords: tuple[str, ...] = ()
    label: str = ""

    @property
    def called(self) -> str:
        """The name in error texts."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu of one version. kind is list, singleton or directory; commands maps a verb to its argument names."""

    path: str
    kind: str
    properties: Mapping[str, Property]
    commands: Mapping[str, frozenset[str]]
    flags: tuple[str, ...] = ()
    ordered: bool = False

    @property
    def singleton(self) -> bool:
        """Whether there is exactly one row, without an id."""
        return self.kind == "singleton"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    for path, menu in MENUS.items():
        data["menus"].setdefault(path, {"commands": {}, "flags": []}).update(menu)
    return data


def tree_versions() -> list[str]:
    """The versions whose command trees are known exactly."""
    return list(_data()["versions"])


@cache
def menus_of(version: str) -> Mapping[str, Menu]:
    """All menus of a version, by path ("/ip/service"); raises ValueError for what is no version."""
    number = parse_version(version)
    data = _data()
    known: list[str] = data["versions"]
    older = [index for index, name in enumerate(known) if parse_version(name) <= number]
    nearest = older[-1] if older else 0
    spans = version not in known
    menus: dict[str, Menu] = {}
    roots: dict[str, dict[str, frozenset[str]]] = {}
    for path, facts in data["menus"].items():
        came_later = spans and parse_version(facts.get("since") or "0.0") > parse_version(known[nearest])
        bit = 1 << (nearest + 1 if came_later and nearest + 1 < len(known) else nearest)
        commands = _commands(facts, number, bit, spans)
        if not within(number, facts.get("since"), facts.get("until")) or not (commands or path in MENUS):
            continue
        if "" in commands:  # a command of its own, such as /password or /undo
            parent, _unused, verb = path.rpartition("/")
            roots.setdefault(parent, {})[verb] = commands[""]
            continue
        properties = _properties(path, facts["properties"], number, commands)
        flags = tuple(flag for flag in facts["flags"] if flag in properties)
        menus[path] = Menu(path, facts["kind"], properties, commands, flags, bool(facts.get("ordered")))
    for (path, verb), arguments in COMMANDS.items():
        roots.setdefault(path, {})[verb] = frozenset(arguments)
    for path in [*menus]:
        parent = path.rpartition("/")[0]
        while parent not in menus:
            menus[parent] = Menu(parent, "directory", {}, dict(roots.pop(parent, {})))
            parent = parent.rpartition("/")[0]
    for path, commands in roots.items():
        menu = menus[path]
        menus[path] = Menu(path, menu.kind, menu.properties, {**menu.commands, **commands}, menu.flags, menu.ordered)
    return menus


def _commands(facts: dict[str, Any], number: tuple[int, ...], bit: int, spans: bool) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    command_spans = facts.get("command_versions", {})
    properties = facts["properties"]
    for verb, command in facts["commands"].items():
        here = bool(command["in"] & bit)
        if spans and verb in command_spans:
            span = command_spans[verb]
            here = within(number, span.get("since"), span.get("until"))
        if not here:
            continue
        names: set[str] = set()
        for mask, words in command["args"].items():
            for name in words.split():
                accepted = bool(int(mask) & bit)
                one = properties.get(name, {})
                if spans and ("since" in one or "until" in one):
                    accepted = within(number, one.get("since"), one.get("until"))
                if accepted:
                    names.add(name)
        found[verb] = frozenset(names)
    return found


def _properties(
    path: str, facts: dict[str, Any], number: tuple[int, ...], commands: Mapping[str, frozenset[str]]
) -> dict[str, Property]:
    settable = commands.get("add", frozenset()) | commands.get("set", frozenset())
    found: dict[str, Property] = {}
    corrections = PROPERTIES.get(path, {})
    for name, one in facts.items():
        merged = {**one, **corrections.get(name, {})}
        if merged.get("readonly"):
            if not within(number, merged.get("since"), merged.get("until")):
                continue
        elif name not in settable:
            continue
        found[name] = _property(name, merged, number)
    return found


def _property(name: str, facts: dict[str, Any], number: tuple[int, ...]) -> Property:
    default = facts.get("default")
    for since, text in facts.get("default_by_version", {}).items():
        if parse_version(since) <= number:
            default = text
    kind = facts["type"]
    for since, text in facts.get("type_by_version", {}).items():
        if parse_version(since) <= number:
            kind = text
    words = [
        word
        for word in facts.get("enum", ())
        if within(number, facts.get("enum_since", {}).get(word), facts.get("enum_until", {}).get(word))
    ]
    low, high = facts.get("range", (None, None))
    ref = facts.get("ref", "").split(" ")[0]
    labels = {"/interface": "interface", "/interface/list": "interface-list"}
    label = facts.get("label") or labels.get(ref) or ("interface" if kind == "interface" else "")
    return Property(
        name=name,
        type=kind,
        items=facts.get("items", ""),
        enum=tuple(words),
        low=low,
        high=high,
        default=default,
        readonly=bool(facts.get("readonly")),
        absent=bool(facts.get("absent")),
        invertible=bool(facts.get("invertible")),
        item_invertible=bool(facts.get("item_invertible")),
        required=bool(facts.get("required")),
        secret=bool(facts.get("secret")),
        write_only=bool(facts.get("write_only")),
        ref=ref,
        keywords=tuple(facts.get("keywords", ())),
        label=label,
    )
