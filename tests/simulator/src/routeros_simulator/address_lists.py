# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/firewall/address-list and its IPv6 twin: duplicates, host bits, DNS names, entries that run out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from . import addresses
from .call import Call
from .dates import show_moment
from .durations import format_duration, parse_duration
from .errors import Trap
from .facts import Property
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

PATHS = {4: "/ip/firewall/address-list", 6: "/ipv6/firewall/address-list"}
LONGEST = 21_474_836  # seconds: 35w3d13h13m56s


class AddressListHooks(Hooks):
    """One family's lists."""

    parsed = frozenset({"address"})

    def __init__(self, router: Router, version: int) -> None:
        self.router = router
        self.version = version
        # enabled entries by (list, address)
        self._index: dict[tuple[str, str], set[str]] = {}

    def parse(self, call: Call, table: Table, row: Row | None, property: Property, text: str) -> str:
        """An address in the family's form, or else a DNS name, whatever it looks like."""
        if text == "":
            raise Trap("invalid value for argument address", 1)
        found = addresses.ip4_range(text) if self.version == 4 else addresses.ip6_prefix(text)
        if found is not None:
            return found
        foreign = ":" in text if self.version == 4 else "-" in text and ":" in text
        if foreign or (self.version == 6 and addresses.ip4_range(text) is not None):
            raise Trap(f"failure: {text} is not a valid dns name", 4)
        return text

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """The same address twice in a list is refused among enabled entries, whatever comment or timeout say."""
        if after.get("disabled") != "true":
            others = self._index.get((after["list"], after["address"]), set())
            if any(row is None or id != row.id for id in others):
                raise Trap("failure: already have such entry", 4)

    def added(self, table: Table, row: Row) -> None:
        """Start the countdown, resolve the name."""
        self._enter(row)
        row.values.setdefault("creation-time", show_moment(self.router, self.router.clock.now()))
        row.dynamic = row.dynamic or row.get("dynamic") == "true"
        timeout = row.values.get("timeout")
        if timeout is not None:
            row.dynamic = True
            if "expires" not in row.hidden:
                self._start(table, row, timeout)
        elif self._is_name(row.get("address")) and not row.hidden.get("child"):
            self._resolve(table, row)

    def updated(self, table: Table, row: Row, before: Mapping[str, str]) -> None:
        """Keep the index; another timeout starts again; another name is resolved again."""
        if any(before.get(name) != row.values.get(name) for name in ("list", "address", "disabled")):
            self._leave(row.id, before)
            self._enter(row)
            self._drop_children(table, row)
            if self._is_name(row.get("address")):
                self._resolve(table, row)
        if before.get("timeout") != row.values.get("timeout"):
            row.dynamic = "timeout" in row.values or row.get("dynamic") == "true"
            row.hidden.pop("expires", None)
            if "timeout" in row.values:
                self._start(table, row, row.values["timeout"])

    def removed(self, table: Table, row: Row) -> None:
        """Take the children along."""
        self._leave(row.id, row.values)
        self._drop_children(table, row)

    def render(self, table: Table, row: Row, reply: dict[str, str]) -> None:
        """Count the timeout down."""
        expires = row.hidden.get("expires")
        reply["dynamic"] = "true" if row.dynamic else "false"
        if expires is not None:
            left = max(0.0, expires - self.router.clock.now())
            reply["timeout"] = format_duration(round(left) * 1000)

    def remember(self, table: Table, name: str, address: str, timeout: str) -> Row | None:
        """What a firewall rule does: add an entry, or start its time again; static entries stay as they are.

        timeout: an interval, none-dynamic or none-static.
        """
        known = self._index.get((name, address))
        interval = parse_duration(timeout)
        row = table.get(min(known)) if known else None
        if row is not None:
            if interval and row.dynamic and "timeout" in row.values:
                row.values["timeout"] = format_duration(interval)
                row.hidden.pop("expires", None)
                self._start(table, row, row.values["timeout"])
            return row
        values = {"list": name, "address": address, "disabled": "false"}
        if timeout == "none-static":
            return table.insert(values)
        if interval:
            values["timeout"] = format_duration(interval)
        return table.insert(values, dynamic=True, locked="")

    def _is_name(self, address: str) -> bool:
        parse = addresses.ip4_range if self.version == 4 else addresses.ip6_prefix
        return parse(address) is None

    def _enter(self, row: Row) -> None:
        if not row.disabled and not row.hidden.get("child"):
            self._index.setdefault((row.get("list"), row.get("address")), set()).add(row.id)

    def _leave(self, id: str, values: Mapping[str, str]) -> None:
        key = (values.get("list", ""), values.get("address", ""))
        ids = self._index.get(key)
        if ids is not None:
            ids.discard(id)
            if not ids:
                del self._index[key]

    def _start(self, table: Table, row: Row, timeout: str) -> None:
        seconds = (parse_duration(timeout) or 0) / 1000
        expires = self.router.clock.now() + seconds
        row.hidden["expires"] = expires

        def run_out() -> None:
            # the entry may have been renewed, or be gone, since this timer was set
            if row.linked and row.hidden.get("expires") == expires:
                table.delete(row)

        self.router.clock.call_later(seconds, run_out)

    def _resolve(self, table: Table, row: Row) -> None:
        if row.disabled:
            return
        for found in self.router.resolver(row.get("address"), self.version):
            address = addresses.ip4_range(found) if self.version == 4 else addresses.ip6_prefix(found)
            if address is not None:
                values = {"list": row.get("list"), "address": address, "comment": row.get("address")}
                table.insert({**values, "disabled": "false"}, dynamic=True, hidden={"child": row.id})
                row.hidden["parent"] = True

    def _drop_children(self, table: Table, parent: Row) -> None:
        if parent.hidden.pop("parent", False):
            for row in [row for row in table if row.hidden.get("child") == parent.id]:
                table.delete(row)


class AddressLists:
    """Both families, for the firewall."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._hooks = {version: AddressListHooks(router, version) for version in PATHS}
        for version, hooks in self._hooks.items():
            router.hook(PATHS[version], hooks)

    def remember(self, version: int, name: str, address: str, timeout: str) -> Row | None:
        """add-src-to-address-list and add-dst-to-address-list; version is 4 or 6, address a single host."""
        text = addresses.ip4_range(address) if version == 4 else addresses.ip6_prefix(address)
        if text is None:
            return None
        return self._hooks[version].remember(self.router.tables[PATHS[version]], name, text, timeout)

    def members(self, version: int, name: str) -> Iterable[Row]:
        """The enabled entries of a list."""
        return (row for row in self.router.tables[PATHS[version]] if row.get("list") == name and not row.disabled)
