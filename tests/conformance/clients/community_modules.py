# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of community.routeros without playbooks, run in an environment of its own: many calls in one process.

[[module, arguments], ...] on stdin, one JSON line for each: the module's result, or the paths that it knows for the
module "PATHS".
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from typing import Any

from ansible.module_utils.testing import patch_module_args

PLUGINS = "ansible_collections.community.routeros.plugins"


def call(module: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run a module's main(), as Ansible would on the controller."""
    output = io.StringIO()
    code = importlib.import_module(f"{PLUGINS}.modules.{module}")
    with patch_module_args(arguments), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        code.main()
    found: dict[str, Any] = json.loads(output.getvalue())
    return found


def paths() -> list[str]:
    """The menus that the collection understands."""
    data = importlib.import_module(f"{PLUGINS}.module_utils._api_data")
    return sorted(" ".join(path) for path, one in data.PATHS.items() if one.fully_understood)


def main() -> None:
    """See the module."""
    for module, arguments in json.load(sys.stdin):
        answer = {"paths": paths()} if module == "PATHS" else call(module, arguments)
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
