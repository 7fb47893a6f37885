# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_peer
short_description: IPsec peers
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/ip/ipsec/peer), which says whom to talk IKE with.
  - How the two prove who they are is said by M(bastion.routeros.ipsec_identity) since RouterOS 6.44, and what they may
    agree on by M(bastion.routeros.ipsec_profile). Options that were moved there are refused with a hint.
  - Options that are left out stay as they are on the router. RouterOS's default for O(exchange_mode) is C(main), which
    is IKEv1.
  - Check mode reports the same plan as a real run. O(ppk_secret) is never shown, neither in results nor in diffs,
    errors or logs.
options:
  name:
    description: Name of the peer.
    type: str
    required: true
  address:
    description:
      - Address, prefix or DNS name of the other end. Left out, a new peer takes everybody.
      - RouterOS takes several peers of the same address only with different values of O(exchange_mode).
    type: str
  local_address:
    description: Address of the router to use; V(0.0.0.0) is any.
    type: str
  port:
    description: UDP port of the other end. RouterOS's default is 500.
    type: int
  profile:
    description: Name of the profile.
    type: str
  exchange_mode:
    description: V(ike2) is IKEv2, the others are IKEv1. V(base) is gone in newer builds.
    type: str
    choices: [main, base, aggressive, ike2]
  passive:
    description: Wait for the other end to begin.
    type: bool
  send_initial_contact:
    description: Have the other end forget connections from before.
    type: bool
  ppk_secret:
    description: Post-quantum pre-shared key. Since 7.21.
    type: str
  update_secret:
    description:
      - When O(ppk_secret) of a peer that exists already is written.
      - V(compare) writes it when it is another one. RouterOS tells it to users with the policy C(sensitive). Where it
        does not tell it, the task fails and asks for one of the other words.
      - V(always) writes it in every run and reports a change each time. V(on_create) only ever writes it for a new
        row.
    type: str
    choices: [compare, always, on_create]
    default: compare
  comment:
    description: Comment; V("") removes it.
    type: str
  disabled:
    description: V(true) switches it off.
    type: bool
  state:
    description: A peer that an identity or a policy names is not removed.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
seealso:
  - module: bastion.routeros.ipsec_profile
  - module: bastion.routeros.ipsec_identity
  - module: bastion.routeros.ipsec_policy
  - module: bastion.routeros.transaction
  - name: RouterOS manual, IPsec
    description: Peers and what they mean.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/11993097/IPsec
"""

EXAMPLES = r"""
- name: Reach the API through a tunnel only
  hosts: routers
  gather_facts: false
  tasks:
    - name: The controller
      bastion.routeros.ipsec_peer:
        name: controller
        address: 192.0.2.10/32
        exchange_mode: ike2
        profile: default
        passive: true

    - name: Everybody else, who may only call
      bastion.routeros.ipsec_peer:
        name: anyone
        address: 0.0.0.0/0
        exchange_mode: ike2
        passive: true
        send_initial_contact: false
        disabled: true

    - name: Away with one that is not needed any more
      bastion.routeros.ipsec_peer:
        name: old
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
      sample: /ip/ipsec/peer
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
        name: controller
        address: 192.0.2.10/32
        exchange-mode: ike2
    unset:
      description: Properties that are cleared.
      type: list
      elements: str
      sample: [comment]
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
  sample: {/ip/ipsec/peer: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/ipsec/peer: [{name: controller, address: 192.0.2.10/32, exchange_mode: ike2}]}
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
