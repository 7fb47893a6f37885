# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test for passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import password_problems


def weak_password(password: str) -> bool:
    """Whether a password has fewer than 12 characters, or lacks letters, digits or special characters."""
    return bool(password_problems(password))


class TestModule:
    """Makes the test known to Ansible."""

    # Not a test class, whatever pytest thinks of the name that Ansible asks for.
    __test__ = False

    def tests(self) -> dict[str, Callable[..., Any]]:
        """The tests by name."""
        return {"weak_password": weak_password}
