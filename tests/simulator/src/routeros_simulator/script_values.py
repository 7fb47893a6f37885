# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the script language: text and lists of text; numbers and truth are text as well."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .durations import parse_duration
from .script_syntax import ScriptError

Value = str | list[str]
_BOOLS = {"yes": "true", "no": "false"}
# operators by how tightly they bind, loosest first
_LEVELS = (("||", "or"), ("&&", "and"), ("=", "!=", "<", ">", "<=", ">=", "~", "in"), (".",), ("+", "-"), ("*", "/"))


def show(value: Value) -> str:
    """As text; lists as the console writes them."""
    return ";".join(value) if isinstance(value, list) else value


def truth(value: Value) -> bool:
    """Whether a condition holds."""
    return show(value) in ("true", "yes")


def matches(reply: Mapping[str, str], name: str, operator: str, value: Value) -> bool:
    """Whether a row fits a condition of find; yes and true are the same, a property that is not there is empty."""
    text, found = show(value), reply.get(name, "")
    if operator == "~":
        try:
            return re.search(text, found) is not None
        except re.error:
            return False
    same = (
        found == text or _BOOLS.get(found, found) == _BOOLS.get(text, text) or (found == "" and text in ("false", "no"))
    )
    return same == (operator == "=")


def evaluate(operands: Sequence[tuple[Value, bool]]) -> Value:
    """The value of an expression; each operand with whether it may be an operator. Raises ScriptError."""
    if not operands:
        return ""
    if len(operands) == 1:
        return operands[0][0]
    for level in _LEVELS:
        # the last operator of the loosest level splits the expression
        for place in range(len(operands) - 1, 0, -1):
            value, plain = operands[place]
            if plain and value in level and not operands[place - 1][1]:
                return _apply(str(value), evaluate(operands[:place]), evaluate(operands[place + 1 :]))
    value, plain = operands[0]
    if plain and value == "!":
        return "false" if truth(evaluate(operands[1:])) else "true"
    if plain and value == "-":
        return f"-{show(evaluate(operands[1:]))}"
    raise ScriptError("syntax error: expressions of this kind are not simulated")


def _apply(operator: str, left: Value, right: Value) -> Value:
    one, two = show(left), show(right)
    if operator in ("||", "or"):
        return _bool(truth(left) or truth(right))
    if operator in ("&&", "and"):
        return _bool(truth(left) and truth(right))
    if operator in ("=", "!="):
        return _bool((_BOOLS.get(one, one) == _BOOLS.get(two, two)) == (operator == "="))
    if operator == "~":
        return _bool(re.search(two, one) is not None)
    if operator == "in":
        return _bool(one in (right if isinstance(right, list) else [two]))
    if operator == ".":
        return one + two
    a, b = _number(one), _number(two)
    if operator in ("<", ">", "<=", ">="):
        return _bool({"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator])
    if operator == "/":
        if not b:
            raise ScriptError("failure: division by zero")
        return str(a // b)
    return str({"+": a + b, "-": a - b, "*": a * b}[operator])


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _number(text: str) -> int:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    milliseconds = parse_duration(text)
    if milliseconds is None:
        raise ScriptError(f"cannot compute with {text!r}")
    return milliseconds // 1000
