# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups and users of the secure_api role, and whose they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.filter.secure_api import FilterModule
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import api_accounts

FILTERS = FilterModule().filters()
OURS = "bastion/secure-api: made by the role"
PASSWORD = "correct-horse-7"


def router(**users: dict[str, Any]) -> dict[str, Any]:
    return {
        "seen_from": ["192.0.2.10"],
        "users": {"admin": {"group": "full"}, **users},
        "groups": {
            "full": {"policy": ["api"]},
            "bastion-read-api": {"policy": ["read", "api"], "comment": "bastion/secure-api: read, api"},
            "bastion-mine": {"policy": ["read"], "comment": "not the role's, whatever its name"},
        },
    }


@pytest.mark.avoided("57b")
def test_users_share_the_group_of_their_policies() -> None:
    users = [
        {"name": "automation", "password": PASSWORD},
        {"name": "backup", "password": PASSWORD, "policies": ["api", "write", "read"]},
        {"name": "monitor", "password": PASSWORD, "policies": ["api", "read"], "sources": ["198.51.100.7/32"]},
    ]
    changes = FILTERS["api_accounts"](users, ["192.0.2.0/24"], router())
    groups = [change["user_group"] for change in changes if "user_group" in change]
    accounts = [change["user"] for change in changes if "user" in change]
    assert [(group["name"], group["policy"]) for group in groups] == [
        ("bastion-read-write-api", ["read", "write", "api"]),
        ("bastion-read-api", ["read", "api"]),
    ]
    assert all(len(group["name"]) <= 28 for group in groups)
    assert [(account["name"], account["group"], account["address"]) for account in accounts] == [
        ("automation", "bastion-read-write-api", ["192.0.2.0/24"]),
        ("backup", "bastion-read-write-api", ["192.0.2.0/24"]),
        ("monitor", "bastion-read-api", ["198.51.100.7"]),
    ]
    assert changes.index({"user_group": groups[1]}) < changes.index({"user": accounts[0]})


def test_passwords_are_tried_only_where_a_login_can_tell() -> None:
    users = [
        {"name": "here", "password": PASSWORD},
        {"name": "elsewhere", "password": PASSWORD, "sources": ["198.51.100.7"]},
        {"name": "no-api", "password": PASSWORD, "policies": ["ssh", "read"]},
        {"name": "told", "password": PASSWORD, "policies": ["ssh"], "update_password": "always"},
    ]
    changes = FILTERS["api_accounts"](users, ["192.0.2.0/24"], router())
    assert [change["user"]["update_password"] for change in changes if "user" in change] == [
        "probe",
        "on_create",
        "on_create",
        "always",
    ]


def test_an_account_of_somebody_keeps_its_comment() -> None:
    users = [{"name": "admin", "password": PASSWORD}, {"name": "automation", "password": PASSWORD}]
    changes = FILTERS["api_accounts"](users, ["192.0.2.0/24"], router(automation={"group": "x", "comment": OURS}))
    assert [change["user"].get("comment") for change in changes if "user" in change] == [None, OURS]


def test_only_what_the_role_made_and_nobody_wants_goes() -> None:
    facts = router(
        automation={"group": "bastion-read-write-api", "comment": OURS},
        former={"group": "bastion-read-api", "comment": OURS},
        guest={"group": "full", "comment": "somebody's"},
    )
    users = [{"name": "automation", "password": PASSWORD}]
    left_over = FILTERS["api_accounts_left_over"]
    assert left_over(users, facts) == [
        {"user": {"name": "former", "state": "absent"}},
        {"user_group": {"name": "bastion-read-api", "state": "absent"}},
    ]
    assert left_over(users, facts, keep=["former"]) == []
    assert left_over([], facts, keep=["automation"]) == left_over(users, facts)


def test_a_group_that_somebody_else_uses_stays() -> None:
    facts = router(guest={"group": "bastion-read-api", "comment": "somebody's"})
    gone = [{"user_group": {"name": "bastion-read-api", "state": "absent"}}]
    assert FILTERS["api_accounts_left_over"]([], facts) == []
    assert FILTERS["api_accounts_left_over"]([], facts, moved=["guest"]) == gone
    # Moved to another group by this very run, so the old one is free.
    facts = router(automation={"group": "bastion-read-api", "comment": OURS})
    users = [{"name": "automation", "password": PASSWORD}]
    assert FILTERS["api_accounts_left_over"](users, facts) == gone


LOGINS = {
    "users": {
        "automation": {"group": "bastion-api", "comment": "bastion/secure-api: made by the role"},
        "admin": {"group": "full"},
        "guest": {"group": "read"},
        "gone": {"group": "read", "disabled": True},
    },
    "last_logins": {
        "automation": "2026-11-22 03:00:00",
        "admin": "2026-03-01 12:00:00",
        "guest": "nov/20/2026 12:00:00",
        "gone": "",
    },
}


def test_accounts_that_somebody_should_look_at() -> None:
    lines = api_accounts.accounts_report(LOGINS, ["automation", "admin"], 180, datetime(2026, 11, 22, 4))
    assert lines == [
        "'admin' (group full), last logged in 265 days ago: stale",
        "'guest' (group read), last logged in 1 days ago: nobody named it",
        "'gone' (group read, disabled), never logged in: nobody named it",
    ]
    assert api_accounts.accounts_report(LOGINS, ["admin", "guest", "gone"], 0, datetime(2026, 11, 22, 4)) == []
    assert api_accounts.accounts_report({}, [], 180) == []


def test_only_strangers_are_removed_and_never_accounts_of_the_role() -> None:
    assert api_accounts.removing(LOGINS, ["admin"]) == [
        {"user": {"name": "guest", "state": "absent"}},
        {"user": {"name": "gone", "state": "absent"}},
    ]
