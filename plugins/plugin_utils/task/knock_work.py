# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module knock: open a door for something else, or only look whether it is open."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

ATTEMPTS = 2


class KnockWork:
    """Mixed into the action of all modules, which knows check mode and masks the result."""

    _task: Any

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        masker.add(*(str(step) for step in self._task.args.get("sequence") or []))
        options = validate("knock", self._task.args)
        way = door.options
        try:
            steps = knock.parse(options["sequence"]) or way.knock
        except knock.BadKnock as error:
            raise BadOption(f"knock: sequence: {error}") from None
        masker.add(*knock.secrets(steps))
        if not steps and not self._task.check_mode:
            raise BadOption("knock: name the sequence, here or for all tasks as ansible_routeros_knock")
        port, source = options["port"] or way.effective_port, options["source"] or way.knock_source
        try:
            was_open = now = knock.is_open(way.address, port, source)
            attempts = 0
            while not now and attempts < ATTEMPTS and not self._task.check_mode:
                attempts += 1
                knock.play(way.address, steps, source)
                now = knock.is_open(way.address, port, source)
        except knock.KnockFailed as error:
            raise RouterError(f"knock: {way.host} port {port} is closed, and {error}", kind="knock_failed") from None
        except OSError as error:
            raise RouterError(f"knock: {way.host}: {error.strerror or error}", kind="unknown_host") from None
        result = {"changed": now and not was_open, "was_open": was_open, "open": now, "attempts": attempts}
        if self._task.check_mode:
            return result | {"changed": not was_open}
        if not now:
            raise AnsibleActionFail(
                f"knock: {way.host} port {port} stays closed: all {len(steps)} steps were sent, twice. The sequence is "
                "not the router's, a packet got lost, or a wrong one led to the penalty list: try again in a minute.",
                result=result,
            )
        return result
