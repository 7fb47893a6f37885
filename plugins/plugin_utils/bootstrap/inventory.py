# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory needs from now on: a file of variables, without secrets. Pure, but for writing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.files import write_whole
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions

HEAD = "---\n# Written by bastion.routeros.bootstrap: how {name} is reached. No secret is in it.\n"


def variables(way: ConnectionOptions, inventory_dir: str = "") -> dict[str, Any]:
    """The way in as variables of the inventory.

    :param inventory_dir: a CA file below it is named by it, so that the whole inventory can be moved
    """
    # Ansible's own texts and numbers remember where they come from, and no YAML can represent that.
    found: dict[str, Any] = {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": str(way.host),
        "ansible_port": int(way.effective_port),
        "ansible_user": str(way.user),
        "ansible_routeros_ca_path": _movable(way.ca_path, inventory_dir),
    }
    if way.tls_hostname:
        found["ansible_routeros_tls_hostname"] = str(way.tls_hostname)
    return found


def _movable(path: str, inventory_dir: str) -> str:
    if inventory_dir and Path(path).is_relative_to(inventory_dir):
        return "{{ inventory_dir }}/" + str(Path(path).relative_to(inventory_dir))
    return str(path)


def differs(path: str, name: str, held: dict[str, Any]) -> bool:
    """Whether the file is missing or says something else."""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8") != _text(name, held)
    except (OSError, UnicodeError):
        return True


def write(path: str, name: str, held: dict[str, Any]) -> None:
    """Write the file, whole or not at all; missing folders are made.

    :raises OSError: it cannot be written.
    """
    write_whole(Path(path).expanduser(), _text(name, held).encode(), 0o644)


def _text(name: str, held: dict[str, Any]) -> str:
    return HEAD.format(name=name) + yaml.safe_dump(held, sort_keys=False, allow_unicode=True)
