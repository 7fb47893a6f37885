# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Safe mode, history, undo and redo."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router

FILTER = "/ip/firewall/filter"
NOT_TAKEN = "Safe Mode has not been taken. Action aborted."


def state(admin: LocalSession) -> dict[str, str]:
    return admin.row("/safe-mode")


def comments(admin: LocalSession) -> list[str]:
    return admin.column(FILTER, "comment")


@pytest.fixture
def second(admin: LocalSession) -> LocalSession:
    """Another session of the same user."""
    return LocalSession(admin.router)


def test_take_and_release(admin: LocalSession, second: LocalSession) -> None:
    assert state(admin) == {"enabled": "false", "current": "false"}
    assert admin.call("/safe-mode/take").sentences == [["!done"]]
    assert state(admin) == {"enabled": "true", "current": "true", "owner": "api", "user": "admin"}
    assert state(second)["current"] == "false"
    admin.call("/safe-mode/take")
    admin.add(FILTER, chain="input", comment="kept")
    admin.call("/safe-mode/release")
    assert state(admin)["enabled"] == "false"
    assert comments(admin) == ["kept"]


def test_unroll_takes_everything_back_also_what_others_did(admin: LocalSession, second: LocalSession) -> None:
    for name in "abc":
        admin.add(FILTER, chain="input", comment=name)
    admin.add("/user", name="bob", group="read", password="before")
    before = (admin.rows(FILTER), admin.rows("/ip/service"))
    admin.call("/safe-mode/take")
    admin.call(f"{FILTER}/move", "=numbers=*3", "=destination=*1")
    second.remove(FILTER, "*1,*2")
    admin.add(FILTER, chain="input", comment="d", place_before="*3")
    admin.set(FILTER, "*3", comment="changed", protocol="tcp", dst_port="22")
    second.set("/ip/service", "*5", port="9999", disabled="yes", address="192.0.2.0/24")
    admin.set("/user", "bob", password="after", group="write")
    admin.remove("/user", "bob")
    admin.add("/certificate", name="stays", common_name="x")
    admin.call("/safe-mode/unroll")
    assert (admin.rows(FILTER), admin.rows("/ip/service")) == before
    assert admin.rows("/certificate")[0]["name"] == "stays", "certificates are no part of safe mode"
    admin.set("/user", "bob", group="full")
    LocalSession(admin.router, "bob", "before")


def test_the_end_of_the_holder_rolls_back_about_two_seconds_later(admin: LocalSession, second: LocalSession) -> None:
    changed: list[str] = []
    admin.router.changed.append(changed.append)
    admin.call("/safe-mode/take")
    admin.add(FILTER, chain="input", comment="gone")
    admin.close()
    admin.router.clock.advance(1.9)
    assert (comments(second), state(second)["enabled"]) == (["gone"], "true")
    changed.clear()
    admin.router.clock.advance(0.2)
    assert (comments(second), state(second)["enabled"]) == ([], "false")
    assert FILTER in changed


def test_conflicts(admin: LocalSession, second: LocalSession) -> None:
    assert second.error("/safe-mode/release") == NOT_TAKEN
    admin.call("/safe-mode/take")
    admin.add(FILTER, chain="input", comment="a")
    assert "Safe Mode is taken by current user in another session." in second.error("/safe-mode/take")
    assert second.error("/safe-mode/release") == NOT_TAKEN
    assert second.error("/safe-mode/unroll") == NOT_TAKEN
    admin.add("/user", name="bob", group="full", password="")
    bob = LocalSession(admin.router, "bob")
    assert bob.error("/safe-mode/take") == "Safe Mode is taken by another user (admin). Action aborted."
    switches = admin.router.switches
    switches.foreign_release = "release"
    second.call("/safe-mode/release")
    assert comments(second) == ["a"]
    for answer, expected in (("hijack-release", ["a", "b"]), ("hijack-unroll", ["a", "b"])):
        switches.take_conflict = answer
        admin.call("/safe-mode/take")
        admin.add(FILTER, chain="input", comment="b")
        second.call("/safe-mode/take")
        assert comments(second) == expected
        second.call("/safe-mode/release")
        switches.take_conflict = "refuse"


