# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router as a whole: tables, sessions, commands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from . import (
    config_files,
    file_table,
    firewall_tables,
    ipsec,
    ipsec_keys,
    jobs,
    monitors,
    names,
    packages,
    ping,
    printing,
    ssh_keys,
    system,
    writing,
)
from .address_lists import AddressLists
from .call import Call, Handler, Send
from .clock import Clock
from .daemons import Daemons
from .dates import show_moment
from .device_mode import DeviceMode
from .errors import Fatal, Refused, Trap
from .facts import Property, menus_of
from .history import History
from .logs import Logs
from .overlay import POLICIES
from .policies import history_policy, needed
from .power import Power
from .presence import Presence
from .references import References
from .safe_mode import SafeMode
from .scripting import Scripts
from .service_table import ServiceTable
from .switches import Switches
from .table import Hooks, Row, Table
from .users import Users
from .version import parse_version
from .vrrp import Vrrp

__all__ = ["Call", "Fatal", "Handler", "Hooks", "Refused", "Router", "Row", "Session", "Table", "Trap"]

_GENERIC: dict[str, Handler] = {
    "print": printing.print_rows,
    "getall": printing.print_rows,
    "get": printing.get,
    "find": printing.find,
    "listen": printing.follow,
    "add": writing.add,
    "set": writing.set_,
    "unset": writing.unset,
    "reset": writing.reset,
    "enable": writing.enable,
    "disable": writing.disable,
    "comment": writing.comment,
    "remove": writing.remove,
    "move": writing.move,
}
# verbs that every menu with print answers, though trees do not list them
_WITH_PRINT = ("getall", "listen")


@dataclass(eq=False)
class Session:
    """One login. `via` is what /user/active shows (api, ssh); `address` the client's IP address as text."""

    number: int
    user: str
    address: str
    via: str
    active_id: str = ""
    closed: bool = False
    row: Row | None = None
    # a script's rights, instead of those of the user's group
    rights: frozenset[str] | None = None
    # ids in the order of the last print of a menu: what console numbers mean
    printed: dict[str, list[str]] = field(default_factory=dict)
    # the server may hang anything here that is its own (transport, service name, ...)
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Command:
    path: str
    verb: str
    handler: Handler
    policies: frozenset[str]


