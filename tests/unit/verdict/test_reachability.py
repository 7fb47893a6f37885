# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reaches which service: what verdict_info reads, and what it makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation
from ansible_collections.bastion.routeros.plugins.plugin_utils.task import reachability
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap
from ansible_collections.bastion.routeros.tests.unit.verdict.short import Row, entry, rule

SERVICES = [
    {"name": "ssh", "port": "22", "disabled": "false"},
    {"name": "api", "port": "8728", "disabled": "true"},
    {"name": "api-ssl", "port": "8729", "address": "192.0.2.0/24,2001:db8::/32", "disabled": "false"},
    {"name": "api-ssl", "port": "8729", "dynamic": "true", "connection": "true"},
]


class Router:
    """Answers reads out of tables, with queries by list, and remembers what it was asked."""

    user = "automation"

    def __init__(self, **tables: list[Row]) -> None:
        self.tables = {f"/{name.replace('__', '/').replace('_', '-')}": rows for name, rows in tables.items()}
        self.tables.setdefault("/ip/service", SERVICES)
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []

    def read(self, path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> list[Row]:
        self.asked.append((path, tuple(properties), tuple(query)))
        if path == "/ipv6/address":
            raise Trap("no such command prefix", None, path)
        rows = self.tables.get(path, [])
        wanted = {word.removeprefix("?list=") for word in query if word.startswith("?list=")}
        return [row for row in rows if not wanted or row["list"] in wanted]


def ask(router: Router, **options: Any) -> list[dict[str, Any]]:
    verdicts, warnings = reachability.read(router, {"family": "both"} | options)  # type: ignore[arg-type]
    assert warnings == []
    return verdicts


def short(verdicts: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(each["source"], each["service"], each["answer"]) for each in verdicts]


def test_a_table_of_sources_and_services() -> None:
    router = Router(
        ip__firewall__filter=[
            rule("accept", src_address_list="mgmt", comment="trusted"),
            rule("drop", protocol="tcp", dst_port="22", comment="no ssh"),
        ],
        ip__firewall__address_list=[entry("mgmt", "192.0.2.7"), entry("unused", "0.0.0.0/0")],
    )
    verdicts = ask(router, sources=["192.0.2.7", "192.0.2.8", "198.51.100.1"])
    assert short(verdicts) == [
        ("192.0.2.7", "ssh", "accepted"),
        ("192.0.2.7", "api-ssl", "accepted"),
        ("192.0.2.8", "ssh", "dropped"),
        ("192.0.2.8", "api-ssl", "accepted"),
        ("198.51.100.1", "ssh", "dropped"),
        ("198.51.100.1", "api-ssl", "dropped"),
    ]
    first, no_ssh, end, not_admitted = verdicts[0], verdicts[2], verdicts[3], verdicts[5]
    assert first == {
        "rules": "present",
        "service": "ssh",
        "protocol": "tcp",
        "port": 22,
        "family": "ipv4",
        "source": "192.0.2.7",
        "in_interface": "",
        "answer": "accepted",
        "rule": {"table": "filter", "chain": "input", "position": 0, "action": "accept", "comment": "trusted"},
        "why": 'Accepted: rule 0 (chain input, "trusted") accepts it: src-address-list=mgmt action=accept.',
    }
    assert no_ssh["rule"]["comment"] == "no ssh"
    assert end["rule"] == {}
    assert "end of a built-in chain" in end["why"]
    assert not_admitted["rule"] == {}
    assert "takes connections from 192.0.2.0/24,2001:db8::/32 only" in not_admitted["why"]


def test_prefixes_are_answered_in_parts() -> None:
    router = Router(ip__firewall__filter=[rule("drop", src_address="192.0.2.128/25")])
    assert short(ask(router, sources=["192.0.0.0/16"], services=["api-ssl"])) == [
        ("192.0.0.0/23", "api-ssl", "dropped"),
        ("192.0.2.0/25", "api-ssl", "accepted"),
        ("192.0.2.128/25", "api-ssl", "dropped"),
        ("192.0.3.0-192.0.255.255", "api-ssl", "dropped"),
    ]


def test_both_families_with_tables_of_their_own() -> None:
    router = Router(ip__firewall__filter=[rule("drop")], ipv6__firewall__filter=[rule("accept")])
    sources = ["192.0.2.7", "2001:db8::7", "2001:db9::7"]
    assert short(ask(router, sources=sources, services=["api-ssl"])) == [
        ("192.0.2.7", "api-ssl", "dropped"),
        ("2001:db8::7", "api-ssl", "accepted"),
        ("2001:db9::7", "api-ssl", "dropped"),
    ]
    only = ask(router, sources=sources, services=["ssh"], family="ipv6")
    assert {each["family"] for each in only} == {"ipv6"}


def test_a_family_without_sources_is_told() -> None:
    verdicts, warnings = reachability.read(Router(), {"family": "ipv6", "sources": ["192.0.2.7"]})  # type: ignore[arg-type]
    assert verdicts == []
    assert warnings == ["verdict_info: none of the sources is of ipv6: 192.0.2.7"]


def test_without_sources_where_our_user_is_seen_from() -> None:
    active = [
        {"name": "automation", "address": "192.0.2.7"},
        {"name": "automation", "address": "fe80::7%ether1"},
        {"name": "somebody", "address": "198.51.100.1"},
    ]
    verdicts = ask(Router(user__active=active), services=["ssh"])
    assert [each["source"] for each in verdicts] == ["192.0.2.7", "fe80::7"]
    with pytest.raises(BadOption, match="name the 'sources'"):
        ask(Router())


def test_only_lists_that_rules_name_are_read_and_rules_are_read_whole() -> None:
    router = Router(
        ip__firewall__filter=[rule("accept", src_address_list="!a list"), rule("drop", dst_address_list="b")],
        ip__firewall__address_list=[entry("a list", "192.0.2.7")],
    )
    ask(router, sources=["192.0.2.7"])
    queries = {path: (properties, query) for path, properties, query in router.asked}
    assert queries["/ip/firewall/address-list"][1] == ("?list=a list", "?list=b", "?#|")
    assert queries["/ip/firewall/filter"] == ((), ())
    assert "/ipv6/firewall/filter" not in queries
    many = Router(ip__firewall__raw=[rule("drop", "prerouting", src_address_list=str(n)) for n in range(50)])
    ask(many, sources=["192.0.2.7"])
    assert {query for path, _properties, query in many.asked if path.endswith("address-list")} == {()}
    none = Router()
    ask(none, sources=["192.0.2.7"])
    assert "/ip/firewall/address-list" not in {path for path, *_rest in none.asked}


def test_the_interface_is_taken_from_the_routers_addresses_and_that_is_said() -> None:
    tables: dict[str, Any] = {
        "ip__firewall__filter": [rule("drop", in_interface_list="!LAN")],
        "ip__address": [{"address": "192.0.2.1/24", "interface": "bridge", "actual-interface": "bridge"}],
        "interface__list": [{"name": "LAN", "include": "", "exclude": ""}],
        "interface__list__member": [{"list": "LAN", "interface": "bridge"}],
    }
    near, far = ask(Router(**tables), sources=["192.0.2.7", "198.51.100.1"], services=["ssh"])
    assert (near["answer"], near["in_interface"]) == ("accepted", "bridge")
    assert near["why"].endswith("Taken for granted that it comes in through bridge, where its network is.")
    assert (far["answer"], far["in_interface"]) == ("unknown", "")
    assert "depending on the interface it comes in through" in far["why"]
    (given,) = ask(Router(**tables), sources=["198.51.100.1"], services=["ssh"], in_interface="ether1")
    assert given["answer"] == "dropped"
    assert "Taken for granted" not in given["why"]


@pytest.mark.parametrize(
    ("service", "answer", "word"),
    [
        ({"disabled": "true"}, "dropped", "disabled"),
        ({"vrf": "guests"}, "unknown", "vrf guests"),
        ({"vrf": "main"}, "accepted", "Accepted"),
        ({"invalid": "true"}, "unknown", "may not listen"),
        ({"available-from": "198.51.100.0/24", "address": "0.0.0.0/0"}, "dropped", "198.51.100.0/24 only"),
        ({"address": ""}, "accepted", "Accepted"),
        ({"address": "2001:db8::/32"}, "dropped", "only"),
        ({"address": "of-tomorrow"}, "unknown", "not understood"),
    ],
)
def test_what_the_service_itself_says(service: Row, answer: str, word: str) -> None:
    router = Router(ip__service=[{"name": "ssh", "port": "22"} | service])
    (found,) = ask(router, sources=["192.0.2.7"], services=["ssh"])
    assert found["answer"] == answer
    assert word in found["why"]


def test_a_service_in_doubt_that_the_firewall_drops_is_dropped() -> None:
    router = Router(ip__service=[{"name": "ssh", "port": "22", "vrf": "guests"}], ip__firewall__filter=[rule("drop")])
    assert short(ask(router, sources=["192.0.2.7"])) == [("192.0.2.7", "ssh", "dropped")]


def test_raw_and_nat_count() -> None:
    raw = Router(ip__firewall__raw=[rule("drop", "prerouting", src_address="192.0.2.7")])
    (found,) = ask(raw, sources=["192.0.2.7"], services=["ssh"])
    assert (found["answer"], found["rule"]["table"]) == ("dropped", "raw")
    nat = Router(ip__firewall__nat=[rule("dst-nat", "dstnat", protocol="tcp", dst_port="22")])
    (found,) = ask(nat, sources=["192.0.2.7"], services=["ssh"])
    assert found["answer"] == "unknown"
    assert "sends it to another destination" in found["why"]


def test_rules_for_untranslated_and_whole_packets_are_certain() -> None:
    """What is known of every first packet of a connection to the router itself."""
    router = Router(
        ip__firewall__filter=[
            rule("drop", connection_nat_state="dstnat"),
            rule("drop", protocol="tcp", tcp_flags="!syn"),
            rule("drop", dst_address_type="!local"),
            rule("accept", protocol="tcp", tcp_flags="syn,!ack", connection_state="new"),
            rule("drop"),
        ]
    )
    assert short(ask(router, sources=["192.0.2.7"], services=["ssh"])) == [("192.0.2.7", "ssh", "accepted")]


def test_bad_options_say_what_is_wrong() -> None:
    with pytest.raises(BadOption, match="there is no service 'apis'; there are ssh, api, api-ssl"):
        ask(Router(), sources=["192.0.2.7"], services=["apis"])
    with pytest.raises(BadOption, match=r"192\.0\.2\.0/24 for the network"):
        ask(Router(), sources=["192.0.2.7/24"])


def test_refused_tables_are_an_error_unless_they_only_sharpen_the_answer() -> None:
    class Shy(Router):
        refused = "/interface/list"

        def read(self, path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> list[Row]:
            if path == self.refused:
                raise Trap("not enough permissions (9)", None, path)
            return super().read(path, properties, query)

    assert short(ask(Shy(), sources=["192.0.2.7"], services=["ssh"])) == [("192.0.2.7", "ssh", "accepted")]
    Shy.refused = "/ip/firewall/filter"
    with pytest.raises(Trap):
        ask(Shy(), sources=["192.0.2.7"])


def planned(*operations: Operation, **options: Any) -> list[dict[str, Any]]:
    router = Router(
        ip__firewall__filter=[
            {**rule("accept", src_address_list="mgmt", comment="trusted"), ".id": "*1"},
            {**rule("drop", comment="the rest"), ".id": "*2"},
        ],
        ip__firewall__address_list=[{**entry("mgmt", "192.0.2.7"), ".id": "*3"}],
        ip__service=[{**row, ".id": f"*{number}"} for number, row in enumerate(SERVICES, start=5)],
    )
    options = {"sources": ["192.0.2.8"], "services": ["ssh"], **options}
    verdicts, warnings = reachability.read(router, {"family": "both"} | options, operations)  # type: ignore[arg-type]
    assert warnings == []
    return verdicts


LET_IN = Operation("/ip/firewall/address-list", "add", handle="@1", properties={"list": "mgmt", "address": "192.0.2.8"})


def test_what_is_planned_is_judged_beside_what_is_there() -> None:
    verdicts = planned(LET_IN, changes=[{}])
    assert [(each["rules"], each["answer"]) for each in verdicts] == [("present", "dropped"), ("planned", "accepted")]
    assert "trusted" in verdicts[1]["why"]


def test_only_what_is_planned() -> None:
    assert [each["rules"] for each in planned(LET_IN, changes=[{}], rules="planned")] == ["planned"]
    assert [each["rules"] for each in planned(LET_IN, changes=[{}], rules="present")] == ["present"]


def test_rules_and_services_that_are_planned() -> None:
    gone = Operation("/ip/firewall/filter", "remove", "*2")
    elsewhere = Operation("/ip/service", "set", "*5", properties={"port": "2222"})
    off = Operation("/ip/service", "set", "*5", properties={"disabled": "yes"})
    assert [each["answer"] for each in planned(gone, changes=[{}])] == ["dropped", "accepted"]
    assert [each["port"] for each in planned(elsewhere, changes=[{}])] == [22, 2222]
    # Asked for by name it is shown as dropped, else a service that is off is not shown.
    assert [each["answer"] for each in planned(gone, off, changes=[{}])] == ["dropped", "dropped"]
    assert "ssh" not in [each["service"] for each in planned(gone, off, services=None, rules="planned")]


def test_lists_that_only_planned_rules_name_are_read() -> None:
    steps = [
        Operation(
            "/ip/firewall/filter", "add", handle="@1", before="*2", properties=rule("accept", src_address_list="x")
        ),
        Operation("/ip/firewall/address-list", "add", handle="@2", properties={"list": "x", "address": "192.0.2.8"}),
    ]
    assert [each["answer"] for each in planned(*steps, changes=[{}])] == ["dropped", "accepted"]


def test_as_a_table() -> None:
    lines = reachability.table(planned(LET_IN, changes=[{}]))
    assert [line.split()[:4] for line in lines] == [
        ["RULES", "SOURCE", "SERVICE", "ANSWER"],
        ["present", "192.0.2.8", "ssh", "22"],
        ["planned", "192.0.2.8", "ssh", "22"],
    ]
    assert lines[2].endswith("accepted  filter rule 0 (trusted)")
    assert len({line.index(word) for line, word in zip(lines, ("SOURCE", "192.0.2.8", "192.0.2.8"), strict=True)}) == 1


def test_a_table_says_why_where_no_rule_decides() -> None:
    lines = reachability.table(planned(sources=["198.51.100.1"], services=["api", "api-ssl"]))
    assert lines[1].endswith("dropped  the service api is disabled")
    assert "takes connections from 192.0.2.0/24" in lines[2]
