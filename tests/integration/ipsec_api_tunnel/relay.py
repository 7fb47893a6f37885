# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tunnel without ESP: a relay that carries connections when, and only when, both ends agree about one.

It stands on the router's address inside and reaches the simulated router from an address that counts as come out of
IPsec. The router's end is what its tables say; the controller's is what a stand-in for swanctl has loaded. Real IKE and
ESP are met by the tests with real packets.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.tests.unit.ipsec.tunnels import swanctl
from routeros_simulator.testing import Simulator

# What plays which part. The relay comes from the last one.
OUTSIDE, INSIDE, CONTROLLER = "127.0.0.1", "127.0.0.9", "127.0.6.2"
TYPES = {"fqdn": "@", "user-fqdn": "@@", "address": ""}

SWANCTL = """\
#!{python}
import json, os, pathlib, sys
home = pathlib.Path(os.environ["SWANCTL_DIR"])
loaded, calls = home / "loaded.json", home / "calls.txt"
with calls.open("a") as stream:
    print(*sys.argv[1:], file=stream)
have = json.loads(loaded.read_text()) if loaded.exists() else {{}}
if "--load-all" in sys.argv:
    have = {{path.stem: path.read_text() for path in (home / "conf.d").glob("*.conf")}}
    loaded.write_text(json.dumps(have))
elif "--list-conns" in sys.argv:
    for name in have:
        print(f"{{name}}: IKEv2, no reauthentication")
elif "--terminate" in sys.argv:
    sys.exit(0)
"""


class Relay:
    """The tunnel. ``cut`` is a line that breaks."""

    def __init__(self, router: Simulator, folder: Path, port: int, agree: bool = True) -> None:
        self.router, self.folder, self.port = router, folder, port
        self.cut = False
        self.carried = 0
        self._agree = agree
        self._open: list[socket.socket] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.command = folder / "swanctl"
        self.command.write_text(SWANCTL.format(python=sys.executable))
        self.command.chmod(0o755)
        self._listener = socket.create_server((INSIDE, port))
        threading.Thread(target=self._serve, daemon=True).start()

    def calls(self) -> list[str]:
        """What swanctl was called with."""
        path = self.folder / "calls.txt"
        return path.read_text().splitlines() if path.exists() else []

    def disagreement(self) -> str:
        """Why the two ends make no tunnel; empty when they do."""
        loaded = self.folder / "loaded.json"
        files = json.loads(loaded.read_text()) if loaded.exists() else {}
        connections: dict[str, Any] = {}
        secrets: list[dict[str, str]] = []
        for text in files.values():
            found = swanctl(text)
            connections |= found.get("connections", {})
            secrets += found.get("secrets", {}).values()
        if not connections:
            return "the controller has no connection"
        tables = {name: self.router.rows(f"/ip/ipsec/{name}") for name in ("peer", "identity", "policy", "profile")}
        reasons = [_differ(connection, secrets, tables) for connection in connections.values()]
        return "" if "" in reasons else reasons[0]

    def stop(self) -> None:
        """End it, and everything that it carries."""
        self._listener.close()
        self.break_all()

    def break_all(self) -> None:
        """Break what it carries."""
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        if self.cut or (self._agree and self.disagreement()):
            client.close()
            return
        try:
            server = socket.create_connection((OUTSIDE, self.port), source_address=(CONTROLLER, 0))
        except OSError:
            client.close()
            return
        self.carried += 1
        self._open += [client, server]
        threading.Thread(target=_pump, args=(client, server), daemon=True).start()
        _pump(server, client)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _differ(connection: dict[str, Any], secrets: list[dict[str, str]], tables: dict[str, Any]) -> str:
    import base64

    ids = {name: connection[side]["id"] for side, name in (("local", "remote-id"), ("remote", "my-id"))}
    identity = next((row for row in tables["identity"] if all(_id(row.get(name)) == ids[name] for name in ids)), None)
    if identity is None:
        return f"the router knows no {ids['remote-id']} that it answers as {ids['my-id']}"
    peer = next(row for row in tables["peer"] if row["name"] == identity["peer"])
    if peer.get("disabled") == "true" or peer["exchange-mode"] != "ike2":
        return "the router's peer is off, or of another version of IKE"
    profile = next(row for row in tables["profile"] if row["name"] == peer["profile"])
    if connection["proposals"] != f"aes256-{profile['hash-algorithm']}-{profile['dh-group']}":
        return "NO_PROPOSAL_CHOSEN"
    if identity["auth-method"] == "pre-shared-key":
        known = [base64.b64decode(row["secret"][2:]).decode() for row in secrets]
        if identity.get("secret") not in known:
            return "AUTH_FAILED"
    wanted = {(child["remote_ts"], child["local_ts"]) for child in connection["children"].values()}
    have = {(row["src-address"], row["dst-address"]) for row in tables["policy"] if row.get("peer") == peer["name"]}
    have = {tuple(each if "/" in each else f"{each}/32" for each in pair) for pair in have}
    return "" if wanted == have else f"TS_UNACCEPTABLE: {sorted(wanted)} and {sorted(have)}"


def _id(text: str | None) -> str:
    type_, _colon, rest = (text or "").partition(":")
    return f"{TYPES.get(type_, '?')}{rest}"
