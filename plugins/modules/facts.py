# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: facts
short_description: What router this is, and who can reach it how
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Reads version, identity, model, services, users, certificates, sessions, own addresses and IPsec
    peers, and returns them as C(ansible_facts.routeros).
  - Use it instead of C(gather_facts), which needs a shell on the managed host.
  - Only reads, and reads no secrets.
options:
  gather_subset:
    description:
      - What to read. V(system) is always read. V(!WORD) leaves one out, as in V([all, '!certificates']).
      - What the user's policies do not let it read is left out, with a warning.
    type: list
    elements: str
    choices:
      - all
      - certificates
      - ipsec
      - network
      - services
      - sessions
      - system
      - users
      - '!certificates'
      - '!ipsec'
      - '!network'
      - '!services'
      - '!sessions'
      - '!users'
    default: [all]
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
seealso:
  - module: bastion.routeros.wait
"""

EXAMPLES = r"""
- name: Look at the routers
  hosts: routers
  gather_facts: false
  tasks:
    - name: Read everything
      bastion.routeros.facts:

    - name: Stop where RouterOS is too old
      ansible.builtin.assert:
        that: ansible_facts.routeros.version is version('7.18', '>=')
        fail_msg: "{{ ansible_facts.routeros.identity }} runs {{ ansible_facts.routeros.version }}"

    - name: Read only what is needed
      bastion.routeros.facts:
        gather_subset: [services]

    - name: Tell where the encrypted API listens
      ansible.builtin.debug:
        msg: "api-ssl is on port {{ ansible_facts.routeros.services['api-ssl'].port }}"
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: success
  type: dict
  contains:
    routeros:
      description: All facts of the router.
      type: dict
      contains:
        version:
          description: Version, the number alone.
          type: str
          sample: 7.22.3
        identity:
          description: Name of the router in C(/system/identity).
          type: str
          sample: core1
        model:
          description: Board name.
          type: str
          sample: RB5009UG+S+
        architecture:
          description: Architecture.
          type: str
          sample: arm64
        uptime:
          description: Time since the last start.
          type: str
          sample: 1w2d3h4m5s
        seen_from:
          description:
            - Addresses that the router sees the user of the inventory come from, this session's included.
            - With V(sessions).
          type: list
          elements: str
          sample: [192.0.2.10]
        services:
          description:
            - Services by name, with V(services). Live connections that newer versions list among them are left out.
          type: dict
          sample: {api-ssl: {port: 8729, address: [192.0.2.0/24], certificate: api-2026, disabled: false}}
        users:
          description: Users by name, with V(users). Passwords are not readable.
          type: dict
          sample: {automation: {group: automation, address: [192.0.2.10/32], disabled: false}}
        groups:
          description: Groups by name with the policies that they grant, with V(users).
          type: dict
          sample: {automation: {policy: [read, write, policy, test, sensitive, api]}}
        user_settings:
          description: What the router asks of passwords, with V(users).
          type: dict
          sample: {minimum_password_length: 12, minimum_categories: 3}
        last_logins:
          description: When each user logged in last, as the router shows it, with V(users). Empty when never.
          type: dict
          sample: {admin: '2026-11-22 04:11:07'}
        certificates:
          description: Certificates by name, with V(certificates).
          type: dict
          sample: {api-2026: {common_name: core1, ca: bastion-ca, expires_after: 117w5d23h59m12s}}
        sessions:
          description: Who is logged in now, with V(sessions).
          type: list
          elements: dict
          sample: [{name: automation, address: 192.0.2.10, via: api, group: automation, when: '2026-11-22 10:15:00'}]
        addresses:
          description: The router's own addresses as prefixes, IPv4 and IPv6, with V(network).
          type: list
          elements: str
          sample: [192.168.88.1/24, 'fe80::1/64']
        ipsec_peers:
          description: IPsec peers by name, with V(ipsec).
          type: dict
          sample: {bastion-api: {address: 198.51.100.7/32, exchange_mode: ike2, passive: true, disabled: false}}
statistics:
  description: What the task cost, in C(sentences), C(round_trips), C(bytes_sent), C(bytes_received) and C(seconds).
  returned: success
  type: dict
  sample: {sentences: 8, round_trips: 8, bytes_sent: 412, bytes_received: 5120, seconds: 0.2}
warnings:
  description: What could not be read.
  returned: when there are any
  type: list
  elements: str
"""
