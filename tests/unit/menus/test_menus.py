# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared menus: each is found, each type works, secrets are marked, versions are told apart in clear words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils import menus
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import UnknownMenu, Unsupported
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

OLDEST, NEWEST = Version.parse("7.12.2"), Version.parse("7.24")


def test_there_are_all_of_them() -> None:
    assert len(menus.paths()) == 92
    assert [menus.menu(path).path for path in menus.paths()] == list(menus.paths())
    assert menus.menu("ip/service") is menus.menu("/ip/service")


def test_menus_are_loaded_only_when_asked_for() -> None:
    name = menus.__name__
    code = (
        f"import sys; from {name} import menu; menu('/user'); "
        f"print([each for each in sys.modules if each.startswith('{name}.')])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert f"{name}.users" in loaded
    assert f"{name}.firewall'" not in loaded


@pytest.mark.parametrize("path", menus.paths())
def test_types_and_defaults_fit_each_other(path: str) -> None:
    target = menus.menu(path)
    for name, known in target.properties.items():
        assert known.name == name
        for version in (OLDEST, NEWEST):
            text = known.default_for(version)
            if text is None:
                continue
            if text == "":
                assert known.kind.key("") == known.kind.key("")
                continue
            assert known.kind.key(known.kind.write(text)) == known.kind.key(text), name
        if known.successor:
            assert known.successor in target.properties
        for word in known.word_spans:
            assert known.kind.write(word)
    assert set(target.key) <= set(target.properties)
    assert not (target.singleton and target.key)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/user", "password"),
        ("/ip/ipsec/identity", "secret"),
        ("/ip/ipsec/identity", "password"),
        ("/ip/ipsec/peer", "ppk-secret"),
        ("/ip/ipsec/installed-sa", "auth-key"),
        ("/ip/ipsec/installed-sa", "enc-key"),
        ("/snmp/community", "authentication-password"),
        ("/snmp/community", "encryption-password"),
        ("/tool/romon", "secrets"),
        ("/tool/e-mail", "password"),
        ("/system/script/environment", "value"),
        ("/certificate", "challenge-password"),
        ("/certificate", "export-passphrase"),
        ("/system/backup", "password"),
        ("/ip/cloud", "vpn-private-key"),
        ("/password", "confirm-new-password"),
    ],
)
def test_secrets_are_marked(path: str, name: str) -> None:
    assert menus.menu(path).is_secret(name)


def test_names_and_comments_are_no_secrets() -> None:
    assert not menus.menu("/user").is_secret("name")
    assert not menus.menu("/ip/firewall/filter").is_secret("comment")
    assert not menus.menu("/user/group").is_secret("policy")


def refusal(path: str, values: dict[str, object], version: str) -> str:
    with pytest.raises(Unsupported) as caught:
        menus.check_supported(menus.menu(path), values, Version.parse(version))
    return str(caught.value)


def test_what_a_version_lacks_is_told_with_since_or_until() -> None:
    assert refusal("/ip/firewall/filter", {"tos": "0x10"}, "7.20.8") == (
        "tos of /ip/firewall/filter exists since RouterOS 7.21; this router runs 7.20.8"
    )
    assert refusal("/system/logging/action", {"bsd-syslog": "true"}, "7.18") == (
        "bsd_syslog of /system/logging/action exists until RouterOS 7.17.1 only; this router runs 7.18"
    )
    assert refusal("/system/logging/action", {"target": "script"}, "7.21") == (
        "the value script for target of /system/logging/action exists since RouterOS 7.22; this router runs 7.21"
    )
    assert refusal("/ip/service/webserver", {"rest-plain": "false"}, "7.18.2") == (
        "the menu /ip/service/webserver exists since RouterOS 7.21; this router runs 7.18.2"
    )
    assert refusal("/ip/ipsec/key/qkd", {}, "7.24").endswith("exists until RouterOS 7.23.3 only; this router runs 7.24")


def test_misspelt_and_read_only_properties_are_told() -> None:
    assert refusal("/ip/firewall/filter", {"in-interface-lists": "x"}, "7.22.3") == (
        "/ip/firewall/filter has no property in_interface_lists; did you mean in_interface_list?"
    )
    assert refusal("/ip/firewall/filter", {"bytes": "1"}, "7.22.3") == "bytes of /ip/firewall/filter is read-only"


