# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of every module with secrets wherever it takes them: right ones, and wrong ones that quote what they refuse.

`{{ canary.NAME }}` comes out of a vault. What is said of a module here has to be said of every module: a test insists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Options = Mapping[str, Any]


def of(name: str) -> str:
    """A secret of the vault."""
    return f"{{{{ canary.{name} }}}}"


#: another login that every module of the transaction may be told to prove the way in with
PROVE_AS = {"user": "automation", "password": of("automation")}
#: the module whose business it is to tell a secret to whoever calls it, and the one secret that it is asked to tell
REVEALS = {"knock_info": "revealed_steps"}

# What succeeds on a router of 7.22, as one after the other.
GOOD: dict[str, list[Options]] = {
    "address_list": [{"list": "a", "entries": ["192.0.2.1"], "prove_as": PROVE_AS}],
    "bootstrap": [{"admin": {"replaced_by": "people", "password": of("people")}, "disabled_services": []}],
    "certificate": [
        {
            "name": "brought",
            "certificate_content": "{{ brought_certificate }}",
            "privatekey_content": of("brought_key"),
            "privatekey_passphrase": of("key_passphrase"),
            "prove_as": PROVE_AS,
        },
        {
            "name": "signed",
            "common_name": "router",
            "subject_alt_name": ["IP:127.0.0.1"],
            "ownca_content": "{{ home_certificate }}",
            "ownca_privatekey_content": of("home_key"),
            "ownca_privatekey_passphrase": of("home_passphrase"),
            "key_size": "prime256v1",
            "save_bundle_to": "{{ playbook_dir }}/bundles/{{ inventory_hostname }}.p12",
            "save_passphrase": of("save_passphrase"),
        },
    ],
    "connection_info": [{}],
    "controller_certificate": [
        {
            "path": "{{ brought }}/{{ inventory_hostname }}.pem",
            "privatekey_path": "{{ brought }}/{{ inventory_hostname }}.key",
            "common_name": "controller",
            "ownca_path": "{{ brought }}/home.pem",
            "ownca_privatekey_path": "{{ brought }}/home.key",
            "ownca_privatekey_passphrase": of("home_passphrase"),
        }
    ],
    "facts": [{"gather_subset": ["all"]}],
    "firewall_filter": [{"ruleset": "r", "rules": [{"action": "log", "dst_address": "192.0.2.1"}], "family": "ipv4"}],
    "ipsec_identity": [
        {"peer": "hub", "secret": of("psk")},
        {
            "peer": "hub",
            "remote_id": "fqdn:caller",
            "auth_method": "eap",
            "username": "caller",
            "password": of("eap"),
            "update_secret": "always",
        },
    ],
    "ipsec_peer": [{"name": "wheel", "address": "192.0.2.10", "exchange_mode": "ike2", "ppk_secret": of("ppk")}],
    "ipsec_policy": [
        {"src_address": "10.0.0.1", "dst_address": "10.0.0.2", "peer": ["hub"], "tunnel": True, "prove_as": PROVE_AS}
    ],
    "ipsec_profile": [{"name": "p", "dh_group": ["ecp256"], "prove_as": PROVE_AS}],
    "ipsec_proposal": [{"name": "p", "pfs_group": "ecp256", "prove_as": PROVE_AS}],
    "knock": [{"sequence": of("steps"), "source": "127.0.0.1"}],
    "knock_info": [{"secret": of("knock_secret")}, {"sequence": of("revealed_steps")}],
    "logging": [{"topics": ["firewall"], "prove_as": PROVE_AS}],
    "logging_action": [{"name": "firewall", "target": "memory", "prove_as": PROVE_AS}],
    "menu": [
        {
            "path": "/snmp/community",
            "entries": [
                {
                    "name": of("community"),
                    "security": "private",
                    "authentication_password": of("snmp_auth"),
                    "encryption_password": of("snmp_encryption"),
                }
            ],
        },
        {"path": "/tool/romon", "values": {"secrets": [of("romon"), of("romon_old")]}},
        {"path": "/tool/e-mail", "values": {"user": "router", "password": of("mail")}},
        {"path": "/ip/ipsec/key/psk", "entries": [{"peer": "hub", "id": "fqdn:a", "key": of("psk_key")}]},
        {"path": "/system/ntp/client/servers", "entries": [{"address": "192.0.2.3", "auth_key": "none"}]},
        {"path": "/ip/ipsec/identity", "entries": [{"peer": "hub", "secret": of("psk_by_menu")}], "key": ["peer"]},
        {"path": "/ip/ipsec/peer", "entries": [{"name": "spoke", "ppk_secret": of("ppk_by_menu")}]},
    ],
    "password_rotation": [
        {
            "user": "rotated",
            "password_file": "{{ brought }}/{{ inventory_hostname }}.yml",
            "password_variable": "rotated_password",
            "prove_as": PROVE_AS,
        }
    ],
    "service": [{"name": "ftp", "disabled": True, "prove_as": PROVE_AS}],
    "transaction": [
        {
            "changes": [
                {"user": {"name": "first", "group": "read", "password": of("first")}},
                {"bastion.routeros.ipsec_identity": {"peer": "hub", "secret": of("psk_in_transaction")}},
                {"menu": {"path": "/tool/e-mail", "values": {"password": of("mail_in_transaction")}}},
            ],
            "prove_as": PROVE_AS,
        }
    ],
    "user": [
        {"name": "second", "group": "read", "password": of("second"), "prove_as": PROVE_AS},
        {"name": "third", "group": "read", "password": of("third_as_a_number"), "update_password": "always"},
    ],
    "user_group": [{"name": "watchers", "policy": ["api", "read"], "prove_as": PROVE_AS}],
    "user_settings": [{"minimum_password_length": 8, "prove_as": PROVE_AS}],
    "verdict_info": [{}],
    "wait": [{"timeout": 1}],
}

