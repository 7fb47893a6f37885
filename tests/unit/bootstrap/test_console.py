# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API sentences as lines of the console, read back by the simulator's own parser; printed values as rows."""

from __future__ import annotations

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.console import ConsoleSession, line_of, quoted
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import ProtocolError, Trap
from hypothesis import given
from hypothesis import strategies as st
from routeros_simulator.script_syntax import Text, parse


class Lines:
    """A console that prints what it is told to; with the mark at the end, as long as nothing fails."""

    closed = False

    def __init__(self, *printed: str, fails: bool = False) -> None:
        self.printed = list(printed)
        self.fails = fails
        self.lines: list[str] = []

    def run(self, line: str, end: str, timeout: float | None = None) -> str:
        self.lines.append(line)
        text = self.printed.pop(0) if self.printed else ""
        return text if self.fails else f"{text}{end}\r\n"

    def close(self) -> None:
        self.closed = True


def session(*printed: str, fails: bool = False) -> tuple[ConsoleSession, Lines]:
    lines = Lines(*printed, fails=fails)
    return ConsoleSession(lines, user="admin", host="r", port=22), lines


def words_of(line: str) -> list[tuple[str | None, str]]:
    (statement,) = parse(line)
    return [
        (word.name, "".join(part.text for part in word.parts if isinstance(part, Text))) for word in statement.words
    ]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_any_text_arrives_as_it_is(text: str) -> None:
    line = line_of("/user/add", ("=name=a", f"=comment={text}"))
    assert words_of(line) == [(None, "/user/add"), ("name", "a"), ("comment", text)]
    assert line.isascii()
    assert line.isprintable()


def test_nothing_in_quotes_is_run() -> None:
    assert quoted('a"; $b [/system/reboot] \\ ?') == '"a\\"; \\$b [/system/reboot] \\\\ \\?"'


def test_the_row_comes_first() -> None:
    assert line_of("/ip/service/set", ("=.id=*8", "=disabled=yes")) == '/ip/service/set *8 disabled="yes"'
    assert line_of("/certificate/export-certificate", ("=.id=my ca", "=type=pem")).startswith(
        '/certificate/export-certificate "my ca" '
    )
    assert line_of("/user/set", ("=.id=*1", "=!comment=")) == "/user/set *1 !comment"


def test_an_add_returns_the_id() -> None:
    console, lines = session("*1F\r\n")
    assert console.call("/user/add", "=name=a").ret == "*1F"
    assert lines.lines[0].startswith('{:put [/user/add name="a"]; :put "bastion-')


def test_an_add_that_prints_no_id_is_no_add() -> None:
    console, _lines = session("something else\r\n")
    with pytest.raises(Trap, match="something else"):
        console.call("/user/add", "=name=a")


@pytest.mark.parametrize("text", ["bad command name ad (line 1 column 7)", "failure: user with the same name", ""])
def test_whatever_stands_instead_of_the_mark_is_the_error(text: str) -> None:
    console, _lines = session(f"{text}\r\n", fails=True)
    with pytest.raises(Trap) as caught:
        console.call("/user/set", "=.id=*1", "=password=Secret-word-77")
    assert text in caught.value.text
    assert "Secret-word-77" not in caught.value.message


def test_rows() -> None:
    printed = (
        "*1 .id=*1\r\n*1 name=read\r\n*1 policy=local;read;!write\r\n*1 comment=\r\n"
        "*A .id=*A\r\n*A name=own\r\n*A comment=two\r\nlines = here\r\n"
    )
    console, lines = session(printed)
    assert console.read("/user/group", ("name", "policy", "comment", ".id"), ("?name=x",)) == [
        {".id": "*1", "name": "read", "policy": "local,read,!write"},
        {".id": "*A", "name": "own", "comment": "two\nlines = here"},
    ]
    assert '[/user/group/find where name="x"]' in lines.lines[0]


def test_a_menu_without_rows() -> None:
    console, lines = session("- version=7.22.3 (stable)\r\n")
    assert str(console.version).startswith("7.22.3")
    assert console.version
    assert len(lines.lines) == 1


def test_a_router_that_does_not_tell_its_version() -> None:
    with pytest.raises(ProtocolError, match="version"):
        assert session("")[0].version


def test_many_properties_are_asked_for_in_several_lines() -> None:
    console, lines = session("*1 .id=*1\r\n*1 name=ca\r\n", "*1 .id=*1\r\n*1 fingerprint=ab\r\n")
    rows = console.read("/certificate")
    assert rows == [{".id": "*1", "name": "ca", "fingerprint": "ab"}]
    assert len(lines.lines) > 1
    assert max(map(len, lines.lines)) < 1000


def test_only_simple_questions_are_understood() -> None:
    with pytest.raises(ValueError, match="not a query"):
        session()[0].read("/user", (), ("?#|",))


def test_a_print_is_a_read_and_many_are_one_after_the_other() -> None:
    console, lines = session("*1 .id=*1\r\n*1 name=a\r\n", "")
    first, second = console.send_many([("/user/print", "=.proplist=name,.id", "?name=a"), ("/user/remove", "=.id=*1")])
    assert not isinstance(first, Trap)
    assert first.rows == [{".id": "*1", "name": "a"}]
    assert not isinstance(second, Trap)
    assert lines.lines[1].startswith("{/user/remove *1; ")


def test_one_that_is_refused_does_not_stop_the_others() -> None:
    console, lines = session("no such item\r\n", fails=True)
    (answer,) = console.send_many([("/user/remove", "=.id=*9")])
    assert isinstance(answer, Trap)
    assert answer.is_missing_item
    assert len(lines.lines) == 1
