# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that a router may tell or not: whether they are still the right ones.

IPsec's secrets come back to users with the policy `sensitive`; from 7.21 on print has an argument for it, which may be
needed or not (not seen on a router). What does not come back cannot be compared, and is never guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, Router
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

SHOW_SENSITIVE = Version((7, 21))


def told(text: str | None) -> bool:
    """Whether this is a secret that the router tells: neither missing nor stars."""
    return bool((text or "").strip("*"))


class Secretive(Change):
    """A row with secrets, and ``update_secret`` among the options."""

    _want: dict[str, str]

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self._seen: dict[str, dict[str, str]] = {}
        self._written = False

    def row(self, state: State) -> Row | None:
        """The row that the change is about, as it is."""
        raise NotImplementedError

    def unset(self, row: Row, name: str) -> bool:
        """Whether the row certainly has no such secret, so that one which does not come back is not there."""
        return False

    def _secrets(self) -> list[str]:
        return [name for name in self._want if menu(self.paths[0]).is_secret(name)]

    def _hidden(self, row: Row) -> list[str]:
        """The secrets to ask for: those that are wanted, or all where the row goes."""
        if self.options["state"] == "absent":
            names = [name for name, each in menu(self.paths[0]).properties.items() if each.secret]
        else:
            names = [] if self.options["update_secret"] == "on_create" else self._secrets()
        return [name for name in names if not told(row.get(name)) and not self.unset(row, name)]

    def observe(self, state: State, router: Router) -> None:
        """Ask expressly for what the plain print has not told: to compare with, or to put back should all fail."""
        row = self.row(state)
        if row is None or state.version < SHOW_SENSITIVE:
            return
        hidden = self._hidden(row)
        if hidden:
            found = router.read_sensitive(self.paths[0], hidden)
            self._seen = {each.get(".id", ""): {name: each.get(name, "") for name in hidden} for each in found}

    def known(self, row: Row) -> Row:
        """The row with the secrets that it took a question of its own to see."""
        seen = self._seen.get(row.get(".id", ""), {})
        return {**row, **{name: text for name, text in seen.items() if told(text)}}

    def compared(self, row: Row | None) -> tuple[Row | None, dict[str, str], frozenset[str]]:
        """The row as far as it is known, what is wanted of it, and the secrets to write without a look.

        :raises BadOption: whether a secret is still right cannot be told.
        """
        if row is None:
            return None, dict(self._want), frozenset()
        row = self.known(row)
        want, always = dict(self._want), set()
        for name in self._secrets():
            if self.options["update_secret"] == "on_create":
                del want[name]
            elif self.options["update_secret"] == "always" and not self._written:
                always.add(name)
            elif told(row.get(name)):
                continue
            elif self._written:
                del want[name]
            elif self.unset(row, name):
                always.add(name)
            else:
                raise self.bad(
                    "update_secret",
                    f"the router does not tell {name.replace('-', '_')}, so whether it is still right cannot be seen: "
                    "the user needs the policy 'sensitive', or there is none yet. Say update_secret: always to set it "
                    "every time, or update_secret: on_create to leave it as it is",
                )
        return row, want, frozenset(always)

    def settled(self) -> None:
        """The secrets were written and are right now; a second plan finds nothing to do."""
        self._written = True
        self._seen = {}
