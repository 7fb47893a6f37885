# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: knock_info
short_description: The secret knock of a router for a human, with ready lines for knock, nmap, nc and others
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Tells the steps that open the door of a router, and lines ready to be run by hand, for C(knock), C(nmap), C(nc),
    PowerShell, WinBox and the browser of a phone.
  - B(It shows the sequence), since that is what it is for. Everything else in this collection masks it. Run it where
    nobody looks over your shoulder and nothing keeps the output.
  - Only reads the inventory. Opens no session and sends nothing, so it works when the router is out of reach.
options:
  sequence:
    description:
      - The steps, each C(tcp/PORT), C(udp/PORT) or C(udp/PORT/BYTES).
      - Without it and O(secret), C(ansible_routeros_knock) of the inventory.
    type: list
    elements: str
  secret:
    description:
      - Derives the steps from this, as O(bastion.routeros.knock#role:main:knock_secret) does. It is masked.
    type: str
  name:
    description: With O(secret), the router's name in the inventory. The default is the host of this task.
    type: str
  rotation:
    description: With O(secret), what O(bastion.routeros.knock#role:main:knock_rotation) says.
    type: str
    default: ''
  steps:
    description: With O(secret), how many. The role takes the default.
    type: int
    default: 4
  host:
    description: The router's address or name in the lines. The default is that of the inventory.
    type: str
  port:
    description: The port that the knock opens. The default is the inventory's way in.
    type: int
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
seealso:
  - module: bastion.routeros.knock
  - plugin: bastion.routeros.knock_sequence
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the knock down for somebody who is on the road
  hosts: router1
  gather_facts: false
  tasks:
    - name: Ask for the knock that the inventory plays
      bastion.routeros.knock_info:
      register: by_hand

    - name: Show what to run on Linux
      ansible.builtin.debug:
        msg: "{{ by_hand.lines.nc }}"

    - name: Ask for the sequence of next month
      bastion.routeros.knock_info:
        secret: "{{ knock_secret }}"
        rotation: 2026-12

    - name: Write down a sequence for a router that is reached by another name from there
      bastion.routeros.knock_info:
        sequence: [tcp/41873, udp/12077, tcp/28511]
        host: vpn.example.net
"""

RETURN = r"""
sequence:
  description: The steps, unmasked.
  returned: success
  type: list
  elements: str
  sample: [tcp/41873, udp/12077, tcp/28511]
host:
  description: The router's address or name.
  returned: success
  type: str
  sample: 192.0.2.1
port:
  description: The port that the knock opens.
  returned: success
  type: int
  sample: 8729
lines:
  description: Lines by program, to be run, or opened one after the other, in this order.
  returned: success
  type: dict
  contains:
    knock:
      description: C(knock) of the package knockd.
      type: list
      elements: str
      sample: [knock -d 300 192.0.2.1 41873:tcp 12077:udp 28511:tcp]
    nmap:
      description: C(nmap), as root.
      type: list
      elements: str
      sample: [nmap -n -Pn --max-retries 0 -sS -p 41873 192.0.2.1]
    nc:
      description: C(nc) of OpenBSD, which most systems have.
      type: list
      elements: str
      sample: [nc -z -w 1 192.0.2.1 41873]
    powershell:
      description: PowerShell 5.1 and later.
      type: list
      elements: str
      sample:
        - >-
          $c = [Net.Sockets.TcpClient]::new(); $null = $c.BeginConnect('192.0.2.1', 41873, $null, $null);
          Start-Sleep -Milliseconds 300; $c.Close()
    winbox:
      description: What to write into C(Connect To) of WinBox. Empty when a step is UDP.
      type: list
      elements: str
      sample: ['192.0.2.1:41873']
    browser:
      description: Pages to open in one tab, of a phone for example. Empty when a step is UDP.
      type: list
      elements: str
      sample: ['http://192.0.2.1:41873/']
notes:
  description: Why a program has no lines.
  returned: success
  type: list
  elements: str
  sample: ['winbox: it sends TCP only (step 2).']
weaknesses:
  description: What makes the sequence weak.
  returned: success
  type: list
  elements: str
  sample: []
"""
