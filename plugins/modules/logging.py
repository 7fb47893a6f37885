# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: logging
short_description: What the router logs, and where to
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes or removes a row of C(/system/logging).
  - A row has no name, and the router would take the same one twice, so a row is known by O(topics), O(action) and
    O(prefix) together. The other options are properties of it.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  topics:
    description:
      - A message must have all of these topics, and none of those with V(!) in front. The order does not matter.
      - For messages of either of two topics make two rows. An empty list would log everything, debug included, and is
        refused.
    type: list
    elements: str
    required: true
  action:
    description: Name of a logging action, such as V(memory), V(disk), V(echo), V(remote), or one of
      M(bastion.routeros.logging_action).
    type: str
    default: memory
  prefix:
    description: Text in front of the message.
    type: str
    default: ''
  regex:
    description: Only messages that match this pattern. V("") is for all. Since 7.17.
    type: str
  comment:
    description: Comment; V("") removes it. Since 7.22.
    type: str
  disabled:
    description: V(true) keeps the row without letting it act.
    type: bool
  state:
    description: RouterOS's own rows cannot be removed, only disabled.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - Firewall rules with C(log=yes) write under the topics C(firewall,info), which the router's default row for C(info)
    sends to memory already.
  - There is no C(/ip/firewall/logging) menu, whatever some articles say.
seealso:
  - module: bastion.routeros.logging_action
  - module: bastion.routeros.firewall_filter
  - name: RouterOS manual, Log
    description: Topics, rules and actions.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/328094/Log
"""

EXAMPLES = r"""
- name: Send what matters to the collector
  hosts: routers
  gather_facts: false
  tasks:
    - name: Firewall messages
      bastion.routeros.logging:
        topics: [firewall]
        action: siem

    - name: Logins and logouts
      bastion.routeros.logging:
        topics: [system, info, account]
        action: siem
        prefix: "{{ inventory_hostname }}"

    - name: DHCP without its debug messages
      bastion.routeros.logging:
        topics: [dhcp, '!debug']

    - name: No longer log wireless debugging
      bastion.routeros.logging:
        topics: [wireless, debug]
        state: absent
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
      sample: /system/logging
    action:
      description: C(add), C(set), C(remove), C(move), or the name of another command.
      type: str
      sample: add
    id:
      description: The router's C(.id) of the row, or a placeholder such as C(@1) for one that the plan adds.
      type: str
      sample: '*7'
    properties:
      description: What is written, in the router's own notation.
      type: dict
      sample: {topics: firewall, action: siem, prefix: ""}
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
      sample: {comment: old text}
before:
  description: The rows concerned as they were, by menu.
  returned: success
  type: dict
  sample: {/system/logging: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/system/logging: [{topics: [firewall], action: siem, prefix: ""}]}
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
