# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts, jobs, backups, exports and imports."""

from __future__ import annotations

import asyncio

import pytest
from routeros_simulator.local import LocalSession
from routeros_simulator.router import Router
from routeros_simulator.script_syntax import ScriptError, parse
from routeros_simulator.script_values import evaluate

LISTS = "/ip/firewall/address-list"


def run(admin: LocalSession, script: str) -> str:
    """What a script puts out, or the error that ends it."""
    return admin.call("/execute", f"=script={script}", "=as-string=yes").ret or ""


@pytest.mark.parametrize(
    ("script", "output"),
    [
        (':put "a b"', "a b"),
        (":local x 3; :put ($x * 2 + 1)", "7"),
        (':local x "q"; :put "<$x> \\"quoted\\" \\$5"', '<q> "quoted" $5'),
        (":foreach i in={1;2;3} do={:put $i}", "1\n2\n3"),
        (":for i from=3 to=1 do={:put $i}", "3\n2\n1"),
        (":local n 0; :while ($n < 3) do={:set n ($n + 1)}; :put $n", "3"),
        (':if (1 = 2) do={:put "yes"} else={:put "no"}', "no"),
        (':do {:error "gone"} on-error={:put "caught"}', "caught"),
        (':error "gone"', "gone"),
        ("/ip firewall nonsense add", "bad command name nonsense (line 1 column 14)"),
        ("/system backup load name=x", "input does not match any value of file-name"),
        (":put [/system identity get name]", "MikroTik"),
        ("/ip firewall address-list\nadd list=a \\\n    address=192.0.2.1\n:put [:len [find list=a]]", "1"),
        (':put [/user get [find where name="admin"] group]', "full"),
    ],
)
def test_the_language(admin: LocalSession, script: str, output: str) -> None:
    assert run(admin, script) == output


@pytest.mark.parametrize("script", ['"open', ":put [open", "{ open", ":put (1 +", ":put $"])
def test_what_is_no_script_is_refused(script: str) -> None:
    with pytest.raises(ScriptError, match=r"line 1"):
        parse(script)


def test_expressions() -> None:
    def value(*words: str) -> object:
        return evaluate([(word, word in ("+", "-", "*", "/", "=", "&&", "||", "!", ".", "<")) for word in words])

    assert value("1", "+", "2", "*", "3") == "7"
    assert value("7", "-", "2", "-", "1") == "4"
    assert value("a", ".", "b", "=", "ab", "&&", "1", "<", "2") == "true"
    with pytest.raises(ScriptError, match="zero"):
        value("1", "/", "0")


def test_a_chunk_of_adds_and_changes_by_find(admin: LocalSession) -> None:
    lines = "\n".join(f"add list=bulk address=10.0.{n // 250}.{n % 250}" for n in range(600))
    assert run(admin, f"/ip firewall address-list\n{lines}") == ""
    assert len(admin.rows(LISTS)) == 600
    run(admin, '/ip firewall address-list set [find address~"^10\\\\.0\\\\.0\\\\."] comment="first" disabled=yes')
    assert admin.column(LISTS, "comment").count("first") == 250
    run(admin, "/ip firewall address-list remove [find disabled=no]")
    assert len(admin.rows(LISTS)) == 250


def test_what_a_script_does_can_be_undone(admin: LocalSession) -> None:
    run(admin, "/system identity set name=other")
    assert admin.rows("/system/history")[0]["by"] == "admin"
    admin.call("/undo")
    assert admin.row("/system/identity")["name"] == "MikroTik"


def test_scripts_run_with_their_own_rights_and_one_row_for_each_line(admin: LocalSession) -> None:
    admin.add("/system/script", name="s", source=":put one\n:put two", policy="read")
    answer = admin.call("/system/script/run", "=number=s")
    assert answer.sentences == [["!re"], ["!re"], ["!done"]]
    assert admin.rows("/system/script")[0]["run-count"] == "1"
    admin.add("/system/script", name="w", source="/system identity set name=x", policy="read")
    assert admin.error("/system/script/run", "=.id=w") == "not enough permissions (9)"
    assert admin.error("/system/script/run", "=numbers=w") == "unknown parameter numbers"


def test_global_variables(admin: LocalSession) -> None:
    run(admin, ":global seen 5")
    assert run(admin, ":global seen; :put $seen") == "5"
    assert [(row["name"], row["value"]) for row in admin.rows("/system/script/environment")] == [("seen", "5")]


def test_a_job_falls_due_again_and_again(admin: LocalSession) -> None:
    admin.add("/system/scheduler", name="j", interval="10s", on_event=':log info "tick"')
    for _unused in range(3):
        admin.router.clock.advance(10.1)
        admin.rows("/log")
    assert admin.column("/log", "message").count("tick") == 3
    assert admin.rows("/system/scheduler")[0]["run-count"] == "3"


def test_a_job_without_the_rights_fails_in_the_log(admin: LocalSession) -> None:
    admin.add("/system/scheduler", name="j", interval="10s", on_event="/system identity set name=x", policy="read")
    admin.router.clock.advance(11)
    assert admin.row("/system/identity")["name"] == "MikroTik"
    assert any("not enough permissions (9)" in text for text in admin.column("/log", "message"))


