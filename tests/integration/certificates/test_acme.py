# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that routers fetch themselves."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates import acme
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.certificates.conftest import (
    VERSIONS,
    ask,
    certificate,
    names,
    row,
)
from ansible_collections.bastion.routeros.tests.integration.transaction.conftest import SCALE, door_to, run
from routeros_simulator.testing import running

DOMAIN = "router.example.net"


def router_with(version: str, **switches: Any) -> Any:
    return running(version, time_scale=SCALE, switches=switches)


def open_www(router: Any) -> None:
    run(door_to(router.api_port), ("service", {"name": "www", "port": 80, "disabled": False, "address": []}))


@pytest.mark.parametrize("version", VERSIONS)
def test_it_gets_the_name_that_was_asked_for(version: str) -> None:
    with router_with(version, acme="issued") as router:
        open_www(router)
        assert certificate(router, acme_domains=[DOMAIN]).changed
        assert row(router, "api")["common-name"] == DOMAIN
        assert row(router, "api")["private-key"] == "true"
        assert not certificate(router, acme_domains=[DOMAIN]).changed


@pytest.mark.parametrize("failure", ["progress", "trap"])
@pytest.mark.parametrize("version", ["7.20.8", "7.24"])
def test_a_refusal_says_what_to_look_at(version: str, failure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acme, "TIMEOUT", 3.0)
    with router_with(version, acme="refused", acme_failure=failure) as router:
        open_www(router)
        with pytest.raises(RouterError, match=r"no certificate for router\.example\.net: .*port 80"):
            certificate(router, acme_domains=[DOMAIN])
        assert "api" not in names(router)


def test_several_names_need_a_newer_router() -> None:
    with router_with("7.20.8", acme="issued") as router:
        open_www(router)
        with pytest.raises(BadOption, match=r"several came with 7\.22"):
            certificate(router, acme_domains=[DOMAIN, "two.example.net"])


@pytest.mark.avoided(22)
@pytest.mark.parametrize(
    ("change", "message"), [({"disabled": True}, "enabled"), ({"address": ["10.0.0.0/8"]}, "lets in 10.0.0.0/8")]
)
def test_a_shut_port_80_is_told_before(change: dict[str, Any], message: str) -> None:
    with router_with("7.22.3", acme="issued") as router:
        open_www(router)
        run(door_to(router.api_port), ("service", {"name": "www", **change}))
        with pytest.raises(BadOption, match=message):
            certificate(router, acme_domains=[DOMAIN])


def test_names_of_the_routers_own_cloud_need_no_port() -> None:
    with router_with("7.22.3", acme="issued") as router:
        run(door_to(router.api_port), ("service", {"name": "www", "disabled": True}))
        ask(router, "/ip/cloud/set", "=ddns-enabled=yes")
        assert certificate(router, acme_domains=["abc123.sn.mynetname.net"]).changed
