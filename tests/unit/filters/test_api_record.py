# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was there before the role, on the controller and in a comment; what is open to whom, in words."""

from __future__ import annotations

from typing import Any

from ansible_collections.bastion.routeros.plugins.filter.secure_api import FilterModule
from hypothesis import given
from hypothesis import strategies as st

FILTERS = FilterModule().filters()
OURS = "bastion/secure-api: made by the role"
SERVICES: dict[str, Any] = {
    "api": {"port": 8728, "address": [], "disabled": False, "vrf": "main"},
    "api-ssl": {
        "port": 8729,
        "address": ["192.0.2.0/24"],
        "certificate": "none",
        "tls_version": "any",
        "disabled": False,
    },
    "telnet": {"port": 23, "address": [], "disabled": True},
    "ssh": {"port": 22, "address": [], "disabled": False},
}
ROUTER: dict[str, Any] = {
    "services": SERVICES,
    "users": {"admin": {"group": "full", "address": []}, "robot": {"group": "full", "address": [], "comment": "hers"}},
    "certificates": {"bastion-ca": {}},
    "user_settings": {"minimum_password_length": 8, "minimum_categories": 0},
}
NAMES = {
    "services": ["api-ssl", "api", "telnet", "reverse-proxy"],
    "users": ["robot", "automation"],
    "certificates": ["bastion-ca", "bastion-api-ssl"],
}


def first() -> dict[str, Any]:
    return dict(FILTERS["api_record"]({}, ROUTER, {"/system/logging": []}, NAMES))


def test_the_first_look_is_remembered() -> None:
    record = first()
    assert set(record["services"]) == {"api", "api-ssl", "telnet"}
    assert record["services"]["api-ssl"] == SERVICES["api-ssl"]
    assert record["users"] == {"robot": {"group": "full", "address": []}}
    assert record["certificates"] == ["bastion-ca"]
    assert record["user_settings"] == {"minimum_password_length": 8, "minimum_categories": 0}
    assert record["logging"] is False


def test_later_looks_add_only_what_is_new() -> None:
    record = first()
    changed = {
        **ROUTER,
        "services": {name: {**row, "disabled": True} for name, row in SERVICES.items()},
        "users": {"automation": {"group": "bastion-read-write-api", "comment": OURS}, **ROUTER["users"]},
        "user_settings": {"minimum_password_length": 12, "minimum_categories": 3},
    }
    assert FILTERS["api_record"](record, changed, {}, NAMES) == record
    more = FILTERS["api_record"](record, ROUTER, {}, {**NAMES, "services": [*NAMES["services"], "ssh"]})
    assert more["services"].pop("ssh") == {"disabled": False}
    assert more == record


def test_a_comment_stands_in_for_a_lost_record() -> None:
    record = first()
    comment = FILTERS["api_record_as_comment"](record)
    assert comment == "before: api on; api-ssl on 8729 none any 192.0.2.0/24; telnet off"
    told = FILTERS["api_record_from_comments"](
        ["", None, "bastion/secure-api: Trusted", f"bastion/secure-api: All. {comment}"]
    )
    assert told["services"]["api-ssl"] == SERVICES["api-ssl"]
    assert told["services"]["telnet"] == {"disabled": True}
    # A router that was changed already is no witness of what was there before.
    again = FILTERS["api_record"](told, ROUTER, {"/system/logging": []}, NAMES)
    assert set(again) == {"services", "users"}
    assert FILTERS["api_record_as_comment"](again) == comment
    assert FILTERS["api_record_from_comments"](["nothing here"]) == {}


@given(
    st.booleans(),
    st.integers(1, 65535),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.lists(st.ip_addresses().map(str), max_size=40),
)
def test_any_service_survives_the_comment(disabled: bool, port: int, certificate: str, address: list[str]) -> None:
    row = {"port": port, "address": address, "certificate": certificate, "tls_version": "any", "disabled": disabled}
    comment = FILTERS["api_record_as_comment"]({"services": {"api-ssl": row}})
    told = FILTERS["api_record_from_comments"]([comment])["services"]["api-ssl"]
    assert {**row, **told} == row
    if len(comment) > 220:
        assert "address" not in told


