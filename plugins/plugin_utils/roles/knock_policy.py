# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of the knock role as functions: rules from its data, variables judged before anything is written. Pure.

No message names a port of the sequence, which is a secret: steps are numbered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import BadPolicy, seconds
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.knock import (
    MOST,
    BadKnock,
    Step,
    derive,
    parse,
    weaknesses,
)

Rule = dict[str, Any]
Settings = Mapping[str, Any]

FAMILIES = ("ipv4", "ipv6")
# IP and UDP headers, by family: packet-size counts them.
_HEADERS = {"ipv4": 28, "ipv6": 48}
_LONGEST = "35w3d13h13m56s"
# A line that loses and repeats nothing still needs this long for the steps of a person or of a slow mobile network.
_SLOW_LINE = 5


def sequence(settings: Settings) -> tuple[Step, ...]:
    """The sequence that the role's variables mean: their own, or the one that the secret gives this router.

    :raises BadKnock: neither or both, or it cannot be
    """
    own, secret = settings.get("sequence"), settings.get("secret")
    if bool(own) == bool(secret):
        raise BadKnock("set either knock_sequence or knock_secret")
    if own:
        return parse(own)
    return derive(str(secret), str(settings.get("name", "")), str(settings.get("rotation") or ""))


def rules(data: Sequence[Mapping[str, Any]], steps: Sequence[Step], settings: Settings) -> list[Rule]:
    """The rules of the chain, from the policy's data.

    A rule of the data is a rule of the firewall_filter module, with these additions: ``for_ports`` limits it to the
    protected ports, ``at_step`` to one step (a number, ``this``, ``next``) or to ``any`` of them; ``of_protocols``
    repeats it for TCP and UDP; ``each_stage`` holds rules that are repeated for every stage, the last one first, since
    a packet goes on after a list was added to and must not climb twice. ``{this}``, ``{next}``, ``{next_list}``,
    ``{next_timeout}``, ``{step_timeout}`` and ``{penalty}`` stand for numbers, lists and times.
    """
    words = {name: str(settings[name]) for name in ("step_timeout", "penalty")}
    found: list[Rule] = []
    for item in data:
        if "each_stage" not in item:
            found += _rule(item, steps, settings, words, 0)
            continue
        for stage in range(len(steps) - 1, 0, -1):
            last = stage + 1 == len(steps)
            more = {
                "this": str(stage),
                "next": str(stage + 1),
                "next_list": "bastion-knock-open" if last else f"bastion-knock-{stage + 1}",
                "next_timeout": str(settings["open_for"] if last else settings["step_timeout"]),
            }
            for each in item["each_stage"]:
                found += _rule(each, steps, settings, words | more, stage)
    return found


def _rule(
    item: Mapping[str, Any], steps: Sequence[Step], settings: Settings, words: Mapping[str, str], stage: int
) -> Iterator[Rule]:
    plain = {
        name: value.format_map(words) if isinstance(value, str) else value
        for name, value in item.items()
        if name not in ("for_ports", "at_step", "of_protocols")
    }
    if item.get("for_ports"):
        yield plain | {"protocol": "tcp", "dst_port": [str(port) for port in settings["ports"]]}
    elif item.get("of_protocols"):
        yield from (plain | {"protocol": protocol} for protocol in ("tcp", "udp"))
    elif "at_step" in item:
        which = item["at_step"]
        if which == "any":
            wanted = [Step(step.protocol, step.port) for step in steps]
        else:
            wanted = [steps[{"this": stage, "next": stage + 1}.get(which, which) - 1]]
        for step in wanted:
            yield from _at(plain, step, settings)
    else:
        yield plain


def _at(plain: Rule, step: Step, settings: Settings) -> Iterator[Rule]:
    """The rule for packets of one step; a size differs between the families."""
    rule = plain | {"protocol": step.protocol, "dst_port": [str(step.port)]}
    if step.protocol == "tcp" and plain.get("action") != "drop":
        # A connection's first packet only: others could come from answers and scans of other kinds.
        rule["tcp_flags"] = ["syn", "!ack"]
    if not step.size:
        yield rule
        return
    for family in settings["families"]:
        yield rule | {"family": family, "packet_size": str(step.size + _HEADERS[family])}


def problems(settings: Settings, router: Mapping[str, Any]) -> list[str]:
    """One message for each thing that is wrong with the role's variables; empty when it may go on.

    :param settings: the variables without their prefix, with ``name``, the inventory's name of the router, and
        ``client``, whether the inventory knocks
    :param router: the facts of the router: services, seen_from
    """
    checks = (_sequence, _ports, _times, _families, _trusted, _way_in)
    return [message for check in checks for message in check(settings, router)]


