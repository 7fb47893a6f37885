# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IPsec."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    optional,
    status,
    table,
    verbs,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Property as P

MENUS = (
    Menu(
        "/ip/ipsec/profile",
        table(
            P("name", required=True),
            P("hash-algorithm", "enum md5 sha1 sha256 sha384 sha512", "sha1"),
            optional("prf-algorithm", "enum auto sha1 sha256 sha384 sha512", "auto"),
            P("enc-algorithm", "flagset aes-256 aes-192 aes-128 3des des", "aes-128,3des"),
            P(
                "dh-group",
                (
                    "flagset x25519 ecp256 ecp384 ecp521 modp8192 modp6144 modp4096 modp3072 modp2048 "
                    "modp1536 modp1024 modp768"
                ),
                "modp2048,modp1024",
            ),
            P("lifetime", "duration", "1d"),
            optional("lifebytes", "int", "0"),
            P("proposal-check", "enum obey strict claim exact", "obey"),
            P("nat-traversal", "bool", "true"),
            P("ppk", "enum no psk psk-ike-initial qkd", "no", since="7.21"),
            P("dpd-interval", "duration-or-keyword disable-dpd ..3600", "2m", defaults_by_version=(("7.16", "8s"),)),
            P("dpd-maximum-failures", "int 1..100", "5", defaults_by_version=(("7.16", "4"),)),
            status("bool", "default"),
        ),
        key=("name",),
        commands=verbs("add remove set"),
    ),
    Menu(
        "/ip/ipsec/peer",
        table(
            P("name"),
            optional("address", "ip-prefix-or-dns-name", ""),
            optional("local-address", "ip", "0.0.0.0"),
            optional("passive", "bool", "false"),
            optional("port", "int", "500"),
            P("profile", "reference", "default", ref="/ip/ipsec/profile"),
            P("exchange-mode", "enum main base aggressive ike2", "main"),
            P("send-initial-contact", "bool", "true"),
            P("ppk-secret", since="7.21", secret=True),
            optional("comment", "string", ""),
            P("disabled", "bool", "false"),
            status("ip", "current-address"),
            status("bool", "dynamic", "responder"),
        ),
        key=("name",),
        commands=verbs("add comment disable enable remove set"),
    ),
    Menu(
        "/ip/ipsec/identity",
        table(
            P("peer", "reference", required=True, ref="/ip/ipsec/peer"),
            P(
                "auth-method",
                (
                    "enum pre-shared-key digital-signature eap eap-radius pre-shared-key-xauth rsa-key "
                    "rsa-signature-hybrid"
                ),
                "pre-shared-key",
            ),
            P("eap-methods", "ordered enum eap-tls eap-ttls eap-peap eap-mschapv2", "eap-tls"),
            optional("mode-config", "reference", "none", ref="/ip/ipsec/mode-config"),
            optional("notrack-chain", "string", ""),
            optional("my-id", "peer-id auto dn", "auto"),
            optional("remote-id", "peer-id auto ignore dn", "auto"),
            optional("match-by", "enum remote-id certificate", "remote-id"),
            P("key", "reference", secret=True),
            P("remote-key", "reference"),
            P("secret", "string", "", secret=True),
            P("certificate", "list reference", ref="/certificate"),
            P("remote-certificate", "reference", ref="/certificate"),
            P("username"),
            P("password", secret=True),
            P("generate-policy", "enum no port-override port-strict", "no"),
            optional("policy-template-group", "reference", "default", ref="/ip/ipsec/policy/group"),
            optional("comment", "string", ""),
            P("disabled", "bool", "false"),
            status("bool", "dynamic"),
        ),
        key=("peer",),
        repeats=True,
        commands=verbs("add comment disable enable remove set"),
    ),
    Menu(
        "/ip/ipsec/proposal",
        table(
            P("name", required=True),
            P("auth-algorithms", "flagset sha512 sha256 sha1 md5 null", "sha1"),
            P(
                "enc-algorithms",
                (
                    "flagset chacha20poly1305 aes-256-cbc aes-256-ctr aes-256-gcm camellia-256 aes-192-cbc "
                    "aes-192-ctr aes-192-gcm camellia-192 aes-128-cbc aes-128-ctr aes-128-gcm camellia-128 "
                    "3des blowfish twofish des null"
                ),
                "aes-256-cbc,aes-192-cbc,aes-128-cbc",
            ),
            P("lifetime", "duration", "30m"),
            P(
                "pfs-group",
                (
                    "enum none ecp256 ecp384 ecp521 modp8192 modp6144 modp4096 modp3072 modp2048 modp1536 "
                    "modp1024 modp768"
                ),
                "modp1024",
            ),
            P("comment"),
            P("disabled", "bool", "false"),
            status("bool", "default"),
        ),
        key=("name",),
        commands=verbs("add comment disable enable remove set"),
    ),
    Menu(
        "/ip/ipsec/policy",
        table(
            P("peer", "list reference", ref="/ip/ipsec/peer"),
            P("tunnel", "bool", "false"),
            optional("group", "reference", "default", ref="/ip/ipsec/policy/group"),
            P("src-address", "ip-prefix"),
            P("src-port", "int-or-keyword any 0..65535", "any"),
            P("dst-address", "ip-prefix"),
            P("dst-port", "int-or-keyword any 0..65535", "any"),
            P("protocol", "protocol all", "all"),
            P("action", "enum encrypt discard none", "encrypt"),
            P("level", "enum require use unique", "require"),
            P("ipsec-protocols", "enum ah esp", "esp"),
            P("sa-src-address", "ip", filled=True),
            P("sa-dst-address", "ip", filled=True),
            P("proposal", "reference", "default", ref="/ip/ipsec/proposal"),
            optional("template", "bool", "false"),
            optional("comment", "string", ""),
            P("disabled", "bool", "false"),
            status("int", "ph2-count"),
            status(
                (
                    "enum spawning starting ready-to-send getspi-sent getspi-done msg1-sent "
                    "ready-to-establish commiting adding-sa established expired no-phase2"
                ),
                "ph2-state",
            ),
            status("bool", "backup", "dynamic", "invalid", "active", "default"),
            status("interface", "active-interface"),
        ),
        key=("src-address", "dst-address", "protocol", "peer"),
        repeats=True,
        ordered=True,
        commands=verbs("add comment disable enable move remove set"),
    ),
    Menu(
        "/ip/ipsec/policy/group",
        table(P("name", required=True), P("comment"), status("bool", "default")),
        key=("name",),
        commands=verbs("add comment remove set"),
    ),
    Menu(
        "/ip/ipsec/mode-config",
        table(
            P("name", required=True),
            P("responder", "bool", "true"),
            P("system-dns", "bool", "true"),
            optional("static-dns", "ordered ip", ""),
            optional("address", "ip4", "0.0.0.0"),
            optional("address-pool", "reference", "none", ref="/ip/pool"),
            P("address-prefix-length", "int"),
            optional("split-include", "list ip-prefix", ""),
            optional("split-dns", "list string", ""),
            optional("src-address-list", "reference", ""),
            P("connection-mark", "reference"),
            P("use-responder-dns", "enum no yes exclusively"),
            status("bool", "default"),
        ),
        key=("name",),
        commands=verbs("add disable enable remove set"),
    ),
    Menu(
        "/ip/ipsec/active-peers",
        table(
            P("comment"),
            status("string", "id", "spii", "spir"),
            status("ip", "local-address", "remote-address", "dynamic-address"),
            status("int", "port", "ph2-total", "rx-packets", "rx-bytes", "tx-packets", "tx-bytes"),
            status(
                (
                    "enum spawning starting message-1-received message-1-sent message-2-received "
                    "message-2-sent message-3-received message-3-sent message-4-received established expired "
                    "no-phase1 eap crypto qkd"
                ),
                "state",
            ),
            status("bool", "side", "responder", "natt-peer", "ppk"),
            status("duration", "uptime", "last-seen"),
        ),
        commands=verbs("add comment kill-connections remove set"),
    ),
    Menu(
        "/ip/ipsec/installed-sa",
        table(
            status("int", "spi", "enc-key-size", "current-bytes", "current-packets", "invalid-packets", "replay"),
            status("enum larval mature dying dead", "state"),
            status("enum none md5 sha1 sha256 sha512", "auth-algorithm"),
            status(
                ("enum none des 3des null aes-cbc aes-ctr aes-gcm blowfish twofish camellia chacha20poly1305"),
                "enc-algorithm",
            ),
            status("string", "auth-key", "enc-key", secret=True),
            status("datetime", "addtime"),
            status("duration", "expires-in"),
            status("composite", "add-lifetime", "src-address", "dst-address"),
            status("bool", "seen-traffic", "hw-aead", "AH", "ESP"),
        ),
        fixed=True,
        commands=verbs("flush"),
    ),
    Menu(
        "/ip/ipsec/settings",
        table(
            P("xauth-use-radius", "bool", "false"),
            P("accounting", "bool", "true"),
            P("interim-update", "duration", "0s"),
            P("ddos-cookie-threshold", "int", since="7.22"),
        ),
        singleton=True,
        commands=verbs("set"),
    ),
    Menu(
        "/ip/ipsec/key/psk",
        table(P("peer", "reference", required=True), P("id", required=True), P("key", required=True, secret=True)),
        key=("peer", "id"),
        since="7.21",
        commands=verbs("add generate remove"),
    ),
    Menu(
        "/ip/ipsec/key/qkd",
        table(
            P("enabled", "bool"),
            P("address"),
            P("kme-id"),
            P("key-size", "int"),
            P("certificate", "enum none"),
            P("peer-sae-id"),
            P("cache-size", "int"),
            status("int", "cache-state", "total-keys-received"),
        ),
        singleton=True,
        since="7.21",
        until="7.23.3",
        commands=verbs("get-key get-key-cached get-key-with-ids get-status set"),
    ),
    Menu(
        "/ip/ipsec/key/rsa",
        table(P("name"), status("int", "key-size"), status("bool", "private-key", "rsa")),
        key=("name",),
        fixed=True,
        since="7.20",
        commands=verbs("export-pub-key generate-key import remove set"),
    ),
)
