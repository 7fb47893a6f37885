# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/system/device-mode: what a mode forbids, and an update that somebody has to confirm at the device.

The wait, attempt-count and `update canceled` were seen on CHR 7.22.1; which features a mode shuts is documented
(RouterOS manual: Device-mode), the status text is a stand-in.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .call import Call
from .durations import format_bound, parse_duration
from .errors import Trap

if TYPE_CHECKING:
    from .router import Router

MENU = "/system/device-mode"
_HOME = frozenset(
    {
        "scheduler",
        "socks",
        "fetch",
        "bandwidth-test",
        "traffic-gen",
        "sniffer",
        "romon",
        "proxy",
        "hotspot",
        "email",
        "zerotier",
        "container",
        "install-any-version",
        "partitions",
        "routerboard",
    }
)
_FREE = frozenset({"traffic-gen", "container", "install-any-version", "partitions", "routerboard"})
#: mode -> features that it shuts
SHUT = {
    "home": _HOME,
    "basic": _FREE | {"socks", "bandwidth-test", "proxy", "zerotier"},
    "advanced": _FREE,
    "rose": _FREE - {"container"},
    "enterprise": _FREE,
}
_NO_FEATURES = frozenset({"activation-timeout", "mode", "duration", "once", "flagged", "authorized-public-key-hash"})
_WORDS = {"yes": "true", "no": "false", "true": "true", "false": "false"}


class DeviceMode:
    """The mode of one router; press() is the button (or the power plug) that confirms an update."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._waiting: asyncio.Event | None = None
        router.register(MENU, "update", self._update)

    def set(self, mode: str) -> None:
        """Put the router into a mode; raises ValueError for an unknown one."""
        if mode not in SHUT:
            raise ValueError(f"there is no device-mode {mode!r}; there are {', '.join(SHUT)}")
        table = self.router.tables[MENU]
        features = {"scheduler", *_HOME} & set(table.menu.properties)
        table.update(
            table.only, {"mode": mode, **{name: "false" if name in SHUT[mode] else "true" for name in features}}
        )

    def press(self) -> bool:
        """Confirm the update that waits; False when none does."""
        if self._waiting is None:
            return False
        self._waiting.set()
        return True

    async def _update(self, call: Call) -> None:
        """Wrong words are refused at once; then it waits, and restarts when it has been confirmed."""
        table = self.router.tables[MENU]
        call.expect(tuple(table.menu.commands["update"]))
        mode = call.arguments.get("mode", table.only.get("mode"))
        if mode not in SHUT:
            raise Trap("input does not match any value of mode", 1)
        wanted = {}
        for name, text in call.arguments.items():
            if name not in _NO_FEATURES and name in table.menu.properties:
                if text not in _WORDS:
                    raise Trap(f"invalid value for argument {name}", 1)
                wanted[name] = _WORDS[text]
        patience = parse_duration(call.arguments.get("activation-timeout", "5m"))
        if patience is None or not 10_000 <= patience <= 86_400_000:
            raise Trap("value of activation-timeout is out of range (00:00:10 .. 1d00:00:00)", 1)
        attempts = int(table.only.get("attempt-count", "0")) + 1
        table.update(table.only, {"attempt-count": str(attempts)})
        call.reply({"status": f"please activate by turning power off or pressing a button in {format_bound(patience)}"})
        self._waiting = asyncio.Event()
        try:
            await asyncio.wait_for(self._waiting.wait(), patience / 1000 / self.router.clock.scale)
        except TimeoutError:
            call.reply({"status": "update canceled"})
            return
        finally:
            self._waiting = None
        self.set(mode)
        table.update(table.only, {**wanted, "attempt-count": "0"})
        self.router.reboot()