# What each module that takes a secret may be given by mistake. It has to be refused.
BAD: dict[str, list[Options]] = {
    "bootstrap": [
        {"admin": of("bad_a")},
        {"admin": {"password": {"x": of("bad_b")}}},
        {"admin": {"pasword": of("bad_c")}},
    ],
    "certificate": [
        {"name": "b", "certificate_content": "{{ brought_certificate }}", "privatekey_content": of("bad_a")},
        {
            "name": "b",
            "certificate_content": "{{ brought_certificate }}",
            "privatekey_content": of("brought_key"),
            "privatekey_passphrase": of("bad_b"),
        },
        {"name": "b", "privatekey_content": [of("bad_a")], "privatekey_passphrase": {"x": of("bad_b")}},
        {"name": "b", "ownca_content": of("home_key"), "ownca_privatekey_content": of("home_key")},
        {"name": "b", "pkcs12_path": "/nowhere", "pkcs12_passphrase": of("bad_c")},
        {"name": "b", "acme_domains": ["a.example"], "acme_eab_kid": "kid", "acme_eab_key": [of("bad_c")]},
    ],
    "controller_certificate": [
        {
            "path": "{{ brought }}/b.pem",
            "privatekey_path": "{{ brought }}/b.key",
            "common_name": "controller",
            "ownca_path": "{{ brought }}/home.pem",
            "ownca_privatekey_path": "{{ brought }}/home.key",
            "ownca_privatekey_passphrase": of("bad_a"),
        },
        {"path": "/nowhere/b.pem", "ownca_privatekey_passphrase": [of("bad_b")]},
    ],
    "ipsec_identity": [
        {"peer": "lost", "secret": of("bad_a")},
        {"peer": "hub", "secret": [of("bad_b")]},
        {"peer": "hub", "secret": {"x": of("bad_c")}, "auth_method": "nonsense"},
        {"peer": "hub", "sekret": of("bad_a")},
    ],
    "ipsec_peer": [
        {"name": "b", "ppk_secret": [of("bad_a")]},
        {"name": "b", "secret": of("bad_b")},
        {"name": "b", "profile": "lost", "ppk_secret": of("bad_c")},
    ],
    "knock": [
        {"sequence": ["tcp/1", of("bad_a")]},
        {"sequence": {"x": of("bad_b")}},
        {"sequence": of("bad_c")},
        {"sequence": "{{ canary.steps + ['tcp/99999'] }}"},
        {"sequence": of("steps"), "port": 1},
        {"sequence": of("steps"), "source": "203.0.113.1"},
        {"sequenze": of("steps")},
    ],
    "knock_info": [
        {"secret": of("bad_a"), "sequence": of("steps")},
        {"secret": "{{ canary.short }}"},
        {"secret": [of("bad_b")], "steps": 99},
        {"sequence": ["tcp/1", of("bad_c")]},
        {"sequenze": of("steps")},
    ],
    "menu": [
        {"path": "/snmp/community", "entries": [{"name": "b", "authentication_password": {"x": of("bad_a")}}]},
        {"path": "/snmp/community", "entries": of("bad_b")},
        {"path": "/snmp/community", "entries": [{"name": "b", "authentication_passwort": of("bad_c")}]},
        {"path": "/snmp/community", "values": {"authentication_password": of("bad_a")}},
        {"path": "/tool/e-mail", "values": {"password": [of("bad_b")]}},
        {"path": "/tool/e-mail", "values": of("bad_c")},
        {"path": "/tool/romon", "values": {"secrets": {"x": of("bad_a")}}},
        {
            "path": "/certificate/scep-server/ra",
            "entries": [{"name": "b", "server_url": "http://b/", "template": "lost", "challenge_password": of("scep")}],
        },
        {"path": "/nonsense", "values": {"password": of("bad_b")}},
        {"path": "/user", "entries": [{"name": "b", "password": of("bad_c")}]},
    ],
    "password_rotation": [
        {"password_file": "/nowhere/b.yml", "password": of("bad_a")},
        {"password_file": "{{ brought }}/home.key", "password_format": "vars"},
    ],
    "transaction": [
        {"changes": [{"user": of("bad_a")}]},
        {"changes": of("bad_b")},
        {"changes": [{"user": {"name": "b", "group": "lost", "password": of("bad_c")}}]},
        {"changes": [{"user": {"name": "b", "password": of("bad_a")}, "user_group": {"name": "b"}}]},
        {"changes": [{"nonsense": {"password": of("bad_b")}}]},
        {"changes": [{"user": {"name": "b", "group": "read", "password": {"x": of("bad_c")}}}]},
        {"changes": [{"menu": {"path": "/tool/e-mail", "values": {"password": [of("bad_a")]}}}]},
        {"changes": [{"user": {"name": "b", "group": "read", "password": of("bad_b"), "settle": 1}}]},
    ],
    "user": [
        {"name": "b", "group": "lost", "password": of("bad_a")},
        {"name": "b", "group": "read", "password": [of("bad_b")]},
        {"name": "b", "group": "read", "password": {"x": of("bad_c")}},
        {"name": "b", "group": "read", "passwort": of("bad_a")},
        {"name": "b", "password": of("bad_b")},
        {"name": "-b", "group": "read", "password": of("bad_c")},
        {"name": "b", "group": "read", "password": "{{ canary.short }}"},
        {"name": "b", "group": "read", "password": of("bad_a"), "prove_as": of("bad_b")},
        {"name": "b", "group": "read", "password": of("bad_a"), "prove_as": {"user": "b", "passwort": of("bad_b")}},
        {"name": "b", "group": "read", "password": of("bad_a"), "prove_as": {"user": "b", "password": [of("bad_c")]}},
    ],
}
#: given to each module of the transaction beside what is right: a login that does not work
NOT_PROVED = {"user": "nobody", "password": of("bad_proof")}


