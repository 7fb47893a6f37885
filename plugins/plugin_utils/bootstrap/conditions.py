# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be so on a router before bootstrap changes it: changes that refuse rather than change. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.user import User
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import BadPrefix, outside

USER, GROUP, SERVICE = "/user", "/user/group", "/ip/service"
FULL = "full"


class Admitted(Change):
    """Whoever prepares the router must be among those who may log in as the automation."""

    name = "bootstrap"
    paths = (USER,)

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        sources = self.options["sources"]
        try:
            away = outside(state.seen_from, sources)
        except BadPrefix as error:
            raise self.bad("sources", error) from error
        if away and len(away) == len(state.seen_from):
            raise self.bad(
                "sources",
                f"the router sees this controller come from {', '.join(away)}, which is in none of "
                f"{', '.join(sources)}. The automation could not log in. Nothing was written",
            )
        return []

    def view(self, state: State) -> dict[str, list[Row]]:
        return {}


class NothingLess(Change):
    """What TLS offers has to be what the router tells of it: a certificate that it has and nobody sees was taken away.

    Its options: ``where`` TLS was asked, and what it ``offered``.
    """

    name = "bootstrap"
    paths = (SERVICE,)

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        rows = [row for row in state.rows(SERVICE) if row.get("name") == "api-ssl" and row.get("dynamic") != "true"]
        bound = next((row.get("certificate", "none") for row in rows if row.get("disabled") != "true"), "none")
        if bound not in ("", "none"):
            raise self.bad(
                "first contact",
                f"the router tells that its api-ssl has the certificate '{bound}', and {self.options['where']} offers "
                f"none ({self.options['offered']}). Either ansible_host and ansible_port lead elsewhere, or somebody "
                "is between this controller and the router: do not go on. Nothing was written",
            )
        return []

    def view(self, state: State) -> dict[str, list[Row]]:
        return {}


class Remaining(Change):
    """Somebody else than the user that goes has to keep full rights: the router does not let its last one go."""

    name = "bootstrap"
    paths = (USER, GROUP)

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        leaving = self.options["name"]
        full = next((row for row in state.rows(GROUP) if row.get("name") == FULL), {})
        everything = _granted(full)
        rights = {row.get("name"): _granted(row) for row in state.rows(GROUP)}
        staying = [
            row["name"]
            for row in state.rows(USER)
            if row.get("name") != leaving
            and row.get("disabled") != "true"
            and (row.get("group") == FULL or rights.get(row.get("group"), set()) >= everything)
        ]
        if not staying:
            raise self.bad(
                "admin",
                f"nobody but '{leaving}' has full rights on this router, and it keeps its last such user. Say "
                "admin.replaced_by, a user for people that is made first. Nothing was written",
            )
        return []

    def view(self, state: State) -> dict[str, list[Row]]:
        return {}


class Disabled(User):
    """A user that may stay, but not log in; where somebody removed it, nothing is left to do."""

    def __init__(self, options: dict[str, object]) -> None:
        super().__init__({"state": "present", "update_password": "on_create", "disabled": True, **options})

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        return super().plan(state, handles) if self._row(state) else []


def _granted(row: Row) -> set[str]:
    return {word for word in row.get("policy", "").split(",") if word and not word.startswith("!")}
