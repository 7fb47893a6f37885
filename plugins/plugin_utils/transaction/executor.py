# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries operations out: handles become ids, independent writes share a window, certificates are waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import groupby
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import export, save
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

CERTIFICATE = "/certificate"
ADDRESS_LISTS = ("/ip/firewall/address-list", "/ipv6/firewall/address-list")
# Signing 4096 bits on a small board takes tens of seconds.
SIGN_TIMEOUT = 180.0
# A certificate just signed is refused for some seconds ("input does not match any value of certificate", or "of ca");
# the RouterOS manual waits 3 s.
FRESH_CERTIFICATE = 20.0
RETRY = 0.5
# Certificates: one sentence each; everything else takes several, and is carried out by the change that planned it.
PLAIN = frozenset({"add", "set", "remove"})


class Executor:
    """Sends operations over one session, in order, and remembers the ids of the rows that they add."""

    def __init__(
        self,
        session: Session,
        window: int = 64,
        sleep: Callable[[float], None] = time.sleep,
        carry: Callable[[Operation], bool] = lambda operation: False,
    ) -> None:
        """:param carry: whoever can carry out what takes more than a sentence; it says whether it was its own."""
        self._session = session
        self._window = window
        self._sleep = sleep
        self._carry = carry
        self._ids: dict[str, str] = {}
        # A dictionary for its order.
        self._trail: dict[tuple[str, str], None] = {}
        self._unanswered: list[Operation] = []
        self._blind: list[Operation] = []
        self._gone: dict[tuple[str, str], Mapping[str, str]] = {}

    def resolve(self, name: str) -> str:
        """The ``.id`` behind a handle; anything that is no handle stands for itself."""
        return self._ids.get(name, name)

    @property
    def trail(self) -> Sequence[tuple[str, str]]:
        """Menu path and id of every row that a sentence was sent for or that was added, by the last sentence for it."""
        return tuple(self._trail)

    @property
    def touched(self) -> dict[str, Set[str]]:
        """The ids of the trail, by menu path."""
        found: dict[str, dict[str, None]] = {}
        for path, name in self._trail:
            found.setdefault(path, {})[name] = None
        return {path: names.keys() for path, names in found.items()}

    @property
    def blind(self) -> Sequence[Operation]:
        """The sets of what a router takes and does not or may not give back: passwords and other secrets."""
        return tuple(self._blind)

    @property
    def gone(self) -> Mapping[tuple[str, str], Mapping[str, str]]:
        """The rows that were removed, as the change knew them, by menu path and id."""
        return self._gone

    def let_stay(self, number: int) -> None:
        """Forget all of the trail but so many steps: whatever comes, the others are not undone."""
        for step in list(self._trail)[number:]:
            del self._trail[step]

    def _step_on(self, path: str, name: str) -> None:
        self._trail.pop((path, name), None)
        self._trail[path, name] = None

    @property
    def unanswered(self) -> Sequence[Operation]:
        """The adds that were sent and not answered: whether and as what their rows are there is not known."""
        return tuple(self._unanswered)

    def _touch(self, operation: Operation, ret: str | None) -> None:
        if operation.handle and ret:
            self._ids[operation.handle] = ret
            self._step_on(operation.path, ret)

    def run(self, operations: Sequence[Operation]) -> None:
        """Carry out the operations.

        :raises RouterError: the first one that the router refuses; those before it have happened.
        """
        for path, group in groupby(operations, key=lambda operation: operation.path):
            if path in ADDRESS_LISTS:
                self._bulk(list(group))
            elif path == CERTIFICATE:
                for operation in group:
                    self._certificate(operation)
            else:
                for operation in group:
                    self._one(operation)

    def _sentence(self, operation: Operation) -> tuple[str, ...]:
        if operation.id or operation.verb != "add":
            self._step_on(operation.path, self.resolve(operation.id))
        if operation.verb == "set" and menu(operation.path).withheld(operation.properties):
            self._blind.append(operation)
        if operation.verb == "remove":
            self._gone[operation.path, self.resolve(operation.id)] = operation.was
        return operation.sentence(self.resolve)

    def _one(self, operation: Operation, timeout: float | None = None) -> None:
        sentence = self._sentence(operation)
        deadline = time.monotonic() + FRESH_CERTIFICATE
        self._unanswered = [operation] if operation.verb == "add" else []
        while True:
            try:
                reply = self._session.call(*sentence, timeout=timeout)
                break
            except Trap as trap:
                if not _names_certificate(operation, trap) or time.monotonic() > deadline:
                    self._unanswered = []
                    raise
                self._sleep(RETRY)
        self._unanswered = []
        self._touch(operation, reply.ret)

    def _bulk(self, operations: Sequence[Operation]) -> None:
        """Rows of an address list do not depend on one another: one window for all; order is kept between verbs."""
        for _verb, group in groupby(operations, key=lambda operation: operation.verb):
            batch = list(group)
            self._unanswered = [operation for operation in batch if operation.verb == "add"]
            answers = self._session.send_many([self._sentence(operation) for operation in batch], self._window)
            self._unanswered = []
            for operation, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Trap):
                    if not _happened_already(operation, answer):
                        raise answer
                else:
                    self._touch(operation, answer.ret)

    def _certificate(self, operation: Operation) -> None:
        if operation.verb == "sign":
            self._one(operation, SIGN_TIMEOUT)
            self._wait_for_fingerprint(operation.properties["name"])
        elif operation.verb == "export-certificate":
            save(export(self._session, operation.properties["name"], self._sleep), operation.properties["save-to"])
        elif operation.verb not in PLAIN:
            if not self._carry(operation):
                raise RouterError(f"nobody knows how to do {operation.verb} on {operation.path}", kind="unknown_verb")
        else:
            self._one(operation)

    def _wait_for_fingerprint(self, name: str) -> None:
        """Signing goes on in the background on slow boards, and the row gets a new ``.id``: look it up by name."""
        deadline = time.monotonic() + SIGN_TIMEOUT
        while time.monotonic() < deadline:
            rows = self._session.read(CERTIFICATE, ("name", "fingerprint"), (f"?name={name}",))
            if any(row.get("fingerprint") for row in rows):
                return
            self._sleep(RETRY)
        raise RouterError(f"certificate '{name}' was not signed within {SIGN_TIMEOUT:g} seconds", kind="sign_timeout")


def _names_certificate(operation: Operation, trap: Trap) -> bool:
    """Whether the router refuses a certificate that it may accept in a moment."""
    known = menu(operation.path).properties
    names = {name for name in operation.properties if name in known and known[name].ref == CERTIFICATE} | {"ca"}
    text = trap.message.lower()
    return any(f"does not match any value of {name}" in text for name in names & set(operation.properties))


def _happened_already(operation: Operation, trap: Trap) -> bool:
    """Somebody else added or removed the same row between our look and our write: the end is what we wanted."""
    return (operation.verb == "add" and trap.is_duplicate) or (operation.verb == "remove" and trap.is_missing_item)
