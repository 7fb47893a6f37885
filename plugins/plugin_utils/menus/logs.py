# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging."""

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
        "/system/logging",
        table(
            P("topics", "topics", "info"),
            P("prefix", "string", ""),
            P("regex", "string", "", since="7.17"),
            P("action", "reference", "memory", ref="/system/logging/action"),
            P("comment", since="7.22"),
            P("disabled", "bool", "false"),
            status("bool", "invalid", "default", "managed"),
        ),
        key=("topics", "action", "prefix"),
        repeats=True,
        commands=verbs("add comment@7.22.. disable enable remove set"),
    ),
    Menu(
        "/system/logging/action",
        table(
            P("name", "action-name", required=True),
            P(
                "target",
                "enum memory disk echo remote email script cmr",
                required=True,
                word_spans={"script": ("7.22", "")},
            ),
            P("memory-lines", "int 1..65535", "1000"),
            P("memory-stop-on-full", "bool", "false"),
            P("disk-file-name", "string", "log"),
            P("disk-lines-per-file", "int", "1000"),
            P("disk-file-count", "int 1..65535", "2"),
            P("disk-stop-on-full", "bool", "false"),
            P("remote", "host", "0.0.0.0"),
            P("remote-port", "int", "514"),
            P("src-address", "ip", "0.0.0.0"),
            P("remote-log-format", "enum default syslog cef", "default", since="7.18"),
            P("remote-protocol", "enum udp tcp tls", "udp", since="7.18", word_spans={"tls": ("7.23", "")}),
            P("check-certificate", "bool", "false", since="7.23"),
            P("cef-event-delimiter", "string", "\r\n", since="7.18"),
            P("syslog-time-format", "enum bsd-syslog iso8601", "bsd-syslog"),
            P(
                "syslog-facility",
                (
                    "enum kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp local0 local1 "
                    "local2 local3 local4 local5 local6 local7"
                ),
                "daemon",
            ),
            P("syslog-severity", "enum auto emergency alert critical error warning notice info debug", "auto"),
            P("email-to", "string", ""),
            P("email-cc", "list string", since="7.23"),
            P("email-start-tls", "bool", "false"),
            P("remember", "bool", "true"),
            P("add-topics-string", "bool", "false", since="7.22"),
            P("script", "reference", since="7.22"),
            P("vrf", "reference", "main", since="7.19.6"),
            P("bsd-syslog", "bool", "false", until="7.17.1"),
            optional("comment", "string", ""),
            status("bool", "default", "managed"),
        ),
        key=("name",),
        commands=verbs("add clear@7.20.. comment remove set"),
    ),
    Menu(
        "/log",
        table(
            status("reference", "buffer"),
            status("datetime", "time"),
            status("topics", "topics"),
            status("string", "message", "extra-info"),
        ),
        fixed=True,
        commands=verbs("debug error info warning"),
    ),
)
