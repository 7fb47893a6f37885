# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``user``: one account. Passwords never come back from a router; a login tells whether one is still right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, Router, user_keys
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import Want, plan
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import admits, admits_everyone
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within

PATH = "/user"
GROUP = "/user/group"
SETTINGS = "/user/settings"
ACTIVE = "/user/active"
NOT_PROPERTIES = ("state", "update_password", "ssh_keys", "end_sessions")


class User(Change):
    """Group, addresses, password and switch of one account."""

    name = "user"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._want = self.texts(menu(PATH), self.options, version, leave_out=NOT_PROPERTIES)
        self._keys = None if self.options.get("ssh_keys") is None else self._parsed(self.options["ssh_keys"])
        if self.options.get("end_sessions") and not within(version, since="7.20"):
            raise self.bad("end_sessions", f"sessions can be ended since RouterOS 7.20; this router runs {version}")
        self._password = self._want.pop("password", None)
        self._password_is_right = False
        self._absent = self.options["state"] == "absent"

    def _parsed(self, texts: Sequence[str]) -> list[user_keys.Key]:
        try:
            return [user_keys.parse(text) for text in texts]
        except ValueError as error:
            raise self.bad("ssh_keys", error) from None

    def reads(self, version: Version) -> Sequence[Read]:
        keys = [Read(user_keys.PATH)] if self.options.get("ssh_keys") is not None else []
        return [Read(PATH), Read(GROUP), Read(SETTINGS), *keys]

    def _row(self, state: State) -> Row | None:
        return next((row for row in state.rows(PATH) if row.get("name") == self.options["name"]), None)

    def observe(self, state: State, router: Router) -> None:
        """Try the password by a login, when that can tell anything."""
        row = self._row(state)
        probe = self.options["update_password"] == "probe"
        if self._absent or self._password is None or row is None or not probe:
            return
        self._password_is_right = router.password_works(row["name"], self._password)
        reason = "" if self._password_is_right else self._why_unknown(state, row)
        if reason:
            raise self.bad(
                "update_password",
                f"a login cannot tell whether the password of '{row['name']}' is still right: {reason}. Say "
                "update_password: on_create to leave it as it is, or update_password: always to set it every time",
            )

    def _why_unknown(self, state: State, row: Row) -> str:
        """A refused login says the same for a wrong password, a disabled user and a wrong source."""
        if row.get("disabled") == "true":
            return "the user is disabled"
        group = next((each for each in state.rows(GROUP) if each.get("name") == row.get("group")), None)
        policies = (group or {}).get("policy", "").split(",")
        if "api" not in policies:
            return f"its group '{row.get('group')}' has no policy 'api'"
        address = row.get("address", "")
        if not admits_everyone(address) and not any(admits(address, seen) for seen in state.seen_from):
            return f"it may log in from {address} only, and the router sees this controller come from elsewhere"
        return ""

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        operations = self._account(state, handles)
        if self._keys is not None and not self._absent:
            keys = user_keys.plan(self.options["name"], self._keys, state.rows(user_keys.PATH), handles)
            if keys and self._keys:
                self.warnings.append(
                    f"user: '{self.options['name']}' has SSH keys, so its password is not taken over SSH any more, "
                    "unless /ip/ssh allows both"
                )
            operations += keys
        return operations + (self._goodbye(state) if operations and self.options.get("end_sessions") else [])

    def _goodbye(self, state: State) -> list[Operation]:
        """The sessions of this account, which live on with their old rights otherwise."""
        name = self.options["name"]
        if name == state.user:
            raise self.bad(
                "end_sessions", f"'{name}' is the own user, and this very session cannot be told from others"
            )
        sessions = [row for row in state.rows(ACTIVE) if row.get("name") == name]
        return [Operation(ACTIVE, "remove", id=row[".id"], was=row, inert=True) for row in sessions]

    def _account(self, state: State, handles: Iterator[str]) -> list[Operation]:
        target, name, row = menu(PATH), self.options["name"], self._row(state)
        if self._absent:
            return plan(target, state.rows(PATH), Want(absent=[{"name": name}]), state.version, handles)
        want: dict[str, str | None] = dict(self._want)
        if row is None:
            if "group" not in want or self._password is None:
                raise self.bad("name", f"there is no user '{name}' yet: group and password are needed to make it")
            want["password"] = self._password
        elif self._password is not None and self._sets_password():
            want["password"] = self._password
        if "group" in want and want["group"] not in {each.get("name") for each in state.rows(GROUP)}:
            known = ", ".join(sorted(each.get("name", "") for each in state.rows(GROUP)))
            raise self.bad("group", f"there is no group '{want['group']}' on this router; it has: {known}")
        if "password" in want:
            self._check_password(state)
        always = frozenset({"password"} & set(want))
        return plan(target, state.rows(PATH), Want(rows=[want], always=always), state.version, handles)

    def _sets_password(self) -> bool:
        update = self.options["update_password"]
        return update == "always" or (update == "probe" and not self._password_is_right)

    def _check_password(self, state: State) -> None:
        """The router's own rule, told before anything is written (RouterOS manual, User)."""
        settings = next(iter(state.rows(SETTINGS)), {})
        least, kinds = int(settings.get("minimum-password-length", 0)), int(settings.get("minimum-categories", 0))
        password = self._password or ""
        if len(password) < least:
            raise self.bad("password", f"too short: this router wants at least {least} characters")
        if categories(password) < kinds:
            raise self.bad(
                "password",
                f"too weak: this router wants characters from at least {kinds} of digits, lower case letters, upper "
                "case letters and symbols",
            )

    def settled(self) -> None:
        """The password was set and is right now; a second plan finds nothing to do."""
        self._password_is_right = True
        self.options["update_password"] = "probe"

    def view(self, state: State) -> dict[str, list[Row]]:
        row = self._row(state)
        found = {PATH: [row] if row else []}
        if self.options.get("ssh_keys") is not None:
            name = self.options["name"]
            found[user_keys.PATH] = [each for each in state.rows(user_keys.PATH) if each.get("user") == name]
        return found


def categories(password: str) -> int:
    """How many of the router's four categories of characters a password has."""
    tests = (str.isdigit, str.islower, str.isupper, lambda letter: not letter.isalnum())
    return sum(any(test(letter) for letter in password) for test in tests)


CHANGE = User
