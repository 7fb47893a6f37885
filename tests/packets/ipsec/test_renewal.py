# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets and certificates are replaced on both ends while a session inside the tunnel never stops talking.

Whether RouterOS ends what is up when its identity is changed is not known, so both kinds of routers are met.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.packets.ipsec.conftest import Build
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API_SSL, ENDS, House
from ansible_collections.bastion.routeros.tests.packets.ipsec.role import (
    NAME,
    assert_the_api_is_in_the_tunnel_only,
    files,
    in_clear,
    inventory,
    play,
    secret,
)

pytestmark = [pytest.mark.real_packets, pytest.mark.tunnel, pytest.mark.packets_full]

OTHER_SECRET = "another-shared-secret-of-forty-one-letters"
# A machine that is busy with other things is not an outage.
PATIENCE = 15


@contextlib.contextmanager
def talking(home: House) -> Iterator[None]:
    """One session asks all the time, and every question has to be answered."""
    answered, failed, ending = [0], [], threading.Event()

    def work() -> None:
        with contextlib.closing(home.session(ENDS[4].router_inside, API_SSL, tls="anonymous")) as session:
            while not ending.is_set():
                try:
                    session.call("/system/identity/print", timeout=PATIENCE)
                except RouterError as error:
                    failed.append(error)
                    return
                answered[0] += 1
                time.sleep(0.05)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(2 * PATIENCE)
    assert failed == []
    assert answered[0] > 20


def authenticated(home: House) -> int:
    """How often the controller proved who it is."""
    return home.client.log().count("authentication of 'router.example.net' with")


def starts_anew(home: House) -> None:
    """What is up ends, and comes up again: nothing old helps."""
    home.client.tell("--terminate", "--ike", NAME, "--force", "--timeout", "2")
    home.client.wait(lambda: NAME not in home.client.associations(), "it does not end")
    assert_the_api_is_in_the_tunnel_only(home)


@pytest.mark.parametrize("patient", [True, False], ids=["what is up stays", "what is changed ends"])
def test_a_secret_is_replaced_under_a_session(patient: bool, build: Build) -> None:
    home = build()
    stage = inventory(home, **secret())
    play(home, stage)
    in_clear(home)
    home.mirror.patient = patient
    before = authenticated(home)
    with talking(home):
        play(home, stage, extra={"ipsec_api_tunnel_psk": OTHER_SECRET})
    # By the other name, and by the usual one again.
    assert authenticated(home) >= before + 2
    assert "AUTHENTICATION_FAILED" not in home.client.log()
    (identity,) = home.simulator.rows("/ip/ipsec/identity")
    assert (identity["remote-id"], identity["secret"]) == ("fqdn:controller.example.net", OTHER_SECRET)
    assert not [path for path in files(home) if "probe" in path.name]
    starts_anew(home)
    assert play(home, stage, extra={"ipsec_api_tunnel_psk": OTHER_SECRET}).changed == 0


def test_certificates_are_replaced_under_a_session(build: Build) -> None:
    home = build()
    stage = inventory(home)
    play(home, stage)
    in_clear(home)
    own = {path: text for path, text in files(home).items() if path.parent.name in ("x509", "private")}
    (router,) = [row for row in home.simulator.rows("/certificate") if row["name"] == "bastion-ipsec-api"]
    before = authenticated(home)
    longer = {"ipsec_api_tunnel_certificates": {"days_valid": 900, "renew_before": 850}}
    with talking(home):
        play(home, stage, extra=longer)
    assert authenticated(home) > before
    assert all(files(home)[path] != text for path, text in own.items())
    (renewed,) = [row for row in home.simulator.rows("/certificate") if row["name"] == "bastion-ipsec-api"]
    assert renewed["fingerprint"] != router["fingerprint"]
    starts_anew(home)
