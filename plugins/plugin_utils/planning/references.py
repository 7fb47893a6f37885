# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who names a row: the menus declare which of their properties refer to which menu, and nobody else lists it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import referrers
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


def reads(path: str, version: Version) -> list[Read]:
    """The tables whose rows may name rows of ``path``."""
    return [Read(each) for each in referrers(path, version)]


def naming(state: State, path: str, name: str) -> Iterator[tuple[str, Row, tuple[str, ...]]]:
    """The configured rows that name the row ``name`` of ``path``: their menu, the row, and by which properties."""
    for each, properties in referrers(path, state.version).items():
        for row in state.rows(each):
            found = tuple(one for one in properties if name in row.get(one, "").split(","))
            if found and row.get("dynamic") != "true":
                yield each, row, found


def renamed(text: str, old: str, new: str) -> str:
    """A property that names rows, one or several, with one of the names replaced."""
    return ",".join(new if word == old else word for word in text.split(","))


def spoken(path: str, row: Row) -> str:
    """A referring row as a user knows it: ``/ip/service api-ssl``, ``/ip/ipsec/identity hub fqdn:a.example``."""
    names = ("name",) if row.get("name") else ("peer", "remote-id", "src-address", "dst-address", "path")
    return f"{path} {' '.join(row[name] for name in names if row.get(name)) or row.get('.id', '')}"
