# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_profile``: what is offered and accepted for the first phase (IKE)."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.negotiated import Negotiated


class IpsecProfile(Negotiated):
    """A row of ``/ip/ipsec/profile``."""

    name = "ipsec_profile"
    paths = ("/ip/ipsec/profile",)


CHANGE = IpsecProfile
