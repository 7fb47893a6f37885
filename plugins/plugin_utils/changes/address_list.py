# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``address_list``: the rows of one address list, IPv4, IPv6 or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import Menu, menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATHS = {"ipv4": "/ip/firewall/address-list", "ipv6": "/ipv6/firewall/address-list"}


def family_of(address: str) -> str | None:
    """The family that an entry shows by its own form; ``None`` for a DNS name, which may be either."""
    if ":" in address:
        return "ipv6"
    head = address.split("/")[0].split("-")[0]
    return "ipv4" if head.replace(".", "").isdigit() else None


class AddressList(Change):
    """Entries of one list; with ``state: replaced`` nothing else stays in it, dynamic rows excepted."""

    name = "address_list"
    paths = tuple(PATHS.values())

    def check(self, version: Version) -> None:
        self._families = list(PATHS) if self.options["family"] == "both" else [self.options["family"]]
        self._rows: dict[str, list[dict[str, str]]] = {family: [] for family in self._families}
        if not self.options["list"]:
            raise self.bad("list", "the name of the address list must not be empty")
        for number, entry in enumerate(self.options.get("entries") or []):
            self._entry(entry, f"entries[{number}]", version)

    def _entry(self, entry: Any, where: str, version: Version) -> None:
        options = dict(entry) if isinstance(entry, Mapping) else {"address": entry}
        unknown = sorted(set(options) - {"address", "comment", "timeout", "dynamic", "disabled"})
        if unknown or not options.get("address"):
            raise self.bad(
                where,
                f"expected an address or a mapping with address, comment, timeout, dynamic, disabled; "
                f"{'unknown: ' + ', '.join(unknown) if unknown else 'address is missing'}",
            )
        for shared in ("comment", "timeout", "dynamic"):
            if self.options.get(shared) is not None:
                options.setdefault(shared, self.options[shared])
        address = str(options["address"])
        family = family_of(address)
        if family is None and not self.options.get("allow_names"):
            raise self.bad(
                where,
                f"'{address}' is no address; the router would take it as a DNS name without a word. Write an address, "
                "a prefix or a full range (192.0.2.1-192.0.2.9), or set allow_names if a DNS name is meant",
            )
        if family is not None and family not in self._families:
            raise self.bad(where, f"'{address}' is {family}, but family is {self.options['family']}")
        for each in [family] if family else self._families:
            target = menu(PATHS[each])
            texts = self.texts(target, options, version, where=f"{where}.")
            self._rows[each].append({"list": self.options["list"], **texts})

    def reads(self, version: Version) -> Sequence[Read]:
        return [Read(PATHS[family], ("list", self.options["list"])) for family in self._families]

    def _mine(self, row: Row) -> bool:
        return row.get("list") == str(self.options["list"])

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        operations: list[Operation] = []
        for family in self._families:
            target, rows = menu(PATHS[family]), self._rows[family]
            if self.options["state"] == "absent":
                # No entries named: the whole list goes, as "absent" says of everything else.
                everything = self.options.get("entries") is None
                want = Want(
                    absent=[{"list": row["list"], "address": row["address"]} for row in rows],
                    purge=self._mine if everything else None,
                )
            else:
                want = Want(rows=rows, purge=self._mine if self.options["state"] == "replaced" else None)
            have = state.rows(target.path)
            operations += plan(target, have, want, state.version, handles)
            if self.options["state"] == "absent":
                operations += self._timed(target, have, rows)
        return operations

    def _timed(self, target: Menu, have: Sequence[Row], rows: Sequence[Mapping[str, str]]) -> list[Operation]:
        """Entries with a timeout that are named: a source that a rule blocked is let in again this way.

        Without a timeout a dynamic entry belongs to a DNS name or another service of the router, and stays.
        """
        address = target.properties["address"].kind
        named = {address.key(row["address"]) for row in rows}
        return [
            Operation(target.path, "remove", id=row[".id"], was=row)
            for row in have
            if self._mine(row)
            and "timeout" in row
            and row.get("dynamic") == "true"
            and address.key(row.get("address", "")) in named
        ]

    def view(self, state: State) -> dict[str, list[Row]]:
        paths = [PATHS[family] for family in self._families]
        return {path: [row for row in state.rows(path) if self._mine(row)] for path in paths}


CHANGE = AddressList
