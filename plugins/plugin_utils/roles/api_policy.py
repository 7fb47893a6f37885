# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of the secure_api role as functions: rules from its data, groups from policies, passwords judged. Pure.

The policy itself is data of the role; what is here only turns it into the options of modules.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue, kind

Rule = dict[str, Any]

MINIMUM_PASSWORD = 12
# The unit that durations are compared in.
MICROSECONDS = 1_000_000
# "Generated names stay short": no limit is documented for names of lists, chains and groups.
LONGEST_NAME = 28
MOST_ATTEMPTS = 10
# Idle flows are forgotten after this time at the earliest; what WinBox fills in.
_EXPIRE = 100

# The order in which RouterOS shows policies (RouterOS manual, User); dude and tikapp belong to older versions.
# fmt: off
POLICIES = (
    "local", "telnet", "ssh", "ftp", "reboot", "read", "write", "policy", "test", "winbox", "password", "web", "sniff",
    "sensitive", "api", "romon", "rest-api", "dude", "tikapp",
)
# fmt: on


class BadPolicy(ValueError):
    """The policy asks for something that cannot be. The message names the variable."""


def password_problems(password: object) -> list[str]:
    """What is too weak about a password; empty when it is good enough. The password is never quoted."""
    text = password if isinstance(password, str) else ""
    found = []
    if len(text) < MINIMUM_PASSWORD:
        found.append(f"has {len(text)} of at least {MINIMUM_PASSWORD} characters")
    if not any(letter.isalpha() for letter in text):
        found.append("has no letter")
    if not any(letter.isdigit() for letter in text):
        found.append("has no digit")
    if not any(not letter.isalnum() and not letter.isspace() for letter in text):
        found.append("has no special character")
    return found


def granted(policies: Iterable[str]) -> list[str]:
    """The granted policies, each once, in RouterOS's order; those with a ``!`` are refused anyway and left out."""
    names = {str(name) for name in policies if not str(name).startswith("!")}
    return [name for name in POLICIES if name in names] + sorted(names.difference(POLICIES))


def group_name(policies: Iterable[str]) -> str:
    """The name of the group that holds exactly these policies: ``bastion-read-write-api``; long ones are cut."""
    name = "-".join(["bastion", *granted(policies)])
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:19]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def seconds(duration: object, where: str) -> float:
    """A RouterOS duration such as 1m, 1h30m or 00:01:00 in seconds.

    :raises BadPolicy: it is none; ``where`` names the variable.
    """
    durations = kind("duration")
    try:
        key = durations.key(durations.write(duration))
    except BadValue as error:
        raise BadPolicy(f"{where}: {error}") from error
    return float(key) / MICROSECONDS  # type: ignore[arg-type]


def dst_limit(rate_limit: Mapping[str, Any]) -> str:
    """The rate per source as RouterOS writes it: ``5,10,src-address/1m40s``.

    A flow that is forgotten starts with a full bucket, so it is remembered for as long as the bucket takes to fill.

    :raises BadPolicy: ``secure_api_rate_limit`` holds something else than rate, per and burst.
    """
    rate = _whole(rate_limit.get("rate"), "secure_api_rate_limit.rate", 1, 1_000_000)
    burst = _whole(rate_limit.get("burst"), "secure_api_rate_limit.burst", 1, 1_000_000)
    per = seconds(rate_limit.get("per"), "secure_api_rate_limit.per")
    if per < 1 or per % 1:
        raise BadPolicy("secure_api_rate_limit.per: write whole seconds, at least 1s")
    expire = max(_EXPIRE, math.ceil(burst * per / rate))
    durations = kind("duration")
    time = "" if per == 1 else f"/{durations.write(f'{per:.0f}s')}"
    return f"{rate}{time},{burst},src-address/{durations.write(f'{expire}s')}"


def rules(data: Sequence[Mapping[str, Any]], brute_force: Any, rate_limit: Any) -> list[Rule]:
    """The rules of one chain, from the policy's data.

    A rule of the data is a rule of the firewall_filter module, with these additions: ``only_with`` and ``only_without``
    name a protection (brute_force, rate_limit) that must be on or off; ``within_rate`` asks for the rate per source;
    ``each_stage`` repeats the rule for every step of the staging, the last one first, since a packet goes on after a
    list was added to and must not climb twice. ``{stage}``, ``{next}``, ``{last}``, ``{window}`` and ``{block_for}``
    stand for the numbers and times.

    :raises BadPolicy: a protection is ill described.
    """
    switches = {"brute_force": bool(brute_force), "rate_limit": bool(rate_limit)}
    words = _staging_words(brute_force) if brute_force else {}
    limit = dst_limit(rate_limit) if rate_limit else ""
    made: list[Rule] = []
    for item in data:
        if not switches.get(item.get("only_with", ""), True) or switches.get(item.get("only_without", ""), False):
            continue
        rule = {
            name: value
            for name, value in item.items()
            if name not in ("only_with", "only_without", "within_rate", "each_stage")
        }
        if item.get("within_rate") and limit:
            rule["dst_limit"] = limit
        if not item.get("each_stage"):
            made.append(_filled(rule, words))
            continue
        for stage in range(int(words["last"]) - 1, 0, -1):
            made.append(_filled(rule, {**words, "stage": str(stage), "next": str(stage + 1)}))
    return made


def _staging_words(brute_force: Mapping[str, Any]) -> dict[str, str]:
    attempts = _whole(brute_force.get("attempts"), "secure_api_brute_force.attempts", 1, MOST_ATTEMPTS)
    words = {"last": str(attempts)}
    for name in ("window", "block_for"):
        where = f"secure_api_brute_force.{name}"
        if not 1 <= seconds(brute_force.get(name), where) <= seconds("35w3d13h13m56s", where):
            raise BadPolicy(f"{where}: RouterOS keeps addresses in a list for 1s to 35w3d13h13m56s")
        words[name] = str(brute_force[name])
    return words


def _filled(rule: Rule, words: Mapping[str, str]) -> Rule:
    return {
        name: value.format_map(words) if isinstance(value, str) and words else value for name, value in rule.items()
    }


def _whole(value: object, where: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdecimal():
        raise BadPolicy(f"{where}: expected a whole number, got {value!r}")
    if not low <= int(value) <= high:
        raise BadPolicy(f"{where}: expected {low} to {high}, got {value}")
    return int(value)
