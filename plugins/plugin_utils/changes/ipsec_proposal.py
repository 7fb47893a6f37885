# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_proposal``: what is offered and accepted for the second phase (the packets themselves)."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.negotiated import Negotiated


class IpsecProposal(Negotiated):
    """A row of ``/ip/ipsec/proposal``."""

    name = "ipsec_proposal"
    paths = ("/ip/ipsec/proposal",)


CHANGE = IpsecProposal
