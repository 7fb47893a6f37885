# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module password_rotation: a new password for one user, at home before the router has it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.kept import Kept
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.user import User
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.bootstrap_work import play_vault
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import LoginFailed

DAY = 86_400
# Beside the password that holds, the one that the router may have got already.
NEXT = ".next"
_NOTHING: dict[str, Any] = {"changed": False, "operations": [], "before": {}, "after": {}, "statistics": {}}


class RotationWork:
    """Mixed into the action of all modules, which masks results and errors."""

    _task: Any
    _loader: Any
    _display: Any
    _transact: Any

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        options = validate("password_rotation", self._task.args)
        own = door.options.user
        user = options["user"] or own
        path = Path(options["password_file"]).expanduser()
        following = path.with_name(path.name + NEXT)
        variable = options["password_variable"] or ("ansible_password" if user == own else "password")
        form, where, vault = options["password_format"], "password_rotation: password_file", play_vault(self._loader)
        old, new = (Kept("", str(each), form, variable, where, vault) for each in (path, following))
        if others := old.others():
            raise BadOption(
                f"{where}: {path} holds other variables ({', '.join(others)}), which would be lost; keep the password "
                "in a file of its own"
            )
        left = following.exists()
        masker.add(password := new.value())
        told: dict[str, Any] = {"user": user, "password_file": str(path)}
        if not left and not _due(path, options["older_than"]):
            return {**_NOTHING, **told}
        if not self._task.check_mode:
            password = new.keep()
            masker.add(password)
        result = dict(_NOTHING)
        if not left or not _works(door, user, password):
            change = User({"name": user, "password": password, "update_password": "always", "state": "present"})
            settings = Settings.of(options)
            if user == own:
                settings = replace(settings, prove_as={"user": user, "password": password, **_given(settings.prove_as)})
            result = self._transact(door, [change], settings)
            if user != own and not self._task.check_mode and not _works(door, user, password):
                self._display.warning(
                    f"password_rotation: the password of '{user}' was set, and a login from here cannot prove it: its "
                    "group may lack the policy api, its addresses this controller, or it is disabled"
                )
        if not self._task.check_mode:
            # From here on the file holds what the router holds; until here, a run that was cut finds both.
            os.replace(following, path)
        return {**result, **told, "changed": True}


def _given(prove_as: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in prove_as.items() if value is not None}


def _due(path: Path, older_than: int) -> bool:
    """Whether there is no such file, or it was written more than so many days ago."""
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:
        return True
    except OSError as error:
        raise BadOption(f"password_rotation: password_file: {path} cannot be read: {error.strerror}") from None
    return time.time() - written >= older_than * DAY


def _works(door: Door, user: str, password: str) -> bool:
    """Whether the router lets that user in with that password now."""
    try:
        door.open_future(user=user, password=password).close()
    except LoginFailed:
        return False
    return True
