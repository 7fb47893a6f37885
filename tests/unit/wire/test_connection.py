# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection plugin: from variables, keywords and environment to the options of the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible_collections.bastion.routeros.plugins.connection import api
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    ConnectionOptions,
    FirstContact,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import SetupFailed
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import Server, accepting

NAME = "bastion.routeros.api"
DOCUMENTATION: dict[str, Any] = yaml.safe_load(api.DOCUMENTATION)
OPTIONS: dict[str, dict[str, Any]] = DOCUMENTATION["options"]

Connect = Callable[..., api.Connection]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """A connection with these variables, as core would make it."""
    for option in OPTIONS.values():
        for variable in option.get("env", ()):
            monkeypatch.delenv(variable["name"], raising=False)
    constants.config.initialize_plugin_configuration_definitions("connection", NAME, OPTIONS)

    def make(keys: dict[str, Any] | None = None, /, **variables: Any) -> api.Connection:
        connection = api.Connection(PlayContext())
        connection._load_name = NAME
        connection.set_options(task_keys=keys, var_options={"inventory_hostname": "r1", **variables})
        return connection

    return make


WHOLE: dict[str, Any] = {
    "ansible_host": "192.0.2.1",
    "ansible_port": "18729",
    "ansible_user": "automation",
    "ansible_password": "secret",
    "ansible_routeros_tls": "verify",
    "ansible_routeros_ca_path": "/etc/routers/ca.pem",
    "ansible_routeros_tls_hostname": "router.example.net",
    "ansible_routeros_tls_pins": ["sha256:" + "0" * 64],
    "ansible_routeros_first_contact": {"method": "anonymous", "password": "factory"},
    "ansible_routeros_window": 7,
    "ansible_timeout": 2.5,
}
EXPECTED = ConnectionOptions(
    host="192.0.2.1",
    user="automation",
    password="secret",
    port=18729,
    tls="verify",
    ca_path="/etc/routers/ca.pem",
    tls_hostname="router.example.net",
    tls_pins=("sha256:" + "0" * 64,),
    timeout=2.5,
    window=7,
    first_contact=FirstContact("anonymous", 0, "admin", "factory"),
)


def test_every_variable_arrives(connect: Connect) -> None:
    assert connect(**WHOLE).door.options == EXPECTED


def test_defaults(connect: Connect) -> None:
    options = connect(ansible_user="automation").door.options
    assert options == ConnectionOptions(host="r1", user="automation", timeout=10.0, window=64)
    assert (options.effective_port, options.tls) == (8729, "verify")
    assert connect(ansible_user="a", ansible_routeros_tls="plain").door.options.effective_port == 8728


