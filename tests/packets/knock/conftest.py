# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One network and one simulated router for all tests of the knock with real packets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.bastion.routeros.tests.packets.knock.house import PORT, House, Network, Rulesets, build, echo
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab
from routeros_simulator.testing import running


@pytest.fixture(scope="package")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rulesets]:
    """What the role leaves."""
    folder = tmp_path_factory.mktemp("knock")
    start = folder / "router.rsc"
    start.write_text("/interface list\nadd name=WAN\nadd name=LAN\n", encoding="ascii")
    with running("7.22.3", time_scale=5, load=start) as simulator:
        yield Rulesets(folder, simulator)


@pytest.fixture(scope="package")
def network() -> Iterator[Network]:
    """Everybody, and a door that answers with an echo."""
    with Lab() as lab:
        built = build(lab)
        with echo(built.router, PORT):
            yield built


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def house(request: pytest.FixtureRequest, network: Network, rulesets: Rulesets) -> House:
    """The rules of the mixed sequence, fresh."""
    made = House(network, request.param, rulesets)
    made.use("mixed")
    return made


@pytest.fixture
def house4(network: Network, rulesets: Rulesets) -> House:
    """The same for what exists for IPv4 only."""
    made = House(network, 4, rulesets)
    made.use("mixed")
    return made
