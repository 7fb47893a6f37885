# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tunnel and transport mode with a kernel's ESP, as routers have it: the filter asks the kernel, not an interface.

All scenarios run in one virtual machine, because it takes long to start; `make packets-full` does it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.tests.packets.conftest import IN_CLEAR
from ansible_collections.bastion.routeros.tests.packets.ipsec.hands import CHILD, CONNECTION, Hands, Pair, certificates
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API, ENDS, HIDDEN_BEHIND
from ansible_collections.bastion.routeros.tests.packets.ipsec.kernel import guest, machine
from ansible_collections.bastion.routeros.tests.packets.ipsec.translation import Credentials, translate
from ansible_collections.bastion.routeros.tests.packets.nft import translate as to_nft

pytestmark = [
    pytest.mark.real_packets,
    pytest.mark.tunnel,
    pytest.mark.packets_full,
    pytest.mark.skipif(bool(machine.missing()), reason=f"a kernel with ESP needs {machine.missing()}"),
]

NAT = (
    "table ip nat {\nchain out {\ntype nat hook postrouting priority 100;\n"
    'oifname "right" ip saddr 192.0.2.0/24 masquerade\n}\n}\n'
)
SHAPES: dict[str, Callable[[], Hands]] = {
    "tunnel": Hands,
    "tunnel by certificates, IPv6": lambda: Hands(outside=6, inside=6, certificates=certificates()),
    "tunnel through NAT": lambda: Hands(seen_as=HIDDEN_BEHIND),
    "transport": lambda: Hands(host_to_host=True, mode="transport"),
    "transport by certificates, IPv6": lambda: Hands(
        outside=6, inside=6, host_to_host=True, mode="transport", certificates=certificates()
    ),
}


def bundle(name: str, hands: Hands) -> dict[str, Any]:
    """Everything that the virtual machine needs for one tunnel."""
    # What is slow is not dead.
    hands.router["profile"]["dpd-interval"] = "1m"
    own = {key: value for key, value in hands.certificates.items() if key in ("router", "router_ca")}
    known = {
        key: Credentials(value.certificate, value.key, trusted=True)
        if isinstance(value, Pair)
        else Credentials(value, authority=True, trusted=True)
        for key, value in own.items()
    }
    menus = {f"/ip/ipsec/{menu}": [row] for menu, row in hands.router.items()}
    made = translate(menus, known)
    whole = ENDS[hands.outside]
    return {
        "name": name,
        "ends": [asdict(ends) for ends in ENDS.values()],
        "nat": NAT if hands.seen_as else "",
        "filter": [to_nft(family, filter=hands.rules(family)).text for family in ENDS],
        "router": {**made.files, "conf.d/router.conf": made.text},
        "options": dict(made.options),
        "controller": hands.files(),
        "port": API,
        "target": hands.target,
        # With both ends their own networks there is no other way to the router.
        "elsewhere": "" if hands.host_to_host else whole.router,
        "child": CHILD,
        "connection": CONNECTION,
        "peer": made.connections[0],
    }


def tried(folder: Path) -> dict[str, dict[str, Any]]:
    """What became of each of them."""
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    for number, (name, write) in enumerate(SHAPES.items()):
        (scenarios / f"{number}.json").write_text(json.dumps(bundle(name, write())))
    said = machine.run(
        f"export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONPATH={machine.ROOT}/build/dev; "
        f"exec {machine.ROOT}/.venv/bin/python {Path(guest.__file__)} {scenarios}",
        folder,
    )
    lines = [json.loads(line.partition(guest.LINE)[2]) for line in said.splitlines() if line.startswith(guest.LINE)]
    return {each["name"]: each for each in lines}


def expected(name: str) -> dict[str, Any]:
    """What has to be seen of each."""
    transport = name.startswith("transport")
    return {
        "name": name,
        "elsewhere": "" if transport else "rejected",
        "session": "answered",
        "up": sorted([CHILD, CONNECTION]),
        "mode": "TRANSPORT" if transport else "TUNNEL",
        "renewed": "answered",
        "without": "silence",
        "in_clear": 0,
        "heard": False,
    }


def test_with_a_kernels_esp(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """One test, so that there is one machine, however many processes run the tests."""
    seen = tried(tmp_path)
    assert list(seen) == list(SHAPES)
    record_property(IN_CLEAR, sum(each.get("in_clear", 0) for each in seen.values()))
    for name, found in seen.items():
        kinds = found.pop("kinds", {})
        assert found == expected(name)
        assert kinds["esp"] > 5
        # What was tried elsewhere: a question without content, and its rejection.
        assert set(kinds) <= ({"ike", "esp"} if name.startswith("transport") else {"ike", "esp", "tcp"})
