# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches which service of a router: its firewall and its services, judged for new connections."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, project
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.reading import ACTIVE, seen_from
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict import (
    ACCEPTED,
    DROPPED,
    FIRST_SYN,
    UNKNOWN,
    Packet,
    Rule,
    Tables,
    Verdict,
    explain,
    interface_towards,
    reach,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.reach import split
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import (
    MAYBE,
    NO,
    YES,
    Span,
    Spans,
    address_span,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import Trap

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

FAMILIES = {"ipv4": 4, "ipv6": 6}
_ROOT = {4: "/ip", 6: "/ipv6"}
_LISTED = ("src-address-list", "dst-address-list")
# The field of Tables that holds a menu which a plan may change.
_FIELDS = {
    family: {
        **{f"{root}/firewall/{name}": name for name in ("filter", "raw", "nat")},
        f"{root}/firewall/address-list": "address_lists",
        "/interface/list": "interface_lists",
        "/interface/list/member": "interface_members",
        **({"/ip/address": "addresses"} if family == 4 else {}),
    }
    for family, root in _ROOT.items()
}
SERVICE = "/ip/service"
_SERVICE = (
    *("name", "port", "proto", "address", "available-from", "disabled", "invalid", "dynamic", "vrf"),
    "connection",
)
# A query for more lists than that costs more than reading them all.
_MOST_LISTS = 20


@dataclass(frozen=True)
class Source:
    """An address or prefix to judge, and the interface that it is taken to come in through ("" when unknown)."""

    text: str
    family: int
    interface: str = ""


@dataclass(frozen=True)
class View:
    """The services that are asked for, all services by name, and the rules of each family."""

    services: Sequence[Row]
    tables: Mapping[int, Tables]

    def after(self, operations: Sequence[Operation]) -> View:
        """The view that the operations lead to; pure."""
        tables = {}
        for family, had in self.tables.items():
            known = {path: rows for path, rows in _by_path(had).items() if rows is not None}
            now = {path: project(menu(path), rows, operations) for path, rows in known.items()}
            tables[family] = had.replaced(**{_FIELDS[family][path]: rows for path, rows in now.items()})
        return View(project(menu(SERVICE), self.services, operations), tables)


def read(
    session: Session, options: Mapping[str, Any], operations: Sequence[Operation] = ()
) -> tuple[list[dict[str, Any]], list[str]]:
    """The verdicts that the options of verdict_info ask for, and warnings.

    :param operations: what is planned.
    :raises BadOption: a source is no address or prefix, or a service does not exist.
    """
    warnings: list[str] = []
    given = options.get("services")
    services = _services(session, given)
    texts = _sources(session, options.get("sources"))
    wanted = FAMILIES if options["family"] == "both" else {options["family"]: FAMILIES[options["family"]]}
    families = [family for family in wanted.values() if any(_family(text) == family for text in texts)]
    if options["family"] != "both" and not families:
        warnings.append(f"verdict_info: none of the sources is of {options['family']}: {', '.join(texts)}")
    view = View(services, {family: read_tables(session, family, operations) for family in families})
    views = {"present": view, "planned": view.after(operations)}
    which = options.get("rules") or ("both" if options.get("changes") else "present")
    verdicts: list[dict[str, Any]] = []
    for family in families:
        for text in (text for text in texts if _family(text) == family):
            for name in views if which == "both" else [which]:
                for found in _judged(views[name], family, text, given, options.get("in_interface") or ""):
                    verdicts.append({"rules": name, **found})
    return verdicts, warnings


def _judged(
    view: View, family: int, text: str, names: Sequence[str] | None, interface: str
) -> Iterator[dict[str, Any]]:
    tables = view.tables[family]
    source = Source(text, family, interface or interface_towards(tables.addresses or (), text))
    for service in view.services:
        if names or not _on(service, "disabled"):
            found = judge_service(tables, service, source)
            yield from found if interface else map(_assuming, found)


def table(verdicts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The verdicts as lines of a table, aligned, the first one its head."""
    rows = [("RULES", "SOURCE", "SERVICE", "ANSWER", "BY")]
    for each in verdicts:
        rule = each["rule"]
        number = f"{rule['table']} rule {rule['position']} ({rule['comment'] or rule['chain']})" if rule else ""
        by = number or each["why"].partition(": ")[2].partition(":")[0].rstrip(".")
        rows.append((each["rules"], each["source"], f"{each['service']} {each['port']}", each["answer"], by))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _assuming(found: dict[str, Any]) -> dict[str, Any]:
    if found["in_interface"]:
        found["why"] += f" Taken for granted that it comes in through {found['in_interface']}, where its network is."
    return found


def _sources(session: Session, given: Sequence[object] | None) -> list[str]:
    if given:
        try:
            return prefixes.canonical(given)
        except prefixes.BadPrefix as error:
            raise BadOption(f"verdict_info: sources: {error}") from None
    active = session.read(ACTIVE, ("name", "address"))
    found = [address.partition("%")[0] for address in seen_from(session.user, active)]
    texts = [text for text in dict.fromkeys(found) if address_span(text)]
    if not texts:
        raise BadOption("verdict_info: the router does not tell where our user comes from; name the 'sources'")
    return texts


def _family(text: str) -> int:
    return ipaddress.ip_network(text).version


def _services(session: Session, names: Sequence[str] | None) -> list[Row]:
    """The static rows of the services asked for, else of all."""
    rows = [row for row in session.read(SERVICE, _SERVICE) if row.get("dynamic") != "true" and "name" in row]
    known = {row["name"]: row for row in rows}
    for name in names or ():
        if name not in known:
            raise BadOption(f"verdict_info: services: there is no service '{name}'; there are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)] if names else rows


def _on(row: Row, name: str) -> bool:
    return row.get(name) in ("true", "yes")


def read_tables(session: Session, family: int, operations: Sequence[Operation] = ()) -> Tables:
    """Everything that decides about packets for the router itself, before the operations and after them.

    Rules are read with all their properties: a matcher that is not declared here must be seen, or it would be ignored.
    """
    root = _ROOT[family]
    rules = {name: session.read(f"{root}/firewall/{name}") for name in ("filter", "raw", "nat")}
    lists = f"{root}/firewall/address-list"
    told: list[Mapping[str, str]] = [row for rows in rules.values() for row in rows]
    told += [step.properties for step in operations if step.path in {f"{root}/firewall/{name}" for name in rules}]
    names = {row[name].removeprefix("!") for row in told for name in _LISTED if row.get(name)}
    names |= {
        row["list"]
        for step in operations
        if step.path == lists
        for row in (step.was, step.properties)
        if row.get("list")
    }
    return Tables(
        filter=rules["filter"],
        raw=rules["raw"],
        nat=rules["nat"],
        address_lists=_lists(session, lists, names),
        interface_lists=_perhaps(session, "/interface/list", ("name", "include", "exclude")),
        interface_members=_perhaps(session, "/interface/list/member", ("list", "interface", "disabled")),
        addresses=_perhaps(
            session,
            f"{root}/address",
            ("address", "interface", "broadcast", "disabled", "actual-interface", "invalid"),
        ),
        family=family,
    )


def _by_path(tables: Tables) -> dict[str, Sequence[Row] | None]:
    return {path: getattr(tables, field) for path, field in _FIELDS[tables.family].items()}


def _lists(session: Session, path: str, names: Iterable[str]) -> list[Row]:
    """The entries of the lists that rules name."""
    wanted = sorted(names)
    if not wanted:
        return []
    query = [f"?list={name}" for name in wanted] + ["?#|"] * (len(wanted) - 1)
    return session.read(path, ("list", "address", "disabled", "dynamic"), query if len(wanted) <= _MOST_LISTS else ())


def _perhaps(session: Session, path: str, names: Sequence[str]) -> list[Row] | None:
    """Rows that make answers more certain; None when this router does not have, or not show them."""
    try:
        return session.read(path, names)
    except Trap as trap:
        if trap.is_permission or trap.is_unknown_command:
            return None
        raise


def judge_service(tables: Tables, service: Row, source: Source) -> list[dict[str, Any]]:
    """Whether new connections of the source reach the service: one entry for each part that is treated alike."""
    admitted = service.get("available-from", service.get("address", ""))
    spans = [address_span(text.strip()) for text in admitted.split(",") if text.strip()]
    within = Spans(span[1:] for span in spans if span is not None and span[0] == source.family)
    found = []
    for text in split(source.text, within.cuts(_span(source.text)), source.family):
        answer = YES if not spans else within.match(_span(text))
        if answer == NO and None in spans:
            answer = MAYBE
        found += _judge_part(tables, service, Source(text, source.family, source.interface), answer, admitted)
    return found


def _span(text: str) -> Span:
    """First and last address of a source, which is one."""
    found = address_span(text)
    if found is None:
        raise ValueError(f"no address: {text}")
    return found[1:]


def _judge_part(tables: Tables, service: Row, source: Source, listed: int, admitted: str) -> list[dict[str, Any]]:
    name = service["name"]
    if _on(service, "disabled"):
        return [_entry(service, source, DROPPED, None, f"Dropped: the service {name} is disabled.")]
    if listed == NO:
        why = f"Dropped: whatever the firewall does, the service {name} takes connections from {admitted} only."
        return [_entry(service, source, DROPPED, None, why)]
    packet = Packet(
        source=source.text,
        protocol=service.get("proto", "tcp"),
        destination_port=int(service["port"]),
        destination_type="local",
        state="new",
        # Nothing translates what nat rules leave alone, and fragments are put together before.
        nat_state=(),
        fragment=False,
        in_interface=source.interface or None,
        tcp_flags=FIRST_SYN if service.get("proto", "tcp") == "tcp" else (),
    )
    found = []
    for text, verdict in reach(tables, "input", packet):
        answer, why = _beyond_the_firewall(service, verdict, listed, admitted)
        part = Source(text, source.family, source.interface)
        found.append(_entry(service, part, answer, verdict, why))
    return found


def _beyond_the_firewall(service: Row, verdict: Verdict, listed: int, admitted: str) -> tuple[str, str]:
    """What the service itself adds to the firewall's verdict."""
    why = explain(verdict)
    if verdict.answer == DROPPED:
        return DROPPED, why
    name, vrf = service["name"], service.get("vrf", "main") or "main"
    doubts = []
    if listed == MAYBE:
        doubts.append(f"the service {name} takes connections from {admitted} only, which is not understood here")
    if vrf != "main":
        doubts.append(f"the service {name} answers in vrf {vrf} only")
    if _on(service, "invalid"):
        doubts.append(f"the router flags the service {name} as invalid: it may not listen")
    if doubts and verdict.answer == ACCEPTED:
        return UNKNOWN, f"Cannot tell: {', and '.join(doubts)}; as to the firewall: {why[:1].lower()}{why[1:]}"
    return verdict.answer, why


def _entry(service: Row, source: Source, answer: str, verdict: Verdict | None, why: str) -> dict[str, Any]:
    rule = verdict.rule if verdict is not None and answer != UNKNOWN else None
    return {
        "service": service["name"],
        "protocol": service.get("proto", "tcp"),
        "port": int(service["port"]),
        "family": f"ipv{source.family}",
        "source": source.text,
        "in_interface": source.interface,
        "answer": answer,
        "rule": shown_rule(rule) if rule is not None else {},
        "why": why,
    }


def shown_rule(rule: Rule) -> dict[str, Any]:
    """A rule as results show it."""
    return {
        "table": rule.table,
        "chain": rule.chain,
        "position": rule.position,
        "action": rule.action,
        "comment": rule.comment,
    }
