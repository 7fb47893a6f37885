# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""add, set, unset, reset, enable, disable, comment, remove and move, for every menu."""

from __future__ import annotations

from functools import partial

from .call import Call
from .errors import BUILT_IN, Trap
from .facts import Property
from .table import Row, Table
from .types import canonical

_ID_WORDS = (".id", "numbers")


def add(call: Call) -> str:
    """A new row; answers its id."""
    table = call.table
    accepted = table.menu.commands["add"]
    place: str | None = None
    given: dict[str, str] = {}
    for name, text in call.arguments.items():
        if name == "place-before" and name in accepted:
            place = text
        elif name == "copy-from" and name in accepted:
            given = {**_copied(call, table, text), **given}
        elif name.startswith("!") and name[1:] in accepted:
            given.pop(name[1:], None)
        elif name not in accepted:
            raise _unknown(name)
        else:
            stored = _stored(call, table, None, table.menu.properties[name], text)
            if stored is not None:
                given[name] = stored
    after = {**table.defaults, **given}
    before = _place(call, table, place)
    for one in table.menu.properties.values():
        if one.required and one.name not in after:
            raise Trap(f"missing ={one.name}=", 0)
    table.hooks.check(call, table, None, after)
    hidden = {name: after.pop(name) for name in table.write_only if name in after}
    row = table.insert(after, before=before, journal=True, hidden=hidden)
    return row.id


def set_(call: Call) -> None:
    """Change rows: =name=text, =!name= unsets."""
    _write(call, "set", dict(call.arguments))


def unset(call: Call) -> None:
    """Clear one property; its name is looked at before the row (seen on 7.24)."""
    table = call.table
    name = call.required("value-name")
    one = table.menu.properties.get(name)
    if one is None or one.readonly or not _clearable(table, one):
        raise Trap("input does not match any value of value-name", 1)
    _check_names(call, "unset")
    for row in _rows(call, table):
        _apply(call, table, row, {f"!{name}": ""})


def reset(call: Call) -> None:
    """Put the named properties back to their defaults."""
    table = call.table
    _check_names(call, "reset")
    names = [name for name in call.arguments if name not in _ID_WORDS and not name.startswith(".")]
    wanted = {name if name in table.defaults else f"!{name}": table.defaults.get(name, "") for name in names}
    for row in [table.only] if table.menu.singleton else _rows(call, table):
        _apply(call, table, row, wanted)


def enable(call: Call) -> None:
    """disabled=no."""
    _check_names(call, "enable")
    _each(call, {"disabled": "no"})


def disable(call: Call) -> None:
    """disabled=yes."""
    _check_names(call, "disable")
    _each(call, {"disabled": "yes"})


def comment(call: Call) -> None:
    """set comment=."""
    _check_names(call, "comment")
    _each(call, {"comment": call.required("comment")})


def remove(call: Call) -> None:
    """Remove rows one after the other; stops at the first that is missing or refused."""
    table = call.table
    _check_names(call, "remove")
    for word in _id_words(call):
        rows = table.resolve(word, call.session.printed.get(table.path))
        if not rows:
            raise call.router.missing_item()
        for row in rows:
            if row.locked:
                raise Trap(row.locked, 4)
            table.hooks.check_remove(call, table, row)
            if table.lingering:
                call.router.clock.call_later(table.lingering, partial(_gone, table, row))
            else:
                table.delete(row, journal=True)
            call.router.row_done(call)


def _gone(table: Table, row: Row) -> None:
    if row.linked:
        table.delete(row)


def move(call: Call) -> None:
    """Put rows, in the order given, in front of a destination; an unknown destination means the end (seen on 7.23)."""
    table = call.table
    _check_names(call, "move")
    if "numbers" not in call.arguments and ".id" not in call.arguments:
        raise Trap("missing =numbers=", 0)
    rows = _rows(call, table, comments=True)
    words = call.arguments.get("destination")
    target = _found(call, table, words, comments=True)[:1] if words else []
    if target and target[0] in rows:
        raise Trap("failure: can not move object before itself", 4)
    if target and target[0].dynamic:
        raise Trap(target[0].locked or BUILT_IN, 4)
    for row in rows:
        if row.locked:
            raise Trap(row.locked, 4)
    for row in rows:
        table.move(row, target[0] if target else None, journal=True)
        call.router.row_done(call)


