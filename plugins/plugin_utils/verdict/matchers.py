# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matchers of a rule, each a question to a packet that answers yes, no or maybe.

What a matcher cannot know (traffic so far, payload, marks, the time) and what is not understood (a property or a value
of another release) answers maybe. Nothing is ever ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.base import Negatable
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.lists import AddressLists
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.questions import (
    QUESTIONS,
    NotUnderstood,
    Scene,
    Test,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.verdict.spans import MAYBE, YES, Span, address_span

# Properties that say what a rule is or does, not what it matches.
NO_MATCHERS = frozenset(
    {
        *("chain", "action", "comment", "disabled", "log", "log-prefix", "jump-target", "reject-with", "hw-offload"),
        *("address-list", "address-list-timeout", "dynamic", "invalid", "bytes", "packets", "about"),
        *("to-addresses", "to-address", "to-ports", "same-not-by-dst", "randomise-ports"),
        *("socksify-service", "socks5-server", "socks5-port"),
    }
)

_TRAFFIC = "how much traffic there was before"
_CONTENT = "what the packet carries"
_MARKS = "marks set by other rules"
_PORTS_OF_A_BRIDGE = "the bridge port"
# What nothing here can know.
_OPEN = {
    "limit": _TRAFFIC,
    "dst-limit": _TRAFFIC,
    "connection-limit": "how many connections there are",
    "connection-bytes": _TRAFFIC,
    "connection-rate": _TRAFFIC,
    "psd": "what the source tried before",
    "nth": "the number of the packet",
    "random": "chance",
    "per-connection-classifier": "a hash of addresses and ports",
    "time": "the time of day and the day of the week",
    "content": _CONTENT,
    "layer7-protocol": _CONTENT,
    "tls-host": _CONTENT,
    "p2p": _CONTENT,
    "connection-type": _CONTENT,
    "tcp-mss": "an option of the TCP header",
    "tos": "the type of service of the packet",
    "ipv4-options": "the options of the IP header",
    "headers": "the extension headers of the packet",
    "hotspot": "the state of the hotspot",
    "connection-mark": _MARKS,
    "packet-mark": _MARKS,
    "routing-mark": _MARKS,
    "realm": "the route of the packet",
    "in-bridge-port": _PORTS_OF_A_BRIDGE,
    "out-bridge-port": _PORTS_OF_A_BRIDGE,
    "in-bridge-port-list": _PORTS_OF_A_BRIDGE,
    "out-bridge-port-list": _PORTS_OF_A_BRIDGE,
    "priority": "the priority of the packet",
    "ingress-priority": "the priority of the packet",
}


Cuts = Callable[[AddressLists, Span], Iterator[int]]


@dataclass(frozen=True, eq=False)
class Matcher:
    """One matcher of one rule. `depends`: what its answer hangs on. `cuts`: source addresses where it changes."""

    name: str
    text: str
    test: Test
    depends: str
    cuts: Cuts | None = None

    def __str__(self) -> str:
        return f"{self.name}={self.text}"

    def doubt(self, lists: AddressLists | None) -> str:
        """What the answer hangs on, and the matcher, for people; `lists` tell more about address lists."""
        depends = self.depends
        if lists is not None and self.name in ("src-address-list", "dst-address-list"):
            names = lists.dns_names(self.text.removeprefix("!"))
            shown = ", ".join(name or "an entry without address" for name in names[:3])
            depends = f"the addresses behind {shown}" if names else depends
        return f"{depends} ({self})"


def _maybe(_scene: Scene) -> int:
    return MAYBE


def _negated(test: Test) -> Test:
    return lambda scene: YES - test(scene)


@lru_cache(maxsize=16384)
def matcher(path: str, name: str, text: str) -> Matcher:
    """The matcher that a property of a rule of `path` is; never fails."""
    known = menu(path).properties.get(name)
    if known is None or known.read_only or (name not in QUESTIONS and name not in _OPEN):
        return Matcher(name, text, _maybe, "a matcher that is not known here")
    if name in _OPEN:
        return Matcher(name, text, _maybe, _OPEN[name])
    inner, negated, value = known.kind, False, text
    if isinstance(inner, Negatable):
        negated, value = text.startswith("!"), text.removeprefix("!").strip()
        inner = inner.inner
    make, depends = QUESTIONS[name]
    try:
        if not value:
            raise NotUnderstood
        test = make(value, inner)
    except NotUnderstood:
        return Matcher(name, text, _maybe, "a value that is not understood here")
    return Matcher(name, text, _negated(test) if negated else test, depends, _cuts(name, value))


def invalid() -> Matcher:
    """What stands for the flag `invalid`: such a rule may be out of use, but the flag is no proof of it."""
    return _INVALID


_INVALID = Matcher("invalid", "true", _maybe, "whether the router uses this rule at all, which it flags as invalid")


def _cuts(name: str, value: str) -> Cuts | None:
    if name == "src-address-list":
        return lambda lists, within: lists.cuts(value, within)
    found = address_span(value) if name == "src-address" else None
    if found is None:
        return None
    ends = (found[1], found[2] + 1)
    return lambda lists, within: (cut for cut in ends if within[0] < cut <= within[1])
