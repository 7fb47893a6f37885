# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One distinct error for every way to fail."""

from __future__ import annotations

import errno
import logging
import socket
import ssl
import sys
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import (
    Door,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    LoginFailed,
    SetupFailed,
)
from ansible_collections.bastion.routeros.tests.unit.wire.conftest import Pki
from ansible_collections.bastion.routeros.tests.unit.wire.doors import PASSWORD, failure, options
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import (
    Peer,
    Script,
    Server,
    accepting,
    full_backlog,
)

# --- one error for each reason ----------------------------------------------------------------------------------------


def test_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the kernel says depends on this machine's routes, so its word is put in."""
    for number in (errno.ENETUNREACH, errno.EHOSTUNREACH):

        def connect(*_arguments: object, _number: int = number, **_options: object) -> socket.socket:
            raise OSError(_number, "No route to host")

        monkeypatch.setattr(socket, "create_connection", connect)
        error = failure(options(8729))
        assert error.kind == "no_route"
        assert "no route to 127.0.0.1 port 8729" in error.message


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 64 + ".invalid"])
def test_unknown_name(host: str) -> None:
    assert failure(options(8729, host=host)).kind == "unknown_host"


@pytest.mark.parametrize(("mode", "service"), [("verify", "/ip/service api-ssl"), ("plain", "/ip/service api)")])
def test_refused(mode: str, service: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    error = failure(options(port, tls=mode))
    assert error.kind == "refused"
    assert service in error.message
    assert error.may_pass


def test_connect_timeout() -> None:
    with full_backlog() as port:
        error = failure(options(port, timeout=0.2))
    assert error.kind == "timeout"
    assert "within 0.2 seconds" in error.message
    assert "knock" in error.message


def _close(peer: Peer) -> None:
    peer.sock.close()


def _silent(peer: Peer) -> None:
    while peer.sock.recv(4096):
        pass


def _reset(peer: Peer) -> None:
    peer.sock.recv(1)
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


@pytest.mark.parametrize("script", [_close, _reset])
@pytest.mark.parametrize("mode", ["verify", "plain", "anonymous"])
def test_closed_or_reset_before_anything_was_said(pki: Pki, script: Script, mode: str) -> None:
    with Server(script) as server:
        error = failure(options(server.port, tls=mode, ca_path=pki.ca_path if mode == "verify" else ""))
    assert error.kind == "reset"
    assert "address list of the service" in error.message


def test_closed_after_the_handshake(pki: Pki) -> None:
    with Server(_close, pki.good.context()) as server:
        error = failure(options(server.port, ca_path=pki.ca_path))
    assert error.kind == "reset"
    assert "during the login" in error.message


def test_no_handshake(pki: Pki) -> None:
    with Server(_silent) as server:
        error = failure(options(server.port, ca_path=pki.ca_path, timeout=0.2))
    assert error.kind == "tls_timeout"


@pytest.mark.parametrize("secure", [True, False])
def test_no_answer_to_the_login(pki: Pki, secure: bool) -> None:
    with Server(_silent, pki.good.context() if secure else None) as server:
        mode = {"ca_path": pki.ca_path} if secure else {"tls": "plain"}
        error = failure(options(server.port, timeout=0.2, **mode))
    assert error.kind == "login_timeout"
    assert "address list of the service" in error.message


@pytest.mark.avoided(18)
def test_no_certificate_names_first_contact(pki: Pki) -> None:
    with Server(accepting, pki.anonymous) as server:
        error = failure(options(server.port, ca_path=pki.ca_path))
    assert error.kind == "tls_no_certificate"
    assert "ansible_routeros_first_contact" in error.message


def test_anonymous_where_a_certificate_is(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        error = failure(options(server.port, tls="anonymous"))
    assert error.kind == "tls_has_certificate"


def test_unknown_ca(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        error = failure(options(server.port, ca_path=pki.other_path))
    assert error.kind == "tls_unknown_ca"
    assert pki.other_path in error.message
    assert "do not bypass" in error.message


def test_wrong_host_names_what_the_certificate_is_for(pki: Pki) -> None:
    with Server(accepting, pki.localhost.context()) as server:
        error = failure(options(server.port, ca_path=pki.ca_path))
    assert error.kind == "tls_wrong_host"
    assert "not for 127.0.0.1" in error.message
    assert "made out to: localhost" in error.message
    assert "ansible_routeros_tls_hostname" in error.message


def test_expired(pki: Pki) -> None:
    with Server(accepting, pki.expired.context()) as server:
        error = failure(options(server.port, ca_path=pki.ca_path))
    assert (error.kind, error.may_pass) == ("tls_expired", False)


def test_not_yet_valid_speaks_of_clocks(pki: Pki) -> None:
    with Server(accepting, pki.future.context()) as server:
        error = failure(options(server.port, ca_path=pki.ca_path))
    assert error.kind == "tls_not_yet_valid"
    assert "clock" in error.message


def test_wrong_pin_shows_the_right_one(pki: Pki) -> None:
    seen: list[list[bytes] | None] = []

    def script(peer: Peer) -> None:
        seen.append(peer.read())

    with Server(script, pki.good.context()) as server:
        error = failure(options(server.port, tls_pins=(pki.localhost.pin,)))
    assert error.kind == "tls_pin"
    assert pki.good.pin in error.message
    assert seen == [None]  # the password was not sent


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_tls_version_is_forced(pki: Pki, version: ssl.TLSVersion) -> None:
    context = pki.good.context()
    context.maximum_version = context.minimum_version = version
    with Server(accepting, context) as server:
        Door(options(server.port, ca_path=pki.ca_path)).open().close()


def test_ca_file_missing_is_told_before_anything_is_opened(pki: Pki) -> None:
    with Server(accepting, pki.good.context()) as server:
        path = str(pki.folder / "nothing.pem")
        error = failure(options(server.port, ca_path=path))
        assert error.kind == "ca_file_missing"
        assert path in error.message
        assert server.connections == 0


def test_ca_file_unreadable_or_no_certificate(pki: Pki, tmp_path: Path) -> None:
    assert failure(options(1, ca_path=str(tmp_path))).kind == "ca_file_unreadable"
    assert failure(options(1, ca_path=pki.bad_path)).kind == "ca_file_bad"
    empty = tmp_path / "empty.pem"
    empty.touch()
    assert failure(options(1, ca_path=str(empty))).kind == "ca_file_bad"
    binary = tmp_path / "ca.der"
    binary.write_bytes(b"\x30\x82\x01\xff")
    assert failure(options(1, ca_path=str(binary))).kind == "ca_file_bad"


# --- the wrong protocol -----------------------------------------------------------------------------------------------


def _not_logged_in(peer: Peer) -> None:
    """The plain API: a hello of TLS is no sentence, a command before the login is fatal."""
    start = peer.sock.recv(1, socket.MSG_PEEK)
    if start != b"\x16":
        peer.read()
    else:
        peer.sock.recv(4096)
    peer.say("!fatal", "not logged in")


def _waits_for_more(peer: Peer) -> None:
    """The plain API that takes the hello for the beginning of a long sentence."""
    if peer.sock.recv(1, socket.MSG_PEEK) == b"\x16":
        _silent(peer)
    _not_logged_in(peer)


@pytest.mark.parametrize("script", [_not_logged_in, _waits_for_more])
def test_tls_to_the_plain_api(pki: Pki, script: Script) -> None:
    with Server(script) as server:
        error = failure(options(server.port, ca_path=pki.ca_path, timeout=0.3))
    assert error.kind == "tls_on_plain"
    assert "8729" in error.message


def test_plain_to_tls(pki: Pki) -> None:
    for context in (pki.good.context(), pki.anonymous):
        with Server(accepting, context) as server:
            error = failure(options(server.port, tls="plain"))
        assert error.kind == "plain_on_tls"
        assert "ansible_routeros_tls: verify" in error.message


def test_plain_to_a_tls_port_that_closes_without_an_alert(pki: Pki) -> None:
    def script(peer: Peer) -> None:
        if peer.sock.recv(1, socket.MSG_PEEK) == b"\x16":
            with pki.good.context().wrap_socket(peer.sock, server_side=True):
                pass

    with Server(script) as server:
        assert failure(options(server.port, tls="plain")).kind == "plain_on_tls"


def test_the_other_protocol_is_tried_once_only() -> None:
    with Server(_close) as server:
        door = Door(options(server.port, tls="plain"))
        for _turn in range(3):
            with pytest.raises(ConnectFailed, match="closed it"):
                door.open()
    assert server.connections == 3 + 1


@pytest.mark.parametrize("mode", ["plain", "verify"])
def test_another_service(pki: Pki, mode: str) -> None:
    def script(peer: Peer) -> None:
        peer.raw(b"SSH-2.0-ROSSSH\r\n")
        _silent(peer)

    with Server(script) as server:
        error = failure(options(server.port, tls=mode, timeout=0.5))
    if mode == "plain":
        assert error.kind == "not_the_api"
        assert "SSH-2.0-ROSSSH" in error.message
    else:
        assert error.kind == "tls_on_plain"


# --- login ------------------------------------------------------------------------------------------------------------


def _refusing(*words: str) -> Script:
    def script(peer: Peer) -> None:
        peer.read()
        peer.say(*words)
        if words[0] == "!trap":
            peer.say("!done")
        peer.read()

    return script


@pytest.mark.avoided(54)
@pytest.mark.parametrize("text", ["invalid user name or password (6)", "cannot log in"])
def test_login_refused_names_the_other_reasons(text: str) -> None:
    with Server(_refusing("!trap", f"=message={text}")) as server:
        error = failure(options(server.port, tls="plain"), LoginFailed)
        no_password = failure(options(server.port, tls="plain", password=""), LoginFailed)
    assert error.kind == "login_refused"
    for part in (text, "automation", "disabled", "policy api", "/user address"):
        assert part in error.message
    assert "No password is set" not in error.message
    assert "No password is set" in no_password.message


def test_login_not_allowed() -> None:
    with Server(_refusing("!trap", "=message=std failure: not allowed (9)")) as server:
        error = failure(options(server.port, tls="plain"), LoginFailed)
    assert error.kind == "not_allowed"
    assert "lacks the policy api" in error.message


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("!trap", "=message=something else"), "login_trap"),
        (("!fatal", "too many commands before login"), "login_fatal"),
        (("!done", "=ret=0011223344556677"), "too_old"),
    ],
)
def test_other_answers_to_the_login(words: tuple[str, ...], kind: str) -> None:
    with Server(_refusing(*words)) as server:
        assert failure(options(server.port, tls="plain"), LoginFailed).kind == kind


def test_the_password_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """librouteros logs whole sentences at level DEBUG where its own functions are used for them."""
    with caplog.at_level(logging.DEBUG), Server(accepting) as server:
        session = Door(options(server.port, tls="plain")).open()
        session.call("/echo", "=password=other secret")
        session.close()
    assert PASSWORD not in caplog.text
    assert "other secret" not in caplog.text


def test_the_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librouteros.protocol", None)
    with Server(accepting) as server:
        error = failure(options(server.port, tls="plain"), SetupFailed)
        assert error.kind == "library_missing"
        assert sys.executable in error.message
        assert server.connections == 0