def test_the_environment_fills_what_the_inventory_leaves_open(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "ROUTEROS_USERNAME": "automation",
        "ROUTEROS_PASSWORD": "secret",
        "ROUTEROS_PORT": "18729",
        "ROUTEROS_TLS": "verify",
        "ROUTEROS_CA_PATH": "/etc/routers/ca.pem",
        "ROUTEROS_TLS_HOSTNAME": "router.example.net",
        "ROUTEROS_TLS_PINS": f"sha256:{'0' * 64},sha256:{'1' * 64}",
        "ROUTEROS_WINDOW": "7",
        "ROUTEROS_TIMEOUT": "2.5",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    options = connect().door.options
    assert options == ConnectionOptions(
        host="r1",
        user="automation",
        password="secret",
        port=18729,
        ca_path="/etc/routers/ca.pem",
        tls_hostname="router.example.net",
        tls_pins=(f"sha256:{'0' * 64}", f"sha256:{'1' * 64}"),
        timeout=2.5,
        window=7,
    )
    assert connect(**WHOLE).door.options == EXPECTED


def test_empty_environment_variables_say_nothing(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWX injects what was left empty in a credential as an empty variable."""
    for option in OPTIONS.values():
        for variable in option.get("env", ()):
            monkeypatch.setenv(variable["name"], "")
    assert connect(ansible_user="automation").door.options == ConnectionOptions(host="r1", user="automation")
    with pytest.raises(SetupFailed, match="ansible_user is not set"):
        assert connect().door


def test_a_home_folder_is_expanded(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/operator")
    options = connect(ansible_user="a", ansible_routeros_ca_path="~/ca.pem").door.options
    assert options.ca_path == "/home/operator/ca.pem"


@pytest.mark.parametrize("value", [False, "off", "VERIFY"])
def test_a_tls_mode_that_does_not_exist(connect: Connect, value: object) -> None:
    with pytest.raises(SetupFailed, match="must be one of verify, unverified, anonymous, plain"):
        assert connect(ansible_user="a", ansible_routeros_tls=value).door


def test_every_environment_variable_is_documented_and_none_names_the_host() -> None:
    environment = {entry["name"] for option in OPTIONS.values() for entry in option.get("env", ())}
    assert environment == {
        "ROUTEROS_USERNAME",
        "ROUTEROS_PASSWORD",
        "ROUTEROS_PORT",
        "ROUTEROS_TLS",
        "ROUTEROS_CA_PATH",
        "ROUTEROS_TLS_HOSTNAME",
        "ROUTEROS_TLS_PINS",
        "ROUTEROS_WINDOW",
        "ROUTEROS_TIMEOUT",
    }
    assert "env" not in OPTIONS["host"]


def test_keywords_and_ask_pass(connect: Connect) -> None:
    options = connect({"port": 1234, "remote_user": "keyword", "password": "asked", "timeout": 99}).door.options
    assert (options.port, options.user, options.password) == (1234, "keyword", "asked")
    assert options.timeout == 10.0  # the task keyword timeout is the time for the whole task


def test_the_timeout_of_the_command_line(connect: Connect) -> None:
    connection = connect(ansible_user="automation")
    connection._play_context.timeout = 33
    assert connection.door.options.timeout == 33.0


def test_a_missing_user_is_told(connect: Connect) -> None:
    with pytest.raises(SetupFailed, match="ansible_user is not set"):
        assert connect().door


def test_the_session_is_kept_and_follows_the_options(connect: Connect) -> None:
    with Server(accepting) as one, Server(accepting) as other:
        variables = {"ansible_host": "127.0.0.1", "ansible_user": "automation", "ansible_routeros_tls": "plain"}
        connection = connect(**variables, ansible_port=one.port)
        assert not connection.connected
        first = connection.session()
        assert connection.connected
        assert connection.session() is first
        door = connection.door
        # A loop keeps the connection and sets the options of the next item.
        connection.set_options(var_options={**variables, "ansible_port": one.port})
        assert connection.session() is first
        assert connection.door is door
        connection.set_options(var_options={**variables, "ansible_port": other.port})
        second = connection.session()
        assert first.closed
        assert second.port == other.port
        connection.reset()
        assert second.closed
        assert connection.session() is not second
        connection.close()
        connection.close()
        assert not connection.connected
    assert (one.connections, other.connections) == (1, 2)


def test_a_closed_session_is_opened_again(connect: Connect) -> None:
    with Server(accepting) as server:
        connection = connect(
            ansible_host="127.0.0.1", ansible_user="a", ansible_routeros_tls="plain", ansible_port=server.port
        )
        connection.session().close()
        assert connection.session().call("/echo", "=a=b").rows == [{"a": "b"}]
        connection.close()


def test_core_gets_a_connection_failure(connect: Connect) -> None:
    connection = connect(ansible_user="automation", ansible_routeros_ca_path="/nonexistent/ca.pem")
    with pytest.raises(AnsibleConnectionFailure, match=r"/nonexistent/ca\.pem"):
        connection._connect()


@pytest.mark.parametrize("pipelining", [True, False])
def test_nothing_is_run_or_copied(connect: Connect, pipelining: bool) -> None:
    connection = connect(ansible_user="automation")
    for refused in (
        lambda: connection.exec_command("id", b"data" if pipelining else None),
        lambda: connection.put_file("/a", "/b"),
        lambda: connection.fetch_file("/a", "/b"),
    ):
        with pytest.raises(AnsibleError) as caught:
            refused()
        assert not isinstance(caught.value, AnsibleConnectionFailure)
        for part in ("gather_facts: false", "bastion.routeros.wait", "async"):
            assert part in str(caught.value)


def test_what_core_may_not_try() -> None:
    assert not api.Connection.has_pipelining
    assert not api.Connection.has_native_async
    assert not api.Connection.always_pipeline_modules
    assert api.Connection.transport == NAME
