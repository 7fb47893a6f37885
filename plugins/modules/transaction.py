# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: transaction
short_description: Several changes that stand or fall together
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Carries out the changes of several modules in one session as a whole. Either all of them are kept, or none.
  - The changes are planned together first. Then safe mode is taken, the plan is sent and read back, and after O(settle)
    seconds a fresh, verified login over the path that the inventory describes must succeed. Only then is the result
    kept. Anything else, an interruption included, is rolled back.
  - Every module that writes is itself such a transaction with one change, so use this one only where a state in
    between would be wrong.
  - Check mode plans, and writes nothing. Secrets in O(changes) are masked by the modules that they are
    for.
options:
  changes:
    description:
      - The changes in their order, each a dictionary with one key, the name of the module (C(service) or
        C(bastion.routeros.service)), whose value are that module's options.
      - A later change sees what the earlier ones make; a user can be put into a group that the change before creates.
      - Every module that writes can be named, except M(bastion.routeros.transaction) itself.
      - Options of the protection (O(safe_mode), O(prove) and their companions) belong to the transaction and are
        refused inside. C(module_defaults) do not reach inside.
    type: list
    elements: dict
    required: true
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - To change the way in, use two transactions. The first opens the new way and proves it; the second, which runs over
    the new way, closes the old one. In one transaction, the session that holds safe mode would cut itself off.
  - Safe mode undoes at most one hundred actions, those of other sessions included. What becomes of a longer plan is
    told at O(safe_mode).
  - RouterOS before 7.18 has no safe mode over the API. See O(safe_mode) for the dead-man switch that stands in for it,
    and may restart the router.
  - Changes that others make meanwhile are neither prevented nor spared. They are told in a warning, and are undone as
    well when the task fails under safe mode or the dead-man switch fires.
  - Not undone by safe mode are certificates, files and timed entries of address lists. Certificates are therefore
    made before, and only bound inside.
seealso:
  - module: bastion.routeros.service
  - module: bastion.routeros.firewall_filter
  - name: RouterOS manual, Configuration Management
    description: Safe mode and its limits.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/328155/Configuration+Management
"""

EXAMPLES = r"""
- name: Change what belongs together
  hosts: routers
  gather_facts: false
  tasks:
    - name: Open the new way in
      bastion.routeros.transaction:
        changes:
          - user_group:
              name: automation
              policy: [api, read, write, policy]
          - user:
              name: automation
              group: automation
              password: "{{ vault_automation_password }}"
          - service:
              name: api-ssl
              certificate: api-2026
              disabled: false
        prove_as:
          user: automation
          password: "{{ vault_automation_password }}"

    - name: Close the old one
      bastion.routeros.transaction:
        changes:
          - bastion.routeros.service:
              name: api
              disabled: true
          - bastion.routeros.service:
              name: telnet
              disabled: true

    - name: Fill the list and use it, or neither
      bastion.routeros.transaction:
        safe_mode: required
        changes:
          - address_list:
              list: blocked
              entries: [198.51.100.0/24]
          - firewall_filter:
              ruleset: blocked
              rules:
                - action: drop
                  src_address_list: blocked
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
  sample: {/ip/service: [{name: api, port: 8728, disabled: false}]}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/service: [{name: api, port: 8728, disabled: true}]}
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
