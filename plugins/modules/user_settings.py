# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: user_settings
short_description: What the router asks of its users' passwords
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Sets C(/user/settings). Options that are left out stay as they are.
  - The rules are applied by the router when a user is added or a password is changed. Passwords that exist already
    stay as they are.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  minimum_password_length:
    description: Shortest password, in characters. V(0) asks for nothing.
    type: int
  minimum_categories:
    description: How many of the four kinds (digits, lower case, upper case, symbols) a password must have, V(0) to
      V(4).
    type: int
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - The own user needs the policy C(policy) for this module.
seealso:
  - module: bastion.routeros.user
"""

EXAMPLES = r"""
- name: Ask for decent passwords
  hosts: routers
  gather_facts: false
  tasks:
    - name: Twelve characters of three kinds
      bastion.routeros.user_settings:
        minimum_password_length: 12
        minimum_categories: 3

    - name: Raise the bar, and leave the kinds as they are
      bastion.routeros.user_settings:
        minimum_password_length: 16

    - name: Back to RouterOS's default
      bastion.routeros.user_settings:
        minimum_password_length: 0
        minimum_categories: 0
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
      sample: /user/settings
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
      sample: {minimum_password_length: "12"}
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
      sample: {minimum_password_length: "0"}
before:
  description: The rows concerned as they were, by menu.
  returned: success
  type: dict
  sample: {/user/settings: [{minimum_password_length: 0, minimum_categories: 0}]}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/user/settings: [{minimum_password_length: 12, minimum_categories: 0}]}
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
