# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates from elsewhere: requests, keys that come by themselves, ACME, revocation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from librouteros.exceptions import TrapError
from routeros_simulator.certificates import x509
from routeros_simulator.testing import Simulator, running

SWITCHES = {"sign_delay": 0.5, "fresh_certificate_delay": 0.5}
CERTIFICATE = "/certificate/"


class Elsewhere:
    """An authority on the controller."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = cx509.Name([cx509.NameAttribute(cx509.NameOID.COMMON_NAME, "elsewhere")])
        self.begin = datetime.now(UTC) - timedelta(days=1)
        own = self._builder(self.name, self.key.public_key())
        own = own.add_extension(cx509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = own.sign(self.key, hashes.SHA256())

    def _builder(self, subject: cx509.Name, public: Any) -> cx509.CertificateBuilder:
        serial = cx509.random_serial_number()
        return cx509.CertificateBuilder(self.name, subject, public, serial, self.begin, self.begin + timedelta(days=90))

    def sign(self, request: cx509.CertificateSigningRequest, *extensions: cx509.ExtensionType) -> cx509.Certificate:
        builder = self._builder(request.subject, request.public_key())
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def revoking(self, certificate: cx509.Certificate) -> bytes:
        """A list with this certificate in it."""
        gone = cx509.RevokedCertificateBuilder(certificate.serial_number, self.begin).build()
        builder = cx509.CertificateRevocationListBuilder(self.name, self.begin, self.begin + timedelta(days=7))
        builder = builder.add_revoked_certificate(gone)
        builder = builder.add_extension(cx509.CRLNumber(4), critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def pem(certificate: cx509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50, switches=SWITCHES) as simulator:
        yield simulator


def run(api: Any, command: str, **words: str) -> list[dict[str, Any]]:
    return list(api(CERTIFICATE + command, **{name.replace("_", "-"): text for name, text in words.items()}))


def rows(api: Any) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in api.path("certificate")}


def files(sim: Simulator, api: Any) -> dict[str, str]:
    sim.advance(1)
    return {row["name"]: row.get("contents", "") for row in api.path("file")}


def upload(api: Any, name: str, contents: str) -> None:
    api.path("file").add(name=name, contents=contents)


def requested(sim: Simulator, api: Any, **words: str) -> cx509.CertificateSigningRequest:
    """Have the router make a request, and fetch it."""
    properties = {"common-name": "router.example", "subject-alt-name": "DNS:router.example", "key-size": "prime256v1"}
    api.path("certificate").add(name="template", **{"key-usage": "digital-signature,tls-server"}, **properties)
    assert run(api, "create-certificate-request", template="template", **words)[-1]["progress"] == "done"
    return cx509.load_pem_x509_csr(files(sim, api)["certificate-request.pem"].encode())


def test_a_request_made_here_and_signed_elsewhere(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    request = requested(sim, api, key_passphrase="open sesame", challenge_passphrase="please")
    assert request.subject.rfc4514_string() == "CN=router.example"
    names = request.extensions.get_extension_for_class(cx509.SubjectAlternativeName).value
    assert names.get_values_for_type(cx509.DNSName) == ["router.example"]
    assert rows(api) == {}, "the template is gone"
    assert "ENCRYPTED PRIVATE KEY" in files(sim, api)["certificate-request_key.pem"]
    elsewhere = Elsewhere()
    upload(api, "signed.pem", pem(elsewhere.sign(request)))
    (answer,) = run(api, "import", file_name="signed.pem", passphrase="", name="api")
    assert (answer["certificates-imported"], answer["private-keys-imported"]) == (1, 0)
    assert not rows(api)["api"].get("private-key")
    words = {"file_name": "certificate-request_key.pem", "name": "api"}
    (wrong,) = run(api, "import", passphrase="wrong", **words)
    assert (wrong["private-keys-imported"], wrong["decryption-failures"]) == (0, 1)
    (answer,) = run(api, "import", passphrase="open sesame", **words)
    assert (answer["private-keys-imported"], answer["keys-decrypted"]) == (1, 1)
    row = rows(api)["api"]
    assert (row["private-key"], row["issuer"]) == (True, "CN=elsewhere")
    assert set(rows(api)) == {"api"}


@pytest.mark.parametrize(("position", "left"), [("removed", set()), ("kept", {"template"})])
def test_what_becomes_of_the_template_is_a_switch(position: str, left: set[str], login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=50, switches={**SWITCHES, "request_template": position}) as sim:
        api = login(sim)
        requested(sim, api)
        assert set(rows(api)) == left


def test_what_a_request_cannot_be_made_of(sim: Simulator, login: Callable[..., Any]) -> None:
    with pytest.raises(TrapError, match="input does not match any value of template"):
        run(login(sim), "create-certificate-request", template="nobody")


def test_a_file_can_be_read_a_moment_after_it_was_written(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    sim.call(lambda: setattr(sim.router.switches, "file_delay", 1000.0))
    api.path("certificate").add(name="t", **{"common-name": "t", "key-size": "prime256v1"})
    run(api, "create-certificate-request", template="t", key_passphrase="x")
    assert files(sim, api)["certificate-request.pem"] == ""
    with pytest.raises(TrapError):
        tuple(api("/file/read", **{"file": "certificate-request.pem", "chunk-size": "100"}))
    sim.advance(1000)
    assert files(sim, api)["certificate-request.pem"].startswith("-----BEGIN CERTIFICATE REQUEST")


@pytest.mark.parametrize(("position", "left"), [("kept", True), ("removed", False)])
def test_the_file_of_an_imported_key_may_vanish(position: str, left: bool, login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=50, switches={**SWITCHES, "imported_key_file": position}) as sim:
        api = login(sim)
        request = requested(sim, api)
        upload(api, "signed.pem", pem(Elsewhere().sign(request)))
        run(api, "import", file_name="signed.pem", passphrase="")
        run(api, "import", file_name="certificate-request_key.pem", passphrase="")
        assert rows(api)["signed.pem_0"]["private-key"] is True
        assert ("certificate-request_key.pem" in files(sim, api)) is left


def test_a_key_that_fits_nothing_is_not_kept(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    upload(api, "lonely.key", x509.make_key("prime256v1"))
    (answer,) = run(api, "import", file_name="lonely.key", passphrase="")
    assert (answer["private-keys-imported"], answer["keys-with-no-certificate"]) == (0, 1)


def test_a_key_that_must_not_leave(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    request = requested(sim, api)
    upload(api, "both.pem", pem(Elsewhere().sign(request)) + files(sim, api)["certificate-request_key.pem"])
    run(api, "import", file_name="both.pem", passphrase="", name="mine", no_key_export="yes")
    assert rows(api)["mine"]["private-key"] is True
    run(api, "export-certificate", numbers="mine", export_passphrase="open sesame", file_name="out")
    assert "out.key" not in files(sim, api)


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_pkcs12_of_others(passphrase: str, sim: Simulator, login: Callable[..., Any]) -> None:
    elsewhere, key = Elsewhere(), ec.generate_private_key(ec.SECP256R1())
    subject = cx509.Name([cx509.NameAttribute(cx509.NameOID.COMMON_NAME, "leaf")])
    leaf = elsewhere.sign(cx509.CertificateSigningRequestBuilder(subject).sign(key, hashes.SHA256()))
    locked: Any = serialization.NoEncryption()
    if passphrase:
        locked = serialization.BestAvailableEncryption(passphrase.encode())
    data = pkcs12.serialize_key_and_certificates(b"x", key, leaf, [elsewhere.certificate], locked)
    from routeros_simulator.file_table import write_file

    sim.call(lambda: write_file(sim.router, "bundle.p12", data, ".p12 file"))
    api = login(sim)
    (answer,) = run(api, "import", file_name="bundle.p12", passphrase=passphrase, name="p")
    assert (answer["certificates-imported"], answer["private-keys-imported"]) == (2, 1)
    found = rows(api)
    assert found["p"]["private-key"] is True
    assert not found["p_1"].get("private-key")
    assert not found["p_1"].get("authority"), "a CA without its key signs nothing"
    assert found["p_1"]["issuer"] == "CN=elsewhere"


def test_names_that_begin_alike_may_be_ambiguous(login: Callable[..., Any]) -> None:
    with running("7.22.3", switches={**SWITCHES, "ambiguous_file_names": True}) as sim:
        api = login(sim)
        upload(api, "a.pem", pem(Elsewhere().certificate))
        run(api, "import", file_name="a.pem", passphrase="")
        upload(api, "a.pem.old", "x")
        with pytest.raises(TrapError, match="ambiguous value of file-name"):
            run(api, "import", file_name="a.pem", passphrase="")


def test_somebody_elses_request_is_signed_here(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    api.path("certificate").add(name="ca", **{"common-name": "ca", "key-size": "prime256v1"})
    run(api, "sign", number="ca")
    sim.advance(1)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = cx509.Name([cx509.NameAttribute(cx509.NameOID.COMMON_NAME, "device_1.ipsec")])
    request = cx509.CertificateSigningRequestBuilder(subject).sign(key, hashes.SHA256())
    upload(api, "device.csr", request.public_bytes(serialization.Encoding.PEM).decode())
    run(api, "sign-certificate-request", file_name="device.csr", ca="ca", days_valid="10")
    row = rows(api)["device_1.ipsec"]
    assert (row["issuer"], row["ca"], row["issued"], row["days-valid"]) == ("CN=ca", "ca", True, 10)
    assert not row.get("private-key")
    with pytest.raises(TrapError, match="input does not match any value of ca"):
        run(api, "sign-certificate-request", file_name="device.csr", ca="nobody")
    upload(api, "junk.csr", "junk")
    with pytest.raises(TrapError, match="failure"):
        run(api, "sign-certificate-request", file_name="junk.csr", ca="ca")


def test_a_list_of_revoked_certificates(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    elsewhere, url = Elsewhere(), "http://elsewhere.example/list.crl"
    point = cx509.DistributionPoint([cx509.UniformResourceIdentifier(url)], None, None, None)
    signed = elsewhere.sign(requested(sim, api), cx509.CRLDistributionPoints([point]))
    upload(api, "signed.pem", pem(signed))
    run(api, "import", file_name="signed.pem", passphrase="", name="mine")
    (found,) = api.path("certificate", "crl")
    assert (found["url"], found["cert"], found["dynamic"], found["invalid"]) == (url, "mine", True, True)
    api.path("certificate", "settings").update(**{"crl-use": True})
    sim.call(lambda: sim.router.published.update({url: elsewhere.revoking(signed)}))
    tuple(api("/certificate/crl/download"))
    (found,) = api.path("certificate", "crl")
    assert (found["invalid"], found["num"], found["revoked"], found["expired"]) == (False, 4, 1, False)
    assert "revoked" in rows(api)["mine"]
    tuple(api("/certificate/crl/flush"))
    (found,) = api.path("certificate", "crl")
    assert (found["invalid"], "num" in found) == (True, False)


def test_what_was_issued_here_can_be_revoked(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    api.path("certificate").add(name="ca", **{"common-name": "ca", "key-size": "prime256v1"})
    run(api, "sign", number="ca", ca_crl_host="192.0.2.1")
    assert rows(api)["ca"]["crl"] is True
    run(api, "issued-revoke", numbers=rows(api)["ca"][".id"])
    assert str(rows(api)["ca"]["revoked"])[:2] == "20"


# --- ACME

NAME = "router.example.net"


def reachable(sim: Simulator, api: Any, *, port: str = "80") -> None:
    """Everything as an authority wants it: the name leads here, and www is served."""
    api.path("ip", "address").add(address="192.0.2.1/24", interface="ether1")
    sim.call(lambda: setattr(sim.router, "resolver", lambda name, version: ["192.0.2.1"] if version == 4 else []))
    (www,) = [row for row in api.path("ip", "service") if row["name"] == "www"]
    api.path("ip", "service").update(**{".id": www[".id"], "port": port, "disabled": False})


def enable(api: Any, **words: str) -> str:
    progress: str = run(api, "enable-ssl-certificate", **words)[-1]["progress"]
    return progress


def test_a_certificate_from_the_authority(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    reachable(sim, api)
    assert enable(api, dns_name=NAME) == "[success] ssl certificate updated"
    mine = next(row for row in rows(api).values() if row["common-name"] == NAME)
    assert mine["name"].startswith("letsencrypt-autogen_20")
    assert (mine["private-key"], mine["subject-alt-name"], mine["days-valid"]) == (True, f"DNS:{NAME}", 90)
    (served,) = [row for row in api.path("ip", "service") if row["name"] == "www-ssl"]
    assert (served["certificate"], served["disabled"]) == (mine["name"], True)
    assert rows(api)["Pretended Authority"]["trusted"] is False


@pytest.mark.shown(22)
def test_what_the_authority_looks_at(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    assert enable(api) == "[error] dns-name is needed"
    assert "does not resolve" in enable(api, dns_name=NAME)
    reachable(sim, api, port="81")
    assert "port 80" in enable(api, dns_name=NAME)
    (www,) = [row for row in api.path("ip", "service") if row["name"] == "www"]
    api.path("ip", "service").update(**{".id": www[".id"], "port": "80", "address": "10.0.0.0/8"})
    assert "port 80" in enable(api, dns_name=NAME), "the service admits others only"
    api.path("ip", "service").update(**{".id": www[".id"], "address": ""})
    rule = {"chain": "input", "protocol": "tcp", "dst-port": "80", "action": "drop"}
    drop = api.path("ip", "firewall", "filter").add(**rule)
    assert "port 80" in enable(api, dns_name=NAME)
    api.path("ip", "firewall", "filter").remove(drop)
    assert enable(api, dns_name=NAME).startswith("[success]")


def test_a_router_of_1970_gets_no_certificate(login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=50, switches=SWITCHES, clock="1970-01-02 00:00:00") as sim:
        api = login(sim)
        (clock,) = api.path("system", "clock")
        assert clock["date"] == "1970-01-02"
        reachable(sim, api)
        assert enable(api, dns_name=NAME) == "[error] SSL: certificate is not yet valid"


@pytest.mark.parametrize(("switches", "text"), [({"acme": "refused"}, "refuses"), ({"acme": "issued"}, "success")])
def test_the_authority_is_a_switch(switches: dict[str, str], text: str, login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=50, switches={**SWITCHES, **switches}) as sim:
        assert text in enable(login(sim), dns_name=NAME)


def test_how_a_failure_is_told_is_a_switch(login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=50, switches={**SWITCHES, "acme_failure": "trap"}) as sim:
        with pytest.raises(TrapError, match="does not resolve"):
            enable(login(sim), dns_name=NAME)


def test_clients_of_the_authority(login: Callable[..., Any], eventually: Callable[..., None]) -> None:
    with running("7.24", time_scale=50, switches=SWITCHES) as sim:
        api = login(sim)
        run(api, "add-acme", domain_names=NAME)
        eventually(lambda: str(rows(api)[NAME]["acme-status"]).startswith("error"))
        assert (rows(api)[NAME]["acme-managed"], "fingerprint" in rows(api)[NAME]) == (True, False)
        reachable(sim, api)
        run(api, "acme-renew", numbers=NAME)
        eventually(lambda: "fingerprint" in rows(api)[NAME])
        first = rows(api)[NAME]
        assert (first["private-key"], first["domain-names"]) == (True, NAME)
        sim.advance(80 * 86400)
        eventually(lambda: rows(api)[NAME]["fingerprint"] != first["fingerprint"])
        assert rows(api)[NAME][".id"] == first[".id"]