def task(module: str, options: Options, **keywords: Any) -> dict[str, Any]:
    """One task of a play; it goes on when it fails."""
    return {
        "name": f"{module}",
        f"bastion.routeros.{module}": dict(options),
        "ignore_errors": True,
        "ignore_unreachable": True,
        **keywords,
    }


def play(hosts: str, calls: Mapping[str, list[Options]], order: list[str], **keywords: Any) -> dict[str, Any]:
    """A play that makes every call, keeps every result, and shows all of them in the end."""
    tasks = []
    for module in order:
        for options in calls.get(module, ()):
            tasks.append(task(module, options, register=f"result_{len(tasks)}", **keywords))
    shown = "{{ [" + ", ".join(f"result_{number} | default({{}})" for number in range(len(tasks))) + "] }}"
    tasks += [
        {"name": "Show the results", "ansible.builtin.debug": {"var": "shown"}, "vars": {"shown": shown}},
        {"name": "Keep them", "ansible.builtin.set_fact": {"kept": shown, "cacheable": True}},
    ]
    # the simulator's rules act at once
    quick = {"group/bastion.routeros.writing": {"settle": 0.01, "safe_mode_wait": 0}}
    return {"hosts": hosts, "gather_facts": False, "module_defaults": quick, "tasks": tasks}


#: references first; bootstrap wants a router out of the box
ORDER = list(dict.fromkeys(["ipsec_profile", "ipsec_proposal", "ipsec_peer", *sorted(set(GOOD) - {"bootstrap"})]))
