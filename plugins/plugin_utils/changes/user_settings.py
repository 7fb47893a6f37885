# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``user_settings``: the router's password rule (``/user/settings``)."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.singleton import Singleton


class UserSettings(Singleton):
    """Minimum length and categories of passwords; checked by the router when a password is set."""

    name = "user_settings"
    paths = ("/user/settings",)


CHANGE = UserSettings
