# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that say what is offered to the other end of an IPsec tunnel, and taken from it."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.named import Named
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import weak
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


class Negotiated(Named):
    """A named row of algorithms; weak ones are what users ask for, and are told to them."""

    def check(self, version: Version) -> None:
        super().check(version)
        found = [] if self._absent else weak(self._want)
        if found:
            self.warnings.append(f"{self.name}: '{self.options['name']}' allows what is weak: {', '.join(found)}")
