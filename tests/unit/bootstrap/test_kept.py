# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated password is strong, on disk before anybody has it, in one file only, and nobody else can read it."""

from __future__ import annotations

import stat
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.kept import Kept, generate
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import password_problems
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.bootstrap_work import PlayVault
from hypothesis import given, settings
from hypothesis import strategies as st

SECRETS = [("default", VaultSecret(b"open sesame"))]
VAULT = PlayVault(SECRETS)


def kept(path: Path, form: str = "text", given_one: str = "", vault: Any = None) -> Kept:
    return Kept(given_one, str(path), form, "ansible_password", "password_file", vault)


@settings(max_examples=50)
@given(st.integers(0, 1 << 64))
def test_generated_ones_are_strong_and_plain_to_write_down(seed: int) -> None:
    password = generate(Random(seed).choice)
    assert password_problems(password) == []
    assert len(password) == 24
    assert yaml.safe_load(yaml.safe_dump({"a": password})) == {"a": password}
    assert not set(password) & set("\"'\\ $`{}#:!&*?|<>")


def test_no_two_are_alike() -> None:
    assert len({generate() for _number in range(200)}) == 200


@pytest.mark.parametrize("form", ["vault", "vars", "text"])
def test_it_is_kept_once_for_its_owner_alone(form: str, tmp_path: Path) -> None:
    path = tmp_path / "host_vars" / "router1" / "password.yml"
    first = kept(path, form, vault=VAULT)
    password = first.value()
    assert first.new
    assert not path.exists()
    assert first.keep() == password
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert not first.new
    again = kept(path, form, vault=VAULT)
    assert again.value() == password
    assert not again.new
    before = path.read_bytes()
    assert again.keep() == password
    assert path.read_bytes() == before
    assert (password.encode() in before) == (form != "vault")


def test_a_vault_file_is_one_that_ansible_reads_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "password.yml"
    password = kept(path, "vault", vault=VAULT).value()
    one = kept(path, "vault", vault=VAULT)
    one.value()
    password = one.keep()
    loader = DataLoader()
    loader.set_vault_secrets(SECRETS)
    assert loader.load_from_file(str(path)) == {"ansible_password": password}


def test_of_two_runs_at_once_the_first_one_wins(tmp_path: Path) -> None:
    one, other = kept(tmp_path / "p"), kept(tmp_path / "p")
    assert one.value() != other.value()
    assert one.keep() == other.keep() == one.value() == other.value()


def test_what_is_given_is_used_and_not_written(tmp_path: Path) -> None:
    one = kept(tmp_path / "p", given_one="correct-horse-7")
    assert one.value() == one.keep() == "correct-horse-7"
    assert not (tmp_path / "p").exists()


def test_nothing_given_and_nowhere_to_keep_is_nothing() -> None:
    assert Kept("", "", "vault", "ansible_password", "password_file").value() == ""


@pytest.mark.parametrize(
    ("content", "form", "vault", "given_one", "says"),
    [
        (None, "vault", None, "", "no vault secret to encrypt"),
        ("x\n", "text", None, "correct-horse-7", "holds another password"),
        ("\n", "text", None, "", "holds no password"),
        ("- a list\n", "vars", None, "", "holds no password"),
        ("ansible_password: [1]\n", "vars", None, "", "holds no password"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "vars", None, "", "has no vault secret"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "vault", VAULT, "", "cannot be decrypted"),
    ],
)
def test_files_that_cannot_be_used(
    content: str | None, form: str, vault: Any, given_one: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "p"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadOption, match=says) as caught:
        kept(path, form, given_one, vault).value()
    assert "correct-horse-7" not in str(caught.value)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadOption, match="cannot be"):
        kept(tmp_path / "file" / "below").value()
