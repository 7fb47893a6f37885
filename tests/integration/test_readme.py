# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user copies from README.md works, in the order of README.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from routeros_simulator.testing import running

README = Path(__file__).resolve().parents[2] / "README.md"
SECRETS = 'vault_admin_password: ""\nvault_automation_password: correct-horse-7\n'
RECAP = re.compile(r"^office\s*:\s*ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=0\s", re.MULTILINE)


def blocks() -> dict[str, str]:
    """The YAML blocks of README.md by the file name in their first line."""
    found = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return dict(found)


def commands() -> list[list[str]]:
    """The ansible-playbook commands of README.md, without what asks for the vault's password."""
    lines = re.findall(r"^(ansible-playbook .*?)(?:\s+#.*)?$", README.read_text(encoding="utf-8"), re.MULTILINE)
    return [line.replace(" --ask-vault-pass", "").split() for line in lines]


def test_the_first_example_is_safe_to_copy(tmp_path: Path) -> None:
    with running("7.22.3") as router:
        port = router.api_ssl_port
        for name, text in {**blocks(), "vault.yml": SECRETS}.items():
            # The network of the example becomes the one of this machine, the router's ports are free ones.
            here = text.replace("192.168.88.1", f"127.0.0.1\n      ansible_port: {port}")
            here = here.replace("192.168.88.0/24", "127.0.0.0/8").replace(
                "secure_api_sources:", f"secure_api_port: {port}\n        secure_api_sources:"
            )
            here = re.sub(r"method: anonymous.*", f"method: anonymous\n      port: {port}", here)
            (tmp_path / name).write_text(here, encoding="utf-8")

        changes = []
        for command in commands():
            run = subprocess.run(
                [str(Path(sys.executable).parent / command[0]), *command[1:]],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=180,
                check=False,
            )
            found = RECAP.search(run.stdout)
            assert found, run.stdout
            assert run.returncode == 0, run.stdout
            assert "correct-horse-7" not in run.stdout
            changes.append(int(found[1]))

        assert len(changes) == 4
        prepared, checked, first, second = changes
        assert (prepared, checked > 0, first > 0, second) == (1, True, True, 0)
        assert (tmp_path / "ca" / "office.pem").exists()
        assert router.call(lambda: router.server.port("api")) is None
