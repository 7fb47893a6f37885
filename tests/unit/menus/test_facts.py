# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared menus against the collected facts, where ROUTEROS_FACTS names the folder that has their menus.json.

Every difference on purpose stands in DIFFERENT with its reason; anything else that differs fails, and so does a reason
that is no longer needed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils import menus
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import Property
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within

FACTS = os.environ.get("ROUTEROS_FACTS", "")
pytestmark = pytest.mark.skipif(not FACTS, reason="ROUTEROS_FACTS does not name a folder with menus.json")

GENERIC = {"print", "get", "find", "export", "edit", "reset"}
# Fact types whose name differs from the first word of ours, by property name where that decides.
NAMES = {
    "connection-limit": "connection-limit",
    "dst-limit": "dst-limit",
    "hop-limit": "comparison",
    "icmp-options": "icmp-options",
    "ipsec-policy": "ipsec-policy",
    "limit": "limit",
    "my-id": "peer-id",
    "nth": "nth",
    "packet-size": "range",
    "per-connection-classifier": "pcc",
    "psd": "psd",
    "remote-id": "peer-id",
    "tcp-mss": "range",
    "time": "time",
    "to-ports": "range",
    "tos": "tos",
    "ttl": "comparison",
    "connection-bytes": "open-range",
}

_SENSITIVE = "the manual lists this argument as sensitive"
_LATER = "later evidence found the release of the change"
_UNSET_HERE_TOO = "the same matcher is absent until set in the other tables of the engine"
_ROUTER_DEFAULT = "what the router shows when the rule was written without it (manual; seen in exports)"
_WORDS_LATER = "words of builds after 7.22.3, with the span in word_spans"
_NAMES = "the manual's description says whose names it takes"
_CHECKED = "the form is documented, so it is checked"

DIFFERENT: dict[tuple[str, str, str], str] = {
    ("/ip/firewall/filter", "hw-offload", "type"): "reads true or false",
    ("/ip/firewall/filter", "hw-offload", "default"): _ROUTER_DEFAULT,
    ("/ip/firewall/filter", "reject-with", "default"): _ROUTER_DEFAULT,
    ("/ipv6/firewall/filter", "reject-with", "default"): _ROUTER_DEFAULT,
    ("/ip/firewall/connection/tracking", "udp-timeout", "default"): _LATER,
    ("/ip/ipsec/profile", "dpd-interval", "default"): _LATER,
    ("/ip/ipsec/profile", "dpd-maximum-failures", "default"): _LATER,
    ("/ip/cloud", "ddns-enabled", "default"): "the bool before 7.17 is written as the words yes and no",
    ("/ip/cloud", "ddns-enabled", "words"): "yes and no are the bool before 7.17; word_spans tells them apart",
    ("/ip/ipsec/peer", "address", "type"): "a DNS name is taken too (manual of October 2026)",
    ("/ip/address", "address", "type"): "an address with its prefix length, host bits kept",
    ("/ip/settings", "ipv4-high-fragment-thresh", "type"): "its default reads 1024.0KiB",
    ("/system/package", "scheduled", "type"): "phrases, not words, and read-only",
    ("/system/logging/action", "name", "type"): _CHECKED,
    ("/user", "name", "type"): _CHECKED,
    ("/system/script", "policy", "type"): "a bit set of policies in the router's order",
    ("/system/scheduler", "policy", "type"): "a bit set of policies in the router's order",
    ("/system/watchdog", "watch-address", "words"): "none is its default",
    ("/system/watchdog", "send-smtp-server", "words"): "none is its default",
    ("/certificate", "trust-store", "words"): _WORDS_LATER,
    ("/certificate/crl", "trust-store", "words"): _WORDS_LATER,
    ("/certificate/settings", "builtin-trust-store", "words"): _WORDS_LATER,
    ("/system/scheduler", "days", "words"): "or the words never and always (manual)",
    ("/ip/ipsec/policy", "protocol", "words"): "all is its default",
    ("/ip/ipsec/identity", "key", "secret"): _SENSITIVE,
    ("/snmp/community", "name", "secret"): "RouterOS shows it; without authentication it is the password",
    ("/certificate/scep-server", "ca-cert", "ref"): _NAMES,
    ("/certificate/scep-server", "next-ca-cert", "ref"): _NAMES,
    ("/certificate/scep-server/ra", "template", "ref"): _NAMES,
    ("/ip/ipsec/policy", "peer", "ref"): _NAMES,
    ("/ip/firewall/nat", "socksify-service", "unsettable"): _UNSET_HERE_TOO,
    ("/ip/firewall/nat", "socks5-server", "unsettable"): _UNSET_HERE_TOO,
    ("/ip/firewall/nat", "socks5-port", "unsettable"): _UNSET_HERE_TOO,
    ("/ip/firewall/nat", "tls-host", "unsettable"): _UNSET_HERE_TOO,
    ("/ipv6/firewall/nat", "tls-host", "unsettable"): _UNSET_HERE_TOO,
    ("/ipv6/firewall/nat", "nth", "unsettable"): _UNSET_HERE_TOO,
    ("/ipv6/firewall/nat", "to-address", "unsettable"): _UNSET_HERE_TOO,
}


