# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter table decides who reaches the API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from routeros_simulator.testing import Simulator, running

# the operator's way in, which no rule of a test closes
HOME, OUTSIDE, OTHER = "127.0.0.1", "127.0.0.66", "127.0.0.67"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", switches={"syn_retransmits": False}) as simulator:
        yield simulator


class Rules:
    """Adds rules to the input chain (underscores for hyphens)."""

    def __init__(self, api: Any, family: str = "ip") -> None:
        self.api = api
        self.path = api.path(family, "firewall", "filter")

    def add(self, action: str = "drop", chain: str = "input", **properties: Any) -> str:
        values = {key.replace("_", "-"): value for key, value in properties.items()}
        added: str = self.path.add(chain=chain, action=action, **values)
        return added

    def row(self, number: str) -> dict[str, Any]:
        (found,) = [row for row in self.path if row[".id"] == number]
        row: dict[str, Any] = found
        return row


@pytest.fixture
def rules(sim: Simulator, login: Callable[..., Any]) -> Rules:
    return Rules(login(sim))


Raw = Callable[..., Any]


def served(simulator: Simulator, raw: Raw, source: str) -> bool:
    """Whether a client that says something gets an answer, or as much as its end."""
    client = raw(simulator, source)
    client.send("/quit")
    return not client.silent()


def test_without_rules_everybody_is_let_in(sim: Simulator, raw: Raw) -> None:
    assert raw(sim, OUTSIDE).login()


def test_drop_is_silence_and_reject_a_reset(
    sim: Simulator, raw: Raw, outcome: Callable[..., str], rules: Rules
) -> None:
    rules.add("drop", src_address=OUTSIDE)
    rules.add("reject", src_address=OTHER, reject_with="tcp-reset", protocol="tcp")
    assert not served(sim, raw, OUTSIDE)
    assert outcome(sim, OTHER) == "reset"
    assert raw(sim, HOME).login()


