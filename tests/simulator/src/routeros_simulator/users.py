# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/user, /user/group, /user/active and /password: who may log in, and with which rights."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from . import addresses
from .call import Call
from .errors import BUILT_IN, Refused, Trap
from .facts import Property
from .overlay import POLICIES
from .table import Hooks, Row, Table
from .types import merge_policies

if TYPE_CHECKING:
    from .router import Router

BUILT_IN_GROUPS = ("read", "write", "full")
_NAME = re.compile(r"[A-Za-z0-9_#@](?:[A-Za-z0-9_.#@-]*[A-Za-z0-9])?")


@lru_cache(maxsize=64)
def granted(policy: str) -> frozenset[str]:
    """The policies that a group's text grants."""
    return frozenset(word for word in policy.split(",") if word and not word.startswith("!"))


class GroupHooks(Hooks):
    """Policies merge on set; on add everything that is not named is refused (RouterOS CLI reference)."""

    parsed = frozenset({"policy"})

    def parse(self, call: Call, table: Table, row: Row | None, property: Property, text: str) -> str:
        """The whole list in the router's order, granted words first."""
        return merge_policies(text, row.get("policy") if row is not None else "", property)

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """Names are unique; the built-in groups keep theirs; somebody has to keep all rights."""
        after.setdefault("policy", ",".join(f"!{word}" for word in POLICIES))
        other = table.find(name=after["name"])
        if other is not None and other is not row:
            raise Trap("failure: group with the same name already exists", 4)
        if row is None:
            return
        if row.get("name") in BUILT_IN_GROUPS and after["name"] != row.get("name"):
            raise Trap(BUILT_IN, 4)  # refused for certain, the text is a stand-in
        users = call.router.tables["/user"]
        if granted(after["policy"]) >= set(POLICIES) or not full_users(users):
            return
        if not full_users(users, groups={row.get("name"): after["policy"]}):
            raise last_full_user()

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """Built-in groups and groups with users stay."""
        if row.get("name") in BUILT_IN_GROUPS:
            raise Trap("failure: cannot remove builtin", 4)  # refused for certain, the text is a stand-in
        if call.router.tables["/user"].find(group=row.get("name")) is not None:
            raise Trap("failure: group has some users", 4)


