# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values: yes or no, numbers, words, text, names, sizes, MAC addresses, protocols."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import BadValue, nearest, refuse, scalar

_YES = frozenset({"yes", "true"})
_NO = frozenset({"no", "false"})


class Bool:
    """Reads true or false (seen on 7.x); yes and no are written as well."""

    def write(self, value: object) -> str:
        """ "true" or "false" for a boolean or one of the words yes, no, true, false."""
        text = str(value).strip().lower() if isinstance(value, (bool, str)) else ""
        if text in _YES:
            return "true"
        if text in _NO:
            return "false"
        refuse("yes or no", value)

    def key(self, text: str) -> Hashable:
        """True, False, or the text."""
        return True if text in _YES else False if text in _NO else text

    def show(self, text: str) -> Any:
        """A boolean, or the text."""
        return self.key(text)


@dataclass(frozen=True)
class Integer:
    """A whole number, decimal on read. Some properties take hexadecimal too; that is kept as it was given."""

    low: int | None = None
    high: int | None = None
    keywords: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What error messages ask for."""
        if self.low is not None and self.high is not None:
            bounds = f" from {self.low} to {self.high}"
        elif self.high is not None:
            bounds = f" of at most {self.high}"
        else:
            bounds = f" of at least {self.low}" if self.low is not None else ""
        words = f" or {' or '.join(self.keywords)}" if self.keywords else ""
        return f"a whole number{bounds}{words}"

    def write(self, value: object) -> str:
        """Decimal text (hexadecimal as given), or a keyword."""
        text = scalar(value, self.expected).lower()
        if text in self.keywords:
            return text
        number = _number(text)
        if number is None:
            refuse(self.expected, value)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            refuse(self.expected, value)
        return text if text.startswith("0x") else str(number)

    def key(self, text: str) -> Hashable:
        """The number, or the text."""
        number = _number(text)
        return text if number is None else number

    def show(self, text: str) -> Any:
        """An int for decimal text, else the text."""
        return int(text) if re.fullmatch(r"-?[0-9]+", text) else text


def _number(text: str) -> int | None:
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return int(text, 16)
    return None


@dataclass(frozen=True)
class Enum:
    """One of some words, read back literally (also when they are yes and no)."""

    words: tuple[str, ...]

    def write(self, value: object) -> str:
        """The word; a boolean stands for yes or no where those are words."""
        if isinstance(value, bool):
            value = ("yes" if value else "no") if "yes" in self.words or "no" in self.words else str(value).lower()
        expected = f"one of {', '.join(self.words)}"
        text = scalar(value, expected)
        if text in self.words:
            return text
        for word in self.words:
            if word.lower() == text.lower():
                return word
        refuse(expected, value, nearest(text, self.words))

    def key(self, text: str) -> Hashable:
        """The text."""
        return text

    def show(self, text: str) -> Any:
        """The text."""
        return text


@dataclass(frozen=True)
class Text:
    """Free text, kept as it is; the key knows \\r\\n and \\n as the same (other tools write either)."""

    longest: int | None = None

    def write(self, value: object) -> str:
        """The text itself; empty text is fine. Raises BadValue for booleans, null, lists and text that is too long."""
        if isinstance(value, bool):
            refuse("text", value, "quote the word in YAML")
        if not isinstance(value, (str, int, float)):
            refuse("text", value)
        text = str(value)
        if "\0" in text:
            raise BadValue("text cannot hold a NUL character")
        if self.longest is not None and len(text.encode()) > self.longest:
            raise BadValue(f"expected text of at most {self.longest} characters, got {len(text.encode())}: {text!r}")
        return text

    def key(self, text: str) -> Hashable:
        """The text with plain line ends."""
        return text.replace("\r\n", "\n")

    def show(self, text: str) -> Any:
        """The text."""
        return text


@dataclass(frozen=True)
class Reference:
    """The name of something: a row of another menu, a list, a mark, an interface. Never empty."""

    what: str = "name"

    def write(self, value: object) -> str:
        """The name."""
        return scalar(value, f"the name of an {self.what}" if self.what == "interface" else f"a {self.what}")

    def key(self, text: str) -> Hashable:
        """The text."""
        return text

    def show(self, text: str) -> Any:
        """The text."""
        return text


@dataclass(frozen=True)
class Pattern:
    """Text of one form, with nothing to bring to a canonical form."""

    form: str
    expected: str

    def write(self, value: object) -> str:
        """The text, when it has the form."""
        text = scalar(value, self.expected)
        if not re.fullmatch(self.form, text):
            refuse(self.expected, value)
        return text

    def key(self, text: str) -> Hashable:
        """The text."""
        return text

    def show(self, text: str) -> Any:
        """The text."""
        return text


_SIZES = {"": 1024, "b": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3, "k": 1024, "m": 1024**2, "g": 1024**3}


class Size:
    """An amount of memory, with a unit on read: 2048KiB, 1024.0KiB. A bare number counts KiB."""

    def write(self, value: object) -> str:
        """KiB, or bytes when it is no whole number of them."""
        expected = "a size such as 2048KiB or 16MiB"
        amount = self.key(scalar(value, expected))
        if not isinstance(amount, int):
            refuse(expected, value)
        return f"{amount // 1024}KiB" if amount % 1024 == 0 else f"{amount}B"

    def key(self, text: str) -> Hashable:
        """The number of bytes, or the text."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]*)", text)
        if not found or found[2].lower() not in _SIZES:
            return text
        return int(float(found[1]) * _SIZES[found[2].lower()])

    def show(self, text: str) -> Any:
        """The text."""
        return text


