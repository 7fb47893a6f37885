# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_profile``: what is offered and accepted for the first phase (IKE)."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.named import Named
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import weak
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


class IpsecProfile(Named):
    """A row of ``/ip/ipsec/profile``."""

    name = "ipsec_profile"
    paths = ("/ip/ipsec/profile",)
    referrers = (("/ip/ipsec/peer", "profile"),)

    def check(self, version: Version) -> None:
        super().check(version)
        found = [] if self._absent else weak(self._want)
        if found:
            self.warnings.append(f"{self.name}: '{self.options['name']}' allows what is weak: {', '.join(found)}")


CHANGE = IpsecProfile