def test_on_error(admin: LocalSession, second: LocalSession) -> None:
    wrong = "input does not match any value of on-error"
    assert admin.error("/safe-mode/take", "=on-error=perhaps") == wrong
    admin.call("/safe-mode/take", "=on-error=release")
    admin.add(FILTER, chain="input", comment="kept")
    admin.close()
    admin.router.clock.advance(5)
    assert comments(second) == ["kept"]
    second.router.switches.on_error = "conflict"
    second.call("/safe-mode/take", "=on-error=release")
    second.add(FILTER, chain="input", comment="gone")
    third = LocalSession(second.router)
    assert "taken" in third.error("/safe-mode/take", "=on-error=abort")
    third.call("/safe-mode/take", "=on-error=unroll")
    assert comments(third) == ["kept"]


def test_quit_while_holding_is_a_switch(admin: LocalSession, second: LocalSession) -> None:
    admin.router.switches.quit_while_holding = "release"
    admin.call("/safe-mode/take")
    admin.add(FILTER, chain="input", comment="a")
    admin.close(quit=True)
    admin.router.clock.advance(5)
    assert comments(second) == ["a"]


def test_toggle(admin: LocalSession) -> None:
    admin.call("/safe-mode/toggle")
    assert state(admin)["current"] == "true"
    admin.call("/safe-mode/toggle")
    assert state(admin)["enabled"] == "false"


def test_action_101_ends_it_silently(admin: LocalSession, second: LocalSession) -> None:
    admin.call("/safe-mode/take")
    for number in range(100):
        admin.add(FILTER, chain="input", comment=str(number))
    assert state(admin)["current"] == "true"
    assert set(admin.column("/system/history", "floating-undo")) == {"true"}
    second.add(FILTER, chain="input", comment="last straw")
    assert state(admin) == {"enabled": "false", "current": "false"}
    assert admin.error("/safe-mode/unroll") == NOT_TAKEN
    admin.close()
    admin.router.clock.advance(5)
    assert len(comments(second)) == 101


@pytest.mark.parametrize(("each_row", "held"), [(True, "false"), (False, "true")])
def test_rows_of_one_command_may_count_one_by_one(admin: LocalSession, each_row: bool, held: str) -> None:
    admin.router.switches.row_is_action = each_row
    ids = [admin.add(FILTER, chain="input") for _unused in range(101)]
    admin.call("/safe-mode/take")
    admin.call(f"{FILTER}/disable", f"=.id={','.join(ids)}")
    assert state(admin)["enabled"] == held


def test_no_safe_mode_before_7_18() -> None:
    admin = LocalSession(Router("7.16.2"))
    for command in ("print", "take"):
        assert admin.error(f"/safe-mode/{command}") == "no such command prefix"


def test_a_reboot_undoes_what_is_pending(admin: LocalSession) -> None:
    admin.call("/safe-mode/take")
    admin.add(FILTER, chain="input", comment="gone")
    admin.call("/system/reboot")
    assert admin.session.closed
    assert comments(LocalSession(admin.router)) == []


def test_undo_and_redo(admin: LocalSession) -> None:
    admin.add(FILTER, chain="input", comment="a", src_address="192.0.2.1")
    admin.set(FILTER, "*1", comment="b")
    newest, oldest = admin.rows("/system/history")
    assert (newest["undo"], newest["by"], newest["undoable"]) == (f"{FILTER}/set *1 comment=a", "admin", "true")
    assert oldest["undo"] == f"{FILTER}/remove *1"
    admin.call("/undo")
    assert comments(admin) == ["a"]
    assert admin.rows("/system/history")[0]["redoable"] == "true"
    admin.call("/redo")
    assert comments(admin) == ["b"]
    admin.call("/undo")
    admin.call("/undo")
    assert comments(admin) == []
    assert admin.error("/undo").startswith("failure: ")
    admin.add(FILTER, chain="input", comment="c")
    assert admin.error("/redo").startswith("failure: ")
    assert admin.error("/undo", "=numbers=1") == "unknown parameter numbers"
    assert admin.error("/system/history/undo") == "no such command"


def test_history_keeps_100_and_notes_nothing_that_changes_nothing(admin: LocalSession) -> None:
    for number in range(105):
        admin.add(FILTER, chain="input", comment=str(number))
    admin.set(FILTER, "*1", comment="0")
    assert len(admin.rows("/system/history")) == 100
