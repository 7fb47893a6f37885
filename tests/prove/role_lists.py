# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change lists of the role secure_api, made from its own variables: what its tasks would hand to ``transaction``.

Ansible's templates are filled in by a process of their own: its import hooks and those of the tests do not get along.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

ROLE = Path(__file__).resolve().parents[2] / "roles" / "secure_api"
Call = tuple[str, dict[str, Any]]


def role_changes(facts: Mapping[str, Any], name: str, variables: Mapping[str, Any]) -> list[Call]:
    """The calls behind a list of the role ("opening", "closing"), for the router that the facts tell of.

    :param variables: those of the inventory.
    """
    process = _templating()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([name, dict(variables), dict(facts)]) + "\n")
    process.stdin.flush()
    changes = json.loads(process.stdout.readline())
    assert changes
    return [next(iter(change.items())) for change in changes]


@lru_cache(maxsize=1)
def _templating() -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end() -> None:
        with process:
            pass

    atexit.register(end)
    return process


def _trusted(value: Any) -> Any:
    from ansible.template import trust_as_template

    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, Mapping):
        return {name: _trusted(item) for name, item in value.items()}
    return [_trusted(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Answer lines with lines, until there are no more."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader
    from ansible.template import Templar, trust_as_template

    init_plugin_loader([])
    loader = DataLoader()
    own: dict[str, Any] = {}
    for part in ("defaults", "vars"):
        own |= loader.load_from_file(str(ROLE / part / "main.yml"), trusted_as_template=True)
    for line in sys.stdin:
        name, variables, facts = json.loads(line)
        known = {**own, **_trusted(variables), "ansible_facts": {"routeros": facts}}
        templar = Templar(loader=loader, variables=known)
        problems = templar.template(trust_as_template("{{ __secure_api_problems }}"))
        if problems:
            raise SystemExit(f"the role refuses: {problems}")
        # Through JSON: plain data, without the tags that Ansible puts on strings.
        changes = templar.template(trust_as_template(f"{{{{ __secure_api_{name} }}}}"))
        sys.stdout.write(json.dumps(changes) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
