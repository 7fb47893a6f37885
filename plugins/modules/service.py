# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service
short_description: Ports, certificates and sources of the router's own services
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Sets the properties of one row of C(/ip/service). The table is fixed; nothing is added or removed.
  - Options that are left out stay as they are on the router.
  - From RouterOS 7.19 on the table also lists live connections and other listeners under the same names. Only the
    service itself is read and written here.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  name:
    description: Name of the service. V(reverse-proxy) exists on newer builds of 7.2x only.
    type: str
    required: true
    choices: [api, api-ssl, ftp, reverse-proxy, ssh, telnet, winbox, www, www-ssl]
  port:
    description:
      - TCP port, 1 to 65535. RouterOS accepts a port that another enabled service already uses, and the later one
        then does not listen; here it is refused.
    type: int
  address:
    description:
      - Prefixes and addresses that the service answers to, IPv4 and IPv6. This is the whole list; others are removed
        from it.
      - V([]) means everybody. A list with IPv4 prefixes only refuses all of IPv6.
      - Written as C(available-from) on RouterOS 7.24 and later, where the property has that name.
    type: list
    elements: str
    aliases: [available_from]
  certificate:
    description:
      - Name of the certificate, for V(api-ssl), V(www-ssl) and V(reverse-proxy). It must exist and have its private
        key on the router.
      - V(none) leaves C(api-ssl) with anonymous Diffie-Hellman, which protects nobody against an active attacker.
    type: str
  tls_version:
    description: V(any) is TLS 1.0 to 1.2, V(only-1.2) is what its name says. RouterOS serves no TLS 1.3 here.
    type: str
    choices: [any, only-1.2]
  vrf:
    description: VRF to listen in; V(main) is the default. The service is then closed on every interface outside it,
      running sessions included.
    type: str
  max_sessions:
    description: Concurrent sessions, 1 to 1000. Since 7.16.
    type: int
  disabled:
    description: V(true) closes the service for new connections at once.
    type: bool
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - O(address) is no firewall. Someone outside the list still completes the TCP handshake and is then cut off, so the
    port looks open. Use M(bastion.routeros.firewall_filter) as well.
  - C(api-ssl) comes out of the box enabled, without a certificate. Bind one before C(api) is closed.
  - A change of the service that carries the own session is proved by a new connection before it is kept. Closing
    C(winbox) does not stop MAC-WinBox, and closing C(api) does not stop REST, which lives on C(www) and C(www-ssl).
seealso:
  - module: bastion.routeros.certificate
  - module: bastion.routeros.firewall_filter
  - module: bastion.routeros.transaction
  - name: RouterOS manual, Services
    description: The table of services and what its properties do.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/103841820/Services
"""

EXAMPLES = r"""
- name: Offer the encrypted API to the management networks only
  hosts: routers
  gather_facts: false
  tasks:
    - name: Serve the API over TLS 1.2 with the router's own certificate
      bastion.routeros.service:
        name: api-ssl
        certificate: api-2026
        tls_version: only-1.2
        disabled: false

    - name: Answer to these sources only
      bastion.routeros.service:
        name: api-ssl
        address:
          - 192.0.2.0/24
          - 2001:db8:10::/64

    - name: Close what is not encrypted
      bastion.routeros.service:
        name: "{{ item }}"
        disabled: true
      loop: [api, telnet, ftp, www]
"""

RETURN = r"""
operations:
  description:
    - The plan, in the order in which it was sent, or would be sent in check mode. Empty when nothing is to be done.
    - Secrets are masked.
  returned: success
  type: list
  elements: dict
  contains:
    menu:
      description: Menu of the router.
      type: str
      sample: /ip/service
    action:
      description: C(add), C(set), C(remove), C(move), or the name of another command.
      type: str
      sample: set
    id:
      description: The router's C(.id) of the row, or a placeholder such as C(@1) for one that the plan adds.
      type: str
      sample: '*7'
    properties:
      description: What is written, in the router's own notation.
      type: dict
      sample: {disabled: "true"}
    unset:
      description: Properties that are cleared.
      type: list
      elements: str
      sample: [src_address]
    before:
      description: Row to stand before, where order counts. Absent for the end of the table.
      type: str
      sample: '*2'
    was:
      description: The old values of what is changed or removed.
      type: dict
      sample: {disabled: "false"}
before:
  description: The rows concerned as they were, by menu.
  returned: success
  type: dict
  sample: {/ip/service: [{name: telnet, port: 23, disabled: false}]}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/service: [{name: telnet, port: 23, disabled: true}]}
diff:
  description: The difference between the two, one row a line.
  returned: with C(--diff)
  type: list
  elements: dict
protected_by:
  description:
    - What would have undone the change, C(safe mode), C(dead-man switch), C(inverse plan), C(off), or C(nothing to
      protect).
  returned: when something was written
  type: str
  sample: safe mode
proved_over:
  description: Over which way in the change was proved, C(future path) or C(first contact).
  returned: when it was proved
  type: str
  sample: future path
statistics:
  description: What the task cost.
  returned: success
  type: dict
  contains:
    sentences:
      description: Sentences sent to the router.
      type: int
      sample: 12
    round_trips:
      description: How often an answer was waited for.
      type: int
      sample: 6
    bytes_sent:
      description: Bytes sent.
      type: int
      sample: 1024
    bytes_received:
      description: Bytes received.
      type: int
      sample: 16384
    seconds:
      description: Duration.
      type: float
      sample: 0.4
warnings:
  description: What deserves attention although the task succeeded.
  returned: when there are any
  type: list
  elements: str
"""
