# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action behind the module knock_info."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.task.action import action_for

ActionModule = action_for("knock_info")
