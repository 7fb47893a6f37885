# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that nobody named are told about, and removed when that was asked for."""

from __future__ import annotations

from pathlib import Path

import librouteros
from ansible_collections.bastion.routeros.tests.integration.secure_api.stage import Stage
from routeros_simulator.testing import Simulator, running


def accounts(router: Simulator) -> set[str]:
    return {row["name"] for row in router.rows("/user")}


def test_unknown_accounts_are_named_and_go_only_when_asked(tmp_path: Path) -> None:
    with running("7.22.3", time_scale=5) as router:
        api = librouteros.connect(host="127.0.0.1", port=router.api_port, username="admin", password="")
        for name in ("guest", "colleague"):
            tuple(api("/user/add", name=name, group="read", password="Some-words-7"))
        api.close()
        stage = Stage(tmp_path, router.api_ssl_port, variables={"secure_api_known_users": ["colleague"]})
        told = stage.play()
        assert told.code == 0, told.text
        assert "'guest' (group read), never logged in: nobody named it" in told.flat
        # Known, and still nobody has ever used it.
        assert "'colleague' (group read), never logged in: stale" in told.flat
        everybody = {"admin", "automation", "colleague", "guest"}
        assert accounts(router) == everybody
        asked = {"secure_api_unknown_users": "removed"}
        tried = stage.play("--check", extra=asked)
        assert (tried.code, accounts(router)) == (0, everybody), tried.text
        done = stage.play(extra=asked)
        assert done.code == 0, done.text
        assert accounts(router) == everybody - {"guest"}
        again = stage.play(extra=asked)
        assert (again.code, again.changed) == (0, 0), again.text
