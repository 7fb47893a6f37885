# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters behind the secure_api role: its policy is data there, what is made of it is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import (
    api_accounts,
    api_exposure,
    api_policy,
    api_problems,
    api_record,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes

Changes = list[dict[str, dict[str, Any]]]


def role_problems(settings: Mapping[str, Any], router: Mapping[str, Any]) -> list[str]:
    """What is wrong with the variables of the role, one message each."""
    return api_problems.problems(settings, router)


def api_rules(data: Sequence[Mapping[str, Any]], brute_force: Any, rate_limit: Any) -> list[dict[str, Any]]:
    """The rules of a chain from the policy's data.

    :raises AnsibleFilterError: a protection is ill described.
    """
    try:
        return api_policy.rules(data, brute_force, rate_limit)
    except api_policy.BadPolicy as error:
        raise AnsibleFilterError(f"bastion.routeros.api_rules: {error}") from error


def api_accounts_changes(
    users: Sequence[Mapping[str, Any]], sources: Sequence[str], router: Mapping[str, Any]
) -> Changes:
    """Changes that make the groups and users.

    :raises AnsibleFilterError: a source is no address or prefix.
    """
    try:
        return api_accounts.wanted(users, sources, router)
    except prefixes.BadPrefix as error:
        raise AnsibleFilterError(f"bastion.routeros.api_accounts: {error}") from error


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "api_accounts": api_accounts_changes,
            "api_accounts_report": api_accounts.accounts_report,
            "api_accounts_removing": api_accounts.removing,
            "api_accounts_left_over": api_accounts.left_over,
            "api_closing": api_exposure.closing,
            "api_open_to_everyone": api_exposure.open_to_everyone,
            "api_problems": role_problems,
            "api_record": api_record.update,
            "api_record_as_comment": api_record.as_comment,
            "api_record_from_comments": api_record.from_comments,
            "api_record_restoring": api_record.restoring,
            "api_record_restoring_accounts": api_record.restoring_accounts,
            "api_report": api_exposure.report,
            "api_rules": api_rules,
            "api_services_after": api_exposure.after,
            "api_sessions": api_exposure.sessions,
        }
