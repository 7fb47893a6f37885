# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a RouterOS menu looks like: the shapes that the declarations beside this file are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values import Kind, kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within

SPOKEN_SECRETS = frozenset(
    {
        "password",
        "passphrase",
        "secret",
        "private-key",
        "pre-shared-key",
        "preshared-key",
        "auth-key",
        "enc-key",
        "ppk-secret",
        "authentication-password",
        "encryption-password",
        "export-passphrase",
        "key-passphrase",
        "challenge-passphrase",
        "challenge-password",
        "pin",
        "key-val",
        "secrets",
        "old-password",
        "new-password",
        "confirm-new-password",
        "vpn-private-key",
        "vpn-peer-private-key",
        "eab-hmac-key",
        "eab-key-b64",
    }
)
"""Sensitive whatever menu they are met in (RouterOS manual, list of menus with sensitive parameters)."""


class Unsupported(ValueError):
    """Asked for something that this router's version, or this menu, does not have. The message is complete."""


class UnknownMenu(Unsupported):
    """No menu of that path is declared."""


@dataclass(frozen=True)
class Property:
    """One property of a menu.

    `type` is a type expression of `values`. `default` is the text that an absent key stands for ("" is a default, None
    is none known); `defaults_by_version` lists (first release, default) where it changed. `since` and `until` are the
    first and last release whose set and add take it. `unsettable`: the key is missing in replies while the property is
    unset, and `=!name=` clears it. `word_spans` gives (first, last) release of the words of an enumeration that come or
    go. `successor` is the property that took its place, from that one's own `since` on. `filled`: the router fills it
    in by itself, so it is no difference unless it was asked for.
    """

    name: str
    type: str = "string"
    default: str | None = None
    defaults_by_version: tuple[tuple[str, str], ...] = ()
    since: str = ""
    until: str = ""
    required: bool = False
    read_only: bool = False
    write_only: bool = False
    secret: bool = False
    unsettable: bool = False
    ref: str = ""
    word_spans: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    successor: str = ""
    filled: bool = False

    @cached_property
    def kind(self) -> Kind:
        """The type: how to write, compare and show values."""
        return kind(self.type)

    def default_for(self, version: Version) -> str | None:
        """The text that an absent key stands for on `version`, or None."""
        value = self.default
        for first, text in self.defaults_by_version:
            if within(version, since=first):
                value = text
        return value

    def supported(self, version: Version) -> bool:
        """Whether set and add of `version` take this property."""
        return within(version, self.since, self.until)


@dataclass(frozen=True)
class Menu:
    """One RouterOS menu.

    `key` names the properties that identify a row. `fixed` tables take neither add nor remove. `protected` names rows
    that ship with the router and cannot be removed (others say so themselves: default=true or builtin=true).
    `commands` gives (first, last) release of each command, besides print, get, find, export, edit and reset.
    `repeats`: several rows may share one key. `timed`: the property that makes a row dynamic and counts down.
    """

    path: str
    properties: Mapping[str, Property] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    ordered: bool = False
    singleton: bool = False
    fixed: bool = False
    since: str = ""
    until: str = ""
    commands: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    protected: tuple[str, ...] = ()
    repeats: bool = False
    timed: str = ""

    def is_secret(self, name: str) -> bool:
        """Whether values of this property must never be shown (declared so, or of a name that always is)."""
        known = self.properties.get(name)
        return (known is not None and known.secret) or name in SPOKEN_SECRETS

    def withheld(self, names: Iterable[str]) -> set[str]:
        """Those of the properties that a router takes and does not or may not give back."""
        found = ((name, self.properties.get(name)) for name in names)
        return {name for name, known in found if known is not None and (known.write_only or known.secret)}

    def current_name(self, name: str, version: Version) -> str:
        """The name that `version` prints this property under (7.24: `available-from` for a service's `address`)."""
        known = self.properties.get(name)
        if known and known.successor and self.properties[known.successor].supported(version):
            return known.successor
        return name


def optional(name: str, type: str = "string", default: str | None = None, **more: Any) -> Property:
    """A property that is absent in replies until it is set."""
    return Property(name, type, default, unsettable=True, **more)


def status(type: str, *names: str, **more: Any) -> tuple[Property, ...]:
    """Read-only properties of one type."""
    return tuple(Property(name, type, read_only=True, **more) for name in names)


def table(*properties: Property | Iterable[Property]) -> dict[str, Property]:
    """Properties (or groups of them) by name, in the order given; a later one of the same name replaces."""
    found: dict[str, Property] = {}
    for item in properties:
        for each in (item,) if isinstance(item, Property) else item:
            found[each.name] = each
    return found


def without(properties: Mapping[str, Property], names: str) -> list[Property]:
    """The properties except those that `names` (separated by blanks) lists."""
    return [each for name, each in properties.items() if name not in names.split()]


def verbs(text: str) -> dict[str, tuple[str, str]]:
    """Commands out of "add set unset@..7.16.2": the release span behind the @ is kept as (first, last)."""
    found: dict[str, tuple[str, str]] = {}
    for word in text.split():
        name, _at, span = word.partition("@")
        first, _dots, last = span.partition("..")
        found[name] = (first, last)
    return found
