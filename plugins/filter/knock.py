# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters behind the knock role: its policy is data there, what is made of it is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import knock_policy
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import knock


def knock_sequence(secret: str, name: str, rotation: object = "", steps: int = knock.DERIVED) -> list[str]:
    """The steps that a secret gives to one router, for ``ansible_routeros_knock``.

    :raises AnsibleFilterError: the secret is too short, or the number of steps is impossible.
    """
    try:
        return [str(step) for step in knock.derive(str(secret), name, str(rotation or ""), steps)]
    except knock.BadKnock as error:
        raise AnsibleFilterError(f"bastion.routeros.knock_sequence: {error}") from error


def knock_rules(data: Sequence[Mapping[str, Any]], settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules of the chain from the policy's data.

    :raises AnsibleFilterError: there is no usable sequence.
    """
    try:
        return knock_policy.rules(data, knock_policy.sequence(settings), settings)
    except knock.BadKnock as error:
        raise AnsibleFilterError(f"bastion.routeros.knock_rules: {error}") from error


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "knock_problems": knock_policy.problems,
            "knock_rules": knock_rules,
            "knock_sequence": knock_sequence,
            "knock_warnings": knock_policy.warnings,
        }
