# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates from an ACME authority: enable-ssl-certificate, and from 7.22 add-acme and acme-renew.

The authority is a pretence inside this process, but it looks at the router from outside: the name has to lead to the
router, port 80 has to be served and let through, and the router's clock has to be right (RouterOS manual:
Certificates). Names below sn.mynetname.net need no port. Texts other than that of success are guesses.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..call import Call
from ..dates import show_moment
from ..errors import Trap
from ..firewall import Firewall
from ..packets import Packet
from ..table import Row
from ..users import source_allowed
from .store import MENU, Certificates

#: where the authority looks from (TEST-NET-3): its addresses are not published, so that no rule can name them
SOURCE = ipaddress.ip_address("203.0.113.80")
SOURCE6 = ipaddress.ip_address("2001:db8:80::80")
CLOUD = ".sn.mynetname.net"
DAYS = 90
RENEW_AFTER = 0.8  # of the time that a certificate is valid
SUCCESS = "[success] ssl certificate updated"


@dataclass(frozen=True)
class Authority:
    """The pretended authority: PEM texts of the certificate that signs, its key, and the root above it."""

    certificate: str
    key: str
    root: str


def make_authority() -> Authority:
    """A root that has been there for a year, and an intermediate certificate below it."""
    from . import x509

    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=365)
    end = begin + timedelta(days=3650)
    root_key, key = x509.make_key("prime256v1"), x509.make_key("prime256v1")
    usage = {"key-usage": "digital-signature,key-cert-sign,crl-sign"}
    root = x509.issue({"common-name": "Pretended Root", **usage}, root_key, None, serial=1, begin=begin, end=end)
    own = {"common-name": "Pretended Authority", "organization": "Pretended", **usage}
    return Authority(x509.issue(own, key, (root, root_key), serial=2, begin=begin, end=end), key, root)


