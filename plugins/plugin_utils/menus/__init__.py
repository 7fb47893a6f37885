# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared menus of RouterOS, loaded group by group when first asked for."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    Property,
    UnknownMenu,
    Unsupported,
)

__all__ = ["Menu", "Property", "UnknownMenu", "Unsupported", "menu", "paths"]


def menu(path: str) -> Menu:
    """The declaration of "/ip/service" (with or without the leading slash). Raises UnknownMenu."""
    raise UnknownMenu(path)


def paths() -> tuple[str, ...]:
    """The paths of all declared menus, sorted."""
    return ()
