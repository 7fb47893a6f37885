# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every type of value offers, and what they share."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, runtime_checkable


class BadValue(ValueError):
    """A value that a user gave cannot be used. The message is complete in itself: what was expected, what came."""


@runtime_checkable
class Kind(Protocol):
    """A type of RouterOS value. For every value `x` that a user may give, `key(write(x)) == key(what is read back)`."""

    def write(self, value: object) -> str:
        """What a user gave (str, int, bool, list) as the text to send, the way it is read back. Raises BadValue."""

    def key(self, text: str) -> Hashable:
        """A comparison key of a router's text. Never raises; forms that are not known compare as text."""

    def show(self, text: str) -> Any:
        """A router's text as a friendly value for results: list, int, bool, else str. Never raises."""


def spoken(value: object) -> str:
    """A user's value as an error message quotes it."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a dictionary"
    return repr(str(value))


def refuse(expected: str, value: object, hint: str = "") -> NoReturn:
    """Raise BadValue: "expected EXPECTED, got VALUE; HINT"."""
    raise BadValue(f"expected {expected}, got {spoken(value)}" + (f"; {hint}" if hint else ""))


def scalar(value: object, expected: str) -> str:
    """A str or int as stripped text. Raises BadValue for booleans, null, lists, dictionaries and empty text."""
    if isinstance(value, bool):
        refuse(expected, value, "quote the word in YAML if it was meant as text")
    if not isinstance(value, (str, int)):
        refuse(expected, value)
    text = str(value).strip()
    if not text:
        refuse(expected, value, "leave the option out, or set it to null, to have it cleared")
    return text


def nearest(word: str, words: Iterable[str]) -> str:
    """ "did you mean WORD?" when one of `words` is close, else ""."""
    close = difflib.get_close_matches(word, list(words), n=1)
    return f"did you mean {close[0]}?" if close else ""


def span(token: str) -> tuple[str, str]:
    """The two ends of a range token of a type expression: "1..65535", "..31", "5.."."""
    low, _dots, high = token.partition("..")
    return low, high


def words_and_span(tokens: Iterable[str]) -> tuple[tuple[str, ...], str, str]:
    """The words of a type expression, and the ends of its range token if it has one."""
    words: list[str] = []
    low = high = ""
    for token in tokens:
        if ".." in token:
            low, high = span(token)
        else:
            words.append(token)
    return tuple(words), low, high


@dataclass(frozen=True)
class Negatable:
    """A value that may be negated as a whole with one leading "!"."""

    inner: Kind

    def write(self, value: object) -> str:
        """As the inner type; "!" in front of a text, or of the first or every item of a list, negates the whole."""
        if isinstance(value, (list, tuple)):
            return self._write_list(value)
        if isinstance(value, str) and value.lstrip().startswith("!"):
            return "!" + self._filled(value.lstrip()[1:])
        return self._filled(value)

    def _write_list(self, value: list[object] | tuple[object, ...]) -> str:
        signs = [str(item).lstrip().startswith("!") for item in value]
        if not any(signs):
            return self._filled(list(value))
        if not all(signs) and (sum(signs) > 1 or not signs[0]):
            raise BadValue(
                f"a '!' negates the whole value, so {', '.join(str(item) for item in value)} cannot mix negated and "
                "plain items; negate all of them or none"
            )
        return "!" + self._filled([str(item).lstrip().removeprefix("!") for item in value])

    def _filled(self, value: object) -> str:
        text = self.inner.write(value)
        if not text:
            raise BadValue("a matcher cannot be empty; leave the option out, or set it to null, to have it cleared")
        return text

    def key(self, text: str) -> Hashable:
        """The inner key, marked when negated."""
        if text.startswith("!"):
            return ("!", self.inner.key(text[1:].strip()))
        return self.inner.key(text)

    def show(self, text: str) -> Any:
        """The inner form; negated values stay text."""
        return text if text.startswith("!") else self.inner.show(text)
