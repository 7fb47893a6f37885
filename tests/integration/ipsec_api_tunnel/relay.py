# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tunnel without ESP: a relay that carries connections when, and only when, both ends agree about one.

It stands on the router's address inside and reaches the simulated router from an address that counts as come out of
IPsec. The router's end is what its tables say; the controller's is what a stand-in for swanctl has loaded. Real IKE and
ESP are met by the tests with real packets.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import load, open_key
from ansible_collections.bastion.routeros.tests.unit.ipsec.tunnels import swanctl
from cryptography import x509
from cryptography.exceptions import InvalidSignature
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
elif "--initiate" in sys.argv and (home / "refuses").exists():
    sys.exit("received AUTHENTICATION_FAILED notify error")
"""


class Relay:
    """The tunnel. ``wrong`` is why it does not come up although both ends agree; ``fragile``: a refusal ends it."""

    def __init__(self, router: Simulator, folder: Path, port: int, agree: bool = True, inside: str = INSIDE) -> None:
        self.router, self.folder, self.port = router, folder, port
        self.wrong = ""
        self.fragile = False
        self.established = False
        self.carried = 0
        self._agree = agree
        self._open: list[socket.socket] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"
        self.log.touch()
        self.command = folder / "swanctl"
        self.command.write_text(SWANCTL.format(python=sys.executable))
        self.command.chmod(0o755)
        self._listener = socket.create_server((inside, port))
        threading.Thread(target=self._serve, daemon=True).start()

    def refuse(self, refuses: bool = True) -> None:
        """Whether swanctl brings nothing new up."""
        path = self.folder / "refuses"
        path.touch() if refuses else path.unlink()

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
        reasons = [self._differ(connection, secrets, tables) for connection in connections.values()]
        return "" if "" in reasons else reasons[0]

    def _negotiate(self) -> str:
        """Associations live on while both ends have something of the connection, whatever they would agree on now."""
        files = self.folder / "loaded.json"
        here = files.exists() and json.loads(files.read_text())
        if self.established and here and self.router.rows("/ip/ipsec/peer"):
            return ""
        reason = self.disagreement()
        self.established = not reason
        return reason

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
        if self.fragile and any("--initiate" in call for call in self.calls()[-4:]):
            self.wrong = "TEMPORARY_FAILURE"
        reason = self.wrong or (self._negotiate() if self._agree else "")
        if reason:
            self.log.write_text(f"received {reason} notify error\n")
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

    def _differ(self, connection: dict[str, Any], secrets: list[dict[str, str]], tables: dict[str, Any]) -> str:
        ids = {name: connection[side]["id"] for side, name in (("local", "remote-id"), ("remote", "my-id"))}
        identity = next((row for row in tables["identity"] if all(_id(row.get(n)) == ids[n] for n in ids)), None)
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
            if connection["local"]["auth"] != "psk" or identity.get("secret") not in known:
                return "AUTH_FAILED"
        elif reason := self._distrust(connection, identity, ids):
            return f"AUTH_FAILED: {reason}"
        wanted = {(child["remote_ts"], child["local_ts"]) for child in connection["children"].values()}
        have = {(row["src-address"], row["dst-address"]) for row in tables["policy"] if row.get("peer") == peer["name"]}
        have = {tuple(each if "/" in each else f"{each}/32" for each in pair) for pair in have}
        return "" if wanted == have else f"TS_UNACCEPTABLE: {sorted(wanted)} and {sorted(have)}"

    def _distrust(self, connection: dict[str, Any], identity: dict[str, str], ids: dict[str, str]) -> str:
        """Why the certificates are not believed: each end's by the authority that the other one has."""

        def certificates() -> dict[str, Any]:
            return {
                row.get("name"): (row.hidden, dict(row.values)) for row in self.router.router.tables["/certificate"]
            }

        there = self.router.call(certificates)
        hidden, _values = there.get(identity["certificate"], ({}, {}))
        if not hidden.get("key"):
            return f"the router has no {identity['certificate']} with its key"
        trusted = [load(each["certificate"]) for each, values in there.values() if values.get("trusted") == "true"]
        own = load((self.folder / "x509" / connection["local"]["certs"]).read_text())
        key = (self.folder / "private" / connection["local"]["certs"]).with_suffix(".key")
        if key.stat().st_mode & 0o077:
            return "everybody can read the controller's key"
        if open_key(key.read_text()).public_key() != own.public_key():
            return "the controller's key is another one"
        authority = load((self.folder / "x509ca" / connection["remote"]["cacerts"]).read_text())
        for leaf, authorities, name in (
            (own, trusted, ids["remote-id"]),
            (load(hidden["certificate"]), [authority], ids["my-id"]),
        ):
            names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            if name.lstrip("@") not in names.get_values_for_type(x509.DNSName):
                return f"{name} is not in the certificate"
            if not any(_signed(leaf, each) for each in authorities):
                return f"nobody vouches for {name}"
        return ""


def _signed(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _id(text: str | None) -> str:
    type_, _colon, rest = (text or "").partition(":")
    return f"{TYPES.get(type_, '?')}{rest}"
