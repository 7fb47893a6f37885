# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tunnel for each of several controllers, such as the execution nodes of AWX, which Ansible reaches over SSH."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.nodes import machine
from ansible_collections.bastion.routeros.tests.integration.ipsec_api_tunnel.relay import CONTROLLER, Relay
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from routeros_simulator.testing import Simulator

# As the role's README has it; only where swanctl is differs between these nodes.
PLAY = """\
- hosts: routers
  gather_facts: false
  tasks:
    - name: Both ends of each
      ansible.builtin.include_role:
        name: bastion.routeros.ipsec_api_tunnel
        tasks_from: "{{ part | default('main') }}"
      vars:
        ipsec_api_tunnel_name: "{{ node.name }}"
        ipsec_api_tunnel_controller: "{{ node.end }}"
        ipsec_api_tunnel_controller_host: "{{ node.host }}"
        ipsec_api_tunnel_swanctl_directory: "{{ hostvars[node.host].folder }}"
        ipsec_api_tunnel_swanctl_command: ["{{ hostvars[node.host].folder }}/swanctl"]
      loop: "{{ execution_nodes }}"
      loop_control: {loop_var: node}
"""


@pytest.mark.slow
def test_a_tunnel_for_each_node(router: Simulator, relay: Relay, stage: Stage, tmp_path: Path) -> None:
    second = Relay(router, tmp_path / "second", router.api_ssl_port, inside="127.0.0.10")
    ends = {
        "node1": {"outside": "127.0.5.1", "inside": CONTROLLER, "id": "node1.example.net"},
        "node2": {"outside": "127.0.5.2", "inside": "127.0.6.3", "id": "node2.example.net"},
    }
    stage.variables["execution_nodes"] = [{"name": name, "host": name, "end": end} for name, end in ends.items()]
    book, nodes = tmp_path / "nodes.yml", tmp_path / "nodes.hosts.yml"
    book.write_text(PLAY)
    with machine(tmp_path / "1") as first, machine(tmp_path / "2") as other:
        hosts = {"node1": first | {"folder": str(relay.folder)}, "node2": other | {"folder": str(second.folder)}}
        nodes.write_text(yaml.safe_dump({"nodes": {"hosts": hosts}}))
        made = stage.play("-i", str(nodes), playbook=str(book))
        assert made.changed > 0, made.text
        again = stage.play("-i", str(nodes), playbook=str(book), extra={"part": "controller"})
        assert again.changed == 0, again.text
    second.stop()
    for each, name in ((relay, "node1"), (second, "node2")):
        assert each.disagreement() == ""
        assert [path.name for path in (each.folder / "conf.d").iterdir()] == [f"bastion-router1-{name}.conf"]
        # What no login from here can prove is proved from there.
        assert any(call.startswith("--initiate") for call in each.calls())
    assert sorted(row["name"] for row in router.rows("/ip/ipsec/peer")) == ["bastion-node1", "bastion-node2"]
