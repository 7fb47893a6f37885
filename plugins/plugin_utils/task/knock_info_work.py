# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module knock_info: the sequence for a human, who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import knock_lines
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door


class KnockInfoWork:
    """Mixed into the action of all modules. Opens no session; the one result that is meant to show the sequence."""

    _task: Any
    reveals_knock = True

    def run(self, tmp: str | None = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Remember whose knock it is."""
        self._host = str((task_vars or {}).get("inventory_hostname", ""))
        result: dict[str, Any] = super().run(tmp, task_vars)  # type: ignore[misc]
        return result

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        masker.add(self._task.args.get("secret"))
        options = validate("knock_info", self._task.args)
        way = door.options
        if options["secret"] and options["sequence"]:
            raise BadOption("knock_info: name either the sequence or the secret that it is derived from")
        try:
            if options["secret"]:
                name = options["name"] or self._host
                steps = knock.derive(options["secret"], name, options["rotation"], options["steps"])
            else:
                steps = knock.parse(options["sequence"]) or way.knock
        except knock.BadKnock as error:
            raise BadOption(f"knock_info: {'secret' if options['secret'] else 'sequence'}: {error}") from None
        if not steps:
            raise BadOption("knock_info: name the sequence or the secret, or set ansible_routeros_knock")
        host = options["host"] or way.host
        lines, notes = knock_lines.lines(host, steps)
        return {
            "changed": False,
            "host": host,
            "port": options["port"] or way.effective_port,
            "sequence": [str(step) for step in steps],
            "lines": lines,
            "notes": notes,
            "weaknesses": knock.weaknesses(steps),
        }
