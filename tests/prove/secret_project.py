# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's project full of canaries, and what has been counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.tests.prove.canaries import Canaries
from ansible_collections.bastion.routeros.tests.prove.secret_runs import Desk, Run
from ansible_collections.bastion.routeros.tests.prove.secret_tasks import REVEALS
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from routeros_simulator.testing import Simulator


def keys() -> dict[str, str]:
    """A certificate with its encrypted key, as somebody would bring it along, and an authority at home."""
    made = {}
    for name, passphrase in (("brought", "key_passphrase"), ("home", "home_passphrase")):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        builder = builder.not_valid_after(now + timedelta(days=900))
        builder = builder.add_extension(x509.BasicConstraints(ca=name == "home", path_length=None), critical=True)
        if name == "home":
            signing = dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True)
            others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
            usage = x509.KeyUsage(**signing, **dict.fromkeys((*others, "encipher_only", "decipher_only"), False))
            builder = builder.add_extension(usage, critical=True)
        certificate = builder.sign(key, hashes.SHA256())
        made[f"{name}_certificate"] = certificate.public_bytes(serialization.Encoding.PEM).decode()
        made[f"{name}_key"] = key
        made[f"{name}_with"] = passphrase
    return made


def pem(key: Any, passphrase: str) -> str:
    form = serialization.PrivateFormat.PKCS8
    lock = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode()


def _written(name: str, where: str) -> bool:
    """Whether it is the shared secret of the tunnel on its way into swanctl's file.

    ansible.builtin.copy makes a file of it, for its owner only, in Ansible's own temporary folder.
    """
    return name == "psk" and where.startswith("passing file ")


class Secrets:
    """A user's project, its routers, and what has been counted."""

    def __init__(self, folder: Path, record: Callable[[str, object], None]) -> None:
        self.canaries = Canaries()
        self.desk = Desk(folder, self.canaries)
        self.record = record
        self.tried = 0
        self.leaked: set[tuple[str, str]] = set()
        for name in ("automation", "lesser", "wrong", "first_contact", "bad_proof", "people", "first", "second"):
            self.canaries.password(name)
        for name in ("eap", "snmp_auth", "snmp_encryption", "mail", "mail_in_transaction", "bad_a", "bad_b", "bad_c"):
            self.canaries.password(name)
        for name in ("psk", "psk_by_menu", "psk_in_transaction", "ppk", "ppk_by_menu", "psk_key", "scep", "romon"):
            self.canaries.plain(name)
        for name in ("romon_old", "community", "knock_secret", "key_passphrase", "home_passphrase", "save_passphrase"):
            self.canaries.plain(name)
        self.canaries.digits("third_as_a_number")
        self.canaries.values["short"] = "Zk7"
        self.canaries.steps("steps")
        self.canaries.steps("way_in_steps")
        self.canaries.steps("revealed_steps")
        made = keys()
        self.more = {name: text for name, text in made.items() if name.endswith("certificate")}
        for name in ("brought", "home"):
            phrase = str(self.canaries.values[made[f"{name}_with"]])
            self.canaries.text(f"{name}_key", pem(made[f"{name}_key"], phrase))
        brought = folder / "brought"
        brought.mkdir()
        (brought / "home.pem").write_text(self.more["home_certificate"])
        (brought / "home.key").write_text(str(self.canaries.values["home_key"]))
        self.more["brought"] = str(brought)
        self.lock()

    def lock(self) -> None:
        """Put everything into the vault."""
        self.desk.lock(self.more)

    def judge(self, run: Run) -> Run:
        """Count what a run was given, and what it gave away."""
        self.tried += len(self.canaries.values)
        self.leaked |= {leak for leak in run.leaks if leak[0] not in REVEALS.values() and not _written(*leak)}
        return run

    def close(self) -> None:
        """Hand the counts over. Raises AssertionError when there was a leak."""
        self.record("count: secrets tried", self.tried)
        self.record("count: secrets leaked", len(self.leaked))
        assert not self.leaked, f"in {self.desk.left}: " + ", ".join(
            f"{name} in {place}" for name, place in self.leaked
        )


def everything_of(router: Simulator) -> str:
    """All that a router holds, secrets included."""
    tables = router.router.tables.values()
    return router.call(lambda: str([(row.values, row.hidden) for table in tables for row in table]))


def told_in_log(router: Simulator, canaries: Canaries) -> set[tuple[str, str]]:
    """What the router's own log gives away."""
    text = "\n".join(row["message"] for row in router.rows("/log"))
    return {(name, "the router's log") for name in canaries.found_in(text.encode())}
