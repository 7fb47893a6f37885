# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/certificate over the API, and the TLS service that shows what was made there."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from librouteros.exceptions import TrapError
from routeros_simulator.certificates import x509
from routeros_simulator.testing import Simulator, running

SWITCHES = {"sign_delay": 0.5, "fresh_certificate_delay": 1.0}
UNKNOWN = "input does not match any value of certificate"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running("7.22.3", time_scale=50, switches=SWITCHES) as simulator:
        yield simulator


def add(api: Any, name: str, usage: str, **values: str) -> str:
    """Add a template (elliptic curve keys: they are quick to make) and return its id."""
    properties = {"common-name": name, "key-usage": usage, "key-size": "prime256v1", "days-valid": "10"}
    properties |= {key.replace("_", "-"): value for key, value in values.items()}
    added: str = api.path("certificate").add(name=name, **properties)
    return added


def sign(api: Any, number: str, **words: str) -> list[dict[str, Any]]:
    return list(api("/certificate/sign", number=number, **words))


def certificate(api: Any, name: str) -> dict[str, Any]:
    (row,) = [row for row in api.path("certificate") if row["name"] == name]
    found: dict[str, Any] = row
    return found


def make_pair(sim: Simulator, api: Any) -> None:
    """A CA and a leaf that it has signed, both ready for use."""
    sign(api, add(api, "ca", "key-cert-sign,crl-sign"))
    sim.advance(2)
    leaf = add(api, "leaf", "digital-signature,key-encipherment,tls-server", subject_alt_name="DNS:router.example")
    sign(api, leaf, ca="ca")
    sim.advance(2)


def exported(sim: Simulator, api: Any, name: str) -> str:
    """The PEM text of a certificate, the way a client gets it."""
    tuple(
        api("/certificate/export-certificate", **{"numbers": certificate(api, name)[".id"], "file-name": f"out-{name}"})
    )
    sim.advance(1)
    (row,) = [row for row in api.path("file") if row["name"] == f"out-{name}.crt"]
    text: str = row["contents"]
    return text


def bind(api: Any, **values: str) -> None:
    (row,) = [row for row in api.path("ip", "service") if row["name"] == "api-ssl" and not row["dynamic"]]
    api.path("ip", "service").update(
        **{".id": row[".id"], **{key.replace("_", "-"): text for key, text in values.items()}}
    )


def verifying(pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=pem)
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    return context


