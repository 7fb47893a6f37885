# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real router's export into a simulated one: what its menus cover is taken over, the rest is named and left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .errors import Trap
from .overlay import POLICIES
from .script_runner import Runner, ScriptFailed
from .script_syntax import ScriptError, parse

if TYPE_CHECKING:
    from .router import Router


async def take_over(router: Router, text: str, skipped: Callable[[str], None] = lambda _unused: None) -> int:
    """Run the statements of an export one by one; how many were taken over.

    skipped: told of every other one, with its line and the reason. Raises ScriptError when the text is no script.
    """
    statements = parse(text)
    session = router.inner_session("admin", frozenset(POLICIES), router.tables["/user"].find(name="admin"))
    runner = Runner(router, session, lambda _unused: None)
    taken = 0
    foreign = ""  # a menu that is not simulated, with everything that belongs to it
    with router.batch():
        for statement in statements:
            words = [word.plain or f"{word.name}=..." for word in statement.words]
            if words[0].startswith("/"):
                path, verb, _unused = runner.locate(statement)
                menu = router.menus.get(path)
                known = not verb or verb == "find" or (menu is not None and verb in menu.commands)
                foreign = "" if known else " ".join(words)
                if not known or not verb:
                    runner.context = path
                    continue
            if foreign:
                skipped(f"line {statement.line}: {foreign}: this menu is not simulated")
                continue
            try:
                await runner.run([statement])
                taken += 1
            except (ScriptFailed, ScriptError, Trap) as error:
                skipped(f"line {statement.line}: {runner.context} {words[0]}: {error}")
    router.history.actions.clear()
    return taken
