# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of the secure_api role: rules from data, rates, groups, passwords."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.bastion.routeros.plugins.filter.secure_api import FilterModule
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles import api_policy
from ansible_collections.bastion.routeros.plugins.test.passwords import TestModule

FILTERS = FilterModule().filters()
weak = TestModule().tests()["weak_password"]

BRUTE_FORCE = {"attempts": 3, "window": "1m", "block_for": "1d"}
RATE = {"rate": 5, "per": "1s", "burst": 10}


@pytest.mark.parametrize(
    "password", ["", "short1!", "nodigits-here!", "1234567890-!", "NoSpecial12345", "spaces only 123 ", None]
)
def test_weak_passwords(password: Any) -> None:
    assert weak(password)


@pytest.mark.parametrize("password", ["correct-horse-7", "Zürich!2026ab", "aaaaaaaaaa1!"])
def test_good_passwords(password: str) -> None:
    assert not weak(password)


@pytest.mark.parametrize(
    ("rate_limit", "text"),
    [
        (RATE, "5,10,src-address/1m40s"),
        ({"rate": "5", "per": "1", "burst": "10"}, "5,10,src-address/1m40s"),
        ({"rate": 20, "per": "1m", "burst": 5}, "20/1m,5,src-address/1m40s"),
        # Four an hour, eight at once: the bucket takes two hours to fill, so the flow is remembered that long.
        ({"rate": 4, "per": "1h", "burst": 8}, "4/1h,8,src-address/2h"),
    ],
)
def test_rate_for_each_source(rate_limit: dict[str, Any], text: str) -> None:
    assert api_policy.dst_limit(rate_limit) == text


@pytest.mark.parametrize(
    ("rate_limit", "told"),
    [
        ({"rate": 0, "per": "1s", "burst": 1}, "secure_api_rate_limit.rate"),
        ({"rate": True, "per": "1s", "burst": 1}, "secure_api_rate_limit.rate"),
        ({"rate": 5, "per": "soon", "burst": 1}, "secure_api_rate_limit.per"),
        ({"rate": 5, "per": "500ms", "burst": 1}, "whole seconds"),
        ({"rate": 5, "per": "1s"}, "secure_api_rate_limit.burst"),
    ],
)
def test_bad_rates_name_the_variable(rate_limit: dict[str, Any], told: str) -> None:
    with pytest.raises(AnsibleFilterError, match=told):
        FILTERS["api_rules"]([], False, rate_limit)


def test_stages_come_last_first_and_carry_their_numbers() -> None:
    data = [
        {
            "comment": "connection {next}",
            "each_stage": True,
            "src_address_list": "stage{stage}",
            "address_list": "stage{next}",
        },
        {"comment": "first of {last}", "only_with": "brute_force", "address_list_timeout": "{window}"},
    ]
    made = FILTERS["api_rules"](data, {**BRUTE_FORCE, "attempts": 4}, False)
    assert [rule["comment"] for rule in made] == ["connection 4", "connection 3", "connection 2", "first of 4"]
    assert [rule.get("src_address_list") for rule in made] == ["stage3", "stage2", "stage1", None]
    assert made[-1] == {"comment": "first of 4", "address_list_timeout": "1m"}


def test_protections_switch_rules() -> None:
    data = [
        {"comment": "a", "only_with": "rate_limit", "within_rate": True},
        {"comment": "b", "only_without": "brute_force"},
        {"comment": "c", "within_rate": True},
    ]
    both = FILTERS["api_rules"](data, BRUTE_FORCE, RATE)
    assert both == [
        {"comment": "a", "dst_limit": "5,10,src-address/1m40s"},
        {"comment": "c", "dst_limit": "5,10,src-address/1m40s"},
    ]
    assert FILTERS["api_rules"](data, False, False) == [{"comment": "b"}, {"comment": "c"}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"attempts": 0}, r"_brute_force\.attempts: expected 1 to 10"),
        ({"attempts": 11}, r"_brute_force\.attempts: expected 1 to 10"),
        ({"attempts": "many"}, r"_brute_force\.attempts: expected a whole number"),
        ({"window": "0s"}, r"_brute_force\.window: RouterOS keeps"),
        ({"block_for": "40w"}, r"_brute_force\.block_for: RouterOS keeps"),
        ({"window": "a while"}, r"_brute_force\.window: expected a duration"),
    ],
)
def test_bad_staging_names_the_variable(change: dict[str, Any], told: str) -> None:
    with pytest.raises(
        AnsibleFilterError, match=f"secure_api_brute_force.{told}" if told.split(":")[0] in change else told
    ):
        FILTERS["api_rules"]([], {**BRUTE_FORCE, **change}, False)


def test_group_names_are_told_by_their_policies() -> None:
    assert api_policy.group_name(["api", "write", "read"]) == "bastion-read-write-api"
    assert api_policy.group_name(["read", "api", "!write", "read"]) == "bastion-read-api"
    long = api_policy.group_name(["read", "write", "policy", "sensitive", "api", "test"])
    other = api_policy.group_name(["read", "write", "policy", "sensitive", "api", "ftp"])
    assert long != other
    assert len(long) == len(other) == 28
    assert api_policy.group_name(["new-in-9", "api"]) == "bastion-api-new-in-9"
