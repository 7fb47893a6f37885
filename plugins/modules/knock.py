# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: knock
short_description: Open a door of the router by a secret sequence of packets
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Looks whether a port of the router answers, and knocks when it does not. Once more when it stays closed.
  - The modules of this collection knock by themselves with C(ansible_routeros_knock). Use this one to open the door
    for something else, such as SSH, or to test it.
  - Only reads, as far as the router's configuration is concerned, and does not log in. The sequence is a secret and
    is masked.
options:
  sequence:
    description:
      - The steps, each C(tcp/PORT), C(udp/PORT) or C(udp/PORT/BYTES).
      - The default is C(ansible_routeros_knock) of the inventory.
    type: list
    elements: str
  port:
    description: TCP port that shall be open. The default is the inventory's way in.
    type: int
  source:
    description: Address of the controller to knock from. The default is C(ansible_routeros_knock_source).
    type: str
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
attributes:
  check_mode:
    description: Looks whether the door is open and does not knock.
    support: full
  idempotent:
    description: An open door is not knocked at.
    support: full
seealso:
  - plugin: bastion.routeros.api
    plugin_type: connection
  - plugin: bastion.routeros.knock_sequence
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Open the door for something else
  hosts: routers
  gather_facts: false
  tasks:
    - name: Open SSH, which is behind the same knock
      bastion.routeros.knock:
        port: 22

    - name: Open the way in of this inventory now, by ansible_routeros_knock
      bastion.routeros.knock:

    - name: Knock with a derived sequence, from one of several addresses of the controller
      bastion.routeros.knock:
        sequence: "{{ knock_secret | bastion.routeros.knock_sequence(inventory_hostname) }}"
        source: 192.0.2.10
"""

RETURN = r"""
was_open:
  description: Whether the port answered before a knock.
  returned: always
  type: bool
  sample: false
open:
  description: Whether it answers now.
  returned: always
  type: bool
  sample: true
attempts:
  description: How often the sequence was sent.
  returned: always
  type: int
  sample: 1
"""
