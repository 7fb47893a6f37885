# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Would whoever is in still get in? The pure part, without a router."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils import preflight
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight import Case, Judgement, Way
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

FILTER, LIST = "/ip/firewall/filter", "/ip/firewall/address-list"
US = "192.0.2.7"
WAY = Way("api-ssl", "automation", "secret", 8729, host="192.0.2.1")
SERVICE = {".id": "*8", "name": "api-ssl", "port": "8729", "certificate": "leaf", "disabled": "false", "address": ""}
USER = {".id": "*2", "name": "automation", "group": "robots", "address": "", "disabled": "false"}
GROUP = {".id": "*5", "name": "robots", "policy": "read,write,api,policy,!ftp"}
LEAF = {".id": "*C", "name": "leaf", "ca": "ca", "fingerprint": "ab", "private-key": "true"}
EMPTY = (FILTER, "/ip/firewall/raw", "/interface/list", "/interface/list/member")
RUNNING = {"chain": "input", "action": "accept", "connection-state": "established,related"}


def numbered(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return [{".id": f"*{number:X}", **row} for number, row in enumerate(rows, start=1)]


MENUS = {
    "filter": FILTER,
    "address_list": LIST,
    "interface_list": "/interface/list",
    "member": "/interface/list/member",
    "certificate": "/certificate",
    "policy": "/ip/ipsec/policy",
    "own": "/ip/address",
    "tracking": "/ip/firewall/connection/tracking",
}


def judged(*operations: Operation, seen_from: tuple[str, ...] = (US,), **tables: Any) -> Judgement:
    """Tables by the names above, their rows numbered."""
    rows: dict[str, list[dict[str, str]]] = {path: [] for path in EMPTY}
    rows |= {"/ip/service": [SERVICE], "/user": [USER], "/user/group": [GROUP], "/certificate": [LEAF]}
    rows |= {MENUS[name]: numbered(content) if name != "tracking" else content for name, content in tables.items()}
    before = State(Version.parse("7.22.3"), "automation", seen_from, rows)
    return preflight.examine(Case(before, before.after(operations), operations, WAY, WAY))


def add(path: str, before: str = "", inert: bool = False, **properties: str) -> Operation:
    texts = {name.replace("_", "-"): text for name, text in properties.items()}
    return Operation(path, "add", properties=texts, before=before, handle=f"@{sorted(texts.items())}", inert=inert)


def change(path: str, row: str, *unset: str, **properties: str) -> Operation:
    texts = {name.replace("_", "-"): text for name, text in properties.items()}
    return Operation(path, "set", row, properties=texts, unset=unset)


def certain(judgement: Judgement) -> str:
    return "; ".join(finding.why for finding in judgement.findings if finding.certain)


def doubts(judgement: Judgement) -> str:
    return "; ".join(finding.why for finding in judgement.findings if not finding.certain)


DROP = add(FILTER, chain="input", action="drop")


def test_nothing_found_is_nothing_said() -> None:
    assert judged() == Judgement()


def test_a_drop_is_certain_and_names_the_rule() -> None:
    assert "rule 0 (chain input) drops it" in certain(judged(DROP))


def test_an_accept_before_it_is_enough() -> None:
    accept = {"chain": "input", "action": "accept", "src-address": "192.0.2.0/24"}
    assert judged(DROP, filter=[accept]) == Judgement()
    assert certain(judged(DROP, filter=[accept], seen_from=(US, "198.51.100.1")))


def test_what_is_shut_already_is_no_finding() -> None:
    """The session that is open proves the tables wrong."""
    assert (
        judged(add(FILTER, chain="input", action="reject"), filter=[{"chain": "input", "action": "drop"}])
        == Judgement()
    )


@pytest.mark.parametrize("chain", ["input", "output"])
def test_answers_need_a_way_too(chain: str) -> None:
    assert certain(judged(add(FILTER, chain=chain, action="drop", protocol="tcp")))


def test_idle_chains_count_once_they_are_entered() -> None:
    idle = add(FILTER, inert=True, chain="mine", action="drop")
    enter = add(FILTER, chain="input", action="jump", jump_target="mine")
    assert judged(idle) == Judgement()
    assert certain(judged(idle, enter))


def test_the_way_there_counts_as_well_as_the_end() -> None:
    late = add(FILTER, before=DROP.handle, chain="input", action="accept")
    assert "on the way" in certain(judged(DROP, late))
    assert judged(DROP, late, filter=[RUNNING]) == Judgement()


def test_a_doubt_leaves_the_open_session_in_danger_or_not() -> None:
    doubt = add(FILTER, chain="input", action="drop", content="secret")
    found = judged(doubt)
    assert "Cannot tell" in doubts(found)
    assert "content" in found.cut
    safe = judged(doubt, filter=[RUNNING])
    assert doubts(safe)
    assert not safe.cut


def test_doubts_that_the_open_session_answers_are_none() -> None:
    """A rule that may drop stands there already and has not dropped us: it does not, wherever it stands."""
    old = {"chain": "input", "action": "drop", "content": "secret"}
    assert judged(add(FILTER, chain="input", action="drop", protocol="udp"), filter=[old]) == Judgement()
    assert judged(Operation(FILTER, "move", "*1"), filter=[old, RUNNING]) == Judgement()


def test_the_interface_that_we_come_through_is_inferred() -> None:
    rules = [
        RUNNING,
        {"chain": "input", "action": "accept", "in-interface-list": "LAN"},
        {"chain": "input", "action": "drop"},
    ]
    lists = {"filter": rules, "interface_list": [{"name": "LAN"}], "member": [{"list": "LAN", "interface": "ether1"}]}
    assert judged(add(FILTER, "*1", chain="input", action="drop", in_interface="ether9"), **lists) == Judgement()
    assert certain(judged(add(FILTER, "*1", chain="input", action="drop", in_interface="ether1"), **lists))
    assert certain(judged(Operation("/interface/list/member", "remove", "*1"), **lists))


def test_lists() -> None:
    rules = [{"chain": "input", "action": "drop", "src-address-list": "bad"}]
    assert certain(judged(add(LIST, list="bad", address="192.0.2.0/24"), filter=rules, address_list=[]))
    assert judged(add(LIST, list="bad", address="198.51.100.0/24"), filter=rules, address_list=[]) == Judgement()


def test_an_entry_that_runs_out_is_no_way_in() -> None:
    rules = [{"chain": "input", "action": "accept", "src-address-list": "good"}, {"chain": "input", "action": "drop"}]
    steps = [Operation(LIST, "remove", "*1"), add(LIST, list="good", address=US, timeout="1h")]
    assert "timeout" in certain(judged(*steps, filter=rules, address_list=[{"list": "good", "address": US}]))


def test_rules_that_count_us() -> None:
    ladder = [
        add(FILTER, chain="input", action="drop", src_address_list="noisy"),
        add(FILTER, chain="input", action="add-src-to-address-list", address_list="noisy", connection_state="new"),
    ]
    assert "connection 2" in certain(judged(*ladder, address_list=[]))


def test_limits_are_met_calmly() -> None:
    accept = add(FILTER, chain="input", action="accept", limit="5,5:packet")
    assert judged(accept, DROP) == Judgement()


def test_without_tracking_nothing_is_established() -> None:
    rules = [{**RUNNING, "connection-state": "new,established"}, {"chain": "input", "action": "drop"}]
    off = change("/ip/firewall/connection/tracking", "", enabled="no")
    assert certain(judged(off, filter=rules, tracking=[{"enabled": "auto"}]))


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ({"disabled": "true"}, "off"),
        ({"port": "9999"}, "port 9999"),
        ({"certificate": "none"}, "no certificate"),
        ({"address": "198.51.100.0/24"}, "admit 198.51.100.0/24 only"),
        ({"address": "2001:db8::/32"}, "admit"),
    ],
)
def test_the_service(properties: dict[str, str], why: str) -> None:
    assert why in certain(judged(change("/ip/service", "*8", **properties)))


