# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are properties of a menu agree with the menu's declaration: names, types, words, versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.certificate_options import NOT_PROPERTIES
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import Property, menu

# Where the properties of a menu stand among the options: module, path of options, menus, what else stands there.
PROTECTION = frozenset({"safe_mode", "safe_mode_wait", "prove", "prove_as", "settle", "acknowledge_lockout"})
PLACES: dict[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    "service": ("", ("/ip/service",), frozenset()),
    "address_list": (
        "",
        ("/ip/firewall/address-list", "/ipv6/firewall/address-list"),
        frozenset({"entries", "state", "family", "allow_names"}),
    ),
    "firewall_filter": ("rules", ("/ip/firewall/filter", "/ipv6/firewall/filter"), frozenset({"family"})),
    "user": ("", ("/user",), frozenset({"state", "update_password", "ssh_keys", "end_sessions"})),
    "user_group": ("", ("/user/group",), frozenset({"state"})),
    "user_settings": ("", ("/user/settings",), frozenset()),
    "certificate": ("", ("/certificate",), NOT_PROPERTIES - {"ca", "trusted"}),
    "ipsec_profile": ("", ("/ip/ipsec/profile",), frozenset({"state"})),
    "ipsec_peer": ("", ("/ip/ipsec/peer",), frozenset({"state", "update_secret"})),
    "ipsec_identity": ("", ("/ip/ipsec/identity",), frozenset({"state", "update_secret"})),
    "ipsec_proposal": ("", ("/ip/ipsec/proposal",), frozenset({"state"})),
    "ipsec_policy": ("", ("/ip/ipsec/policy",), frozenset({"state", "placement"})),
    "logging": ("", ("/system/logging",), frozenset({"state"})),
    "logging_action": ("", ("/system/logging/action",), frozenset({"state"})),
}
ONLY = sorted(PLACES)
# Ansible's state comes before RouterOS's.
RENAMED = {"certificate": {"province": "state"}}
# Settable, and no option: said by other means, or not to be managed.
LEFT_OUT = {
    "service": {"available-from"},  # an alias of address
    "address_list": {"address", "disabled"},  # of each entry
    "firewall_filter": {"chain", "p2p"},  # the ruleset's own; obsolete
    "certificate": {"trust-store"},
    "ipsec_policy": {"sa-src-address", "sa-dst-address"},  # the router fills them in from the peer
}
LISTS = frozenset({"list", "ordered", "flagset", "port-list", "policies", "topics", "tcp-flags", "ip6-headers"})


def properties(module: str) -> dict[str, list[Property]]:
    """Per property, its declaration in each menu that has it."""
    found: dict[str, list[Property]] = {}
    for path in PLACES[module][1]:
        for name, each in menu(path).properties.items():
            found.setdefault(name, []).append(each)
    return found


def options(doc: dict[str, Any], module: str) -> dict[str, Any]:
    place = PLACES[module][0]
    own = dict(doc["options"][place]["suboptions"] if place else doc["options"])
    return {name: option for name, option in own.items() if name not in PROTECTION | PLACES[module][2]}


def pairs(doc: dict[str, Any], module: str) -> Iterator[tuple[str, dict[str, Any], list[Property]]]:
    known = properties(module)
    for name, option in options(doc, module).items():
        property_name = RENAMED.get(module, {}).get(name, name.replace("_", "-"))
        yield name, option, known.get(property_name, [])


def spoken(option: dict[str, Any]) -> str:
    text = option["description"]
    return text if isinstance(text, str) else " ".join(text)


def test_every_option_is_a_property_that_can_be_set(module: str, doc: dict[str, Any]) -> None:
    missing = [name for name, _option, known in pairs(doc, module) if not known]
    assert missing == []
    # The name of a service selects its row.
    unsettable = [
        name
        for name, _option, known in pairs(doc, module)
        if all(each.read_only for each in known) and (module, name) not in {("service", "name"), ("certificate", "ca")}
    ]
    assert unsettable == []


def test_every_property_that_can_be_set_is_an_option(module: str, doc: dict[str, Any]) -> None:
    names = {RENAMED.get(module, {}).get(name, name.replace("_", "-")) for name in options(doc, module)}
    settable = {name for name, known in properties(module).items() if not all(each.read_only for each in known)}
    assert settable - names == LEFT_OUT.get(module, set())


def expected_type(known: Property) -> str:
    """The Ansible type that takes whatever the property takes."""
    negated, words = known.type.startswith("!"), known.type.lstrip("!").split()
    if words[0] in LISTS:
        return "list"
    if words[0] == "bool" or (words[0] == "int" and not negated):
        return words[0]
    return "str"


def test_types_are_those_of_the_properties(module: str, doc: dict[str, Any]) -> None:
    wrong = {
        name: (option["type"], [each.type for each in known])
        for name, option, known in pairs(doc, module)
        if {expected_type(each) for each in known} != {option["type"]}
    }
    assert wrong == {}


def test_choices_are_the_words_of_the_properties(module: str, doc: dict[str, Any]) -> None:
    for name, option, known in pairs(doc, module):
        if (module, name) == ("service", "name"):
            continue
        words = {word for each in known for word in each.type.split()[1:] if each.type.startswith("enum ")}
        if words:
            assert set(option.get("choices", ())) == words, name
        elif option.get("choices") and option["type"] == "list":
            flags = {word.lstrip("=:") for each in known for word in each.type.split()[1:]}
            assert set(option["choices"]) == flags, name


def test_versions_are_told(module: str, doc: dict[str, Any]) -> None:
    for name, option, known in pairs(doc, module):
        for each in known:
            text = spoken(option)
            if each.since and all(other.since for other in known):
                assert each.since in text or f"since {'.'.join(each.since.split('.')[:2])}" in text.lower(), name
            if each.until:
                assert "until " + ".".join(each.until.split(".")[:2]) in text.lower(), name
            for word, (first, _last) in each.word_spans.items():
                if first and each.type.startswith("enum "):
                    assert word in text, f"{name}: {word} exists only since {first}"
                    assert ".".join(first.split(".")[:2]) in text or "newer builds" in text, f"{name}: {word}"


def test_no_default_writes_what_nobody_asked_for(module: str, doc: dict[str, Any]) -> None:
    """Defaults of the router differ by version, so an option left out stays out, but for what makes up a row's key."""
    expected = {
        "logging": {"action", "prefix"},
        "firewall_filter": {"disabled", "log"},
        "ipsec_identity": {"remote_id"},
        "ipsec_policy": {"protocol", "src_port", "dst_port", "template"},
    }
    with_default = {name for name, option, _known in pairs(doc, module) if option.get("default") is not None}
    assert with_default == expected.get(module, set())