def test_a_dropped_client_is_never_answered(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("drop", src_address=OUTSIDE)
    assert not served(sim, raw, OUTSIDE)
    assert all(row["address"] != OUTSIDE for row in rules.api.path("user", "active"))


def test_a_test_can_ask_whether_an_answer_can_come(sim: Simulator, raw: Raw, rules: Rules) -> None:
    """For a new connection, and for packets of one that is there."""
    before, ours = raw(sim, OUTSIDE), raw(sim, HOME)
    assert before.login()
    assert ours.login()
    drop = rules.add("drop", src_address=OUTSIDE)
    late = raw(sim, OUTSIDE)
    for client in (before, late, ours):
        client.send("/system/identity/print")
    assert before.silent()
    ports = [client.socket.getsockname()[1] for client in (before, late, ours)]
    assert [sim.is_silent_to(port) for port in ports] == [True, True, False]
    tuple(rules.api("/ip/firewall/filter/remove", **{".id": drop}))
    assert before.read()
    assert not sim.is_silent_to(ports[0])


def test_tarpit_keeps_the_connection_for_nothing(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("tarpit", src_address=OUTSIDE, protocol="tcp")
    assert not served(sim, raw, OUTSIDE)


def test_the_first_match_wins_and_disabled_rules_do_not_count(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("drop", src_address=OUTSIDE, disabled=True)
    rules.add("accept", src_address=OUTSIDE)
    drop = rules.add("drop", src_address="127.0.0.64/27")
    assert raw(sim, OUTSIDE).login()
    assert not served(sim, raw, OTHER)
    tuple(rules.api("/ip/firewall/filter/disable", **{".id": drop}))
    assert raw(sim, OTHER).login()


def test_rules_may_name_the_port(sim: Simulator, raw: Raw, rules: Rules, anonymous: Any) -> None:
    rules.add("drop", protocol="tcp", dst_port=str(sim.api_port), src_address=OUTSIDE)
    assert not served(sim, raw, OUTSIDE)
    assert raw(sim, OUTSIDE, sim.api_ssl_port, anonymous).login()


def test_rules_of_other_chains_do_not_matter(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("drop", chain="forward")
    rules.add("drop", chain="mine")
    assert raw(sim, OUTSIDE).login()


def test_jump_and_return(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("jump", jump_target="mine", src_address="127.0.0.64/27")
    rules.add("accept", src_address=OTHER)
    rules.add("drop", src_address="127.0.0.64/27")
    rules.add("return", chain="mine", src_address=OTHER)
    rules.add("jump", chain="mine", jump_target="deeper")
    rules.add("accept", chain="deeper", src_address="127.0.0.68")
    assert raw(sim, OTHER).login()  # returned, then accepted
    assert raw(sim, "127.0.0.68").login()  # accepted two chains deep
    assert not served(sim, raw, OUTSIDE)  # fell out of both chains


def test_a_return_in_the_built_in_chain_accepts_and_loops_end(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("jump", jump_target="loop", src_address=OTHER)
    rules.add("jump", chain="loop", jump_target="loop")
    rules.add("return", src_address=OTHER)
    rules.add("drop", src_address=OTHER)
    assert raw(sim, OTHER).login()


def test_address_lists(sim: Simulator, raw: Raw, rules: Rules) -> None:
    entries = rules.api.path("ip", "firewall", "address-list")
    rules.add("accept", src_address=HOME)
    rules.add("drop", src_address_list="!friends")
    assert not served(sim, raw, OUTSIDE)
    entry = entries.add(list="friends", address="127.0.0.60-127.0.0.70")
    assert raw(sim, OUTSIDE).login()
    entries.update(**{".id": entry, "disabled": True})
    assert not served(sim, raw, OUTSIDE)


def test_entries_with_a_timeout_run_out(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.api.path("ip", "firewall", "address-list").add(list="blocked", address=OUTSIDE, timeout="1h")
    rules.add("drop", src_address_list="blocked")
    assert not served(sim, raw, OUTSIDE)
    sim.advance(3601)
    assert raw(sim, OUTSIDE).login()


def test_stages_promote_a_source_with_every_connection(sim: Simulator, raw: Raw, rules: Rules) -> None:
    """The ladder of the manual: last stage first, every attempt goes on to the accept behind it."""
    stage = {"connection_state": "new", "address_list_timeout": "1m", "src_address": "127.0.0.64/27"}
    add = "add-src-to-address-list"
    rules.add("accept", connection_state="established")
    rules.add("drop", src_address_list="blacklist")
    rules.add(add, address_list="blacklist", src_address_list="stage2", **{**stage, "address_list_timeout": "1d"})
    rules.add(add, address_list="stage2", src_address_list="stage1", **stage)
    rules.add(add, address_list="stage1", **stage)
    for _unused in range(3):
        assert raw(sim, OUTSIDE).login()
    assert not served(sim, raw, OUTSIDE)
    assert raw(sim, OTHER).login()
    lists = rules.api.path("ip", "firewall", "address-list")
    assert {row["list"] for row in lists if row["address"] == OUTSIDE} == {"stage1", "stage2", "blacklist"}
    assert {row["list"] for row in lists if row["address"] == OTHER} == {"stage1"}
    assert all(row["dynamic"] is True for row in lists)
    sim.advance(61)
    assert not served(sim, raw, OUTSIDE)
    sim.advance(86400)
    assert raw(sim, OUTSIDE).login()


def test_a_static_entry_stays_static_and_a_match_restarts_a_timeout(sim: Simulator, raw: Raw, rules: Rules) -> None:
    lists = rules.api.path("ip", "firewall", "address-list")
    lists.add(list="seen", address=OTHER)
    rules.add("add-src-to-address-list", address_list="seen", address_list_timeout="1h", connection_state="new")
    raw(sim, OTHER).login()
    raw(sim, OUTSIDE).login()
    sim.advance(3000)
    raw(sim, OUTSIDE).login()
    sim.advance(3000)
    rows = {row["address"]: row for row in lists if row["list"] == "seen"}
    assert rows[OTHER]["dynamic"] is False
    assert "timeout" not in rows[OTHER]
    assert rows[OUTSIDE]["dynamic"] is True


def test_limit_is_for_all_and_dst_limit_for_each(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("accept", connection_state="established")
    rules.add("accept", dst_limit="2/1h,2,src-address/2h", src_address="127.0.0.64/27")
    rules.add("drop", src_address="127.0.0.64/27")
    for _unused in range(2):
        assert raw(sim, OUTSIDE).login()
    assert not served(sim, raw, OUTSIDE)  # the third
    assert raw(sim, OTHER).login()
    sim.advance(1801)
    assert raw(sim, OUTSIDE).login()


def test_limit_is_one_bucket(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("accept", connection_state="established")
    rules.add("accept", limit="2/1h,2:packet", src_address="127.0.0.64/27")
    rules.add("drop", src_address="127.0.0.64/27")
    assert raw(sim, OUTSIDE).login()
    assert raw(sim, OTHER).login()
    assert not served(sim, raw, OTHER)


def test_connection_limit(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("drop", connection_limit="2,32", connection_state="new", protocol="tcp", src_address=OUTSIDE)
    first, second = raw(sim, OUTSIDE).login(), raw(sim, OUTSIDE).login()
    assert not served(sim, raw, OUTSIDE)
    assert first.talk("/quit")
    assert second.talk("/quit")
    assert raw(sim, OUTSIDE).login()


def test_open_sessions_outlive_a_drop_behind_accept_established(sim: Simulator, raw: Raw, rules: Rules) -> None:
    old = raw(sim, OUTSIDE).login()
    rules.add("accept", connection_state="established,related")
    rules.add("drop", src_address=OUTSIDE)
    assert old.talk("/system/identity/print")[-1] == ["!done"]
    assert not served(sim, raw, OUTSIDE)


def test_a_drop_in_front_cuts_open_sessions_until_it_goes(sim: Simulator, raw: Raw, rules: Rules) -> None:
    old = raw(sim, OUTSIDE).login()
    drop = rules.add("drop", src_address=OUTSIDE)
    rules.add("accept", connection_state="established,related")
    old.send("/system/identity/print", "=.proplist=name")
    assert old.silent()
    rules.path.remove(drop)
    old.socket.settimeout(5)
    assert old.read() == ["!re", "=name=MikroTik"]  # TCP has sent it again


def test_reject_with_a_reset_ends_open_sessions(sim: Simulator, raw: Raw, rules: Rules) -> None:
    old = raw(sim, OUTSIDE).login()
    rules.add("reject", src_address=OUTSIDE, reject_with="tcp-reset", protocol="tcp")
    old.send("/system/identity/print")
    with pytest.raises((EOFError, ConnectionError)):
        old.read()


def test_a_connection_that_lost_its_tracking_is_new_again(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rules.add("accept", connection_state="established")
    rules.add("accept", src_address=HOME)
    old = raw(sim, OUTSIDE).login()
    rules.add("drop", src_address=OUTSIDE)
    assert old.talk("/system/identity/print")[-1] == ["!done"]
    tracked = rules.api.path("ip", "firewall", "connection")
    (row,) = [row for row in tracked if row["src-address"] == OUTSIDE]
    tracked.remove(row[".id"])
    sim.advance(1)  # it is listed for a moment longer
    old.send("/system/identity/print")
    assert old.silent()


def test_log_lines_and_counters(sim: Simulator, raw: Raw, rules: Rules) -> None:
    drop = rules.add("drop", src_address=OUTSIDE, log=True, log_prefix="API Drop:")
    client = raw(sim, OUTSIDE)
    assert client.silent()
    (line,) = [row for row in rules.api.path("log") if row["topics"] == "firewall,info"]
    port = client.socket.getsockname()[1]
    assert line["message"] == (
        f"API Drop: input: in:ether1 out:(unknown 0), connection-state:new proto TCP (SYN), "
        f"{OUTSIDE}:{port}->127.0.0.1:{sim.api_port}, len 60"
    )
    assert (rules.row(drop)["packets"], rules.row(drop)["bytes"]) == (1, 60)
    rules.add("log", log_prefix="seen", src_address=OTHER, connection_state="new")
    raw(sim, OTHER).login()
    lines = [row["message"] for row in rules.api.path("log") if row["topics"] == "firewall,info"]
    assert [line.startswith("seen input: in:ether1") for line in lines] == [False, True]


def test_counters_of_passthrough_and_reset(sim: Simulator, raw: Raw, rules: Rules) -> None:
    rule = rules.add("passthrough", src_address=OUTSIDE, connection_state="new")
    raw(sim, OUTSIDE).login()
    assert rules.row(rule)["packets"] == 1
    tuple(rules.api("/ip/firewall/filter/reset-counters-all"))
    assert rules.row(rule)["packets"] == 0


def test_ipv6_has_its_own_table(sim: Simulator, raw: Raw, login: Callable[..., Any]) -> None:
    if "::1" not in sim.server.listeners.hosts:
        pytest.skip("this machine has no IPv6 on its loopback")
    api = login(sim)
    Rules(api).add("drop", src_address=OUTSIDE)
    assert raw(sim, "::1").login()
    entries = api.path("ipv6", "firewall", "address-list")
    Rules(api, "ipv6").add("drop", src_address_list="bad")
    assert raw(sim, "::1").login()
    entries.add(list="bad", address="::/64")
    assert not served(sim, raw, "::1")


def test_raw_comes_first_and_knows_no_established(sim: Simulator, raw: Raw, rules: Rules) -> None:
    old = raw(sim, OUTSIDE).login()
    rules.add("accept", connection_state="established")
    before = rules.api.path("ip", "firewall", "raw")
    accept = before.add(chain="prerouting", action="accept", **{"src-address": OTHER})
    before.add(chain="prerouting", action="drop", **{"src-address": "127.0.0.64/27"})
    assert raw(sim, OTHER).login()
    assert not served(sim, raw, OUTSIDE)
    old.send("/system/identity/print")
    assert old.silent()
    rules.add("drop", src_address=OTHER)
    assert not served(sim, raw, OTHER)  # accepted by raw, dropped by filter
    before.remove(accept)
    rules.path.remove(next(row[".id"] for row in rules.path if row["action"] == "drop"))
    assert not served(sim, raw, OTHER)


def test_where_a_source_arrives(raw: Raw, login: Callable[..., Any]) -> None:
    with running("7.22.3", interfaces={"127.0.0.64/27": "ether2"}, switches={"syn_retransmits": False}) as sim:
        sim.call(lambda: sim.router.tables["/interface"].insert({"name": "ether2"}))
        api = login(sim)
        api.path("interface", "list").add(name="WAN")
        api.path("interface", "list", "member").add(list="WAN", interface="ether2")
        Rules(api).add("drop", in_interface_list="WAN")
        assert not served(sim, raw, OUTSIDE)
        assert raw(sim, HOME).login()


def test_sources_inside_a_tunnel(raw: Raw, login: Callable[..., Any]) -> None:
    with running("7.22.3", ipsec=("127.0.0.64/27",), switches={"syn_retransmits": False}) as sim:
        rules = Rules(login(sim))
        rules.add("accept", src_address=HOME)
        rules.add("drop", ipsec_policy="in,none")
        assert raw(sim, OUTSIDE).login()
        assert not served(sim, raw, "127.0.0.5")


@pytest.mark.parametrize(("switch", "answered"), [("no-match", True), ("match", False)])
def test_a_matcher_that_cannot_be_simulated(switch: str, answered: bool, raw: Raw, login: Callable[..., Any]) -> None:
    with running("7.22.3", switches={"unknown_matcher": switch, "syn_retransmits": False}) as sim:
        rules = Rules(login(sim))
        rules.add("accept", src_address=HOME)
        rules.add("drop", content="secret")
        client = raw(sim, OUTSIDE)
        client.send("/quit")
        assert (client.read() == ["!fatal", "not logged in"]) if answered else client.silent()
        assert any("has content, which cannot be simulated" in row["message"] for row in rules.api.path("log"))


def test_a_rule_may_act_late(raw: Raw, login: Callable[..., Any]) -> None:
    with running("7.22.3", switches={"rule_delay": 2.0, "syn_retransmits": False}) as sim:
        Rules(login(sim)).add("drop", src_address=OUTSIDE)
        assert raw(sim, OUTSIDE).login()
        sim.advance(2.1)
        assert not served(sim, raw, OUTSIDE)


def test_a_dropped_syn_comes_again_and_counts_again(raw: Raw, login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=20) as sim:
        api = login(sim)
        rules = Rules(api)
        drop = rules.add("drop", src_address=OUTSIDE, connection_state="new")
        client = raw(sim, OUTSIDE)
        client.send("/login", "=name=admin", "=password=")
        end = time.monotonic() + 5
        while rules.row(drop)["packets"] < 3:
            assert time.monotonic() < end
            time.sleep(0.02)
        rules.path.remove(drop)
        client.socket.settimeout(5)
        assert client.read() == ["!done"]  # a later SYN was let in, and the login behind it


def test_who_gives_up_sends_no_more(raw: Raw, login: Callable[..., Any], eventually: Callable[..., None]) -> None:
    with running("7.22.3") as sim:
        Rules(login(sim)).add("drop", src_address=OUTSIDE)
        client = raw(sim, OUTSIDE)
        eventually(lambda: sim.call(lambda: len(sim.server.silence)) == 1)
        client.socket.close()
        eventually(lambda: sim.call(lambda: len(sim.server.silence)) == 0)
