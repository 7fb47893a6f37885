# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for addresses and prefixes in policies: who may connect."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import prefixes as addresses

FAMILIES = {"ipv4": 4, "ipv6": 6}


def prefixes(values: Iterable[object], family: str | None = None) -> list[str]:
    """The addresses and prefixes in one form each, every network once; those of one family only when asked for.

    :raises AnsibleFilterError: one of them has host bits, is a name, or is none at all; the message says which.
    """
    if family is not None and family not in FAMILIES:
        raise AnsibleFilterError(f"bastion.routeros.prefixes: family is ipv4 or ipv6, not {family!r}")
    try:
        listed = addresses.canonical(_listed(values))
        return [text for text in listed if family is None or addresses.parse(text).version == FAMILIES[family]]
    except addresses.BadPrefix as error:
        raise AnsibleFilterError(f"bastion.routeros.prefixes: {error}") from error


def prefix_problems(values: Iterable[object]) -> list[str]:
    """What is wrong with the addresses and prefixes, one message each; empty when nothing is."""
    return addresses.problems(_listed(values))


def outside(values: Iterable[object], networks: Iterable[object]) -> list[str]:
    """The addresses and prefixes that do not lie within the networks taken together.

    :raises AnsibleFilterError: a value is no address or prefix.
    """
    try:
        return addresses.outside([str(value) for value in _listed(values)], list(_listed(networks)))
    except addresses.BadPrefix as error:
        raise AnsibleFilterError(f"bastion.routeros.outside: {error}") from error


def subject_alt_names(values: Iterable[object]) -> list[str]:
    """Names and addresses as a certificate holds them: C(IP:192.0.2.1), C(DNS:router.example.net); every one once."""
    return list(dict.fromkeys(addresses.subject_alt_name(str(value)) for value in _listed(values)))


def _listed(values: Iterable[object]) -> list[object]:
    return [values] if isinstance(values, str) else list(values)


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "outside": outside,
            "prefix_problems": prefix_problems,
            "prefixes": prefixes,
            "subject_alt_names": subject_alt_names,
        }
