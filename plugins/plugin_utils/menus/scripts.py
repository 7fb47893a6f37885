# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scripts and the scheduler."""

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
        "/system/script",
        table(
            P("name", required=True),
            P("owner", filled=True),
            P(
                "policy",
                "flagset ftp reboot read write policy test password sniff sensitive romon",
                "ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon",
            ),
            P("dont-require-permissions", "bool", "false"),
            P("source", "string", ""),
            optional("comment", "string", ""),
            status("datetime", "last-started"),
            status("int", "run-count"),
            status("bool", "invalid"),
        ),
        key=("name",),
        commands=verbs("add comment remove run set unset@7.24.."),
    ),
    Menu(
        "/system/script/job",
        table(
            P("started", "datetime"),
            P("type", "enum command login api-login"),
            P("comment"),
            status("reference", "script"),
            status("string", "owner", "trace"),
            status("list reference", "policy"),
            status("int", "parent"),
        ),
        fixed=True,
        commands=verbs("comment remove set"),
    ),
    Menu(
        "/system/script/environment",
        table(P("value", secret=True), P("comment"), status("string", "name")),
        key=("name",),
        fixed=True,
        commands=verbs("comment remove set"),
    ),
    Menu(
        "/system/scheduler",
        table(
            P("name", required=True),
            P("start-date", "datetime", filled=True),
            P("start-time", "datetime startup", filled=True),
            P("interval", "duration", "0s"),
            P("on-event", "string", ""),
            P(
                "policy",
                "flagset local telnet ssh ftp reboot read write policy test winbox password web sniff sensitive "
                "api romon rest-api",
                "ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon",
            ),
            optional("comment", "string", ""),
            optional("days", "flagset sun mon tue wed thu fri sat =never =always", since="7.24"),
            P("disabled", "bool", "false"),
            status("string", "owner"),
            status("int", "run-count"),
            status("datetime", "next-run"),
        ),
        key=("name",),
        commands=verbs("add comment disable enable remove set unset@7.24.."),
    ),
)
