# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection fail from within, with everything it knows in the exception: for users whose names say where.

Loaded by ansible-playbook before it forks, so that the workers have it.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: crash
type: notification
short_description: Forced internal errors
description: Forced internal errors for the users crash_login, crash_wire and crash_plan.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """See the module."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "crash"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        # pylint: disable-next=import-outside-toplevel
        from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Transaction
        from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
        from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

        send, login, run = Session._send, Door._login, Transaction.run
        crashing: set[int] = set()

        def crash_login(self: Any, session: Any, wire: Any, options: Any) -> None:
            if options.user == "crash_login":
                try:
                    {}[options.password]
                except KeyError as error:
                    raise ValueError(f"no way with {options.password!r}") from error
            login(self, session, wire, options)
            if options.user == "crash_wire":
                crashing.add(id(session))

        def crash_wire(self: Any, pending: Any, index: int, sentence: Any, **more: Any) -> None:
            if id(self) in crashing and not sentence[0].endswith(("/print", "/cancel")):
                raise TypeError("cannot encode", sentence)
            send(self, pending, index, sentence, **more)

        def crash_plan(self: Any) -> Any:
            if self._door.options.user == "crash_plan":
                raise KeyError(str([change.options for change in self._changes]))
            return run(self)

        Session._send, Door._login, Transaction.run = crash_wire, crash_login, crash_plan  # type: ignore[method-assign]
