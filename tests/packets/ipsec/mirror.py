# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a router's configuration makes of packets: read over the API, given to strongSwan and nftables."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.packets.ipsec.charon import INTERFACE, Charon, Demand
from ansible_collections.bastion.routeros.tests.packets.ipsec.translation import (
    MENUS,
    Configuration,
    Credentials,
    translate,
)
from ansible_collections.bastion.routeros.tests.packets.namespaces import LabError, Namespace
from ansible_collections.bastion.routeros.tests.packets.nft import Tunnel
from ansible_collections.bastion.routeros.tests.packets.nft import translate as to_nft
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from routeros_simulator.testing import Simulator

Row = dict[str, str]

_PASSPHRASE = "only-for-the-way-out"
_FILE = "mirror"
_FAMILIES = {4: "/ip/firewall", 6: "/ipv6/firewall"}
_WATCHED = (*MENUS, "/certificate", "/interface/list", *_FAMILIES.values())
_PAUSE = 0.05
_PATIENCE = 10.0
_OWN_WAY = 'iifname "lo" accept\noifname "lo" accept'


def exported(session: Session, row: Row) -> Credentials:
    """A certificate as the router hands it out, with its key when it has one; the files are removed again."""
    session.call(
        "/certificate/export-certificate",
        f"=.id={row['.id']}",
        f"=file-name={_FILE}",
        f"=export-passphrase={_PASSPHRASE}",
    )
    wanted = {f"{_FILE}.crt", f"{_FILE}.key"} if row.get("private-key") in ("true", "yes") else {f"{_FILE}.crt"}
    end = time.monotonic() + _PATIENCE
    while True:
        files = [file for file in session.read("/file") if file["name"] in wanted]
        # A file is listed before it can be read.
        if {file["name"] for file in files if file.get("contents")} == wanted:
            break
        if time.monotonic() > end:
            raise LabError(f"the router does not export {row['name']}: {files}")
        time.sleep(_PAUSE)
    texts = {"key": ""} | {file["name"].rpartition(".")[2]: file["contents"] for file in files}
    session.call("/file/remove", "=.id=" + ",".join(file[".id"] for file in files))
    key = ""
    if texts["key"]:
        loaded = load_pem_private_key(texts["key"].encode(), _PASSPHRASE.encode())
        key = loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    stores = row.get("trust-store", "all").split(",")
    return Credentials(
        texts["crt"],
        key,
        authority=_is_authority(x509.load_pem_x509_certificate(texts["crt"].encode())),
        trusted=row.get("trusted") in ("true", "yes") and ("all" in stores or "ipsec" in stores),
        subject_alt_names=tuple(each for each in row.get("subject-alt-name", "").split(",") if each),
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _jumping_somewhere(rows: list[Row]) -> list[Row]:
    """Without jumps to chains that have no rule: the router flags them as invalid, and they do nothing."""
    chains = {row["chain"] for row in rows}
    return [row for row in rows if row.get("action") != "jump" or row.get("jump-target") in chains]


class Mirror:
    """The router's packets. `apply` makes them follow what the API shows at that moment."""

    def __init__(self, session: Session, namespace: Namespace, folder: Path) -> None:
        self._session, self._namespace, self._folder = session, namespace, folder
        self._certificates: dict[str, Credentials] = {}
        self._demand: Demand | None = None
        self._names: set[str] = set()
        self._options: Mapping[str, str] | None = None
        self.patient = True
        """Whether what is up survives a change of its configuration; whether it does on a router is not known."""
        self.transport = "transport"
        """What stands for transport mode, which ESP in user space does not know."""
        self.charon: Charon | None = None
        self.configuration: Configuration | None = None

    def rows(self) -> dict[str, list[Row]]:
        """What the IPsec menus show."""
        return {menu: self._session.read(menu) for menu in MENUS}

    def certificates(self) -> dict[str, Credentials]:
        """The router's certificates by name; templates are none."""
        found = {}
        for row in self._session.read("/certificate"):
            if row.get("fingerprint"):
                key = f"{row['fingerprint']} {row.get('trusted')} {row.get('private-key')} {row.get('trust-store')}"
                if key not in self._certificates:
                    self._certificates[key] = exported(self._session, row)
                found[row["name"]] = self._certificates[key]
        return found

    def apply(self) -> None:
        """Take over the filter and IPsec.

        :raises Untranslatable, Inexpressible: there is something that the mirror cannot show
        :raises LabError: nft or strongSwan refuse it
        """
        self.apply_filter()
        self.apply_ipsec()

    def apply_filter(self) -> None:
        """Take over the filter, raw table and lists of both families."""
        for family in _FAMILIES:
            script = self.filter(family, Tunnel(INTERFACE, "ether1"))
            # The tests' own way to the router is the loopback; a rule of the router's must not end what they read.
            self._namespace.nft(script.replace("policy accept;", f"policy accept;\n{_OWN_WAY}"))

    def filter(self, family: int, tunnel: Tunnel | None = None) -> str:
        """The filter, raw table and lists of one family as an nftables script.

        :param tunnel: where IPsec is not the kernel's
        """
        members: dict[str, list[str]] = {row["name"]: [] for row in self._session.read("/interface/list")}
        for row in self._session.read("/interface/list/member"):
            members.setdefault(row["list"], []).append(row["interface"])
        menu = _FAMILIES[family]
        return to_nft(
            family,
            filter=_jumping_somewhere(self._session.read(f"{menu}/filter")),
            raw=_jumping_somewhere(self._session.read(f"{menu}/raw")),
            address_lists=self._session.read(f"{menu}/address-list"),
            interface_members=members,
            approximate=True,
            tunnel=tunnel,
        ).text

    def apply_ipsec(self) -> None:
        """Take over the IPsec menus; connections that are gone end at once, as on a router."""
        made = translate(self.rows(), self.certificates())
        if self.configuration == made:
            return
        names = set(made.connections)
        if self.charon is None or self._options != made.options:
            self._start(made.options)
        charon = self.charon
        assert charon is not None
        for folder in ("x509", "x509ca", "private"):
            for path in (charon.swanctl_folder / folder).iterdir():
                path.unlink()
        for name, text in made.files.items():
            (charon.swanctl_folder / name).write_text(text, encoding="utf-8")
        text = made.text.replace("mode = transport", f"mode = {self.transport}")
        (charon.swanctl_folder / "conf.d" / "router.conf").write_text(text, encoding="utf-8")
        charon.load()
        for gone in sorted(self._names - names if self.patient else self._names):
            charon.ask("--terminate", "--ike", gone, "--force")
        self._names, self.configuration = names, made
        if self._demand is not None:
            self._demand.close()
        self._demand = Demand(charon) if made.demand else None

    def _start(self, options: Mapping[str, str]) -> None:
        self.close()
        self.charon = Charon(self._namespace, self._folder, options)
        self.charon.start()
        self._options = options

    @contextlib.contextmanager
    def following(self, simulator: Simulator) -> Iterator[None]:
        """The packets follow every change of the router by themselves, as on a router, while the block runs.

        :raises: what apply() raises, in the end
        """
        changed, ending = threading.Event(), threading.Event()
        errors: list[Exception] = []

        def note(path: str) -> None:
            if path.startswith(_WATCHED):
                changed.set()

        def follow() -> None:
            while not ending.is_set():
                if not changed.wait(_PAUSE):
                    continue
                changed.clear()
                try:
                    self.apply()
                except Exception as error:
                    errors.append(error)
                    return

        simulator.call(lambda: simulator.router.changed.append(note))
        thread = threading.Thread(target=follow, name="mirror", daemon=True)
        changed.set()
        thread.start()
        try:
            yield
        finally:
            simulator.call(lambda: simulator.router.changed.remove(note))
            ending.set()
            thread.join()
        if errors:
            raise errors[0]
        self.apply()

    def power_cut(self) -> None:
        """End without a word; `apply` switches it on again."""
        if self.charon is not None:
            self.charon.kill()
        self.charon = self.configuration = None

    def close(self) -> None:
        """End the strongSwan."""
        if self._demand is not None:
            self._demand.close()
            self._demand = None
        if self.charon is not None:
            self.charon.stop()
            self.charon = None
