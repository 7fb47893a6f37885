# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of all unit tests."""

from __future__ import annotations

from hypothesis import settings

# Machines that build several things at once are slow at times; no property of ours is about the clock.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