class Acme:
    """See the module."""

    def __init__(self, certificates: Certificates, firewall: Firewall) -> None:
        self._certificates = certificates
        self._router = certificates.router
        self._firewall = firewall
        self._authority: Authority | None = None
        commands = certificates.table.menu.commands
        self._router.register(MENU, "enable-ssl-certificate", self._enable)
        if "add-acme" in commands:
            self._router.register(MENU, "add-acme", self._add)
        if "acme-renew" in commands:
            self._router.register(MENU, "acme-renew", self._renew)

    @property
    def authority(self) -> Authority:
        """The one authority of this router's world."""
        if self._authority is None:
            self._authority = make_authority()
        return self._authority

    # --- what the authority looks at

    def refusal(self, names: list[str]) -> str:
        """Why the authority issues nothing for these names; "" when it does."""
        decided = self._router.switches.acme
        if decided != "checked":
            return "" if decided == "issued" else "the authority refuses"
        # the directory is fetched over TLS: whoever lives before its certificate began cannot trust it
        if abs(self._router.clock.now() - time.time()) > 365 * 86400:
            return "SSL: certificate is not yet valid"
        if not names:
            return "dns-name is needed"
        for name in names:
            reason = self._looked_at(name)
            if reason:
                return f"{name}: {reason}"
        return ""

    def _looked_at(self, name: str) -> str:
        if name.endswith(CLOUD):
            cloud = self._router.tables["/ip/cloud"].only
            return "" if cloud.get("ddns-enabled") in ("yes", "true") else "DDNS is not enabled"
        if "." not in name or name.replace(".", "").isdigit():
            return "no name in DNS"
        addresses = [address for version in (4, 6) for address in self._router.resolver(name, version)]
        own = [address for address in addresses if self._router.presence.has(address)]
        if not own:
            return "does not resolve to this router"
        return "" if any(self._reached(address) for address in own) else "port 80 cannot be reached"

    def _reached(self, address: str) -> bool:
        """Whether the authority's request for the challenge is answered."""
        services = self._router.services
        row = services.static("www")
        admitted = services.restriction("www")
        web = self._router.tables.get("/ip/service/webserver")
        if row.get("port") != "80" or not services.listening("www") or (web and web.only.get("acme-plain") == "false"):
            return False
        destination = ipaddress.ip_address(address)
        source = SOURCE if destination.version == 4 else SOURCE6
        if admitted and not source_allowed(admitted, str(source)):
            return False
        return self._firewall.judge(Packet(source, 40_080, destination, 80)).accepted

    # --- issuing

    async def _issued(self, names: list[str], size: str = "2048") -> tuple[str, str]:
        """A fresh certificate for the names and its key, as PEM."""
        from . import x509

        key = await asyncio.get_running_loop().run_in_executor(None, x509.make_key, size)
        template = {
            "common-name": names[0],
            "subject-alt-name": ",".join(f"DNS:{name}" for name in names),
            "key-usage": "digital-signature,key-encipherment,tls-server,tls-client",
        }
        begin, end = self._certificates.period(DAYS)
        pair = self.authority.certificate, self.authority.key
        return x509.issue(template, key, pair, serial=secrets.randbits(120), begin=begin, end=end), key

    def _keep_chain(self) -> None:
        """The authority's own certificate comes along, and is not trusted (seen on a CCR)."""
        from . import x509

        pem = self.authority.certificate
        found = x509.describe(pem)
        if self._certificates.table.find(fingerprint=found["fingerprint"]) is None:
            name = self._certificates.unused_name(found["common-name"])
            self._certificates.insert(name, pem, imported=True, trusted="false")

    async def _enable(self, call: Call) -> None:
        call.expect(tuple(call.table.menu.commands[call.verb]))
        given = call.arguments.get("dns-name", "")
        names = [name.strip() for name in given.split(",") if name.strip()] or self._cloud_name()
        await self._certificates.progress(call, self._enabled(names))

    def _cloud_name(self) -> list[str]:
        cloud = self._router.tables["/ip/cloud"].only
        return [f"simulated{CLOUD}"] if cloud.get("ddns-enabled") in ("yes", "true") else []

    async def _enabled(self, names: list[str]) -> str:
        await self._router.clock.sleep(self._router.switches.sign_delay)
        reason = self.refusal(names)
        if reason:
            if self._router.switches.acme_failure == "trap":
                raise Trap(f"failure: {reason}")
            return f"[error] {reason}"
        pem, key = await self._issued(names)
        moment = datetime.fromtimestamp(self._router.clock.now(), UTC)
        name = self._certificates.unused_name(f"letsencrypt-autogen_{moment:%Y-%m-%dT%H:%M:%SZ}")
        self._certificates.insert(name, pem, key=key, imported=True, trusted="false")
        self._keep_chain()
        # www-ssl gets it, and stays as disabled as it was (a field report of 7.16 and 7.18)
        services = self._router.services
        services.table.update(services.static("www-ssl"), {"certificate": name})
        return SUCCESS

    def _add(self, call: Call) -> None:
        call.expect(tuple(call.table.menu.commands[call.verb]))
        names = [name.strip() for name in call.required("domain-names").split(",") if name.strip()]
        if not names:
            raise Trap("invalid value for argument domain-names", 1)
        name = call.arguments.get("name") or names[0]
        if call.table.find(name=name) is not None:
            raise Trap("failure: certificate with such name already exists")  # text inferred
        directory = call.arguments.get("directory-url", "https://acme-v02.api.letsencrypt.org/directory")
        values = {"name": name, "domain-names": ",".join(names), "directory-url": directory}
        values |= {"acme-managed": "true", "acme-status": "in progress", "common-name": names[0], "trusted": "false"}
        self._certificates.start(self._retrieve(call.table.insert(values)))

    async def _retrieve(self, row: Row) -> str:
        """Fill a client's row; one that got nothing at first stays without a certificate (manual)."""
        await self._router.clock.sleep(self._router.switches.sign_delay)
        names = row.get("domain-names").split(",")
        reason = self.refusal(names)
        if reason or not row.linked:
            self._certificates.table.update(row, {"acme-status": f"error: {reason}"})
            return reason
        pem, key = await self._issued(names, row.get("key-size") or "2048")
        if row.linked:
            self._certificates.fill(row, pem, key)
            self._keep_chain()
            moment = show_moment(self._router, self._router.clock.now())
            self._certificates.table.update(row, {"acme-status": f"updated {moment}"})
            self._router.clock.call_later(RENEW_AFTER * DAYS * 86400, lambda: self._again(row, pem))
        return ""

    def _again(self, row: Row, pem: str) -> None:
        if row.linked and row.hidden.get("certificate") == pem:
            self._certificates.start(self._retrieve(row))

    def _renew(self, call: Call) -> None:
        call.expect(("numbers", ".id"))
        for one in (call.arguments.get("numbers") or call.required(".id")).split(","):
            rows = call.table.resolve(one)
            if not rows:
                raise self._router.missing_item()
            for row in rows:
                if row.get("acme-managed") != "true":
                    raise Trap("failure: not an ACME certificate")  # text inferred
                self._certificates.start(self._retrieve(row))
