# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real command trees against the simulator and against what the collection declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue

from . import declared, simulated
from .tree import VERSIONS, WORDS, Tree, tree_of

DIFFERENCES = Path(__file__).with_name("differences.yml")
#: arguments that are no properties: they say which row, where, or after which one
CONTROL = frozenset({"numbers", "copy-from", "place-before"})
#: completions that are signs of the grammar and not words
SIGNS = frozenset({"!", "!,", ":"})
#: what may have to follow a word: equal:64, DNS:router.example.net, src-address:2/0, in,ipsec
_TAILS = ("", ":64", ":192.0.2.1", ":router.example.net", ":a@example.net", ":2/0", ",ipsec")
_WRITES = ("add", "set")


class Difference(NamedTuple):
    """Something that only one side has; only is "tree" or "ours"."""

    subject: str
    kind: str
    only: str
    menu: str
    name: str


@dataclass(frozen=True)
class Comparison:
    """compared: how many commands, arguments and words were looked at on either side."""

    compared: dict[str, int]
    differences: list[Difference]
    lenient: frozenset[str] = frozenset()


def _compare(subject: str, kind: str, menu: str, tree: Iterable[str], ours: Iterable[str]) -> Iterator[Difference]:
    tree, ours = set(tree), set(ours)
    for only, names in (("tree", tree - ours), ("ours", ours - tree)):
        for name in sorted(names):
            yield Difference(subject, kind, only, menu, name)


def _tree_words(tree: Tree) -> dict[tuple[str, str, str], set[str]]:
    return {
        key: set(words) - SIGNS
        for key, words in tree.words.items()
        if key[1] in _WRITES and key[2] not in CONTROL and words - SIGNS
    }


def _filled(menus: Mapping[str, Collection[str]]) -> set[str]:
    """The menus that have a command."""
    return {menu for menu, commands in menus.items() if commands}


def simulator(folder: Path, version: str) -> Comparison:
    """Ask a running simulator for everything that any of the trees, or its own tables, know."""
    trees = [tree_of(folder, each) for each in VERSIONS]
    tree = tree_of(folder, version)
    own = simulated.own_arguments(version)
    properties = simulated.own_properties(version)
    menus = sorted({*own, *(menu for each in trees for menu in each.menus)})
    everywhere = {verb for each in trees for verbs in each.menus.values() for verb in verbs if verb in _COMMON}
    commands = {
        menu: everywhere | {verb for each in trees for verb in each.menus.get(menu, ())} | set(own.get(menu, ()))
        for menu in menus
    }
    arguments: dict[tuple[str, str], set[str]] = {}
    for menu in menus:
        names = {name for each in trees for verb in _WRITES for name in each.menus.get(menu, {}).get(verb, ())}
        names |= {name for verb in _WRITES for name in own.get(menu, {}).get(verb, ())}
        names |= properties.get(menu, set())
        if names:
            arguments.update({(menu, verb): names for verb in _WRITES})
    words: dict[tuple[str, str, str], set[str]] = {}
    if version == WORDS:
        words = {key: set(known) for key, known in _tree_words(tree).items()}
        for (menu, name), own_words in simulated.own_words(version).items():
            for verb in _WRITES:
                if name in tree.menus.get(menu, {}).get(verb, ()):
                    words.setdefault((menu, verb, name), set()).update(own_words)
    with_tails = {key: {word + tail for word in found for tail in _TAILS} for key, found in words.items()}
    taken = simulated.ask(version, commands, arguments, with_tails)
    differences = list(_compare("simulator", "menu", "", _filled(tree.menus), _filled(taken.commands)))
    missing = {each.name for each in differences}
    for menu in set(menus) - missing:
        differences += _compare("simulator", "command", menu, tree.menus.get(menu, ()), taken.commands.get(menu, ()))
    for menu, verb in [key for key in arguments if key[0] not in missing]:
        theirs = {f"{verb} {name}" for name in tree.menus.get(menu, {}).get(verb, ())}
        ours = {f"{verb} {name}" for name in taken.arguments.get((menu, verb), ())}
        differences += _compare("simulator", "argument", menu, theirs, ours)
    in_tree = _tree_words(tree)
    for key, asked in words.items():
        if key[0] in missing:
            continue
        accepted = {word for word in asked if any(word + tail in taken.words.get(key, ()) for tail in _TAILS)}
        menu, verb, name = key
        theirs = {f"{verb} {name}={word}" for word in in_tree.get(key, ())}
        differences += _compare("simulator", "word", menu, theirs, {f"{verb} {name}={word}" for word in accepted})
    for menu, verbs in own.items():
        for verb, accepts in verbs.items():
            if verb not in _WRITES:  # add and set have been asked
                theirs = {f"{verb} {name}" for name in tree.menus.get(menu, {}).get(verb, ())}
                ours = {f"{verb} {name}" for name in accepts}
                differences += _compare("simulator", "argument", menu, theirs, ours)
    tables = sum(len(names) for verbs in own.values() for verb, names in verbs.items() if verb not in _WRITES)
    compared = {
        "menus": len(menus),
        "commands": sum(map(len, commands.values())),
        "arguments": sum(map(len, arguments.values())) + tables,
        "words": sum(map(len, words.values())),
    }
    return Comparison(compared, differences, frozenset(taken.lenient))


