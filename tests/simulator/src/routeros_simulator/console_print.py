# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the console shows rows: tables, detail, terse and as-value (RouterOS manual: Command Line Interface; captures).

Which columns a table has is known of few menus; the others show their first properties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .exporting import quote
from .facts import Menu

Shown = Mapping[str, str]

#: letters of flags whose first letter, in capitals, is not the one that is shown
_LETTERS = {
    "disabled": "X",
    "connection": "c",
    "acme-managed": "a",
    "default": "*",
    "builtin": "*",
    "by-romon": "M",
    "srcnat": "s",
    "dstnat": "d",
    "uses-helper": "h",
    "private-key": "K",
    "managed": "Y",
}
_COLUMNS = {
    "/ip/service": ("name", "port", "certificate", "vrf", "max-sessions"),
    "/certificate": ("name", "common-name", "subject-alt-name", "fingerprint"),
    "/file": ("name", "type", "size", "last-modified"),
    "/user": ("name", "group", "last-logged-in"),
    "/user/active": ("when", "name", "address", "via"),
    "/user/ssh-keys": ("user", "key-type", "bits", "info", "key-owner"),
    "/log": ("time", "topics", "message"),
}
_BOOLS = {"true": "yes", "false": "no"}
_WIDEST = 5


def _letter(menu: Menu, name: str) -> str:
    if name == "private-key" and menu.path != "/certificate":
        return "P"
    return _LETTERS.get(name, name[0].upper())


def _word(menu: Menu, name: str, text: str) -> str:
    known = menu.properties.get(name)
    return _BOOLS.get(text, text) if known is not None and known.type == "bool" else text


def _flags(menu: Menu, row: Shown) -> str:
    return "".join(_letter(menu, name) for name in menu.flags if row.get(name) == "true")


def _heading(menu: Menu) -> list[str]:
    if not menu.flags:
        return []
    return ["Flags: " + "; ".join(f"{_letter(menu, name)} - {name.upper()}" for name in menu.flags) + " "]


def _properties(menu: Menu, row: Shown) -> dict[str, str]:
    """What is shown as name=value: neither the id nor the flags nor the comment."""
    hidden = {".id", "comment", *menu.flags}
    names = sorted((name for name in row if name not in hidden), key=lambda name: name != "name")
    return {name: _word(menu, name, row[name]) for name in names}


def as_value(rows: Sequence[Shown]) -> str:
    """The text that :put makes of print as-value: every property of every row in one line."""
    return ";".join(f"{name}={text}" for row in rows for name, text in row.items())


def terse(menu: Menu, rows: Sequence[Shown]) -> list[str]:
    """One line for each row, for programs."""
    lines = []
    width = max([len(_flags(menu, row)) for row in rows], default=0)
    for number, row in enumerate(rows):
        comment = {"comment": row["comment"]} if row.get("comment") else {}
        words = " ".join(f"{name}={text}" for name, text in (comment | _properties(menu, row)).items())
        lines.append(f"{number:>2} {_flags(menu, row):<{width + 1}}{words} ")
    return lines


def detail(menu: Menu, rows: Sequence[Shown]) -> list[str]:
    """Every property, with its quotes; comments on a line of their own."""
    lines = _heading(menu)
    for number, row in enumerate(rows):
        start = f"{number:>2} {_flags(menu, row):<3} "
        words = " ".join(
            f"{name}={quote(text) if menu.properties[name].type != 'string' else _quoted(text)}"
            if name in menu.properties
            else f"{name}={quote(text)}"
            for name, text in _properties(menu, row).items()
        )
        if row.get("comment"):
            lines += [f"{start};;; {row['comment']}", f"{'':<{len(start)}}{words} ", ""]
        else:
            lines += [f"{start}{words} ", ""]
    return lines


def _quoted(text: str) -> str:
    found = quote(text)
    return found if found.startswith('"') else f'"{found}"'


def table(menu: Menu, rows: Sequence[Shown], *, ids: bool = False) -> list[str]:
    """Columns; comments on a line of their own."""
    if not rows:
        return []
    present = {name for row in rows for name in _properties(menu, row)}
    wanted = _COLUMNS.get(menu.path) or [name for name in menu.properties if name in present][:_WIDEST]
    columns = [name for name in wanted if name in present]
    shown = [_properties(menu, row) for row in rows]
    widths = [max(len(name), *(len(row.get(name, "")) for row in shown)) for name in columns]
    numbers = [row.get(".id", "") if ids else str(number) for number, row in enumerate(rows)]
    flags = [_flags(menu, row) for row in rows]
    first, second = max(map(len, [*numbers, "#"])), max(map(len, flags), default=0)
    used = [name for name in menu.flags if any(row.get(name) == "true" for row in rows)]
    lines = ["Flags: " + "; ".join(f"{_letter(menu, name)} - {name.upper()}" for name in used)] if used else []
    lines.append("Columns: " + ", ".join(name.upper() for name in columns))

    def line(number: str, marks: str, cells: Sequence[str]) -> str:
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        return f"{number:<{first}} {marks:<{second}} {text}" if second else f"{number:<{first}} {text}"

    lines.append(line("#", "", [name.upper() for name in columns]))
    for number, marks, row, cells in zip(numbers, flags, rows, shown, strict=True):
        if row.get("comment"):
            lines.append(f";;; {row['comment']}")
        lines.append(line(number, marks, [cells.get(name, "") for name in columns]))
    return lines


def block(menu: Menu, row: Shown) -> list[str]:
    """One thing of which there is only one: a property in each line, names flush right."""
    shown = {name: _word(menu, name, text) for name, text in row.items() if name != ".id"}
    width = max(map(len, shown), default=0) + 2
    return [f"{name:>{width}}: {text}" for name, text in shown.items()]