def _sequence(settings: Settings, router: Mapping[str, Any]) -> Iterator[str]:
    name = "knock_sequence" if settings.get("sequence") else "knock_secret"
    try:
        steps = sequence(settings)
    except (BadKnock, ValueError) as error:
        text = str(error) if isinstance(error, BadKnock) else "knock_ports holds something that is no port"
        yield f"{name}: {text}."
        return
    if len(steps) > MOST:
        yield f"{name}: at most {MOST} steps."
    if len(steps) < 2:
        yield f"{name}: a single step is opened by any scan; take at least 3."
    elif not settings.get("allow_weak"):
        reasons = weaknesses(steps)
        if reasons:
            yield f"{name}: {' '.join(reasons)} Choose others, or accept it in writing with knock_allow_weak: true."
    used = {
        int(service.get("port") or 0): service_name
        for service_name, service in (router.get("services") or {}).items()
        if not service.get("disabled")
    }
    ports = {str(port) for port in settings.get("ports") or []}
    for number, step in enumerate(steps, 1):
        if step.protocol == "tcp" and str(step.port) in ports:
            yield f"{name}: step {number} is one of knock_ports, the doors that the knock opens."
        elif step.protocol == "tcp" and step.port in used:
            yield f"{name}: step {number} is the port of the service {used[step.port]}, whose users would knock."
    if len({(step.protocol, step.port) for step in steps}) < len(steps):
        yield f"{name}: two steps are the same packet, so that a repeated one could not be told from the next."


def _ports(settings: Settings, router: Mapping[str, Any]) -> Iterator[str]:
    ports = settings.get("ports") or []
    if not ports or len(ports) > 15:
        yield "knock_ports: name 1 to 15 ports that the knock shall open."
    for port in ports:
        if not str(port).isdecimal() or not 1 <= int(port) <= 65535:
            yield f"knock_ports: {port!r} is no port."


def _times(settings: Settings, router: Mapping[str, Any]) -> Iterator[str]:
    found = {}
    for name in ("step_timeout", "open_for", "penalty"):
        try:
            found[name] = seconds(settings.get(name), f"knock_{name}")
            if not 1 <= found[name] <= seconds(_LONGEST, name):
                yield f"knock_{name}: RouterOS keeps addresses in a list for 1s to {_LONGEST}."
        except BadPolicy as error:
            yield f"{error}."
    if len(found) == 3 and found["penalty"] <= found["step_timeout"]:
        yield (
            "knock_penalty has to be longer than knock_step_timeout: nothing takes an address out of a stage, so the "
            "penalty has to outlast it."
        )


def _families(settings: Settings, router: Mapping[str, Any]) -> Iterator[str]:
    families = settings.get("families") or []
    if not families or not set(families) <= set(FAMILIES):
        yield f"knock_families: name one or both of {', '.join(FAMILIES)}."


def _trusted(settings: Settings, router: Mapping[str, Any]) -> Iterator[str]:
    for problem in prefixes.problems(settings.get("trusted_sources") or []):
        yield f"knock_trusted_sources: {problem}."


def _way_in(settings: Settings, router: Mapping[str, Any]) -> Iterator[str]:
    trusted = settings.get("trusted_sources") or []
    if settings.get("client") or prefixes.problems(trusted):
        return
    strangers = [str(each) for each in router.get("seen_from") or [] if not prefixes.contains(trusted, str(each))]
    if strangers:
        yield (
            f"This controller, which the router sees as {', '.join(strangers)}, would stand before a closed door. Set "
            "ansible_routeros_knock in the inventory, or put it into knock_trusted_sources."
        )


def warnings(settings: Settings, router: Mapping[str, Any] | None = None) -> list[str]:
    """What may work less well than hoped.

    :param router: the facts of the router: services
    """
    found = []
    if seconds(settings["step_timeout"], "knock_step_timeout") < _SLOW_LINE:
        found.append(
            f"knock_step_timeout is below {_SLOW_LINE}s: a slow line, or a person with a browser, may not make it."
        )
    services = {name for name, service in ((router or {}).get("services") or {}).items() if not service.get("disabled")}
    outside = settings.get("interface_list")
    if not outside:
        found.append(
            "knock_interface_list is not set, so that hosts of the LAN have to knock too, and other traffic of theirs "
            "to the router (DNS, WinBox, FTP) between two steps counts as a wrong port. Name the list of the outside."
        )
    if "ftp" in services:
        found.append(
            "The service ftp is on: its passive data connections go to ports that nobody knows before, and one between "
            "two steps of the same address counts as a wrong port. Do not transfer files while knocking, or switch it "
            "off."
        )
    if "winbox" in services and outside:
        found.append(
            f"The service winbox is on: one that connects or reconnects through {outside} between two steps of the "
            "same address counts as a wrong port. Add its port to knock_ports when it shall be behind the knock too."
        )
    return found
