# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies below the firewall: IPsec policies, the router's own addresses, switches of IP and IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface

from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Row
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.model import (
    ADDRESS,
    IP_SETTINGS,
    IPSEC,
    IPV6_SETTINGS,
    POLICY,
    Case,
    Finding,
    bare,
    family_of,
    is_on,
    static,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.preflight.service import row_of
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import admits

EVERYWHERE = ("0.0.0.0/0", "::/0")


def network(case: Case) -> Iterator[Finding]:
    """Findings that hold for packets of open sessions as well."""
    for address in case.before.seen_from:
        yield from _ipsec(case, address)
        yield from _own_address(case, address)
        yield from _switches(case, address)


def _switches(case: Case, address: str) -> Iterator[Finding]:
    old, new = ({path: _only(state, path) for path in (IP_SETTINGS, IPV6_SETTINGS)} for state in _states(case))
    off = "disable-ipv6"
    if family_of(address) == 6 and is_on(new[IPV6_SETTINGS], off) and not is_on(old[IPV6_SETTINGS], off):
        yield Finding(address, "IPv6 would be off", True)
    strict = new[IP_SETTINGS].get("rp-filter") == "strict" != old[IP_SETTINGS].get("rp-filter")
    if strict and family_of(address) == 4:
        yield Finding(address, "rp-filter=strict would drop what comes in and goes out elsewhere", False)


def _states(case: Case) -> tuple[State, State]:
    return case.before, case.after


def _only(state: State, path: str) -> Row:
    return next(iter(state.tables.get(path, ())), {})


# -- IPsec ------------------------------------------------------------------------------------------------------------


def _ipsec(case: Case, address: str) -> Iterator[Finding]:
    paths = {step.path for step in case.acting if step.path.startswith(IPSEC)}
    if not paths:
        return
    old, _certain = _policy(case, case.before, address)
    new, certain = _policy(case, case.after, address)
    if new is None:
        return
    what = f"the IPsec policy for {new.get('src-address', 'all')} to {new.get('dst-address', 'all')}"
    if new == old:
        if new.get("action", "encrypt") == "encrypt" and paths - {POLICY}:
            yield Finding(address, f"{what}, which carries it, would be negotiated in another way", False)
    elif new.get("action") == "discard":
        yield Finding(address, f"{what} would discard it", certain)
    else:
        yield Finding(address, f"{what} would take it through a tunnel, if that comes about", False)


def _policy(case: Case, state: State, address: str) -> tuple[Row | None, bool]:
    """The first policy that may hold for answers to this address, and whether it does; none when they go plain."""
    for row in static(state, POLICY):
        if is_on(row, "disabled") or is_on(row, "template"):
            continue
        answer = _meant(case, row, address)
        if answer is None:
            continue
        # A policy that is only used when there is a tunnel drops nothing.
        if row.get("action") == "none" or (row.get("action") != "discard" and row.get("level") == "use"):
            if answer:
                return None, True
            continue
        return row, answer
    return None, True


def _meant(case: Case, row: Row, address: str) -> bool | None:
    """Whether a policy is about what the service answers to the address; None: certainly not."""
    if row.get("protocol", "all") not in ("all", "tcp", "6", "255"):
        return None
    for state in _states(case):
        port = row_of(state, case.way).get("port", "")
        ours = row.get("src-port", "any")
        if port and ours not in ("any", "0", port):
            return None
    source, destination = row.get("src-address", ""), row.get("dst-address", "")
    if destination and not admits(destination, address):
        return None
    certain = row.get("dst-port", "any") in ("any", "0") and not is_on(row, "invalid")
    if not source or source in EVERYWHERE:
        return certain
    try:
        return certain if admits(source, str(ip_address(bare(case.way.host)))) else _here(case, source)
    except ValueError:
        return _here(case, source)


def _here(case: Case, prefix: str) -> bool | None:
    """Whether an address of the router may be in a prefix: it is not known which one we come in by."""
    own = [row.get("address", "").split("/")[0] for row in case.before.tables.get(ADDRESS, ())]
    return None if own and not any(admits(prefix, each) for each in own if each) else False


# -- own addresses ----------------------------------------------------------------------------------------------------


def _own_address(case: Case, address: str) -> Iterator[Finding]:
    if not any(step.path == ADDRESS for step in case.acting):
        return
    left = {row.get("address") for row in case.after.tables.get(ADDRESS, ()) if not is_on(row, "disabled")}
    here = {row.get("address", "") for row in case.before.tables.get(ADDRESS, ()) if not is_on(row, "disabled")}
    known = {each.split("/")[0] for each in here}
    for gone in sorted(here - left):
        if gone.split("/")[0] == bare(case.way.host):
            yield Finding(address, f"the router's own address {gone}, to which it connects, would be gone", True)
        elif bare(case.way.host) not in known:
            yield Finding(address, f"the router's own address {gone} would be gone", False)
        elif admits(str(ip_interface(gone).network), address):
            yield Finding(address, f"the router's own address {gone}, in whose network it is, would be gone", False)
