# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the role's transactions protect themselves is set with module_defaults, as its README says."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from routeros_simulator.testing import running

PLAY = """
- name: The way in
  hosts: routers
  gather_facts: false
  module_defaults:
    group/bastion.routeros.writing:
      safe_mode: required
      safe_mode_wait: 1
  roles:
    - role: bastion.routeros.secure_api
"""


def test_the_defaults_of_the_group_reach_the_role(tmp_path: Path) -> None:
    with running("7.24", time_scale=20) as router:
        stage = Stage(tmp_path, router.api_ssl_port)
        (tmp_path / "site.yml").write_text(PLAY)
        options = ConnectionOptions(host="127.0.0.1", port=router.api_port, user="admin", password="", tls="plain")
        other = Door(options).open()
        other.call("/safe-mode/take")
        run = stage.play(playbook="site.yml")
        assert run.changed == -1, run.text
        assert "within 1 seconds (safe_mode_wait)" in run.flat
        # Not even a certificate is made while somebody else is at work.
        assert not router.rows("/certificate")
        other.call("/safe-mode/release")
        other.close()
        run = stage.play(playbook="site.yml")
        assert run.changed > 0, run.text
