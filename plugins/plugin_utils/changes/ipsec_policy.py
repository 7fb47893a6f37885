# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ipsec_policy``: which packets go through a tunnel. The first policy for a packet decides, so their order counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.selectors import overlap
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.compare import Comparer, untouchable
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.plan import PlanError, plan_row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import nearest
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/ip/ipsec/policy"
PEER = "/ip/ipsec/peer"
PROPOSAL = "/ip/ipsec/proposal"
GROUP = "/ip/ipsec/policy/group"
NAMED = {"peer": (PEER, "ipsec_peer"), "proposal": (PROPOSAL, "ipsec_proposal"), "group": (GROUP, "menu")}
SELECTORS = ("src-address", "dst-address", "protocol", "src-port", "dst-port", "template")


class IpsecPolicy(Change):
    """A row of ``/ip/ipsec/policy``, known by what it selects and by its peer (a template: by its group)."""

    name = "ipsec_policy"
    paths = (PATH,)

    def check(self, version: Version) -> None:
        self._want = self.texts(menu(PATH), self.options, version, leave_out=("state", "placement"))
        self._absent = self.options["state"] == "absent"
        self._template = self._want["template"] == "true"
        self._where, self._anchor = self._placement(self.options.get("placement"))
        foreign = ("peer", "tunnel") if self._template else ("group",)
        wrong = [name for name in foreign if name in self._want]
        if wrong:
            kind = "a template" if self._template else "a policy that is no template"
            raise self.bad(wrong[0], f"means nothing for {kind}")
        ports = [name for name in ("src-port", "dst-port") if self._want[name] != "any"]
        if ports and self._want["protocol"] in ("all", "255"):
            raise self.bad(ports[0].replace("-", "_"), "a port needs a protocol that has ports, such as tcp or udp")

    def _placement(self, placement: Any) -> tuple[str, str]:
        if placement in (None, "top", "bottom"):
            if placement and self._template:
                raise self.bad("placement", "templates match no packets, so their order does not count")
            return placement or "", ""
        if isinstance(placement, Mapping) and len(placement) == 1:
            where, comment = next(iter(placement.items()))
            if where in ("before", "after") and comment:
                return str(where), str(comment)
        raise self.bad("placement", "expected top, bottom, {before: COMMENT} or {after: COMMENT}")

    def reads(self, version: Version) -> Sequence[Read]:
        return [Read(PATH), *(Read(path) for name, (path, _module) in NAMED.items() if name in self._want)]

    def _selected(self, state: State) -> list[Row]:
        """The policies for the same packets (of a template: those of the same group), whatever their peer."""
        compare = Comparer(menu(PATH), state.version)
        key = (*SELECTORS, *(["group"] if self._template else []))
        want = {"group": "default", **self._want}
        return [
            row
            for row in state.rows(PATH)
            if not untouchable(row) and all(compare.same(name, row.get(name), want[name]) for name in key)
        ]

    def _rows(self, state: State) -> list[Row]:
        """Those of the peer that is named, or all of them."""
        if "peer" not in self._want:
            return self._selected(state)
        return [row for row in self._selected(state) if set(_words(row)) == set(self._want["peer"].split(","))]

    def row(self, state: State) -> Row | None:
        """The one row that the options tell.

        :raises BadOption: there are several.
        """
        rows = self._rows(state)
        if len(rows) > 1:
            peers = ", ".join(row.get("peer", "") or "none" for row in rows)
            raise self.bad("peer", f"{len(rows)} policies are for these packets, and one must be named; peers: {peers}")
        return rows[0] if rows else None

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        row = self.row(state)
        if self._absent:
            return self._remove(row) if row else []
        self._check_names(state)
        if row is None:
            self._check_new(state)
        operations = plan_row(menu(PATH), row, self._want if row else self._new(), state.version, handles)
        misplaced, before = self._place(state, row)
        if row is None:
            return [replace(operations[0], before=before)]
        if misplaced and before != row[".id"]:
            order = [each[".id"] for each in state.rows(PATH)]
            following = order[order.index(row[".id"]) + 1 :]
            position = following[0] if following else ""
            operations.append(Operation(PATH, "move", id=row[".id"], before=before, position=position))
        return operations

    def _new(self) -> dict[str, str]:
        """A new row without what it is anyway: the options that tell a policy have the router's own defaults."""
        known = menu(PATH).properties
        return {name: text for name, text in self._want.items() if name not in SELECTORS or known[name].default != text}

    def _remove(self, row: Row) -> list[Operation]:
        if row.get("default") == "true":
            raise self.bad(
                "state", "the default template comes with RouterOS and cannot be removed; set disabled: true"
            )
        return [Operation(PATH, "remove", id=row[".id"], was=row)]

    def _check_names(self, state: State) -> None:
        for name, (path, module) in NAMED.items():
            for word in self._want.get(name, "").split(","):
                known = {row.get("name", "") for row in state.rows(path)} if word else set()
                if word and word not in known:
                    raise self.bad(
                        name,
                        f"there is no '{word}' in {path} of this router (it has: "
                        f"{', '.join(sorted(known)) or 'nothing'}); make it first with bastion.routeros.{module}, in "
                        "the same transaction if you like",
                    )

    def _check_new(self, state: State) -> None:
        """What the router would refuse, or take and never use (RouterOS manual, IPsec)."""
        if self._template:
            return
        if self._want.get("action", "encrypt") == "encrypt" and "peer" not in self._want:
            raise self.bad("peer", "needed for a new policy that encrypts")
        if self._want.get("disabled") == "true":
            return
        for other in self._selected(state):
            if other.get("disabled") != "true":
                raise self.bad(
                    "peer",
                    f"there is a policy for the same packets already, with peer '{other.get('peer', '') or 'none'}'; "
                    "RouterOS would never use a second one. Remove or disable that first, in the same transaction if "
                    "you like",
                )

    def _place(self, state: State, row: Row | None) -> tuple[bool, str]:
        """Whether the row stands where it may not, and what to put it before; new ones at the end if nobody says more.

        Rows are never placed by what may vanish: dynamic rows and templates.
        """
        rows = [each for each in state.rows(PATH) if not untouchable(each) and each.get("template") != "true"]
        at = next((number for number, each in enumerate(rows) if each is row), None)
        others = [number for number, each in enumerate(rows) if each is not row]
        if self._where in ("", "top", "bottom"):
            meeting = [number for number in others if overlap(self._want, rows[number])]
            if not self._where or not meeting:
                return False, ""
            if self._where == "top":
                return at is None or at > meeting[0], rows[meeting[0]][".id"]
            return at is None or at < meeting[-1], ""
        anchors = [number for number in others if rows[number].get("comment", "") == self._anchor]
        if not anchors:
            raise PlanError(self._no_anchor([rows[number].get("comment", "") for number in others]))
        if self._where == "before":
            return at is None or at > anchors[0], rows[anchors[0]][".id"]
        behind = [number for number in others if number > anchors[-1]]
        return at is None or at < anchors[-1], rows[behind[0]][".id"] if behind else ""

    def _no_anchor(self, known: list[str]) -> str:
        hint = nearest(self._anchor, [each for each in known if each])
        return f"no policy has the comment {self._anchor!r} to be placed {self._where}" + (f"; {hint}" if hint else "")

    def view(self, state: State) -> dict[str, list[Row]]:
        return {PATH: self._rows(state)}


def _words(row: Row) -> list[str]:
    return [word for word in row.get("peer", "").split(",") if word]


CHANGE = IpsecPolicy
