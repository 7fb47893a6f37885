# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands and answers: text stays text, tags match, nothing is lost before a trap."""

from __future__ import annotations

import random
import signal
import threading

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import ConnectionOptions, Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    Closed,
    Fatal,
    ProtocolError,
    TimedOut,
    Trap,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Reply
from ansible_collections.bastion.routeros.tests.unit.wire.conftest import OpenSession
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import (
    Peer,
    Sentence,
    Server,
    accepting,
)
from hypothesis import given, settings
from hypothesis import strategies as st

# A reply of RouterOS, with the tag of the command put in by the script.
Replies = list[tuple[str, ...]]


def replying(*replies: tuple[str, ...]) -> tuple[list[Sentence], object]:
    """A script that takes one command and answers it so, and the list that it puts the command into."""
    seen: list[Sentence] = []

    def script(peer: Peer) -> None:
        sentence = peer.read()
        assert sentence is not None
        seen.append(sentence)
        for reply in replies:
            peer.answer(sentence, *reply)
        peer.read()

    return seen, script


def test_values_stay_the_routers_text(talking: OpenSession) -> None:
    seen, script = replying(
        ("!re", "=.id=*1", "=name=10", "=comment=yes", "=disabled=true", "=port=00", "=expr=a=b", "=empty="),
        ("!re", "=.id=*2", "=comment=zwei\r\nZeilen \N{SNOWMAN}"),
        ("!re",),
        ("!done",),
    )
    with talking(script) as session:
        reply = session.call("/x/print", "=.proplist=name", "?disabled=true")
    assert reply.rows == [
        {
            ".id": "*1",
            "name": "10",
            "comment": "yes",
            "disabled": "true",
            "port": "00",
            "expr": "a=b",
            "empty": "",
        },
        {".id": "*2", "comment": "zwei\r\nZeilen \N{SNOWMAN}"},
        {},
    ]
    assert reply.ret is None
    assert seen[0][:-1] == [b"/x/print", b"=.proplist=name", b"?disabled=true"]
    assert seen[0][-1].startswith(b".tag=")


def test_what_done_carries(talking: OpenSession) -> None:
    _seen, script = replying(("!done", "=ret=*7", "=certificates-imported=2"))
    with talking(script) as session:
        reply = session.call("/x/add", "=name=a")
    assert reply == Reply([], "*7", {"ret": "*7", "certificates-imported": "2"})


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param([("!empty",)], id="empty (7.18)"),
        pytest.param([("!news", "=of=tomorrow")], id="a reply word nobody knows yet"),
        pytest.param([], id="only done"),
    ],
)
def test_no_rows(talking: OpenSession, extra: Replies) -> None:
    _seen, script = replying(*extra, ("!done",))
    with talking(script) as session:
        assert session.read("/ip/firewall/address-list", query=("?list=nothing",)) == []


def test_a_trap_keeps_rows_texts_category_and_command(talking: OpenSession) -> None:
    _seen, script = replying(
        ("!re", "=.id=*1"),
        ("!trap", "=category=2", "=message=interrupted", "=line=3"),
        ("!trap", "=message=second"),
        ("!done",),
    )
    with talking(script) as session:
        with pytest.raises(Trap) as caught:
            session.call("/tool/torch", "=interface=ether1")
        assert not session.closed
    trap = caught.value
    assert (trap.text, trap.category, trap.command) == ("interrupted; second", 2, "/tool/torch")
    assert trap.rows == [{".id": "*1"}]
    assert str(trap) == "The router refused /tool/torch: interrupted; second"
    assert trap.is_interrupted


@pytest.mark.parametrize(
    ("text", "helper"),
    [
        ("no such item", "is_missing_item"),
        ("no such item (4)", "is_missing_item"),
        ("failure: already have such entry", "is_duplicate"),
        ("failure: user with the same name already exisits", "is_duplicate"),
        ("failure: entry already exists", "is_duplicate"),
        ("not enough permissions (9)", "is_permission"),
        ("no such command prefix", "is_unknown_command"),
        ("unknown parameter place-before", "is_unknown_parameter"),
        ("input does not match any value of certificate", "is_bad_reference"),
        ("failure: this is configured elsewhere", "is_configured_elsewhere"),
    ],
)
def test_what_a_trap_means(text: str, helper: str) -> None:
    helpers = [name for name in dir(Trap) if name.startswith("is_")]
    trap = Trap(text, None, "/x/set")
    assert [name for name in helpers if getattr(trap, name)] == [helper]


