# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router had before the secure_api role changed it. Pure.

The whole record is kept on the controller. Its heart, the services, also stands in the comment of one of the role's
rules, for the day when the controller's copy is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_accounts import Changes, is_ours

Record = dict[str, Any]

# What the role changes about the service that it secures; the others it only switches off.
SECURED = "api-ssl"
SECURED_KEYS = ("disabled", "port", "address", "certificate", "tls_version")
USER_KEYS = ("group", "address")
SETTINGS = ("minimum_password_length", "minimum_categories")
# RouterOS documents no limit for comments; stay well within what every tool shows.
LONGEST_COMMENT = 220
_MARK = "before:"
_ON, _OFF = "on", "off"


def update(
    old: Mapping[str, Any],
    router: Mapping[str, Any],
    look: Mapping[str, Sequence[Mapping[str, Any]]],
    names: Mapping[str, Sequence[str]],
) -> Record:
    """The record, with everything that is about to be changed for the first time added to it.

    What is there already stays: only the first look at a router sees it untouched.

    :param old: the record so far; what a rule's comment tells when the controller has none.
    :param router: the facts of the router.
    :param look: rows by menu, ``before`` of a run in check mode: what facts do not tell.
    :param names: what the role makes or changes: ``services``, ``users``, ``certificates``.
    """
    services, users = dict(old.get("services") or {}), dict(old.get("users") or {})
    for name, row in _new(services, router.get("services"), names.get("services")):
        keys = SECURED_KEYS if name == SECURED else ("disabled",)
        services[name] = {key: row[key] for key in keys if key in row}
    for name, row in _new(users, router.get("users"), names.get("users")):
        if not is_ours(row):
            users[name] = {key: row[key] for key in USER_KEYS if key in row}
    record: Record = {"services": services, "users": users}
    if not old:
        have = set(router.get("certificates") or {})
        settings = router.get("user_settings") or {}
        record["certificates"] = sorted(have & set(names.get("certificates") or ()))
        record["user_settings"] = {name: settings[name] for name in SETTINGS if name in settings}
        record["logging"] = bool(look.get("/system/logging"))
    # Not told by a comment, and not to be guessed from a router that was changed already.
    return record | {key: old[key] for key in ("certificates", "user_settings", "logging") if key in old}


def _new(
    known: Mapping[str, Any], have: Mapping[str, Any] | None, names: Iterable[str] | None
) -> list[tuple[str, Mapping[str, Any]]]:
    rows = have or {}
    return [(name, rows[name]) for name in sorted(set(names or ())) if name in rows and name not in known]


def as_comment(record: Mapping[str, Any]) -> str:
    """The services of the record in one line: ``before: api on; api-ssl on 8729 none any 192.0.2.0/24``.

    Addresses are left out (``?``) when the line would get too long.
    """
    rows = sorted((record.get("services") or {}).items())
    long, short = (
        f"{_MARK} {'; '.join(_service(name, row, addresses) for name, row in rows)}" for addresses in (True, False)
    )
    return long if len(long) <= LONGEST_COMMENT else short


def _service(name: str, row: Mapping[str, Any], addresses: bool) -> str:
    words = [name, _OFF if row.get("disabled") else _ON]
    if "certificate" in row:
        words += [str(row.get("port")), quote(str(row["certificate"])), str(row.get("tls_version") or "any")]
        words.append((",".join(row.get("address") or []) or "-") if addresses else "?")
    return " ".join(words)


def from_comments(comments: Iterable[object]) -> Record:
    """The record as far as a comment of a rule tells it; empty when none does."""
    for comment in comments:
        _tag, found, text = str(comment or "").partition(_MARK)
        if found:
            return {"services": dict(_read(part.split()) for part in text.split(";") if len(part.split()) >= 2)}
    return {}


def _read(words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    row: dict[str, Any] = {"disabled": words[1] == _OFF}
    if len(words) >= 6 and words[2].isdecimal():
        row |= {"port": int(words[2]), "certificate": unquote(words[3]), "tls_version": words[4]}
        if words[5] != "?":
            row["address"] = [] if words[5] == "-" else words[5].split(",")
    return words[0], row


def restoring(record: Mapping[str, Any], services: Mapping[str, Any], opening: bool) -> Changes:
    """Changes that give the services of the record back what they had.

    :param services: the services that the router has (facts); others are passed over.
    :param opening: True for what opens a door (switches, sources): done first, while the way in still stands. False for
        what takes the way in down: port, certificate and TLS version of api-ssl, and services that were off before.
    """
    changes: Changes = []
    for name, row in sorted((record.get("services") or {}).items()):
        keys = ("address",) if opening else ("port", "certificate", "tls_version")
        options: dict[str, Any] = {key: row[key] for key in keys if key in row and row[key] is not None}
        if bool(row.get("disabled")) is not opening:
            options["disabled"] = bool(row.get("disabled"))
        if name in services and options:
            changes.append({"service": {"name": name, **options}})
    return changes


def restoring_accounts(record: Mapping[str, Any], router: Mapping[str, Any], keep: Sequence[str] = ()) -> Changes:
    """Changes that put the password rules back, and accounts which were there before into their groups.

    :param keep: users that stay as they are: the own one, which would lose its rights in the middle.
    """
    settings = record.get("user_settings") or {}
    return [
        *([{"user_settings": dict(settings)}] if settings else []),
        *(
            {"user": {"name": name, **{key: row[key] for key in USER_KEYS if key in row}}}
            for name, row in sorted((record.get("users") or {}).items())
            if name in (router.get("users") or {}) and name not in keep
        ),
    ]
