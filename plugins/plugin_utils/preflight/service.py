# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: would it listen, for this address, with a certificate that is believed?"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import (
    CERTIFICATE,
    SERVICE,
    Case,
    Finding,
    Way,
    is_on,
    named,
    static,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import admits

Found = Iterator[tuple[str, bool]]
NO_CERTIFICATE = ("", "none")


def row_of(state: State, way: Way) -> Row:
    """The configured row of the way's service; empty when it was not read."""
    return named(state, SERVICE, way.service) or {}


def admitted(row: Row) -> str:
    """Whom a service lets in, under the name of either release (RouterOS 7.24: available-from)."""
    return row.get("available-from", row.get("address", ""))


def service(case: Case) -> Iterator[Finding]:
    """What is found of the service that the way leads to."""
    old, new = row_of(case.before, case.way), row_of(case.after, case.way)
    if not old or not new:
        return
    for why, certain in [*_listening(case, old, new), *_certificate(case, old, new)]:
        for address in case.before.seen_from:
            yield Finding(address, why, certain)
    for address in case.before.seen_from:
        if admits(admitted(old), address) and not admits(admitted(new), address):
            yield Finding(address, f"the service '{case.way.service}' would admit {admitted(new)} only", True)


def cuts(case: Case) -> str:
    """Why the running session may end: whether RouterOS ends sessions of a service that changes is not documented."""
    old, new = row_of(case.before, case.running), row_of(case.after, case.running)
    changed = [name for name in ("disabled", "port", "vrf") if old.get(name) != new.get(name)]
    if not old or not changed:
        return ""
    return f"a router may end the open sessions of '{case.running.service}' when its {' and '.join(changed)} changes"


def _listening(case: Case, old: Row, new: Row) -> Found:
    name = case.way.service
    if is_on(new, "disabled") and not is_on(old, "disabled"):
        yield f"the service '{name}' would be off", True
    if new.get("port") != old.get("port") and new.get("port") != str(case.way.port or ""):
        # Without a port translation the old port is the one that the inventory names.
        certain = old.get("port") == str(case.way.port)
        yield f"the service '{name}' would listen on port {new.get('port')}, not on {old.get('port')}", certain
    if new.get("vrf", "main") != old.get("vrf", "main"):
        yield f"the service '{name}' would answer in vrf {new.get('vrf', 'main')} only", False
    most = new.get("max-sessions", "")
    if most.isdigit() and most != old.get("max-sessions") and int(most) < 2:
        yield f"the service '{name}' would take {most} session at a time, and this one is open", False
    for other in static(case.after, SERVICE):
        if other.get("name") != name and _shares(other, new) and not _shares(_same(case.before, other), old):
            yield (
                f"the service '{other.get('name')}' would use port {new.get('port')} too; one of them is dead then",
                False,
            )


def _same(state: State, row: Row) -> Row:
    return named(state, SERVICE, row.get("name")) or {}


def _shares(one: Row, other: Row) -> bool:
    return one.get("port") == other.get("port") and not is_on(one, "disabled") and not is_on(other, "disabled")


def _certificate(case: Case, old: Row, new: Row) -> Found:
    name, bound = case.way.service, new.get("certificate", "")
    if not case.way.verified or "certificate" not in old:
        return
    if bound in NO_CERTIFICATE:
        if old.get("certificate", "") not in NO_CERTIFICATE:
            yield f"the service '{name}' would have no certificate", True
        return
    if bound == old.get("certificate") or old.get("certificate", "") in NO_CERTIFICATE:
        return
    row = named(case.after, CERTIFICATE, bound)
    known = row is not None and bool(row.get("fingerprint"))
    if not known or row is None:
        yield f"the service '{name}' would get the certificate '{bound}', which is not there yet", False
    elif row.get("private-key", "true") != "true":
        yield f"the service '{name}' would get the certificate '{bound}', which has no private key", True
    elif is_on(row, "expired") or is_on(row, "revoked"):
        yield f"the service '{name}' would get the certificate '{bound}', which is not valid", True
    else:
        yield f"the service '{name}' would get another certificate, '{bound}'", False


def removed(case: Case) -> Iterator[Finding]:
    """Certificates that go although the service needs them. They go after the proof, and no safe mode undoes that."""
    bound = row_of(case.after, case.way).get("certificate", "")
    leaf = named(case.before, CERTIFICATE, bound)
    if leaf is None or not case.way.verified:
        return
    # A renewal: the old one stepped aside under another name, a new one has taken over the name and the services.
    successor = named(case.after, CERTIFICATE, bound)
    renewed = successor is not None and successor.get(".id") != leaf.get(".id")
    for step in case.operations:
        if step.path != CERTIFICATE or step.verb != "remove":
            continue
        if step.id == leaf.get(".id") and renewed:
            continue
        if step.id == leaf.get(".id"):
            why = f"the certificate '{bound}', which the service '{case.way.service}' uses, would be gone"
        elif step.was.get("name") and step.was.get("name") == leaf.get("ca"):
            why = f"the CA '{leaf.get('ca')}' would be gone, and a router may remove what it signed: '{bound}'"
        else:
            continue
        for address in case.before.seen_from:
            yield Finding(address, why, True, lasting=True)
