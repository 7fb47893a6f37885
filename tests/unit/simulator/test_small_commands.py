# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors, mail, copies of files, host keys: commands that do one thing."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router

from .conftest import StillClock


def test_a_monitor_once_and_for_a_while(any_admin: LocalSession) -> None:
    (row,) = any_admin.call("/system/resource/monitor", "=once=").rows
    assert (row["cpu-used"], row["cpu-used-per-cpu"]) == ("1", "1,1")
    assert ".section" not in row


def test_a_monitor_for_a_duration_numbers_its_rows() -> None:
    admin = LocalSession(Router("7.22.3", time_scale=100))
    rows = admin.call("/interface/monitor-traffic", "=interface=ether1", "=duration=3s").rows
    assert [row[".section"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["rx-bits-per-second"] == "0"
    assert "interface" in admin.error("/interface/monitor-traffic", "=interface=nowhere", "=once=")


def test_mail_is_kept(any_admin: LocalSession) -> None:
    any_admin.call("/tool/e-mail/send", "=to=a@example.net", "=subject=x")
    assert any_admin.router.mails == []
    assert any_admin.row("/tool/e-mail")["last-status"] == "failed"
    any_admin.call("/tool/e-mail/send", "=to=a@example.net", "=server=192.0.2.25", "=subject=x", "=body=y")
    (mail,) = any_admin.router.mails
    assert (mail["to"], mail["server"], mail["body"]) == ("a@example.net", "192.0.2.25", "y")
    assert any_admin.row("/tool/e-mail")["last-status"] == "succeeded"


def test_copies_and_parts_of_files() -> None:
    admin = LocalSession(Router("7.24", clock=StillClock()))
    admin.add("/file", name="a.txt", contents="one\ntwo\nthree\n")
    admin.call("/file/copy", "=number=a.txt", "=name=b.txt")
    assert admin.column("/file", "contents") == ["one\ntwo\nthree\n"] * 2
    head = admin.call("/file/head", "=number=b.txt", "=n=2").rows
    tail = admin.call("/file/tail", "=number=b.txt", "=n=1", "=numbered=yes").rows
    assert [row["line"] for row in (*head, *tail)] == ["one", "two", "3: three"]
    assert "no such item" in admin.error("/file/head", "=number=c.txt")


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_host_keys_go_out_and_come_back(kind: str, admin: LocalSession) -> None:
    admin.set("/ip/ssh", **{"host-key-type": kind, "host-key-size": "1024"})
    admin.call("/ip/ssh/export-host-key", "=key-file-prefix=box", "=passphrase=open sesame")
    admin.router.clock.advance(1)
    files = {row["name"]: row["contents"] for row in admin.rows("/file")}
    assert set(files) == {f"box_{kind}.pem", f"box_{kind}_pub.pem"}
    words = (f"=private-key-file=box_{kind}.pem",)
    assert "bad passphrase" in admin.error("/ip/ssh/import-host-key", *words, "=passphrase=wrong")
    admin.call("/ip/ssh/regenerate-host-key")
    admin.call("/ip/ssh/import-host-key", *words, "=passphrase=open sesame")
    admin.call("/user/ssh-keys/private/import", "=user=admin", *words, "=passphrase=open sesame")
    (row,) = admin.rows("/user/ssh-keys/private")
    assert (row["user"], row["key-type"]) == ("admin", kind)
    admin.call("/user/ssh-keys/import", "=user=admin", f"=public-key-file=box_{kind}_pub.pem")


def test_what_is_cleared(admin: LocalSession) -> None:
    assert admin.rows("/log")
    admin.call("/system/logging/action/clear", "=action=memory")
    assert admin.rows("/log") == []
    admin.call("/ip/ipsec/installed-sa/flush")
    admin.call("/interface/reset-counters", "=numbers=ether1")
    assert "no such item" in admin.error("/interface/reset-counters", "=numbers=nowhere")