def test_the_service_goes_on() -> None:
    assert judged(change("/ip/service", "*8", address="192.0.2.0/24,2001:db8::/32")) == Judgement()
    assert "another certificate" in doubts(
        judged(change("/ip/service", "*8", certificate="next"), certificate=[LEAF, {**LEAF, "name": "next"}])
    )
    moved = judged(change("/ip/service", "*8", vrf="mgmt"))
    assert "vrf mgmt" in doubts(moved)
    assert "vrf" in moved.cut


def test_a_certificate_in_use_is_not_undone() -> None:
    (finding,) = judged(Operation("/certificate", "remove", "*C", was=LEAF)).findings
    assert finding.lasting
    assert "leaf" in finding.why


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (Operation("/user", "remove", "*2", was=USER), "gone"),
        (change("/user", "*2", disabled="true"), "disabled"),
        (change("/user", "*2", group="full"), "lose the policies api"),
        (change("/user", "*2", address="198.51.100.0/24"), "log in from"),
        (change("/user", "*2", password="other"), "another password"),
        (change("/user/group", "*5", policy="read,write,!api,policy"), "lose the policies api"),
    ],
)
def test_the_account(operation: Operation, why: str) -> None:
    assert why in certain(judged(operation))


def test_the_account_goes_on() -> None:
    assert judged(change("/user", "*2", password="secret", address="192.0.2.0/24")) == Judgement()
    assert judged(change("/user/group", "*5", policy="read,write,api,policy,ftp")) == Judgement()