class Mac:
    """A MAC address: upper case with colons on read."""

    def write(self, value: object) -> str:
        """Upper case with colons; hyphens and dots are taken as separators too."""
        expected = "a MAC address such as 48:A9:8A:01:02:03"
        text = scalar(value, expected)
        found = re.fullmatch(r"([0-9a-fA-F]{2})([:.-]?)" + r"([0-9a-fA-F]{2})\2" * 4 + r"([0-9a-fA-F]{2})", text)
        if not found:
            refuse(expected, value)
        return str(self.key(text))

    def key(self, text: str) -> Hashable:
        """Upper case with colons, or the text."""
        digits = re.sub(r"[:.-]", "", text).upper()
        if not re.fullmatch(r"[0-9A-F]{12}", digits):
            return text
        return ":".join(digits[at : at + 2] for at in range(0, 12, 2))

    def show(self, text: str) -> Any:
        """The text."""
        return text


_PROTOCOLS = {
    "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "st": 5, "tcp": 6, "egp": 8, "pup": 12, "udp": 17, "hmp": 20,
    "xns-idp": 22, "rdp": 27, "iso-tp4": 29, "dccp": 33, "xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6-encap": 41,
    "ipv6-route": 43, "ipv6-frag": 44, "rsvp": 46, "gre": 47, "ipsec-esp": 50, "ipsec-ah": 51, "icmpv6": 58,
    "ipv6-nonxt": 59, "ipv6-opts": 60, "rspf": 73, "vmtp": 81, "ospf": 89, "ipip": 94, "etherip": 97, "encap": 98,
    "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132, "udp-lite": 136,
}  # fmt: skip
_PROTOCOL_NAMES = {number: name for name, number in _PROTOCOLS.items()}


class Protocol:
    """An IP protocol; known numbers read back as names (7.22.3 completions)."""

    def __init__(self, keywords: tuple[str, ...] = ()) -> None:
        self.keywords = keywords

    def write(self, value: object) -> str:
        """The name where there is one, else the number."""
        expected = "a protocol such as tcp, udp or icmp, or its number"
        text = scalar(value, expected).lower()
        if text in self.keywords:
            return text
        number = int(text) if text.isascii() and text.isdigit() else _PROTOCOLS.get(text, 256)
        if number > 255:
            refuse(expected, value, nearest(text, _PROTOCOLS))
        return _PROTOCOL_NAMES.get(number, str(number))

    def key(self, text: str) -> Hashable:
        """The number, or the text."""
        if text.isascii() and text.isdigit():
            return int(text)
        return _PROTOCOLS.get(text.lower(), text)

    def show(self, text: str) -> Any:
        """The text."""
        return text
