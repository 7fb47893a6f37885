# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module by itself is protected by default, at no cost when nothing changes: sentences are counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.transport import Wire
from routeros_simulator.testing import Simulator

from .conftest import door_to, run
from .test_policies import CALLS, prepared

# A login, the version, and everything else at once.
ROUND_TRIPS = 3
PROTECTED = {"7.24": "safe mode", "7.16.2": "dead-man switch"}


@pytest.mark.parametrize("version", PROTECTED, indirect=True)
def test_every_module_alone(router: Simulator, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(router, ["read"])
    sent: list[tuple[str, ...]] = []
    send = Wire.send

    def noted(wire: Wire, words: tuple[str, ...]) -> None:
        sent.append(words)
        send(wire, words)

    monkeypatch.setattr(Wire, "send", noted)
    for task, (module, options) in CALLS.items():
        if (task, version) == ("`ipsec_peer` with a secret", "7.16.2"):  # that secret came with 7.21
            continue
        values = {name: str(tmp_path / "leaf.pem") if name == "save_to" else value for name, value in options.items()}
        values.pop("update_password", None)
        settings = {"safe_mode": "required"} if version != "7.24" else {}
        first = run(door_to(router.api_port), (module, values), **settings)[1]
        assert first.changed or task == "`certificate` with `save_to`", task
        inside = any(step.path != "/certificate" for steps in first.plans for step in steps)
        assert first.protected == (PROTECTED[version] if inside else "nothing to protect"), task
        sent.clear()
        again = run(door_to(router.api_port), (module, values))[1]
        assert (again.changed, again.protected) == (False, ""), task
        # A password is tried by a login; nothing is asked that is not a look.
        logins = [words for words in sent if words[0] == "/login"]
        assert len(logins) == (2 if module == "user" else 1), task
        assert {words[0].rpartition("/")[2] for words in sent} <= {"login", "print"}, task
        assert not any("firewall" in words[0] for words in sent if "firewall" not in module and "list" not in module), (
            task
        )
        if module not in ("user", "certificate"):
            assert again.statistics["round_trips"] == ROUND_TRIPS, (task, sent)
