# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, rights per command, groups that merge, passwords, the own account and the last full one."""

from __future__ import annotations

import pytest
from routeros_simulator.errors import Refused
from routeros_simulator.local import LocalSession
from routeros_simulator.overlay import POLICIES

GROUPS = "/user/group"
WRONG = "invalid user name or password (6)"


def group(admin: LocalSession, policy: str, name: str = "own") -> str:
    return admin.add(GROUPS, name=name, policy=policy)


def user(admin: LocalSession, policy: str, **properties: str) -> LocalSession:
    group(admin, policy)
    admin.add("/user", name="bob", group="own", password="secret", **properties)
    return LocalSession(admin.router, "bob", "secret", "192.0.2.9")


def test_login_answers(admin: LocalSession) -> None:
    router = admin.router
    group(admin, "read,write,api")
    group(admin, "read,write", "no-api")
    admin.add("/user", name="bob", group="own", password="secret", address="192.0.2.0/24")
    admin.add("/user", name="eve", group="no-api", password="secret")
    for name, password, address, answer in (
        ("nobody", "secret", "192.0.2.1", WRONG),
        ("bob", "wrong", "192.0.2.1", WRONG),
        ("bob", "secret", "198.51.100.1", WRONG),
        ("bob", "secret", "2001:db8::1", WRONG),
        ("eve", "secret", "192.0.2.1", "not allowed (9)"),
    ):
        found = router.login(name, password, address, "api")
        assert isinstance(found, Refused)
        assert found.message == answer
    assert not isinstance(router.login("bob", "secret", "::ffff:192.0.2.1", "api"), Refused)
    admin.call("/user/disable", "=.id=bob")
    assert router.login("bob", "secret", "192.0.2.1", "api") == Refused(WRONG)


def test_logins_are_seen(admin: LocalSession) -> None:
    assert "last-logged-in" in admin.row("/user", "*1")
    admin.router.login("mallory", "x", "203.0.113.5", "api")
    bob = user(admin, "api")
    assert admin.column("/user/active", "name") == ["admin", "bob"]
    assert admin.rows("/user/active", "?name=bob")[0]["address"] == "192.0.2.9"
    bob.close()
    assert admin.column("/user/active", "name") == ["admin"]
    log = {row["message"]: row["topics"] for row in admin.rows("/log")}
    assert log["login failure for user mallory from 203.0.113.5 via api"] == "system,error,critical"
    assert "user bob logged in from 192.0.2.9 via api" in log
    assert "user bob logged out from 192.0.2.9 via api" in log


@pytest.mark.parametrize(
    ("policy", "allowed", "refused"),
    [
        ("api", [], ["/user/print", "/ip/firewall/filter/add =chain=input"]),
        ("api,read", ["/ip/service/print"], ["/ip/firewall/filter/add =chain=input", "/system/identity/set =name=x"]),
        ("api,write", ["/ip/firewall/filter/add =chain=input"], ["/ip/firewall/filter/print"]),
        ("api,read,write", ["/user/print"], ["/user/add =name=x", "/user/group/remove =.id=own", "/system/reboot"]),
        ("api,read,write,policy", ["/user/add =name=x =group=read =password="], ["/password"]),
    ],
)
def test_rights_per_command(admin: LocalSession, policy: str, allowed: list[str], refused: list[str]) -> None:
    bob = user(admin, policy)
    for command in allowed:
        bob.call(*command.split())
    for command in refused:
        assert bob.error(*command.split()) == "not enough permissions (9)"


def test_rights_follow_the_group_at_once(admin: LocalSession) -> None:
    bob = user(admin, "api,read")
    bob.rows("/ip/service")
    admin.set(GROUPS, "own", policy="!read")
    assert bob.error("/ip/service/print") == "not enough permissions (9)"
    admin.remove("/user", "bob")
    assert bob.error("/ip/service/print") == "not enough permissions (9)"


def test_policies_read_in_the_routers_order_and_merge(admin: LocalSession) -> None:
    row = group(admin, "api,write,read")
    refused = [word for word in POLICIES if word not in ("read", "write", "api")]
    assert admin.row(GROUPS, row)["policy"] == ",".join(["read", "write", "api", *(f"!{word}" for word in refused)])
    admin.set(GROUPS, row, policy="ftp,!write")
    assert admin.row(GROUPS, row)["policy"].startswith("ftp,read,api,!local,!telnet")
    assert admin.row(GROUPS, admin.add(GROUPS, name="none"))["policy"] == ",".join(f"!{word}" for word in POLICIES)
    unknown = "input does not match any value of policy"
    assert admin.error(f"{GROUPS}/set", f"=.id={row}", "=policy=read,!dude") == unknown


def test_a_group_may_get_what_its_maker_lacks(admin: LocalSession) -> None:
    bob = user(admin, "api,read,write,policy")
    made = group(bob, "sniff", "other")
    assert admin.row(GROUPS, made)["policy"].startswith("sniff,")


