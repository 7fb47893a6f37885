# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to get in, and the options that are refused."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import tls
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import (
    Door,
    FirstContact,
    refuse_async,
    require_routeros_connection,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    SetupFailed,
)
from ansible_collections.bastion.routeros.tests.unit.wire.conftest import Pki
from ansible_collections.bastion.routeros.tests.unit.wire.doors import PASSWORD, failure, options
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import (
    Peer,
    Server,
    accepting,
)

# --- the ways in ------------------------------------------------------------------------------------------------------


def test_verified_by_a_ca(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        door = Door(options(server.port, ca_path=pki.ca_path))
        session = door.open()
        assert session.call("/echo", "=a=b").rows == [{"a": "b"}]
        assert (session.secure, session.host, session.port) == (True, "127.0.0.1", server.port)
        assert session.local_address == "127.0.0.1"
        assert (door.way, door.warnings) == ("verified", [])
        session.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_names_and_addresses_are_verified_as_what_they_are(pki: Pki, host: str) -> None:
    leaf = pki.localhost if host == "localhost" else pki.good
    with Server(accepting, leaf.context()) as server:
        Door(options(server.port, host=host, ca_path=pki.ca_path)).open().close()


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_in_brackets(pki: Pki) -> None:
    try:
        server = Server(accepting, pki.good.context(), host="::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with server:
        Door(options(server.port, host="[::1]", ca_path=pki.ca_path)).open().close()


def test_a_zone_is_no_part_of_the_name() -> None:
    assert options(1, host="fe80::1%eth0").server_name == "fe80::1"


def test_the_name_can_be_told(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        Door(options(server.port, ca_path=pki.ca_path, tls_hostname="router.example")).open().close()


def test_strict_rfc_5280_is_not_asked_for(pki: Pki) -> None:
    """Certificates from RouterOS may lack the authority key identifier, which Python 3.13's defaults ask for."""
    context = tls.client_context(options(1, ca_path=pki.ca_path))
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_without_ca_and_pins_the_systems_store_decides(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(accepting, pki.good.context()) as server:
        error = failure(options(server.port))
        assert error.kind == "tls_unknown_ca"
        assert "ansible_routeros_ca_path is not set" in error.message
        monkeypatch.setenv("SSL_CERT_FILE", pki.ca_path)
        Door(options(server.port)).open().close()


def _pin_forms(pki: Pki) -> list[str]:
    plain = pki.good.pin.removeprefix("sha256:")
    hexed = pki.good.digest.hex()
    return [
        f"sha256:{plain}",
        f"sha256//{plain}",
        plain,
        plain.rstrip("="),
        f"sha256:{hexed}",
        hexed.upper(),
        ":".join(hexed[place : place + 2] for place in range(0, 64, 2)),
    ]


def test_pins_instead_of_a_ca_in_every_form(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        for pin in _pin_forms(pki):
            session = Door(options(server.port, tls_pins=(pki.localhost.pin, pin))).open()
            assert session.secure
            session.close()


def test_pins_besides_a_ca_both_count(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        right, wrong = (pki.good.pin,), (pki.localhost.pin,)
        Door(options(server.port, ca_path=pki.ca_path, tls_pins=right)).open().close()
        assert failure(options(server.port, ca_path=pki.ca_path, tls_pins=wrong)).kind == "tls_pin"
        assert failure(options(server.port, ca_path=pki.other_path, tls_pins=right)).kind == "tls_unknown_ca"


def test_unverified_takes_any_certificate_and_is_not_secure(pki: Pki) -> None:
    with Server(accepting, pki.expired.context()) as server:
        door = Door(options(server.port, tls="unverified"))
        session = door.open()
        assert (door.way, session.secure) == ("unverified", False)
        session.close()


def test_anonymous(pki: Pki) -> None:
    with Server(accepting, pki.anonymous) as server:
        door = Door(options(server.port, tls="anonymous"))
        session = door.open()
        assert (door.way, session.secure) == ("anonymous", False)
        assert session.call("/echo", "=a=b").rows == [{"a": "b"}]
        session.close()


def test_plain() -> None:
    with Server(accepting) as server:
        door = Door(options(server.port, tls="plain"))
        session = door.open()
        assert (door.way, session.secure) == ("plain", False)
        session.close()


def test_ports_by_default() -> None:
    found = {mode: options(0, tls=mode).effective_port for mode in ("verify", "unverified", "anonymous", "plain")}
    assert found == {"verify": 8729, "unverified": 8729, "anonymous": 8729, "plain": 8728}


def test_a_window_larger_than_socket_buffers_over_tls(pki: Pki) -> None:
    block = "b" * 200_000
    with Server(accepting, pki.good.context()) as server:
        session = Door(options(server.port, ca_path=pki.ca_path)).open()
        answers = session.send_many([("/echo", f"=block={block}")] * 40, window=40)
        assert [getattr(answer, "rows", None) for answer in answers] == [[{"block": block}]] * 40
        session.close()


def test_nagle_is_off() -> None:
    with Server(accepting) as server, Door(options(server.port, tls="plain"))._connect(options(server.port)) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- the way to the future --------------------------------------------------------------------------------------------


def test_the_future_path_with_other_values_and_never_first_contact(pki: Pki) -> None:
    seen: list[list[bytes]] = []

    def script(peer: Peer) -> None:
        seen.append(peer.login())

    with Server(script, pki.localhost.context()) as future, Server(accepting, pki.anonymous) as present:
        door = Door(options(present.port, first_contact=FirstContact("anonymous", present.port)))
        with pytest.raises(ConnectFailed) as caught:
            door.open_future()
        assert caught.value.kind == "tls_no_certificate"
        door.open_future(host="localhost", port=future.port, user="other", password="else", ca_path=pki.ca_path).close()
        assert door.options.host == "127.0.0.1"
    assert seen == [[b"/login", b"=name=other", b"=password=else"]]


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"host": ""},
        {"user": ""},
        {"port": 65536},
        {"port": -1},
        {"port": True},
        {"tls": "no"},
        {"timeout": 0.0},
        {"window": 0},
        {"tls_pins": ("sha256:short",)},
        {"tls_pins": ("sha256:" + "0" * 62,)},
        {"tls_pins": ("sha256:" + "0" * 64,), "tls": "plain"},
    ],
)
def test_bad_options(settings: dict[str, Any]) -> None:
    with pytest.raises(SetupFailed) as caught:
        options(**{"port": 8729, **settings})
    assert caught.value.kind == "bad_option"
    assert PASSWORD not in caught.value.message


@pytest.mark.parametrize("transport", ["local", "ansible.builtin.ssh", None])
def test_another_connection_is_refused(transport: str | None) -> None:
    class Other:
        pass

    other = Other()
    if transport:
        other.transport = transport  # type: ignore[attr-defined]
    with pytest.raises(SetupFailed) as caught:
        require_routeros_connection(other)
    assert caught.value.kind == "wrong_connection"
    for part in (repr(transport), "ansible_connection: bastion.routeros.api", "delegate_to"):
        assert part in caught.value.message


def test_our_connection_and_no_async_are_fine() -> None:
    class Ours:
        transport = "bastion.routeros.api"

    require_routeros_connection(Ours())
    refuse_async("bastion.routeros.service", 0)
    with pytest.raises(SetupFailed, match=r"bastion\.routeros\.service cannot run with async") as caught:
        refuse_async("bastion.routeros.service", 30)
    assert caught.value.kind == "async"
