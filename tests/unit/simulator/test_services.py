# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/service by version."""

from __future__ import annotations

import pytest
from routeros_simulator.local import LocalSession

from .conftest import make_router

SERVICE = "/ip/service"
FIXED = ["telnet", "ftp", "www", "ssh", "www-ssl", "api", "winbox", "api-ssl"]


def names(admin: LocalSession) -> list[str]:
    return admin.column(SERVICE, "name")


def test_rows_and_order(any_admin: LocalSession) -> None:
    router = any_admin.router
    rows = {row["name"]: row for row in any_admin.rows(SERVICE)}
    if router.at_least("7.19"):
        ports = [int(port) for port in any_admin.column(SERVICE, "port")]
        assert ports == sorted(ports)
        any_admin.set(SERVICE, rows["telnet"][".id"], port="9000")
        assert names(any_admin)[-1] == "telnet", "the order follows a change"
    else:
        assert names(any_admin) == FIXED
    assert rows["telnet"][".id"] == "*0"
    assert (rows["api-ssl"]["disabled"], rows["api-ssl"]["certificate"]) == ("false", "none")
    assert rows["www-ssl"]["disabled"] == "true"


@pytest.mark.parametrize(
    ("version", "present", "absent"),
    [
        ("7.12.2", {"address", "vrf"}, {"max-sessions", "proto", "dynamic", "available-from"}),
        ("7.16.2", {"address", "vrf", "max-sessions"}, {"proto", "dynamic"}),
        ("7.20.8", {"address", "proto", "dynamic", "invalid"}, {"available-from", "connection", "certificate"}),
        ("7.24", {"available-from", "proto"}, {"address"}),
    ],
)
def test_properties(version: str, present: set[str], absent: set[str]) -> None:
    admin = LocalSession(make_router(version))
    row = next(row for row in admin.rows(SERVICE) if row["name"] == "api")
    assert present <= set(row)
    assert not absent & set(row)
    ftp = next(row for row in admin.rows(SERVICE) if row["name"] == "ftp")
    assert ("vrf" in ftp) == admin.router.at_least("7.17")


def test_the_old_word_still_works_on_7_24() -> None:
    admin = LocalSession(make_router("7.24"))
    admin.set(SERVICE, "*5", address="192.0.2.0/24")
    assert admin.row(SERVICE, "*5")["available-from"] == "192.0.2.0/24"
    assert [row["name"] for row in admin.rows(SERVICE, "?address=192.0.2.0/24")] == ["api"]
    admin.set(SERVICE, "*5", available_from="")
    assert admin.row(SERVICE, "*5")["available-from"] == ""
    older = LocalSession(make_router("7.22.3"))
    assert older.error(f"{SERVICE}/set", "=.id=*5", "=available-from=") == "unknown parameter available-from"


def test_two_services_on_one_port(admin: LocalSession) -> None:
    admin.set(SERVICE, "*0", port="8728")
    telnet, api = admin.row(SERVICE, "*0"), admin.row(SERVICE, "*5")
    assert (telnet["invalid"], telnet["comment"]) == ("true", "cannot bind to port 8728: Address in use (12)")
    assert api["invalid"] == "false"
    assert not admin.router.services.listening("telnet")
    admin.call(f"{SERVICE}/disable", "=.id=*5")
    assert admin.row(SERVICE, "*0")["invalid"] == "false"
    assert admin.router.services.listening("telnet")
    admin.call(f"{SERVICE}/enable", "=.id=*5")
    assert admin.row(SERVICE, "*5")["invalid"] == "true", "now it is the later one"


@pytest.mark.parametrize(("version", "dynamic"), [("7.18.2", False), ("7.20.8", True)])
def test_connections_are_rows_since_7_19(version: str, dynamic: bool) -> None:
    admin = LocalSession(make_router(version))
    services = admin.router.services
    live = services.connected("api", "192.0.2.1:8728", "192.0.2.9:50000")
    assert (live is not None) == dynamic
    assert names(admin).count("api") == (2 if dynamic else 1)
    if live is not None:
        row = admin.row(SERVICE, live.id)
        assert (row["dynamic"], row["connection"], row["remote"]) == ("true", "true", "192.0.2.9:50000")
        elsewhere = "failure: this is configured elsewhere"
        assert admin.error(f"{SERVICE}/set", f"=.id={live.id}", "=port=1") == elsewhere
        assert admin.error(f"{SERVICE}/set", "=.id=api", "=port=1") == elsewhere, "the name means both rows"
    services.disconnected(live)
    admin.set(SERVICE, "api", port="8000")
    assert names(admin).count("api") == 1


def test_bad_values(admin: LocalSession) -> None:
    assert admin.error(f"{SERVICE}/set", "=.id=*5", "=port=0") == "value of port out of range (1..65535)"
    unknown = "input does not match any value of certificate"
    assert admin.error(f"{SERVICE}/set", "=.id=*7", "=certificate=none-such") == unknown
    for name, text in (("tls-version", "1.3"), ("vrf", "other")):
        message = f"input does not match any value of {name}"
        assert admin.error(f"{SERVICE}/set", "=.id=*7", f"={name}={text}") == message
    for verb in ("add", "remove"):
        assert admin.error(f"{SERVICE}/{verb}", "=.id=*5") == "no such command"
    with pytest.raises(KeyError):
        admin.router.services.static("gopher")


def test_unset_of_the_menu_ended_with_7_16() -> None:
    words = (f"{SERVICE}/unset", "=.id=*5", "=value-name=nonsense")
    assert LocalSession(make_router("7.16.2")).error(*words) == "input does not match any value of value-name"
    assert LocalSession(make_router("7.18.2")).error(*words) == "no such command"


def test_other_daemons_that_listen_are_dynamic_rows() -> None:
    admin = LocalSession(make_router("7.22.3"))

    def listening() -> dict[str, str]:
        rows = admin.rows("/ip/service", "?dynamic=true")
        assert not any(row.get("connection") == "true" for row in rows)
        return {f"{row['name']}/{row['proto']}": row["port"] for row in rows}

    assert listening() == {"btest/tcp": "2000", "discover/udp": "5678"}
    admin.set("/ip/dns", **{"allow-remote-requests": "yes"})
    admin.set("/tool/bandwidth-server", enabled="no")
    assert listening() == {"resolver/udp": "53", "resolver/tcp": "53", "discover/udp": "5678"}
    (row, *_others) = admin.rows("/ip/service", "?name=resolver")
    assert admin.error("/ip/service/disable", f"=.id={row['.id']}") == "failure: this is configured elsewhere"
    admin.router.reboot()
    assert len(LocalSession(admin.router).rows("/ip/service", "?dynamic=true")) == 3
    assert LocalSession(make_router("7.18.2")).rows("/ip/service", "?dynamic=true") == []