@cache
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(FACTS) / "menus.json").read_text())
    found.pop("_meta")
    return {f"/{path}": each for path, each in found.items()}


def words_of(kind: str) -> set[str]:
    return {word.lstrip("=!") for word in kind.split()[1:] if ".." not in word and word[0] != ":"}


def expected_type(name: str, fact: dict[str, Any]) -> set[str]:
    """The first words that our type may begin with, "!" and list markers included."""
    sign = "!" if fact.get("invertible") else ""
    kind = fact["type"]
    if kind == "composite":
        return {sign + NAMES.get(name, "composite")}
    if name == "protocol" and kind == "reference":
        return {sign + "protocol"}
    if kind == "list":
        item = fact["items"]
        if name in ("tcp-flags", "topics"):
            return {name}
        if name == "policy" and fact.get("enum"):
            return {"policies"}
        if name == "subject-alt-name":
            item = "subject-alt-name"
        mark = "!" if fact.get("item_invertible") else ""
        return {f"list {mark}{item}", f"ordered {mark}{item}"}
    renamed = {"ip-or-name": "host", "time-or-keyword": "datetime"}
    if name == "address-list-timeout":
        return {"list-timeout"}
    return {sign + renamed.get(kind, kind)}


def actual_type(kind: str) -> str:
    first, *rest = kind.split()
    return f"{first} {rest[0]}" if first in ("list", "ordered") else first


def bounds(fact: dict[str, Any]) -> tuple[str, str]:
    if fact.get("range"):
        low, high = fact["range"]
        return low or "", high or ""
    form = fact.get("format") or ""
    if fact["type"] == "duration" and (found := re.match(r"(\S+)\.\.(\S+) \(time interval\)", form)):
        return "" if found[1] == "0s" else found[1], found[2]
    if found := re.match(r"max length (\d+)", form):
        return "", found[1]
    return "", ""


def default_of(fact: dict[str, Any]) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    if "default_by_version" in fact:
        first, *later = fact["default_by_version"].items()
        return first[1], tuple(later)
    text: str | None = fact.get("default", fact.get("unset_equivalent"))
    return ("false" if text == "False" else text), ()


