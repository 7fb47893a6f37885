# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Console lines and what they show, without sockets."""

from __future__ import annotations

import asyncio

import pytest
from routeros_simulator.console import Console, Quit
from routeros_simulator.errors import Refused
from routeros_simulator.router import Router, Session


class Desk:
    """Somebody at the console of a router."""

    def __init__(self, version: str = "7.22.3", user: str = "admin", password: str = "", terminal: bool = True) -> None:
        self.router = Router(version)
        self.log_in(user, password, terminal=terminal)

    def log_in(self, user: str, password: str = "", *, terminal: bool = True) -> None:
        """Be another user."""
        session = self.router.login(user, password, "127.0.0.1", "ssh")
        assert not isinstance(session, Refused)
        self.session: Session = session
        self._lines: list[str] = []
        self.console = Console(self.router, session, self._lines.append, terminal=terminal)

    def type(self, line: str) -> list[str]:
        """Run a line; what it shows."""
        self._lines.clear()
        asyncio.run(self.console.run(line))
        return list(self._lines)


@pytest.fixture
def desk() -> Desk:
    """The console of a fresh router."""
    return Desk()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/system routerboardx print", "bad command name routerboardx (line 1 column 9)"),
        ("bash -se", "bad command name bash (line 1 column 1)"),
        ("/ip/service/nonsense", "bad command name nonsense (line 1 column 13)"),
        (":nonsense", "bad command name nonsense (line 1 column 2)"),
        ("/ip service set api nonsense=1", "expected end of command (line 1 column 21)"),
        ("/ip service print nonsense", "expected end of command (line 1 column 19)"),
        ("/ip service set nonsense port=1", "no such item"),
        (":put [/ip service get nonsense port]", "no such item"),
        (":put [/ip service get [find name=nonsense] port]", "no such item"),
        ("/ip service set api port=99999", "value of port out of range (1..65535)"),
        ("/ip service set api disabled=perhaps", "invalid value for argument disabled"),
        ("/ip service set api-ssl certificate=nonsense", "input does not match any value of certificate"),
        ("/user add name=somebody", "missing value(s) of argument(s) group"),
        ("/user add name=admin group=full password=x", "failure: user with the same name already exists"),
        (':put "open', "syntax error, expected closing quote (line 1 column 11)"),
    ],
)
def test_errors_are_text(desk: Desk, line: str, shown: str) -> None:
    assert desk.type(line) == [shown]


def test_paths_with_blanks_with_slashes_and_step_by_step(desk: Desk) -> None:
    desk.type("/ip/service/set api port=1234")
    desk.type("/ip service set [find name=www] disabled=yes")
    assert desk.type(":put [/ip service get api port]") == ["1234"]
    assert desk.type(":put [/ping 127.0.0.9 count=1]") == ["1"]
    assert desk.type("/ip service") == []
    assert desk.console.context == "/ip/service"
    assert desk.type(":put [get www disabled]") == ["true"]
    desk.type("enable www; /system identity set name=bastion")
    assert desk.type(":put [get www disabled]") == ["false"]
    desk.type("..")
    assert desk.console.context == "/ip"
    desk.type("/")
    assert desk.type("/system identity print") == ["  name: bastion", ""]


def test_a_find_that_finds_nothing_changes_nothing(desk: Desk) -> None:
    assert desk.type("/ip service set [find name=nonsense] port=1") == []
    assert desk.type("/user remove [find name=nonsense]") == []


def test_only_put_shows_values(desk: Desk) -> None:
    assert desk.type("/user group add name=robots policy=api,read") == []
    assert desk.type("/system identity get name") == []
    (shown,) = desk.type(":put [/user add name=robot group=robots password=long-enough]")
    assert shown.startswith("*")
    assert desk.type(f":put [/user get {shown} name]") == ["robot"]
    assert desk.type(":local who robot; :put [/user get $who group]") == ["robots"]


def test_tables(desk: Desk) -> None:
    flags, columns, heading, *rows = desk.type("/ip service print")
    assert flags == "Flags: D - DYNAMIC; X - DISABLED"
    assert columns == "Columns: NAME, PORT, CERTIFICATE, VRF, MAX-SESSIONS"
    assert heading.split() == ["#", "NAME", "PORT", "CERTIFICATE", "VRF", "MAX-SESSIONS"]
    (disabled,) = [row for row in rows if " X " in row]
    assert disabled.split()[1:5] == ["X", "www-ssl", "443", "none"]
    assert all(row[heading.index("PORT") - 1] == " " for row in rows)


def test_terse_detail_where_count_and_proplist(desk: Desk) -> None:
    (line,) = desk.type('/ip service print terse where name~"^api-"')
    assert line.startswith(" 0  name=api-ssl ")
    assert " port=8729 " in line
    heading, line, _end = desk.type("/user print detail where name=admin")[:3]
    assert heading == "Flags: E - EXPIRED; X - DISABLED "
    assert line == " 0 E   ;;; system default user"
    # Nine services, and two other daemons that listen out of the box.
    assert desk.type("/ip service print count-only") == ["11"]
    assert desk.type(":put [/ip service print count-only where disabled=yes]") == ["1"]
    assert desk.type(":put [:len [/ip service find]]") == ["11"]
    assert desk.type("/ip service print terse proplist=name where name=ssh") == [" 0  name=ssh "]
    assert desk.type("/certificate print") == []


def test_as_value(desk: Desk) -> None:
    assert desk.type("/ip service print as-value") == []
    (line,) = desk.type(":put [/ip service print as-value where name=api]")
    assert line.startswith(".id=*")
    assert ";name=api;port=8728" in line


def test_numbers_are_those_of_the_last_print(desk: Desk) -> None:
    desk.type("/ip service print where name=www")
    desk.type("/ip service set 0 port=8080")
    assert desk.type(":put [/ip service get www port]") == ["8080"]


def test_export(desk: Desk) -> None:
    desk.type("/ip service set api address=192.0.2.0/24")
    lines = desk.type("/ip service export")
    assert lines[0].endswith("by RouterOS 7.22.3")
    assert lines[2:] == ["/ip service", "set api address=192.0.2.0/24"]


def test_questions_before_what_cannot_be_taken_back(desk: Desk) -> None:
    assert desk.console.question("/system reboot") == "Reboot, yes? [y/N]: "
    assert desk.console.question("/system/reset-configuration").startswith("Dangerous!")
    desk.type("/system")
    assert desk.console.question("shutdown") == "Shutdown, yes? [y/N]: "
    assert not desk.console.question("/system identity print")
    assert not desk.console.question('"')


def test_quit(desk: Desk) -> None:
    with pytest.raises(Quit):
        desk.type("/quit")
    desk.type("/ip service")
    with pytest.raises(Quit):
        desk.type("quit")


def test_rights_are_those_of_the_user(desk: Desk) -> None:
    desk.type("/user group add name=readers policy=ssh,read")
    desk.type("/user add name=reader group=readers password=reader")
    desk.log_in("reader", "reader")
    assert desk.type(":put [/system identity get name]") == ["MikroTik"]
    assert desk.type("/system identity set name=mine") == ["not enough permissions (9)"]


def test_safe_mode_needs_a_terminal() -> None:
    desk = Desk(terminal=False)
    assert desk.type("/safe-mode take") == []
    assert desk.router.safe_mode.holder is None
    desk = Desk(terminal=True)
    desk.type("/safe-mode take")
    assert desk.router.safe_mode.holder is desk.session
