# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates and what issues them."""

from __future__ import annotations

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import (
    Menu,
    status,
    table,
    verbs,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus.model import Property as P

_TRUST_STORE = (
    "flagset =all ipsec wpa-eap capsman fetch sstp ovpn mqtt email netwatch radius container "
    "userman lora openflow tr069 dot1x dns www api reverse-proxy wiliot logging"
)
_KEY_USAGE = (
    "flagset digital-signature content-commitment key-encipherment data-encipherment "
    "key-agreement key-cert-sign crl-sign encipher-only decipher-only tls-server tls-client "
    "code-sign email-protect timestamp ocsp-sign dvcs"
)


MENUS = (
    Menu(
        "/certificate",
        table(
            P("name", required=True),
            P(
                "trust-store",
                _TRUST_STORE,
                "all",
                since="7.21",
                word_spans={"wiliot": ("7.23", ""), "logging": ("7.23", "")},
            ),
            P("digest-algorithm", "enum md5 sha1 sha256 sha384 sha512", "sha256"),
            P("trusted", "bool"),
            P("common-name"),
            P("organization"),
            P("unit"),
            P("locality"),
            P("state"),
            P("country"),
            P("subject-alt-name", "list subject-alt-name"),
            P("key-size", "enum 1024 1536 2048 4096 8192 prime256v1 secp384r1 secp521r1", "2048"),
            P(
                "key-usage",
                _KEY_USAGE,
                "digital-signature,key-encipherment,data-encipherment,key-cert-sign,crl-sign,tls-server,tls-client",
            ),
            P("days-valid", "int", "365"),
            status("string", "ca-crl-host", "scep-url", "fingerprint", "req-fingerprint", "ca-fingerprint"),
            status("string", "challenge-password", secret=True),
            status("string", "domain-names", "directory-url", "acme-status", "status", "serial-number", "akid", "skid"),
            status("reference", "ca"),
            status("duration", "expires-after"),
            status("datetime", "revoked", "invalid-before", "invalid-after"),
            status("list string", "issuer"),
            status("enum rsa dsa ec", "key-type"),
            status(
                "bool",
                "private-key",
                "crl",
                "smart-card-key",
                "authority",
                "issued",
                "expired",
                "acme-managed",
                "dynamic",
            ),
        ),
        key=("name",),
        commands=verbs(
            "acme-renew@7.24.. add add-acme@7.22.. add-scep card-reinstall card-verify "
            "create-certificate-request enable-ssl-certificate export-certificate import "
            "issued-revoke remove scep-renew set sign sign-certificate-request unset"
        ),
    ),
    Menu(
        "/certificate/crl",
        table(
            P("url", required=True),
            status("reference", "cert", ref="/certificate"),
            status(_TRUST_STORE, "trust-store"),
            status("int", "num", "revoked"),
            status("datetime", "next-update", "last-update"),
            status("string", "akid", "fingerprint", "signature"),
            status("bool", "expired", "dynamic", "invalid"),
        ),
        key=("url",),
        commands=verbs("add download flush remove set"),
    ),
    Menu(
        "/certificate/settings",
        table(
            P(
                "builtin-trust-store",
                (
                    "flagset =default =all =untrusted ipsec wpa-eap capsman fetch sstp ovpn mqtt email "
                    "netwatch radius container userman lora openflow tr069 dot1x dns www api reverse-proxy "
                    "wiliot logging"
                ),
                "default",
                since="7.21",
                word_spans={"wiliot": ("7.23", ""), "logging": ("7.23", "")},
            ),
            P(
                "current-defaults",
                (
                    "flagset ipsec wpa-eap capsman fetch sstp ovpn mqtt email netwatch radius container "
                    "userman lora openflow tr069 dot1x dns www api reverse-proxy"
                ),
                since="7.22.1",
            ),
            P("crl-download", "bool", "false"),
            P("crl-use", "bool", "false"),
            P("crl-store", "enum system ram", "ram"),
            P("builtin-trust-anchors", "enum not-trusted trusted", "not-trusted", since="7.19", until="7.20.8"),
        ),
        singleton=True,
        commands=verbs("set"),
    ),
    Menu(
        "/certificate/builtin",
        table(
            status(
                "string",
                "common-name",
                "organization",
                "unit",
                "locality",
                "state",
                "country",
                "serial-number",
                "akid",
                "skid",
            ),
            status("list subject-alt-name", "subject-alt-name"),
            status("list string", "issuer"),
            status("enum prime256v1 secp384r1 secp521r1 1024 1536 2048 4096 8192", "key-size"),
            status(_KEY_USAGE, "key-usage"),
            status("int", "days-valid"),
            status("enum rsa dsa ec", "key-type"),
            status("datetime", "invalid-before", "invalid-after"),
        ),
        fixed=True,
        since="7.19",
    ),
    Menu(
        "/certificate/scep-server",
        table(
            P("ca-cert", "reference", required=True, ref="/certificate"),
            P("next-ca-cert", "reference", ref="/certificate"),
            P("path", required=True),
            P("days-valid", "int"),
            P("request-lifetime", "duration 5m..7101w3d6h28m15s"),
            P("disabled", "bool"),
        ),
        key=("path",),
        commands=verbs("add disable enable remove set"),
    ),
    Menu(
        "/certificate/scep-server/otp",
        table(
            status("string", "password", secret=True), status("duration", "expires"), status("bool", "used", "expired")
        ),
        fixed=True,
        commands=verbs("generate remove"),
    ),
    Menu(
        "/certificate/scep-server/ra",
        table(
            P("name", required=True),
            P("server-url", required=True),
            P("template", "reference", required=True, ref="/certificate"),
            P("challenge-password", secret=True),
            P("ca-identity"),
            P("fingerprint-algorithm", "enum sha256 sha1 md5"),
            P("ra-path"),
            P("ra-transaction-lifetime", "duration 5m..7101w3d6h28m15s"),
            P("on-smart-card", "bool"),
            P("disabled", "bool"),
            status("string", "req-fingerprint", "ca-fingerprint", "status"),
            status("bool", "smart-card-key"),
        ),
        commands=verbs("add disable enable remove renew set"),
    ),
    Menu(
        "/certificate/scep-server/requests",
        table(
            status("composite", "authority"),
            status("enum pending granted denied authorized waiting failed issued invalid", "status"),
            status("datetime", "created"),
            status(
                "string",
                "transaction-id",
                "req-fingerprint",
                "country",
                "state",
                "locality",
                "organization",
                "unit",
                "common-name",
                "serial-number",
            ),
            status("list subject-alt-name", "subject-alt-name"),
        ),
        fixed=True,
        commands=verbs("grant remove"),
    ),
)
