# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account: could our user log in, from each address, and still do its work?"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import (
    AAA,
    GROUP,
    USER,
    Case,
    Finding,
    is_on,
    named,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import admits

# Without any of these an automation cannot do its work again; `api` is the way in itself.
KEPT_POLICIES = ("api", "read", "write", "policy")


def account(case: Case) -> Iterator[Finding]:
    """What is found of the user and its group."""
    name = case.way.user
    old, new = named(case.before, USER, name), named(case.after, USER, name)
    if USER in case.before.tables and old is None:
        yield from _elsewhere(case, new)
        return
    if old is None:
        return
    why = _for_everybody(case, old, new)
    for address in case.before.seen_from:
        if why:
            yield Finding(address, why, True)
        elif new is not None and admits(old.get("address", ""), address):
            admitted = new.get("address", "")
            if not admits(admitted, address):
                yield Finding(address, f"the own user '{name}' could log in from {admitted} only", True)


def _elsewhere(case: Case, new: Row | None) -> Iterator[Finding]:
    """An account that no row tells of is RADIUS's; only a login can tell whether that goes on."""
    if new is None and any(step.path == AAA for step in case.acting):
        for address in case.before.seen_from:
            yield Finding(address, f"the own user '{case.way.user}' is no local one, and {AAA} would change", False)


def _for_everybody(case: Case, old: Row, new: Row | None) -> str:
    name = case.way.user
    if new is None:
        return f"the own user '{name}' would be gone"
    if is_on(new, "disabled") and not is_on(old, "disabled"):
        return f"the own user '{name}' would be disabled"
    had, has = policies(case.before, old), policies(case.after, new)
    lost = [policy for policy in KEPT_POLICIES if policy in had - has]
    if lost:
        return f"the own user '{name}' would lose the policies {', '.join(lost)} (group '{new.get('group')}')"
    for step in case.acting:
        password = step.properties.get("password")
        if step.path == USER and step.id == old.get(".id") and password not in (None, case.way.password):
            return f"the own user '{name}' would get another password than the one that is used to log in"
    return ""


def policies(state: State, user: Row) -> set[str]:
    """What the group of a user grants."""
    group = named(state, GROUP, user.get("group")) or {}
    return {word for word in group.get("policy", "").split(",") if word and not word.startswith("!")}
