# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities: known by peer and remote id; secrets are compared where they can be seen, and never guessed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row, handles
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.state import State
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.versions import Version

PATH = "/ip/ipsec/identity"
SECRET = "a-long-secret-of-two"


class Ears:
    """What the router tells when it is asked expressly."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.rows = list(rows)
        self.asked = 0

    def read(self, path: str, properties: Sequence[str] = (), query: Sequence[str] = ()) -> list[Row]:
        raise AssertionError(path)

    def read_sensitive(self, path: str, properties: Sequence[str]) -> list[Row]:
        self.asked += 1
        return self.rows

    def password_works(self, user: str, password: str) -> bool:
        raise AssertionError(user)


def state(rows: Sequence[Row], version: str = "7.22.3") -> State:
    tables: dict[str, Sequence[Row]] = {
        PATH: list(rows),
        "/ip/ipsec/peer": [
            {".id": "*1", "name": "hub", "exchange-mode": "ike2"},
            {".id": "*2", "name": "old", "exchange-mode": "main"},
        ],
        "/certificate": [
            {".id": "*1", "name": "own", "fingerprint": "aa", "private-key": "true"},
            {".id": "*2", "name": "theirs", "fingerprint": "bb", "private-key": "false"},
        ],
        "/ip/ipsec/mode-config": [{".id": "*0", "name": "request-only"}],
        "/ip/ipsec/policy/group": [{".id": "*0", "name": "default"}],
    }
    return State(Version.parse(version), tables=tables)


def change_of(version: str = "7.22.3", **options: Any) -> Change:
    checked = validate("ipsec_identity", {"peer": "hub", **options})
    change = change_class("ipsec_identity")(
        {name: value for name, value in checked.items() if name not in Settings.__dataclass_fields__}
    )
    change.check(Version.parse(version))
    return change


def planned(before: State, ears: Ears | None = None, **options: Any) -> list[Operation]:
    change = change_of(str(before.version), **options)
    change.observe(before, ears or Ears())
    operations = change.plan(before, handles())
    if operations:
        change.settled()
        assert change.plan(before.after(operations), handles(9)) == []
    return operations


def identity(number: int, remote: str | None = None, **more: str) -> Row:
    texts = {name.replace("_", "-"): text for name, text in more.items()}
    return {".id": f"*{number:X}", "peer": "hub", **({"remote-id": remote} if remote else {}), **texts}


PSK = identity(1, "fqdn:a", auth_method="pre-shared-key", secret=SECRET)


def test_auto_is_an_id_like_others() -> None:
    there = [PSK, identity(2, auth_method="pre-shared-key", secret=SECRET, comment="old")]
    (step,) = planned(state(there), comment="new", secret=SECRET)
    assert (step.verb, step.id, step.properties) == ("set", "*2", {"comment": "new"})
    (step,) = planned(state(there), remote_id="fqdn:b", secret=SECRET)
    assert step.verb == "add"
    (step,) = planned(state(there), remote_id="fqdn:a", state="absent")
    assert (step.verb, step.id) == ("remove", "*1")


def test_dynamic_ones_are_left_alone() -> None:
    there = [{**identity(1, secret=SECRET), "dynamic": "true"}]
    assert planned(state(there), state="absent") == []
    assert [step.verb for step in planned(state(there), secret=SECRET)] == ["add"]


def test_several_of_one_id_must_be_told_apart() -> None:
    by_certificate = {"match_by": "certificate", "auth_method": "digital-signature"}
    there = [
        identity(1, remote_certificate="theirs", **by_certificate),
        identity(2, remote_certificate="own", **by_certificate),
    ]
    with pytest.raises(BadOption, match="2 identities for auto"):
        planned(state(there), comment="x")
    (step,) = planned(state(there), match_by="certificate", remote_certificate="theirs", comment="x")
    assert step.id == "*1"


@pytest.mark.parametrize("hidden", [{}, {"secret": ""}, {"secret": "*****"}])
def test_a_secret_that_does_not_come_back(hidden: dict[str, str]) -> None:
    there = [identity(1, "fqdn:a", auth_method="pre-shared-key", **hidden)]
    options = {"remote_id": "fqdn:a", "secret": SECRET}
    with pytest.raises(BadOption, match="update_secret: the router does not tell secret") as refused:
        planned(state(there), **options)
    assert SECRET not in str(refused.value)
    assert planned(state(there), **options, update_secret="on_create") == []
    (step,) = planned(state(there), **options, update_secret="always")
    assert step.properties == {"secret": SECRET}
    ears = Ears([{".id": "*1", "secret": SECRET}])
    assert planned(state(there), ears, **options) == []
    assert ears.asked == 1
    (step,) = planned(state(there), Ears([{".id": "*1", "secret": "another"}]), **options)
    assert step.properties == {"secret": SECRET}
    # Before 7.21 print has no argument for it.
    ears = Ears([{".id": "*1", "secret": SECRET}])
    with pytest.raises(BadOption, match="update_secret"):
        planned(state(there, "7.18.2"), ears, **options)
    assert ears.asked == 0


def test_a_secret_that_comes_back_is_compared() -> None:
    options = {"remote_id": "fqdn:a"}
    ears = Ears()
    assert planned(state([PSK]), ears, **options, secret=SECRET) == []
    assert planned(state([PSK]), ears, **options, secret=SECRET, update_secret="on_create") == []
    assert planned(state([PSK]), ears, **options, secret="other", update_secret="on_create") == []
    (step,) = planned(state([PSK]), ears, **options, secret="other")
    assert step.properties == {"secret": "other"}
    (step,) = planned(state([PSK]), ears, **options, secret=SECRET, update_secret="always")
    assert step.properties == {"secret": SECRET}
    assert ears.asked == 0


def test_another_method_has_no_secret_to_compare() -> None:
    there = [identity(1, "fqdn:a", auth_method="digital-signature", certificate="own")]
    (step,) = planned(state(there), remote_id="fqdn:a", auth_method="pre-shared-key", secret=SECRET)
    assert step.properties == {"auth-method": "pre-shared-key", "secret": SECRET}
    (step,) = planned(state(there), remote_id="fqdn:a", auth_method="eap", username="me", password="pass-word")
    assert step.properties == {"auth-method": "eap", "username": "me", "password": "pass-word"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"peer": "nobody", "secret": "x"}, "peer: there is no 'nobody' in /ip/ipsec/peer.*ipsec_peer"),
        ({"auth_method": "pre-shared-key"}, "secret: needed"),
        ({}, "secret: needed"),
        ({"auth_method": "digital-signature", "certificate": ["lost"]}, "certificate: there is no 'lost'"),
        ({"auth_method": "digital-signature", "certificate": ["theirs"]}, "no private key"),
        ({"auth_method": "digital-signature", "remote_certificate": "lost"}, "remote_certificate: there is no"),
        ({"secret": "x", "mode_config": "lost"}, "mode_config: there is no 'lost'"),
        ({"remote_id": "name:x"}, "remote_id: expected auto, ignore, dn, address:IP"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadOption, match=message):
        planned(state([]), **options)


def test_none_is_a_word_and_no_certificate() -> None:
    (step,) = planned(
        state([]),
        auth_method="digital-signature",
        certificate=["own", "theirs"],
        remote_certificate="none",
        mode_config="none",
    )
    assert step.properties["certificate"] == "own,theirs"


@pytest.mark.parametrize(("peer", "warned"), [("hub", False), ("old", True)])
def test_a_shared_key_with_ikev1_is_warned_of(peer: str, warned: bool) -> None:
    change = change_of(peer=peer, secret=SECRET)
    change.plan(state([]), handles())
    change.plan(state([]), handles())
    assert len(change.warnings) == warned
    assert SECRET not in str(change.warnings)


def test_its_secrets_are_known_for_masking() -> None:
    given = {"peer": "hub", "secret": "one", "password": "two", "key": "three", "comment": "four"}
    assert set(change_class("ipsec_identity")(given).secrets()) == {"one", "two", "three"}
    assert list(change_class("ipsec_peer")({"name": "x", "secret": "one"}).secrets()) == ["one"]
