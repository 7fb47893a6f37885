# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/system/package and /system/package/update: what is scheduled, and asking for a newer version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap

if TYPE_CHECKING:
    from .router import Router

PACKAGES = "/system/package"
UPDATE = "/system/package/update"
_UP_TO_DATE = "System is already up to date"
_SCHEDULED = {
    "uninstall": "scheduled for uninstall",
    "disable": "scheduled for disable",
    "enable": "scheduled for enable",
    "unschedule": None,
}


def _schedule(call: Call) -> None:
    """A mark that waits for apply-changes (or, on old versions, a reboot)."""
    word = call.arguments.get(".id", call.arguments.get("numbers"))
    if word is None:
        raise Trap("missing =.id=", 0)
    for one in word.split(","):
        rows = call.table.resolve(one)
        if not rows:
            raise call.router.missing_item()
        call.table.update(rows[0], {"scheduled": _SCHEDULED[call.verb]})


async def _check(call: Call) -> None:
    """Rows of status with their section numbers, or one row without with =once=; ends by itself."""
    router = call.router
    call.expect(tuple(router.menus[UPDATE].commands[call.verb]))
    row = router.tables[UPDATE].only
    newest = router.newest_version
    status = _UP_TO_DATE if newest == router.version else "New version is available"
    known = {"channel": row.get("channel"), "installed-version": router.version}
    if "once" not in call.arguments:
        call.reply({**known, "status": "finding out latest version...", ".section": "0"})
        await router.clock.sleep(1.0)
    row.values.update({"latest-version": newest, "status": status})
    section = {} if "once" in call.arguments else {".section": "1"}
    call.reply({**known, "latest-version": newest, "status": status, **section})


async def _install(call: Call) -> None:
    """Download and, with install, restart into the newest version (the simulated router stays what it is)."""
    await _check(call)
    if call.verb == "install" and call.router.newest_version != call.router.version:
        call.router.reboot()


def _apply_changes(call: Call) -> None:
    call.expect(())
    call.router.reboot()


def attach(router: Router) -> None:
    """Behaviour of the two menus."""
    for verb in _SCHEDULED:
        router.register(PACKAGES, verb, _schedule)
    router.register(PACKAGES, "apply-changes", _apply_changes)
    router.register(UPDATE, "check-for-updates", _check)
    for verb in ("download", "install"):
        router.register(UPDATE, verb, _install)
    router.register(UPDATE, "cancel", lambda call: call.expect(("as-value",)))
