# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of RouterOS values: one canonical form each for what users write, a comparison key for what routers answer."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import BadValue, Kind

__all__ = ["BadValue", "Kind", "kind"]


def kind(expression: str) -> Kind:
    """The type that an expression such as "int 1..65535" or "list ip-prefix" names."""
    raise NotImplementedError(expression)
