# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the variables of the secure_api role, told all at once and before anything is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_accounts import DEFAULT_POLICIES
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import (
    BadPolicy,
    dst_limit,
    granted,
    password_problems,
    rules,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

OLDEST = Version.parse("7.12")
LONGEST_LOG_PREFIX = 31
# The automation logs in, reads and writes; without one of these its next run ends at the door.
NEEDED_POLICIES = frozenset({"api", "read", "write"})
# RouterOS manual, User.
_USER_NAME = re.compile(r"(?![.-])[A-Za-z0-9_.#@-]*[A-Za-z0-9]")

Settings = Mapping[str, Any]
Facts = Mapping[str, Any]


def problems(settings: Settings, router: Facts) -> list[str]:
    """One message for each thing that is wrong; empty when the role may go on.

    :param settings: the role's variables without their prefix, and ``login``, the user that the inventory logs in as.
    :param router: the facts of the router: version, services, users, seen_from.
    """
    checks: Sequence[Callable[[Settings, Facts], Iterator[str]]] = (
        _version,
        _sources,
        _blocked,
        _port,
        _protections,
        _authority,
        _login,
        _users,
    )
    return [message for check in checks for message in check(settings, router)]


def _version(settings: Settings, router: Facts) -> Iterator[str]:
    version = str(router.get("version", ""))
    if version and Version.parse(version) < OLDEST:
        yield f"RouterOS {version} is too old: nothing is written below {OLDEST}. Upgrade the router first."


def _sources(settings: Settings, router: Facts) -> Iterator[str]:
    here = [str(address) for address in router.get("seen_from") or []]
    sources, trusted = settings.get("sources") or [], settings.get("trusted_sources") or []
    if not sources:
        yield (
            "secure_api_sources is empty, but it says who may connect: nobody could. Name your management networks"
            f"{_seen(here)}."
        )
        return
    bad = [
        *_bad_prefixes("secure_api_sources", sources),
        *_bad_prefixes("secure_api_trusted_sources", trusted),
    ]
    yield from bad
    if bad:
        return
    for name, values in (("secure_api_sources", sources), ("secure_api_trusted_sources", trusted)):
        if prefixes.covers_everyone(values) and not settings.get("allow_everyone"):
            yield (
                f"{name} lets everybody in: {', '.join(map(str, values))} together cover a whole address family. Name "
                "your management networks instead, or set secure_api_allow_everyone if the whole world shall connect."
            )
    if settings.get("brute_force") and settings.get("trusted_sources") is not None:
        counted = prefixes.outside(here, trusted)
        if counted:
            yield (
                f"secure_api_trusted_sources does not hold {', '.join(counted)}, where the router sees this controller "
                "come from: every task is a connection, so secure_api_brute_force would block the automation. Add it."
            )
            return
    missing = prefixes.outside(here, [*sources, *trusted])
    if missing:
        yield (
            f"secure_api_sources does not hold {', '.join(missing)}, where the router sees this controller come from: "
            f"the automation would lock itself out. Add {', '.join(missing)} or a network around it."
        )


def _seen(here: Sequence[str]) -> str:
    return f", at least {', '.join(here)}, where the router sees this controller come from" if here else ""


def _bad_prefixes(name: str, values: Sequence[object]) -> Iterator[str]:
    yield from (f"{name}: {message}." for message in prefixes.problems(values))


def _blocked(settings: Settings, router: Facts) -> Iterator[str]:
    blocked = settings.get("blocked_sources") or []
    bad = list(_bad_prefixes("secure_api_blocked_sources", blocked))
    yield from bad
    if bad:
        return
    own = [str(address) for address in router.get("seen_from") or [] if prefixes.contains(blocked, str(address))]
    if own:
        yield (
            f"secure_api_blocked_sources holds {', '.join(own)}, where the router sees this controller come from: the "
            "automation would lock itself out."
        )


def _port(settings: Settings, router: Facts) -> Iterator[str]:
    port = settings.get("port")
    if isinstance(port, bool) or not str(port).isdecimal() or not 1 <= int(str(port)) <= 65535:
        yield f"secure_api_port: expected a TCP port from 1 to 65535, got {port!r}."
        return
    for name, service in (router.get("services") or {}).items():
        if name != "api-ssl" and not service.get("disabled") and str(service.get("port")) == str(port):
            yield (
                f"secure_api_port: the service '{name}' of this router already listens on port {port}; RouterOS would "
                "take the second service without a word and not let it listen. Choose another port."
            )


def _protections(settings: Settings, router: Facts) -> Iterator[str]:
    prefix = str(settings.get("log_prefix") or "")
    if len(prefix) > LONGEST_LOG_PREFIX:
        yield f"secure_api_log_prefix: RouterOS takes {LONGEST_LOG_PREFIX} characters at most, not {len(prefix)}."
    for name, keys, judge in (
        ("brute_force", ("attempts", "window", "block_for"), lambda value: rules((), value, False)),
        ("rate_limit", ("rate", "per", "burst"), dst_limit),
    ):
        value = settings.get(name)
        if not value:
            continue
        if not isinstance(value, Mapping) or set(value) - set(keys):
            yield f"secure_api_{name}: expected a dictionary with {', '.join(keys)}, or false to do without."
            continue
        try:
            judge(value)
        except BadPolicy as error:
            yield f"{error}."


def _authority(settings: Settings, router: Facts) -> Iterator[str]:
    if settings.get("ca_directory") == "" and settings.get("ca") in ("router", "controller"):
        yield (
            f"secure_api_ca_directory is empty, so the authority of secure_api_certificate.ca ({settings['ca']}) could "
            "not be kept, and nobody could verify the router. Name a folder, or give ca an authority that you have: a "
            "file, or its text."
        )


def _login(settings: Settings, router: Facts) -> Iterator[str]:
    """The account of the automation itself: it exists, or it is made, and it keeps what its next run needs."""
    name = settings.get("login")
    user = next((user for user in settings.get("users") or [] if user.get("name") == name), None)
    if user is None:
        if name not in (router.get("users") or {name: {}}):
            yield (
                f"The inventory logs in as '{name}' (ansible_user), but this router has no such user and "
                "secure_api_users does not make it. Add it there with the same password as ansible_password."
            )
        return
    lacking = NEEDED_POLICIES - set(granted(user.get("policies") or DEFAULT_POLICIES))
    if lacking:
        yield (
            f"secure_api_users: '{name}' is the user that the inventory logs in as, so its policies need "
            f"{', '.join(sorted(lacking))} as well."
        )
    if settings.get("password") is not None and user.get("password") != settings["password"]:
        yield (
            f"secure_api_users: the password of '{name}' is another one than ansible_password, so the next login would "
            'fail. Write password: "{{ ansible_password }}" there.'
        )


def _users(settings: Settings, router: Facts) -> Iterator[str]:
    users = settings.get("users") or []
    names = [str(user.get("name", "")) for user in users]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"secure_api_users names '{name}' more than once."
    for user, name in zip(users, names, strict=True):
        if not _USER_NAME.fullmatch(name):
            yield (
                f"secure_api_users: '{name}' is no name for a RouterOS user: letters, digits and _ . # - @, beginning "
                "with neither . nor - and ending with a letter or digit."
            )
        weak = password_problems(user.get("password"))
        if weak:
            yield (
                f"secure_api_users: the password of '{name}' is too weak: it {', '.join(weak)}. It needs at least 12 "
                "characters with letters, digits and a special character."
            )
        yield from _user_sources(user, name, settings, router)


def _user_sources(user: Mapping[str, Any], name: str, settings: Settings, router: Facts) -> Iterator[str]:
    where = f"secure_api_users: sources of '{name}'"
    sources = user.get("sources") or []
    bad = list(_bad_prefixes(where, sources))
    yield from bad
    if bad or not sources:
        return
    if prefixes.covers_everyone(sources) and not settings.get("allow_everyone"):
        yield f"{where} let everybody try: {', '.join(map(str, sources))} together cover a whole address family."
    if name == settings.get("login"):
        missing = prefixes.outside([str(address) for address in router.get("seen_from") or []], sources)
        if missing:
            yield (
                f"{where}, whom the inventory logs in as, do not hold {', '.join(missing)}, where the router sees this "
                "controller come from: the automation would lock itself out."
            )
