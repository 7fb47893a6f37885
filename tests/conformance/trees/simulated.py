# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running simulator takes: found out by asking it over the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from routeros_simulator.facts import menus_of
from routeros_simulator.testing import running

from ..raw import RawClient, Sentence, trap

#: an argument that no command has: a sentence with it is always refused, so that asking changes nothing
POISON = "no-such-argument-anywhere"
_UNKNOWN = f"unknown parameter {POISON}"
_NO_COMMAND = ("no such command", "no such command prefix")


@dataclass
class Taken:
    """commands: menu -> commands; arguments: menu, command -> arguments; words: menu, command, argument -> words."""

    commands: dict[str, set[str]] = field(default_factory=dict)
    arguments: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    words: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    lenient: set[str] = field(default_factory=set)


def ask(
    version: str,
    commands: Mapping[str, Iterable[str]],
    arguments: Mapping[tuple[str, str], Iterable[str]],
    words: Mapping[tuple[str, str, str], Iterable[str]],
) -> Taken:
    """Ask a router of the version for candidates, in the shape of Taken; what it takes of them comes back.

    Commands that do not refuse an argument that nobody has are `lenient`.
    """
    found = Taken()
    with running(version) as simulator, RawClient(simulator.api_port).login() as client:

        def refusals(sentences: Sequence[Sentence]) -> Iterable[str]:
            return map(trap, client.many((*sentence, f"={POISON}=") for sentence in sentences))

        verbs = [(menu, verb) for menu, names in commands.items() for verb in sorted(names)]
        for (menu, verb), message in zip(verbs, refusals([(f"{menu}/{verb}",) for menu, verb in verbs]), strict=True):
            if message not in _NO_COMMAND:
                found.commands.setdefault(menu, set()).add(verb)
                if not message:
                    found.lenient.add(f"{menu}/{verb}")
        asked = [(menu, verb, name) for (menu, verb), names in arguments.items() for name in sorted(names)]
        sentences = [(f"{menu}/{verb}", f"={name}=") for menu, verb, name in asked]
        for (menu, verb, name), message in zip(asked, refusals(sentences), strict=True):
            if message != f"unknown parameter {name}" and message not in _NO_COMMAND:
                found.arguments.setdefault((menu, verb), set()).add(name)
        options = [(*key, word) for key, texts in words.items() for word in sorted(texts)]
        sentences = [(f"{menu}/{verb}", f"={name}={word}") for menu, verb, name, word in options]
        for (menu, verb, name, word), message in zip(options, refusals(sentences), strict=True):
            if message == _UNKNOWN:
                found.words.setdefault((menu, verb, name), set()).add(word)
    return found


def own_words(version: str) -> dict[tuple[str, str], frozenset[str]]:
    """(menu, property) -> the words of its enumeration, as the simulator's tables have them."""
    return {
        (path, one.name): frozenset(one.enum) | frozenset(one.keywords)
        for path, menu in menus_of(version).items()
        for one in menu.properties.values()
        if not one.readonly and (one.enum or one.keywords)
    }


def own_arguments(version: str) -> dict[str, dict[str, frozenset[str]]]:
    """menu -> command -> arguments, as the simulator's tables have them."""
    return {path: dict(menu.commands) for path, menu in menus_of(version).items()}


def own_properties(version: str) -> dict[str, set[str]]:
    """menu -> all properties, those that can only be read as well."""
    return {path: set(menu.properties) for path, menu in menus_of(version).items()}
