# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of the secure_api role: groups and users as changes of a transaction, and what is left over. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import granted, group_name
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes

Changes = list[dict[str, dict[str, Any]]]

TAG = "bastion/secure-api:"
DEFAULT_POLICIES = ("read", "write", "api")


def wanted(users: Sequence[Mapping[str, Any]], sources: Sequence[str], router: Mapping[str, Any]) -> Changes:
    """Changes that make the groups and the users.

    :param users: ``secure_api_users``.
    :param sources: where users without sources of their own may log in from.
    :param router: the facts of the router. An account that it has without our tag belongs to somebody: its comment
        stays, and ``left_over`` never takes it.
    """
    groups: Changes = []
    accounts: Changes = []
    have = router.get("users") or {}
    for user in users:
        policies = granted(user.get("policies") or DEFAULT_POLICIES)
        name = group_name(policies)
        group = {"name": name, "policy": policies, "comment": f"{TAG} {', '.join(policies)}"}
        if {"user_group": group} not in groups:
            groups.append({"user_group": group})
        addresses = prefixes.canonical(user.get("sources") or sources)
        account: dict[str, Any] = {
            "name": user["name"],
            "group": name,
            "password": user["password"],
            "address": addresses,
            "update_password": user.get("update_password") or _update_password(policies, addresses, router),
        }
        if user["name"] not in have or is_ours(have[user["name"]]):
            account["comment"] = f"{TAG} made by the role"
        accounts.append({"user": account})
    return [*groups, *accounts]


def _update_password(policies: Sequence[str], addresses: Sequence[str], router: Mapping[str, Any]) -> str:
    """A login can tell whether a password is still right only for users who may log in to the API from here."""
    here = router.get("seen_from") or []
    return "probe" if "api" in policies and not prefixes.outside(here, addresses) else "on_create"


def is_ours(row: Mapping[str, Any]) -> bool:
    """Whether the comment of a user or group carries the role's tag."""
    return str(row.get("comment") or "").startswith(TAG)


def strangers(router: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    """The accounts of the router that nobody named, and that the role has not made."""
    return [name for name, row in (router.get("users") or {}).items() if name not in known and not is_ours(row)]


def removing(router: Mapping[str, Any], known: Sequence[str]) -> Changes:
    """Changes that remove them."""
    return [{"user": {"name": name, "state": "absent"}} for name in strangers(router, known)]


def accounts_report(
    router: Mapping[str, Any], known: Sequence[str], stale_days: int, now: datetime | None = None
) -> list[str]:
    """A line for each account that somebody should look at: nobody named it, or nobody has used it for long.

    :param router: the facts of the router, with ``last_logins`` (``2026-11-22 04:00:00``; ``nov/22/2026 04:00:00``
        before 7.10; empty: never).
    :param stale_days: after how many days without a login an account counts as stale; 0 for never.
    """
    lines = []
    unknown = strangers(router, known)
    for name, row in (router.get("users") or {}).items():
        days = _days_since((router.get("last_logins") or {}).get(name, ""), now or datetime.now())
        stale = bool(stale_days) and not row.get("disabled") and (days is None or days >= stale_days)
        reasons = [*(["nobody named it"] if name in unknown else []), *(["stale"] if stale else [])]
        if reasons:
            seen = "never logged in" if days is None else f"last logged in {max(0, int(days))} days ago"
            off = ", disabled" if row.get("disabled") else ""
            lines.append(f"'{name}' (group {row.get('group')}{off}), {seen}: {' and '.join(reasons)}")
    return lines


def _days_since(text: str, now: datetime) -> float | None:
    for form in ("%Y-%m-%d %H:%M:%S", "%b/%d/%Y %H:%M:%S"):
        try:
            return (now - datetime.strptime(text, form)).total_seconds() / 86_400
        except ValueError:
            continue
    return None


def left_over(
    users: Sequence[Mapping[str, Any]],
    router: Mapping[str, Any],
    keep: Sequence[str] = (),
    moved: Sequence[str] = (),
) -> Changes:
    """Changes that remove users and groups of ours which nobody wants any more.

    :param keep: users that are never removed: the own one.
    :param moved: users that leave their group in the same transaction, besides ``users``.
    """
    wanted_names = {user["name"] for user in users}
    wanted_groups = {group_name(user.get("policies") or DEFAULT_POLICIES) for user in users}
    have = router.get("users") or {}
    gone = [name for name, row in have.items() if is_ours(row) and name not in wanted_names | set(keep)]
    leaving = wanted_names | set(gone) | set(moved)
    in_use = {row.get("group") for name, row in have.items() if name not in leaving}
    removals: Changes = [{"user": {"name": name, "state": "absent"}} for name in gone]
    removals += [
        {"user_group": {"name": name, "state": "absent"}}
        for name, row in (router.get("groups") or {}).items()
        if is_ours(row) and name not in wanted_groups | in_use
    ]
    return removals
