# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that the router fetches itself, over HTTP on its port 80 (RouterOS manual, Certificates, Let's Encrypt).

``enable-ssl-certificate`` gives them a name of its own and binds them to www-ssl; from 7.22 ``add-acme`` takes its
place, with a name and several domains.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import admits_everyone
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, TimedOut, Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Row, Session

CERTIFICATE = "/certificate"
# Names of MikroTik's own dynamic DNS are proved without port 80.
CLOUD = ".sn.mynetname.net"
# The service looks at the router from outside, several times.
TIMEOUT = 180.0
POLL = 2.0
_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$", re.IGNORECASE)


@dataclass(frozen=True)
class Acme:
    """What to ask for, and of whom: ``directory`` is the service's URL (Let's Encrypt when empty)."""

    domains: tuple[str, ...]
    directory: str = ""
    eab_kid: str = ""
    eab_key: str = ""
    newer: bool = True

    @property
    def verb(self) -> str:
        """The command of this version."""
        return "add-acme" if self.newer else "enable-ssl-certificate"


def problem(acme: Acme, services: Sequence[Mapping[str, str]], version: Version) -> str:
    """What stands in the way, as far as the router shows it; empty when nothing does. Pure."""
    for domain in acme.domains:
        if not _NAME.match(domain) or _is_address(domain):
            return f"'{domain}' is no public domain name, and ACME gives certificates for nothing else"
    if len(acme.domains) > 1 and not within(version, since="7.22"):
        return f"RouterOS {version} takes one domain; several came with 7.22"
    if all(domain.endswith(CLOUD) for domain in acme.domains):
        return ""
    www = next((row for row in services if row.get("name") == "www" and row.get("dynamic") != "true"), None)
    if www is None or www.get("disabled") == "true" or www.get("port") != "80":
        return "ACME asks the router on port 80: the service www has to be enabled there, at least while it does"
    address = www.get("address", www.get("available-from", ""))
    if not admits_everyone(address):
        return f"ACME asks the router on port 80 from anywhere: the service www lets in {address} only"
    return ""


def obtain(session: Session, acme: Acme, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Have the router fetch the certificate, and call it ``name``.

    :raises RouterError: the service did not give one; with what the router says about it.
    """
    before = {row.get("fingerprint", "") for row in _rows(session)}
    words = [f"=directory-url={acme.directory}"] if acme.directory else []
    words += [f"=eab-kid={acme.eab_kid}"] if acme.eab_kid else []
    if acme.newer:
        words += [f"=name={name}", f"=domain-names={','.join(acme.domains)}"]
        words += [f"=eab-key-b64={acme.eab_key}"] if acme.eab_key else []
    else:
        words.append(f"=dns-name={acme.domains[0]}")
        words += [f"=eab-hmac-key={acme.eab_key}"] if acme.eab_key else []
    said: list[str] = []
    try:
        reply = session.call(f"{CERTIFICATE}/{acme.verb}", *words, timeout=TIMEOUT)
        said = [text for row in reply.rows for key, text in row.items() if key in ("progress", "status", "error")]
    except Trap as trap:
        raise _failed(acme, [trap.message]) from trap
    except TimedOut as error:
        raise _failed(acme, [f"the router said nothing for {TIMEOUT:g} seconds"]) from error
    hopeless = any(map(_is_failure, said))
    deadline = time.monotonic() + TIMEOUT
    while True:
        rows = _rows(session)
        row = next((row for row in rows if row.get("fingerprint", "") not in before and _is_it(row, acme, name)), None)
        if row is not None:
            if row.get("name") != name:
                session.call(f"{CERTIFICATE}/set", f"=.id={row['.id']}", f"=name={name}")
            return
        statuses = [row["acme-status"] for row in rows if row.get("name") == name and row.get("acme-status")]
        if hopeless or time.monotonic() > deadline:
            break
        # Once more, since the router may be trying again by itself.
        hopeless = any(map(_is_failure, statuses))
        sleep(POLL)
    for row in rows:
        # add-acme leaves the row that it tried in vain to fill.
        if row.get("name") == name and not row.get("fingerprint"):
            session.call(f"{CERTIFICATE}/remove", f"=.id={row['.id']}")
    raise _failed(acme, [*filter(None, (*said, *statuses))] or [f"no certificate within {TIMEOUT:g} seconds"])


def _rows(session: Session) -> list[Row]:
    names = ("name", "fingerprint", "common-name", "subject-alt-name", "acme-managed", "acme-status")
    return session.read(CERTIFICATE, names)


def missing(acme: Acme, row: Mapping[str, str]) -> list[str]:
    """The domains that a certificate is not for, as far as its row tells: a service may leave out the common name."""
    alternatives = {
        text.partition(":")[2].lower() for text in row.get("subject-alt-name", "").split(",") if ":" in text
    }
    common = row.get("common-name", "").lower()
    if alternatives:
        return [domain for domain in acme.domains if domain not in alternatives | {common}]
    return [] if not common or common in acme.domains else list(acme.domains)


def _is_it(row: Mapping[str, str], acme: Acme, name: str) -> bool:
    """Whether this row, which is new, is what was asked for: by whatever of it the router shows."""
    if not row.get("fingerprint"):
        return False
    named = row.get("common-name") or row.get("subject-alt-name")
    return not missing(acme, row) if named else row.get("name") == name or row.get("acme-managed") == "true"


def _is_failure(text: str) -> bool:
    """No text of a failure has been captured from a router, so any word that may tell of one will do."""
    return any(word in text.lower() for word in ("fail", "error", "invalid", "refused", "denied", "unauthorized"))


def _failed(acme: Acme, said: Sequence[str]) -> RouterError:
    return RouterError(
        f"the router got no certificate for {', '.join(acme.domains)}: {'; '.join(said)}. The name has to lead to this "
        "router, and its port 80 has to be reachable from the Internet, also through its firewall and any translation "
        "before it. The router has to reach the service, with a resolver and a clock that are right, and a service "
        "gives only so many certificates for a name in a week. What the router thinks of it is in its log",
        kind="acme",
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
