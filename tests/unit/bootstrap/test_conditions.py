# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who keeps full rights."""

from __future__ import annotations

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.conditions import (
    Disabled,
    Remaining,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

VERSION = Version.parse("7.22.3")


GROUPS = [
    {"name": "full", "policy": "local,read,write,policy,api"},
    {"name": "robots", "policy": "read,write,api,!policy,!local"},
    {"name": "owners", "policy": "local,read,write,policy,api,!ftp"},
]


def users(*rows: dict[str, str]) -> State:
    return State(VERSION, tables={"/user": list(rows), "/user/group": GROUPS})


ADMIN = {"name": "admin", "group": "full"}


@pytest.mark.parametrize("other", [{"group": "full"}, {"group": "owners"}, {"group": "full", "disabled": "false"}])
def test_somebody_keeps_full_rights(other: dict[str, str]) -> None:
    assert Remaining({"name": "admin"}).plan(users(ADMIN, {"name": "other", **other}), handles()) == []


@pytest.mark.parametrize("other", [{"group": "robots"}, {"group": "full", "disabled": "true"}])
def test_nobody_would(other: dict[str, str]) -> None:
    with pytest.raises(BadOption, match="nobody but 'admin' has full rights"):
        Remaining({"name": "admin"}).plan(users(ADMIN, {"name": "other", **other}), handles())


def test_a_user_that_is_gone_is_disabled_enough() -> None:
    change = Disabled({"name": "admin"})
    change.check(VERSION)
    assert change.plan(users({"name": "other", "group": "full"}), handles()) == []
