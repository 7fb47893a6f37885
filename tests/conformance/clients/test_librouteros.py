# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""librouteros: synchronous, asynchronous, and its Config with the dead man's switch."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import librouteros
import pytest
from librouteros.exceptions import ConnectionClosed, FatalError, TrapError
from librouteros.query import And, Key, Or
from routeros_simulator.testing import Simulator, running

CLIENT = "librouteros"
Count = Callable[[str], None]
LISTS = ("ip", "firewall", "address-list")


def login(sim: Simulator, **options: Any) -> Any:
    return librouteros.connect("127.0.0.1", "admin", "", port=sim.api_port, encoding="utf-8", **options)


def until_it_ends(api: Any) -> None:
    """Ask until the router restarts."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        tuple(api("/system/identity/print"))


@pytest.fixture
def api(router: Simulator) -> Iterator[Any]:
    found = login(router)
    yield found
    found.close()


def test_paths_and_queries(api: Any, operation: Count) -> None:
    lists = api.path(*LISTS)
    ids = [lists.add(list=name, address=f"192.0.2.{number}") for number, name in enumerate(("a", "a", "b"))]
    operation("add")
    name, address = Key("list"), Key("address")
    found = lists.select(name, address).where(Or(name == "b", And(name == "a", address == "192.0.2.0")))
    assert list(found) == [{"list": "a", "address": "192.0.2.0"}, {"list": "b", "address": "192.0.2.2"}]
    operation("query")
    found = lists.select(Key(".id")).where(name.In("a", "c"))
    assert [row[".id"] for row in found] == ids[:2]
    operation("query")
    lists.update(**{".id": ids[0], "comment": "ü €", "disabled": True})
    operation("set")
    (row,) = lists.select(Key("comment"), Key("disabled")).where(Key(".id") == ids[0])
    assert row == {"comment": "ü €", "disabled": True}
    operation("print")
    lists.remove(*ids)
    assert list(lists) == []
    operation("remove")


def test_errors(api: Any, operation: Count) -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("/ip/nonsense/print", {}, "no such command prefix"),
        ("/ip/service/add", {}, "no such command"),
        ("/ip/service/set", {".id": "*999", "disabled": False}, "no such item"),
        ("/ip/firewall/filter/add", {"chain": "input", "nonsense": "x"}, "unknown parameter nonsense"),
        ("/ip/firewall/filter/add", {"chain": "input", "action": "fly"}, "input does not match any value of action"),
    ]
    for path, words, text in wrong:
        with pytest.raises(TrapError, match=text):
            tuple(api(path, **words))
        operation("trap")
    assert next(iter(api.path("system", "identity")))["name"] == "MikroTik"


def test_a_wrong_password_and_the_end(router: Simulator, operation: Count) -> None:
    with pytest.raises(TrapError, match=r"invalid user name or password \(6\)"):
        librouteros.connect("127.0.0.1", "admin", "wrong", port=router.api_port)
    operation("login")
    api = login(router)
    with pytest.raises(FatalError, match="session terminated on request"):
        tuple(api("/quit"))
    operation("quit")
    with pytest.raises((ConnectionClosed, OSError)):
        tuple(api("/system/identity/print"))


def test_anonymous_tls(router: Simulator, operation: Count) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ADH:@SECLEVEL=0")
    api = librouteros.connect("127.0.0.1", "admin", "", port=router.api_ssl_port, ssl_wrapper=context.wrap_socket)
    assert next(iter(api.path("system", "resource")))["version"] == "7.22.3 (stable)"
    operation("tls")
    api.close()


def test_asynchronous(router: Simulator, operation: Count) -> None:
    async def talk() -> list[Any]:
        api = await librouteros.async_connect("127.0.0.1", "admin", "", port=router.api_port)
        lists = api.path(*LISTS)
        added = await lists.add(list="async", address="198.51.100.1")
        operation("add")
        found = [row async for row in lists.select(Key(".id")).where(Key("list") == "async")]
        operation("query")
        await lists.update(**{".id": added, "comment": "x"})
        operation("set")
        with pytest.raises(TrapError, match="already have such entry"):
            await lists.add(list="async", address="198.51.100.1/32")
        operation("trap")
        await lists.remove(added)
        operation("remove")
        rows = [row async for row in api("/user/print")]
        operation("print")
        await api.close()
        return [found == [{".id": added}], len(rows)]

    assert asyncio.run(talk()) == [True, 1]


def test_config_exports_compares_validates_and_applies(api: Any, operation: Count) -> None:
    config = api.config()
    before = config.export(compact=True)
    operation("export")
    assert "by RouterOS 7.22.3" in before.splitlines()[0]
    text = "/ip firewall address-list\nadd list=applied address=203.0.113.0/24 comment=\"by 'librouteros'\"\n"
    config.validate(text)
    operation("validate")
    assert [row for row in api.path(*LISTS) if row["list"] == "applied"] == []
    config.apply(text)
    operation("apply")
    assert [row["comment"] for row in api.path(*LISTS) if row["list"] == "applied"] == ["by 'librouteros'"]
    assert "add address=203.0.113.0/24" in config.compare(before)
    operation("compare")
    with pytest.raises(TrapError):
        config.validate("/ip firewall no-such-menu\nadd x=y\n")
    operation("validate")
    assert not [row for row in api.path("file") if str(row["name"]).startswith("librouteros")]


def test_config_export_of_one_menu(api: Any, operation: Count) -> None:
    api.path("system", "identity").update(name="exported")
    operation("set")
    text = api.config().export(path="/system/identity")
    operation("export")
    assert "/system identity\nset name=exported" in text


def test_a_rollback_that_is_cancelled(api: Any, operation: Count) -> None:
    config = api.config()
    config.arm_rollback(600)
    operation("arm")
    assert config.rollback_pending()
    assert config.backup_exists("librouteros-rollback")
    operation("pending")
    config.cancel_rollback()
    operation("cancel")
    assert not config.rollback_pending()
    assert not config.backup_exists("librouteros-rollback")


@pytest.mark.shown(78)
@pytest.mark.parametrize("version", ["7.12.2", "7.16.2"])
def test_a_rollback_that_fires(version: str, operation: Count) -> None:
    """The dead man's switch of routers without safe mode: the change goes, and so does the job."""
    with running(version, time_scale=50) as sim:
        api = login(sim)
        api.path("user").add(name="kept", group="full", password="x")
        api.config().arm_rollback(20)
        operation("arm")
        api.path("user").add(name="gone", group="full", password="x")
        api.path(*LISTS).add(list="gone", address="192.0.2.1")
        with pytest.raises((ConnectionClosed, OSError)):
            until_it_ends(api)
        operation("fire")
        sim.advance(60)  # the router restarts
        again = login(sim)
        assert [row["name"] for row in again.path("user")] == ["admin", "kept"]
        assert list(again.path(*LISTS)) == []
        assert not again.config().rollback_pending()
        operation("pending")
        again.close()


def test_config_replace(operation: Count) -> None:
    with running("7.22.3", time_scale=50) as sim:
        api = login(sim)
        api.path("user").add(name="kept", group="full", password="x")
        api.path(*LISTS).add(list="old", address="192.0.2.1")
        with pytest.raises((ConnectionClosed, OSError)):
            api.config().replace("/system identity\nset name=replaced\n")
        operation("replace")
        sim.advance(60)
        again = login(sim)
        assert [row["name"] for row in again.path("user")] == ["admin", "kept"]
        assert list(again.path(*LISTS)) == []
        assert next(iter(again.path("system", "identity")))["name"] == "replaced"
        again.close()


def test_a_script_run_in_chunks(api: Any, operation: Count) -> None:
    lines = "\n".join(f"add list=chunk address=10.9.{n // 200}.{n % 200}" for n in range(1000))
    (answer,) = api("/execute", script=f"/ip firewall address-list\n{lines}", **{"as-string": True})
    operation("execute")
    assert answer == {"ret": ""}
    assert len(list(api.path(*LISTS).select(Key(".id")).where(Key("list") == "chunk"))) == 1000
    operation("query")
