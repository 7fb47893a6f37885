# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What single matchers ask of a packet: from a property's value to a question that answers yes, no or maybe."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Protocol

from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue, Kind, kind
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.lists import AddressLists, InterfaceLists
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.packet import FLAGS, View
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import (
    MAYBE,
    NO,
    YES,
    Span,
    Spans,
    address_span,
    relation,
    same,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.types import OwnAddresses

_PORTED = frozenset({6, 17, 33, 132, 136})


class Scene(Protocol):
    """What a matcher looks at."""

    view: View
    lists: AddressLists
    interfaces: InterfaceLists
    own: OwnAddresses
    added: Mapping[tuple[str, str], int]
    """What rules before this one put into lists: ("src" or "dst", list) -> MAYBE or YES."""
    notrack: int


Test = Callable[[Scene], int]
Make = Callable[[str, Kind], Test]
"""From the text of a value, and its type, to the question. Raises NotUnderstood."""


class NotUnderstood(Exception):
    """The value has a form that is not known here."""


def _address(pick: Callable[[View], Span]) -> Make:
    def make(value: str, inner: Kind) -> Test:
        found = inner.key(value)
        if not isinstance(found, tuple) or address_span(value) is None:
            raise NotUnderstood
        family, *ends = found
        span = (ends[0], ends[1])
        return lambda scene: relation(pick(scene.view), span) if scene.view.family == family else MAYBE

    return make


def _listed(side: str, other: str) -> Make:
    def make(name: str, inner: Kind) -> Test:
        mine, theirs = (side, name), (other, name)

        def test(scene: Scene) -> int:
            view = scene.view
            value = view.source if side == "src" else view.destination
            answer = scene.lists.match(name, value)
            if scene.added and answer < YES:
                answer = max(answer, scene.added.get(mine, NO))
                # The other address of the packet was added: that counts when both are the same.
                answer = max(answer, min(scene.added.get(theirs, NO), same(view.source, view.destination)))
            return answer

        return test

    return make


def _type(side: str) -> Make:
    def make(value: str, inner: Kind) -> Test:
        words = _words(value, inner)

        def test(scene: Scene) -> int:
            packet, view = scene.view.packet, scene.view
            if side == "src":
                given, span, here = packet.source_type, view.source, False
            else:
                given, span, here = packet.destination_type, view.destination, view.here
            types = frozenset({given}) if given is not None else scene.own.types(span, here)
            return YES if types <= words else MAYBE if types & words else NO

        return test

    return make


def _words(value: str, inner: Kind) -> frozenset[str]:
    found = inner.key(value)
    if not isinstance(found, frozenset) or not found or not found <= set(getattr(inner, "words", ())):
        raise NotUnderstood
    return found


def _state(value: str, inner: Kind) -> Test:
    words = _words(value, inner)

    def test(scene: Scene) -> int:
        state = scene.view.state
        if scene.notrack == YES or state == "untracked":
            return YES if "untracked" in words else NO
        if state is None:
            return MAYBE
        answer = YES if state in words else NO
        untracked = YES if "untracked" in words else NO
        return answer if scene.notrack == NO or answer == untracked else MAYBE

    return test


def _nat_state(value: str, inner: Kind) -> Test:
    words = _words(value, inner)

    def test(scene: Scene) -> int:
        found, state = scene.view.packet.nat_state, scene.view.state
        if found is None or scene.notrack != NO or state in (None, "invalid", "untracked"):
            # Without a connection there is nothing to look at; iptables and nftables differ in what "!" means then.
            return MAYBE
        return YES if words & set(found) else NO

    return test


def _protocol(value: str, inner: Kind) -> Test:
    number = inner.key(value)
    if not isinstance(number, int):
        raise NotUnderstood

    def test(scene: Scene) -> int:
        protocol = scene.view.protocol
        return MAYBE if protocol is None else YES if protocol == number else NO

    return test


def _ports(*picks: Callable[[View], Span]) -> Make:
    def make(value: str, inner: Kind) -> Test:
        found = inner.key(value)
        if not isinstance(found, frozenset) or not found:
            raise NotUnderstood
        if any(not isinstance(span, tuple) or span[0] > span[1] for span in found):
            raise NotUnderstood
        spans = Spans(found)

        def test(scene: Scene) -> int:
            view = scene.view
            if view.protocol not in _PORTED:
                # Routers ask for a protocol with ports in such a rule; nothing says what it would do without.
                return MAYBE
            return max(spans.match(pick(view)) for pick in picks)

        return test

    return make


def _interface(incoming: bool) -> Make:
    def make(name: str, inner: Kind) -> Test:
        # Words such as all-ethernet stand for many interfaces; a *ID for one that is gone.
        several = name.startswith(("all-", "*"))

        def test(scene: Scene) -> int:
            found = _side(scene.view, incoming)
            return MAYBE if found is None else YES if found == name else MAYBE if several else NO

        return test

    return make


def _interface_list(incoming: bool) -> Make:
    def make(name: str, inner: Kind) -> Test:
        def test(scene: Scene) -> int:
            view = scene.view
            if view.no_in if incoming else view.no_out:
                return MAYBE
            return scene.interfaces.match(name, _side(view, incoming))

        return test

    return make


def _side(view: View, incoming: bool) -> str | None:
    """The interface; None when it is unknown, and in chains that have none: what a matcher does there is unknown."""
    if incoming:
        return None if view.no_in else view.packet.in_interface
    return None if view.no_out else view.packet.out_interface


def _flags(value: str, inner: Kind) -> Test:
    found = inner.key(value)
    if not isinstance(found, frozenset):
        raise NotUnderstood
    wanted = frozenset(word for word in found if word != "!")
    if not wanted or not {word.removeprefix("!") for word in wanted} <= set(FLAGS):
        raise NotUnderstood
    against = frozenset(word[1:] if word.startswith("!") else f"!{word}" for word in wanted)
    whole = "!" in found

    def test(scene: Scene) -> int:
        flags = scene.view.flags
        if scene.view.protocol != 6:
            return MAYBE
        answer = NO if against & flags else YES if wanted <= flags else MAYBE
        return YES - answer if whole else answer

    return test


def _number(pick: Callable[[View], Span]) -> Make:
    def make(value: str, inner: Kind) -> Test:
        found = inner.key(value)
        span = (found, found) if isinstance(found, int) else found
        if not isinstance(span, tuple) or len(span) != 2 or span[0] > span[1]:
            raise NotUnderstood
        return lambda scene: relation(pick(scene.view), span)

    return make


def _compared(value: str, inner: Kind) -> Test:
    _written(value, inner)
    word, _colon, number = value.partition(":")
    wanted = int(number)
    if word in ("equal", "not-equal"):
        span = (wanted, wanted)
    else:
        span = (0, wanted - 1) if word == "less-than" else (wanted + 1, 255)
    if span[0] > span[1]:
        raise NotUnderstood
    sign = word == "not-equal"
    return lambda scene: YES - relation(scene.view.ttl, span) if sign else relation(scene.view.ttl, span)


def _ipsec(value: str, inner: Kind) -> Test:
    _written(value, inner)
    direction, _comma, policy = value.partition(",")
    wanted = policy == "ipsec"

    def test(scene: Scene) -> int:
        view = scene.view
        if (direction == "in" and view.no_in) or (direction == "out" and not view.departs):
            return MAYBE
        found = view.packet.ipsec_in if direction == "in" else view.packet.ipsec_out
        return MAYBE if found is None else YES if found == wanted else NO

    return test


def _written(value: str, inner: Kind) -> None:
    try:
        if inner.write(value) != value:
            raise NotUnderstood
    except BadValue:
        raise NotUnderstood from None


def _icmp(value: str, inner: Kind) -> Test:
    found = inner.key(value)
    if not isinstance(found, tuple):
        raise NotUnderstood
    kind_, low, high = found

    def test(scene: Scene) -> int:
        icmp = scene.view.packet.icmp
        if icmp is None:
            return MAYBE
        return YES if icmp[0] == kind_ and low <= icmp[1] <= high else NO

    return test


def _mac(value: str, inner: Kind) -> Test:
    return _equal(inner.key(value), lambda view: view.packet.source_mac and kind("mac").key(view.packet.source_mac))


def _fragment(value: str, inner: Kind) -> Test:
    wanted = inner.key(value)
    if not isinstance(wanted, bool):
        raise NotUnderstood
    return _equal(wanted, lambda view: view.packet.fragment)


def _equal(wanted: Hashable, pick: Callable[[View], Hashable]) -> Test:
    def test(scene: Scene) -> int:
        found = pick(scene.view)
        return MAYBE if found is None else YES if found == wanted else NO

    return test


def _source_port(view: View) -> Span:
    return view.source_port


def _destination_port(view: View) -> Span:
    return view.destination_port


QUESTIONS: Mapping[str, tuple[Make, str]] = {
    "protocol": (_protocol, "the protocol"),
    "dst-port": (_ports(_destination_port), "the destination port"),
    "src-port": (_ports(_source_port), "the source port"),
    "port": (_ports(_source_port, _destination_port), "the ports"),
    "connection-state": (_state, "the connection state"),
    "src-address": (_address(lambda view: view.source), "the source address"),
    "dst-address": (_address(lambda view: view.destination), "the destination address"),
    "src-address-list": (_listed("src", "dst"), "the source address"),
    "dst-address-list": (_listed("dst", "src"), "the destination address"),
    "in-interface": (_interface(True), "the interface it comes in through"),
    "in-interface-list": (_interface_list(True), "the interface it comes in through"),
    "out-interface": (_interface(False), "the interface it goes out through"),
    "out-interface-list": (_interface_list(False), "the interface it goes out through"),
    "src-address-type": (_type("src"), "the type of the source address"),
    "dst-address-type": (_type("dst"), "the type of the destination address"),
    "connection-nat-state": (_nat_state, "whether the connection's addresses are translated"),
    "ipsec-policy": (_ipsec, "whether it travels through IPsec"),
    "tcp-flags": (_flags, "the TCP flags"),
    "packet-size": (_number(lambda view: view.size), "the size of the packet"),
    "ttl": (_compared, "the time to live"),
    "hop-limit": (_compared, "the hop limit"),
    "dscp": (_number(lambda view: view.dscp), "the DSCP of the packet"),
    "icmp-options": (_icmp, "the ICMP type and code"),
    "src-mac-address": (_mac, "the MAC address of the sender"),
    "fragment": (_fragment, "whether it is a fragment"),
}