def _unknown(name: str) -> Trap:
    return Trap(f"unknown parameter {name}", 0)


def _check_names(call: Call, verb: str) -> None:
    accepted = call.table.menu.commands[verb]
    for name in call.arguments:
        if name not in accepted and name != ".id":
            raise _unknown(name)


def _id_words(call: Call) -> list[str]:
    words = call.arguments.get(".id", call.arguments.get("numbers"))
    if words is None:
        raise Trap("missing =.id=", 0)
    return [word for word in words.split(",") if word]


def _found(call: Call, table: Table, word: str, *, comments: bool = False) -> list[Row]:
    rows = table.resolve(word, call.session.printed.get(table.path))
    if not rows and comments and not word.startswith("*"):
        return [row for row in table if row.values.get("comment") == word][:1]
    return rows


def _rows(call: Call, table: Table, *, comments: bool = False) -> list[Row]:
    rows: list[Row] = []
    for word in _id_words(call):
        found = _found(call, table, word, comments=comments)
        if not found:
            raise call.router.missing_item()
        rows += [row for row in found if row not in rows]
    return rows


def _place(call: Call, table: Table, word: str | None) -> str:
    if word is None:
        return ""
    rows = table.resolve(word, call.session.printed.get(table.path))
    if not rows:
        if word.isdigit() and len(table):
            raise Trap("failure: item referred by 'place-before' does not exist", 4)
        raise call.router.missing_item()
    if rows[0].dynamic:
        raise Trap(rows[0].locked or BUILT_IN, 4)
    return rows[0].id


def _copied(call: Call, table: Table, word: str) -> dict[str, str]:
    rows = table.resolve(word, call.session.printed.get(table.path))
    if not rows:
        raise call.router.missing_item()
    return {name: text for name, text in rows[0].values.items() if not table.menu.properties[name].readonly}


def _stored(call: Call, table: Table, row: Row | None, one: Property, text: str) -> str | None:
    """The text as it is kept; None for what is absent (an empty comment)."""
    if one.name == "comment":
        return text or None
    if one.name in table.hooks.parsed:
        return table.hooks.parse(call, table, row, one, text)
    return canonical(one, text, call.router)


def _clearable(table: Table, one: Property) -> bool:
    return one.absent or one.name == "comment" or not (one.required or one.name in table.defaults)


def _write(call: Call, verb: str, arguments: dict[str, str]) -> None:
    table = call.table
    for name in arguments:
        base = name.removeprefix("!")
        known = base in table.menu.commands[verb] and (base == name or base in table.menu.properties)
        if not known and name != ".id":
            raise _unknown(name)
    rows = [table.only] if table.menu.singleton else _rows(call, table)
    wanted = {name: text for name, text in arguments.items() if name not in _ID_WORDS}
    for row in rows:
        _apply(call, table, row, wanted)


def _each(call: Call, wanted: dict[str, str]) -> None:
    if not set(wanted) <= set(call.table.menu.properties):
        wanted = {}  # /ip/ipsec/mode-config has enable and disable, but nothing that shows it
    for row in _rows(call, call.table):
        _apply(call, call.table, row, wanted)


def _apply(call: Call, table: Table, row: Row, wanted: dict[str, str]) -> None:
    """Check everything, then change one row; a refused command changes nothing of it."""
    if row.locked:
        raise Trap(row.locked, 4)
    after = dict(row.values)
    for name, text in wanted.items():
        one = table.menu.properties[name.removeprefix("!")]
        if name.startswith("!"):
            if not _clearable(table, one):
                # a property that always has a value goes back to its default
                if one.name not in table.defaults:
                    raise _unknown(name)
                after[one.name] = table.defaults[one.name]
            else:
                after.pop(one.name, None)
            continue
        stored = _stored(call, table, row, one, text)
        if stored is None:
            after.pop(name, None)
        else:
            after[name] = stored
    table.hooks.check(call, table, row, after)
    hidden = {name: after.pop(name) for name in table.write_only if name in after}
    changes: dict[str, str | None] = {name: text for name, text in after.items() if row.values.get(name) != text}
    changes.update({name: None for name in row.values if name not in after})
    table.update(row, changes, hidden=hidden, journal=True)
    call.router.row_done(call)
