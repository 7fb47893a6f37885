# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, groups and sessions."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    optional,
    status,
    table,
    verbs,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Property as P

MENUS = (
    Menu(
        "/user",
        table(
            P("name", "user-name", required=True),
            P("group", "reference", required=True, ref="/user/group"),
            P("password", required=True, write_only=True, secret=True),
            P("inactivity-timeout", "duration 1m..1d", "10m", since="7.16"),
            P("inactivity-policy", "enum none logout lockscreen", "none", since="7.16"),
            P("address", "list ip-prefix", ""),
            optional("comment", "string", ""),
            P("disabled", "bool", "false"),
            status("datetime", "last-logged-in"),
            status("bool", "expired"),
        ),
        key=("name",),
        commands=verbs("add comment disable enable expire-password recursive-print@7.20.. remove set"),
    ),
    Menu(
        "/user/group",
        table(
            P("name", required=True),
            P(
                "policy",
                (
                    "policies local telnet ssh ftp reboot read write policy test winbox password web sniff "
                    "sensitive api romon rest-api"
                ),
            ),
            P("skin", "reference", "default"),
            optional("comment", "string", ""),
        ),
        key=("name",),
        protected=("read", "write", "full"),
        commands=verbs("add comment remove set"),
    ),
    Menu(
        "/user/active",
        table(
            status("datetime", "when"),
            status("string", "name"),
            status("ip", "address"),
            status("mac", "by-romon"),
            status(
                ("enum unknown winbox console telnet ftp web ssh mac-telnet bandwidth-test api romon rest-api"), "via"
            ),
            status("reference", "group"),
            status("bool", "radius"),
        ),
        fixed=True,
        commands=verbs("add@7.20.. remove@7.20.. request-logout@..7.19.6"),
    ),
    Menu(
        "/user/aaa",
        table(
            P("use-radius", "bool", "false"),
            P("accounting", "bool", "true"),
            P("interim-update", "duration", "0s"),
            P("default-group", "reference", "read", ref="/user/group"),
            P("exclude-groups", "list reference", ""),
        ),
        singleton=True,
        commands=verbs("set"),
    ),
    Menu(
        "/user/settings",
        table(P("minimum-password-length", "int 0..4294967295", "0"), P("minimum-categories", "int 0..4", "0")),
        singleton=True,
        commands=verbs("set"),
    ),
    Menu(
        "/user/ssh-keys",
        table(
            P("user", "reference", required=True, ref="/user"),
            P("key", write_only=True),
            P("comment"),
            status("enum rsa ed25519 ed25519-sk", "key-type"),
            status("int", "bits"),
            status("string", "info", since="7.21"),
            status("string", "fingerprint"),
        ),
        key=("user", "fingerprint"),
        commands=verbs("add import remove"),
    ),
    Menu(
        "/user/ssh-keys/private",
        table(
            status("reference", "user"),
            status("enum rsa ed25519", "key-type"),
            status("int", "bits"),
            status("string", "info", "comment"),
        ),
        key=("user",),
        fixed=True,
        commands=verbs("import remove"),
    ),
    Menu("/password", {}, fixed=True),
)