@pytest.mark.parametrize(
    ("policy", "sure", "unsure"),
    [
        ({"src_address": "0.0.0.0/0", "dst_address": "192.0.2.0/24", "action": "discard"}, True, False),
        ({"src_address": "192.0.2.1/32", "dst_address": "192.0.2.7/32", "action": "encrypt"}, False, True),
        ({"src_address": "0.0.0.0/0", "dst_address": "198.51.100.0/24", "action": "discard"}, False, False),
        ({"src_address": "0.0.0.0/0", "dst_address": "0.0.0.0/0", "action": "none"}, False, False),
        (
            {"src_address": "0.0.0.0/0", "dst_address": "0.0.0.0/0", "action": "discard", "protocol": "udp"},
            False,
            False,
        ),
        ({"src_address": "10.0.0.0/8", "dst_address": "0.0.0.0/0", "action": "discard"}, False, False),
    ],
)
def test_ipsec(policy: dict[str, str], sure: bool, unsure: bool) -> None:
    found = judged(add("/ip/ipsec/policy", **policy), policy=[], own=[{"address": "192.0.2.1/24"}])
    assert (bool(certain(found)), bool(doubts(found))) == (sure, unsure)
    assert bool(found.cut) == (sure or unsure)


def test_own_addresses() -> None:
    rows = [{"address": "192.0.2.1/24"}, {"address": "203.0.113.1/24"}]
    assert certain(judged(Operation("/ip/address", "remove", "*1"), own=rows))
    assert judged(Operation("/ip/address", "remove", "*2"), own=rows) == Judgement()


def test_only_what_is_needed_is_read() -> None:
    def paths(*operations: Operation) -> set[str]:
        return {read.path for read in preflight.reads(operations, (US,))}

    assert not preflight.concerns([add("/system/logging", topics="info")])
    assert not preflight.concerns([add(FILTER, inert=True, chain="idle", action="drop")])
    assert paths(add(LIST, list="bad", address="198.51.100.1")) == set()
    assert FILTER in paths(add(LIST, list="bad", address=US))
    assert FILTER in paths(add(LIST, list="bad", address="host.example.net"))
    assert paths(change("/user", "*2", comment="x")) == {"/user", "/user/group"}
    assert paths(add("/ipv6/firewall/filter", chain="input", action="drop")) == set()
    tables = {FILTER: [{"chain": "input", "src-address-list": "!good"}]}
    made = add(FILTER, chain="input", action="drop", src_address_list="bad")
    names = [read.where for read in preflight.list_reads(tables, [made], (US,))]
    assert names == [("list", "bad"), ("list", "good")]


def test_a_renewed_certificate_is_not_gone() -> None:
    """The old one steps aside, the new one takes over its name and service; only then the old one goes."""
    bind = change("/ip/service", "*8", certificate="leaf")
    aside = change("/certificate", "*C", name="leaf.ab")
    removal = Operation("/certificate", "remove", id="*C", was=LEAF)
    new = add("/certificate", name="leaf", ca="ca")
    assert not certain(judged(aside, new, bind, removal))
    assert "would be gone" in certain(judged(removal))