def test_fatal_has_a_bare_word(talking: OpenSession) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.say("!fatal", "session terminated on request")

    with talking(script) as session:
        with pytest.raises(Fatal, match="during /quit: session terminated on request") as caught:
            session.call("/quit")
        assert caught.value.text == "session terminated on request"
        assert session.closed
        with pytest.raises(Closed):
            session.call("/x/print")


def test_the_end_of_the_connection_names_what_was_under_way(talking: OpenSession) -> None:
    def script(peer: Peer) -> None:
        peer.read()

    with talking(script) as session:
        with pytest.raises(Closed, match="Under way: /system/reboot"):
            session.call("/system/reboot")
        assert session.closed


def test_a_late_answer_is_dropped_and_the_session_goes_on(talking: OpenSession) -> None:
    told = threading.Event()

    def script(peer: Peer) -> None:
        slow = peer.read()
        assert slow is not None
        assert told.wait(10)
        peer.answer(slow, "!re", "=name=slow")
        quick = peer.read()
        assert quick is not None
        peer.answer(slow, "!done", "=ret=slow")
        peer.answer(quick, "!done", "=ret=quick")
        peer.read()

    with talking(script) as session:
        with pytest.raises(TimedOut, match=r"0\.05 seconds.* Under way: /certificate/sign"):
            session.call("/certificate/sign", timeout=0.05)
        told.set()
        assert session.call("/x/get") == Reply([], "quick", {"ret": "quick"})


def test_an_interrupted_call_leaves_the_session_usable(talking: OpenSession) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(*_arguments: object) -> None:
        raise Interrupted

    def script(peer: Peer) -> None:
        first = peer.read()
        second = peer.read()
        assert first is not None
        assert second is not None
        peer.answer(first, "!done", "=ret=first")
        peer.answer(second, "!done", "=ret=second")
        peer.read()

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with talking(script) as session:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(Interrupted):
                session.call("/safe-mode/take")
            assert session.call("/safe-mode/release").ret == "second"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_read_asks_for_the_id_last(talking: OpenSession) -> None:
    seen, script = replying(("!done",))
    with talking(script) as session:
        session.read("/ip/service", ("name", ".id", "port", "name"), ("?dynamic=false", "?#!"))
        assert seen[0][:-1] == [b"/ip/service/print", b"=.proplist=name,port,.id", b"?dynamic=false", b"?#!"]
        with pytest.raises(ValueError, match="starts with"):
            session.read("/ip/service", query=("dynamic=false",))


def test_version_is_read_once(talking: OpenSession) -> None:
    seen, script = replying(("!re", "=version=7.22.3 (stable)"), ("!done",))
    with talking(script) as session:
        assert session.version.text == "7.22.3 (stable)"
        assert session.version is session.version
    assert len(seen) == 1


def test_no_secret_in_the_repr() -> None:
    with Server(accepting) as server:
        options = ConnectionOptions("127.0.0.1", "tester", password="hunter2", port=server.port, tls="plain")
        session = Door(options).open()
        assert "hunter2" not in repr(session) + repr(options)
        assert "tester@127.0.0.1" in repr(session)
        session.close()
        assert "closed" in repr(session)


# --- many at once -----------------------------------------------------------------------------------------------------


def _command(sentence: Sentence) -> int:
    return int(next(word for word in sentence if word.startswith(b"=number="))[8:])


class Shuffling:
    """A router that answers what is under way in any order, sentence by sentence, and looks at the window."""

    def __init__(self, seed: int, count: int, window: int) -> None:
        self.random = random.Random(seed)
        self.count = count
        self.window = window
        self.widest = 0

    def __call__(self, peer: Peer) -> None:
        waiting: list[list[tuple[Sentence, tuple[str, ...]]]] = []
        read = 0
        while read < self.count or waiting:
            # Whoever sends in a window must have sent min(window, rest) before it can expect any answer.
            while read < self.count and len(waiting) < self.window:
                sentence = peer.read()
                assert sentence is not None
                number = _command(sentence)
                answer: list[tuple[str, ...]] = [("!re", f"=row={number}.{row}") for row in range(number % 3)]
                if number % 5 == 0:
                    answer.append(("!trap", f"=message=failure: {number}"))
                answer.append(("!done", f"=ret={number}"))
                waiting.append([(sentence, reply) for reply in answer])
                read += 1
            self.widest = max(self.widest, len(waiting))
            chosen = self.random.choice(waiting)
            sentence, reply = chosen.pop(0)
            peer.answer(sentence, *reply)
            if not chosen:
                waiting.remove(chosen)
        peer.read()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(1, 12))
