# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One recursive masker for everything that leaves an action: results, diffs, messages.

Action plugins get no ``no_log`` treatment from Ansible, so this stands on every result and on every exception.
Which properties are secret is marked once, in the menu declarations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import MASK

# A shorter secret inside a longer text would mask half of any sentence: it is masked only where it stands alone.
SHORTEST_INSIDE = 4
_LINE = 32
_RUNS = re.compile(r"[A-Za-z0-9]{4,}")


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, and as it stands in what Python or JSON have quoted."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    # Which quote Python escapes depends on the text around.
    quoted = repr("'\"" + secret)[4:-1]
    yield quoted
    yield quoted.replace("\\'", "'")
    # Of a key in a file, each line is a secret.
    yield from (line for line in secret.splitlines()[1:] if len(line) >= _LINE and "-----" not in line)


class Masker:
    """Replaces every occurrence of the secrets that it was told, at any depth of a value."""

    def __init__(self, secrets: Iterable[object] = ()) -> None:
        self._secrets: set[str] = set()
        self.add(*secrets)

    def add(self, *secrets: object) -> None:
        """Learn secrets, of lists and mappings all leaves, by their text; ``None`` and empty texts are ignored."""
        for secret in secrets:
            if isinstance(secret, Mapping):
                self.add(*secret.values())
            elif isinstance(secret, (list, tuple)):
                self.add(*secret)
            elif secret is not None and str(secret) != "":
                self._secrets.update(_forms(str(secret)))

    def text(self, value: str) -> str:
        """The text without any secret; the longest secrets go first, so that none leaves a rest behind."""
        if value in self._secrets:
            return MASK
        for secret in sorted(self._secrets, key=len, reverse=True):
            if len(secret) >= SHORTEST_INSIDE and secret in value:
                value = value.replace(secret, MASK)
        return value

    def touches(self, value: str) -> bool:
        """Whether a text may hold a secret in any form: four letters or digits in a row are the same, or all of it."""
        runs = {run for secret in self._secrets for run in _RUNS.findall(secret) or [secret]}
        return any(run in value for run in runs)

    def mask(self, value: Any) -> Any:
        """A copy of ``value`` (mappings, sequences, scalars, at any depth) without the secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.mask(key): self.mask(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.mask(item) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and str(value) in self._secrets:
            return MASK
        return value
