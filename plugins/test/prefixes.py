# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests for addresses and prefixes in policies: who may connect."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes


def covers_everyone(values: Iterable[object]) -> bool:
    """Whether the prefixes together hold a whole address family.

    :raises AnsibleFilterError: one of them is no address or prefix.
    """
    try:
        return prefixes.covers_everyone(_listed(values))
    except prefixes.BadPrefix as error:
        raise AnsibleFilterError(f"bastion.routeros.covers_everyone: {error}") from error


def contains_address(values: Iterable[object], address: str) -> bool:
    """Whether the prefixes together hold an address or a whole prefix.

    :raises AnsibleFilterError: one of them is no address or prefix.
    """
    try:
        return prefixes.contains(_listed(values), address)
    except prefixes.BadPrefix as error:
        raise AnsibleFilterError(f"bastion.routeros.contains_address: {error}") from error


def _listed(values: Iterable[object]) -> list[object]:
    return [values] if isinstance(values, str) else list(values)


class TestModule:
    """Makes the tests known to Ansible."""

    # Not a test class, whatever pytest thinks of the name that Ansible asks for.
    __test__ = False

    def tests(self) -> dict[str, Callable[..., Any]]:
        """The tests by name."""
        return {"contains_address": contains_address, "covers_everyone": covers_everyone}
