# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of ``verdict_info``: reads, and judges who reaches which service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.task import knock_arrival, reachability
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.entries import calls_in, changes_in
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.planned import operations_of
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.task.action import RouterAction
    from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
else:
    # action.py, which imports this file, puts the class before its own RouterAction.
    RouterAction = object


class VerdictWork(RouterAction):
    """What is done between options and result."""

    def _calls(self) -> list[tuple[str, Any]]:
        return calls_in(self._task.args.get("changes"))

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        masker.add(*(str(step) for step in self._task.args.get("knock") or []))
        options = validate(self.module, self._task.args)
        if options.get("knock"):
            return self._arrivals(door, masker, options)
        changes = changes_in(self.module, options.get("changes") or [])
        session = door.open()
        try:
            operations = operations_of(door, session, changes)
            verdicts, warnings = reachability.read(session, options, operations)
            statistics = session.statistics()
        finally:
            session.close()
        for warning in [*door.warnings, *warnings]:
            self._display.warning(warning)
        return {
            "changed": False,
            "verdicts": verdicts,
            "table": reachability.table(verdicts),
            "statistics": statistics,
        }

    def _arrivals(self, door: Door, masker: Masker, options: Mapping[str, Any]) -> dict[str, Any]:
        """Whether the steps of a knock arrive."""
        try:
            steps = knock.parse(options["knock"])
        except knock.BadKnock as error:
            raise BadOption(f"{self.module}: knock: {error}") from None
        masker.add(*knock.secrets(steps))
        session = door.open()
        try:
            found = knock_arrival.read(session, steps, options.get("knock_interface_list") or "", options["family"])
            statistics = session.statistics()
        finally:
            session.close()
        for warning in door.warnings:
            self._display.warning(warning)
        return {"changed": False, "verdicts": [], "table": [], "steps": found, "statistics": statistics}
