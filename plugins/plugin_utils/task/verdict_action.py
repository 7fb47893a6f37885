# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of ``verdict_info``: reads, and judges who reaches which service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.options import validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.task import reachability
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.entries import calls_in, changes_in
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.planned import operations_of

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
        options = validate(self.module, self._task.args)
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