class UserHooks(Hooks):
    """Names, passwords, the own account and the last one with full rights."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """See the class."""
        if not _NAME.fullmatch(after["name"]):
            raise Trap("failure: invalid user name", 4)  # the rule is documented, the text is a stand-in
        other = table.find(name=after["name"])
        if other is not None and other is not row:
            raise Trap("failure: user with the same name already exists", 4)
        if "password" in after:
            try:
                check_password(call.router, after["password"])
            except Trap:
                if row is not None and call.router.switches.refused_password_applied:
                    table.update(row, {}, hidden={"password": after["password"]}, journal=True)
                raise
            after["expired"] = "false"
        if row is None:
            after.setdefault("expired", "false")
            return
        if row is call.session.row and after.get("disabled") == "true":
            # a user that disables itself gets !done and stays as it is (seen on CHR)
            after["disabled"] = row.get("disabled", "false")
        if row in full_users(table) and not _stays_full(call.router, row, after):
            raise last_full_user()

    def check_remove(self, call: Call, table: Table, row: Row) -> None:
        """The last user with full rights stays."""
        if full_users(table) == [row]:
            raise last_full_user()


def last_full_user() -> Trap:
    """The refusal is documented; the text was never captured, this one is a stand-in."""
    return Trap("failure: last user with full rights", 4)


def full_users(users: Table, groups: Mapping[str, str] | None = None) -> list[Row]:
    """The enabled users whose group grants everything; groups: policies as they would be."""
    table = users.router.tables["/user/group"]
    policies = {row.get("name"): row.get("policy") for row in table} | dict(groups or {})
    return [row for row in users if not row.disabled and granted(policies.get(row.get("group"), "")) >= set(POLICIES)]


def _stays_full(router: Router, row: Row, after: Mapping[str, str]) -> bool:
    users = router.tables["/user"]
    if any(other is not row for other in full_users(users)):
        return True
    group = router.tables["/user/group"].find(name=after.get("group", ""))
    full = group is not None and granted(group.get("policy")) >= set(POLICIES)
    return full and after.get("disabled") != "true"


def check_password(router: Router, password: str) -> None:
    """The rules of /user/settings (RouterOS manual, User)."""
    settings = router.tables["/user/settings"].only
    length, categories = int(settings.get("minimum-password-length")), int(settings.get("minimum-categories"))
    if len(password) < length:
        raise Trap(f"failure: password is too short - must be at least {length} characters", 4)
    tests = (str.isdigit, str.islower, str.isupper, lambda sign: not sign.isalnum())
    if sum(any(test(sign) for sign in password) for test in tests) < categories:
        raise Trap(
            f"failure: password is too weak - it must contain characters from at least {categories} categories "
            "(digits, lower and upper case letters, symbols)",
            4,
        )


class Users:
    """Logins and what the logged in may do."""

    def __init__(self, router: Router) -> None:
        self.router = router
        router.hook("/user", UserHooks())
        router.hook("/user/group", GroupHooks())
        router.tables["/user/active"].journaled = False
        router.register("/user", "expire-password", self._expire)
        router.register("", "password", self._password)
        for verb in ("remove", "request-logout"):
            if verb in router.tables["/user/active"].menu.commands:
                router.register("/user/active", verb, self._log_out)

    def judge(self, name: str, password: str | None, address: str, via: str) -> Row | Refused:
        """The user's row, or the refusal; a disabled user and a wrong address look like a wrong password.

        password: None when a key has proved already who it is. via: api or ssh, which is the policy that is needed.
        """
        row = self.router.tables["/user"].find(name=name)
        if row is None or row.disabled or (password is not None and row.hidden.get("password", "") != password):
            return Refused()
        allowed = row.get("address")
        if allowed and not source_allowed(allowed, address):
            return Refused()
        if via == "ssh":
            return row if "ssh" in self.policies_of(row) else Refused()
        if "api" not in self.policies_of(row):
            return Refused("not allowed (9)") if self.router.switches.login_without_api == "not-allowed" else Refused()
        return row

    def policies_of(self, row: Row) -> frozenset[str]:
        """What the user's group grants now."""
        group = self.router.tables["/user/group"].find(name=row.get("group"))
        return granted(group.get("policy")) if group is not None else frozenset()

    def _expire(self, call: Call) -> None:
        for word in call.arguments.get(".id", call.arguments.get("numbers", "")).split(","):
            rows = call.table.resolve(word)
            if not rows:
                raise call.router.missing_item()
            call.table.update(rows[0], {"expired": "true"})

    def _password(self, call: Call) -> None:
        call.expect(("old-password", "new-password", "confirm-new-password", "as-value"))
        row = call.session.row
        old, new = call.required("old-password"), call.required("new-password")
        if call.required("confirm-new-password") != new:
            raise Trap("failure: new passwords do not match", 4)  # stand-in text
        if row is None or not row.linked or row.hidden.get("password", "") != old:
            raise Trap("failure: wrong old password", 4)  # stand-in text
        check_password(call.router, new)
        call.router.tables["/user"].update(row, {"expired": "false"}, hidden={"password": new}, journal=True)

    def _log_out(self, call: Call) -> None:
        words = call.arguments.get(".id", call.arguments.get("numbers"))
        if words is None:
            raise Trap("missing =.id=", 0)
        for word in words.split(","):
            session = next((one for one in self.router.sessions if one.active_id == word), None)
            if session is None:
                raise call.router.missing_item()
            for callback in list(self.router.closing):
                callback(session)
            self.router.close(session)


def source_allowed(prefixes: str, address: str) -> bool:
    """Whether a client address is in a comma list of prefixes; a list of one family refuses the other one."""
    try:
        found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(addresses.contains(prefix, int(found), found.version) for prefix in prefixes.split(","))
