# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: password_rotation
short_description: Give a user of the router a new generated password
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes a new password, keeps it in a file on the controller, sets it on the router, and proves it by a login before
    the old one is forgotten. The password is never shown.
  - Until the login has succeeded the new password is in O(password_file) with C(.next) behind its name, and the old
    one stays where it is. A run that was cut in between, at whatever point, is finished by the next one, which finds
    out by a login which of the two the router has.
  - With the user of the inventory, let C(ansible_password) come from that file, and make this the last task of its
    play, or use a lookup that reads the file each time.
  - Check mode tells whether a new password would be made. Nothing is written, neither to the router nor to a file.
options:
  user:
    description: Whose password. The default is the user that the inventory logs in with.
    type: str
  password_file:
    description: File on the controller for the password, mode 0600, and for nothing else. As a file of variables in
      C(host_vars) the next run finds it by itself.
    type: path
    required: true
  password_format:
    description:
      - What O(password_file) holds.
      - V(vault) is a file of variables, encrypted with the first vault secret of the play. V(vars) is the same file
        in the clear, V(text) is the password alone.
    type: str
    choices: [vault, vars, text]
    default: vault
  password_variable:
    description: Name of the variable in that file. The default is C(ansible_password) for the user of the inventory,
      and C(password) for others.
    type: str
  older_than:
    description: Only when O(password_file) was written at least so many days ago, so that the task can be in every
      run.
    type: int
    default: 0
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
attributes:
  idempotent:
    description: Within the days of O(older_than).
    support: partial
notes:
  - The own user needs the policy C(policy).
  - A user whose group lacks the policy C(api), or who may not log in from here, gets the password without the proof;
    a warning says so.
  - Sessions that are open stay open when a password changes.
seealso:
  - module: bastion.routeros.user
  - module: bastion.routeros.bootstrap
"""

EXAMPLES = r"""
- name: New passwords every quarter, a few routers at a time
  hosts: routers
  gather_facts: false
  serial: 20%
  max_fail_percentage: 0
  tasks:
    - name: A new password for the automation itself
      bastion.routeros.password_rotation:
        password_file: "{{ inventory_dir }}/host_vars/{{ inventory_hostname }}/password.yml"
        older_than: 90

    - name: And one for a person, in a vault of its own
      bastion.routeros.password_rotation:
        user: netadmin
        password_file: "{{ inventory_dir }}/passwords/{{ inventory_hostname }}.yml"
        password_variable: netadmin_password
        older_than: 90

- name: A new password for somebody else, in the clear in a folder that is encrypted by other means
  hosts: routers
  gather_facts: false
  tasks:
    - name: The account of the monitoring
      bastion.routeros.password_rotation:
        user: monitoring
        password_file: /srv/secrets/{{ inventory_hostname }}/monitoring
        password_format: text
"""

RETURN = r"""
user:
  description: Whose password it is.
  returned: success
  type: str
  sample: automation
password_file:
  description: Where it is kept.
  returned: success
  type: str
  sample: /srv/infra/host_vars/router1/password.yml
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
      sample: /user
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
      sample: {name: automation, group: automation, password: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER}
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
  sample: {/user: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/user: [{name: automation, group: automation, address: [192.0.2.10/32]}]}
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
