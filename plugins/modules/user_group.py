# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: user_group
short_description: User groups and their policies
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/user/group).
  - O(policy) is the whole truth. RouterOS merges what it is sent with what was there, so every policy is sent each
    time, the ones that are not listed as refused.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  name:
    description: Name of the group.
    type: str
    required: true
  policy:
    description:
      - The granted policies. What is not in the list is refused; V([]) refuses all. Left out, the policies of an
        existing group stay as they are, and a new group has none.
      - The words are V(api), V(ftp), V(local), V(password), V(policy), V(read), V(reboot), V(rest-api), V(romon),
        V(sensitive), V(sniff), V(ssh), V(telnet), V(test), V(web), V(winbox) and V(write).
      - A refused policy may be written with V(!) in front. A refused one that this version does not know, such as
        V(!dude), is dropped; a granted one that it does not know fails before anything is written.
    type: list
    elements: str
  skin:
    description: WebFig skin.
    type: str
  comment:
    description: Comment; V("") removes it.
    type: str
  state:
    description: RouterOS refuses to remove a group that has users, and its own groups C(read), C(write) and C(full).
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - A user of the API needs V(api) to log in, V(read) to see and V(write) to change. None of them includes another,
    and users and groups need V(policy) besides.
  - Whoever has V(policy) can give themselves every other right. The built-in group C(read) is no harmless viewer; it
    holds V(sensitive), V(reboot), V(password), V(sniff) and V(test).
  - A change that takes V(api) or V(read) from the group of the inventory's own user fails the proof and is rolled back;
    see O(prove). Taking V(write) or V(policy) from it is kept, and is the last change that this user makes.
seealso:
  - module: bastion.routeros.user
  - name: RouterOS manual, User
    description: What each policy allows.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/8978504/User
"""

EXAMPLES = r"""
- name: Give each account just the rights it needs
  hosts: routers
  gather_facts: false
  tasks:
    - name: A group for the automation
      bastion.routeros.user_group:
        name: automation
        policy: [api, read, write, policy]

    - name: A group that can look but not touch
      bastion.routeros.user_group:
        name: monitoring
        policy: [api, read]
        comment: Made by Ansible

    - name: Remove a group that nobody needs
      bastion.routeros.user_group:
        name: interns
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
      sample: /user/group
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
      sample:
        name: monitoring
        policy: >-
          read,api,!local,!telnet,!ssh,!ftp,!reboot,!write,!policy,!test,!winbox,!password,!web,!sniff,!sensitive,!romon,!rest-api
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
  sample: {/user/group: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/user/group: [{name: monitoring, policy: [read, api]}]}
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