def test_the_way_back_opens_first_and_dismantles_last() -> None:
    record = first()
    restoring = FILTERS["api_record_restoring"]
    assert restoring(record, SERVICES, True) == [
        {"service": {"name": "api", "disabled": False}},
        {"service": {"name": "api-ssl", "address": ["192.0.2.0/24"], "disabled": False}},
    ]
    assert restoring(record, SERVICES, False) == [
        {"service": {"name": "api-ssl", "port": 8729, "certificate": "none", "tls_version": "any"}},
        {"service": {"name": "telnet", "disabled": True}},
    ]
    assert restoring({}, SERVICES, True) == []
    accounts = FILTERS["api_record_restoring_accounts"]
    assert accounts(record, ROUTER) == [
        {"user_settings": {"minimum_password_length": 8, "minimum_categories": 0}},
        {"user": {"name": "robot", "group": "full", "address": []}},
    ]
    assert len(accounts(record, ROUTER, ["robot"])) == 1
    assert accounts({"users": {"gone": {"group": "full"}}}, ROUTER) == []


def test_what_is_open_to_whom() -> None:
    assert FILTERS["api_open_to_everyone"](SERVICES) == ["api", "ssh"]
    assert FILTERS["api_open_to_everyone"](SERVICES, ["api"]) == ["ssh"]
    halves = {"ssh": {"port": 22, "address": ["0.0.0.0/1", "128.0.0.0/1"], "disabled": False}}
    assert FILTERS["api_open_to_everyone"](halves) == ["ssh"]
    assert FILTERS["api_report"](SERVICES, {"api-ssl": ["192.0.2.0/25"], "api": []}) == [
        "api, port 8728: open to everybody; the firewall lets in nobody",
        "api-ssl, port 8729 (no certificate): open to 192.0.2.0/24; the firewall lets in 192.0.2.0/25",
        "ssh, port 22: open to everybody",
        "closed: telnet",
    ]
    secured = {"api-ssl": {**SERVICES["api-ssl"], "certificate": "bastion-api-ssl", "tls_version": "only-1.2"}}
    assert FILTERS["api_report"](secured) == [
        "api-ssl, port 8729 (TLS 1.2 only, certificate bastion-api-ssl): open to 192.0.2.0/24",
        "closed: none",
    ]
    changes = [
        {"service": {"name": "telnet", "disabled": False}},
        {"service": {"name": "ssh", "address": ["192.0.2.1"]}},
    ]
    later = FILTERS["api_services_after"](
        SERVICES, [*changes, {"user": {"name": "ssh"}}, {"service": {"name": "none"}}]
    )
    assert later == {
        **SERVICES,
        "telnet": {"port": 23, "address": [], "disabled": False},
        "ssh": {"port": 22, "address": ["192.0.2.1"], "disabled": False},
    }
    assert SERVICES["telnet"]["disabled"] is True
    assert FILTERS["api_closing"](SERVICES, ["telnet", "reverse-proxy"]) == [
        {"service": {"name": "telnet", "disabled": True}}
    ]


def test_sessions_on_services_that_close() -> None:
    rows = [
        {"name": "billing", "address": "198.51.100.5", "via": "api"},
        {"name": "jane", "address": "192.0.2.20", "via": "ssh"},
        {"name": "joe", "address": "", "via": "telnet"},
    ]
    assert FILTERS["api_sessions"](rows, ["api", "telnet", "reverse-proxy"]) == [
        "billing from 198.51.100.5 via api",
        "joe from the console via telnet",
    ]
    assert FILTERS["api_sessions"](rows, []) == []
    own = [*rows, {"name": "billing", "address": "198.51.100.5", "via": "api"}]
    assert FILTERS["api_sessions"](own, ["api"], ["198.51.100.5"]) == ["billing from 198.51.100.5 via api"]
