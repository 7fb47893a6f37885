# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compact exports: the commands that make a new router of the same version look like this one.

Which menus are exported is a fact of the command trees, order and layout follow exports that people have published;
what is secret is left out unless show-sensitive is given (RouterOS manual: Configuration Management).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .dates import show_moment

if TYPE_CHECKING:
    from .router import Router
    from .table import Row, Table

# what others refer to comes before them
_FIRST = (
    "/interface/vrrp",
    "/interface/list",
    "/interface/list/member",
    "/ip/ipsec/mode-config",
    "/ip/ipsec/policy/group",
    "/ip/ipsec/profile",
    "/ip/ipsec/peer",
    "/ip/ipsec/proposal",
    "/ip/firewall/layer7-protocol",
    "/ip/firewall/address-list",
    "/ipv6/firewall/address-list",
    "/snmp/community",
    "/system/script",
    "/system/logging/action",
)
_BARE = re.compile(r"[A-Za-z0-9_.:/,*!@+-]+")
_BOOLS = {"true": "yes", "false": "no"}


def quote(text: str) -> str:
    """A value as the console writes it."""
    if _BARE.fullmatch(text):
        return text
    found = ""
    for sign in text:
        if sign in '"\\$?':
            found += "\\" + sign
        elif sign in "\r\n\t":
            found += {"\r": "\\r", "\n": "\\n", "\t": "\\t"}[sign]
        elif " " <= sign <= "~":
            found += sign
        else:
            found += "".join(f"\\{byte:02X}" for byte in sign.encode("utf-8", "surrogateescape"))
    return f'"{found}"'


def export(router: Router, fresh: Router, *, path: str = "", sensitive: bool = False) -> str:
    """The text for everything at and below a menu; fresh: a router of the same version out of the box."""
    lines = [f"# {show_moment(router, router.clock.now())} by RouterOS {router.version}", "#"]
    order = sorted(router.tables, key=lambda one: _FIRST.index(one) if one in _FIRST else len(_FIRST))
    for menu in order:
        table = router.tables[menu]
        if "export" not in table.menu.commands or not (menu == path or menu.startswith(f"{path}/")):
            continue
        commands = list(_commands(table, fresh.tables[menu], sensitive))
        if commands:
            lines += [menu.replace("/", " ").replace(" ", "/", 1), *commands]
    return "\n".join([*lines, ""])


def _commands(table: Table, fresh: Table, sensitive: bool) -> Iterator[str]:
    writable = table.menu.commands.get("set", frozenset()) | table.menu.commands.get("add", frozenset())
    if table.menu.singleton:
        words = _words(table, table.only, fresh.only.values, writable, sensitive)
        if words:
            yield f"set {words}"
        return
    for row in table:
        if row.dynamic or row.locked:
            continue
        shipped = fresh.get(row.id)
        if shipped is not None and not shipped.dynamic and shipped.get("name") == row.get("name"):
            words = _words(table, row, shipped.values, writable, sensitive)
            if words:
                yield f"set {_which(table, row)} {words}"
        elif "add" in table.menu.commands:
            yield f"add {_words(table, row, table.defaults, writable, sensitive)}".rstrip()


def _which(table: Table, row: Row) -> str:
    name = row.get("name")
    if table.path == "/ip/service":
        return name
    if name:
        return f"[ find name={quote(name)} ]"
    return str([one.id for one in table].index(row.id))


def _words(table: Table, row: Row, base: Mapping[str, str], writable: frozenset[str], sensitive: bool) -> str:
    words = []
    for name in sorted(writable):
        one = table.menu.properties.get(name)
        text = row.values.get(name)
        if one is None or one.readonly or text == base.get(name) or (one.secret and not sensitive):
            continue
        if text is None:
            words.append(f"!{name}" if one.absent else f'{name}=""')
        elif one.type == "bool":
            words.append(f"{name}={_BOOLS.get(text, text)}")
        else:
            words.append(f"{name}={quote(text)}")
    return " ".join(words)
