# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A console that asks for a new password instead of running a line, and one that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Closed, LoginFailed, TimedOut
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.ssh import Console


class Channel:
    """Prints a part whenever it is listened to; another script goes on when it is interrupted."""

    def __init__(self, *parts: bytes, interrupted: tuple[bytes, ...] = ()) -> None:
        self._parts: Iterator[bytes] = iter(parts)
        self._interrupted = interrupted
        self.sent: list[bytes] = []
        self.line = ""

    def settimeout(self, seconds: float) -> None: ...

    def set_combine_stderr(self, combine: bool) -> None: ...

    def exec_command(self, line: str) -> None:
        self.line = line

    def recv(self, size: int) -> bytes:
        return next(self._parts, b"")

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        self._parts = iter(self._interrupted)

    def close(self) -> None: ...


class Transport:
    def __init__(self, channel: Any, *, active: bool = True) -> None:
        self.channel, self.active = channel, active

    def open_session(self, timeout: float) -> Any:
        if isinstance(self.channel, Exception):
            raise self.channel
        return self.channel

    def is_active(self) -> bool:
        return self.active

    def close(self) -> None: ...


def console(channel: Any, **options: Any) -> Console:
    return Console(Transport(channel, **options), "192.0.2.7 port 22", "SHA256:x", 5.0)


def test_a_line_and_its_output() -> None:
    channel = Channel(b"*1\r\nma", b"rk\r\n")
    assert console(channel).run("line", "mark") == "*1\r\nmark\r\n"
    assert (channel.line, channel.sent) == ("line", [])


def test_whoever_is_asked_for_a_new_password_declines_once() -> None:
    channel = Channel(b"Change your password\r\n\r\nnew password> ", interrupted=(b"done\r\nmark\r\n",))
    assert console(channel).run("line", "mark") == "done\r\nmark\r\n"
    assert channel.sent == [b"\x03"]


@pytest.mark.parametrize("after", [b"\r\nnew password> ", b"\r\n", b""])
def test_a_console_that_insists_is_told(after: bytes) -> None:
    """It asks again, or ends without having run anything."""
    channel = Channel(b"new password> ", interrupted=(after,))
    with pytest.raises(LoginFailed, match=r"asks for a new password.*anonymous or plain"):
        console(channel).run("line", "mark")
    assert channel.sent == [b"\x03"]


def test_a_prompt_among_what_a_line_prints_is_no_question() -> None:
    channel = Channel(b"comment=new password>\r\nmark\r\n")
    assert "mark" in console(channel).run("line", "mark")
    assert channel.sent == []


def test_a_connection_that_ends() -> None:
    with pytest.raises(Closed, match="in the middle of an answer"):
        console(Channel(b"half"), active=False).run("line", "mark")
    with pytest.raises(Closed, match="ended: gone"):
        console(OSError("gone")).run("line", "mark")


def test_a_router_that_is_silent() -> None:
    with pytest.raises(TimedOut, match=r"No answer from 192\.0\.2\.7 port 22"):
        console(TimeoutError()).run("line", "mark")
