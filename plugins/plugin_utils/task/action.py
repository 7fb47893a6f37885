# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action behind every module: options in, result out, everything masked."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, argument_spec, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.bootstrap_work import BootstrapWork
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.connection_info import ConnectionInfoWork
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.controller_certificate import (
    ControllerCertificateWork,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.entries import calls_in, changes_in
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.facts import gather
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.knock_info_work import KnockInfoWork
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.knock_work import KnockWork
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.rotation_work import RotationWork
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.verdict_action import VerdictWork
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Outcome, Transaction
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import (
    Door,
    refuse_async,
    require_routeros_connection,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    LoginFailed,
    RouterError,
)

Result = dict[str, Any]


class RouterAction(ActionBase):  # type: ignore[misc]
    """Common to all: check the connection, check the options, run, mask the result and every error."""

    module: str
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False
    reveals_knock = False
    """Whether the result is meant to show the sequence; everything else masks it."""

    def run(self, tmp: str | None = None, task_vars: Mapping[str, Any] | None = None) -> Result:
        masker = self._masker = Masker()
        try:
            refuse_async(f"bastion.routeros.{self.module}", self._task.async_val)
            result: Result = super().run(tmp, task_vars)
            require_routeros_connection(self._connection)
            door: Door = self._connection.door
            options = door.options
            masker.add(options.password, options.first_contact.password if options.first_contact else None)
            masker.add(*(() if self.reveals_knock else knock.secrets(options.knock)))
            self._learn_raw(masker)
            result.update(self._work(door, masker))
        except BadOption as error:
            raise AnsibleActionFail(masker.text(str(error))) from None
        except (ConnectFailed, LoginFailed) as error:
            raise AnsibleConnectionFailure(masker.text(error.message)) from None
        except RouterError as error:
            raise AnsibleActionFail(masker.text(error.message), result={"kind": error.kind}) from None
        except AnsibleError:
            raise
        except Exception as error:
            raise AnsibleActionFail(self._internal(error, masker), result={"kind": "internal"}) from None
        masked: Result = masker.mask(result)
        return masked

    def _internal(self, error: Exception, masker: Masker) -> str:
        """What is told of a mistake in this collection: where it is, and of the reason what is surely no secret."""
        frames = traceback.extract_tb(error.__traceback__)
        self._display.vvv("".join(traceback.format_list(frames)))
        reason = str(error)
        told = "its text is left out, for it may hold a secret" if masker.touches(reason) else reason
        place = frames[-1]
        return (
            f"bastion.routeros.{self.module} has met a mistake of its own, {type(error).__name__} in {place.name}, "
            f"line {place.lineno} of {place.filename.rpartition('/plugins/')[2]}: {told}. Please report it; -vvv shows "
            "how it came there. The router may have been changed in part"
        )

    def _learn_raw(self, masker: Masker) -> None:
        """Know the secrets before the options are checked: an error about an option quotes its value."""
        for module, options in self._calls():
            try:
                masker.add(*change_class(module)(options).secrets())
            except (BadOption, ValueError, AttributeError, TypeError):
                # Malformed options; the check that follows says what is wrong with them.
                continue
        prove_as = self._task.args.get("prove_as")
        if isinstance(prove_as, Mapping):
            masker.add(prove_as.get("password"))

    def _calls(self) -> list[tuple[str, Any]]:
        return [(self.module, self._task.args)]

    def _work(self, door: Door, masker: Masker) -> Result:
        raise NotImplementedError


class ChangeAction(RouterAction):
    """A module that changes a router: a transaction with one change."""

    def _work(self, door: Door, masker: Masker) -> Result:
        kind = change_class(self.module)
        kind.refuse_misplaced(self._task.args)
        options = validate(self.module, self._task.args)
        settings = Settings.of(options)
        own = {name: value for name, value in options.items() if name not in Settings.__dataclass_fields__}
        return self._transact(door, [kind(own)], settings)

    def _transact(self, door: Door, changes: list[Change], settings: Settings) -> Result:
        transaction = Transaction(door, changes, settings, check_mode=self._task.check_mode)
        try:
            outcome = transaction.run()
        finally:
            for warning in [*door.warnings, *transaction.outcome.warnings]:
                self._display.warning(self._masker.text(warning))
        return self._result(changes, outcome)

    def _result(self, changes: list[Change], outcome: Outcome) -> Result:
        views = [[change.view(state) for change in changes] for state in outcome.states()]
        for change, *both in zip(changes, *views, strict=True):
            self._masker.add(*(secret for view in both for secret in change.secrets_in(view)))
        before, after = map(report.merged, views)
        result: Result = {
            "changed": outcome.changed,
            "operations": report.operations([step for steps in outcome.plans for step in steps]),
            "before": report.shown(before),
            "after": report.shown(after),
            "statistics": outcome.statistics,
        }
        if outcome.protected:
            result["protected_by"] = outcome.protected
        if outcome.proved:
            result["proved_over"] = outcome.proved
        if self._task.diff:
            result["diff"] = report.diff(before, after)
        return result


class TransactionAction(ChangeAction):
    """Several changes as one."""

    def _calls(self) -> list[tuple[str, Any]]:
        return calls_in(self._task.args.get("changes"))

    def _work(self, door: Door, masker: Masker) -> Result:
        options = validate("transaction", self._task.args)
        changes = changes_in("transaction", options["changes"])
        return self._transact(door, changes, Settings.of(options))


class FactsAction(RouterAction):
    """Reads, and returns facts."""

    def _work(self, door: Door, masker: Masker) -> Result:
        options = validate("facts", self._task.args)
        session = door.open()
        try:
            facts, warnings = gather(session, options["gather_subset"])
            statistics = session.statistics()
        finally:
            session.close()
        for warning in [*door.warnings, *warnings]:
            self._display.warning(warning)
        return {"changed": False, "ansible_facts": {"routeros": facts}, "statistics": statistics}


class WaitAction(RouterAction):
    """Tries the inventory's way in until it answers; what waiting does not cure ends it at once."""

    def _work(self, door: Door, masker: Masker) -> Result:
        options = validate("wait", self._task.args)
        start, attempts = time.monotonic(), 0
        time.sleep(options["delay"])
        while True:
            attempts += 1
            try:
                session = door.open()
                try:
                    version = str(session.version)
                finally:
                    session.close()
                return {"changed": False, "elapsed": _since(start), "attempts": attempts, "version": version}
            except RouterError as error:
                elapsed = _since(start)
                if not error.may_pass or elapsed + options["sleep"] > options["timeout"]:
                    found = {"elapsed": elapsed, "attempts": attempts, "kind": error.kind}
                    message = f"not reachable after {elapsed:g} s and {attempts} attempts: {error.message}"
                    raise AnsibleActionFail(masker.text(message), result=found) from None
            time.sleep(options["sleep"])


def _since(start: float) -> float:
    return round(time.monotonic() - start, 1)


class KnockAction(KnockWork, RouterAction):
    """Knocks, without logging in."""


class KnockInfoAction(KnockInfoWork, RouterAction):
    """Tells the knock to a human."""


class VerdictAction(VerdictWork, RouterAction):
    """Reads, and judges who reaches which service."""


class BootstrapAction(BootstrapWork, RouterAction):
    """Makes the inventory's way in, from a router out of the box."""


class ConnectionInfoAction(ConnectionInfoWork, RouterAction):
    """Reads, and says how each IPsec connection is doing."""


class ControllerCertificateAction(ControllerCertificateWork, RouterAction):
    """Makes a certificate of the controller's own."""


class RotationAction(RotationWork, ChangeAction):
    """A new password, kept at home first."""


_KINDS: dict[str, type[RouterAction]] = {
    "bootstrap": BootstrapAction,
    "transaction": TransactionAction,
    "controller_certificate": ControllerCertificateAction,
    "facts": FactsAction,
    "wait": WaitAction,
    "connection_info": ConnectionInfoAction,
    "knock": KnockAction,
    "knock_info": KnockInfoAction,
    "password_rotation": RotationAction,
    "verdict_info": VerdictAction,
}


def action_for(module: str) -> type[RouterAction]:
    """The action class of a module; its options are read now, once, before Ansible forks its workers."""
    argument_spec(module)
    return type("ActionModule", (_KINDS.get(module, ChangeAction),), {"module": module})
