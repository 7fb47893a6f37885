# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Query words of print: ?name, ?-name, ?name=x, ?=name=x, ?<name=x, ?>name=x and the stack operations ?#."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address

from .durations import parse_duration
from .errors import Trap

Reply = Mapping[str, str]
Step = Callable[[Reply, list[bool]], None]


def _order(text: str) -> tuple[int, float | str]:
    """What < and > compare: numbers, addresses and durations by their size, anything else as text."""
    if text.lstrip("-").isdigit():
        return (0, float(text))
    try:
        return (1, float(int(ip_address(text.partition("/")[0]))))
    except ValueError:
        pass
    duration = parse_duration(text)
    return (2, text) if duration is None else (0, duration / 1000)


def _test(condition: Callable[[Reply], bool]) -> Step:
    def step(row: Reply, stack: list[bool]) -> None:
        stack.append(condition(row))

    return step


def _operations(words: str) -> Step:
    """One ?# word: digits index the stack from its top, "." copies, "!", "&" and "|" combine.

    An index at the end of the word replaces the whole stack by that value (a trailing "i" may mark it); an index before
    another operation pushes a copy of that value first.
    """

    def step(row: Reply, stack: list[bool]) -> None:
        digits = ""
        fresh_index = False
        for sign in words:
            if sign.isdigit():
                digits += sign
                continue
            if sign == "i" and digits:
                continue
            fresh_index = bool(digits)
            if digits:
                stack.append(stack[-1 - int(digits)])
                digits = ""
            if sign == "!":
                stack.append(not stack.pop())
            elif sign == "&":
                right, left = stack.pop(), stack.pop()
                stack.append(left and right)
            elif sign == "|":
                right, left = stack.pop(), stack.pop()
                stack.append(left or right)
            elif sign == ".":
                if not fresh_index:
                    stack.append(stack[-1])
            else:
                raise IndexError(sign)
        if digits:
            stack[:] = [stack[-1 - int(digits)]]

    return step


def _has(name: str) -> Callable[[Reply], bool]:
    return lambda row: name in row


def _lacks(name: str) -> Callable[[Reply], bool]:
    return lambda row: name not in row


def _equals(name: str, text: str) -> Callable[[Reply], bool]:
    return lambda row: row.get(name) == text


def _less(name: str, text: str) -> Callable[[Reply], bool]:
    return lambda row: name in row and _order(row[name]) < _order(text)


def _more(name: str, text: str) -> Callable[[Reply], bool]:
    return lambda row: name in row and _order(row[name]) > _order(text)


def _step(word: str) -> Step:
    if word.startswith("#"):
        return _operations(word[1:])
    if word.startswith("-"):
        return _test(_lacks(word[1:]))
    if word.startswith(("<", ">")):
        name, _unused, text = word[1:].partition("=")
        return _test((_less if word[0] == "<" else _more)(name, text))
    name, equals, text = word.removeprefix("=").partition("=")
    return _test(_equals(name, text) if equals else _has(name))


def compile_query(words: list[str], rename: Mapping[str, str]) -> Callable[[Reply], bool]:
    """A predicate over rows as they would be sent; several values left on the stack are AND-ed.

    rename: properties that are asked for by an old name. An impossible stack operation is a trap (stand-in text).
    """
    steps = []
    for word in words:
        text = word.removeprefix("?")
        for old, new in rename.items():
            head, equals, rest = text.partition(f"{old}=")
            if equals and head in ("", "=", "<", ">"):
                text = f"{head}{new}={rest}"
            elif text in (old, f"-{old}"):
                text = text.replace(old, new)
        steps.append(_step(text))

    def matches(row: Reply) -> bool:
        stack: list[bool] = []
        try:
            for step in steps:
                step(row, stack)
        except IndexError:
            raise Trap("invalid query", 1) from None
        return all(stack)

    return matches