def test_a_backup_that_a_job_loads_brings_everything_back(admin: LocalSession) -> None:
    router = admin.router
    admin.add(LISTS, list="kept", address="192.0.2.1")
    admin.call("/system/backup/save", "=name=safe", "=dont-encrypt=yes")
    admin.add("/system/scheduler", name="j", interval="1m", on_event='/system backup load name="safe" password=""')
    admin.add(LISTS, list="new", address="192.0.2.2")
    admin.add("/user", name="eve", group="full", password="x")
    router.clock.advance(61)
    assert admin.session.closed
    again = LocalSession(router)
    assert again.column(LISTS, "list") == ["kept"]
    assert again.column("/user", "name") == ["admin"]
    assert again.rows("/system/scheduler") == []
    assert "safe.backup" in again.column("/file", "name")


def test_backup_load_wants_its_password(admin: LocalSession) -> None:
    admin.call("/system/backup/save", "=name=b", "=password=x")
    assert admin.error("/system/backup/load", "=name=b") == "missing =password="
    assert "password" in admin.error("/system/backup/load", "=name=b", "=password=")
    admin.add("/system/scheduler", name="j", interval="5s", on_event="/system backup load name=b")
    admin.router.clock.advance(6)
    assert any("missing value(s) of argument(s) password" in text for text in admin.column("/log", "message"))


@pytest.mark.parametrize("version", ["7.12.2", "7.18.2", "7.24"])
def test_an_export_imported_elsewhere_makes_the_same_router(version: str) -> None:
    router = Router(version)
    admin = LocalSession(router)
    admin.add("/ip/firewall/filter", chain="input", action="drop", src_address_list="bad", comment='say "no" ü $5\\')
    admin.add("/ip/firewall/filter", chain="input", action="accept", protocol="tcp", dst_port="22,80-90")
    admin.add(LISTS, list="bad", address="192.0.2.0/24", disabled="yes")
    admin.add("/ip/ipsec/profile", name="p", dh_group="modp2048,ecp256")
    admin.add("/ip/ipsec/peer", name="peer", profile="p", address="192.0.2.7")
    admin.add("/system/script", name="s", source='one\ntwo "x"\r\n\tthree')
    admin.set("/ip/service", "www" if version == "7.12.2" else "", disabled="yes") if version == "7.12.2" else None
    admin.set("/system/identity", name="exported")
    text = admin.call("/export").ret or ""
    assert text.splitlines()[0].endswith(f"by RouterOS {version}")
    other = LocalSession(Router(version))
    other.add("/file", name="config.rsc", contents=text)
    other.call("/import", "=file-name=config.rsc")

    def menu(session: LocalSession, path: str) -> list[dict[str, str]]:
        return [
            {key: value for key, value in row.items() if key not in ("creation-time", "bytes", "packets")}
            for row in session.rows(path)
        ]

    for path in (LISTS, "/ip/firewall/filter", "/ip/ipsec/profile", "/ip/ipsec/peer", "/system/script"):
        assert menu(other, path) == menu(admin, path)
    assert other.row("/system/identity")["name"] == "exported"


def test_import_stops_where_it_fails_and_dry_run_changes_nothing(admin: LocalSession) -> None:
    admin.add("/file", name="f.rsc", contents="/system identity\nset name=a\n/ip nonsense\nset x=y\n")
    assert "bad command name nonsense" in admin.error("/import", "=file-name=f.rsc", "=verbose=yes", "=dry-run=yes")
    assert admin.row("/system/identity")["name"] == "MikroTik"
    assert "bad command name nonsense" in admin.error("/import", "=file-name=f.rsc")
    assert admin.row("/system/identity")["name"] == "a"


def test_reset_configuration_keeps_users_when_asked(admin: LocalSession) -> None:
    router = admin.router
    admin.add("/user", name="eve", group="full", password="x")
    admin.set("/system/identity", name="old")
    admin.add("/file", name="after.rsc", contents='/system note set note="from the script"')
    admin.send("/system/reset-configuration", "=keep-users=yes", "=run-after-reset=after.rsc")
    again = LocalSession(router, "eve", "x")
    again.rows("/user")
    assert again.row("/system/identity")["name"] == "MikroTik"
    assert again.row("/system/note")["note"] == "from the script"


def test_a_device_mode_waits_for_the_button(admin: LocalSession) -> None:
    router = admin.router
    assert "does not match" in admin.error("/system/device-mode/update", "=mode=palace")
    assert "out of range" in admin.error("/system/device-mode/update", "=mode=home", "=activation-timeout=5s")

    async def update(press: bool) -> list[list[str]]:
        sentences: list[list[str]] = []
        words = ["/system/device-mode/update", "=mode=home", "=activation-timeout=10s"]
        task = asyncio.ensure_future(router.execute(admin.session, words, sentences.append))
        await asyncio.sleep(0.01)
        assert router.device_mode.press() if press else not task.done()
        await task
        return sentences

    router.clock.scale = 50.0
    assert ["!re", "=status=update canceled"] in asyncio.run(update(press=False))
    assert admin.row("/system/device-mode")["attempt-count"] == "1"
    asyncio.run(update(press=True))
    again = LocalSession(router)
    assert again.row("/system/device-mode")["mode"] == "home"
    assert again.error("/system/scheduler/add", "=name=j") == "failure: not allowed by device-mode"
    assert not router.device_mode.press()
