# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RouterOS versions."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version, within


def test_order() -> None:
    texts = [
        "6.49.13",
        "7.9",
        "7.9.2",
        "7.10",
        "7.18beta2",
        "7.18beta10",
        "7.18rc1",
        "7.18",
        "7.18.2",
        "7.22.3",
        "7.24rc1",
        "7.24",
        "7.24.5",
    ]
    versions = [Version.parse(text) for text in texts]
    assert all(low < high for low, high in itertools.pairwise(versions))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("7.22.3 (stable)", "7.22.3"),
        ("7.23.7 (long-term)", "7.23.7"),
        ("7.24rc1 (testing)", "7.24rc1"),
        ("7.18beta2", "7.18beta2"),
        (" 7.12 ", "7.12"),
    ],
)
def test_what_routers_write(text: str, shown: str) -> None:
    assert str(Version.parse(text)) == shown
    assert Version.parse(text) == Version.parse(shown)
    assert hash(Version.parse(text)) == hash(Version.parse(shown))


def test_missing_numbers_are_zero() -> None:
    assert Version.parse("7.24") == Version.parse("7.24.0")
    assert len({Version.parse("7.24"), Version.parse("7.24.0")}) == 1


@pytest.mark.parametrize("text", ["", "stable", "v", "seven", "7.x"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="expected a RouterOS version"):
        Version.parse(text)


def test_spans() -> None:
    version = Version.parse("7.18.2")
    assert within(version)
    assert within(version, since="7.18")
    assert within(version, since="7.18.2", until="7.18.2")
    assert not within(version, since="7.19")
    assert not within(version, until="7.18.1")
    assert within(Version.parse("7.24rc1"), since="7.24")
    assert not within(Version.parse("7.24rc1"), until="7.23.3")
