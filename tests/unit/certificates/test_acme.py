# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router says of ACME is in no capture: rows and texts of several kinds are understood, and silence is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates import acme
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.acme import Acme, missing, obtain
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, TimedOut, Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Reply

ONE, TWO = "one.example.net", "two.example.net"
ASKED = Acme((ONE, TWO))
SEVERAL = "(?s)no certificate for one.example.net, two.example.net: .*{}.*port 80.*resolver and a clock.*in its log"
Rows = list[dict[str, str]]


class Router:
    """Answers the command, then shows one table after the other; the last one stays."""

    def __init__(self, *tables: Rows, answer: Reply | Exception | None = None) -> None:
        self.tables = [[{".id": "*1", "name": "other", "fingerprint": "aa", "common-name": ONE}], *tables]
        self.answer = answer or Reply()
        self.called: list[tuple[str, ...]] = []

    def read(self, path: str, properties: Sequence[str]) -> Rows:
        return self.tables.pop(0) if len(self.tables) > 1 else self.tables[0]

    def call(self, *words: str, timeout: float | None = None) -> Reply:
        self.called.append(words)
        if len(self.called) == 1 and isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, Reply) else Reply()


def ask(router: Any, patch: pytest.MonkeyPatch, seconds: float = 0.05) -> None:
    patch.setattr(acme, "TIMEOUT", seconds)
    obtain(router, ASKED, "api", lambda _seconds: None)


@pytest.mark.parametrize(
    "row",
    [
        {"name": "api", "common-name": ONE},
        {"name": "letsencrypt-autogen", "common-name": TWO},
        {"name": "whatever", "common-name": "ONE.Example.NET"},
        {"name": "whatever", "subject-alt-name": f"DNS:{TWO},DNS:{ONE}"},
        {"name": "whatever", "common-name": ONE, "subject-alt-name": f"DNS:{ONE},DNS:{TWO}"},
        {"name": "api"},
        {"name": "whatever", "acme-managed": "true"},
    ],
)
def test_a_new_certificate_is_known_by_whatever_it_shows(row: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router([], [{**row, ".id": "*2", "fingerprint": "bb"}])
    ask(router, monkeypatch)
    renamed = [words for words in router.called if words[0] == "/certificate/set"]
    assert renamed == ([] if row["name"] == "api" else [("/certificate/set", "=.id=*2", "=name=api")])


@pytest.mark.parametrize(
    "row",
    [
        {"name": "other-new", "common-name": "elsewhere.example.net", "fingerprint": "bb"},
        {"name": "other-new", "fingerprint": "bb"},
        {"name": "other-new", "subject-alt-name": f"DNS:{ONE}", "fingerprint": "bb"},
        {"name": "other", "common-name": ONE, "fingerprint": "aa"},
        {"name": "api", "common-name": ONE},
    ],
)
def test_certificates_of_others_are_not_taken(row: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router([{**row, ".id": "*2"}])
    with pytest.raises(RouterError, match=SEVERAL.format("no certificate within 0.05 seconds")):
        ask(router, monkeypatch)
    assert not any(words[0] == "/certificate/set" for words in router.called)
    # What the router left of the attempt goes, and nothing else.
    left = [words for words in router.called if words[0] == "/certificate/remove"]
    assert bool(left) == (row["name"] == "api")


@pytest.mark.parametrize("text", ["error: timeout", "challenge FAILED", "status: invalid", "unauthorized"])
def test_a_status_that_tells_of_a_failure_is_not_waited_out(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {".id": "*2", "name": "api", "acme-status": text}
    with pytest.raises(RouterError, match=SEVERAL.format(text)):
        ask(Router([row]), monkeypatch, 3600)


def test_a_router_that_tries_again_by_itself_gets_the_time_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {".id": "*2", "name": "api", "common-name": ONE}
    ask(Router([{**row, "acme-status": "error, retrying"}], [{**row, "fingerprint": "bb"}]), monkeypatch, 3600)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Trap("failure: something new", None, "/certificate/add-acme"), "something new"),
        (TimedOut("No answer."), "said nothing for 0.05 seconds"),
        (Reply(rows=[{"progress": "[error] could not resolve"}]), "could not resolve"),
    ],
)
def test_whatever_the_command_says_is_told(answer: Any, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RouterError, match=SEVERAL.format(says)):
        ask(Router([], answer=answer), monkeypatch)


def test_for_which_domains_a_certificate_is_not() -> None:
    assert missing(ASKED, {"common-name": ONE, "subject-alt-name": f"DNS:{ONE}"}) == [TWO]
    assert missing(ASKED, {"subject-alt-name": f"DNS:{ONE},DNS:{TWO.upper()}"}) == []
    assert missing(ASKED, {"common-name": "else.example.net"}) == [ONE, TWO]
    # Nothing is shown, so nothing is known to be wrong: making it anew each run would use up what a service gives.
    assert missing(ASKED, {}) == []
