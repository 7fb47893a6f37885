# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which policies of the user's group a command needs; without one of them: not enough permissions (9).

RouterOS manual, User: read to look, write to change (without user management), policy for user management, sensitive
for secrets, test for ping and the like, ftp for files, reboot, password for the own password. Single menus that the
manual does not name follow these sentences.
"""

from __future__ import annotations

_READING = frozenset({"print", "getall", "get", "find", "export", "listen", "monitor", "recursive-print"})
_USERS = ("/user", "/user/group", "/user/aaa", "/user/settings", "/user/ssh-keys", "/user/ssh-keys/private")
_SPECIAL: dict[tuple[str, str], frozenset[str]] = {
    ("", "password"): frozenset({"password"}),
    ("", "execute"): frozenset({"write"}),
    ("/user/active", "remove"): frozenset({"write", "policy"}),
    ("/user/active", "request-logout"): frozenset({"write", "policy"}),
    ("/certificate", "export-certificate"): frozenset({"write", "sensitive"}),
    ("/file", "read"): frozenset({"read", "ftp", "test"}),
    ("/file", "add"): frozenset({"write", "ftp"}),
    ("/file", "set"): frozenset({"write", "ftp"}),
    ("/file", "remove"): frozenset({"write", "ftp"}),
    ("/file", "copy"): frozenset({"write", "ftp"}),
    ("/system", "reboot"): frozenset({"reboot"}),
    ("/system", "shutdown"): frozenset({"reboot"}),
    ("/system", "reset-configuration"): frozenset({"policy", "reboot"}),
    ("/system/backup", "save"): frozenset({"read", "write", "policy"}),
    ("/system/backup", "load"): frozenset({"reboot", "policy"}),
    ("/system/package/update", "check-for-updates"): frozenset({"write"}),
    ("/tool/e-mail", "send"): frozenset({"test"}),
    ("", "ping"): frozenset({"test"}),
    ("/tool", "ping"): frozenset({"test"}),
}


def needed(path: str, verb: str) -> frozenset[str]:
    """The policies that a command needs."""
    special = _SPECIAL.get((path, verb))
    if special is not None:
        return special
    if verb in _READING:
        return frozenset({"read"})
    return frozenset({"write", "policy"} if path in _USERS else {"write"})


def history_policy(path: str) -> str:
    """What /system/history shows as the policy of an entry."""
    return "policy" if path in _USERS else "write"
