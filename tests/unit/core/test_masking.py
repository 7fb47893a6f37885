# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The masker: no secret that it was told survives, at any depth."""

from __future__ import annotations

import json

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import SHORTEST_INSIDE, Masker
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(min_size=1, max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (*leaves(key), *leaves(item))]
    if isinstance(value, list):
        return [text for item in value for text in leaves(item)]
    return [value] if isinstance(value, str) else []


@given(PLAIN, st.text(alphabet="abcdefgh0123", min_size=SHORTEST_INSIDE, max_size=9), TEXT, TEXT)
def test_no_text_holds_a_secret(value: object, secret: str, left: str, right: str) -> None:
    masked = Masker([secret]).mask({"value": value, "beside": [f"{left}{secret}{right}", secret]})
    assert not any(secret in text for text in leaves(masked))


@given(PLAIN)
def test_without_secrets_nothing_changes(value: object) -> None:
    assert json.dumps(Masker().mask(value)) == json.dumps(value)


def test_a_short_secret_is_masked_where_it_stands_alone() -> None:
    masker = Masker(["ab"])
    assert masker.mask("ab") != "ab"
    assert masker.mask("a table") == "a table"


def test_a_secret_inside_a_longer_one_leaves_no_rest() -> None:
    assert "tail" not in Masker(["hunter", "hunter-tail"]).text("the password is hunter-tail!")


def test_numbers_can_be_secrets() -> None:
    assert Masker([123456]).mask({"password": 123456})["password"] != 123456


def test_empty_and_missing_secrets_are_ignored() -> None:
    assert Masker(["", None]).mask(["", None, "text"]) == ["", None, "text"]


@pytest.mark.parametrize("module", ["menu", "service", "certificate"])
def test_secrets_are_known_whichever_module_came_before(module: str) -> None:
    change_class(module)
    assert list(change_class("user")({"name": "a", "password": "canary"}).secrets()) == ["canary"]


@pytest.mark.parametrize("secret", ['it\'s "so"\\%é Long', 'say "it" twice-over', "back\\slash", "two\nlines of-that"])
def test_quoted_secrets_are_secrets(secret: str) -> None:
    masker = Masker([secret])
    for text in (
        repr(secret),
        repr([secret]),
        repr(f"it was {secret} here"),
        json.dumps({"x": secret}),
        json.dumps([secret], ensure_ascii=False),
    ):
        assert secret.split()[-1] not in masker.text(text), text


def test_what_is_in_lists_and_mappings_counts() -> None:
    masker = Masker([["hunter2"], {"x": ("swordfish", {"y": "tr0ub4dor"})}])
    assert masker.text("hunter2 swordfish tr0ub4dor").count("VALUE_SPECIFIED") == 3


def test_a_piece_of_a_secret_is_noticed() -> None:
    masker = Masker(["correct-horse%battery"])
    assert masker.touches("%63orrect%2Dhorse")
    assert masker.touches("battery")
    assert not masker.touches("nothing of the kind")
    assert not Masker().touches("anything")


def test_lines_of_a_key_are_secrets() -> None:
    line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
    masker = Masker([f"-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n"])
    assert line not in masker.text(f"cannot read {line}")
    assert "PRIVATE KEY" in masker.text("-----BEGIN PRIVATE KEY-----")
