# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory needs from now on."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap import inventory
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions

WAY = ConnectionOptions("192.0.2.7", "automation", "correct-horse-7", ca_path="/etc/net/ca/r.pem", tls_hostname="r.net")


def test_it_holds_the_way_in_and_no_secret() -> None:
    held = inventory.variables(WAY, "/etc/net")
    assert held == {
        "ansible_connection": "bastion.routeros.api",
        "ansible_host": "192.0.2.7",
        "ansible_port": 8729,
        "ansible_user": "automation",
        "ansible_routeros_ca_path": "{{ inventory_dir }}/ca/r.pem",
        "ansible_routeros_tls_hostname": "r.net",
    }
    assert inventory.variables(WAY, "/etc/network")["ansible_routeros_ca_path"] == "/etc/net/ca/r.pem"


def test_a_file_is_written_when_it_says_something_else(tmp_path: Path) -> None:
    path = str(tmp_path / "host_vars" / "router1" / "way_in.yml")
    held = inventory.variables(WAY)
    assert inventory.differs(path, "router1", held)
    inventory.write(path, "router1", held)
    assert not inventory.differs(path, "router1", held)
    assert yaml.safe_load(Path(path).read_text()) == held
    assert inventory.differs(path, "router1", {**held, "ansible_port": 18729})
    assert [each.name for each in Path(path).parent.iterdir()] == ["way_in.yml"]