def test_group_errors(admin: LocalSession) -> None:
    group(admin, "read")
    assert admin.error(f"{GROUPS}/add", "=name=own") == "failure: group with the same name already exists"
    user_row = admin.add("/user", name="bob", group="own", password="")
    assert admin.error(f"{GROUPS}/remove", "=.id=own") == "failure: group has some users"
    admin.remove("/user", user_row)
    admin.remove(GROUPS, "own")
    for name in ("read", "write", "full"):
        assert admin.error(f"{GROUPS}/remove", f"=.id={name}").startswith("failure: ")
    admin.set(GROUPS, "read", policy="!sensitive,!password")
    assert "!sensitive" in admin.row(GROUPS, "*1")["policy"]


def test_user_errors(admin: LocalSession) -> None:
    words = ["/user/add", "=name=bob", "=group=read"]
    assert admin.error(*words) == "missing =password="
    admin.call(*words, "=password=")
    assert admin.error(*words, "=password=") == "failure: user with the same name already exists"
    assert admin.error("/user/add", "=name=x", "=group=nope", "=password=") == "input does not match any value of group"
    for name in ("-x", ".x", "x-", "a b"):
        assert admin.error("/user/add", f"=name={name}", "=group=read", "=password=").startswith("failure: ")


def test_passwords_never_come_back(admin: LocalSession) -> None:
    admin.set("/user", "*1", password="new")
    assert admin.rows("/user", "=.proplist=password,name") == [{"name": "admin"}]
    assert admin.row("/user", "*1")["expired"] == "false"
    with pytest.raises(PermissionError):
        LocalSession(admin.router)
    LocalSession(admin.router, password="new")


def test_password_rules(admin: LocalSession) -> None:
    admin.set("/user/settings", minimum_password_length="8", minimum_categories="3")
    words = ["/user/add", "=name=bob", "=group=read"]
    assert admin.error(*words, "=password=aB1") == "failure: password is too short - must be at least 8 characters"
    weak = admin.error(*words, "=password=abcdefgh1")
    assert weak == (
        "failure: password is too weak - it must contain characters from at least 3 categories "
        "(digits, lower and upper case letters, symbols)"
    )
    admin.call(*words, "=password=abcdefgH1")
    assert admin.column("/user", "name") == ["admin", "bob"]


def test_a_refused_password_may_be_applied_all_the_same(admin: LocalSession) -> None:
    admin.set("/user/settings", minimum_password_length="8")
    words = ("/user/set", "=.id=admin", "=password=short", "=comment=x")
    admin.error(*words)
    LocalSession(admin.router)
    admin.router.switches.refused_password_applied = True
    admin.error(*words)
    LocalSession(admin.router, password="short")
    assert admin.row("/user", "*1")["comment"] == "system default user"


def test_password_command(admin: LocalSession) -> None:
    old, new, again = "=old-password=", "=new-password=n", "=confirm-new-password=n"
    assert admin.error("/password", "=old-password=wrong", new, again).startswith("failure: ")
    admin.call("/password", old, new, again)
    LocalSession(admin.router, password="n")


def test_a_user_cannot_disable_itself_and_is_not_told(admin: LocalSession) -> None:
    admin.add("/user", name="second", group="full", password="x")
    for words in (["/user/disable", "=.id=*1"], ["/user/set", "=.id=*1", "=disabled=yes", "=comment=mine"]):
        assert admin.call(*words).sentences == [["!done"]]
    row = admin.row("/user", "*1")
    assert (row["disabled"], row["comment"]) == ("false", "mine")


def test_the_last_full_user_stays(admin: LocalSession) -> None:
    group(admin, "api,read,write,policy")
    admin.add("/user", name="bob", group="own", password="")
    bob = LocalSession(admin.router, "bob")
    for words in (
        ["/user/remove", "=.id=admin"],
        ["/user/disable", "=.id=admin"],
        ["/user/set", "=.id=admin", "=group=read"],
        ["/user/group/set", "=.id=full", "=policy=!ftp"],
    ):
        assert bob.error(*words).startswith("failure: ")
    admin.add("/user", name="second", group="full", password="")
    bob.remove("/user", "admin")
    assert bob.error("/user/remove", "=.id=second").startswith("failure: ")


def test_secrets_need_sensitive(admin: LocalSession) -> None:
    admin.add("/ip/ipsec/peer", name="p")
    admin.add("/ip/ipsec/identity", peer="p", secret="hush")
    bob = user(admin, "api,read")
    assert admin.rows("/ip/ipsec/identity")[0]["secret"] == "hush"
    assert "secret" not in admin.rows("/ip/ipsec/identity", "=show-sensitive=no")[0]
    assert "secret" not in bob.rows("/ip/ipsec/identity")[0]
    admin.router.switches.hide_secrets = True
    assert "secret" not in admin.rows("/ip/ipsec/identity")[0]
    assert admin.rows("/ip/ipsec/identity", "=show-sensitive=")[0]["secret"] == "hush"


def test_a_session_can_be_thrown_out(admin: LocalSession) -> None:
    bob = user(admin, "api,read")
    cut = []
    admin.router.closing.append(cut.append)
    admin.remove("/user/active", bob.session.active_id)
    assert cut == [bob.session]
    assert bob.session.closed
    assert admin.error("/user/active/remove", "=.id=*99") == "no such item"
