# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of bootstrap: look, open verified TLS, give the automation its user, close what is not needed any more.

Every step leaves a way in: the first channel stays open until a login of the automation's user over verified TLS has
succeeded. Every step can be the last one of a run that is cut, and the next run goes on from there. Passwords that did
not come with the router go over verified TLS only, or over SSH.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.conditions import NothingLess
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.kept import Kept
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.over_ssh import Steps
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.wanted import Wanted
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.ways import (
    FIRST_CONTACT,
    LESS,
    SSH,
    VERIFIED,
    Found,
    Ways,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import saved_fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.report import merged
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import (
    Outcome,
    RolledBack,
    Transaction,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import ssh
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import FirstContact
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.console import ConsoleSession
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, SetupFailed

Rows = dict[str, list[dict[str, str]]]


@dataclass
class Told:
    """What was found and done; secrets of the menus are masked by whoever shows it.

    :ivar way: how the router was reached when the run began: verified, first user, first contact or ssh
    """

    changed: bool = False
    way: str = ""
    operations: list[Operation] = field(default_factory=list)
    before: Rows = field(default_factory=dict)
    after: Rows = field(default_factory=dict)
    proved: str = ""
    protected: list[str] = field(default_factory=list)
    host_key: str = ""
    ca_fingerprint: str = ""
    warnings: list[str] = field(default_factory=list)
    statistics: dict[str, float] = field(default_factory=dict)


class Bootstrap:
    """One router's way from out of the box to the inventory's path.

    :param password: of the automation's user
    :param admin_password: the new one of the user that came with the router, or of who replaces it
    """

    def __init__(
        self,
        wanted: Wanted,
        password: Kept,
        admin_password: Kept,
        *,
        check_mode: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wanted = wanted
        self._password = password
        self._admin_password = admin_password
        self._check_mode = check_mode
        self._sleep = sleep
        self.told = Told()

    def run(self) -> Told:
        """Bring the router there, or as far as it goes; run it again after whatever stopped it.

        :raises BadOption: nothing was written.
        :raises RouterError: the way that was open is still open; the message says what happened.
        """
        self._wanted.check()
        secret = self._password.value()
        if not secret:
            raise BadOption(
                f"bootstrap: password_file: neither ansible_password of '{self._wanted.way.user}' is set, nor is there "
                "a file to keep a generated one in. Nothing was written"
            )
        self._wanted.check_password(secret, f"the password of '{self._wanted.way.user}'")
        if self._admin_password.value():
            self._wanted.check_password(self._admin_password.value(), "admin.password")
        self._ways = self._ways_with(secret)
        found = self._ways.find()
        self.told.way = found.kind
        if found.kind == SSH:
            self._from_ssh(found)
        else:
            self._from_api(found)
        self.told.ca_fingerprint = saved_fingerprint(str(self._ways.final)) or ""
        return self.told

    def _ways_with(self, secret: str) -> Ways:
        way, wanted = replace(self._wanted.way, password=secret), self._wanted
        if not wanted.signed_elsewhere:
            return Ways(way)
        if not Path(way.ca_path).exists() and not wanted.options["certificate"].get("ownca_create"):
            raise BadOption(
                f"bootstrap: certificate: {way.ca_path} (ansible_routeros_ca_path) is not there. It has to hold the CA "
                "of the certificate that comes from elsewhere, so that the router can be verified by it. Nothing was "
                "written"
            )
        return Ways(way, Path(way.ca_path).with_name(f"{wanted.name}.verified"))

    # -- from a session of the API ---------------------------------------------------------------------------------

    def _from_api(self, found: Found) -> None:
        proved = found.kind != FIRST_CONTACT
        if self._wanted.brings_key and not proved and not self._check_mode:
            raise BadOption(
                "bootstrap: certificate: its private key would go over a channel that nobody has verified. Use first "
                "contact by ssh with a host key that you know, or have the router make its key (ownca_path, or neither)"
                ". Nothing was written"
            )
        if proved and not self._check_mode:
            self._ways.promote()
            found = Found(found.kind, self._ways.verified() if found.kind == VERIFIED else self._ways.first_user())
        ca = Path(found.door.options.ca_path)
        look = self._transact(found.door, [*self._nothing_less(found), *self._everything(ca)], check_mode=True)
        self._remember_look(look, self._everything(ca))
        if found.kind == FIRST_CONTACT:
            self.told.warnings.append(self._unverified())
        if self._check_mode or not look.changed:
            return
        self._keep_passwords()
        if found.kind == FIRST_CONTACT:
            self._open(found.door)
        if found.kind != VERIFIED:
            self._give_account()
        self._finish()

    def _nothing_less(self, found: Found) -> list[Change]:
        return [NothingLess({"where": self._wanted.way.where, "offered": found.less})] if found.less else []

    def _unverified(self) -> str:
        first = self._first_contact()
        text = (
            f"Nobody has verified who answered the first contact by {first.method}. Where others are on that network, "
            "compare ca_fingerprint with what the router itself shows (/certificate print detail)."
        )
        if self._wanted.signed_elsewhere:
            text += (
                f" And take ansible_routeros_first_contact away from {self._wanted.name} now: beside that, only the "
                f"file {self._ways.remembered} tells that nothing less than verified TLS will do from here on."
            )
        return text

    def _open(self, door: Door) -> None:
        """Over the first channel: verified TLS, proved by a login of the same user over it."""
        first = self._first_contact()
        as_first = {"user": first.user, "password": first.password, "ca_path": str(self._ways.pending)}
        self._transact(door, self._wanted.opening(str(self._ways.pending)), prove_as=as_first)
        self._ways.promote()

    def _give_account(self) -> None:
        """Over verified TLS, as the user of the first contact: the automation's own user, proved by its login."""
        changes = [
            *self._wanted.opening(str(self._ways.final)),
            *self._wanted.account(self._password.value()),
            *self._wanted.replacement(self._admin_password.value()),
        ]
        # Said in so many words: without that login nothing of this is kept.
        self._transact(self._ways.first_user(), changes, prove_as={"user": self._wanted.way.user})

    def _finish(self) -> None:
        """As the automation: whatever is left, and what closes."""
        changes = self._everything(self._ways.final)
        outcome = self._transact(self._ways.verified(), changes)
        self.told.after = _views(changes, outcome.states()[1])

    def _everything(self, ca: Path) -> list[Change]:
        return self._wanted.everything(str(ca), self._password.value(), self._admin_password.value())

    def _transact(self, door: Door, changes: Sequence[Change], *, check_mode: bool = False, **more: Any) -> Outcome:
        options = self._wanted.options
        settings = Settings(safe_mode_wait=options["safe_mode_wait"], settle=options["settle"], **more)
        transaction = Transaction(door, changes, settings, check_mode=check_mode, sleep=self._sleep)
        try:
            transaction.run()
        finally:
            outcome = transaction.outcome
            told = self.told
            told.warnings += [text for text in outcome.warnings if text not in told.warnings]
            for name, value in outcome.statistics.items():
                told.statistics[name] = round(told.statistics.get(name, 0) + value, 3)
        if not check_mode and outcome.changed:
            told.proved = outcome.proved or told.proved
            if outcome.protected and outcome.protected not in told.protected:
                told.protected.append(outcome.protected)
        return outcome

    def _remember_look(self, look: Outcome, changes: Sequence[Change]) -> None:
        before, after = look.states()
        self._remember(look.changed, look.plans, before, after, changes)

    def _remember(
        self,
        changed: bool,
        plans: Sequence[Sequence[Operation]],
        before: State,
        after: State,
        changes: Sequence[Change],
    ) -> None:
        told = self.told
        told.changed = changed
        told.operations = [step for plan in plans for step in plan]
        told.before, told.after = _views(changes, before), _views(changes, after)

    def _keep_passwords(self) -> None:
        """Written down before any router has them."""
        self._password.keep()
        self._admin_password.keep()

    def _first_contact(self) -> FirstContact:
        first = self._wanted.way.first_contact
        if first is None:
            raise SetupFailed("ansible_routeros_first_contact is not set.", kind="no_first_contact")
        return first

    # -- from SSH --------------------------------------------------------------------------------------------------

    def _from_ssh(self, found: Found) -> None:
        first, door = self._first_contact(), found.door
        lines = ssh.connect(door, first)
        session = ConsoleSession(lines, user=first.user, host=door.options.host, port=first.port)
        try:
            self.told.host_key = lines.host_key
            if lines.accepted:
                self.told.warnings.append(
                    f"the host key {lines.host_key} of {door.options.host} was not known, and is from now on"
                )
            steps = Steps(session, self._sleep)
            changes = self._everything(self._ways.pending)
            before, plans, after = steps.look([*self._nothing_less(found), *changes])
            self._remember(any(plans), plans, before, after, changes)
            if self._check_mode:
                return
            self._keep_passwords()
            self._open_over_ssh(door, steps, by_key=bool(first.private_key and not first.password))
        finally:
            self.told.statistics = {name: float(value) for name, value in session.statistics().items()}
            session.close()
        self._ways.promote()
        if not (first.private_key and not first.password):
            self._give_account()
        self._finish()

    def _open_over_ssh(self, door: Door, steps: Steps, *, by_key: bool) -> None:
        """Verified TLS; with a key alone nobody can log in over that yet, so the automation's user is made as well."""
        first = self._first_contact()
        changes = self._wanted.opening(str(self._ways.pending))
        login: dict[str, Any] = {"user": first.user, "password": first.password}
        if by_key:
            changes += [
                *self._wanted.account(self._password.value(), "always"),
                *self._wanted.replacement(self._admin_password.value()),
            ]
            login = {}
        try:
            steps.carry_out(changes)
            self._sleep(self._wanted.options["settle"])
            future = Door(self._ways.future(self._ways.pending))
            session = future.open_future(**login)
            try:
                session.read("/system/identity")
            finally:
                session.close()
        except RouterError as error:
            between = (
                " Over SSH the router tells that its api-ssl has a certificate now, so somebody may be between this "
                "controller and the router."
                if error.kind in LESS
                else ""
            )
            raise RolledBack(
                f"Verified TLS does not stand after the steps over SSH: {error.message}{between} "
                f"{steps.put_back(changes)}"
            ) from error


def _views(changes: Sequence[Change], state: State) -> Rows:
    return merged(change.view(state) for change in changes)
