# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_proposal``: what is offered and accepted for the second phase (the packets themselves)."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.named import Named
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.strength import weak
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version


class IpsecProposal(Named):
    """A row of ``/ip/ipsec/proposal``."""

    name = "ipsec_proposal"
    paths = ("/ip/ipsec/proposal",)
    referrers = (("/ip/ipsec/policy", "proposal"),)

    def check(self, version: Version) -> None:
        super().check(version)
        found = [] if self._absent else weak(self._want)
        if found:
            self.warnings.append(f"{self.name}: '{self.options['name']}' allows what is weak: {', '.join(found)}")


CHANGE = IpsecProposal
