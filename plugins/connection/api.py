# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection: inventory variables in, one authenticated API session out."""

from __future__ import annotations

DOCUMENTATION = r"""
name: api
short_description: Reach a MikroTik RouterOS router through its API, with verified TLS
version_added: 0.1.0
author:
  - bastion.routeros contributors (@bastion-routeros)
description:
  - Opens one session of the RouterOS API for each task, from the controller itself. There is no SSH, no shell
    and nothing to install on the router. TLS is verified unless the inventory says otherwise in so many words.
  - >-
    The modules of C(bastion.routeros) run over this connection only. Routers are the hosts of a play; neither
    C(connection: local) nor C(delegate_to: localhost) nor credentials in tasks are needed.
  - The inventory describes the path as it shall be in the end, with its certificate and its automation user.
    How to get in as long as that does not exist yet is said once in O(first_contact), so that one inventory
    serves the first run and every later one.
requirements:
  - librouteros >= 4.0 (Python library, where ansible-core runs)
options:
  host:
    description:
      - Address or name of the router. A literal IPv6 address may stand in brackets.
      - There is no environment variable for it. One exported variable would turn a fleet into one router.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
  port:
    description:
      - Port of the service C(api-ssl), or of C(api) with O(tls=plain), as the controller sees it. Behind a port
        translation this is the outside port.
      - The default is V(8729), and V(8728) with O(tls=plain).
    type: int
    vars:
      - name: ansible_port
    env:
      - name: ROUTEROS_PORT
    keyword:
      - name: port
  remote_user:
    description:
      - User on the router. Its group needs the policy V(api), V(read) for reading, and what the modules in use
        ask for.
    type: str
    vars:
      - name: ansible_user
    env:
      - name: ROUTEROS_USERNAME
    keyword:
      - name: remote_user
  password:
    description:
      - Password of O(remote_user). Keep it in a vault. It is never shown, neither in results nor in errors.
      - C(--ask-pass) works too.
    # Not str: Ansible's own error about what cannot be text quotes it.
    type: raw
    vars:
      - name: ansible_password
    env:
      - name: ROUTEROS_PASSWORD
  tls:
    description:
      - V(verify) checks the certificate of the router with O(ca_path), the system's store or O(tls_pins), and
        its name.
      - V(unverified) takes any certificate. Whoever sits between controller and router can read the password.
      - V(anonymous) is TLS without any certificate, what C(api-ssl) offers as long as none is bound to it. It
        protects from listeners only.
      - V(plain) is no TLS at all, the service C(api).
      - RouterOS speaks TLS 1.2 at most on C(api-ssl).
    type: str
    default: verify
    vars:
      - name: ansible_routeros_tls
    env:
      - name: ROUTEROS_TLS
  ca_path:
    description:
      - PEM file on the controller with the CA (or CAs) that the router's certificate comes from.
        C(bastion.routeros.secure_api) fetches it.
      - Without it the system's store is used, or no CA at all when there are O(tls_pins).
      - C(~) is expanded. A relative path starts at the working directory, so begin it with C({{ inventory_dir
        }}) or C({{ playbook_dir }}).
    # Not path: that makes the working directory of an empty environment variable.
    type: str
    vars:
      - name: ansible_routeros_ca_path
    env:
      - name: ROUTEROS_CA_PATH
  tls_hostname:
    description:
      - The DNS name or IP address that the certificate must carry, when it is not O(host). An IP address must
        stand in the certificate's subject alternative names as an address.
    type: str
    vars:
      - name: ansible_routeros_tls_hostname
    env:
      - name: ROUTEROS_TLS_HOSTNAME
  tls_pins:
    description:
      - Public keys that the router's certificate may have, each as V(sha256:...) with the SHA-256 of the
        SubjectPublicKeyInfo in base64 or hex. Several of them make a change of the key possible.
      - Without O(ca_path), the pins alone decide, and neither name nor dates are looked at. With it, both must
        be right.
      - Only with O(tls=verify).
    type: list
    elements: str
    default: []
    vars:
      - name: ansible_routeros_tls_pins
    env:
      - name: ROUTEROS_TLS_PINS
  first_contact:
    description:
      - How to get in before the path above exists.
      - Used when, and only when, the login over that path fails because C(api-ssl) has no certificate, because
        the file O(ca_path) does not exist, or because the login is refused. Never for an unknown CA, a wrong
        name, an expired certificate or a wrong pin. It says so with a warning.
      - A dictionary with C(method) (V(anonymous), V(plain), or V(ssh) for M(bastion.routeros.bootstrap) only),
        C(port) (default V(8729), V(8728), V(22)), C(user) (default V(admin)) and C(password) (default empty, as
        out of the box).
      - With C(method=ssh), C(private_key) names a file on the controller to log in with instead of the password, and
        C(passphrase) opens it. C(host_key) is the fingerprint of the router's host key, or a list of them, each
        V(SHA256:...) as C(ssh-keygen -l) shows it. Without it the key is looked up in C(known_hosts) (default
        C(~/.ssh/known_hosts)). A key that is not known is refused, unless C(accept_new) is V(true); then it is written
        to that file.
      - When the path stands and only the user is missing, C(user) and C(password) are used over that path.
      - Anonymous and plain connections give the password to whoever is between controller and router. Do the
        first run on a network that you trust.
    type: raw
    vars:
      - name: ansible_routeros_first_contact
  knock:
    description:
      - The packets that open the door when it is closed, in order. Each is V(tcp/PORT) or V(udp/PORT);
        V(udp/PORT/BYTES) carries that many bytes. See P(bastion.routeros.knock#role).
      - Played when, and only when, a probe of less than a second finds the door closed. When it stays closed the
        sequence is played once more.
      - It is a secret. Keep it in a vault; it is never shown, neither in results nor in errors.
    type: raw
    vars:
      - name: ansible_routeros_knock
  knock_source:
    description:
      - Address of the controller to knock and to connect from, where it has several. The knock opens the door for
        that address only.
    type: str
    vars:
      - name: ansible_routeros_knock_source
  window:
    description:
      - How many commands may be under way at once when many are sent. It is halved when the router complains.
    type: int
    default: 64
    vars:
      - name: ansible_routeros_window
    env:
      - name: ROUTEROS_WINDOW
  answer_timeout:
    description:
      - Seconds that connecting and each step of the TLS handshake may take, and that an answer may pause. Big
        tables take longer as long as rows keep coming.
      - The default is what C(ansible-playbook --timeout), E(ANSIBLE_TIMEOUT) or C(timeout) in C(ansible.cfg)
        say, else V(10).
      - The task keyword C(timeout) is another thing, the time for the whole task.
    type: float
    vars:
      - name: ansible_timeout
      - name: ansible_routeros_timeout
    env:
      - name: ROUTEROS_TIMEOUT
notes:
  - >-
    Say C(gather_facts: false) in plays on routers; M(bastion.routeros.facts) reads facts.
  - Use M(bastion.routeros.wait) instead of M(ansible.builtin.wait_for_connection).
  - C(become) has no meaning on a router and is ignored. C(async) is refused.
  - Commands, scripts and file transfers (M(ansible.builtin.command), M(ansible.builtin.copy) and their like)
    are refused, never run on the controller by mistake.
  - Text is UTF-8. Bytes that are not UTF-8, as old tools wrote them, are carried through unchanged.
seealso:
  - module: bastion.routeros.wait
  - module: bastion.routeros.facts
  - name: RouterOS API
    description: The protocol, in the RouterOS manual.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/47579160/API
"""

