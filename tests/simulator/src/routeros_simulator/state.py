# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router's configuration as a file: what survives a restart, certificates with their keys and passwords included.

Dynamic rows, logs and sessions do not survive, on a real router either.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .router import Router, Row

FORMAT = 1
#: menus that show what happens, not what is configured
VOLATILE = frozenset({"/log", "/user/active", "/system/history", "/system/script/job", "/system/script/environment"})
#: what a row remembers of the moment only
PASSING = frozenset({"fresh-until", "readable-from", "signing"})


class BadState(ValueError):
    """The file is no state of a simulated router."""


def dump(router: Router) -> dict[str, Any]:
    """Everything that a restart keeps, fit for JSON."""
    tables = {}
    for path, table in router.tables.items():
        if path not in VOLATILE:
            rows = [[row.id, row.values, _lasting(row)] for row in table if not row.dynamic]
            tables[path] = {"next_id": table.next_id, "rows": rows}
    return {"format": FORMAT, "version": router.version, "tables": tables}


def _lasting(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.hidden.items() if name not in PASSING}


def load(router: Router, data: Any) -> None:
    """Make a router that has just been built look like the saved one; properties that its version lacks are left out.

    Raises BadState.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("tables"), dict):
        raise BadState("this is no state of a simulated router")
    saved = {path: content for path, content in data["tables"].items() if path in router.tables}
    # first everything goes, then everything comes: a row that goes would change the names that others have for it
    for path in saved:
        for row in [row for row in router.tables[path] if not row.dynamic]:
            if row.linked:  # an authority has taken along what it signed
                router.tables[path].delete(row)
    for path, content in saved.items():
        table = router.tables[path]
        for row_id, values, hidden in content["rows"]:
            kept = {name: text for name, text in values.items() if name in table.menu.properties}
            free = table.get(row_id) is None  # a dynamic row of the fresh router may have it
            row = table.insert(kept, id=row_id if free else None, hidden=hidden)
            row.values, row.hidden = dict(kept), dict(hidden)  # without what making a row adds: times, order
        table.next_id = max([content["next_id"], *(int(row.id[1:], 16) + 1 for row in table if row.dynamic)])


def save_file(router: Router, path: Path) -> None:
    """Write the state so that the file is always whole; only its owner may read it."""
    text = json.dumps(dump(router), ensure_ascii=False)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    temporary.replace(path)


def load_file(router: Router, path: Path) -> None:
    """Read a state. Raises BadState and OSError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except ValueError as error:
        raise BadState(f"{path} is no state of a simulated router: {error}") from error
    load(router, data)