def test_answers_in_any_order_find_their_command(seed: int, count: int, window: int) -> None:
    router = Shuffling(seed, count, window)

    def script(peer: Peer) -> None:
        peer.login()
        router(peer)

    with Server(script) as server:
        options = ConnectionOptions("127.0.0.1", "tester", port=server.port, tls="plain", timeout=5.0)
        session = Door(options).open()
        answers = session.send_many([("/x/add", f"=number={number}") for number in range(count)], window)
        session.close()
    assert len(answers) == count
    for number, answer in enumerate(answers):
        rows = [{"row": f"{number}.{row}"} for row in range(number % 3)]
        if number % 5 == 0:
            assert isinstance(answer, Trap)
            assert (answer.text, answer.command, answer.rows) == (f"failure: {number}", "/x/add", rows)
        else:
            assert answer == Reply(rows, str(number), {"ret": str(number)})
    assert router.widest == min(window, count)


def test_a_full_window_of_long_sentences_and_long_answers_does_not_block(talking: OpenSession) -> None:
    block = "b" * 300_000

    def script(peer: Peer) -> None:
        while (sentence := peer.read()) is not None:
            peer.answer(sentence, "!done", f"=ret={block}")

    with talking(script) as session:
        answers = session.send_many([("/x/add", f"=source={block}")] * 40, window=40)
    assert [answer.ret for answer in answers if isinstance(answer, Reply)] == [block] * 40


def test_the_window_is_halved_when_the_router_complains(talking: OpenSession) -> None:
    """The router refuses what goes beyond three at a time: each refused sentence is sent again, and answered."""
    most = 3
    again: list[int] = []

    def script(peer: Peer) -> None:
        # Eight arrive at once: three are served, five are refused.
        first = [peer.read() for _turn in range(8)]
        for place, sentence in enumerate(first):
            assert sentence is not None
            if place < most:
                peer.answer(sentence, "!done", f"=ret={_command(sentence)}")
            else:
                peer.answer(sentence, "!trap", "=message=too many commands")
                peer.answer(sentence, "!done")
        while (sentence := peer.read()) is not None:
            again.append(_command(sentence))
            peer.answer(sentence, "!done", f"=ret={_command(sentence)}")

    with talking(script) as session:
        answers = session.send_many([("/x/add", f"=number={number}") for number in range(8)], window=8)
    assert [answer.ret if isinstance(answer, Reply) else answer for answer in answers] == [str(n) for n in range(8)]
    assert sorted(again) == [3, 4, 5, 6, 7]


def test_a_complaint_to_a_single_command_is_an_answer(talking: OpenSession) -> None:
    _seen, script = replying(("!trap", "=message=too many something"), ("!done",))
    with talking(script) as session:
        (answer,) = session.send_many([("/x/add",)], window=1)
    assert isinstance(answer, Trap)


def test_an_untagged_answer_to_one_of_several_is_not_guessed(talking: OpenSession) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.read()
        peer.say("!done")
        peer.read()

    with talking(script) as session:
        with pytest.raises(ProtocolError, match="without a tag"):
            session.send_many([("/x/add",), ("/x/add",)])
        assert session.closed


def test_the_end_of_the_connection_in_a_window(talking: OpenSession) -> None:
    def script(peer: Peer) -> None:
        sentence = peer.read()
        assert sentence is not None
        peer.read()
        peer.answer(sentence, "!done")

    with talking(script) as session, pytest.raises(Closed, match="Under way: /x/add, /x/set"):
        session.send_many([("/y/add",), ("/x/add",), ("/x/set",)], window=3)


def test_statistics_count_sentences_round_trips_and_bytes(talking: OpenSession) -> None:
    def script(peer: Peer) -> None:
        while (sentence := peer.read()) is not None:
            peer.answer(sentence, "!done")

    with talking(script) as session:
        login = session.statistics()
        assert (login["sentences"], login["round_trips"]) == (1, 1)
        # 6 + 1 for /login, 12 + 1 for the name, 14 + 1 for the password, 1 for the end; 5 + 1 + 1 for !done.
        assert (login["bytes_sent"], login["bytes_received"]) == (7 + 13 + 15 + 1, 7)
        session.call("/x/print")
        session.call("/x/print")
        assert session.statistics()["round_trips"] == 3
        session.send_many([("/x/add",)] * 40, window=10)
        after = session.statistics()
        assert after["sentences"] == 43
        assert 3 + 4 <= after["round_trips"] <= 3 + 6
        assert 0 < after["seconds"] < 60
        assert set(after) == {"sentences", "round_trips", "bytes_sent", "bytes_received", "seconds"}
