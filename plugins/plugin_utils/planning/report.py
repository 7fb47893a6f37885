# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a result shows: rows and operations as plain data, diffs row by row, secrets of the menus masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import Menu, menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import MASK, Operation, Row

# What changes by itself or means nothing to the reader.
NOISE = frozenset({".id", "bytes", "packets", "invalid", "creation-time", "last-logged-in", "expires-after", ".nextid"})


def shown_row(target: Menu, row: Mapping[str, str]) -> dict[str, Any]:
    """One row with underscored names and friendly values (lists, numbers, booleans), without noise and secrets."""
    result: dict[str, Any] = {}
    for name, text in row.items():
        if name in NOISE:
            continue
        known = target.properties.get(name)
        value = MASK if target.is_secret(name) else known.kind.show(text) if known else text
        result[name.replace("-", "_")] = value
    return result


def shown(tables: Mapping[str, Sequence[Row]]) -> dict[str, list[dict[str, Any]]]:
    """Rows by menu path, fit for ``before`` and ``after``."""
    return {path: [shown_row(menu(path), row) for row in rows] for path, rows in tables.items()}


def merged(views: Iterable[Mapping[str, Sequence[Row]]]) -> dict[str, list[Row]]:
    """The rows of several changes by menu, each row once."""
    found: dict[str, list[Row]] = {}
    for view in views:
        for path, rows in view.items():
            known = found.setdefault(path, [])
            known.extend(row for row in rows if row not in known)
    return found


def line(target: Menu, row: Mapping[str, str]) -> str:
    """One row as one line of a diff: the key first, then the rest by name."""
    names = [*(name for name in target.key if name in row), *sorted(set(row) - set(target.key) - NOISE)]
    return " ".join(f"{name}={MASK if target.is_secret(name) else _quoted(row[name])}" for name in names)


def _quoted(text: str) -> str:
    return f'"{text}"' if not text or " " in text else text


def diff(before: Mapping[str, Sequence[Row]], after: Mapping[str, Sequence[Row]]) -> list[dict[str, str]]:
    """Ansible diffs, one per menu that differs, one line per row."""
    result = []
    for path in dict.fromkeys([*before, *after]):
        target = menu(path)
        old = "".join(line(target, row) + "\n" for row in before.get(path, ()))
        new = "".join(line(target, row) + "\n" for row in after.get(path, ()))
        if old != new:
            result.append({"before_header": path, "after_header": path, "before": old, "after": new})
    return result


def operations(steps: Sequence[Operation]) -> list[dict[str, Any]]:
    """The plan as plain data."""
    return [step.describe(menu(step.path).is_secret) for step in steps]


def sentence(step: Operation) -> str:
    """One operation for a message, without secrets."""
    target = menu(step.path)
    shown_texts = {name: text for name, text in {**step.was, **step.properties}.items() if not target.is_secret(name)}
    names = [name for name in (*target.key, "comment", *step.properties) if name in shown_texts]
    words = " ".join(f"{name}={_quoted(shown_texts[name])}" for name in dict.fromkeys(names))
    return f"{step.path} {step.verb} {words}".strip()
