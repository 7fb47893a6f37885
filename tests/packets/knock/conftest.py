# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One network for all tests of the knock with real packets, and the rules that the role leaves."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from ansible_collections.bastion.routeros.tests.packets.knock.house import PORT, House, Network, Rulesets, build, echo
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab


@pytest.fixture(scope="session")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Rulesets:
    """What the role leaves."""
    base = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have folders in one of the run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rulesets"
    folder.mkdir(exist_ok=True)
    return Rulesets(folder)


@pytest.fixture(scope="session")
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
