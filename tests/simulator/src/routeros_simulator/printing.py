# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""print, getall, get, find and listen, for every menu."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from .call import Call
from .errors import Trap
from .query import compile_query
from .table import Row, Table

# properties that may still be asked for by their old name (7.24)
RENAMED = {"/ip/service": {"address": "available-from"}}
_CHUNK = 500  # rows between two chances for other sessions


def view(table: Table, row: Row, *, sensitive: bool = True) -> dict[str, str]:
    """A row as it is sent, all properties."""
    reply = {".id": row.id, **table.flags, **row.values} if row.id else {**table.flags, **row.values}
    if row.dynamic and "dynamic" in table.menu.properties:
        reply["dynamic"] = "true"
    table.hooks.render(table, row, reply)
    if not sensitive:
        for name in table.secrets:
            reply.pop(name, None)
    return reply


def _selection(call: Call, table: Table) -> Iterable[Row]:
    """The rows that the attributes of a print choose; queries come later."""
    arguments = call.arguments
    rows: Iterable[Row] = table.hooks.rows(table)
    ids = arguments.get(".id", arguments.get("from"))
    if ids is not None:
        rows = [row for word in ids.split(",") for row in table.resolve(word, call.session.printed.get(table.path))]
    if "chain" in arguments:
        rows = [row for row in rows if row.get("chain") == arguments["chain"]]
    if "dynamic" in arguments and "static" not in arguments:
        rows = [row for row in rows if row.dynamic]
    if "static" in arguments and "dynamic" not in arguments:
        rows = [row for row in rows if not row.dynamic]
    return rows


def _wanted(call: Call) -> list[str] | None:
    words = call.arguments.get(".proplist", call.arguments.get("proplist"))
    return None if not words else words.split(",")


def _check(call: Call, table: Table) -> None:
    accepted = table.menu.commands.get("print", frozenset())
    for name in call.arguments:
        if not name.startswith(".") and name not in accepted and name != "stats":
            raise Trap(f"unknown parameter {name}", 0)


def _check_names(call: Call, verb: str) -> None:
    accepted = call.table.menu.commands[verb]
    for name in call.arguments:
        if not name.startswith(".") and name not in accepted:
            raise Trap(f"unknown parameter {name}", 0)


def _view_of(call: Call, table: Table) -> Callable[[Row], dict[str, str]]:
    sensitive = "sensitive" in call.router.policies(call.session)
    # show-sensitive=no hides; whether its absence hides, too, from 7.21 on is a switch
    hiding = "no" if call.router.switches.hide_secrets and call.router.at_least("7.21") else "yes"
    if call.arguments.get("show-sensitive", hiding) in ("no", "false"):
        sensitive = False
    return lambda row: view(table, row, sensitive=sensitive)


async def print_rows(call: Call) -> str | None:
    """print and getall: queries, proplist, count-only, follow."""
    table = call.table
    _check(call, table)
    if "follow" in call.arguments or "follow-only" in call.arguments:
        return await follow(call, only_new="follow" not in call.arguments)
    show = _view_of(call, table)
    matches = compile_query(call.queries, _renamed(call)) if call.queries else None
    wanted = _wanted(call)
    counting = "count-only" in call.arguments
    count = 0
    printed = []
    for number, row in enumerate(list(_selection(call, table))):
        if number % _CHUNK == _CHUNK - 1:
            await asyncio.sleep(0)
        if not row.linked:
            continue
        reply = show(row)
        if matches is not None and not matches(reply):
            continue
        count += 1
        printed.append(row.id)
        if counting:
            continue
        if wanted is not None:
            reply = {name: reply[name] for name in wanted if name in reply}
        call.reply(reply)
    call.session.printed[table.path] = printed
    return str(count) if counting else None


def _renamed(call: Call) -> dict[str, str]:
    renamed = RENAMED.get(call.path, {})
    return renamed if all(new in call.table.menu.properties for new in renamed.values()) else {}


async def follow(call: Call, *, only_new: bool = True) -> str | None:
    """listen: a row for every change, =.dead=true for removed ones; goes on until it is cancelled."""
    table = call.table
    if table.menu.singleton:
        raise Trap("no such command", 0)
    _check(call, table)
    show = _view_of(call, table)
    matches = compile_query(call.queries, _renamed(call)) if call.queries else None
    wanted = _wanted(call)
    news: asyncio.Queue[tuple[Row, bool]] = asyncio.Queue()

    def watch(row: Row, gone: bool) -> None:
        news.put_nowait((row, gone))

    table.watchers.append(watch)
    try:
        if not only_new:
            for row in list(table.hooks.rows(table)):
                watch(row, False)
        while True:
            row, gone = await news.get()
            if gone:
                call.reply({".id": row.id, ".dead": call.router.switches.dead_word})
                continue
            reply = show(row)
            if matches is None or matches(reply):
                call.reply(reply if wanted is None else {name: reply[name] for name in wanted if name in reply})
    finally:
        table.watchers.remove(watch)


def get(call: Call) -> str | None:
    """One property of one row in =ret=; an absent row gives an empty answer (seen on 7.24)."""
    table = call.table
    _check_names(call, "get")
    if table.menu.singleton:
        row: Row | None = table.only
    else:
        word = call.arguments.get(".id", call.arguments.get("number"))
        if word is None:
            raise Trap("missing =number=", 0)
        rows = table.resolve(word, call.session.printed.get(table.path))
        row = rows[0] if rows else None
    if row is None:
        return ""
    reply = _view_of(call, table)(row)
    name = call.arguments.get("value-name")
    if name is None:
        return ";".join(f"{key}={text}" for key, text in reply.items())
    if name not in table.menu.properties and name != ".id":
        raise Trap("input does not match any value of value-name", 1)
    return reply.get(name, "")


def find(call: Call) -> str | None:
    """The ids of all rows (or of those that the queries choose), joined by semicolons."""
    table = call.table
    _check_names(call, "find")
    show = _view_of(call, table)
    matches = compile_query(call.queries, _renamed(call)) if call.queries else None
    return ";".join(row.id for row in table.hooks.rows(table) if matches is None or matches(show(row)))
