# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole configuration in files: /system/backup, /export, /import and /system/reset-configuration.

A backup holds users, passwords and certificates with their keys, and loading it restarts the router; load needs the
password even when it is empty (RouterOS manual: Backup; seen through librouteros). Texts of refusals are stand-ins.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap
from .exporting import export
from .file_table import MENU as FILES
from .file_table import contents
from .overlay import POLICIES
from .script_runner import Runner, ScriptFailed
from .script_syntax import ScriptError, parse
from .state import dump, load

if TYPE_CHECKING:
    from .router import Router
    from .table import Row

_USERS = ("/user", "/user/group", "/user/ssh-keys", "/user/settings", "/user/aaa")


def fresh(router: Router) -> Router:
    """A router of the same version as it comes out of the box."""
    return type(router)(router.version, switches=router.switches, clock=type(router.clock)())


def _put(router: Router, name: str, values: dict[str, str], hidden: dict[str, str]) -> None:
    """Write a file, over one that has the name."""
    table = router.tables[FILES]
    old = table.find(name=name)
    if old is not None:
        table.delete(old)
    known = {key: text for key, text in values.items() if key in table.menu.properties}
    table.insert({"name": name, **known}, hidden=hidden)


def _file(router: Router, name: str, *endings: str) -> Row:
    for ending in ("", *endings):
        row = router.tables[FILES].find(name=name + ending)
        if row is not None:
            return row
    raise Trap("input does not match any value of file-name", 1)


def _save(call: Call) -> None:
    call.expect(("name", "password", "encryption", "dont-encrypt"))
    router = call.router
    name = call.arguments.get("name") or f"{router.tables['/system/identity'].only.get('name')}-backup"
    state = dump(router)
    state["tables"].pop(FILES, None)
    text = json.dumps({"state": state, "password": call.arguments.get("password", "")})
    packed = base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
    _put(router, name if name.endswith(".backup") else f"{name}.backup", {"type": "backup"}, {"binary": packed})
    router.log("system,info", f"backup saved to {name}")


def _load(call: Call) -> None:
    call.expect(("name", "password", "force-v6-to-v7-configuration-upgrade"))
    row = _file(call.router, call.required("name"), ".backup")
    password = call.required("password")
    try:
        saved = json.loads(contents(row).decode("utf-8", "surrogateescape"))
        state = saved["state"]
    except (ValueError, KeyError, TypeError):
        raise Trap("failure: not a backup file", 4) from None
    if saved.get("password", "") != password:
        raise Trap("failure: wrong backup password", 4)
    restart_with(call.router, state)


def restart_with(router: Router, state: object) -> None:
    """Restart into another configuration; files stay."""
    router.reboot(lambda: load(router, state))


def _reset(call: Call) -> None:
    """reset-configuration: everything as out of the box, but files, and users when they are to be kept."""
    router = call.router
    accepted = router.menus["/system"].commands["reset-configuration"]
    call.expect(tuple(accepted))
    after = call.arguments.get("run-after-reset", "")
    source = contents(_file(router, after)).decode("utf-8", "surrogateescape") if after else ""
    state, kept = dump(fresh(router)), dump(router)["tables"]
    state["tables"].pop(FILES, None)
    # the process keeps its ports: who simulates a router has to find it again
    ports = {row.get("name"): row.get("port") for row in router.tables["/ip/service"] if not row.dynamic}
    for _unused, values, _unused in state["tables"]["/ip/service"]["rows"]:
        values["port"] = ports.get(values["name"], values["port"])
    if call.arguments.get("keep-users") in ("yes", "true"):
        state["tables"].update({path: kept[path] for path in _USERS if path in kept})

    def once_it_is_up(on: bool) -> None:
        if on:
            router.power.told.remove(once_it_is_up)
            admin = router.inner_session("admin", frozenset(POLICIES), router.tables["/user"].find(name="admin"))
            router.scripts.spawn(router.scripts.unattended(source, admin))

    if source:
        router.power.told.append(once_it_is_up)
    restart_with(router, state)


def _export(call: Call) -> str | None:
    """Into a file, or as text in =ret= (the latter is a guess)."""
    menu = call.router.menus[call.path]
    call.expect(tuple(menu.commands.get(call.verb, ())))
    sensitive = call.arguments.get("show-sensitive", "no") not in ("no", "false")
    text = export(call.router, fresh(call.router), path=call.path, sensitive=sensitive)
    name = call.arguments.get("file")
    if name is None:
        return text
    _put(call.router, name if name.endswith(".rsc") else f"{name}.rsc", {"type": "script", "contents": text}, {})
    return None


async def _import(call: Call) -> None:
    """Run a file of commands; dry-run only reads it, and needs verbose."""
    call.expect(("file-name", "from-line", "verbose", "dry-run"))
    row = _file(call.router, call.required("file-name"))
    source = contents(row).decode("utf-8", "surrogateescape")
    dry = call.arguments.get("dry-run", "no") not in ("no", "false")
    if dry and call.arguments.get("verbose", "no") in ("no", "false"):
        raise Trap("failure: dry-run requires verbose", 4)
    try:
        if dry:
            _check(call, source)
        else:
            await call.router.scripts.run_source(source, call.session, lambda _unused: None)
    except (ScriptFailed, ScriptError) as error:
        raise Trap(f"failure: {error}", 3) from error


def _check(call: Call, source: str) -> None:
    """Whether every command exists."""
    runner = Runner(call.router, call.session, lambda _unused: None)
    for statement in parse(source):
        if (statement.words[0].plain or "").startswith(":"):
            continue
        path, verb, _unused = runner.locate(statement)
        if not verb:
            runner.context = path
        elif verb not in call.router.menus[path].commands:
            raise ScriptFailed(f"bad command name {verb} (line {statement.line} column {runner.column})")


def attach(router: Router) -> None:
    """Behaviour of the commands."""
    router.register("/system/backup", "save", _save)
    router.register("/system/backup", "load", _load)
    router.register("/system", "reset-configuration", _reset)
    router.register("", "import", _import)
    for path, menu in router.menus.items():
        if "export" in menu.commands:
            router.register(path, "export", _export)
