# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``certificate``: which source they name, checked before anything is read or written."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.acme import Acme
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import Authority, Terms
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.own import Signers
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import (
    BadPapers,
    content,
    days_left,
    from_pem,
    from_pkcs12,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.sources import (
    AtHome,
    Brought,
    FromAcme,
    OnRouter,
    Source,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change

PATH = "/certificate"
# Without it a template may sign others, so a leaf gets explicit usages (RouterOS's default contains key-cert-sign).
LEAF_USAGE = ["digital-signature", "key-encipherment", "tls-server"]
CA_USAGE = ["key-cert-sign", "crl-sign"]
SECRETS = (
    "ownca_privatekey_content", "ownca_privatekey_passphrase", "privatekey_content", "privatekey_passphrase",
    "pkcs12_passphrase", "acme_eab_key", "save_passphrase",
)  # fmt: skip
# The options of each source that comes from the controller; any of the first ones of a source names it.
OWN_CA = ("ownca_path", "ownca_content", "ownca_privatekey_path", "ownca_privatekey_content")
BROUGHT = ("certificate_path", "certificate_content", "privatekey_path", "privatekey_content")
OF_OWN_CA = (*OWN_CA, "ownca_privatekey_passphrase", "ownca_create")
OF_BROUGHT = (*BROUGHT, "privatekey_passphrase", "pkcs12_path", "pkcs12_passphrase")
NOT_PROPERTIES = frozenset(
    {
        *OF_OWN_CA, *OF_BROUGHT, *SECRETS, "state", "ca", "renew_before", "save_to", "save_ca_to", "save_bundle_to",
        "trusted", "acme_domains", "acme_directory", "acme_eab_kid",
    }
)  # fmt: skip
# Such a service gives 90 days or less and the router renews by itself; this is when it has failed to.
ACME_RENEWS = 14
# RouterOS refuses to lock a key with less (seen as a rule of the manual's examples; no text was captured).
SHORTEST_PASSPHRASE = 8


@dataclass(frozen=True)
class Wanted:
    """Where the certificate comes from, and how many days before its end it is made anew."""

    source: Source
    renew_before: int


def wanted(change: Change, options: Mapping[str, Any], version: Version) -> Wanted:
    """The source that the options name.

    :param options: those that are properties of the menu.
    :raises BadOption: none, or several, or files that cannot be used.
    """
    given = change.options
    sources = {
        "ca": bool(given.get("ca")),
        "ownca_...": any(given.get(name) for name in OWN_CA),
        "certificate_... and privatekey_...": any(given.get(name) for name in BROUGHT),
        "pkcs12_...": bool(given.get("pkcs12_path")),
        "acme_...": bool(given.get("acme_domains")),
    }
    named = [name for name, is_given in sources.items() if is_given]
    if len(named) > 1:
        raise change.bad(named[1].rstrip("."), f"a certificate has one source, and {' and '.join(named)} are two")
    if given.get("save_ca_to") and not sources["ownca_..."]:
        raise change.bad("save_ca_to", "is for authorities on the controller (ownca_...); others have save_to")
    if given.get("save_bundle_to") and len(given.get("save_passphrase") or "") < SHORTEST_PASSPHRASE:
        raise change.bad(
            "save_passphrase", f"save_bundle_to needs one of at least {SHORTEST_PASSPHRASE} characters to lock the key"
        )
    try:
        if sources["acme_..."]:
            return _acme(change, options, version)
        if sources["pkcs12_..."] or sources["certificate_... and privatekey_..."]:
            return _brought(change, options, version)
        return _made(change, dict(options), version)
    except BadPapers as error:
        raise change.bad(named[0].rstrip("."), error) from None


def _made(change: Change, options: dict[str, Any], version: Version) -> Wanted:
    given = change.options
    own_ca = any(given.get(name) for name in OWN_CA)
    leaf = bool(given.get("ca")) or own_ca
    if not options.get("common_name"):
        raise change.bad("common_name", "a certificate needs a common name")
    if not options.get("key_usage"):
        options["key_usage"] = LEAF_USAGE if leaf else CA_USAGE
    if not leaf and "key-cert-sign" not in options["key_usage"]:
        raise change.bad("key_usage", "a certificate without ca signs itself, which needs key-cert-sign in key_usage")
    if own_ca and "key-cert-sign" in options["key_usage"]:
        raise change.bad("key_usage", "an authority on the controller signs servers and clients, no authorities")
    renew_before = given.get("renew_before") or 0
    if renew_before >= (options.get("days_valid") or 365):
        raise change.bad("renew_before", "must be less than days_valid, or every run would make a new certificate")
    properties = change.texts(menu(PATH), options, version)
    if not own_ca:
        return Wanted(OnRouter(given["name"], properties, given.get("ca") or ""), renew_before)
    terms = Terms(
        options["common_name"],
        tuple(name for name in properties.get("subject-alt-name", "").split(",") if name),
        tuple(options["key_usage"]),
        options.get("days_valid") or 365,
        options.get("digest_algorithm") or "sha256",
    )
    authority = _authority(change)
    source = AtHome(given["name"], properties, terms, authority, lambda: _made_authority(change))
    return Wanted(source, min(renew_before, _half_of(authority)) if authority else renew_before)


def _half_of(authority: Authority) -> int:
    """An authority that ends soon signs nothing that lasts longer, and what it signs must not be renewed for ever."""
    return max(0, int(days_left(authority.chain[0]) / 2))


def _authority(change: Change) -> Authority | None:
    """The authority on the controller; ``None`` when it is not there yet and shall be made when it is needed."""
    given = change.options
    passphrase = given.get("ownca_privatekey_passphrase") or ""
    if given.get("ownca_create"):
        if not given.get("ownca_path") or not given.get("ownca_privatekey_path"):
            raise change.bad("ownca_create", "needs ownca_path and ownca_privatekey_path, where the authority is kept")
        if not Path(given["ownca_path"]).expanduser().exists():
            return None
    certificate = content(given.get("ownca_path"), given.get("ownca_content"), "authority's certificate")
    key = content(given.get("ownca_privatekey_path"), given.get("ownca_privatekey_content"), "authority's private key")
    return Authority(certificate, key, passphrase)


def _made_authority(change: Change) -> Authority:
    given = change.options
    passphrase = given.get("ownca_privatekey_passphrase") or ""
    signers = Signers(given["ownca_path"], given["ownca_privatekey_path"], passphrase, create=True, rsa_bits=0)
    return signers.open("bastion CA")


def _brought(change: Change, options: Mapping[str, Any], version: Version) -> Wanted:
    _nothing_else(change, options, "is in the certificate that was given already")
    given = change.options
    passphrase = given.get("privatekey_passphrase") or ""
    if given.get("pkcs12_path"):
        data, opens = _bytes(given["pkcs12_path"]), given.get("pkcs12_passphrase") or ""
        papers = from_pkcs12(data, opens, transport=secrets.token_urlsafe(24))
    else:
        certificates = content(given.get("certificate_path"), given.get("certificate_content"), "certificate")
        key = content(given.get("privatekey_path"), given.get("privatekey_content"), "private key")
        papers = from_pem(certificates, key, passphrase)
    left = days_left(papers.certificate)
    if left <= 0:
        raise BadPapers("the certificate that was given is expired")
    renew_before = given.get("renew_before") or 0
    if left < renew_before:
        # It cannot be renewed here: whoever brings it has to bring another one.
        change.warnings.append(f"certificate: '{given['name']}' expires in {int(left)} days; bring a new one")
    return Wanted(Brought(given["name"], papers), 0)


def _acme(change: Change, options: Mapping[str, Any], version: Version) -> Wanted:
    _nothing_else(change, options, "is decided by the ACME service")
    given = change.options
    found = Acme(
        tuple(domain.lower() for domain in given["acme_domains"]),
        given.get("acme_directory") or "",
        given.get("acme_eab_kid") or "",
        given.get("acme_eab_key") or "",
        within(version, since="7.22"),
    )
    return Wanted(FromAcme(given["name"], found), min(given.get("renew_before") or 0, ACME_RENEWS))


def _nothing_else(change: Change, options: Mapping[str, Any], why: str) -> None:
    for name, value in options.items():
        if name != "name" and value is not None:
            raise change.bad(name, f"{why}, and cannot be asked for besides")


def _bytes(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise BadPapers(f"the PKCS#12 file cannot be read: {error.strerror}: {path}") from None


def secret_texts(options: Mapping[str, Any]) -> Iterable[object]:
    """The secrets among the options: passphrases, and keys whole and line by line, since errors may quote a part."""
    for name in SECRETS:
        value = options.get(name)
        if not isinstance(value, str):
            continue
        yield value
        if "PRIVATE KEY" in value:
            yield from (line for line in value.splitlines() if len(line) > 20 and not line.startswith("-----"))
