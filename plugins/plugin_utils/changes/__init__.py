# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change: the options of one module call, as tables to read and operations to carry out.

One file per module in this folder; each holds a class ``CHANGE``. Reading is declared, planning is pure; what only the
router can tell (is this still the password?) goes through ``observe``, before planning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import Menu, Unsupported, check_supported

# Python gives a package the names of its submodules as they are imported, so `menu` would become the file menu.py.
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu as declared
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import SPOKEN_SECRETS
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import PACKAGE, BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import Read, State
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue, kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session


class Router(Protocol):
    """What ``observe`` may ask of the router, besides the tables."""

    def read(self, path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> list[Row]: ...

    def read_sensitive(self, path: str, properties: Sequence[str]) -> list[Row]: ...

    def password_works(self, user: str, password: str) -> bool: ...


class Change:
    """One wanted state of one thing. Subclasses fill in ``reads`` and ``plan``."""

    name: ClassVar[str]
    paths: ClassVar[tuple[str, ...]] = ()
    # Options that users look for here, and where they belong.
    elsewhere: ClassVar[Mapping[str, str]] = {}

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = dict(options)
        self.warnings: list[str] = []

    @classmethod
    def refuse_misplaced(cls, options: Iterable[str]) -> None:
        """Tell where an option belongs that is none of this module.

        :raises BadOption: names the option and its place.
        """
        for name in options:
            if name in cls.elsewhere:
                raise BadOption(f"{cls.name}: {name} belongs to {cls.elsewhere[name]}")

    def check(self, version: Version) -> None:
        """Refuse what the router cannot do, before anything is read or written.

        :raises BadOption: says what, where and what to do.
        """

    def reads(self, version: Version) -> Sequence[Read]:
        """The tables that ``plan`` and ``view`` look at."""
        return [Read(path) for path in self.paths]

    def observe(self, state: State, router: Router) -> None:
        """Ask the router what no table tells; called once, before ``plan``."""

    def plan(self, state: State, handles: Iterator[str]) -> list[Operation]:
        """The operations that lead from ``state`` to what is wanted; pure, empty when it is there already.

        :param handles: names for the rows to add, shared by all changes of a transaction.
        """
        raise NotImplementedError

    def settled_certificates(self) -> None:
        """Called when certificates were made or saved: what ``observe`` had found of them may be out of date."""

    def settled(self) -> None:
        """Called when all operations were carried out: what ``observe`` had found may be out of date."""

    def carry(self, operation: Operation, session: Session, sleep: Callable[[float], None]) -> bool:
        """Carry out an operation of this change that takes more than a sentence, or secrets that no plan shows.

        :returns: whether it was this change's, and is done.
        """
        return False

    def view(self, state: State) -> dict[str, list[Row]]:
        """The rows that this change is about, by menu path: what ``before`` and ``after`` show."""
        raise NotImplementedError

    def secrets(self) -> Iterable[object]:
        """The secret values among the options: whatever is declared secret or always is, at any depth."""
        secret = {prop.name for path in self.paths for prop in declared(path).properties.values() if prop.secret}
        names = {name.replace("-", "_") for name in secret | SPOKEN_SECRETS}
        return _values_of(names, self.options)

    def secrets_in(self, view: Mapping[str, Sequence[Row]]) -> Iterable[object]:
        """The secrets among rows that ``view`` tells, besides the properties that are declared secret."""
        return ()

    def bad(self, where: str, message: object) -> BadOption:
        """An error that names the module and the option."""
        return BadOption(f"{self.name}: {where}: {message}")

    def text(self, target: Menu, name: str, value: object, version: Version, where: str = "") -> str:
        """One option as the text that the router takes and reads back.

        :raises BadOption: this version does not know the property, or the value is not of its type.
        """
        where = where or name.replace("-", "_")
        if name not in target.properties:
            raise self.bad(where, f"{target.path} has no property '{name}'")
        try:
            check_supported(target, {name: value}, version)
            return kind(target.properties[name].type).write(value)
        except (BadValue, Unsupported) as error:
            raise self.bad(where, error) from error

    def texts(
        self, target: Menu, options: Mapping[str, Any], version: Version, where: str = "", leave_out: Iterable[str] = ()
    ) -> dict[str, str]:
        """Options named as the menu's properties, with underscores, under the names that this version prints.

        Those that are not set are left out.
        """
        skip = set(leave_out)
        found = {}
        for option, value in options.items():
            if value is not None and option not in skip:
                name = target.current_name(option.replace("_", "-"), version)
                found[name] = self.text(target, name, value, version, f"{where}{option}")
        return found


def _values_of(names: set[str], value: Any) -> Iterable[object]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).replace("-", "_") in names:
                yield item
            else:
                yield from _values_of(names, item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _values_of(names, item)


def change_class(module: str) -> type[Change]:
    """The class behind a module's name.

    :raises BadOption: no module of this collection that changes a router has this name.
    """
    short = module.removeprefix("bastion.routeros.")
    try:
        return import_module(f"{PACKAGE}.plugin_utils.changes.{short}").CHANGE  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(f".changes.{short}"):
            raise
        raise BadOption(f"transaction: '{module}' is no module of bastion.routeros that changes a router") from error