EXAMPLES = r"""
- name: The inventory of a fleet that is verified by its own CAs
  # group_vars/routers.yml
  vars:
    ansible_connection: bastion.routeros.api
    ansible_user: automation
    ansible_password: "{{ vault_automation_password }}"
    ansible_routeros_ca_path: "{{ inventory_dir }}/ca/{{ inventory_hostname }}.pem"
    # Used until the certificate, the CA file and the user exist; harmless afterwards.
    ansible_routeros_first_contact:
      method: anonymous
      user: admin
      password: "{{ vault_factory_password }}"

- name: A router behind a port translation, known by the public key of its certificate
  # host_vars/branch-7.yml
  vars:
    ansible_connection: bastion.routeros.api
    ansible_host: 203.0.113.7
    ansible_port: 18729
    ansible_user: automation
    ansible_password: "{{ vault_automation_password }}"
    ansible_routeros_tls_pins:
      - sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=

- name: A play on routers
  hosts: routers
  gather_facts: false
  tasks:
    - name: Who may log in from where
      bastion.routeros.facts:
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.connection import ConnectionBase
from ansible.utils.display import Display
from ansible.utils.path import unfrackpath
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import (
    DEFAULT_TIMEOUT,
    DEFAULT_WINDOW,
    TLS_MODES,
    ConnectionOptions,
    FirstContact,
    bad_option,
    parse_knock,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import TRANSPORT, Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

display = Display()

_NO_SHELL = (
    "The connection bastion.routeros.api carries the RouterOS API: nothing can be run on a router or copied to it, "
    "and nothing is run on the controller instead. If this is the play's fact gathering, say gather_facts: false "
    "(bastion.routeros.facts reads facts). Instead of wait_for_connection use bastion.routeros.wait, instead of "
    "commands and scripts the modules of bastion.routeros, e.g. bastion.routeros.menu for any menu. async does not "
    "work over it either."
)


class Connection(ConnectionBase):  # type: ignore[misc]  # ansible-core ships no types
    """One session of the RouterOS API, opened when it is first asked for and kept until the task ends."""

    transport = TRANSPORT
    has_pipelining = False
    has_native_async = False
    has_tty = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door: Door | None = None
        self._session: Session | None = None

    @property
    def door(self) -> Door:
        """The door that the options describe now.

        :raises RouterError: SetupFailed (bad_option) when an option cannot be used
        """
        options = self._connection_options()
        if self._door is None or self._door.options != options:
            # In a loop, each item may set other variables while the connection object stays.
            self.close()
            self._door = Door(options)
        return self._door

    def session(self) -> Session:
        """The open session, opened now when there is none.

        :raises RouterError: SetupFailed, ConnectFailed or LoginFailed; the message is for the user
        """
        door = self.door
        if self._session is None or self._session.closed:
            options = door.options
            display.vvv(
                f"ESTABLISH ROUTEROS API SESSION FOR USER: {options.user} ON PORT {options.effective_port} "
                f"TLS {options.tls}",
                host=options.host,
            )
            self._session = door.open()
            self._connected = True
            display.vvv(f"ROUTEROS API SESSION IS OPEN ({door.way})", host=options.host)
        return self._session

    def transport_test(self, connect_timeout: float) -> None:
        """Called by wait_for_connection, whose second test cannot work: tell that now, not after its 600 seconds."""
        display.warning(
            "wait_for_connection runs the ping module on its target, which a router cannot do: it will wait until its "
            "timeout and then fail. Use bastion.routeros.wait."
        )
        self._connect()

    def reset(self) -> None:
        """End the session; the next use opens a new one."""
        self.close()

    def close(self) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self._connected = False

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Refused: a router has no shell."""
        raise AnsibleError(_NO_SHELL)

    def put_file(self, in_path: str, out_path: str) -> None:
        """Refused: nothing is copied."""
        raise AnsibleError(_NO_SHELL)

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Refused: nothing is copied."""
        raise AnsibleError(_NO_SHELL)

    def _connect(self) -> Connection:
        try:
            self.session()
        except RouterError as error:
            raise AnsibleConnectionFailure(error.message) from error
        return self

    def _connection_options(self) -> ConnectionOptions:
        timeout = self.get_option("answer_timeout")
        if timeout is None:
            # --timeout, ANSIBLE_TIMEOUT and ansible.cfg come this way.
            timeout = getattr(self._play_context, "timeout", None) or DEFAULT_TIMEOUT
        pins: Sequence[str] = self.get_option("tls_pins") or ()
        ca_path = _text(self.get_option("ca_path"))
        window = self.get_option("window")
        return ConnectionOptions(
            host=_text(self.get_option("host")),
            user=_text(self.get_option("remote_user")),
            password=_secret(self.get_option("password"), "ansible_password"),
            port=self.get_option("port") or 0,
            tls=_text(self.get_option("tls")) or TLS_MODES[0],
            ca_path=unfrackpath(ca_path, follow=False) if ca_path else "",
            tls_hostname=_text(self.get_option("tls_hostname")),
            tls_pins=tuple(str(pin) for pin in pins if pin),
            timeout=float(timeout),
            window=DEFAULT_WINDOW if window is None else int(window),
            first_contact=FirstContact.parse(self.get_option("first_contact")),
            knock=parse_knock(self.get_option("knock")),
            knock_source=_text(self.get_option("knock_source")),
        )


def _secret(value: object, name: str) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        raise bad_option(f"{name} has to be text; its value is not shown.")
    return _text(value)


def _text(value: object) -> str:
    return "" if value is None else str(value)