def differences(path: str, name: str, fact: dict[str, Any], ours: Property) -> Iterator[tuple[str, Any, Any]]:
    if actual_type(ours.type) not in (allowed := expected_type(name, fact)):
        yield "type", allowed, ours.type
    elif name not in ("my-id", "remote-id", "to-ports", "address-list-timeout") and fact["type"] != "list":
        # The words of a string are examples.
        words = set(fact.get("enum") or ()) if fact["type"] != "string" else set()
        if words != words_of(ours.type) - {"reference"}:
            yield "words", words, ours.type
        ends = next((tuple(word.split("..")) for word in ours.type.split() if ".." in word), ("", ""))
        if ends != bounds(fact):
            yield "range", bounds(fact), ours.type
    pairs = {
        "default": (default_of(fact), (ours.default, ours.defaults_by_version)),
        "since": (fact.get("since", ""), ours.since),
        "until": (fact.get("until", ""), ours.until),
        "required": (fact.get("required_on_add", False), ours.required),
        "read-only": (fact.get("readonly", False), ours.read_only),
        "write-only": (fact.get("write_only", False), ours.write_only),
        "secret": (fact.get("secret", False), ours.secret),
        "unsettable": (fact.get("absent_when_unset", False), ours.unsettable or ours.read_only),
        "ref": ("/" + fact["ref"].split()[0].strip("/") if fact.get("ref") else "", ours.ref),
    }
    if ours.read_only:
        del pairs["unsettable"], pairs["default"]
    for aspect, (wanted, got) in pairs.items():
        if wanted != got:
            yield aspect, wanted, got


def all_differences() -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for path, fact in facts().items():
        ours = menus.menu(path)
        for name, each in (fact.get("properties") or {}).items():
            if name not in ours.properties:
                found[path, name, "missing"] = "is not declared"
                continue
            for aspect, wanted, got in differences(path, name, each, ours.properties[name]):
                found[path, name, aspect] = f"facts: {wanted}, declared: {got}"
        for name in set(ours.properties) - set(fact.get("properties") or {}):
            found[path, name, "extra"] = "is in no fact"
    return found


def test_every_menu_is_declared_and_no_other() -> None:
    assert set(menus.paths()) == set(facts())


def test_every_property_is_declared_as_the_facts_have_it() -> None:
    found = all_differences()
    unexplained = {key: text for key, text in found.items() if key not in DIFFERENT and not shared(key)}
    assert unexplained == {}


def shared(key: tuple[str, str, str]) -> bool:
    """Gaps that a whole group of facts has: matchers of IPv6 raw and nat rules without a word on being unset."""
    path, _name, aspect = key
    return path in ("/ipv6/firewall/raw", "/ipv6/firewall/nat") and aspect == "unsettable"


def test_every_explanation_is_needed() -> None:
    found = all_differences()
    assert [key for key in DIFFERENT if key not in found] == []


def test_menus_have_the_kind_the_order_and_the_spans_of_the_facts() -> None:
    for path, fact in facts().items():
        ours = menus.menu(path)
        assert ours.singleton == (fact["kind"] == "singleton"), path
        assert ours.ordered == bool(fact.get("ordered")), path
        assert (ours.since, ours.until) == (fact.get("since", ""), fact.get("until", "")), path
        identity = [each for each in fact.get("identity") or () if each in (fact.get("properties") or {})]
        assert not identity or list(ours.key) == identity or path == "/ip/ipsec/policy", path


def test_commands_and_their_spans() -> None:
    for path, fact in facts().items():
        spans = fact.get("command_versions") or {}
        wanted = {
            name: (spans.get(name, {}).get("since", ""), spans.get(name, {}).get("until", ""))
            for name in fact.get("commands") or ()
            if name not in GENERIC
        }
        assert dict(menus.menu(path).commands) == wanted, path


def test_trees_of_each_version_take_what_is_declared() -> None:
    """What set or add of a captured command tree takes is what the declarations say of that version."""
    for file in sorted((Path(FACTS) / "inspect").glob("*.json")):
        version = Version.parse(file.stem)
        tree = {f"/{path}": each for path, each in json.loads(file.read_text()).items() if path != "_meta"}
        for path in menus.paths():
            ours = menus.menu(path)
            commands = tree.get(path, {}).get("commands") or {}
            taken = {name for verb in ("add", "set") for name in (commands.get(verb) or {}).get("args") or ()}
            taken -= {"numbers", "place-before", "copy-from", "show-sensitive"}
            if not taken:
                continue
            assert within(version, ours.since, ours.until), (path, file.stem)
            declared = {
                name for name, each in ours.properties.items() if not each.read_only and each.supported(version)
            }
            assert taken - declared == set(), (path, file.stem)
            assert declared - taken - {each for each in declared if ours.properties[each].write_only} == set(), (
                path,
                file.stem,
            )
