# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both ends of a tunnel written by hand: what an experienced administrator would enter, and what goes wrong with it."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.packets.ipsec.charon import Charon
from ansible_collections.bastion.routeros.tests.packets.ipsec.house import API, API_SSL, ENDS, House
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SECRET = "a-shared-secret-of-thirty-two-letters"
ROUTER_ID, CONTROLLER_ID = "router.example.net", "controller.example.net"
CHILD = "api"
CONNECTION = "hand"
MARK = "a name that nobody else has"
Menus = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Pair:
    """A certificate with its key, as PEM."""

    certificate: str
    key: str


class Authority:
    """A certificate authority for tests."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._made(self._name, self._key, None, 3650)

    def issue(self, name: str, days: int = 30) -> Pair:
        """A certificate for a host, with its name as subject alternative name; negative days: expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return Pair(self._made(subject, key, name, days), secret)

    def _made(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, host: str | None, days: int) -> str:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=60))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@dataclass
class Hands:
    """One tunnel, from the controller's inside address to the API at the router's.

    `router` and `controller` are what each end is told; a test that wants them to disagree changes one of them.
    """

    outside: int = 4
    inside: int = 4
    certificates: Mapping[str, Pair | str] = field(default_factory=dict)
    """controller, router, and the authorities that each trusts: controller_ca, router_ca. None: a shared secret."""
    seen_as: str = ""
    """The controller's address as the router sees it, when there is NAT."""
    host_to_host: bool = False
    mode: str = "tunnel"
    sealed: bool = True
    """Whether the router's answers, too, may leave by the tunnel only."""
    established_first: bool = False
    """Whether the filter begins as most do: whatever is established goes on."""

    def __post_init__(self) -> None:
        out, within = ENDS[self.outside], ENDS[self.inside]
        whole = 32 if self.inside == 4 else 128
        controller, router = within.controller_inside, within.router_inside
        if self.host_to_host:
            controller, router = self.seen_as or out.controller, out.router
        self.target = router
        # For single protocols strongSwan makes no route, without which inside addresses would not be used.
        only = "[tcp]" if self.host_to_host else ""
        self.router: Menus = {
            "profile": {
                "name": "hand",
                "enc-algorithm": "aes-256",
                "hash-algorithm": "sha256",
                "dh-group": "ecp256",
                "dpd-interval": "2s",
                "dpd-maximum-failures": "3",
            },
            "peer": {
                "name": "controller",
                "address": f"{self.seen_as or out.controller}/{32 if self.outside == 4 else 128}",
                "exchange-mode": "ike2",
                "profile": "hand",
                "passive": "yes",
            },
            "identity": {
                "peer": "controller",
                "my-id": f"fqdn:{ROUTER_ID}",
                "remote-id": f"fqdn:{CONTROLLER_ID}",
            },
            "proposal": {"name": "hand", "enc-algorithms": "aes-256-gcm", "auth-algorithms": "", "pfs-group": "ecp256"},
            "policy": {
                "peer": "controller",
                "src-address": f"{router}/{whole}",
                "dst-address": f"{controller}/{whole}",
                "protocol": "tcp" if self.host_to_host else "all",
                "tunnel": "yes" if self.mode == "tunnel" else "no",
                "proposal": "hand",
            },
        }
        auth = {"auth-method": "digital-signature", "certificate": "router"}
        self.router["identity"] |= auth if self.certificates else {"secret": SECRET}
        self.controller = {
            "remote_addrs": out.router,
            "local_addrs": out.controller,
            "proposals": "aes256-sha256-ecp256",
            "esp_proposals": "aes256gcm16-ecp256",
            "local_id": CONTROLLER_ID,
            "remote_id": ROUTER_ID,
            "secret": SECRET,
            "local_ts": f"{controller}/{whole}{only}",
            "remote_ts": f"{router}/{whole}{only}",
            "start_action": "trap",
        }

    def rules(self, family: int) -> list[dict[str, str]]:
        """The filter: IKE and ESP from the controller, the API through the tunnel; before everything established."""
        out = ENDS[family]
        source = self.seen_as or out.controller
        api = {"chain": "input", "protocol": "tcp", "dst-port": f"{API},{API_SSL}"}
        established = {"chain": "input", "connection-state": "established,related"}
        rules = [established] if self.established_first else []
        if family == self.outside:
            rules += [
                {"chain": "input", "protocol": "udp", "dst-port": "500,4500", "src-address": source},
                {"chain": "input", "protocol": "ipsec-esp", "src-address": source},
            ]
        rules.append(api | {"ipsec-policy": "in,none", "action": "reject", "reject-with": "tcp-reset"})
        rules += [established, {"chain": "input", "protocol": "udp", "dst-port": "500,4500", "action": "drop"}]
        if self.sealed:
            answer = {"chain": "output", "protocol": "tcp", "src-port": f"{API},{API_SSL}"}
            rules.append(answer | {"ipsec-policy": "out,none", "connection-state": "established", "action": "drop"})
        return rules

    def enter(self, session: Session) -> None:
        """Type the router's end in, over the API."""
        for name, pem in self.certificates.items():
            texts = (pem.certificate, pem.key) if isinstance(pem, Pair) else (pem,)
            if name not in ("router", "router_ca"):
                continue
            for text in texts:
                words = [f"=name={name}.pem", "=contents=" + text]
                session.call("/file/add", *words)
                session.call("/certificate/import", f"=file-name={name}.pem", "=passphrase=", f"=name={name}")
                for file in session.read("/file", query=(f"?name={name}.pem",)):
                    session.call("/file/remove", f"=.id={file['.id']}")
        for menu, row in self.router.items():
            session.call(f"/ip/ipsec/{menu}/add", *(f"={name}={text}" for name, text in row.items()))
        for family, menu in ((4, "/ip/firewall/filter"), (6, "/ipv6/firewall/filter")):
            for rule in self.rules(family):
                session.call(f"{menu}/add", *(f"={name}={text}" for name, text in rule.items()))

    def configure(self, charon: Charon) -> None:
        """Write the controller's end and load it."""
        for name, text in self.files().items():
            (charon.swanctl_folder / name).write_text(text)
        charon.load()

    def files(self) -> dict[str, str]:
        """The controller's end: folder/name -> text."""
        say = self.controller
        found: dict[str, str] = {}
        if self.certificates:
            own, trusted = self.certificates["controller"], self.certificates["controller_ca"]
            assert isinstance(own, Pair)
            assert isinstance(trusted, str)
            found |= {"x509/controller.pem": own.certificate, "private/controller.pem": own.key}
            found["x509ca/ca.pem"] = trusted
            local, remote, secrets = "auth = pubkey\n      certs = controller.pem", "auth = pubkey", ""
        else:
            local = remote = "auth = psk"
            secrets = f'  ike-{CONNECTION} {{\n    id = {say["remote_id"]}\n    secret = "{say["secret"]}"\n  }}\n'
        found["conf.d/hand.conf"] = f"""connections {{
  {CONNECTION} {{
    version = 2
    local_addrs = {say["local_addrs"]}
    remote_addrs = {say["remote_addrs"]}
    proposals = {say["proposals"]}
    local {{
      {local}
      id = {say["local_id"]}
    }}
    remote {{
      {remote}
      id = {say["remote_id"]}
    }}
    children {{
      {CHILD} {{
        mode = {self.mode}
        esp_proposals = {say["esp_proposals"]}
        local_ts = {say["local_ts"]}
        remote_ts = {say["remote_ts"]}
        start_action = {say["start_action"]}
      }}
    }}
  }}
}}
secrets {{
{secrets}}}
"""
        return found


def certificates() -> dict[str, Pair | str]:
    """Each end trusts one authority, which made the other's."""
    ours = Authority("tunnels")
    return {
        "controller": ours.issue("controller.example.net"),
        "router": ours.issue("router.example.net"),
        "controller_ca": ours.certificate,
        "router_ca": ours.certificate,
    }


def install(home: House, hands: Hands) -> None:
    """Both ends as written."""
    hands.enter(home.keyhole)
    home.mirror.apply()
    hands.configure(home.client)


def talk(home: House, hands: Hands) -> None:
    """A session that says something which is known again."""
    with contextlib.closing(home.session(hands.target)) as session:
        session.call("/system/identity/set", f"=name={MARK}")
        assert session.read("/system/identity")[0]["name"] == MARK