#: commands that are asked for in every menu
_COMMON = frozenset(
    [
        "add",
        "set",
        "unset",
        "remove",
        "move",
        "enable",
        "disable",
        "comment",
        "reset",
        "print",
        "get",
        "find",
        "export",
        "edit",
        "reset-counters",
        "run",
    ]
)


def collection(folder: Path, version: str) -> Comparison:
    """The declarations of plugins/plugin_utils/menus."""
    tree = tree_of(folder, version)
    found: list[Difference] = []
    ours = declared.declared(version)
    compared = {"menus": len(ours), "commands": 0, "arguments": 0, "words": 0}
    # commands such as /password are menus to the declarations
    standing_alone = {f"{menu}/{verb}" for menu in ("", "/system") for verb in tree.menus[menu]}
    found += _compare("collection", "menu", "", _filled(tree.menus) | (standing_alone & set(ours)), ours)
    in_tree: dict[tuple[str, str], set[str]] = {}
    for (place, _unused, name), words in _tree_words(tree).items():
        in_tree.setdefault((place, name), set()).update(words)
    for path, menu in ours.items():
        verbs = tree.menus.get(path, {})
        commands = {verb for verb in verbs if verb not in declared.UNDECLARED}
        compared["commands"] += len(commands | declared.commands(menu, version))
        found += _compare("collection", "command", path, commands, declared.commands(menu, version))
        names = {name for verb in _WRITES for name in verbs.get(verb, ())} - CONTROL
        compared["arguments"] += len(names | declared.arguments(menu, version))
        found += _compare("collection", "argument", path, names, declared.arguments(menu, version))
        if version != WORDS:
            continue
        lists = declared.words(menu, version)
        for name in sorted(names & declared.arguments(menu, version)):
            known = in_tree.get((path, name), set())
            kind = menu.properties[name].kind
            missing = {word for word in known if not any(_writes(kind, word + tail) for tail in _TAILS)}
            more = lists.get(name, set()) - known
            compared["words"] += len(known | lists.get(name, set()))
            found += [Difference("collection", "word", "tree", path, f"{name}={word}") for word in sorted(missing)]
            found += [Difference("collection", "word", "ours", path, f"{name}={word}") for word in sorted(more)]
    return Comparison(compared, found)


def _writes(kind: Any, word: str) -> bool:
    try:
        kind.write(word)
    except BadValue:
        return False
    return True


@dataclass(frozen=True)
class Explanation:
    """One entry of differences.yml; menu and names may have * in them."""

    subject: str
    kind: str
    only: str
    menu: str
    names: tuple[str, ...]
    versions: frozenset[str]
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether it explains the difference."""
        return (
            (self.subject, self.kind, self.only) == (difference.subject, difference.kind, difference.only)
            and fnmatchcase(difference.menu, self.menu)
            and any(fnmatchcase(difference.name, name) for name in self.names)
        )


def explanations() -> list[Explanation]:
    """What differences.yml holds."""
    entries = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))
    return [
        Explanation(
            entry["subject"],
            entry["kind"],
            entry["only"],
            entry["menu"],
            tuple(entry["names"]),
            frozenset(VERSIONS if entry["versions"] == "all" else entry["versions"]),
            entry["reason"],
        )
        for entry in entries
    ]


def judge(differences: Iterable[Difference], subject: str, version: str) -> tuple[list[str], list[str]]:
    """The differences without an explanation, and the explanations (their menus and names) without a difference."""
    known = [one for one in explanations() if one.subject == subject and version in one.versions]
    found = list(differences)
    unexplained = [str(tuple(each)) for each in found if not any(one.covers(each) for one in known)]
    idle = [
        f"{one.kind} {one.menu} {name}"
        for one in known
        for name in one.names
        if not any(one.covers(each) and fnmatchcase(each.name, name) for each in found)
    ]
    return unexplained, idle