def test_words_of_lists_and_switches_are_looked_at_too() -> None:
    assert refusal("/certificate", {"trust-store": ["www", "wiliot"]}, "7.22.3") == (
        "the value wiliot for trust_store of /certificate exists since RouterOS 7.23; this router runs 7.22.3"
    )
    assert refusal("/ip/cloud", {"ddns-enabled": False}, "7.22.3") == (
        "the value no for ddns_enabled of /ip/cloud exists until RouterOS 7.16.2 only; this router runs 7.22.3"
    )


def test_what_is_there_passes() -> None:
    menus.check_supported(menus.menu("/ip/service"), {"name": "api", "port": 8728, "address": None}, NEWEST)
    menus.check_supported(menus.menu("/certificate"), {"trust-store": ["www", "all"]}, NEWEST)
    action = {"target": "script", "script": "x"}
    menus.check_supported(menus.menu("/system/logging/action"), action, Version.parse("7.22.3"))
    menus.check_supported(menus.menu("/ip/service"), ["address", "max-sessions"], Version.parse("7.24"))
    menus.check_supported(menus.menu("/ip/firewall/filter"), {"tos": "1"}, Version.parse("7.21rc2"))


def test_commands_have_spans_too() -> None:
    menus.check_command(menus.menu("/certificate"), "sign", OLDEST)
    with pytest.raises(
        Unsupported, match=r"/certificate/add-acme exists since RouterOS 7\.22; this router runs 7\.12\.2"
    ):
        menus.check_command(menus.menu("/certificate"), "add-acme", OLDEST)
    with pytest.raises(Unsupported, match=r"/safe-mode/take exists since RouterOS 7\.18"):
        menus.check_command(menus.menu("/safe-mode"), "take", OLDEST)
    with pytest.raises(Unsupported, match="/user has no command create"):
        menus.check_command(menus.menu("/user"), "create", OLDEST)


def test_unknown_menus_are_told_with_the_nearest_one() -> None:
    for path in ("/ip/servce", "/nowhere", "/ip", "/ip/firewall"):
        with pytest.raises(UnknownMenu, match=path):
            menus.menu(path)
    with pytest.raises(UnknownMenu, match=r"did you mean /ip/service\?"):
        menus.menu("/ip/servce")


def test_service_addresses_have_another_name_from_7_24_on() -> None:
    services = menus.menu("/ip/service")
    assert services.current_name("address", Version.parse("7.23.3")) == "address"
    assert services.current_name("address", Version.parse("7.24")) == "available-from"
    assert services.current_name("port", NEWEST) == "port"


def test_defaults_of_versions() -> None:
    interval = menus.menu("/ip/ipsec/profile").properties["dpd-interval"]
    assert interval.default_for(Version.parse("7.15.3")) == "2m"
    assert interval.default_for(Version.parse("7.16")) == "8s"


def test_policies_are_written_whole_and_unknown_ones_only_when_refused() -> None:
    policy = menus.menu("/user/group").properties["policy"].kind
    assert policy.write(["api", "read", "write", "!dude"]) == (
        "read,write,api,!local,!telnet,!ssh,!ftp,!reboot,!policy,!test,!winbox,!password,!web,!sniff,!sensitive,!romon,"
        "!rest-api"
    )
    assert policy.write([]).count("!") == 17
    with pytest.raises(BadValue, match="dude existed until early RouterOS 7"):
        policy.write(["read", "dude"])
    with pytest.raises(BadValue, match=r"got 'rest'.*"):
        policy.write("rest")
    with pytest.raises(BadValue, match="policy read is both granted and refused"):
        policy.write("read,!read")


def test_who_names_whom_is_read_from_the_declarations() -> None:
    found = menus.referrers("/certificate", Version.parse("7.22.3"))
    assert found["/ip/service"] == ("certificate",)
    assert found["/ip/ipsec/identity"] == ("certificate", "remote-certificate")
    # What is only shown cannot be moved to another one.
    assert "/certificate/crl" not in found
    assert menus.referrers("/ip/ipsec/peer", Version.parse("7.12.2")) == {
        "/ip/ipsec/identity": ("peer",),
        "/ip/ipsec/policy": ("peer",),
    }
    assert menus.referrers("/log", Version.parse("7.22.3")) == {}


def test_every_reference_leads_to_a_declared_menu_with_names() -> None:
    not_declared = {"/interface", "/interface/list", "/ip/pool", "/ip/ipsec/mode-config", "/ip/ipsec/policy/group"}
    for path in menus.paths():
        for one in menus.menu(path).properties.values():
            if one.ref and one.ref not in not_declared - set(menus.paths()):
                assert "name" in menus.menu(one.ref).properties, (path, one.name)
