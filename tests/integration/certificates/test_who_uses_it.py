# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal takes everybody along who names the certificate: services, and both ends of an IPsec identity."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.tests.integration.certificates.conftest import (
    VERSIONS,
    Row,
    ask,
    certificate,
    names,
    read,
    row,
)
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import SCALE, door_to, run
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make
from routeros_simulator.testing import Simulator, running

IDENTITY = "/ip/ipsec/identity"
ROOT = make("Site", authority=True)
THEIRS, THEIR_NEXT = make("peer.example.net", ROOT), make("peer.example.net", ROOT)
CURVE = {"key_size": "prime256v1"}


def own(router: Simulator, **options: Any) -> Any:
    return certificate(router, common_name="router.example.net", ca="bastion-ca", **CURVE, **options)


def theirs(router: Simulator, pem: str) -> Any:
    return certificate(router, "theirs", certificate_content=pem)


def prepare(router: Simulator) -> None:
    """A service and an IPsec identity on the same certificate, and the other end's certificate."""
    certificate(router, "bastion-ca", common_name="own", **CURVE)
    own(router, days_valid=300)
    theirs(router, THEIRS.pem)
    identity = {
        "peer": "hub",
        "remote_id": "fqdn:peer.example.net",
        "auth_method": "digital-signature",
        "certificate": ["api", "bastion-ca"],
        "match_by": "certificate",
        "remote_certificate": "theirs",
    }
    run(
        door_to(router.api_port),
        ("service", {"name": "api-ssl", "certificate": "api"}),
        ("ipsec_peer", {"name": "hub", "address": "192.0.2.1/32", "exchange_mode": "ike2"}),
        ("ipsec_identity", identity),
    )


def identity(router: Simulator) -> Row:
    (only,) = read(router, IDENTITY)
    return only


@pytest.mark.parametrize("version", VERSIONS)
def test_a_renewal_takes_everybody_along(version: str) -> None:
    """On a router that refuses to remove what is in use, and that dangles names otherwise."""
    with running(version, time_scale=SCALE, switches={"used_certificate": "refuse"}) as router:
        prepare(router)
        before = identity(router)
        old = row(router, "api")["fingerprint"]
        outcome = own(router, days_valid=400, renew_before=350)
        assert outcome.changed
        assert not any("could not be removed" in text for text in outcome.warnings)
        assert row(router, "api")["fingerprint"] != old
        assert identity(router) == before
        assert next(each for each in read(router, "/ip/service") if each["name"] == "api-ssl")["certificate"] == "api"
        assert not own(router, days_valid=400).changed

        old = row(router, "theirs")["fingerprint"]
        assert theirs(router, THEIR_NEXT.pem).changed
        assert row(router, "theirs")["fingerprint"] == fingerprint(THEIR_NEXT.pem) != old
        assert identity(router) == before
        assert names(router) == ["api", "bastion-ca", "theirs"]
        assert not theirs(router, THEIR_NEXT.pem).changed


def test_what_an_interrupted_renewal_left_on_the_old_one_is_moved(modern: Simulator) -> None:
    prepare(modern)
    before = identity(modern)
    old = row(modern, "api")
    aside = f"api.{old['fingerprint'][:8]}"
    ask(modern, "/certificate/set", f"=.id={old['.id']}", f"=name={aside}")
    assert own(modern, days_valid=300).changed
    assert names(modern) == ["api", "bastion-ca", "theirs"]
    # Both the service and the identity follow the name, so they had gone along to the one aside.
    assert identity(modern) == before
    assert not own(modern, days_valid=300).changed


def test_what_is_used_is_not_removed(modern: Simulator) -> None:
    prepare(modern)
    for name, says in (("api", r"/ip/ipsec/identity hub .*, /ip/service api-ssl"), ("theirs", "/ip/ipsec/identity")):
        with pytest.raises(BadOption, match=f"'{name}' is used by {says}"):
            certificate(modern, name, state="absent")
    run(
        door_to(modern.api_port),
        ("ipsec_identity", {"peer": "hub", "remote_id": "fqdn:peer.example.net", "match_by": "certificate",
                            "remote_certificate": "theirs", "state": "absent"}),
        ("certificate", {"name": "theirs", "state": "absent"}),
    )  # fmt: skip
    assert names(modern) == ["api", "bastion-ca"]


def test_a_new_chain_beside_a_new_certificate(modern: Simulator) -> None:
    """Authorities between are called after the certificate; others than before take no name away."""
    first, second = (make("Middle", ROOT, authority=True) for _each in range(2))
    for middle in (first, second):
        leaf = make("router.example.net", middle)
        options = {"certificate_content": leaf.pem + middle.pem, "privatekey_content": leaf.key_pem()}
        assert certificate(modern, **options).changed
        assert row(modern, "api")["fingerprint"] == fingerprint(leaf.pem)
        assert fingerprint(middle.pem) in {each.get("fingerprint") for each in read(modern)}
        assert not certificate(modern, **options).changed
