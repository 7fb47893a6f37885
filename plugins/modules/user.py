# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: user
short_description: Users of the router
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/user).
  - RouterOS never gives a password back. Whether O(password) is still the right one is found out by a login, so that
    a second run is truthful about having changed nothing; see O(update_password).
  - Check mode reports the same plan as a real run, the login that tests the password included. O(password) is never
    shown, neither in results nor in diffs, errors or logs.
options:
  name:
    description: Name to log in with. Letters, digits and C(_), C(.), C(#), C(-), C(@). It ends with a letter or digit
      and begins with neither C(.) nor C(-).
    type: str
    required: true
  group:
    description: Name of an existing group. Required for a new user.
    type: str
  password:
    description: Required for a new user. It must satisfy M(bastion.routeros.user_settings) of the router.
    type: str
  update_password:
    description:
      - When O(password) of a user who exists already is written.
      - V(probe) logs in with it, and writes it when the router refuses the login. The router's answer is the same for
        a user who is disabled, may not use the API or may not come from here, so in these cases the task fails and
        asks for one of the other words.
      - V(always) writes it in every run and reports a change each time. V(on_create) only ever writes it for a new
        user.
    type: str
    choices: [probe, always, on_create]
    default: probe
  address:
    description:
      - Prefixes and addresses that this user may log in from, IPv4 and IPv6. This is the whole list; V([]) means from
        everywhere.
      - A login from elsewhere is answered like a wrong password.
    type: list
    elements: str
  disabled:
    description: V(true) locks the user out. RouterOS answers the attempt to disable the own user with success and
      does nothing; here it is an error.
    type: bool
  comment:
    description: Comment; V("") removes it.
    type: str
  inactivity_timeout:
    description: Idle time, V(1m) to V(1d), after which O(inactivity_policy) acts. Since 7.16.
    type: str
  inactivity_policy:
    description: What to do with an idle session. V(logout) may end API sessions too, so leave V(none) for the
      automation. Since 7.16.
    type: str
    choices: [none, logout, lockscreen]
  ssh_keys:
    description:
      - Public keys that this user may log in with over SSH, each as in a C(.pub) file. This is the whole list; V([])
        removes all. Left out, they stay as they are.
      - RSA, Ed25519 and Ed25519 of security keys; RouterOS refuses ECDSA. The keys are told apart by their
        fingerprints.
      - A user with a key cannot log in over SSH with the password any more, unless C(/ip/ssh) allows both. A warning
        says so.
    type: list
    elements: str
  end_sessions:
    description: When this task changes anything about the user, end the sessions that are open, once the change is
      proved. They live on otherwise. Since 7.20, and not for the own user.
    type: bool
    default: false
  state:
    description: RouterOS refuses to remove the last user with full rights.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - The own user needs the policy C(policy) for this module.
  - A change after which the user of the inventory cannot log in any more is rolled back; see O(prove).
  - Sessions that are open stay open when a password changes, unless O(end_sessions) is set.
seealso:
  - module: bastion.routeros.user_group
  - module: bastion.routeros.user_settings
  - name: RouterOS manual, User
    description: Users, groups and their policies.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/8978504/User
"""

EXAMPLES = r"""
- name: Keep the accounts of the routers
  hosts: routers
  gather_facts: false
  tasks:
    - name: The automation's own account, from the controller only
      bastion.routeros.user:
        name: automation
        group: automation
        password: "{{ vault_automation_password }}"
        address: [192.0.2.10/32, 2001:db8:10::10/128]

    - name: Somebody whose password this controller cannot try
      bastion.routeros.user:
        name: night-shift
        group: read
        password: "{{ vault_night_shift_password }}"
        update_password: on_create

    - name: Somebody who logs in with a key, and whose old sessions end when anything changes
      bastion.routeros.user:
        name: jdoe
        group: full
        password: "{{ vault_jdoe_password }}"
        update_password: on_create
        ssh_keys:
          - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGu6C0Fn5Ym9MKmRRhbqZ1aAFJmXBvYFTMSoykb1q0aT jdoe@example.net
        end_sessions: true

    - name: Lock the account that every scanner tries
      bastion.routeros.user:
        name: admin
        disabled: true

    - name: Say goodbye to a colleague
      bastion.routeros.user:
        name: jsmith
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
