# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that watch (monitor), and small ones that do something once: counters, caches, mail.

`once=` or `once=true` gives one row without `.section`, `once=false` does nothing, `duration=` numbers the rows from 0
and ends (seen on routers); without either a command goes on until it is cancelled. Traffic is none: the numbers of
interfaces are 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .call import Call
from .durations import parse_duration
from .errors import Trap
from .table import Table

if TYPE_CHECKING:
    from .router import Router

_RATES = ("packets-per-second", "bits-per-second", "drops-per-second", "errors-per-second")


async def watch(call: Call, row: Callable[[], Mapping[str, str]]) -> None:
    """Show a row every second, as the arguments once, duration and interval say."""
    wanted = call.arguments.get(".proplist", call.arguments.get("proplist", ""))
    names = [name for name in wanted.split(",") if name]

    def shown() -> dict[str, str]:
        return {name: text for name, text in row().items() if not names or name in names}

    if call.arguments.get("once", "no") in ("", "yes", "true"):
        call.reply(shown())
        return
    step = parse_duration(call.arguments.get("interval", "1s")) or 1000
    duration = parse_duration(call.arguments["duration"]) if "duration" in call.arguments else None
    if "duration" in call.arguments and duration is None:
        raise Trap("invalid value for argument duration", 1)
    last = None if duration is None else max(1, -(-duration // step))
    for section in itertools.count() if last is None else range(last):
        call.reply({".section": str(section), **shown()})
        await call.router.clock.sleep(step / 1000)


async def _resource(call: Call) -> None:
    call.expect(tuple(call.table.menu.commands[call.verb]))
    row = call.table.only
    load, cpus = row.get("cpu-load", "0"), int(row.get("cpu-count", "1"))
    memory = int(row.get("free-memory", "0")) // 1024
    values = {"cpu-used": load, "cpu-used-per-cpu": ",".join([load] * cpus), "free-memory": str(memory)}
    await watch(call, lambda: values)


async def _traffic(call: Call) -> None:
    call.expect(tuple(call.table.menu.commands[call.verb]))
    name = call.required("interface")
    if name != "aggregate" and call.table.find(name=name) is None:
        raise Trap("input does not match any value of interface", 1)
    values = {"name": name, **{f"{way}-{rate}": "0" for way in ("rx", "tx") for rate in _RATES}}
    await watch(call, lambda: values)


def _nothing_to_see(call: Call) -> None:
    """What is reset, blinked or fetched anew has no trace in a simulation; rows that it names have to exist."""
    call.expect((*call.table.menu.commands[call.verb], ".id"))
    for one in filter(None, (call.arguments.get("numbers") or call.arguments.get(".id", "")).split(",")):
        if not call.table.resolve(one):
            raise call.router.missing_item()


def _clear(table: Table) -> None:
    for row in list(table):
        table.delete(row)


def _emptied(call: Call) -> None:
    call.expect(())
    _clear(call.table)


def _log_cleared(call: Call) -> None:
    """/system/logging/action/clear: the lines that a buffer in memory keeps."""
    call.expect(("action",))
    name = call.required("action")
    if call.table.find(name=name) is None:
        raise Trap("input does not match any value of action", 1)
    log = call.router.tables["/log"]
    for row in [row for row in log if row.get("buffer", "memory") == name]:
        log.delete(row)


def _send(call: Call) -> None:
    """A mail goes nowhere: it is kept in Router.mails, unless no server is set (last-status then says so)."""
    call.expect(tuple(call.table.menu.commands[call.verb]))
    router = call.router
    if router.tables["/system/device-mode"].only.get("email") == "false":
        raise Trap("failure: not allowed by device-mode", 4)
    settings = call.table.only
    mail = {"to": call.required("to")}
    for name in ("from", "server", "subject", "body", "cc", "file", "port", "tls", "user"):
        text = call.arguments.get(name, settings.get(name))
        if text:
            mail[name] = text
    server = mail.get("server", settings.get("address"))
    sent = server not in ("", "0.0.0.0", "::")
    if sent:
        router.mails.append(mail)
    else:
        router.log("e-mail,error", f"Error sending e-mail <{mail.get('subject', '')}>: no server")  # stand-in text
    known = call.table.menu.properties
    status = {"last-status": "succeeded" if sent else "failed", "last-address": server}
    call.table.update(settings, {name: text for name, text in status.items() if name in known})


def attach(router: Router) -> None:
    """Behaviour of the commands that this version has."""
    commands = {
        ("/system/resource", "monitor"): _resource,
        ("/interface", "monitor-traffic"): _traffic,
        ("/tool/e-mail", "send"): _send,
        ("/system/logging/action", "clear"): _log_cleared,
        ("/ip/ipsec/active-peers", "kill-connections"): _emptied,
        ("/ip/ipsec/installed-sa", "flush"): _emptied,
        **dict.fromkeys(
            (
                ("/interface", "reset-counters"),
                ("/interface", "blink"),
                ("/ip/cloud", "force-update"),
                ("/ip/proxy", "clear-cache"),
                ("/ip/proxy", "reset-html"),
                ("/snmp", "send-trap"),
                ("/system/ntp/client", "reset-freq-drift"),
            ),
            _nothing_to_see,
        ),
    }
    for (path, verb), handler in commands.items():
        if path in router.menus and verb in router.menus[path].commands:
            router.register(path, verb, handler)