def test_a_template_is_no_certificate(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    add(api, "t", "tls-server")
    row = certificate(api, "t")
    for absent in ("fingerprint", "serial-number", "invalid-before", "invalid-after", "expires-after", "issuer", "ca"):
        assert absent not in row
    assert not row.get("private-key")
    with pytest.raises(TrapError, match=UNKNOWN):
        bind(api, certificate="t")


def test_signing_makes_another_row_with_everything_in_it(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    template = add(api, "ca", "crl-sign,key-cert-sign", organization="Example")
    answer = sign(api, template)
    assert answer[-1]["progress"] == "done"
    assert [row[".section"] for row in answer] == list(range(len(answer)))
    row = certificate(api, "ca")
    assert row[".id"] != template
    assert row["key-usage"] == "key-cert-sign,crl-sign"
    assert (row["private-key"], row["authority"], row["trusted"]) == (True, True, True)
    assert row["days-valid"] == 10
    assert row["expires-after"].startswith("1w2d23h5")
    assert "issuer" not in row
    pem = exported(sim, api, "ca")
    assert row["fingerprint"] == hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    assert x509.describe(pem)["skid"] == row["skid"]


def test_signing_takes_its_time_and_a_fresh_certificate_is_not_known_yet(login: Callable[..., Any]) -> None:
    switches = {"sign_delay": 2.0, "fresh_certificate_delay": 1000.0}
    with running("7.22.3", time_scale=10, switches=switches) as sim:
        api = login(sim)
        start = time.monotonic()
        sign(api, add(api, "ca", "key-cert-sign"))
        assert time.monotonic() - start >= 0.2
        leaf = add(api, "leaf", "tls-server")
        with pytest.raises(TrapError, match="input does not match any value of ca"):
            sign(api, leaf, ca="ca")
        with pytest.raises(TrapError, match=UNKNOWN):
            bind(api, certificate="ca")
        sim.advance(1001)
        sign(api, leaf, ca="ca")
        bind(api, certificate="ca")


def test_what_sign_refuses(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    template = add(api, "leaf", "tls-server")
    with pytest.raises(TrapError, match="failure: CA not found"):
        sign(api, template)
    with pytest.raises(TrapError, match="input does not match any value of ca"):
        sign(api, template, ca="nobody")
    with pytest.raises(TrapError, match="no such item"):
        sign(api, "*77")
    with pytest.raises(TrapError, match="unknown parameter numbers"):
        tuple(api("/certificate/sign", numbers=template))
    sign(api, add(api, "ca", "key-cert-sign"))
    sim.advance(2)
    sign(api, template, ca="ca", name="renamed")
    assert certificate(api, "renamed")["ca"] == "ca"
    sim.advance(2)
    with pytest.raises(TrapError, match="failure: CA not found"):  # a leaf signs nobody
        sign(api, add(api, "other", "tls-server"), ca="renamed")
    with pytest.raises(TrapError):
        sign(api, certificate(api, "ca")[".id"])


def test_a_name_is_there_once(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    add(api, "a", "tls-server")
    with pytest.raises(TrapError, match="already exists"):
        add(api, "a", "tls-server")


@pytest.mark.parametrize("text", ["router.example", "IP:nowhere", "dns:router.example"])
def test_alternative_names_need_their_kind(sim: Simulator, login: Callable[..., Any], text: str) -> None:
    with pytest.raises(TrapError, match="subject-alt-name"):
        add(login(sim), "x", "tls-server", subject_alt_name=text)


def test_after_signing_only_name_and_trust_change(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    make_pair(sim, api)
    bind(api, certificate="leaf")
    row = certificate(api, "leaf")
    api.path("certificate").update(**{".id": row[".id"], "name": "leaf2", "trusted": False})
    assert certificate(api, "leaf2")["trusted"] is False
    (service,) = [row for row in api.path("ip", "service") if row["name"] == "api-ssl" and not row["dynamic"]]
    assert service["certificate"] == "leaf2"
    with pytest.raises(TrapError):
        api.path("certificate").update(**{".id": row[".id"], "common-name": "elsewhere"})


def test_a_verified_login_over_the_bound_certificate(
    sim: Simulator, login: Callable[..., Any], anonymous: ssl.SSLContext
) -> None:
    api = login(sim, port=sim.api_ssl_port, context=anonymous)
    make_pair(sim, api)
    row = certificate(api, "leaf")
    assert (row["issuer"], row["ca"], row["issued"], row["akid"]) == ("CN=ca", "ca", True, "")
    bind(api, certificate="leaf")
    trusted = verifying(exported(sim, api, "ca"))
    assert list(login(sim, port=sim.api_ssl_port, context=trusted).path("user"))
    with pytest.raises((ssl.SSLError, OSError)):  # anonymous Diffie-Hellman is over
        login(sim, port=sim.api_ssl_port, context=anonymous)
    assert list(api.path("user"))  # the old session lives on
    bind(api, certificate="none")
    assert list(login(sim, port=sim.api_ssl_port, context=anonymous).path("user"))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_version(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    make_pair(sim, api)
    bind(api, certificate="leaf")
    weak = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    weak.check_hostname, weak.verify_mode = False, ssl.CERT_NONE
    weak.set_ciphers("DEFAULT:@SECLEVEL=0")
    weak.minimum_version = weak.maximum_version = ssl.TLSVersion.TLSv1_1
    assert login(sim, port=sim.api_ssl_port, context=weak)
    bind(api, tls_version="only-1.2")
    with pytest.raises((ssl.SSLError, OSError)):
        login(sim, port=sim.api_ssl_port, context=weak)


def test_who_speaks_plain_on_the_tls_port_is_closed_and_logged(
    sim: Simulator, login: Callable[..., Any], raw: Callable[..., Any]
) -> None:
    client = raw(sim, port=sim.api_ssl_port)
    client.send("/login", "=name=admin", "=password=")
    assert client.state() in ("talks", "closed", "reset")  # an alert, perhaps, and the end
    assert any("TLS handshake with 127.0.0.1 failed" in row["message"] for row in login(sim).path("log"))


def test_who_speaks_tls_on_the_plain_port_gets_no_tls(sim: Simulator, anonymous: ssl.SSLContext) -> None:
    plain = socket.create_connection(("127.0.0.1", sim.api_port), timeout=0.5)
    with plain, pytest.raises((ssl.SSLError, TimeoutError, ConnectionError)):
        anonymous.wrap_socket(plain, server_hostname="x")


def test_no_certificate_of_that_name(sim: Simulator, login: Callable[..., Any]) -> None:
    with pytest.raises(TrapError, match=UNKNOWN):
        bind(login(sim), certificate="nobody")


def test_signing_goes_on_without_the_session_that_asked_for_it(
    login: Callable[..., Any], raw: Callable[..., Any], eventually: Callable[..., None]
) -> None:
    with running("7.22.3", time_scale=10, switches={"sign_delay": 3.0}) as sim:
        api = login(sim)
        template = add(api, "ca", "key-cert-sign")
        client = raw(sim).login()
        client.send("/certificate/sign", f"=number={template}")
        assert client.read()[0] == "!re"
        client.socket.close()
        assert "fingerprint" not in certificate(api, "ca")
        eventually(lambda: "fingerprint" in certificate(api, "ca"))


@pytest.mark.parametrize(("switch", "left"), [("cascade", set()), ("keep", {"leaf"}), ("refuse", {"ca", "leaf"})])
def test_removing_a_ca_is_a_switch(switch: str, left: set[str], login: Callable[..., Any]) -> None:
    with running("7.22.3", time_scale=50, switches={**SWITCHES, "ca_removal": switch}) as sim:
        api = login(sim)
        make_pair(sim, api)
        remove = api.path("certificate").remove
        ca, leaf = certificate(api, "ca")[".id"], certificate(api, "leaf")[".id"]
        if switch == "refuse":
            with pytest.raises(TrapError):
                remove(ca)
        else:
            remove(ca)
        assert {row["name"] for row in api.path("certificate")} == left
        if switch == "refuse":
            remove(leaf)
            remove(ca)


def test_certificates_are_no_part_of_safe_mode(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    tuple(api("/safe-mode/take"))
    api.path("system", "identity").update(name="changed")
    make_pair(sim, api)
    tuple(api("/safe-mode/unroll"))
    assert {row["name"] for row in api.path("certificate")} == {"ca", "leaf"}
    assert next(iter(api.path("system", "identity")))["name"] == "MikroTik"


def test_import_of_a_chain_and_its_key(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    make_pair(sim, api)
    words = {"numbers": certificate(api, "leaf")[".id"], "export-passphrase": "open sesame", "file-name": "bundle"}
    tuple(api("/certificate/export-certificate", **words))
    sim.advance(1)
    files = {row["name"]: row["contents"] for row in api.path("file")}
    assert "ENCRYPTED PRIVATE KEY" in files["bundle.key"]
    api.path("file").add(name="all.pem", contents=files["bundle.crt"] + exported(sim, api, "ca") + files["bundle.key"])
    with running("7.22.3", time_scale=50) as other:
        there = login(other)
        there.path("file").add(
            name="all.pem", contents=files["bundle.crt"] + exported(sim, api, "ca") + files["bundle.key"]
        )
        (wrong,) = there("/certificate/import", **{"file-name": "all.pem", "passphrase": "wrong", "name": "wrong"})
        assert (wrong["certificates-imported"], wrong["decryption-failures"]) == (2, 1)
        (answer,) = there("/certificate/import", **{"file-name": "all.pem", "passphrase": "open sesame", "name": "n"})
        assert answer == {
            "certificates-imported": 2,
            "private-keys-imported": 1,
            "files-imported": 1,
            "decryption-failures": 0,
            "keys-with-no-certificate": 0,
            "keys-decrypted": 1,
        }
        rows = {row["name"]: row for row in there.path("certificate")}
        assert set(rows) == {"wrong", "wrong_1", "n", "n_1"}
        assert rows["n"]["private-key"] is True
        assert rows["n"]["trusted"] is True
        assert rows["n"]["fingerprint"] == certificate(api, "leaf")["fingerprint"]
        other.advance(2)
        bind(there, certificate="n")
        trusted = verifying(exported(sim, api, "ca"))
        assert list(login(other, port=other.api_ssl_port, context=trusted).path("user"))


def test_import_without_a_name_and_of_nothing(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    make_pair(sim, api)
    api.path("file").add(name="ca.pem", contents=exported(sim, api, "ca"))
    tuple(api("/certificate/import", **{"file-name": "ca.pem", "passphrase": "", "trusted": "no"}))
    assert certificate(api, "ca.pem_0")["trusted"] is False
    with pytest.raises(TrapError, match="input does not match any value of file-name"):
        tuple(api("/certificate/import", **{"file-name": "nowhere.pem", "passphrase": ""}))
    api.path("file").add(name="junk.txt", contents="junk")
    (answer,) = api("/certificate/import", **{"file-name": "junk.txt", "passphrase": ""})
    assert answer["certificates-imported"] == 0


def test_pkcs12_there_and_back(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    make_pair(sim, api)
    words = {"numbers": certificate(api, "leaf")[".id"], "type": "pkcs12", "export-passphrase": "open sesame"}
    tuple(api("/certificate/export-certificate", **words))
    (row,) = [row for row in api.path("file") if row["name"] == "cert_export_leaf.p12"]
    assert "contents" not in row
    words = {"file-name": "cert_export_leaf.p12", "passphrase": "open sesame", "name": "copy"}
    (answer,) = api("/certificate/import", **words)
    assert (answer["certificates-imported"], answer["private-keys-imported"]) == (1, 1)
    assert certificate(api, "copy")["fingerprint"] == certificate(api, "leaf")["fingerprint"]


def test_an_expired_certificate_is_served_and_says_so(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    make_pair(sim, api)
    bind(api, certificate="leaf")
    sim.advance(11 * 86400)
    row = certificate(api, "leaf")
    assert row["expired"] is True
    assert "expires-after" not in row
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    assert login(sim, port=sim.api_ssl_port, context=context)


def test_rsa_keys_of_the_default_size(sim: Simulator, login: Callable[..., Any]) -> None:
    api = login(sim)
    template = api.path("certificate").add(name="rsa", **{"common-name": "rsa"})
    assert certificate(api, "rsa")["key-size"] == 2048
    sign(api, template)  # the default key usage holds key-cert-sign
    row = certificate(api, "rsa")
    assert (row["key-type"], row["key-size"], row["authority"]) == ("rsa", 2048, True)
