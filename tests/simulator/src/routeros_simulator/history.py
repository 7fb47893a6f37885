# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done and how it is undone: /system/history, /undo, /redo, and the journal that safe mode rolls back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .table import Row, Table

LENGTH = 100  # entries that the router keeps (documented)


class Change(Protocol):
    """One step on one row that can be taken back and done again."""

    table: Table
    row: Row

    def undo(self) -> None:
        """Take it back, as far as the row still is where the change left it."""

    def redo(self) -> None:
        """Do it again."""

    def words(self) -> tuple[str, str, str]:
        """What happened, and the commands that undo and redo it."""


def _describe(values: dict[str, str]) -> str:
    return " ".join(f"{name}={text}" for name, text in values.items())


@dataclass(slots=True)
class Added:
    """A new row."""

    table: Table
    row: Row

    def undo(self) -> None:
        """Remove the row."""
        if self.row.linked:
            self.table.unlink(self.row)

    def redo(self) -> None:
        """Add it at the end again."""
        if not self.row.linked:
            self.table.link(self.row, None)

    def words(self) -> tuple[str, str, str]:
        """See Change."""
        path = self.table.path
        return "added", f"{path}/remove {self.row.id}", f"{path}/add {_describe(self.row.values)}"


@dataclass(slots=True)
class Removed:
    """A row that is gone; `following` was its neighbour."""

    table: Table
    row: Row
    following: Row | None

    def undo(self) -> None:
        """Put it back where it was."""
        if not self.row.linked:
            before = self.following if self.following is not None and self.following.linked else None
            self.table.link(self.row, before)

    def redo(self) -> None:
        """Remove it again."""
        if self.row.linked:
            self.table.unlink(self.row)

    def words(self) -> tuple[str, str, str]:
        """See Change."""
        path = self.table.path
        return "removed", f"{path}/add {_describe(self.row.values)}", f"{path}/remove {self.row.id}"


@dataclass(slots=True)
class Changed:
    """A row with other values."""

    table: Table
    row: Row
    before: dict[str, str]
    before_hidden: dict[str, Any]
    after: dict[str, str] = field(init=False)
    after_hidden: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.after = dict(self.row.values)
        self.after_hidden = {name: self.row.hidden.get(name) for name in self.before_hidden}

    def undo(self) -> None:
        """Put the old values back."""
        if self.row.linked:
            self.table.replace(self.row, self.before, self.before_hidden)

    def redo(self) -> None:
        """Put the new values back."""
        if self.row.linked:
            self.table.replace(self.row, self.after, self.after_hidden)

    def words(self) -> tuple[str, str, str]:
        """See Change."""

        def command(new: dict[str, str], old: dict[str, str]) -> str:
            words = {name: text for name, text in new.items() if old.get(name) != text}
            gone = {f"!{name}": "" for name in old if name not in new}
            return f"{self.table.path}/set {self.row.id} {_describe({**words, **gone})}".replace("  ", " ")

        return "changed", command(self.before, self.after), command(self.after, self.before)


@dataclass(slots=True)
class Moved:
    """A row in another place; `following` was its neighbour before."""

    table: Table
    row: Row
    following: Row | None
    target: Row | None = None

    def undo(self) -> None:
        """Move it back."""
        if self.row.linked:
            self.target = self.row.following
            before = self.following if self.following is not None and self.following.linked else None
            self.table.move(self.row, before)

    def redo(self) -> None:
        """Move it to where it was taken back from."""
        if self.row.linked:
            self.table.move(self.row, self.target if self.target is not None and self.target.linked else None)

    def words(self) -> tuple[str, str, str]:
        """See Change."""
        command = f"{self.table.path}/move {self.row.id}"
        return "moved", f"{command} {self.following.id if self.following else ''}".rstrip(), command


@dataclass(eq=False, slots=True)
class Action:
    """One entry of the history."""

    number: int
    changes: list[Change]
    by: str
    policy: str
    time: float
    floating: bool = False


class History:
    """The last actions of all users, newest last, and those that were undone."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._number = 0
        self._open: list[Change] = []
        self.actions: deque[Action] = deque(maxlen=LENGTH)
        self.undone: list[Action] = []
        # told of every new action; safe mode listens
        self.observers: list[Callable[[Action], None]] = []

    def record(self, change: Change) -> None:
        """Note a change of the command under way."""
        self._open.append(change)

    def commit(self, by: str, policy: str) -> None:
        """The changes noted so far are one action; without changes there is none."""
        if not self._open:
            return
        self._number += 1
        action = Action(self._number, self._open, by, policy, self._now())
        self._open = []
        self.actions.append(action)
        self.undone.clear()
        for observer in self.observers:
            observer(action)

    def undo(self) -> bool:
        """Undo the newest action; False when there is none."""
        if not self.actions:
            return False
        action = self.actions.pop()
        self.take_back([action])
        self.undone.append(action)
        return True

    def redo(self) -> bool:
        """Do the action again that was undone last; False when there is none."""
        if not self.undone:
            return False
        action = self.undone.pop()
        for change in action.changes:
            change.redo()
        self.actions.append(action)
        return True

    def take_back(self, actions: list[Action]) -> None:
        """Undo these actions, newest first, and forget them."""
        for action in reversed(actions):
            for change in reversed(action.changes):
                change.undo()
            if action in self.actions:
                self.actions.remove(action)
