# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user copies from docs/awx.md works: jobs by ansible-runner, each on a disk of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import yaml
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make
from routeros_simulator.testing import Simulator, running

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "awx.md"
RUNNER = Path(sys.executable).parent / "ansible-runner"
PASSPHRASE = "canary-of-the-authority"
PASSWORD = "correct-horse-7"
RECAP = re.compile(r"^router1\s*:\s*ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=0\s", re.MULTILINE)


def block(name: str) -> str:
    """The YAML block of the guide whose first line names this file."""
    found = re.search(rf"^```yaml\n# {re.escape(name)}\b.*?\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


class Controller:
    """Starts jobs as AWX does: a new folder for each, with the credential in environment and files."""

    def __init__(self, folder: Path, router: Simulator) -> None:
        self._folder = folder
        self._router = router
        authority = make("Fleet", authority=True, days=5000)
        self.inputs = {
            "username": "automation",
            "password": PASSWORD,
            "authority": authority.pem,
            "authority_key": authority.key_pem(PASSPHRASE),
            "authority_passphrase": PASSPHRASE,
        }
        fields = yaml.safe_load(block("credential-inputs.yml"))["fields"]
        assert {each["id"] for each in fields} == set(self.inputs)
        assert {each["id"] for each in fields if each.get("secret")} == {
            "password",
            "authority_key",
            "authority_passphrase",
        }

    def _inject(self, job: Path) -> dict[str, str]:
        """The files and the environment that the credential gives to a job."""
        injectors = yaml.safe_load(block("credential-injectors.yml"))
        files = {}
        for key, template in injectors["file"].items():
            path = job / "credential" / key.removeprefix("template.")
            path.parent.mkdir()
            path.write_text(jinja2.Template(template).render(self.inputs))
            files[path.name] = str(path)
        values: dict[str, Any] = {**self.inputs, "tower": {"filename": files}}
        return {name: jinja2.Template(template).render(values) for name, template in injectors["env"].items()}

    def job(self, name: str, extra: dict[str, Any]) -> int:
        """Run a playbook of the project; how many of its tasks changed something."""
        job = self._folder / f"job-{len(list(self._folder.iterdir()))}"
        for part in ("project", "inventory", "env"):
            (job / part).mkdir(parents=True)
        (job / "project" / f"{name}.yml").write_text(block("secure_api.yml").replace("secure_api", name))
        port = self._router.api_ssl_port
        # The documentation's network becomes the one of this machine.
        settings = yaml.safe_load(
            block("group_vars/routers.yml").replace("192.0.2.0/24", "127.0.0.0/8").replace("192.0.2.0/28", "127.0.0.1")
        )
        settings |= {
            "ansible_host": "127.0.0.1",
            "ansible_port": port,
            "secure_api_port": port,
            "secure_api_settle": 0.1,
        }
        hosts = {"routers": {"hosts": {"router1": None}, "vars": settings}}
        (job / "inventory" / "hosts.yml").write_text(yaml.safe_dump(hosts))
        (job / "env" / "extravars").write_text(yaml.safe_dump(extra))
        environment = {name: text for name, text in os.environ.items() if not name.startswith("ROUTEROS_")}
        run = subprocess.run(
            [str(RUNNER), "run", str(job), "-p", f"{name}.yml"],
            env=environment | self._inject(job),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )
        found = RECAP.search(re.sub(r"\x1b\[[0-9;]*m", "", run.stdout))
        assert found, run.stdout
        assert run.returncode == 0, run.stdout
        for secret in (PASSWORD, PASSPHRASE):
            assert secret not in run.stdout
        assert not list((job / "inventory").glob("ca*"))
        return int(found[1])


def test_jobs_that_leave_nothing_behind_find_nothing_to_change(tmp_path: Path) -> None:
    with running("7.22.3", time_scale=50) as router:
        controller = Controller(tmp_path, router)
        contact = {"method": "anonymous", "port": router.api_ssl_port, "user": "admin", "password": ""}
        assert set(yaml.safe_load(block("bootstrap-extra-vars.yml"))) == {"ansible_routeros_first_contact"}
        assert controller.job("bootstrap", {"ansible_routeros_first_contact": contact}) == 1
        assert controller.job("secure_api", {}) > 0
        assert controller.job("secure_api", {}) == 0
        assert router.call(lambda: router.server.port("api")) is None
        gone = {"secure_api_state": "absent", "bastion_target": "router1"}
        assert controller.job("secure_api", gone) > 0
        assert [row["name"] for row in router.rows("/certificate")] == ["bastion-api-ssl"]