class Router:
    """A router of one version.

    tables: path ("/ip/service") -> Table, in every menu of the version.
    changed: callbacks(path), called after each write by a command, a rollback or a timer.
    closing: callbacks(session) that are asked to cut a session (/user/active/remove, reboot).
    resolver: name, 4 or 6 -> addresses, for DNS names in address lists. answers_ping: who does, beside this machine.
    """

    def __init__(
        self, version: str, *, time_scale: float = 1.0, switches: Switches | None = None, clock: Clock | None = None
    ) -> None:
        self.version = version
        self.number = parse_version(version)
        self.switches = switches or Switches()
        self.clock = clock or Clock(time_scale)
        self.history = History(self.clock.now)
        self.changed: list[Callable[[str], None]] = []
        self.closing: list[Callable[[Session], None]] = []
        self.power = Power(self)
        self.sessions: list[Session] = []
        self.asking: Session | None = None
        # what /system/package/update finds
        self.newest_version = version
        # called with the row of a scheduler job that is due
        self.start_job: Callable[[Row], None] = lambda row: None
        self.resolver: Callable[[str, int], Sequence[str]] = lambda name, version: ()
        self.answers_ping: Callable[[str], bool] = lambda address: False
        # lists of revoked certificates that the world offers: address -> bytes
        self.published: dict[str, bytes] = {}
        # what /tool/e-mail/send has sent
        self.mails: list[dict[str, str]] = []
        self._session_number = 0
        self._batches = 0
        self._dirty: dict[str, None] = {}
        self._commands: dict[str, _Command] = {}
        self._handlers: dict[tuple[str, str], Handler] = {}
        self.menus = menus_of(version)
        self.tables: dict[str, Table] = {
            path: Table(menu, self) for path, menu in self.menus.items() if menu.kind != "directory"
        }
        self.references = References(self.tables)
        # certificates are no part of history and safe mode (seen on 7.21)
        self.tables["/certificate"].journaled = False
        names.attach(self)
        self.presence = Presence(self)
        self.vrrp = Vrrp(self)
        self.services = ServiceTable(self)
        self.users = Users(self)
        self.address_lists = AddressLists(self)
        firewall_tables.attach(self)
        self.logs = Logs(self)
        ipsec.attach(self)
        ipsec_keys.attach(self)
        ping.attach(self)
        jobs.attach(self)
        self.scripts = Scripts(self)
        config_files.attach(self)
        file_table.attach(self)
        packages.attach(self)
        ssh_keys.attach(self)
        monitors.attach(self)
        system.attach(self)
        self.device_mode = DeviceMode(self)
        self.safe_mode = SafeMode(self)
        if "/safe-mode" in self.tables:
            self.safe_mode.register()
        self._fill()

    def _fill(self) -> None:
        """A router as it comes out of the box."""
        with self.batch():
            for table in self.tables.values():
                if table.menu.singleton:
                    table.insert({})
            names.fill(self)
            self.services.fill()
            groups = self.tables["/user/group"]
            common = "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon,rest-api"
            groups.insert({"name": "read", "policy": f"{common},!ftp,!write,!policy"})
            write = common.replace("read,", "read,write,", 1)
            groups.insert({"name": "write", "policy": f"{write},!ftp,!policy"})
            groups.insert({"name": "full", "policy": ",".join(POLICIES)})
            self.tables["/user"].insert(
                {"name": "admin", "group": "full", "comment": "system default user", "expired": "true"},
                hidden={"password": ""},
            )
            self.logs.fill()
            ipsec.fill(self)
            system.fill(self)
            Daemons(self)

    # --- facts about the router

    def at_least(self, version: str) -> bool:
        """Whether the router runs this version or a later one."""
        return self.number >= parse_version(version)

    def missing_item(self) -> Trap:
        """The error for an id that does not exist; both forms were seen over the API."""
        return Trap("no such item (4)" if self.switches.missing_item_number else "no such item", 0)

    @property
    def bare_host_mask(self) -> bool:
        """See types.World."""
        return self.switches.bare_host_mask

    def referable(self, path: str, name: str, property: Property) -> bool | None:
        """See types.World."""
        table = self.tables.get(path)
        if table is None:
            return None
        row = table.find(name=name)
        return row is not None and table.hooks.referable(table, row, property)

    def names(self, path: str) -> Iterable[str]:
        """See types.World."""
        return [row.get("name") for row in self.tables.get(path, ())]

    # --- behaviour

    def register(self, path: str, verb: str, handler: Handler) -> None:
        """Give a command of a menu its own behaviour (replaces the table-driven one)."""
        self._handlers[path, verb] = handler
        self._commands.clear()

    def handler(self, path: str, verb: str) -> Handler:
        """The present handler of a command, so that a new one can wrap it; raises Trap for unknown ones."""
        return self._command(f"{path}/{verb}").handler

    def hook(self, path: str, hooks: Hooks) -> None:
        """Behaviour around the table-driven commands of a menu (checks, side effects, rendering)."""
        self.tables[path].hooks = hooks

    def _command(self, word: str) -> _Command:
        known = self._commands.get(word)
        if known is not None:
            return known
        path, _unused, verb = word.rpartition("/")
        if not word.startswith("/"):
            raise Trap("no such command", 0)
        menu = self.menus.get(path)
        if menu is None:
            raise Trap("no such command prefix", 0)
        listed = verb in menu.commands or (verb in _WITH_PRINT and "print" in menu.commands)
        if not listed or (verb == "listen" and menu.singleton):
            raise Trap("no such command", 0)
        handler = self._handlers.get((path, verb)) or (_GENERIC.get(verb) if path in self.tables else None)
        command = _Command(path, verb, handler or _not_simulated, needed(path, verb))
        self._commands[word] = command
        return command

    # --- sessions

    def login(self, name: str, password: str | None, address: str, via: str = "api") -> Session | Refused:
        """Judge a login (password: see Users.judge); a success makes a /user/active row and log lines.

        Raises ConnectionError while the router is off.
        """
        self.clock.run_due()
        if not self.power.on:
            raise ConnectionError("the router is off")
        row = self.users.judge(name, password, address, via)
        if isinstance(row, Refused):
            self.log("system,error,critical", f"login failure for user {name} from {address} via {via}")
            return row
        self._session_number += 1
        session = Session(self._session_number, name, address, via, row=row)
        moment = show_moment(self, self.clock.now())
        row.values["last-logged-in"] = moment
        values = {"when": moment, "name": name, "address": address, "via": via, "group": row.get("group")}
        session.active_id = self.tables["/user/active"].insert({**values, "radius": "false"}, dynamic=True).id
        self.sessions.append(session)
        self.log("system,info,account", f"user {name} logged in from {address} via {via}")
        return session

    def policies(self, session: Session) -> frozenset[str]:
        """What the session's user may do now; nothing once the user is gone."""
        if session.rights is not None:
            return session.rights
        row = session.row
        return self.users.policies_of(row) if row is not None and row.linked else frozenset()

    def inner_session(self, user: str, rights: frozenset[str], row: Row | None) -> Session:
        """What a script runs in: no login, no /user/active row."""
        return Session(0, user, "", "script", row=row, rights=rights)

    def close(self, session: Session, *, quit: bool = False) -> None:
        """The session's socket is gone: /user/active row, safe mode, log."""
        if session.closed:
            return
        session.closed = True
        self.sessions.remove(session)
        active = self.tables["/user/active"].get(session.active_id)
        if active is not None:
            self.tables["/user/active"].delete(active)
        self.log("system,info,account", f"user {session.user} logged out from {session.address} via {session.via}")
        self.safe_mode.closed(session, quit=quit)

    def reboot(self, load: Callable[[], None] | None = None) -> None:
        """Restart, with another configuration that load puts in place."""
        self.power.restart(load)

    # --- commands

    async def execute(self, session: Session, words: list[str], send: Send) -> None:
        """Run one sentence (command word first, without .tag) and send its answer, !done last.

        Router-level errors are sent as !trap; raises Fatal only for what closes the connection (/quit).
        """
        self.clock.run_due()
        await self.scripts.settle()
        done = ["!done"]
        try:
            if words[0] == "/quit":
                raise Fatal("session terminated on request")
            answer = await self.perform(session, words, send)
            if answer is not None:
                done.append(f"=ret={answer}")
        except Trap as trap:
            category = [] if trap.category is None or not self.switches.categories else [f"=category={trap.category}"]
            send(["!trap", *category, f"=message={trap.message}"])
        send(done)

    async def perform(self, session: Session, words: list[str], send: Send) -> str | None:
        """Run one command for a session or a script: rows go to send, the value of =ret= comes back; raises Trap."""
        command = self._command(words[0])
        if not command.policies <= self.policies(session):
            raise Trap("not enough permissions (9)", 4)
        call = _call(self, session, command, words, send)
        self.asking = session
        try:
            answer = command.handler(call)
            if inspect.isawaitable(answer):
                answer = await answer
        finally:
            self.commit(call)
        if answer is None and not call.rows_sent and command.verb in ("print", "getall") and self.at_least("7.18"):
            send(["!empty"])
        return answer

    def row_done(self, call: Call) -> None:
        """One of several rows of a command is written."""
        if self.switches.row_is_action:
            self.commit(call)

    def commit(self, call: Call) -> None:
        """End an entry of the history: what was changed since the last commit is one action."""
        self.history.commit(call.session.user, history_policy(call.path))

    # --- changes

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Tell the observers once per path at the end of many changes."""
        self._batches += 1
        try:
            yield
        finally:
            self._batches -= 1
            if not self._batches:
                paths, self._dirty = list(self._dirty), {}
                for path in paths:
                    self.notify(path)

    def touched(self, path: str) -> None:
        """A table has changed."""
        if self._batches:
            self._dirty[path] = None
        else:
            self.notify(path)

    def notify(self, path: str) -> None:
        """Tell the observers that a table changed."""
        for callback in self.changed:
            callback(path)

    def log(self, topics: str, message: str) -> None:
        """Append to /log when a /system/logging rule of memory kind wants the topics (comma separated)."""
        self.logs.log(topics, message)


def _call(router: Router, session: Session, command: _Command, words: list[str], send: Send) -> Call:
    arguments: dict[str, str] = {}
    queries: list[str] = []
    for word in words[1:]:
        if word.startswith("="):
            name, _unused, text = word[1:].partition("=")
            arguments[name] = text
        elif word.startswith("?"):
            queries.append(word)
    return Call(router, session, command.path, command.verb, arguments, queries, send)


def _not_simulated(call: Call) -> None:
    raise Trap(f"failure: {call.path}/{call.verb} is not simulated", 4)
